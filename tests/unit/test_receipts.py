"""What providers tell, in their own shapes (E1, E2, E4), and the reputation fuse (B1)."""

import json
from itertools import permutations
from typing import Any

import pytest

from shared.care.holds import is_held
from shared.care.receipts import Kind, bare_address, concerns_addressee, highest, parse_receipts
from shared.care.reputation import Counts, Fuse, judge
from shared.memory.clock import ManualClock
from shared.policy.load import load_policy
from tests.integration.ledger_builder import NOW, a_contact

RULES = load_policy().reputation
MAIL = {
    "messageId": "EXAMPLE7c191be45-e9aedb9a",
    "timestamp": "2017-08-05T00:40:02.012Z",
    "destination": ["recipient@example.com", "other@example.com"],
    "tags": {"contact_id": ["ABC"]},
}
BOUNCE = {
    "bounceType": "Permanent",
    "bounceSubType": "General",
    "bouncedRecipients": [{"emailAddress": "recipient@example.com", "status": "5.1.1"}],
    "timestamp": "2017-08-05T00:41:02.669Z",
    "feedbackId": "01000157c44f053b",
}
COMPLAINT = {"complainedRecipients": [{"emailAddress": "recipient@example.com"}], "feedbackId": "f"}
TEXT = {
    "eventTimestamp": 1686975103470,
    "isFinal": True,
    "destinationPhoneNumber": "+447700900123",
    "messageId": "862a8790-60c0-4430-9b2b-658bdexample",
    "context": {"contact_id": "ABC"},
    "totalMessageParts": 2,
}


def ses(name: str, spelling: str = "eventType", **parts: Any) -> str:
    return json.dumps({spelling: name, "mail": MAIL, "strange": 1, **parts})


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        pytest.param(ses("Send", send={}), Kind.ACCEPTED, id="send"),
        pytest.param(ses("DeliveryDelay", deliveryDelay={}), Kind.DELAYED, id="delay"),
        pytest.param(
            ses("Delivery", delivery={"recipients": ["a@example.com"]}), Kind.DELIVERED, id="delivery"
        ),
        pytest.param(ses("Bounce", bounce=BOUNCE), Kind.BOUNCED, id="bounce"),
        pytest.param(ses("Bounce", "notificationType", bounce=BOUNCE), Kind.BOUNCED, id="other spelling"),
        pytest.param(ses("Complaint", complaint=COMPLAINT), Kind.COMPLAINED, id="complaint"),
        pytest.param(ses("Reject", reject={"reason": "Bad content"}), Kind.REJECTED, id="reject"),
        pytest.param(ses("Rendering Failure", failure={}), Kind.RENDERING_FAILED, id="rendering failure"),
        pytest.param(ses("Open", open={}), Kind.NOTED, id="open"),
        pytest.param(ses("Teleported"), Kind.UNKNOWN, id="unknown type"),
        pytest.param(ses("Bounce", bounce="broken"), Kind.UNKNOWN, id="broken bounce"),
        pytest.param("nonsense", Kind.UNKNOWN, id="no json"),
        pytest.param("[]", Kind.UNKNOWN, id="empty list"),
        pytest.param("7", Kind.UNKNOWN, id="number"),
        pytest.param("[" * 100_000, Kind.UNKNOWN, id="deep"),
        pytest.param(
            json.dumps(TEXT | {"eventType": "TEXT_SUCCESSFUL"}), Kind.ACCEPTED, id="text by carrier"
        ),
        pytest.param(json.dumps(TEXT | {"eventType": "TEXT_DELIVERED"}), Kind.DELIVERED, id="text delivered"),
        pytest.param(json.dumps(TEXT | {"eventType": "TEXT_INVALID"}), Kind.BOUNCED, id="text invalid"),
        pytest.param(json.dumps(TEXT | {"eventType": "TEXT_PROTECT_BLOCKED"}), Kind.REJECTED, id="protected"),
        pytest.param(json.dumps(TEXT | {"eventType": "TEXT_NEW"}), Kind.UNKNOWN, id="text unknown"),
        pytest.param(
            json.dumps({"receipt": 1, "channel": "sms", "status": "delivered", "provider_id": "B"}),
            Kind.DELIVERED,
            id="other gateway",
        ),
    ],
)
def test_every_shape_of_event_is_read_in_every_envelope(body: str, kind: Kind) -> None:
    in_sns = json.dumps({"Type": "Notification", "TopicArn": "arn:aws:sns:x", "Message": body})
    assert [receipt.kind for receipt in parse_receipts(body)] == [kind]
    assert [receipt.kind for receipt in parse_receipts(in_sns)] == [kind]
    if body.startswith("{"):
        bridged = json.dumps({"version": "0", "source": "aws.ses", "detail": json.loads(body)})
        assert [receipt.kind for receipt in parse_receipts(bridged)] == [kind]


def test_only_those_are_concerned_whom_the_event_names() -> None:
    (receipt,) = parse_receipts(ses("Bounce", bounce=BOUNCE))
    assert receipt.recipients == ("recipient@example.com",)
    assert (receipt.contact_id, receipt.is_hard_bounce) == ("ABC", True)
    (other,) = parse_receipts(
        json.dumps(
            {"eventType": "Bounce", "bounce": BOUNCE, "mail": MAIL | {"destination": ["x@example.com"]}}
        )
    )
    assert not concerns_addressee(other)


def test_an_event_has_one_id_however_it_is_wrapped() -> None:
    body = ses("Bounce", bounce=BOUNCE)
    wrapped = json.dumps({"TopicArn": "t", "Message": body})
    assert parse_receipts(body)[0].event_id == parse_receipts(wrapped)[0].event_id


def test_who_says_not_spam_has_got_it() -> None:
    praise = COMPLAINT | {"complaintFeedbackType": "not-spam"}
    (receipt,) = parse_receipts(ses("Complaint", complaint=praise))
    assert (receipt.grade, receipt.is_complaint) == (Kind.DELIVERED, False)


@pytest.mark.parametrize(
    ("text", "address"),
    [
        pytest.param("Li Lei <LiLei@Example.COM>", "LiLei@example.com", id="display name"),
        pytest.param("<lilei@EXAMPLE.com>", "lilei@example.com", id="brackets"),
        pytest.param('"Li, Lei" <lilei@example.com>', "lilei@example.com", id="comma in the name"),
        pytest.param("lilei@例子.example", "lilei@xn--fsqu00a.example", id="idna"),
        pytest.param("lilei@XN--fsqu00a.example", "lilei@xn--fsqu00a.example", id="idna as sent"),
    ],
)
def test_addresses_are_compared_bare(text: str, address: str) -> None:
    assert bare_address(text) == address


def test_the_final_status_is_the_highest_in_any_order_and_repetition() -> None:
    kinds = [Kind.ACCEPTED, Kind.DELIVERED, Kind.BOUNCED, Kind.DELIVERED, Kind.NOTED]
    assert {highest(order) for order in permutations(kinds)} == {Kind.BOUNCED}
    assert highest([]) is None


@pytest.mark.parametrize(
    ("counts", "fuse"),
    [
        pytest.param(Counts(199, 199, 199), Fuse.CLOSED, id="too few"),
        pytest.param(Counts(200, 3, 0), Fuse.CLOSED, id="below 2 %"),
        pytest.param(Counts(200, 4, 0), Fuse.WARN, id="2 %"),
        pytest.param(Counts(200, 10, 0), Fuse.STOP_MARKETING, id="5 %"),
        pytest.param(Counts(200, 16, 0), Fuse.STOP_ALL, id="8 %"),
        pytest.param(Counts(10_000, 0, 4), Fuse.CLOSED, id="below 0.05 %"),
        pytest.param(Counts(10_000, 0, 5), Fuse.WARN, id="0.05 %"),
        pytest.param(Counts(10_000, 0, 10), Fuse.STOP_MARKETING, id="0.1 %"),
        pytest.param(Counts(10_000, 0, 30), Fuse.STOP_ALL, id="0.3 %"),
    ],
)
def test_the_fuse_goes_at_its_rates_and_not_before(counts: Counts, fuse: Fuse) -> None:
    assert judge(counts, RULES) is fuse


def test_a_hold_stops_what_it_names() -> None:
    now = ManualClock(NOW).now()
    kinds = ("marketing", "care", "service", "legal")
    held = {
        name: [kind for kind in kinds if is_held({name}, a_contact("M", now, contact_class=kind))]
        for name in ("class#marketing#email", "all#email", "channel#email", "all#sms")
    }
    assert held == {
        "class#marketing#email": ["marketing"],
        "all#email": ["marketing", "care", "service"],
        "channel#email": list(kinds),
        "all#sms": [],
    }
