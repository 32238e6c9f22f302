"""Exit band and confirmation as they are worded (docs/tags.md): every day of the year before, one after the other."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from shared.policy.schema import Policy
from tests.property.tagging_oracle import Event, Oracle, midnights, months_back

UP = ("basic", "potential", "core", "strategic")
ONE_DAY = timedelta(days=1)
BOUNDS = ("strategic_min_fen", "core_min_fen", "potential_min_fen", "growth_percent")


def lenient(policy: Policy) -> Policy:
    """The bounds lowered by the exit band, rounded up."""
    percent = 100 - policy.level.exit_percent
    lowered = {name: -(-getattr(policy.level, name) * percent // 100) for name in BOUNDS}
    return policy.model_copy(update={"level": policy.level.model_copy(update=lowered)})


@dataclass
class SteadiedOracle(Oracle):
    """An oracle for a policy with hysteresis; without any it is the same, only slower."""

    _ended: dict[date, tuple[int, int]] = field(default_factory=dict)
    """How each past day ended: the level by the rules, and by the lowered bounds."""

    def knowing(self, events: list[Event], since: date) -> "SteadiedOracle":
        """With other events, which are the same before a day: so is how the days before it ended."""
        kept = {day: ended for day, ended in self._ended.items() if day < since}
        return SteadiedOracle(self.policy, events, self.first_cooperation_on, _ended=kept)

    def __post_init__(self) -> None:
        self._lenient = Oracle(lenient(self.policy), self.events, self.first_cooperation_on)

    def _level(self, at: datetime) -> tuple[str, str]:
        ruled, banded = super()._level(at), self._banded(at)
        shown = self._confirmed(banded)
        if shown != banded[-1]:
            return UP[shown], "unconfirmed"
        return ruled if UP[shown] == ruled[0] else (UP[shown], "held")

    def _banded(self, at: datetime) -> list[int]:
        """Of each day: the level of the rules, or that of the day before as far as the lowered bounds give it."""
        today = self.local_day(at)
        day = months_back(today, self.policy.level.amount_months)
        banded = [self._as_ended(day)[0]]
        while day < today:
            day += ONE_DAY
            ruled, kept = self._as_ended(day) if day < today else self._standing(at)
            banded.append(max(ruled, min(banded[-1], kept)))
        return banded

    def _confirmed(self, banded: list[int]) -> int:
        """The last level that had held for the days of confirmation; the first one is taken as it is."""
        shown, begun = banded[0], 0
        for index, level in enumerate(banded):
            begun = begun if level == banded[begun] else index
            if begun == 0 or index - begun >= self.policy.level.confirm_days:
                shown = level
        return shown

    def _as_ended(self, day: date) -> tuple[int, int]:
        if day not in self._ended:
            end = midnights(self.policy.tenant.zone)[day + ONE_DAY]
            self._ended[day] = self._standing(end - timedelta(microseconds=1))
        return self._ended[day]

    def _standing(self, at: datetime) -> tuple[int, int]:
        return UP.index(super()._level(at)[0]), UP.index(self._lenient._level(at)[0])


def oracle_for(policy: Policy, events: list[Event], first_cooperation_on: date | None) -> Oracle:
    """The plain rules, or the steadied ones where the policy asks for them."""
    is_steadied = policy.level.exit_percent or policy.level.confirm_days
    return (SteadiedOracle if is_steadied else Oracle)(policy, events, first_cooperation_on)
