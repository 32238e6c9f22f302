"""Plan, arbitrate, price: one customer, one instant. The run, the simulator and `plan` call this one function."""

from datetime import date, datetime

from shared.care.arbitrate import arbitrate, needs_room
from shared.care.calendar import work_time
from shared.care.hours import recipient_zones
from shared.care.plan import counts_as_first, find_wishes, next_due_on, roll_ledger, settle_ledger
from shared.care.playbooks import Play, find_plays
from shared.care.rows import make_case, make_contact
from shared.care.state import CareDay, CareState
from shared.care.times import Clocks
from shared.model.instants import local_day, start_of_day, to_tick
from shared.policy.schema import Policy


def care_day(state: CareState, policy: Policy, now: datetime, *, provisional: bool = False) -> CareDay:
    """What to do for a customer at an instant, and when to ask again (R24, requirements 10.7).

    `provisional` lets `simulate` and `plan` go on into a year without a working-day table (R39); a run never does.
    Raises nothing: what cannot be decided is a Decision.
    """
    clocks = _read_clocks(state, policy, to_tick(now), provisional)
    cell = policy.plan[state.level][state.risk]
    before = roll_ledger(state, policy, clocks.today)
    play = find_plays(state, policy, clocks.now)
    wishes = [*find_wishes(before, cell, policy.arbitration, clocks.work, clocks.today), *play.wishes]
    candidates = arbitrate(wishes, state, before, policy, clocks)
    after = settle_ledger(before, cell, candidates, clocks.today, clocks.work.zone)
    go = [candidate for candidate in candidates if candidate.decision.makes_contact]
    return CareDay(
        candidates=candidates,
        contacts=tuple(make_contact(candidate, state, policy, clocks.now) for candidate in go),
        cases=tuple(
            make_case(candidate, state, policy, before.last_contact_on, clocks.now)
            for candidate in go
            if candidate.channel.is_task
        ),
        ledger=after,
        next_due_at=_next_due_at(next_due_on(after, candidates, clocks.today), play, clocks),
        uses_first_import_room=any(map(counts_as_first, go)) and needs_room(state, before, policy),
    )


def _next_due_at(due_on: date | None, play: Play, clocks: Clocks) -> datetime | None:
    due_at = start_of_day(due_on, clocks.work.zone) if due_on else None
    return min((at for at in (due_at, play.next_at) if at), default=None)


def _read_clocks(state: CareState, policy: Policy, now: datetime, provisional: bool) -> Clocks:
    tenant = policy.tenant.tz
    zones = recipient_zones(state.reach.zone, state.reach.country, tenant)
    return Clocks(now, local_day(now, tenant), work_time(policy, provisional=provisional), zones)
