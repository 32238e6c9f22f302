"""Events of providers in any order, repetition and shape: the final status (O1), and that reading never raises (E1)."""

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from shared.care.receipts import Kind, Receipt, bare_address, parse_receipts
from shared.flows.record_receipt import Recording, record_message
from shared.model.contact import Channel
from shared.ports import Table
from tests.integration.ledger_builder import EMAIL, KEY, POLICY, LedgerWorld

STATUSES = ("SENT", "SENT", "DELIVERED", "BOUNCED", "COMPLAINED")
"""Of accepted, delayed, delivered, bounced, complained: written down, not asked of the code."""
KINDS = ("accepted", "delayed", "delivered", "bounced", "complained")
SPELLINGS = ("eventType", "notificationType")
SES = (
    "Send",
    "DeliveryDelay",
    "Delivery",
    "Bounce",
    "Complaint",
    "Reject",
    "Rendering Failure",
    "Open",
    "New",
)
TEXT = ("TEXT_SENT", "TEXT_DELIVERED", "TEXT_INVALID", "TEXT_BLOCKED", "TEXT_NEW")
NAMES = (
    *("mail", "bounce", "complaint", "delivery", "Message", "TopicArn", "detail", "receipt", "status", "channel"),
    *("tags", "contact_id", "messageId", "destination", "timestamp", "eventTimestamp", "context", "recipient"),
    *("bounceType", "bouncedRecipients", "complainedRecipients", "emailAddress", "complaintFeedbackType"),
    *("destinationPhoneNumber", "totalMessageParts", "at", *SPELLINGS),
)  # fmt: skip
WORDS = (
    *SES,
    *TEXT,
    *KINDS,
    "Permanent",
    "sms",
    "email",
    EMAIL,
    "+447700900123",
    "2026-06-30T02:00:00Z",
    "M1",
    "\ud800",
    "0001-01-01",
)
LEAVES = (
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from(WORDS)
)
JSON: st.SearchStrategy[Any] = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(NAMES) | st.text(max_size=3), inner, max_size=5)
    ),
    max_leaves=20,
)
PART = st.fixed_dictionaries({}, optional=dict.fromkeys(NAMES, LEAVES | st.lists(LEAVES, max_size=2)))
LIKELY = st.fixed_dictionaries(
    {"eventType": st.sampled_from((*SES, *TEXT)) | LEAVES},
    optional={
        **dict.fromkeys(NAMES[4:-2], LEAVES),
        "mail": PART,
        **dict.fromkeys(("bounce", "complaint", "delivery"), PART),
        "receipt": st.sampled_from((1, True, 1.0, "1")),
        "status": st.sampled_from(KINDS) | LEAVES,
    },
)
ROUNDS = settings(max_examples=150, deadline=None, derandomize=True)


def gateway(kind: str, contact_id: str = "M1", minute: int = 0) -> str:
    at = f"2026-06-30T01:{minute:02d}:00Z"
    told = {"receipt": 1, "channel": "email", "status": kind, "contact_id": contact_id, "at": at}
    return json.dumps(told | ({"bounce_type": "Permanent"} if kind == "bounced" else {}))


def record(world: LedgerWorld, body: str) -> None:
    record_message(body, Recording(world.items, POLICY, KEY, world.clock.now(), 0.0))


@ROUNDS
@given(st.lists(st.tuples(st.sampled_from(KINDS), st.integers(0, 59)), min_size=1, max_size=8))
def test_the_row_ends_as_the_highest_event_in_any_order_and_repetition(events: list[tuple[str, int]]) -> None:
    world = LedgerWorld()
    world.add_contact()
    ranks = []
    for kind, minute in events:
        record(world, gateway(kind, minute=minute))
        ranks.append(int(str(world.item()["rank"])))
    assert world.row().status == STATUSES[max(KINDS.index(kind) for kind, _ in events)]
    assert ranks == sorted(ranks)
    fuse = [item for item in world.items.scan(Table.CONTROL) if str(item["name"]).startswith("FUSE#")]
    told = {kind for kind, _ in events}
    counts = [
        sum(int(str(item.get(name, 0))) for item in fuse) for name in ("accepted", "bounced", "complained")
    ]
    assert counts == [1, int("bounced" in told), int("complained" in told)]


def is_whole(receipt: Receipt) -> bool:
    texts = (receipt.contact_id, receipt.provider_id)
    "".join((*filter(None, texts), *receipt.recipients, *receipt.sent_to)).encode()  # no halves of characters
    return (
        isinstance(receipt.kind, Kind)
        and (receipt.channel is None or isinstance(receipt.channel, Channel))
        and all(text is None or isinstance(text, str) for text in texts)
        and all(isinstance(one, str) for one in (*receipt.recipients, *receipt.sent_to))
        and len(receipt.event_id) == 32
    )


@ROUNDS
@given(JSON | LIKELY)
def test_reading_any_json_gives_whole_events_and_never_raises(found: Any) -> None:
    body = json.dumps(found)
    for one in (body, json.dumps({"TopicArn": "t", "Message": body}), json.dumps({"detail": found})):
        receipts = parse_receipts(one)
        assert receipts
        assert all(map(is_whole, receipts))


@ROUNDS
@given(st.text(max_size=60))
def test_reading_any_text_never_raises(text: str) -> None:
    assert all(map(is_whole, parse_receipts(text)))


@ROUNDS
@given(st.text(max_size=20) | st.from_regex(r"[a-z <>\",@.\u4e00é-]{0,30}", fullmatch=True))
def test_any_text_can_be_looked_at_as_an_address(text: str) -> None:
    for one in (text, f"{text}@example.com", f"{text} <li@{text}>"):
        bare = bare_address(one)
        assert bare == bare.strip()


@settings(ROUNDS, max_examples=60)
@given(LIKELY)
def test_recording_any_event_never_creates_a_row(found: Any) -> None:
    world = LedgerWorld()
    record_message(json.dumps(found), Recording(world.items, POLICY, KEY, world.clock.now(), 10_000.0))
    assert not list(world.items.scan(Table.CONTACTS))
