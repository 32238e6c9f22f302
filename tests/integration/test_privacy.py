"""P1: personal data stays in its tables and on the records queue, whatever goes wrong.

Canaries stand in every personal field of the records. The real handlers run over memory, with stores and senders that
fail and quote what they were given, as drivers do. Then everything that left a function is searched.
"""

import base64
import hashlib
import json
import logging
import re
import traceback
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from shared.aws import objects
from shared.model.errors import StoreBusy
from shared.ports import SCHEMAS, Ambiguous, Item, QueueName, SendRefused, Table, Throttled
from shared.runtime import wiring
from shared.runtime.observe import logger
from shared.store.receipts import PARKED
from tests.integration.memory_world import World

pytestmark = pytest.mark.filterwarnings("ignore:No application metrics")

EVENTS = Path(__file__).parents[2] / "events"
NAME = "欧阳灯塔"
LATIN = "Quillfeather"
PHONE = "13700002468"
TEXTED = "司徒鹦鹉"
TEXTED_PHONE = "13700013579"
EMAIL = "canary.quillfeather@nightingale-canary.example"
COMPANY = "云雀金丝笼贸易有限公司"
STREET = "百灵路4711弄"
TOPIC = "Zanzibarparrot wants a refund"
PLATE = "沪Z·47KQ9"
SECRETS = (
    *(NAME, NAME[2:], LATIN, COMPANY, "金丝笼", STREET, "百灵路", TOPIC, "Zanzibarparrot"),
    *(EMAIL, "canary.quillfeather", "nightingale-canary"),
    *(PLATE, "沪Z47KQ9", "47KQ9"),
    *(PHONE, f"+86{PHONE}", PHONE[-8:], PHONE[:7]),
    *(TEXTED, TEXTED[2:], TEXTED_PHONE, f"+86{TEXTED_PHONE}", TEXTED_PHONE[-8:]),
)
PARTY = {
    "ref": "C-1",
    "name": f"{NAME} {LATIN}",
    "phone": "137-0000-2468",
    "email": EMAIL,
    "company": COMPANY,
    "address": f"上海市浦东新区{STREET}",
    "country": "CN",
    "province": "上海市",
    "first_cooperation": "2024-01-10",
    "lunar_birthday": "闰四月初八",
}
TEXTED_PARTY = {
    "ref": "C-2",
    "name": TEXTED,
    "phone": TEXTED_PHONE,
    "country": "CN",
    "province": "上海市",
    "first_cooperation": "2025-01-10",
}


def disguises(secret: str) -> Iterator[str]:
    """As it stands, as JSON, in a URL, in base64, and as a plain hash, which anybody can reverse for a phone."""
    yield secret
    yield json.dumps(secret)[1:-1]
    yield quote(secret)
    yield base64.b64encode(secret.encode()).decode().rstrip("=")
    for make in (hashlib.md5, hashlib.sha1, hashlib.sha256):
        yield make(secret.encode()).hexdigest()[:16]


NEEDLES = {disguise.lower(): secret for secret in SECRETS for disguise in disguises(secret)}
DIGITS = {PHONE[-8:], PHONE[:7], TEXTED_PHONE[-8:]}


def found_in(text: str) -> set[str]:
    """The canaries in a text, and a phone whose digits are set apart."""
    low = text.lower()
    packed = re.sub(r"(?<=\d)[ \-.()/]+(?=\d)", "", low)
    return {secret for needle, secret in NEEDLES.items() if needle in low} | {
        digits for digits in DIGITS if digits in packed
    }


def a_record(kind: str, number: int, **more: object) -> dict[str, Any]:
    raw = {
        "schema": 1,
        "system": "sales",
        "kind": kind,
        "id": f"{kind}-{number}",
        "event_at": "2026-05-20T09:00:00+08:00",
        "party": PARTY,
    }
    return raw | more


RECORDS: tuple[object, ...] = (
    a_record("profile", 1),
    a_record("order", 1, amount="60万元", event_at="2026-02-03", stage=TOPIC),
    a_record("refund", 1, amount="100元", event_at="2026-03-03"),
    a_record("need", 1, topic=TOPIC, need_type="price"),
    a_record("satisfaction", 1, score=2),
    a_record("interaction", 1, topic=TOPIC, channel="call", event_at="2026-01-02"),
    a_record("complaint", 1, topic=TOPIC, event_at="2026-06-25", is_interaction=False),
    a_record("consent", 1, channel="email", purpose="care", action="grant", evidence=f"said {NAME}"),
    a_record("consent", 2, channel="sms", purpose="care", action="grant"),
    a_record(
        "asset",
        1,
        id=None,
        asset_id=PLATE,
        product="van",
        mileage_km="1.2万公里",
        insurance_ends_on="2027-03-20",
    ),
    a_record("service", 1, asset_id=PLATE, service_type="维修", event_at="2026-04-24"),
    a_record("order", 4, party=TEXTED_PARTY, amount="2000元", event_at="2026-02-03"),
    a_record("consent", 4, party=TEXTED_PARTY, channel="sms", purpose="care", action="grant"),
    # nobody's id: the keyed hash of what it says stands in
    a_record("profile", 2, system="web", party={name: PARTY[name] for name in ("name", "phone", "email")}),
    a_record("order", 3, system="web", party={"phone": f"+86 {PHONE}"}, amount=5, id=None),
)
MALFORMED: tuple[object, ...] = (
    f'{{"party": {{"name": "{NAME}", "phone": "{PHONE}"',
    json.dumps([EMAIL, PHONE]),
    json.dumps(PHONE),
    a_record("visit to " + NAME, 1),
    a_record("order", 8, amount=f"{NAME} {PHONE}"),
    a_record("order", 9, amount=5, event_at=f"{PHONE} {EMAIL}"),
    a_record("consent", 9, action=EMAIL),
    a_record("service", 9, asset_id=PLATE, event_at=f"{PLATE} {PHONE}"),
    a_record("asset", 9, asset_id=[PLATE], mileage_km=PLATE, bought_on=NAME),
    a_record("profile", 9, party={**PARTY, "phone": {"number": PHONE}, "email": [EMAIL]}),
    a_record("profile", 10, party=f"{NAME} {PHONE} {EMAIL}"),
    a_record("profile", 11, system=f"{NAME}#{PHONE}"),
    a_record("profile", 12, origin={"file": NAME, "row": PHONE, "job_id": EMAIL, "seq": NAME}),
    a_record("profile", 13, hints={"region": NAME, "dates": PHONE}),
    "[" * 100_000 + PHONE,
)


@dataclass
class Leaks:
    """Everything that left a function, by where it went."""

    world: World
    logs: list[str] = field(default_factory=list)
    bodies: list[tuple[str, str]] = field(default_factory=list)
    failing: list["Failing"] = field(default_factory=list)

    def post(self, queue: QueueName, bodies: Sequence[str], *, delay_s: int = 0) -> None:
        self.bodies.extend((queue.value, body) for body in bodies)
        self.world.post(queue, bodies, delay_s=delay_s)

    def invoke(self, function: str, event: dict[str, Any]) -> Any:
        """What Lambda does: an error that leaves the handler is printed with its text, and the batch comes again."""
        try:
            return World.invoke(self.world, function, event)
        except Exception:  # noqa: BLE001 (as the runtime does)
            self.logs.append(traceback.format_exc())
            names = [record.get("messageId") for record in event.get("Records", ())]
            return {"batchItemFailures": [{"itemIdentifier": name} for name in names]}

    def live(self, days: int = 3) -> None:
        """Everything that is due, day after day."""
        for _ in range(days):
            self.world.settle()
            for function in ("SweepDue", "SweepContacts"):
                self.world.invoke(function, {})
            self.world.settle()
            self.world.clock.advance(timedelta(days=1))


@dataclass
class Failing:
    """Stands before a port: the named methods fail so often, quoting what they were given."""

    inner: Any
    methods: tuple[str, ...]
    error: type[Exception]
    times: int = 60
    calls: int = 0

    def __getattr__(self, name: str) -> Any:
        real = getattr(self.inner, name)
        if name not in self.methods:
            return real

        def fail(*given: Any, **more: Any) -> Any:
            self.calls += 1
            if self.calls <= self.times:
                quoted = "" if issubclass(self.error, StoreBusy) else f"{given!r} {more!r}"
                raise self.error(f"{name} failed {quoted}")
            return real(*given, **more)

        return fail


class _Notes(logging.Handler):
    """Every record of every library, with the text of its error."""

    def __init__(self, notes: list[str]) -> None:
        super().__init__(logging.NOTSET)
        self.setFormatter(logging.Formatter("%(message)s %(args)s"))
        self._notes = notes

    def emit(self, record: logging.LogRecord) -> None:
        self._notes.append(self.format(record))


@pytest.fixture
def leaks(
    world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Leaks]:
    made = Leaks(world)
    monkeypatch.setattr(wiring, "queue", lambda: made)
    monkeypatch.setattr(world, "invoke", made.invoke)
    notes = _Notes(made.logs)
    handler = logger.registered_handler
    assert isinstance(handler, logging.StreamHandler)
    with capsys.disabled():
        stream = handler.stream
    logging.getLogger().addHandler(notes)
    handler.setStream(_Lines(made.logs))
    yield made
    handler.setStream(stream)
    logging.getLogger().removeHandler(notes)


class _Lines:
    """A stream that keeps what is written to it."""

    def __init__(self, lines: list[str]) -> None:
        self._lines = lines

    def write(self, text: str) -> int:
        self._lines.append(text)
        return len(text)

    def flush(self) -> None:
        """Nothing waits."""


def key_attributes(table: Table, item: Item) -> list[str]:
    schema = SCHEMAS[table]
    names = {schema.hash_key, schema.range_key, *(name for pair in schema.indexes.values() for name in pair)}
    return [str(item[name]) for name in names if name is not None and name in item]


def assert_nothing_leaked(leaks: Leaks, capsys: pytest.CaptureFixture[str]) -> None:
    printed = capsys.readouterr()
    world = leaks.world
    places = {
        "log": leaks.logs,
        "stdout": printed.out.splitlines(),
        "stderr": printed.err.splitlines(),
        "queue": [body for queue, body in leaks.bodies if queue != QueueName.RECORDS],
        "dead letter": [body for queue, body in world.dead if queue != QueueName.RECORDS],
        "key": [
            value
            for table in Table
            if table
            is not Table.CONTROL  # holds quarantined messages whole, under what they call their system
            for item in world.items.scan(table)
            for value in key_attributes(table, item)
        ],
        "suppressions": [str(item) for item in world.items.scan(Table.SUPPRESSIONS)],
        "contacts": [str(item) for item in world.items.scan(Table.CONTACTS)],
    }
    leaked = {
        place: [(sorted(found), text[:200]) for text in texts if (found := found_in(text))]
        for place, texts in places.items()
    }
    assert {place: texts[:3] for place, texts in leaked.items() if texts} == {}


# --- the test can fail ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        f"to {EMAIL}",
        json.dumps({"name": NAME}),
        f"tel {PHONE[:3]} {PHONE[3:7]} {PHONE[7:]}",
        f"+86-{PHONE}",
        hashlib.sha256(f"+86{PHONE}".encode()).hexdigest(),
        base64.b64encode(EMAIL.encode()).decode(),
        "ZANZIBARPARROT",
    ],
)
def test_a_canary_is_found_in_every_disguise(text: str) -> None:
    assert found_in(text)


def test_ids_and_instants_are_no_canaries() -> None:
    assert not found_in(
        '{"customer_id": "c-7tidgjs6sy2lj", "at": "2026-06-30T02:00:00.000Z", "n": 1782784800}'
    )


def test_what_a_function_says_and_prints_is_seen(leaks: Leaks, capsys: pytest.CaptureFixture[str]) -> None:
    logger.error("about", extra={"who": NAME})
    logging.getLogger("a library").warning("about %s", PHONE)
    assert len([line for line in leaks.logs if found_in(line)]) >= 2
    print(EMAIL)  # noqa: T201
    with pytest.raises(AssertionError, match="2 more items"):
        assert_nothing_leaked(leaks, capsys)


# --- what happens --------------------------------------------------------------------------------------------


def test_a_good_day_leaks_nothing(leaks: Leaks, capsys: pytest.CaptureFixture[str]) -> None:
    leaks.world.post_records(*RECORDS)
    leaks.live()
    assert leaks.world.email.accepted
    assert leaks.world.email.accepted[0].to == EMAIL
    assert TEXTED_PHONE in leaks.world.sms.accepted[0].to
    assert any(NAME in str(item) for item in leaks.world.rows(Table.CUSTOMERS, "PROFILE"))
    assert leaks.logs
    assert_nothing_leaked(leaks, capsys)


def test_nobody_without_the_key_can_find_a_person_by_a_hash(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = []
    for key in (b"one key for tests, nothing else.", b"another key for tests, not it..."):
        other = World(world.clock)
        monkeypatch.setattr(wiring, "items", lambda other=other: other.items)
        monkeypatch.setattr(wiring, "identity_key", lambda key=key: key)
        monkeypatch.setattr(wiring, "queue", lambda other=other: other)
        other.post_records(*RECORDS)
        other.settle()
        found.append({str(item["id_key"]) for item in other.items.scan(Table.IDENTITIES)})
    assert all(found)
    assert found[0].isdisjoint(found[1])


def test_malformed_messages_leak_nothing(leaks: Leaks, capsys: pytest.CaptureFixture[str]) -> None:
    leaks.world.post_records(*MALFORMED, *RECORDS)
    for queue in (QueueName.CUSTOMERS_DUE, QueueName.CONTACTS_EMAIL, QueueName.CONTACTS_SMS):
        leaks.world.post(queue, ["nonsense", "[]", '{"customer_id": 5, "contact_id": []}'])
    leaks.live(days=1)
    assert_nothing_leaked(leaks, capsys)


@pytest.mark.parametrize("text", ["STOP", "HELP", f"I am {NAME}, write to {EMAIL}", "你们为什么骚扰我"])
def test_a_reply_leaks_neither_its_number_nor_its_text(
    text: str, leaks: Leaks, capsys: pytest.CaptureFixture[str]
) -> None:
    leaks.world.post_records(*RECORDS)
    told = {"originationNumber": PHONE, "messageBody": text, "inboundMessageId": "in-1"}
    bodies = [json.dumps(told), json.dumps(told), f"{NAME} {PHONE}"]
    leaks.world.queues["replies"] = deque((body, 1) for body in bodies)
    leaks.live(days=1)
    assert_nothing_leaked(leaks, capsys)


def receipts_of(contact_id: str) -> Iterator[str]:
    """What a provider may tell: the address wherever there is room for it."""
    mail = {"messageId": "p-1", "destination": [EMAIL], "commonHeaders": {"to": [f"{NAME} <{EMAIL}>"]}}
    named = [{"emailAddress": f"{LATIN} <{EMAIL}>", "diagnosticCode": f"550 {EMAIL} unknown"}]
    for bounce_type in (f"{EMAIL}", "Permanent"):
        bounce = {"bounceType": bounce_type, "bounceSubType": EMAIL, "bouncedRecipients": named}
        yield json.dumps(
            {"eventType": "Bounce", "mail": mail | {"tags": {"contact_id": [contact_id]}}, "bounce": bounce}
        )
    yield json.dumps({"eventType": "Delivery", "mail": mail | {"tags": {"contact_id": ["NOBODY"]}}})
    yield json.dumps({"eventType": EMAIL, "mail": mail, "who": NAME})
    text = {
        "destinationPhoneNumber": f"+86{PHONE}",
        "messageId": "p-2",
        "context": {"contact_id": contact_id},
    }
    yield json.dumps(text | {"eventType": "TEXT_INVALID", "messageStatusDescription": f"{PHONE} is none"})
    yield f'{{"eventType": "{EMAIL}", "to": "{PHONE}"'


@pytest.mark.parametrize("fails", [None, "transact", "update_if", "put_if", "get"])
def test_what_a_provider_tells_leaks_no_address(
    fails: str | None, leaks: Leaks, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    world = leaks.world
    world.post_records(*RECORDS)
    leaks.live()
    sent = next(mail for mail in world.email.accepted if mail.to == EMAIL)
    if fails:
        store = Failing(world.items, (fails,), KeyError, times=3)
        monkeypatch.setattr(wiring, "items", lambda: store)
    world.queues["receipts"] = deque((body, 1) for body in receipts_of(sent.contact_id))
    leaks.live(days=1)
    assert {item["channel"] for item in world.items.scan(Table.SUPPRESSIONS)} >= {"email", "sms"}
    parked = [item for item in world.rows(Table.CONTROL) if item["name"] == PARKED]
    assert len(parked) == 2
    assert not found_in(str([{**item, "event": ""} for item in parked]))
    # As the records queue: its bodies are what a provider says.
    world.dead = [(queue, body) for queue, body in world.dead if queue != "receipts"]
    assert_nothing_leaked(leaks, capsys)


@pytest.mark.parametrize("function", ["IngestRecords", "ReviewCustomer", "SendContact"])
@pytest.mark.parametrize("part", ["identity_key", "policy", "clock"])
def test_an_error_in_the_middle_of_a_message_leaks_nothing(
    part: str,
    function: str,
    leaks: Leaks,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """As a bug would raise it: with the data in its text."""
    real = getattr(wiring, part)

    def fail() -> Any:
        if leaks.world.hops[-1] == function:
            raise LookupError(f"no such thing: {PARTY!r}")
        return real()

    monkeypatch.setattr(wiring, part, fail)
    leaks.world.post_records(*RECORDS)
    leaks.live(days=1)
    assert any("message failed" in line and "LookupError" in line for line in leaks.logs)
    assert leaks.world.dead
    assert_nothing_leaked(leaks, capsys)


def test_a_file_leaks_nothing(
    leaks: Leaks, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [
        "客户编号,客户姓名,手机号,邮箱,订单号,订单金额,下单日期",
        f"C-1,{NAME},{PHONE},{EMAIL},SO-1,60万元,2026-02-03",
        f'C-2,"{NAME},{PHONE}',
        f"{PHONE},{EMAIL},{NAME},,,,,,,,,,{TOPIC}",
    ]
    contents = iter(
        ["\n".join(rows).encode(), "\n".join(rows).encode("gb18030"), b"\x00\xff" + EMAIL.encode()]
    )

    def open_object(found: objects.ImportedObject) -> BytesIO:
        content = next(contents, None)
        if content is None:
            raise OSError(f"broken pipe while reading {rows!r}")
        return BytesIO(content)

    monkeypatch.setattr(objects, "open_object", open_object)
    event = json.loads((EVENTS / "split_file" / "good.json").read_text(encoding="utf-8"))
    for _ in range(4):
        leaks.world.invoke("SplitFile", event)
    assert any(NAME in json.loads(body).get("party", {}).get("name", "") for _, body in leaks.bodies)
    leaks.live(days=1)
    assert_nothing_leaked(leaks, capsys)


STORE_CALLS = ("get", "batch_get", "query", "put_if", "update_if", "transact")


@pytest.mark.parametrize("error", [RuntimeError, KeyError, ValueError, StoreBusy])
@pytest.mark.parametrize("method", STORE_CALLS)
def test_a_store_that_fails_leaks_nothing(
    method: str,
    error: type[Exception],
    leaks: Leaks,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    store = Failing(leaks.world.items, (method,), error)
    monkeypatch.setattr(wiring, "items", lambda: store)
    leaks.world.post_records(*RECORDS)
    leaks.live(days=1)
    assert store.calls
    assert_nothing_leaked(leaks, capsys)


@pytest.mark.parametrize(
    "outcome",
    [
        pytest.param(RuntimeError(f"550 {EMAIL} unknown, {NAME}"), id="raises"),
        pytest.param(SendRefused("invalid_parameter"), id="refuses"),
        pytest.param(Throttled(60), id="throttles"),
        pytest.param(Ambiguous("timeout"), id="leaves it open"),
    ],
)
def test_a_sender_that_fails_leaks_nothing(
    outcome: Any, leaks: Leaks, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    sent = []

    class Sender:
        def send(self, message: Any) -> Any:
            sent.append(message)
            if isinstance(outcome, Exception):
                raise type(outcome)(f"{outcome} {message!r}")
            return outcome

    for name in ("email_sender", "sms_sender"):
        monkeypatch.setattr(wiring, name, Sender)
    leaks.world.post_records(*RECORDS)
    leaks.live()
    assert all(any(address in repr(message) for message in sent) for address in (EMAIL, TEXTED_PHONE))
    assert_nothing_leaked(leaks, capsys)


def test_a_broken_queue_leaks_nothing(
    leaks: Leaks, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    queue = Failing(leaks, ("post",), StoreBusy, times=5)
    monkeypatch.setattr(wiring, "queue", lambda: queue)
    leaks.world.post_records(*RECORDS)
    leaks.live(days=1)
    assert queue.calls
    assert_nothing_leaked(leaks, capsys)


@pytest.mark.parametrize(
    "request_",
    [
        pytest.param({"action": "explain", "reference": PHONE}, id="phone"),
        pytest.param({"action": "explain", "reference": EMAIL}, id="email"),
        pytest.param({"action": "consent", "reference": EMAIL}, id="consent"),
        pytest.param({"action": EMAIL, "reference": NAME}, id="unknown action"),
        pytest.param({"action": "jobs", "name": NAME}, id="jobs"),
    ],
)
def test_what_an_operator_asks_stays_out_of_the_log(
    request_: dict[str, Any], leaks: Leaks, capsys: pytest.CaptureFixture[str]
) -> None:
    leaks.world.post_records(*RECORDS)
    leaks.live(days=1)
    assert leaks.world.invoke("Operate", request_)
    assert_nothing_leaked(leaks, capsys)
