"""What a forecast foresees is what the running system then does, contact by contact."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import chain

import pytest

from infra.local.in_processes import map_in_processes
from infra.local.simulated_customers import simulated_base
from shared.care.state import Candidate, Ledger
from shared.flows.decide_review import Known
from shared.flows.foresee import Foreseen, Span, foresee
from shared.flows.look_ahead import differ_over, independent_parts, make_outlook, plan_policy
from shared.flows.read_base import read_base
from shared.insight.outlook import Outlook, compare, conclude
from shared.matching.keys import identity_keys
from shared.model.contact import Decision
from shared.model.instants import from_iso, local_day
from shared.policy.change import change_policy
from shared.policy.load import DEFAULT, check_policy, load_policy, read_tables
from shared.policy.schema import Policy
from shared.ports import Table
from shared.store.customers import PlanMemory, profile_from_item
from shared.store.suppressions import suppress, suppression_keys
from shared.tagging.fold import Happening
from tests.integration.memory_world import KEY, NOW, World, wired_world
from tests.integration.test_whole_job import import_samples

pytestmark = pytest.mark.filterwarnings("ignore:No application metrics")

POLICY = load_policy()
SPAN = Span(NOW, NOW + timedelta(days=40))


def policy_with(*settings: str) -> Policy:
    return check_policy(change_policy(read_tables(DEFAULT.read_text(encoding="utf-8")), settings))


def live(world: World, until: datetime) -> None:
    """Lets the schedules run: a sweep at each quarter of an hour at which somebody is due."""
    while True:
        due = [
            from_iso(str(item["due_at"])) for item in world.rows(Table.CUSTOMERS, "TAGS") if "due_at" in item
        ]
        first = max(min(due), world.clock.now() + timedelta(seconds=1))
        sweep_at = datetime.fromtimestamp(-(-first.timestamp() // 900) * 900, UTC)
        if sweep_at >= until:
            return
        world.clock.move_to(sweep_at)
        world.sweep()


def contact_ids(world: World) -> set[str]:
    return {str(item["contact_id"]) for item in world.items.scan(Table.CONTACTS)}


def read_known(world: World, at: datetime) -> list[Known]:
    return list(read_base(world.items, local_day(at, POLICY.tenant.tz)))


def decided_in(step: Foreseen) -> tuple[Candidate, ...]:
    return step.decided.care.candidates if step.decided.care else ()


def outlook(base: Sequence[Known], policy: Policy) -> Outlook:
    span = Span(NOW, NOW + timedelta(days=policy.forecast.days))
    return make_outlook(foresee(base, policy, KEY, span), policy, NOW)


@pytest.fixture(scope="module")
def base() -> list[Known]:
    """The sample customers after their first day."""
    with pytest.MonkeyPatch.context() as patch:
        world = wired_world(patch)
        import_samples(world)
        return read_known(world, NOW)


@pytest.fixture(scope="module")
def simulated() -> tuple[Known, ...]:
    """Customers with a rich past, two of three in care for long."""
    base = simulated_base(36, seed=3, start=NOW, policy=POLICY, key=KEY)
    in_care = PlanMemory(Ledger(first_contact_made=True))
    return tuple(replace(each, memory=in_care) if n % 3 else each for n, each in enumerate(base))


def suppress_some(world: World) -> None:
    """The last address of every third customer bounced."""
    for row in world.rows(Table.CUSTOMERS, "PROFILE")[::3]:
        for address in suppression_keys(identity_keys(profile_from_item(row).golden, KEY))[-1:]:
            world.items.update_if(suppress(address.pk, str(address.sk), reason="hard_bounce", at=NOW))


def test_every_contact_and_every_tag_of_forty_days_is_foreseen(world: World) -> None:
    import_samples(world)
    suppress_some(world)
    steps = list(foresee(read_known(world, NOW), POLICY, KEY, SPAN))
    last = {step.before.profile.customer_id: step.decided for step in steps}
    before = contact_ids(world)
    live(world, SPAN.end)
    made = contact_ids(world) - before
    assert len(made) > 100
    assert {c.decision for step in steps for c in decided_in(step)} >= {Decision.PLANNED, Decision.SUPPRESSED}
    assert set(make_outlook(steps, POLICY, NOW).made) == made
    for known in read_known(world, SPAN.end):
        decided = last[known.profile.customer_id]
        assert (decided.tags.tags, decided.memory) == (known.tags.tags, known.memory)


def test_the_same_policy_changes_nothing(base: list[Known]) -> None:
    diff = plan_policy(base, POLICY, policy_with("version=renamed"), KEY, NOW)
    assert diff.is_empty
    assert not diff.added
    assert not diff.removed
    assert diff.load_before == diff.load_after
    assert all(before == after for before, after in diff.moves)


def test_a_lower_bar_for_core_customers_moves_them_and_their_contacts(base: list[Known]) -> None:
    new = policy_with("level.core.min_fen=30_000_000")
    diff = plan_policy(base, POLICY, new, KEY, NOW)
    moved = {cells: n for cells, n in diff.moves.items() if cells[0] != cells[1]}
    assert moved
    assert all(after.startswith("core.") for _, after in moved)
    assert diff.added["call"] > 0
    assert sum(moved.values()) <= len(diff.affected)
    assert sum(diff.moves.values()) == diff.customers == len(base)
    before, after = outlook(base, POLICY).made.keys(), outlook(base, new).made.keys()
    assert sum(diff.added.values()) == len(after - before)
    assert sum(diff.removed.values()) == len(before - after)


@pytest.mark.parametrize(
    "setting",
    [
        "level.core.min_fen=11_000_000",
        "level.strategic_tenure_years=1",
        "level.exit_percent=20",
        "level.growth_percent=60",
        "risk.silent_months=1",
        "activity.high_min=3",
        "traits.new_months=12",
        "first_import.stagger_days=40",
        "first_import.daily_limit=3",
        "matching.source_trust.other=5",
    ],
)
def test_what_two_policies_share_is_what_each_finds_alone(simulated: tuple[Known, ...], setting: str) -> None:
    new, span = policy_with(setting), Span(NOW, NOW + timedelta(days=POLICY.forecast.days))
    alone = [make_outlook(foresee(simulated, one, KEY, span), one, NOW) for one in (POLICY, new)]
    assert plan_policy(simulated, POLICY, new, KEY, NOW) == compare(alone[0], alone[1], new.forecast)


def test_parts_on_other_processes_come_to_the_same(simulated: tuple[Known, ...]) -> None:
    new = policy_with("level.core.min_fen=30_000_000")
    parts = [*independent_parts(simulated)]
    action = partial(differ_over, old=POLICY, new=new, key=KEY, at=NOW)
    split = [(one,) for one in parts[0]]
    found = conclude(
        map_in_processes(action, [*split, parts[1]]), (POLICY.version, new.version), new.forecast
    )
    assert found == plan_policy(simulated, POLICY, new, KEY, NOW)


def test_newcomers_compete_in_one_part_and_nobody_is_lost(simulated: tuple[Known, ...]) -> None:
    parts = list(independent_parts(simulated))
    assert Counter(map(id, chain.from_iterable(parts))) == Counter(map(id, simulated))
    *settled, newcomers = parts
    assert not any(known.memory.ledger.first_contact_made for known in newcomers)
    assert all(known.memory.ledger.first_contact_made for part in settled for known in part)


def test_a_budget_that_a_week_breaks_is_named_with_the_week(base: list[Known]) -> None:
    tight = policy_with("forecast.most_task_minutes_per_week=60")
    diff = compare(outlook(base, POLICY), outlook(base, tight), tight.forecast)
    assert {breach.budget for breach in diff.breaches} == {"forecast.most_task_minutes_per_week"}
    assert all(breach.begins_on.weekday() == 0 and breach.foreseen > 60 for breach in diff.breaches)


def test_every_candidate_ends_in_one_decision(base: list[Known]) -> None:
    found = outlook(base, POLICY)
    decisions = Counter(each.decision for each in found.candidates.values())
    assert sum(decisions.values()) == len(found.candidates)
    assert len(found.made) == decisions["planned"] + decisions["quiet_deferred"]


def test_what_a_customer_does_is_felt_at_once(base: list[Known]) -> None:
    silent = next(known for known in base if known.tags.tags and known.tags.tags.risk == "high")
    name = silent.profile.customer_id
    talk = Happening("interaction", NOW + timedelta(hours=3))
    steps = [
        step
        for step in foresee([silent], POLICY, KEY, SPAN, happenings=[(name, talk)])
        if step.at < NOW + timedelta(hours=4)
    ]
    assert [step.decided.tags.tags.risk for step in steps if step.decided.tags.tags] == ["high", "low"]
