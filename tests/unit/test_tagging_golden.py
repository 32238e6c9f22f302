"""Every golden vector of requirements section 2, row by row; as_of 2026-06-30T00:00 in Shanghai."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from shared.model.history import History
from shared.policy.load import load_policy
from shared.tagging.fold import Happening, Kind, add_events
from shared.tagging.review import tag

SHANGHAI = ZoneInfo("Asia/Shanghai")
AS_OF = datetime(2026, 6, 30, tzinfo=SHANGHAI)
NOON = timedelta(hours=12)
YESTERDAY = datetime(2026, 6, 29, 15, tzinfo=SHANGHAI)
# The 2-month window begins on 30 April.
NOT_FOR_TWO_MONTHS = datetime(2026, 4, 29, 23, 59, 59, tzinfo=SHANGHAI)
THIRTEEN_MONTHS_AGO = datetime(2025, 5, 29, 10, tzinfo=SHANGHAI)
LONG_AGO_ON = date(2021, 6, 30)

# One order a month on the 15th. The base period is the first ten of them.
OLDER_HALF = [date(2025, month, 15) for month in range(7, 13)]
BASE_OF_NEWER_HALF = [date(2026, month, 15) for month in range(1, 5)]
LAST_TWO_MONTHS = [date(2026, 5, 15), date(2026, 6, 15)]


def split(total_fen: int, days: list[date]) -> dict[date, int]:
    """The total over the days as evenly as whole fen allow."""
    ends = [total_fen * (i + 1) // len(days) for i in range(len(days))]
    return {day: end - start for day, start, end in zip(days, [0, *ends], ends, strict=False)}


def by_halves(older_fen: int, newer_fen: int) -> dict[date, int]:
    return split(older_fen, OLDER_HALF) | split(newer_fen, BASE_OF_NEWER_HALF + LAST_TWO_MONTHS)


def by_base(base_fen: int, recent_fen: int) -> dict[date, int]:
    return split(base_fen, OLDER_HALF + BASE_OF_NEWER_HALF) | split(recent_fen, LAST_TWO_MONTHS)


STEADY = by_base(10_000_000, 2_000_000)


@dataclass
class Row:
    orders_fen: dict[date, int]
    level: str
    risk: str
    level_code: str
    risk_code: str = "none"
    flags: tuple[str, ...] = ()
    first_on: date = LONG_AGO_ON
    contact_at: datetime = YESTERDAY
    complaint_at: datetime | None = None
    is_letter: bool = False
    amount_fen: int = field(init=False)

    def __post_init__(self) -> None:
        self.amount_fen = sum(self.orders_fen.values())

    def history(self) -> History:
        history = History(first_cooperation_on=self.first_on)
        for on, fen in self.orders_fen.items():
            noon = datetime(on.year, on.month, on.day, tzinfo=SHANGHAI) + NOON
            history = grown(history, "order", noon, fen=fen)
        history = grown(history, "interaction", self.contact_at)
        if self.complaint_at is None:
            return history
        return grown(history, "complaint", self.complaint_at, is_interaction=not self.is_letter)


def grown(
    history: History, kind: Kind, at: datetime, *, fen: int | None = None, is_interaction: bool = True
) -> History:
    return add_events(history, [Happening(kind, at, fen, is_interaction)], AS_OF, SHANGHAI)


def strategic_or_not(first_on: date, level: str, code: str) -> Row:
    return Row(by_halves(50_000_000, 50_000_000), level, "low", code, first_on=first_on)


GOLDEN = [
    pytest.param(strategic_or_not(date(2024, 6, 30), "strategic", "strategic"), id="100万, exactly 2 years"),
    pytest.param(strategic_or_not(date(2024, 7, 1), "core", "big_but_new"), id="100万, 2 years less 1 day"),
    pytest.param(Row(by_halves(49_999_950, 49_999_950), "core", "low", "core"), id="99.9999万, 5 years"),
    pytest.param(
        Row(split(50_000_000, LAST_TWO_MONTHS[1:]), "core", "low", "core", first_on=date(2026, 5, 25)),
        id="50万, a tenth of a year",
    ),
    pytest.param(
        Row(by_halves(49_990_000 - 27_267_273, 27_267_273), "potential", "low", "potential"),
        id="49.99万, growth of just 20 %",
    ),
    pytest.param(
        Row(by_halves(49_990_000 - 27_267_272, 27_267_272), "basic", "low", "potential_no_growth"),
        id="49.99万, growth one fen short of 20 %",
    ),
    pytest.param(Row(by_halves(4_545_454, 5_454_546), "potential", "low", "potential"), id="10万, +20 %"),
    pytest.param(Row(by_halves(1_999_980, 7_999_920), "basic", "low", "basic"), id="9.9999万, +300 %"),
    pytest.param(
        Row(
            by_base(10_000_000, 1_400_000),
            "basic",
            "high",
            "potential_no_growth",
            "silent_and_down",
            contact_at=NOT_FOR_TWO_MONTHS,
        ),
        id="no contact for 2 months, -30.0 %",
    ),
    pytest.param(
        Row(
            by_base(10_000_000, 1_402_000),
            "basic",
            "low",
            "potential_no_growth",
            flags=("watch:silent",),
            contact_at=NOT_FOR_TWO_MONTHS,
        ),
        id="no contact for 2 months, -29.9 %",
    ),
    pytest.param(
        Row(by_base(10_000_000, 400_000), "basic", "low", "potential_no_growth", flags=("watch:shrinking",)),
        id="contact yesterday, -80 %",
    ),
    pytest.param(
        Row(
            by_base(10_000_000, 1_400_000),
            "basic",
            "high",
            "potential_no_growth",
            "silent_and_down",
            contact_at=NOT_FOR_TWO_MONTHS,
            complaint_at=YESTERDAY,
            is_letter=True,
        ),
        id="no contact for 2 months, -30 %, complaint by letter",
    ),
    pytest.param(
        Row(
            STEADY,
            "basic",
            "medium",
            "potential_no_growth",
            "complaint",
            complaint_at=datetime(2026, 5, 30, tzinfo=SHANGHAI),
        ),
        id="complaint exactly 1 month ago 00:00",
    ),
    pytest.param(
        Row(
            STEADY,
            "basic",
            "low",
            "potential_no_growth",
            complaint_at=datetime(2026, 5, 29, 23, 59, 59, tzinfo=SHANGHAI),
        ),
        id="complaint one second earlier",
    ),
    pytest.param(
        Row(
            {THIRTEEN_MONTHS_AGO.date(): 3_000_000},
            "basic",
            "high",
            "basic",
            "lapsed",
            flags=("thin_evidence",),
            contact_at=THIRTEEN_MONTHS_AGO,
        ),
        id="no contact and no order for 13 months",
    ),
]


@pytest.mark.parametrize("row", GOLDEN)
def test_a_golden_vector_gets_its_level_risk_and_flags(row: Row) -> None:
    tags = tag(row.history(), load_policy(), AS_OF)

    codes = {reason.tag: reason.code for reason in tags.reasons}
    assert (tags.level, codes["level"]) == (row.level, row.level_code)
    assert (tags.risk, codes["risk"]) == (row.risk, row.risk_code)
    assert tags.flags == row.flags


def test_the_rows_hold_the_amounts_they_are_named_after() -> None:
    amounts_fen = [param.values[0].amount_fen for param in GOLDEN[:8]]  # type: ignore[union-attr]
    assert amounts_fen == [
        100_000_000,
        100_000_000,
        99_999_900,
        50_000_000,
        49_990_000,
        49_990_000,
        10_000_000,
        9_999_900,
    ]
