"""What the send ledger promises, judged from the order of commits and the provider's own list of calls."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, datetime, timedelta

from shared.flows.send_target import is_on_hold
from shared.model.contact import OPEN, RANKS, Contact, Status
from shared.policy.limits import Budget
from shared.ports import Accepted, Ambiguous
from shared.store.budgets import period_of, spent_of
from tests.integration.ledger_builder import POLICY
from tests.property.ledger_history import History, Move, WireCall, is_counted

LIMITS = POLICY.sending
UTC_HOURS = {"上海市": 8, "新疆": 6}
BOUND = tuple(POLICY.limits.bound_classes)
TOLD = (Status.SENT, Status.DELIVERED, Status.BOUNCED, Status.COMPLAINED)
NOT_SENT = (Status.EXPIRED, Status.FAILED, Status.SUPPRESSED)


def violations(schedule: History) -> list[str]:
    """Every broken promise, in words; empty: all kept."""
    found: list[str] = []
    calls: dict[str, list[WireCall]] = defaultdict(list)
    for call in schedule.wire:
        contact = schedule.contacts[call.contact_id]
        found += [f"{call.contact_id}: {what}" for what in _wrong_call(schedule, contact, call)]
        calls[call.contact_id].append(call)
    for contact_id, made in calls.items():
        found += [
            f"{contact_id}: {what}"
            for what in _wrong_repeat(schedule.contacts[contact_id], made, schedule.skew)
        ]
    for row in schedule.rows():
        wrong = _wrong_end(schedule, row, calls[row.contact_id])
        found += [f"{row.contact_id}: {what}" for what in wrong]
    found += [
        f"worker {one.number}: two requests of one attempt" for one in schedule.workers if one.wire_calls > 1
    ]
    return [*found, *_fallen_back(schedule), *_over_cap(schedule), *over_budget(schedule)]


# --- each call of the wire -----------------------------------------------------------------------------------


def _wrong_call(schedule: History, contact: Contact, call: WireCall) -> Iterator[str]:
    customer_id = customer_at(schedule, contact.customer_id, call.order)
    if call.at < contact.not_before:
        yield "too early"
    if call.at >= contact.not_after:
        yield "after its end"
    # A service message may go by what its customer was when it was picked, a moment before a merge.
    seen = [customer_id] if is_counted(contact) else [customer_id, *_before(schedule, contact, customer_id)]
    if not any(_is_open(schedule, one, call.at) for one in seen):
        yield "in quiet hours"
    if call.called_at - call.at > timedelta(seconds=LIMITS.function_timeout_s):
        yield "long after its mark"
    yield from _unwanted(schedule, contact, call, customer_id)


def _unwanted(schedule: History, contact: Contact, call: WireCall, customer_id: str) -> Iterator[str]:
    """Somebody had said no before the mark, or long before the request."""
    if any(is_on_hold(contact, [name]) for name in schedule.held_at(call.called_at)):
        yield "on hold"
    if is_counted(contact):
        use = f"{contact.channel}|{contact.contact_class}"
        if standing(schedule, "consent", (customer_id, use), call.order) != call.to:
            yield "without consent"
    if standing(schedule, "suppressed", (contact.channel.value, call.to), call.order):
        yield "to a suppressed address"


def _is_open(schedule: History, customer_id: str, at: datetime) -> bool:
    hours = UTC_HOURS[schedule.profiles[customer_id].golden["province"]]
    return 8 <= (at + timedelta(hours=hours)).hour < 20


def _before(schedule: History, contact: Contact, survivor: str) -> Iterator[str]:
    """The ids under which a contact's customer was known before."""
    customer_id = contact.customer_id
    while customer_id != survivor:
        yield customer_id
        customer_id = customer_at(schedule, customer_id, schedule.order + 1, steps=1)


def standing(schedule: History, kind: str, subject: tuple[str, ...], order: int) -> str:
    """What was so at a point of the order of commits."""
    facts = [fact for fact in schedule.facts if fact.kind == kind and fact.subject == subject]
    return next((fact.value for fact in reversed(facts) if fact.order < order), "")


def customer_at(schedule: History, customer_id: str, order: int, steps: int = 99) -> str:
    """The customer that an id stood for at a point of the order of commits; `steps`: merges followed."""
    while steps and (survivor := standing(schedule, "merged", (customer_id,), order)):
        customer_id, steps = survivor, steps - 1
    return customer_id


def _fallen_back(schedule: History) -> Iterator[str]:
    """What is known of a message that went out is never forgotten for something older."""
    ranks: dict[str, int] = {}
    for move in schedule.moves:
        rank, known = RANKS[Status(move.status)], ranks.get(move.contact_id, 0)
        if known >= RANKS[Status.SENT] and rank < known:
            yield f"{move.contact_id}: fell back to {move.status}"
        ranks[move.contact_id] = rank


# --- repeats -------------------------------------------------------------------------------------------------


def _wrong_repeat(contact: Contact, calls: list[WireCall], skew: timedelta) -> Iterator[str]:
    may_repeat = POLICY.classes[contact.contact_class].delivery == "at_least_once"
    reconcile = timedelta(
        seconds=LIMITS.reconcile_email_s if contact.channel == "email" else LIMITS.reconcile_sms_s
    )
    for before, after in zip(calls, calls[1:], strict=False):
        may_be_out = isinstance(before.outcome, Accepted | Ambiguous)
        if may_be_out and not may_repeat:
            yield "sent again"
        if may_be_out and after.called_at - before.called_at < reconcile - 2 * skew:
            yield "sent again before an event could come"
    if len(calls) > LIMITS.max_attempts:
        yield "sent too often"


def _over_cap(schedule: History) -> Iterator[str]:
    """No customer has more contacts on a day than the cap, by what was one customer when the later was claimed."""
    first_claims: dict[tuple[str, date], int] = {}
    for move in schedule.moves:
        if move.status == "CLAIMED":
            day = _local_day(schedule, move.contact_id, move.at)
            first_claims.setdefault((move.contact_id, day), move.order)
    sent: dict[tuple[str, date], int] = {}
    for call in schedule.wire:
        key = (call.contact_id, _local_day(schedule, call.contact_id, call.at))
        is_out = isinstance(call.outcome, Accepted | Ambiguous)
        if is_out and is_counted(schedule.contacts[call.contact_id]) and key in first_claims:
            sent[key] = first_claims[key]
    for (contact_id, day), order in sent.items():
        same = [
            other
            for (other, other_day), other_order in sent.items()
            if other_day == day and other_order < order and _is_one(schedule, contact_id, other, order)
        ]
        if len(same) >= POLICY.caps.messages_per_day:
            yield f"{contact_id}: over the cap of {day}"


def _is_one(schedule: History, one: str, other: str, order: int) -> bool:
    first, second = (schedule.contacts[name].customer_id for name in (one, other))
    return customer_at(schedule, first, order) == customer_at(schedule, second, order)


def _local_day(schedule: History, contact_id: str, at: datetime) -> date:
    # All zones of a schedule are so near that inside the send window the days agree.
    return (at + timedelta(hours=8)).date()


# --- budgets -------------------------------------------------------------------------------------------------


def over_budget(schedule: History) -> Iterator[str]:
    """No budget is overspent by what it binds, and none counts more or less than what may have gone out."""
    for name, budget in schedule.policy.limits.budgets.items():
        days = {_tenant_day(move.at) for move in schedule.moves if move.status == "SENDING"}
        for period in sorted({period_of(budget, day) for day in days}):
            yield from _wrong_budget(schedule, name, budget, period)


def _wrong_budget(schedule: History, name: str, budget: Budget, period: str) -> Iterator[str]:
    def is_meant(contact_id: str, instant: datetime) -> bool:
        contact = schedule.contacts[contact_id]
        is_covered = budget.channel in (None, contact.channel.value)
        is_covered = is_covered and contact.plan_step.startswith(budget.plan or "")
        return is_covered and period_of(budget, _tenant_day(instant)) == period

    out = [
        call
        for call in schedule.wire
        if isinstance(call.outcome, Accepted | Ambiguous)
        and schedule.contacts[call.contact_id].contact_class in BOUND
        and is_meant(call.contact_id, call.at)
    ]
    if budget.most_messages is not None and len(out) > budget.most_messages:
        yield f"{name} {period}: {len(out)} messages of {budget.most_messages}"
    if budget.most_fen is not None and sum(call.fen for call in out) > budget.most_fen:
        yield f"{name} {period}: more fen than {budget.most_fen}"
    counted, _ = spent_of(schedule.items, name, period)
    expected = sum(is_meant(move.contact_id, move.at) for move in _kept_marks(schedule))
    if counted != expected:
        yield f"{name} {period}: counts {counted} instead of {expected}"


def _kept_marks(schedule: History) -> Iterator[Move]:
    """Marks that were not taken back by the attempt that made them: their messages may be out."""
    later: dict[str, Move] = {}
    for move in reversed(schedule.moves):
        after = later.get(move.contact_id)
        is_back = after is not None and after.worker == move.worker and after.status in TAKEN_BACK
        if move.status == "SENDING" and not is_back:
            yield move
        later[move.contact_id] = move


TAKEN_BACK = ("PENDING", "FAILED", "EXPIRED", "UNCONFIRMED")


def _tenant_day(at: datetime) -> date:
    return (at + timedelta(hours=8)).date()


# --- how each row ends ---------------------------------------------------------------------------------------


def _wrong_end(schedule: History, row: Contact, calls: list[WireCall]) -> Iterator[str]:
    if row.status in OPEN:
        yield f"stuck in {row.status}"
        return
    if row.status not in TOLD and not row.reason:
        yield f"{row.status} without a reason"
    if "due_shard" in schedule.stored(row.contact_id):
        yield "terminal, and still in the due index"
    is_out = any(call.is_delivered for call in calls)
    if row.status in NOT_SENT and is_out:
        yield f"{row.status}, yet it was sent"
    if row.status in TOLD and not is_out:
        yield f"{row.status}, yet nobody accepted it"
    if row.status is Status.UNCONFIRMED and not calls and not _has_broken(schedule, row.contact_id):
        yield "UNCONFIRMED, yet surely unsent"
    yield from _wrong_reason(schedule, row)


def _has_broken(schedule: History, contact_id: str) -> bool:
    """Whether a worker went down after it had marked the row."""
    marks = [
        move.worker for move in schedule.moves if move.contact_id == contact_id and move.status == "SENDING"
    ]
    return not schedule.is_killed_in_time or any(schedule.workers[worker].is_broken for worker in marks)


EXPLAINED: dict[Status, frozenset[str]] = {
    Status.EXPIRED: frozenset(
        {
            "past_not_after",
            "expired",
            "quiet_hours",
            "capped",
            "no_budget",
            "on_hold",
            "not_before",
            "out_of_time",
        }
    )
    | {"throttled"},
    Status.SUPPRESSED: frozenset({"no_consent", "suppressed_address"}),
    Status.FAILED: frozenset({"MessageRejected", "throttled", "no_address"}),
}
"""Why a message that surely was not sent was not sent."""


def _wrong_reason(schedule: History, row: Contact) -> Iterator[str]:
    ended = next(
        (move for move in schedule.moves if move.contact_id == row.contact_id and move.status == row.status),
        None,
    )
    if ended is None:
        return
    if row.status in EXPLAINED and row.reason not in EXPLAINED[row.status]:
        yield f"unexplained {row.status} {row.reason}"
    if row.reason in ("past_not_after", "no_budget", "on_hold") and ended.at < row.not_after - schedule.skew:
        yield "expired before its end"
    if row.reason == "no_consent" and _always_consented(schedule, row, ended.order):
        yield "suppressed although consent stood"
    if row.status is not Status.UNCONFIRMED and ended.at - row.not_after > timedelta(days=4):
        yield "ended days after its end"


def _always_consented(schedule: History, row: Contact, order: int) -> bool:
    """Consent stood in every state that the last attempts can have seen."""
    use = f"{row.channel}|{row.contact_class}"
    points = {fact.order for fact in schedule.facts} | {order}
    return all(
        standing(schedule, "consent", (customer_at(schedule, row.customer_id, point), use), point)
        for point in points
        if 0 < point <= order
    )
