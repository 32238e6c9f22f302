"""A clock that stands still until it is moved."""

from datetime import UTC, datetime, timedelta


class ManualClock:
    """The business clock of simulators and tests."""

    def __init__(self, now: datetime) -> None:
        self._now = _utc(now)

    def now(self) -> datetime:
        """The instant at which the clock stands, in UTC."""
        return self._now

    def advance(self, by: timedelta) -> datetime:
        """Moves the clock and returns where it stands then; ValueError when it would go back."""
        return self.move_to(self._now + by)

    def move_to(self, instant: datetime) -> datetime:
        """Moves the clock to an instant; ValueError when that lies behind."""
        if _utc(instant) < self._now:
            raise ValueError("a clock does not go back")
        self._now = _utc(instant)
        return self._now


def _utc(instant: datetime) -> datetime:
    if instant.tzinfo is None:
        raise ValueError("an instant needs an offset")
    return instant.astimezone(UTC)
