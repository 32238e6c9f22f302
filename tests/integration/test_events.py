"""Every sample event, as the console or a queue hands it over, through the real handler: the answer and what it did.

The samples tell one story (a customer who complains) at the instant of the in-memory world.
"""

import json
from collections.abc import Iterator, Sequence
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO
from urllib.parse import unquote_plus

import pytest

from functions import split_file as handler
from infra.local.template import QueueSource, functions, kebab, matches, sources
from shared.aws import objects
from shared.flows import split_file as flow
from shared.model.case import Case
from shared.model.contact import Contact
from shared.ports import Item, Key, Page, Query, QueueName, Table, Write
from shared.runtime import wiring
from shared.runtime.settings import QUEUE_VARIABLES, TABLE_VARIABLES
from shared.store.cases import put_case
from shared.store.contacts import put_contact
from tests.integration.ledger_builder import a_contact
from tests.integration.memory_world import NOW, World

pytestmark = pytest.mark.filterwarnings("ignore:No application metrics")

EVENTS = Path(__file__).parents[2] / "events"
SAMPLES = EVENTS / "samples"
FUNCTIONS = {kebab(name).replace("-", "_"): name for name in functions()}
ALL = sorted(
    file.relative_to(EVENTS).as_posix() for name in FUNCTIONS for file in (EVENTS / name).glob("*.json")
)
GOOD: dict[str, Any] = {"batchItemFailures": []}


def event(path: str) -> Any:
    return json.loads((EVENTS / path).with_suffix(".json").read_text(encoding="utf-8"))


def run(world: World, path: str) -> Any:
    """The answer as Lambda would write it down."""
    return json.loads(json.dumps(world.invoke(FUNCTIONS[path.partition("/")[0]], event(path))))


def failures(path: str, *places: int) -> dict[str, list[dict[str, str]]]:
    """The answer that gives these messages of an event back to their queue."""
    records = event(path)["Records"]
    return {"batchItemFailures": [{"itemIdentifier": records[place]["messageId"]} for place in places]}


def waiting(world: World, queue: QueueName) -> list[Any]:
    return [json.loads(body) for body, _ in world.queues.get(queue.value, ())]


def reasons(world: World) -> list[str]:
    return sorted(str(item["reason"]) for item in world.items.scan(Table.CONTROL) if "raw" in item)


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch) -> None:
    """An object store that holds the sample files, and something that is none of the formats."""

    def open_object(found: objects.ImportedObject) -> BinaryIO:
        file = SAMPLES / found.name
        return BytesIO(file.read_bytes() if file.is_file() else b"%PDF-1.7 not a table")

    monkeypatch.setattr(objects, "open_object", open_object)


@pytest.fixture
def told(world: World) -> World:
    """The world after the story up to the pending contact."""
    for path in ("ingest_records/good", "wake_review/good", "review_customer/good", "wake_sender/good"):
        assert run(world, path) == GOOD
    return world


# --- the files -----------------------------------------------------------------------------------------------


def test_every_function_has_a_good_a_repeated_and_a_bad_event() -> None:
    cases = {name: {file.stem for file in (EVENTS / name).glob("*.json")} for name in FUNCTIONS}
    bad = {"sweep_due": "late", "sweep_contacts": "late", "operate": "poison"}
    bad |= {"sweep_cases": "late", "send_digest": "late"}
    for name, found in cases.items():
        first = {"explain", "holds"} if name == "operate" else {"good", "duplicate"}
        assert first | {bad.get(name, "poison")} <= found, name


@pytest.mark.parametrize("path", ALL)
def test_an_event_names_its_own_source_and_reserved_domains_only(path: str) -> None:
    text = (EVENTS / path).read_text(encoding="utf-8")
    hosts = [part.split('"')[0].split("\\")[0] for part in text.split("@")[1:]]
    assert all(host.endswith(("example.com", ".example")) for host in hosts)
    queues = {source.queue for source in sources() if isinstance(source, QueueSource)}
    for record in event(path).get("Records", ()):
        owner = record["eventSourceARN"].split(":")[5]
        name = owner.removeprefix("table/").partition("/")[0]
        assert name in (queues if record["eventSource"] == "aws:sqs" else {table.value for table in Table})


@pytest.mark.parametrize("path", [path for path in ALL if path.startswith("wake_") and "poison" not in path])
def test_a_stream_event_is_one_that_the_filters_let_through(path: str) -> None:
    patterns = [
        pattern
        for source in sources()
        if source.function == FUNCTIONS[path.partition("/")[0]] and hasattr(source, "patterns")
        for pattern in source.patterns
    ]
    assert all(any(matches(pattern, change) for pattern in patterns) for change in event(path)["Records"])


# --- one by one ----------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("bucket")
@pytest.mark.parametrize("path", ALL)
def test_every_event_is_answered_with_what_lambda_can_write_down(
    path: str, told: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wiring, "redrive", lambda name, limit: 0)
    answer = run(told, path)
    if "Records" in event(path):
        assert list(answer) == ["batchItemFailures"]
    assert isinstance(answer, dict)


def test_records_are_taken_in_once(world: World) -> None:
    assert run(world, "ingest_records/good") == GOOD
    before = {table: sorted(map(str, world.items.scan(table))) for table in Table}
    assert run(world, "ingest_records/duplicate") == GOOD
    assert {table: sorted(map(str, world.items.scan(table))) for table in Table} == before
    assert len(world.rows(Table.RECORDS, "RECORD")) == 2
    assert len({item["customer_id"] for item in world.rows(Table.RECORDS, "RECORD")}) == 1


def test_what_cannot_be_taken_in_is_kept_with_its_reason_and_not_retried(world: World) -> None:
    assert run(world, "ingest_records/poison") == GOOD
    expected = ["bad_json", "no_identity", "not_an_object", "unknown_kind", "unknown_schema"]
    assert reasons(world) == expected


def test_a_good_record_beside_a_bad_one_is_taken_in(world: World) -> None:
    assert run(world, "ingest_records/mixed") == GOOD
    assert reasons(world) == ["bad_json"]
    assert len(world.rows(Table.RECORDS, "EVENT#order")) == 1


@pytest.mark.parametrize(
    ("path", "posted"), [("wake_review/good", 1), ("wake_review/duplicate", 1), ("wake_review/poison", 0)]
)
def test_a_review_is_woken_once_for_each_customer_of_a_batch(path: str, posted: int, world: World) -> None:
    assert run(world, path) == GOOD
    bodies = waiting(world, QueueName.CUSTOMERS_DUE)
    assert len(bodies) == posted
    assert all(list(body) == ["customer_id"] for body in bodies)


def test_a_review_plans_once(world: World) -> None:
    run(world, "ingest_records/good")
    for path in ("review_customer/good", "review_customer/duplicate"):
        assert run(world, path) == GOOD
        contacts = {(item["channel"], item["status"]) for item in world.items.scan(Table.CONTACTS)}
        assert contacts == {("call", "SENT"), ("email", "PENDING")}
        assert len(list(world.items.scan(Table.CONTACTS))) == 2


def test_a_wake_up_that_is_none_is_kept_and_not_retried(world: World) -> None:
    assert run(world, "review_customer/poison") == GOOD
    assert run(world, "send_contact/poison") == GOOD
    assert set(reasons(world)) == {"malformed_wake_up"}


@pytest.mark.parametrize(
    ("path", "posted"), [("wake_sender/good", 1), ("wake_sender/duplicate", 2), ("wake_sender/poison", 0)]
)
def test_a_sender_is_woken_for_each_new_message(path: str, posted: int, world: World) -> None:
    assert run(world, path) == GOOD
    assert len(waiting(world, QueueName.CONTACTS_EMAIL)) == posted
    assert not waiting(world, QueueName.CONTACTS_SMS)


def test_a_contact_is_sent_once_however_often_its_message_comes(told: World) -> None:
    for path in ("send_contact/good", "send_contact/duplicate", "send_contact/good"):
        assert run(told, path) == GOOD
    assert [message.to for message in told.email.accepted] == ["xiaoman.lin@example.com"]


def test_an_unknown_contact_is_sent_to_nobody(told: World) -> None:
    assert run(told, "send_contact/unknown") == GOOD
    assert not told.email.attempts


@pytest.mark.usefixtures("bucket")
def test_a_file_becomes_the_same_records_however_often_it_is_announced(world: World) -> None:
    assert run(world, "split_file/good") == GOOD
    first = waiting(world, QueueName.RECORDS)
    world.queues.clear()
    assert run(world, "split_file/duplicate") == GOOD
    assert first
    assert waiting(world, QueueName.RECORDS) == first
    assert len([item for item in world.items.scan(Table.CONTROL) if item["name"] == "JOB"]) == 1


@pytest.mark.usefixtures("bucket")
def test_a_file_that_takes_too_long_comes_back_and_is_finished(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    given_back: list[str] = []
    monkeypatch.setattr(handler, "give_back", lambda record: given_back.append(record.message_id))
    monkeypatch.setattr(flow, "LOT", 10)
    monkeypatch.setattr(flow, "STOP_BEFORE_S", 31)  # the context of these tests has 30 s left
    assert run(world, "split_file/good") == failures("split_file/good", 0)
    assert len(waiting(world, QueueName.RECORDS)) <= 10
    assert given_back == [event("split_file/good")["Records"][0]["messageId"]]
    monkeypatch.setattr(flow, "STOP_BEFORE_S", 20)
    assert run(world, "split_file/duplicate") == GOOD
    numbers = [body["origin"]["seq"] for body in waiting(world, QueueName.RECORDS)]
    assert numbers == list(range(len(numbers)))
    assert len(numbers) > 10


@pytest.mark.usefixtures("bucket")
def test_two_files_of_one_notification_are_two_jobs(world: World) -> None:
    assert run(world, "split_file/two_files") == GOOD
    files = {item["file"] for item in world.items.scan(Table.CONTROL) if item["name"] == "JOB"}
    names = [
        record["s3"]["object"]["key"]
        for record in json.loads(event("split_file/two_files")["Records"][0]["body"])["Records"]
    ]
    assert files == {Path(unquote_plus(name)).name for name in names}


@pytest.mark.usefixtures("bucket")
def test_the_test_message_of_the_bucket_does_nothing(world: World) -> None:
    assert run(world, "split_file/set_up") == GOOD
    assert not list(world.items.scan(Table.CONTROL))


@pytest.mark.usefixtures("bucket")
def test_a_message_that_is_no_notification_goes_back_to_its_queue(world: World) -> None:
    assert run(world, "split_file/poison") == failures("split_file/poison", 0)


@pytest.mark.usefixtures("bucket")
def test_a_file_that_is_no_table_is_kept_with_its_reason(world: World) -> None:
    assert run(world, "split_file/unreadable") == GOOD
    assert len(reasons(world)) == 1
    assert not waiting(world, QueueName.RECORDS)


@pytest.mark.parametrize("case", ["good", "duplicate", "late"])
def test_sweeps_wake_who_is_due(case: str, world: World) -> None:
    run(world, "ingest_records/good")
    assert run(world, f"sweep_due/{case}")["customers"] == 1
    assert [list(body) for body in waiting(world, QueueName.CUSTOMERS_DUE)] == [["customer_id"]]


@pytest.mark.parametrize("case", ["good", "duplicate", "late"])
def test_a_contact_whose_wake_up_was_lost_is_swept(case: str, told: World) -> None:
    told.queues.clear()
    assert sum(run(told, f"sweep_contacts/{case}").values()) == 1
    assert len(waiting(told, QueueName.CONTACTS_EMAIL)) == 1


def test_a_reply_that_stops_is_taken_in_once(told: World) -> None:
    queued = len(waiting(told, QueueName.RECORDS))
    for path in ("read_reply/good", "read_reply/duplicate", "read_reply/good"):
        assert run(told, path) == GOOD
    assert len(waiting(told, QueueName.RECORDS)) == queued + 1  # of the source that knows the number
    (stopped,) = told.items.scan(Table.SUPPRESSIONS)
    assert (stopped["channel"], stopped["reason"]) == ("sms", "reply")


def test_what_is_no_reply_is_kept_and_one_beside_it_is_answered(told: World) -> None:
    assert run(told, "read_reply/poison") == GOOD
    assert reasons(told) == ["malformed_reply"] * 2
    assert [item["template"] for item in told.items.scan(Table.CONTACTS) if item["channel"] == "sms"] == [
        "reply_help"
    ]


def test_what_a_provider_tells_is_recorded_and_an_operator_sees_to_it(told: World) -> None:
    for case in ("good", "duplicate", "bounce", "unknown", "poison", "good"):
        assert run(told, f"record_receipt/{case}") == GOOD
    assert "BOUNCED" in {item["status"] for item in told.items.scan(Table.CONTACTS)}
    (stopped,) = run(told, "operate/suppressions")["suppressions"]
    assert (stopped["channel"], stopped["reason"]) == ("email", "hard_bounce")
    assert run(told, "operate/unsuppress")["address_hash"] == stopped["address_hash"]
    assert run(told, "operate/suppressions") == {"suppressions": []}
    seen = run(told, "operate/seen")["event_id"]
    assert seen in {row["sk"] for row in run(told, "operate/parked")["parked"] if "ended_at" in row}
    assert [line["bounced"] for line in run(told, "operate/fuse")["fuse"]] == [1, 0]
    assert run(told, "operate/reopen")["fuse"][0]["bounced"] == 0


def test_a_link_asks_first_and_ends_once(told: World) -> None:
    queued = len(waiting(told, QueueName.RECORDS))
    statuses = [
        run(told, f"unsubscribe/{case}")["statusCode"] for case in ("page", "good", "duplicate", "poison")
    ]
    assert statuses == [200, 200, 200, 404]
    (withdrawal,) = waiting(told, QueueName.RECORDS)[queued:]
    assert (withdrawal["channel"], withdrawal["purpose"], withdrawal["action"]) == (
        "email",
        "care",
        "withdraw",
    )


def test_the_page_of_a_link_speaks_the_readers_language(told: World) -> None:
    assert 'lang="zh-CN"' in run(told, "unsubscribe/page")["body"]
    assert 'lang="zh-CN"' in run(told, "unsubscribe/button")["body"]
    assert run(told, "unsubscribe/page")["headers"]["Cache-Control"] == "no-store"


def test_an_operator_is_answered(told: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wiring, "redrive", lambda name, limit: limit if name == "records" else 0)
    assert run(told, "operate/hold")["holds"] == ["channel#email"]
    assert run(told, "operate/holds")["holds"] == ["channel#email"]
    assert run(told, "operate/lift")["holds"] == []
    assert run(told, "operate/jobs") == {"jobs": []}
    assert run(told, "operate/redrive") == {"moved": 10}
    assert run(told, "operate/replay")["posted"] == 0
    assert run(told, "operate/explain_nobody") == {"error": "not_found"}
    assert run(told, "operate/poison")["error"] == "unknown_action"
    assert run(told, "operate/missing_argument") == {"error": "missing_argument", "argument": "reference"}


@pytest.mark.parametrize("case", ["explain", "explain_contact", "explain_email"])
def test_an_operator_is_told_why(case: str, told: World) -> None:
    explanation = run(told, f"operate/{case}")["explanation"]
    assert (
        explanation["customer_id"]
        == json.loads(event("review_customer/good")["Records"][0]["body"])["customer_id"]
    )


# --- what a function is given --------------------------------------------------------------------------------


class Watched:
    """The ports of one function: anything that its environment does not name is refused, as in Lambda."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.used: dict[str, set[str]] = {}

    def _see(self, *places: Table | QueueName) -> None:
        function = self._world.hops[-1]
        for place in places:
            names = TABLE_VARIABLES if isinstance(place, Table) else QUEUE_VARIABLES
            self.used.setdefault(function, set()).add(names[place])  # type: ignore[index]

    def get(self, key: Key) -> Item | None:
        self._see(key.table)
        return self._world.items.get(key)

    def batch_get(self, keys: Sequence[Key]) -> dict[Key, Item]:
        self._see(*(key.table for key in keys))
        return self._world.items.batch_get(keys)

    def query(self, query: Query) -> Page:
        self._see(query.table)
        return self._world.items.query(query)

    def scan(self, table: Table) -> Iterator[Item]:
        raise AssertionError(f"{self._world.hops[-1]} scans {table}")

    def put_if(self, write: Any) -> Any:
        self._see(write.table)
        return self._world.items.put_if(write)

    def update_if(self, write: Any) -> Any:
        self._see(write.key.table)
        return self._world.items.update_if(write)

    def transact(self, writes: Sequence[Write]) -> Any:
        self._see(*(write.key.table if hasattr(write, "key") else write.table for write in writes))
        return self._world.items.transact(writes)

    def post(self, queue: QueueName, bodies: Sequence[str], *, delay_s: int = 0) -> None:
        self._see(queue)
        self._world.post(queue, bodies, delay_s=delay_s)


def a_late_complaint() -> Case:
    """One that tells at once, by the hour (R30)."""
    customer_id = json.loads(event("review_customer/good")["Records"][0]["body"])["customer_id"]
    begun = NOW - timedelta(hours=3)
    due = begun + timedelta(hours=2)
    return Case("T" * 32, customer_id, "complaint", "call", "Sales lead", "first_response", begun, due, begun)


@pytest.mark.usefixtures("bucket")
def some_minutes() -> Contact:
    """A message whose words stand in a case."""
    body = json.loads(event("review_customer/good")["Records"][0]["body"])
    contact_id = json.loads(event("send_contact/minutes")["Records"][0]["body"])["contact_id"]
    kind = {"template": "minutes", "contact_class": "service", "about": "sales#CASE1"}
    return a_contact(contact_id, NOW, customer_id=body["customer_id"], **kind)


def counted_and_over() -> Contact:
    """A message that was counted against the day and never went: the sweeper gives the count back."""
    times = {"not_after": NOW - timedelta(days=1), "cap_on": NOW.date() - timedelta(days=2)}
    return a_contact("OVER", NOW - timedelta(days=3), **times)


def test_every_function_is_given_each_table_and_queue_that_it_touches(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    watched = Watched(world)
    monkeypatch.setattr(wiring, "items", lambda: watched)
    monkeypatch.setattr(wiring, "queue", lambda: watched)
    monkeypatch.setattr(wiring, "redrive", lambda name, limit: 0)
    story = ("ingest_records", "wake_review", "review_customer", "wake_sender")
    world.items.put_if(put_case(a_late_complaint()))
    world.items.put_if(put_contact(some_minutes(), expires_at=2_000_000_000))
    world.items.put_if(put_contact(counted_and_over(), expires_at=2_000_000_000))
    sweep = ("sweep_contacts/good", "send_contact/good")
    for path in (*(f"{name}/good" for name in story), *sweep, *ALL):
        world.invoke(FUNCTIONS[path.partition("/")[0]], event(path))
    for name, properties in functions().items():
        given = {
            key for key in properties["Environment"]["Variables"] if key.endswith(("_TABLE", "_QUEUE_URL"))
        }
        used = watched.used.get(name, set())
        assert used <= given, f"{name} lacks {used - given}"
        unused = {variable for variable in given - used if variable.endswith("_TABLE")}
        assert name == "Operate" or not unused, f"{name} is given {unused} for nothing"
