"""The matrix: which day the next occasion of a customer is due, and which contacts it asks for (R24).

How `plan_due_on` moves:
- first seen: last contact + interval. Overdue or never contacted: today, spread over `first_import.stagger_days`
  unless the risk is exempt.
- a contact of any kind later than `ledger.last_contact_on` happened: that day + interval.
- else it is only pulled earlier: by a cell, or a policy, with a shorter interval.
- an occasion that made a contact, or a playbook that made one of that kind: day of that contact + interval.
  One held for a passing reason (cap, room, calendar) is tried again the next day, one held for a lasting reason is
  passed: today + interval.
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from shared.care.calendar import WorkTime, add_working_days
from shared.care.dates import ONE_DAY, add_months
from shared.care.state import Candidate, CareState, Ledger
from shared.care.wishes import Wish
from shared.model.contact import ContactClass, Decision
from shared.model.errors import CalendarMissing
from shared.model.instants import local_day
from shared.policy.matrix import Cell, EntryStep, Interval
from shared.policy.playbooks import Arbitration
from shared.policy.schema import Policy

# What tomorrow may be different without anybody's doing.
PASSING = frozenset({Decision.CAPPED, Decision.STAGGERED, Decision.NO_CALENDAR})


def cell_name(state: CareState) -> str:
    """`<level>.<risk>`."""
    return f"{state.level}.{state.risk}"


def add_interval(day: date, every: Interval) -> date:
    """The day one interval later; months keep the day of the month, clamped to the month's end."""
    return day + timedelta(weeks=every.count) if every.unit == "week" else add_months(day, every.count)


def roll_ledger(state: CareState, policy: Policy, today: date) -> Ledger:
    """The ledger brought up to today, before anything is planned: cell, last contact, due day."""
    ledger, name = state.ledger, cell_name(state)
    since = ledger.cell_since_on if ledger.cell == name and ledger.cell_since_on else today
    last = _latest(ledger.last_contact_on, state.last_interaction_on, today)
    return replace(
        ledger,
        cell=name,
        cell_since_on=since,
        last_contact_on=last,
        plan_due_on=_due_on(state, policy, last, today),
    )


def find_wishes(ledger: Ledger, cell: Cell, places: Arbitration, work: WorkTime, today: date) -> list[Wish]:
    """The contacts that a rolled ledger asks for today: the entry step first, then the due occasion."""
    wishes = []
    if cell.on_entry and ledger.cell_since_on and _is_entry_open(cell.on_entry, ledger, work, today):
        entry = _entry_wish(cell.on_entry, ledger.cell, ledger.cell_since_on)
        wishes.append(entry._replace(priority=places.entry_priority))
    if ledger.plan_due_on and ledger.plan_due_on <= today:
        steps = _occasion(cell, ledger.cell, ledger.plan_due_on)
        wishes.extend(step._replace(priority=places.matrix_priority) for step in steps)
    return wishes


def settle_ledger(
    ledger: Ledger, cell: Cell, candidates: Sequence[Candidate], today: date, zone: ZoneInfo
) -> Ledger:
    """The ledger after the candidates of today were decided."""
    made = [candidate for candidate in candidates if is_made(candidate)]
    regular = [c for c in made if c.playbook is None] or [c for c in made if _stands_in(c, cell)]
    known = replace(
        ledger, first_contact_made=ledger.first_contact_made or any(counts_as_first(c) for c in made)
    )
    if regular:
        last = max(min(_made_on(c, zone) for c in regular), ledger.last_contact_on or date.min)
        return replace(
            known,
            last_contact_on=last,
            plan_due_on=add_interval(last, cell.every),
            entry_step_on=next((c.occasion_on for c in regular if _is_entry(c)), ledger.entry_step_on),
        )
    held = [c for c in candidates if c.playbook is None and not _is_entry(c)]
    if not held:
        return known
    return replace(
        known,
        plan_due_on=today + ONE_DAY if _has_passing(held) else add_interval(today, cell.every),
    )


def next_due_on(ledger: Ledger, candidates: Sequence[Candidate], today: date) -> date | None:
    """The day of the next decision: the due day, or tomorrow for a step that was only held."""
    held = [c for c in candidates if _is_entry(c) or (c.playbook is not None and c.last_on > today)]
    return today + ONE_DAY if _has_passing(held) else ledger.plan_due_on


def counts_as_first(candidate: Candidate | Wish) -> bool:
    """Towards the first contacts of a day: all but an answer to the customer's own doing."""
    return candidate.contact_class not in (ContactClass.SERVICE, ContactClass.LEGAL)


def _stands_in(candidate: Candidate, cell: Cell) -> bool:
    """A contact of any kind moves the plan on, but a message of a playbook is no visit or call that a cell asks for.

    Nor does an answer to the customer's own doing: that is no care.
    """
    if not counts_as_first(candidate):
        return False
    return candidate.channel.is_task or not cell.steps[0].channel.is_task


def is_made(candidate: Candidate) -> bool:
    """Its contact exists after this run."""
    return candidate.decision.makes_contact or candidate.decision is Decision.ALREADY_MADE


def _latest(contact: date | None, interaction: date | None, today: date) -> date | None:
    # An interaction ahead of today does not exist yet (R22); a contact planned for a later day does.
    if interaction is None or interaction > today:
        return contact
    return interaction if contact is None else max(contact, interaction)


def _due_on(state: CareState, policy: Policy, last: date | None, today: date) -> date:
    ledger, every = state.ledger, policy.plan[state.level][state.risk].every
    natural = add_interval(last or today, every)
    if ledger.plan_due_on is None:
        return _first_due_on(state, policy, None if last is None else natural, today)
    if last != ledger.last_contact_on:
        return natural
    if ledger.cell != cell_name(state):
        return min(ledger.plan_due_on, natural)
    # Nothing happened: only a policy with a shorter interval makes this the earlier one.
    return min(ledger.plan_due_on, add_interval(_latest_or(last, today), every))


def _first_due_on(state: CareState, policy: Policy, natural: date | None, today: date) -> date:
    if natural is not None and natural > today:
        return natural
    if state.risk in policy.first_import.exempt_risks:
        return today
    return today + timedelta(
        days=_stable_hash(state.spread_by or state.customer_id) % policy.first_import.stagger_days
    )


def _stable_hash(text: str) -> int:
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8])


def _latest_or(day: date | None, today: date) -> date:
    return today if day is None else max(day, today)


def _is_entry_open(entry: EntryStep, ledger: Ledger, work: WorkTime, today: date) -> bool:
    """Not done within `not_again_days` before the cell was entered, and its deadline has not passed."""
    since = ledger.cell_since_on or today
    if ledger.entry_step_on and (since - ledger.entry_step_on).days < entry.not_again_days:
        return False
    try:
        return today <= add_working_days(since, entry.within_working_days, **work.table)
    except CalendarMissing:
        return True  # the candidate ends as NO_CALENDAR and is tried again until the calendar is there


def _entry_wish(entry: EntryStep, cell: str | None, since: date) -> Wish:
    return Wish(
        plan_step=f"entry.{cell}",
        occasion_on=since,
        channel=entry.channel,
        template=None,
        task=entry.task,
        within_working_days=entry.within_working_days,
    )


def _occasion(cell: Cell, name: str | None, due_on: date) -> Iterator[Wish]:
    for number, step in enumerate(cell.steps, start=1):
        yield Wish(
            plan_step=f"matrix.{name}.{number}",
            occasion_on=due_on,
            channel=step.channel,
            template=step.template,
            task=step.task,
            after_working_days=step.after_working_days,
        )


def _made_on(candidate: Candidate, zone: ZoneInfo) -> date:
    if candidate.decision is Decision.ALREADY_MADE:
        return candidate.occasion_on
    return local_day(candidate.not_before, zone)


def _is_entry(candidate: Candidate) -> bool:
    return candidate.plan_step.startswith("entry.")


def _has_passing(candidates: Sequence[Candidate]) -> bool:
    return any(candidate.decision in PASSING for candidate in candidates)
