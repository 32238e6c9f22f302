"""Windows of calendar months by local day (R22): when a day enters and leaves them, and what they hold."""

from bisect import bisect_left, bisect_right
from calendar import monthrange
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import MAXYEAR, date, timedelta
from functools import lru_cache
from heapq import merge
from itertools import accumulate

from shared.model.history import Day, History

NEVER = date.max
_ONE_DAY = timedelta(days=1)
# One review asks for the same few hundred days again and again: 2 years of days in 6 windows fit.
_DAYS_REMEMBERED = 8192


@lru_cache(_DAYS_REMEMBERED)
def minus(day: date, months: int) -> date:
    """The same day `months` earlier, clamped to the month's end: the first day of the window (R22)."""
    year, month = _month_of(day, -months)
    return date(year, month, min(day.day, monthrange(year, month)[1]))


@lru_cache(_DAYS_REMEMBERED)
def leaves_on(day: date, months: int) -> date:
    """The day at whose first instant an event of `day` leaves the window; NEVER beyond the calendar (R22)."""
    if day == NEVER:
        return NEVER
    morrow = day + _ONE_DAY
    year, month = _month_of(morrow, months)
    if year > MAXYEAR:
        return NEVER
    if morrow.day <= monthrange(year, month)[1]:
        return date(year, month, morrow.day)
    # The month lacks that day; it cannot be December, so the 1st of the next month is in the same year.
    return date(year, month + 1, 1)


def anniversary(day: date, years: int) -> date:
    """The same date `years` later, 29 February becoming 28 February; NEVER beyond the calendar (R17)."""
    if day.year + years > MAXYEAR:
        return NEVER
    return minus(day, -12 * years)


def _month_of(day: date, months: int) -> tuple[int, int]:
    year, month0 = divmod(day.year * 12 + day.month - 1 + months, 12)
    return year, month0 + 1


@dataclass(frozen=True, slots=True)
class Past:
    """A history ready for window sums: column[i] is the total over the first i days."""

    on: Sequence[date]
    paid_on: Sequence[date]
    """Of these the days with an order or an amount: no other day moves a sum of amounts or a count of orders."""
    is_unrefunded: bool
    """No day has more refunds than orders: without further events no amount of a window rises."""
    contacts: Sequence[int]
    """Interactions; orders and refunds too where the policy counts them (R9)."""
    events: Sequence[int]
    """Interactions, orders and refunds: what ends a latch and keeps from lapsing (R20)."""
    orders: Sequence[int]
    fen: Sequence[int]
    complaints: Sequence[int]
    has_event_ever: bool
    has_contact_or_order_ever: bool
    first_order_on: date | None
    first_cooperation_on: date | None
    cooperating_since_on: date | None
    """The first cooperation date, or the earliest order without one (R17, R22)."""


# One review asks for the same past four times: the last history of each reading is remembered.
_last: dict[bool, tuple[History, Past]] = {}


def past_of(history: History, *, order_is_interaction: bool) -> Past:
    """The days of a history, without what is pending."""
    known = _last.get(order_is_interaction)
    if known is None or known[0] is not history:
        known = _last[order_is_interaction] = (history, _sum_up(history, order_is_interaction))
    return known[1]


def _sum_up(history: History, order_is_interaction: bool) -> Past:
    days = history.days
    on, interactions, ordered, refunds, fen, complaints = _columns(days)
    orders = _totals(ordered)
    events = _totals(map(sum, zip(interactions, ordered, refunds, strict=True)))
    contacts = events if order_is_interaction else _totals(interactions)
    first_order_on = _first_order_on(history, has_orders=orders[-1] > 0)
    has_order_ever = history.has_order_ever or first_order_on is not None
    return Past(
        on=on,
        paid_on=[day.on for day in days if day.orders or day.fen],
        is_unrefunded=min(fen, default=0) >= 0,
        contacts=contacts,
        events=events,
        orders=orders,
        fen=_totals(fen),
        complaints=_totals(complaints),
        has_event_ever=history.has_interaction_ever or has_order_ever or events[-1] > 0,
        # R21 says "interaction or order": a refund alone is neither.
        has_contact_or_order_ever=history.has_interaction_ever
        or first_order_on is not None
        or contacts[-1] > 0,
        first_order_on=first_order_on,
        first_cooperation_on=history.first_cooperation_on,
        cooperating_since_on=history.first_cooperation_on or first_order_on,
    )


_Columns = tuple[
    tuple[date, ...], tuple[int, ...], tuple[int, ...], tuple[int, ...], tuple[int, ...], tuple[int, ...]
]


def _columns(days: Sequence[Day]) -> _Columns:
    """Of all days: the day, interactions, orders, refunds, fen, complaints."""
    if not days:
        return (), (), (), (), (), ()
    on, interactions, orders, refunds, fen, complaints = zip(*days, strict=True)
    return on, interactions, orders, refunds, fen, complaints


def _totals(values: Iterable[int]) -> list[int]:
    return list(accumulate(values, initial=0))


def _first_order_on(history: History, *, has_orders: bool) -> date | None:
    if history.first_order_on is not None or not has_orders:
        return history.first_order_on
    return next(day.on for day in history.days if day.orders)


def start_of(past: Past, day: date, months: int) -> int:
    """The index of the first of `past.on` inside the window that ends with `day`."""
    return bisect_left(past.on, minus(day, months))


def held(column: Sequence[int], start: int, stop: int = -1) -> int:
    """What a column holds of the days from index `start` on, up to and without index `stop`."""
    return column[stop] - column[start]


def newest_leaves_on(past: Past, column: Sequence[int], months: int, nth: int = 1) -> date | None:
    """The day at whose first instant the n-th newest of the things a column counts leaves the window."""
    on = newest(past, column, nth)
    return None if on is None else leaves_on(on, months)


def newest(past: Past, column: Sequence[int], nth: int = 1) -> date | None:
    """The day of the n-th newest of the things a column counts; None where there are fewer."""
    if column[-1] < nth:
        return None
    return past.on[bisect_right(column, column[-1] - nth) - 1]


def iso(day: date | None) -> str | None:
    """The day as the inputs of a reason show it."""
    return None if day is None else day.isoformat()


def falls_below_on(past: Past, least_fen: int, months: int) -> date:
    """The day on which the amount of a window falls below a positive bound that it reaches now.

    Only of a past that is unrefunded, if nothing happens any more.
    """
    return leaves_on(past.on[bisect_right(past.fen, past.fen[-1] - least_fen) - 1], months)


def breakpoints(days: Sequence[date], months: Sequence[int], after: date) -> Iterator[date]:
    """The days after `after` at whose first instant one of some ascending days leaves one of the windows, ascending."""
    return merge(*(_exits(days, k, after) for k in months))


def _exits(days: Sequence[date], months: int, after: date) -> Iterator[date]:
    return (leaves_on(day, months) for day in days[bisect_left(days, minus(after, months)) :])
