"""A policy is tried, published, felt by everybody once, and taken back; what was foreseen is what then happens."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any

import pytest

from shared.flows.foresee import Span, foresee
from shared.flows.look_ahead import make_outlook
from shared.flows.policy_in_force import read_in_force
from shared.flows.publish_policy import DEPLOYED, Move, publish_policy
from shared.flows.wake_base import FOLLOWED_AFTER
from shared.memory.items import MemoryItems
from shared.model.errors import StoreBusy
from shared.policy.load import DEFAULT, load_policy, parse_policy
from shared.ports import Cancelled, Done, Item, Key, Put, Table, Write
from shared.runtime import wiring
from shared.store.policies import IN_FORCE, PLAIN_BYTES, POLICY, VERSION, read_version, read_walk
from tests.integration.memory_world import KEY, NOW, World, wired_world
from tests.integration.test_foresee import contact_ids, live, read_known
from tests.integration.test_whole_job import import_samples

pytestmark = pytest.mark.filterwarnings("ignore:No application metrics")

PACKAGED = load_policy().version
TEXT = DEFAULT.read_text(encoding="utf-8")
SWEEP = timedelta(minutes=15)


def a_policy(version: str, *changes: str) -> str:
    """The packaged text under another version, each change as `old -> new`."""
    text = TEXT.replace(f'version = "{PACKAGED}"', f'version = "{version}"')
    for change in changes:
        old, new = change.split(" -> ")
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return text


LOWER_BAR = a_policy("2", "core_min_fen = 50_000_000 -> core_min_fen = 30_000_000")


def ask(world: World, action: str, **arguments: object) -> dict[str, Any]:
    answer: dict[str, Any] = world.invoke("Operate", {"action": action, "by": "li.lei", **arguments})
    return answer


def publish(world: World, text: str, **arguments: object) -> dict[str, Any]:
    return ask(world, "publish_policy", toml=text, **arguments)


def versions_of_tags(world: World) -> Counter[object]:
    return Counter(item["policy_version"] for item in world.rows(Table.CUSTOMERS, "TAGS"))


def next_sweep(world: World) -> None:
    world.clock.move_to(world.clock.now() + SWEEP)
    world.sweep()


def sweep_all(world: World) -> None:
    """As many sweeps as it takes to wake everybody."""
    next_sweep(world)
    while (walk := read_walk(world.items)[1]) is not None and walk.place is not None:
        next_sweep(world)


@pytest.fixture(scope="module")
def rows() -> list[tuple[Table, Item]]:
    """The sample customers after their first day, and a sweep that knows the packaged policy."""
    with pytest.MonkeyPatch.context() as patch:
        world = wired_world(patch)
        import_samples(world)
        world.sweep()
        return [(table, item) for table in Table for item in world.items.scan(table)]


@pytest.fixture
def lived(world: World, rows: list[tuple[Table, Item]]) -> World:
    for table, item in rows:
        world.items.inner.put_if(Put(table, item))
    return world


def versions_seen(world: World) -> dict[str, int]:
    """How often the tags of each customer were written."""
    return {str(item["customer_id"]): int(str(item["ver"])) for item in world.rows(Table.CUSTOMERS, "TAGS")}


# --- versions and the pointer --------------------------------------------------------------------------------


def test_a_version_is_stored_with_who_when_and_why_and_put_in_force(world: World) -> None:
    answer = publish(world, LOWER_BAR, note="more core customers")
    assert answer == {"in_force": "2", "previous": PACKAGED, "moved": True, "number": 1}
    found = ask(world, "policies")
    assert found["in_force"] == "2"
    assert {(one["version"], one["by"], one["is_in_force"]) for one in found["versions"]} == {
        ("2", "li.lei", True),
        (PACKAGED, "package", False),
    }
    (move,) = found["moves"]
    assert (move["previous"], move["version"], move["by"], move["note"]) == (
        PACKAGED,
        "2",
        "li.lei",
        "more core customers",
    )
    assert move["at"].startswith("2026-06-30T02:00")
    assert ask(world, "policy")["toml"] == LOWER_BAR
    assert ask(world, "policy", version=PACKAGED)["toml"] == TEXT
    assert world.policy() == parse_policy(LOWER_BAR)


def test_before_anything_is_published_the_packaged_policy_is_listed_and_shown(world: World) -> None:
    found = ask(world, "policies")
    assert (found["in_force"], [one["version"] for one in found["versions"]]) == (PACKAGED, [PACKAGED])
    assert ask(world, "policy")["toml"] == TEXT
    assert ask(world, "roll_back_policy", version=PACKAGED) == {"in_force": PACKAGED, "moved": False}


def test_a_version_never_changes(world: World) -> None:
    publish(world, LOWER_BAR)
    other = a_policy("2", "core_min_fen = 50_000_000 -> core_min_fen = 40_000_000")
    assert publish(world, other)["error"] == "version_taken"
    assert publish(world, TEXT + "\n# another text\n")["error"] == "version_taken"
    assert ask(world, "policy", version="2")["toml"] == LOWER_BAR


def test_publishing_the_same_again_moves_nothing(world: World) -> None:
    publish(world, LOWER_BAR)
    assert publish(world, LOWER_BAR) == {"in_force": "2", "moved": False}
    assert len(ask(world, "policies")["moves"]) == 1


def test_a_roll_back_goes_to_any_version_that_was_in_force(world: World) -> None:
    publish(world, LOWER_BAR)
    assert ask(world, "roll_back_policy", version=PACKAGED, note="too many calls")["in_force"] == PACKAGED
    assert world.policy() == load_policy()
    assert ask(world, "roll_back_policy", version="2")["number"] == 3
    unknown = ask(world, "roll_back_policy", version="9")
    assert unknown["error"] == "unknown_version"
    assert set(unknown["versions"]) == {PACKAGED, "2"}


@pytest.mark.parametrize(
    ("text", "error", "detail"),
    [
        pytest.param("version = ", "policy_invalid", "not TOML", id="no TOML"),
        pytest.param(
            a_policy("2", "shards = 16 -> shard = 16"), "policy_invalid", "due.shard", id="unknown key"
        ),
        pytest.param(
            a_policy("2", "core_min_fen = 50_000_000 -> core_min_fen = 5"),
            "policy_invalid",
            "level",
            id="bands",
        ),
    ],
)
def test_a_policy_that_breaks_a_rule_is_refused_with_its_path(
    world: World, text: str, error: str, detail: str
) -> None:
    answer = publish(world, text)
    assert answer["error"] == error
    assert detail in answer["detail"]
    assert world.rows(Table.CONTROL) == []


@pytest.mark.parametrize(
    ("change", "path"),
    [
        pytest.param('id = "guanxi-demo" -> id = "other"', "tenant.id", id="tenant: ids hold it"),
        pytest.param("shards = 16 -> shards = 8", "due.shards", id="shards: 8 would not be read any more"),
    ],
)
def test_what_belongs_to_the_deployment_is_not_published(world: World, change: str, path: str) -> None:
    assert publish(world, a_policy("2", change)) == {"error": "belongs_to_the_deployment", "paths": [path]}
    assert path in DEPLOYED


def test_of_two_operators_who_saw_the_same_policy_the_second_is_told(world: World) -> None:
    publish(world, LOWER_BAR, expected=PACKAGED)
    third = a_policy("3")
    assert publish(world, third, expected=PACKAGED) == {"error": "not_as_expected", "in_force": "2"}
    assert publish(world, third, expected="2")["moved"]


def test_of_two_operators_at_the_same_instant_one_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    inner = MemoryItems()
    transact = inner.transact

    def after_another(writes: Sequence[Write]) -> Done | Cancelled:
        monkeypatch.undo()
        publish_policy(LOWER_BAR, Move("han.meimei", "", NOW), inner)
        return transact(writes)

    monkeypatch.setattr(inner, "transact", after_another)
    answer = publish_policy(a_policy("3"), Move("li.lei", "", NOW), inner)
    assert answer == {"error": "moved_meanwhile", "in_force": "2"}
    assert read_in_force(inner).policy.version == "2"
    assert read_version(inner, "3") is None


def test_a_text_near_the_limit_of_an_item_is_packed_and_read_back(world: World) -> None:
    text = LOWER_BAR + "# " + "x" * PLAIN_BYTES + "\n"
    assert publish(world, text)["moved"]
    (row,) = (row for row in world.rows(Table.CONTROL) if row["sk"] == "2" and row["name"] == VERSION)
    assert "text" not in row
    assert ask(world, "policy")["toml"] == text


@pytest.mark.parametrize("by", [None, "", " "])
def test_whoever_moves_the_pointer_has_a_name(world: World, by: str | None) -> None:
    request = {"action": "publish_policy", "toml": LOWER_BAR} | ({} if by is None else {"by": by})
    assert world.invoke("Operate", request) == {"error": "missing_argument", "argument": "by"}


# --- what the functions do -----------------------------------------------------------------------------------


def put_text(items: Any, version: str, text: str) -> None:
    item: Item = {
        "name": VERSION,
        "sk": version,
        "text": text,
        "by": "x",
        "note": "",
        "at": "2026-06-30T00:00:00Z",
    }
    items.put_if(Put(Table.CONTROL, item))


def point_to(items: Any, version: str, number: int) -> None:
    item: Item = {"name": POLICY, "sk": IN_FORCE, "version": version, "number": number}
    item |= {"previous": "", "by": "x", "note": "", "at": "2026-06-30T00:00:00Z"}
    items.put_if(Put(Table.CONTROL, item))


def test_a_stored_policy_that_this_code_refuses_stops_nobody() -> None:
    items = MemoryItems()
    put_text(items, "2", LOWER_BAR)
    put_text(items, "3", a_policy("3", "shards = 16 -> no_longer_known = 16"))
    point_to(items, "3", 1)
    cold = read_in_force(items)
    assert (cold.policy.version, cold.fault) == (PACKAGED, "policy_invalid")
    point_to(items, "2", 2)
    warm = read_in_force(items, cold)
    assert (warm.policy.version, warm.fault) == ("2", "")
    point_to(items, "3", 3)
    assert (read_in_force(items, warm).policy.version, read_in_force(items, warm).fault) == (
        "2",
        "policy_invalid",
    )
    point_to(items, "4", 4)
    assert (read_in_force(items, warm).policy.version, read_in_force(items, warm).fault) == (
        "2",
        "policy_missing",
    )


@pytest.fixture
def wired(monkeypatch: pytest.MonkeyPatch) -> Iterator[MemoryItems]:
    """The true wiring over memory, with a container's clock at 100 s."""
    items = MemoryItems()
    monkeypatch.setattr(wiring, "items", lambda: items)
    monkeypatch.setattr(wiring, "monotonic", lambda: 100.0)
    monkeypatch.setattr(wiring, "_seen", wiring._Seen())
    yield items


def test_a_container_looks_at_the_pointer_once_in_half_a_minute(
    wired: MemoryItems, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert wiring.policy().version == PACKAGED
    put_text(wired, "2", LOWER_BAR)
    point_to(wired, "2", 1)
    monkeypatch.setattr(wiring, "monotonic", lambda: 100.0 + wiring.POLICY_FRESH_S - 1)
    assert wiring.policy().version == PACKAGED
    monkeypatch.setattr(wiring, "monotonic", lambda: 100.0 + wiring.POLICY_FRESH_S)
    assert wiring.policy().version == "2"
    assert 2 * wiring.POLICY_FRESH_S <= 60 <= FOLLOWED_AFTER.total_seconds()


def test_a_store_that_is_busy_leaves_the_policy_of_before(
    wired: MemoryItems, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy(key: Key) -> None:
        raise StoreBusy("busy")

    put_text(wired, "2", LOWER_BAR)
    point_to(wired, "2", 1)
    assert wiring.policy().version == "2"
    monkeypatch.setattr(wired, "get", busy)
    monkeypatch.setattr(wiring, "monotonic", lambda: 200.0)
    assert wiring.policy().version == "2"
    monkeypatch.setattr(wiring, "_seen", wiring._Seen())
    with pytest.raises(StoreBusy):
        wiring.policy()


def test_a_refused_policy_is_told_by_code(wired: MemoryItems, caplog: pytest.LogCaptureFixture) -> None:
    put_text(wired, "3", "nonsense")
    point_to(wired, "3", 1)
    assert wiring.policy().version == PACKAGED
    (told,) = caplog.records
    assert (told.getMessage(), vars(told)["reason"]) == ("policy refused", "policy_invalid")


# --- everybody is due once -----------------------------------------------------------------------------------


def test_a_publication_has_everybody_reviewed_once_in_waves(lived: World) -> None:
    publish(lived, a_policy("2", "wave = 20_000 -> wave = 5_000"))
    before, counts = versions_seen(lived), list[int]()
    while versions_of_tags(lived)[PACKAGED]:
        counts.append(versions_of_tags(lived)["2"])
        assert len(counts) < 20
        next_sweep(lived)
    assert len(set(counts)) > 2, "one wave did not do it"
    after = versions_seen(lived)
    assert {after[name] - before[name] for name in before} == {1}
    sweep_all(lived)
    next_sweep(lived)
    assert versions_seen(lived) == after


def test_nobody_is_woken_before_every_function_follows(lived: World) -> None:
    publish(lived, LOWER_BAR)
    lived.clock.move_to(lived.clock.now() + FOLLOWED_AFTER - timedelta(seconds=1))
    assert lived.invoke("SweepDue", {})["woken"] == 0
    lived.clock.move_to(lived.clock.now() + timedelta(seconds=1))
    assert lived.invoke("SweepDue", {})["woken"] > 0


def test_a_walk_that_breaks_off_goes_on_and_one_that_is_over_is_not_repeated(
    lived: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(lived, LOWER_BAR)
    post, left = lived.post, iter(range(3))

    def breaks(*arguments: Any, **named: Any) -> None:
        if next(left, None) is None:
            raise StoreBusy("busy")
        post(*arguments, **named)

    lived.clock.move_to(lived.clock.now() + SWEEP)
    with monkeypatch.context() as patch:
        patch.setattr(lived, "post", breaks)
        with pytest.raises(StoreBusy):
            lived.invoke("SweepDue", {})
    lived.settle()
    assert 0 < versions_of_tags(lived)["2"] < sum(versions_of_tags(lived).values())
    sweep_all(lived)
    assert set(versions_of_tags(lived)) == {"2"}
    assert lived.invoke("SweepDue", {})["woken"] == 0
    _, walk = read_walk(lived.items)
    assert walk is not None
    assert walk.place is None


def test_a_roll_back_brings_everybody_back_and_makes_nobody_s_contact_twice(lived: World) -> None:
    made = contact_ids(lived)
    publish(lived, LOWER_BAR)
    sweep_all(lived)
    ask(lived, "roll_back_policy", version=PACKAGED)
    sweep_all(lived)
    assert set(versions_of_tags(lived)) == {PACKAGED}
    steps = Counter(
        (item["customer_id"], item["plan_step"], item["occasion_on"])
        for item in lived.items.scan(Table.CONTACTS)
        if item["contact_id"] not in made
    )
    assert max(steps.values(), default=1) == 1


def test_nobody_is_woken_for_a_policy_that_this_code_refuses(lived: World) -> None:
    put_text(lived.items, "3", "nonsense")
    point_to(lived.items, "3", 1)
    next_sweep(lived)
    assert lived.invoke("SweepDue", {})["woken"] == 0
    assert set(versions_of_tags(lived)) == {PACKAGED}


# --- what was foreseen happens -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(LOWER_BAR, id="more core customers"),
        pytest.param(a_policy("2", "silent_months = 2 -> silent_months = 1"), id="at risk earlier"),
    ],
)
def test_what_a_plan_foresees_for_forty_days_is_what_publishing_it_does(lived: World, text: str) -> None:
    new = parse_policy(text)
    span = Span(NOW, NOW + timedelta(days=40))
    outlook = make_outlook(foresee(read_known(lived, NOW), new, KEY, span), new, NOW)
    unchanged = make_outlook(foresee(read_known(lived, NOW), load_policy(), KEY, span), load_policy(), NOW)
    before = contact_ids(lived)
    publish(lived, text)
    sweep_all(lived)
    live(lived, span.end)
    made = contact_ids(lived) - before
    assert set(outlook.made) == made
    assert len(made) > 100
    assert set(unchanged.made) != made, "the policies must differ in what they do"


def test_every_tag_and_contact_names_the_policy_that_made_it(lived: World) -> None:
    first = contact_ids(lived)
    publish(lived, LOWER_BAR)
    sweep_all(lived)
    live(lived, NOW + timedelta(days=20))
    assert set(versions_of_tags(lived)) == {"2"}
    named = Counter(
        (str(item["contact_id"]) in first, policy_of(item, "why"))
        for item in lived.items.scan(Table.CONTACTS)
    )
    assert set(named) == {(True, PACKAGED), (False, "2")}
    cases = {policy_of(item, "brief") for item in lived.items.scan(Table.CASES)}
    assert cases == {PACKAGED, "2"}
    (change, *_) = (
        item for item in lived.rows(Table.CUSTOMERS, "TAGS") if '"policy_version":"2"' in str(item)
    )
    assert change


def policy_of(item: Item, name: str) -> object:
    said = item[name]
    assert isinstance(said, dict)
    return said["policy"]
