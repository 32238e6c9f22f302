"""A simulated span in numbers: contacts and loads by day, tag flips, cells by month, and one hash of it all."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

DAYS_PER_YEAR = 365.25


class Decided(NamedTuple):
    """One candidate as a review of the span decided it."""

    contact_id: str
    on: date
    """The day for which it is planned, else the day on which it was held."""
    channel: str
    decision: str
    is_made: bool
    cost_fen: int
    minutes: int


class Reviewed(NamedTuple):
    """What one simulated review comes to."""

    customer_id: str
    on: date
    cell: str
    flips: tuple[str, ...]
    """Tags that changed, such as `risk`."""
    decided: tuple[Decided, ...]


@dataclass(slots=True)
class Year:
    """Sums of a span, gathered review by review."""

    customers: int
    days: int
    reviews: int = 0
    made: Counter[tuple[date, str]] = field(default_factory=Counter)
    """(day, channel) -> contacts."""
    minutes: Counter[date] = field(default_factory=Counter)
    cost_fen: int = 0
    flips: Counter[str] = field(default_factory=Counter)
    cells: dict[str, str] = field(default_factory=dict)
    """Customer -> cell at the end."""
    monthly_cells: dict[str, Counter[str]] = field(default_factory=dict)
    """`2026-07` -> cell -> customers, at the end of the month."""
    last_words: dict[str, str] = field(default_factory=dict)
    """Contact id -> the decision it ended in."""
    made_ids: set[str] = field(default_factory=set)
    twice: int = 0
    """Contacts made a second time: 0, or the system is broken."""
    _digest: Any = field(default_factory=hashlib.sha256)
    _month: str = ""

    @property
    def hash(self) -> str:
        """The same for the same seed, bit for bit."""
        return str(self._digest.hexdigest()[:16])

    @property
    def flips_per_customer_year(self) -> float:
        """How often a tag of a customer changes in a year."""
        years = self.customers * self.days / DAYS_PER_YEAR
        return sum(self.flips.values()) / years if years else 0.0

    def ends(self) -> Counter[str]:
        """decision -> candidates that ended in it: the sum is all candidates."""
        return Counter(self.last_words.values())


def gather(year: Year, reviews: Iterable[Reviewed]) -> Year:
    """The year with all reviews counted, in the order in which they come."""
    for review in reviews:
        _close_month(year, review.on)
        year.reviews += 1
        year.cells[review.customer_id] = review.cell
        year.flips.update(review.flips)
        for decided in review.decided:
            _count(year, decided)
        year._digest.update(json.dumps(review, default=str, separators=(",", ":")).encode())
    _close_month(year, None)
    return year


def _close_month(year: Year, today: date | None) -> None:
    month = today.isoformat()[:7] if today else ""
    if year._month and month != year._month:
        year.monthly_cells[year._month] = Counter(year.cells.values())
    year._month = month


def _count(year: Year, decided: Decided) -> None:
    if decided.is_made:
        year.twice += decided.contact_id in year.made_ids
        year.made_ids.add(decided.contact_id)
        year.made[decided.on, decided.channel] += 1
        year.minutes[decided.on] += decided.minutes
        year.cost_fen += decided.cost_fen
    if decided.is_made or decided.contact_id not in year.made_ids:
        year.last_words[decided.contact_id] = decided.decision
