"""What the send ledger promises, judged from the order of commits and the provider's own list of calls."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, datetime, timedelta

from shared.model.contact import OPEN, Contact, Status
from shared.ports import Accepted, Ambiguous
from tests.integration.ledger_builder import POLICY
from tests.property.ledger_faults import WireCall
from tests.property.ledger_schedule import Schedule, is_counted

LIMITS = POLICY.sending
UTC_HOURS = {"上海市": 8, "新疆": 6}
NOT_SENT = (Status.EXPIRED, Status.FAILED, Status.SUPPRESSED)


def violations(schedule: Schedule) -> list[str]:
    """Every broken promise, in words; empty: all kept."""
    found: list[str] = []
    calls: dict[str, list[WireCall]] = defaultdict(list)
    for call in schedule.wire:
        contact = schedule.contacts[call.contact_id]
        found += [f"{call.contact_id}: {what}" for what in _wrong_call(schedule, contact, call)]
        calls[call.contact_id].append(call)
    for contact_id, made in calls.items():
        found += [f"{contact_id}: {what}" for what in _wrong_repeat(schedule.contacts[contact_id], made)]
    for row in schedule.rows():
        wrong = _wrong_end(schedule, row, calls[row.contact_id])
        found += [f"{row.contact_id}: {what}" for what in wrong]
    return found + list(_over_cap(schedule))


# --- each call of the wire -----------------------------------------------------------------------------------


def _wrong_call(schedule: Schedule, contact: Contact, call: WireCall) -> Iterator[str]:
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
    if is_counted(contact):
        use = f"{contact.channel}|{contact.contact_class}"
        if standing(schedule, "consent", (customer_id, use), call.order) != call.to:
            yield "without consent"
    if standing(schedule, "suppressed", (contact.channel.value, call.to), call.order):
        yield "to a suppressed address"


def _is_open(schedule: Schedule, customer_id: str, at: datetime) -> bool:
    hours = UTC_HOURS[schedule.profiles[customer_id].golden["province"]]
    return 8 <= (at + timedelta(hours=hours)).hour < 20


def _before(schedule: Schedule, contact: Contact, survivor: str) -> Iterator[str]:
    """The ids under which a contact's customer was known before."""
    customer_id = contact.customer_id
    while customer_id != survivor:
        yield customer_id
        customer_id = customer_at(schedule, customer_id, schedule.order + 1, steps=1)


def standing(schedule: Schedule, kind: str, subject: tuple[str, ...], order: int) -> str:
    """What was so at a point of the order of commits."""
    facts = [fact for fact in schedule.facts if fact.kind == kind and fact.subject == subject]
    return next((fact.value for fact in reversed(facts) if fact.order < order), "")


def customer_at(schedule: Schedule, customer_id: str, order: int, steps: int = 99) -> str:
    """The customer that an id stood for at a point of the order of commits; `steps`: merges followed."""
    while steps and (survivor := standing(schedule, "merged", (customer_id,), order)):
        customer_id, steps = survivor, steps - 1
    return customer_id


# --- repeats -------------------------------------------------------------------------------------------------


def _wrong_repeat(contact: Contact, calls: list[WireCall]) -> Iterator[str]:
    may_repeat = POLICY.classes[contact.contact_class].delivery == "at_least_once"
    reconcile = timedelta(
        seconds=LIMITS.reconcile_email_s if contact.channel == "email" else LIMITS.reconcile_sms_s
    )
    for before, after in zip(calls, calls[1:], strict=False):
        may_be_out = isinstance(before.outcome, Accepted | Ambiguous)
        if may_be_out and not may_repeat:
            yield "sent again"
        if may_be_out and after.called_at - before.called_at < reconcile:
            yield "sent again before an event could come"
    if len(calls) > LIMITS.max_attempts:
        yield "sent too often"


def _over_cap(schedule: Schedule) -> Iterator[str]:
    """No customer has more contacts on a day than the cap, by what was one customer when the later was claimed."""
    first_claims: dict[tuple[str, date], int] = {}
    for move in schedule.moves:
        if move.status == "CLAIMED":
            day = _local_day(schedule, move.contact_id, move.at)
            first_claims.setdefault((move.contact_id, day), move.order)
    sent: dict[tuple[str, date], int] = {}
    for call in schedule.wire:
        key = (call.contact_id, _local_day(schedule, call.contact_id, call.at))
        if is_counted(schedule.contacts[call.contact_id]) and key in first_claims:
            sent[key] = first_claims[key]
    for (contact_id, day), order in sent.items():
        same = [
            other
            for (other, other_day), other_order in sent.items()
            if other_day == day and other_order < order and _is_one(schedule, contact_id, other, order)
        ]
        if len(same) >= POLICY.caps.messages_per_day:
            yield f"{contact_id}: over the cap of {day}"


def _is_one(schedule: Schedule, one: str, other: str, order: int) -> bool:
    first, second = (schedule.contacts[name].customer_id for name in (one, other))
    return customer_at(schedule, first, order) == customer_at(schedule, second, order)


def _local_day(schedule: Schedule, contact_id: str, at: datetime) -> date:
    # All zones of a schedule are so near that inside the send window the days agree.
    return (at + timedelta(hours=8)).date()


# --- how each row ends ---------------------------------------------------------------------------------------


def _wrong_end(schedule: Schedule, row: Contact, calls: list[WireCall]) -> Iterator[str]:
    if row.status in OPEN:
        yield f"stuck in {row.status}"
        return
    if row.status is not Status.SENT and not row.reason:
        yield f"{row.status} without a reason"
    if "due_shard" in schedule.stored(row.contact_id):
        yield "terminal, and still in the due index"
    is_out = any(call.is_delivered for call in calls)
    if row.status in NOT_SENT and is_out:
        yield f"{row.status}, yet it was sent"
    if row.status is Status.SENT and not any(isinstance(call.outcome, Accepted) for call in calls):
        yield "SENT, yet nobody accepted it"
    if row.status is Status.UNCONFIRMED and not calls and not _has_broken(schedule, row.contact_id):
        yield "UNCONFIRMED, yet surely unsent"
    yield from _wrong_reason(schedule, row)


def _has_broken(schedule: Schedule, contact_id: str) -> bool:
    """Whether a worker went down after it had marked the row."""
    marks = [
        move.worker for move in schedule.moves if move.contact_id == contact_id and move.status == "SENDING"
    ]
    return not schedule.is_killed_in_time or any(schedule.workers[worker].is_broken for worker in marks)


def _wrong_reason(schedule: Schedule, row: Contact) -> Iterator[str]:
    ended = next(
        (move for move in schedule.moves if move.contact_id == row.contact_id and move.status == row.status),
        None,
    )
    if ended is None:
        return
    if row.reason == "past_not_after" and ended.at < row.not_after:
        yield "expired before its end"
    if row.reason == "no_consent" and _always_consented(schedule, row, ended.order):
        yield "suppressed although consent stood"
    if row.status is not Status.UNCONFIRMED and ended.at - row.not_after > timedelta(days=4):
        yield "ended days after its end"


def _always_consented(schedule: Schedule, row: Contact, order: int) -> bool:
    """Consent stood in every state that the last attempts can have seen."""
    use = f"{row.channel}|{row.contact_class}"
    points = {fact.order for fact in schedule.facts} | {order}
    return all(
        standing(schedule, "consent", (customer_at(schedule, row.customer_id, point), use), point)
        for point in points
        if 0 < point <= order
    )
