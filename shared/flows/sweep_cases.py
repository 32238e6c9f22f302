"""Escalates cases whose time runs out, and posts what finished ones still owe (R38).

Every open case stands in the due index under the instant of its next step; nothing scans. Each step is taken by one
conditional write, so that a doubled schedule, a lost wake-up or a crash takes it exactly once; the mail that tells it at
once goes through the ledger of staff mails.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Final

from shared.care.case_people import person_for
from shared.care.case_times import escalation_at, is_by_the_hour
from shared.flows.feed_case import feed_case, is_owed
from shared.flows.post_to_staff import Mailroom, Posted, post_once
from shared.flows.read_brief import read_brief
from shared.flows.send_digests import mail_name, make_mail
from shared.insight.digest import ESCALATED, Digest
from shared.model.case import Case, CaseStatus, Told
from shared.model.instants import local_day, to_tick
from shared.policy.schema import Policy
from shared.ports import EmailMessage, Queue, Refused, query_all
from shared.store.cases import SHARDS, change_case, due_cases, read_case
from shared.store.staff_mail import MailKey

NEVER: Final = datetime(9999, 12, 31, tzinfo=UTC)
"""No further step: the case stays in the index, where the digest finds it."""
BY_MAIL, BY_DIGEST = "mail", "digest"
ERRORS_SHOWN = 10


@dataclass(frozen=True, slots=True)
class Swept:
    """How many moves there were of each kind, and what went wrong with the others."""

    moves: dict[str, int]
    errors: tuple[Exception, ...] = ()

    def raise_errors(self) -> None:
        """ExceptionGroup when a case could not be swept: it stands there until a person mends it (X3)."""
        if self.errors:
            raise ExceptionGroup(f"{len(self.errors)} cases not swept", self.errors[:ERRORS_SHOWN])


@dataclass(slots=True)
class _Sweep:
    mailroom: Mailroom
    queue: Queue
    moves: Counter[str] = field(default_factory=Counter)
    errors: list[Exception] = field(default_factory=list)
    mails: int = 0
    """Told at once so far."""


def sweep_cases(mailroom: Mailroom, queue: Queue) -> Swept:
    """Moves on every case whose time has come; one that fails stops no other."""
    sweep = _Sweep(mailroom, queue)
    for case_id in list(_due(mailroom)):
        try:
            _sweep_one(case_id, sweep)
        except Exception as error:
            error.add_note(case_id)
            sweep.errors.append(error)
            sweep.moves["failed"] += 1
    return Swept(dict(sweep.moves), tuple(sweep.errors))


def _due(mailroom: Mailroom) -> Iterator[str]:
    """Beginning with another shard each quarter of an hour: a sweep that runs out of time starves none."""
    first = mailroom.now.hour * 4 + mailroom.now.minute // 15
    for number in range(SHARDS):
        query = due_cases((first + number) % SHARDS, until=mailroom.now, page=mailroom.policy.due.page)
        yield from (str(item["case_id"]) for item in query_all(mailroom.items, query))


def _sweep_one(case_id: str, sweep: _Sweep) -> None:
    """As many moves as the case has due: an absence of days may have left several steps."""
    for _ in range(2 * len(sweep.mailroom.policy.tasks.steps) + 2):
        case = read_case(sweep.mailroom.items, case_id)
        if case is None or case.check_at is None or case.check_at > sweep.mailroom.now:
            return
        if not _move(case, sweep):
            return


def _move(case: Case, sweep: _Sweep) -> bool:
    """One move; whether there may be another."""
    if case.status is not CaseStatus.OPEN:
        return _settle(case, sweep)
    if _untold(case) is not None:
        return _tell(case, sweep)
    changed, name = next_step(case, sweep.mailroom.policy, sweep.mailroom.now, has_room=_has_room(sweep))
    return _write(changed, case, name, sweep)


def _has_room(sweep: _Sweep) -> bool:
    return sweep.mails < sweep.mailroom.policy.tasks.mails_per_sweep


def _settle(case: Case, sweep: _Sweep) -> bool:
    """Over: whatever a crash left unposted goes now."""
    if is_owed(case):
        feed_case(case, items=sweep.mailroom.items, queue=sweep.queue)
        sweep.moves["fed"] += 1
        return False
    return _write(replace(case, check_at=None), case, "closed", sweep)


def _write(changed: Case, seen: Case, name: str, sweep: _Sweep) -> bool:
    if isinstance(sweep.mailroom.items.put_if(change_case(changed, seen=seen)), Refused):
        sweep.moves["moved_meanwhile"] += 1
        return False
    sweep.moves[name] += 1
    return True


# --- steps ---------------------------------------------------------------------------------------------------


def next_step(case: Case, policy: Policy, now: datetime, *, has_room: bool = True) -> tuple[Case, str]:
    """The open case after its next step, and the name of the move: the role that was told, or how long it waits."""
    steps = policy.tasks.steps
    if case.steps >= len(steps):
        return replace(case, check_at=NEVER), "last_step"
    step = steps[case.steps]
    due_at = to_tick(escalation_at(case, step.percent, policy))
    if due_at > now:
        return replace(case, check_at=due_at), "scheduled"
    person = person_for(step.tell, case, policy)
    is_mail = has_room and (step.at_once or is_by_the_hour(case, policy))
    how = BY_MAIL if is_mail else BY_DIGEST
    told = Told(step.percent, step.tell, person.name, person.email, now, how)
    return replace(case, steps=case.steps + 1, told=(*case.told, told), check_at=now), step.tell


def _untold(case: Case) -> int | None:
    """The step that still has to be told at once."""
    waiting = (at for at, one in enumerate(case.told) if one.how == BY_MAIL and one.mailed_at is None)
    return next(waiting, None)


def _tell(case: Case, sweep: _Sweep) -> bool:
    place = _untold(case)
    if place is None:
        return False
    told = case.told[place]
    posted = _post(case, told, sweep.mailroom)
    sweep.mails += posted is Posted.SENT
    if posted in (Posted.TAKEN, Posted.LATER):
        sweep.moves[posted] += 1
        return False  # the next sweep comes back to it
    # What no mail could tell stands in the next digest.
    known = _told_by(told, posted, sweep.mailroom.now)
    changed = (*case.told[:place], known, *case.told[place + 1 :])
    return _write(replace(case, told=changed), case, f"mail_{posted}", sweep)


def _told_by(told: Told, posted: Posted, now: datetime) -> Told:
    return told._replace(mailed_at=now) if posted.is_told else told._replace(how=BY_DIGEST)


def _post(case: Case, told: Told, mailroom: Mailroom) -> Posted:
    policy, now = mailroom.policy, mailroom.now
    day = local_day(told.at, policy.tenant.tz)
    name = mail_name("escalation", day, f"{case.case_id}#{told.percent}")

    def make() -> EmailMessage:
        brief = read_brief(case, items=mailroom.items, policy=policy, now=now)
        digest = Digest(told.name, told.address, day, now, ((ESCALATED, brief),), 1, is_urgent=True)
        return make_mail(digest, name, policy)

    return post_once(make, MailKey(day, name), mailroom)
