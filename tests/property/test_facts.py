"""Facts of a source record are the same whatever the order in which the messages came, and however often."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from shared.flows.keep_facts import KEPT, fact_of, facts_after, keep_newest
from shared.memory.items import MemoryItems
from shared.model.facts import CLOSED, Fact, FactKind
from shared.model.record import Complaint, Party, Record
from shared.store.facts import facts_from_text, facts_to_text
from shared.store.records import read_sources
from tests.integration.identity_world import Raw, ingest

checked = settings(derandomize=True, max_examples=30, deadline=None)
AT = datetime(2026, 6, 1, tzinfo=UTC)
DETAILS: dict[str, dict[str, list[Any]]] = {
    "asset": {"mileage_km": [None, "1.2万公里", 8000, "about"], "warranty_ends_on": [None, "2027-03-07"]},
    "service": {
        "service_type": ["保养", "事故维修", None],
        "mileage_km": [9000, "x"],
        "in_warranty": [None, "保内"],
    },
    "complaint": {"stage": [None, "处理中", "已解决"], "topic": [None, "噪音"]},
    "interaction": {
        "channel": ["call", "拜访", "web", None],
        "stage": [None, "minuted"],
        "topic": [None, "报价"],
    },
    "satisfaction": {"score": [1, "5星"], "dimension": [None, "服务质量"]},
}
DAYS = 28


@st.composite
def messages(draw: st.DrawFn) -> list[Raw]:
    """Versions of a few records under one source record; no two versions of a record have one number."""
    found = []
    for kind, number in draw(
        st.lists(st.tuples(st.sampled_from([*DETAILS]), st.integers(1, 3)), unique=True, max_size=6)
    ):
        for version in draw(st.lists(st.integers(1, 6), unique=True, min_size=1, max_size=3)):
            details = {name: draw(st.sampled_from(values)) for name, values in DETAILS[kind].items()}
            at = (AT + timedelta(days=draw(st.integers(0, DAYS)))).isoformat()
            found.append(
                {
                    **{"schema": 1, "system": "dms", "kind": kind, "id": f"{kind}-{number}", "version": version},
                    **{"event_at": at, "deleted": draw(st.sampled_from([False, False, True]))},
                    **{"party": {"ref": "1", "name": "李雷"}, **details},
                }
            )  # fmt: skip
    return found


def facts_of(items: MemoryItems) -> tuple[Fact, ...]:
    sources = read_sources(items, ["dms#1"])
    return sources["dms#1"].facts if sources else ()


def arrive(arrivals: Iterable[Raw]) -> tuple[Fact, ...]:
    items = MemoryItems()
    for raw in arrivals:
        ingest(items, raw)
    return facts_of(items)


def newest(raws: list[Raw]) -> list[Raw]:
    best: dict[str, Raw] = {}
    for raw in sorted(raws, key=lambda raw: int(raw["version"])):
        best[str(raw["id"])] = raw
    return [raw for raw in best.values() if not raw["deleted"]]


@checked
@given(messages(), st.data())
def test_any_order_and_repetition_of_arrivals_gives_the_same_facts(
    raws: list[Raw], data: st.DataObject
) -> None:
    whole = arrive(newest(raws))
    shuffled = data.draw(st.permutations(raws))
    again = data.draw(st.lists(st.sampled_from(raws), max_size=4)) if raws else []
    assert arrive([*shuffled, *again]) == whole
    telling = [
        raw for raw in newest(raws) if raw["kind"] != "interaction" or raw["channel"] in ("call", "拜访")
    ]
    assert {fact.fact_id for fact in whole} == {f"dms#{raw['id']}" for raw in telling}


def a_complaint(number: int, day: int, *, deleted: bool = False, stage: str | None = None) -> Complaint:
    at = AT + timedelta(days=day)
    return Complaint(
        system="dms",
        id=str(number),
        event_at=at,
        recorded_at=at,
        party=Party(ref="1"),
        deleted=deleted,
        stage=stage,
    )


@checked
@given(st.data())
def test_what_was_evicted_comes_back_when_there_is_room_and_as_it_was_corrected(data: st.DataObject) -> None:
    """The oracle sorts all that stands; the subject sees one record at a time and keeps two."""
    kept = {**KEPT, FactKind.COMPLAINT: 2}
    standing: dict[str, Record] = {}
    facts: tuple[Fact, ...] = ()
    for _ in range(data.draw(st.integers(1, 12))):
        number, day = data.draw(st.integers(1, 5)), data.draw(st.integers(0, 6))
        record = a_complaint(
            number, day, deleted=data.draw(st.booleans()), stage=data.draw(st.sampled_from([None, "已结案"]))
        )
        others = [other for name, other in standing.items() if name != record.id]
        is_new = record.id not in standing and not record.deleted
        facts = facts_after(facts, record, None if is_new else others, kept)
        standing = {name: other for name, other in standing.items() if name != record.id}
        if not record.deleted:
            standing[record.id] = record
        by_age = sorted(standing.values(), key=lambda one: (one.event_at, f"dms#{one.id}"))
        assert [fact.fact_id for fact in facts] == sorted(f"dms#{one.id}" for one in by_age[-2:])
        for fact in facts:
            known = standing[fact.fact_id.removeprefix("dms#")]
            assert isinstance(known, Complaint)
            assert (fact.at, fact.stage) == (known.event_at, known.stage and CLOSED)


texts = st.none() | st.text(max_size=8)
days = st.none() | st.dates(date(2000, 1, 1), date(2100, 1, 1))
flags = st.none() | st.booleans()
numbers = st.none() | st.integers(0, 10**7)
instants = st.integers(0, 10**9).map(lambda second: AT + timedelta(seconds=second, milliseconds=7))


NAMED: dict[FactKind, dict[str, st.SearchStrategy[Any]]] = {
    FactKind.ASSET: {
        "asset_id": texts, "product": texts, "bought_on": days, "warranty_ends_on": days, "insurance_ends_on": days,
        "inspection_due_on": days, "mileage_km": numbers,
    },
    FactKind.SERVICE: {"asset_id": texts, "is_repair": flags, "in_warranty": flags, "mileage_km": numbers},
    FactKind.COMPLAINT: {"stage": texts, "topic": texts},
    FactKind.TALK: {"stage": texts, "topic": texts},
    FactKind.SCORE: {"score": st.integers(1, 5), "topic": texts},
}  # fmt: skip


def a_fact(kind: FactKind) -> st.SearchStrategy[Fact]:
    told = st.fixed_dictionaries(NAMED[kind])
    number = st.text(max_size=8)
    return st.builds(lambda name, at, told: Fact(kind, f"dms#{name}", at, **told), number, instants, told)


@settings(derandomize=True, max_examples=100, deadline=None)
@given(st.lists(st.sampled_from(FactKind).flatmap(a_fact), max_size=8))
def test_facts_are_read_as_they_were_written(raw: list[Fact]) -> None:
    facts = keep_newest(raw)
    assert facts_from_text(facts_to_text(facts, "dms"), "dms") == facts


def test_a_record_that_was_deleted_tells_nothing() -> None:
    assert fact_of(a_complaint(1, 1, deleted=True)) is None
