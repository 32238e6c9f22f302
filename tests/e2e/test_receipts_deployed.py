"""What providers tell reaches the deployed stack: the row moves, the address is suppressed, an operator sees and lifts it."""

import json
from typing import Any

import pytest

from tests.e2e.conftest import World, eventually
from tests.e2e.test_deployed_stack import a_record, customer_of, text

pytestmark = pytest.mark.e2e

EMAIL, PHONE = "e1@buyer.example", "+8613800013161"


def ses_bounce(contact_id: str, provider_id: str) -> dict[str, Any]:
    """As Amazon SES publishes it to SNS, and SNS posts it."""
    event = {
        "eventType": "Bounce",
        "bounce": {
            "feedbackId": "01000157c44f053b-61b59c11-9236-11e6-8f96-7be8aexample-000000",
            "bounceType": "Permanent",
            "bounceSubType": "General",
            "bouncedRecipients": [
                {
                    "emailAddress": EMAIL,
                    "action": "failed",
                    "status": "5.1.1",
                    "diagnosticCode": "smtp; 550 5.1.1 user unknown",
                }
            ],
            "timestamp": "2026-11-20T02:00:07.000Z",
            "reportingMTA": "dsn; mta.example.com",
        },
        "mail": {
            "timestamp": "2026-11-20T02:00:03.000Z",
            "source": "Care <care@guanxi.example>",
            "messageId": provider_id,
            "destination": [EMAIL],
            "headersTruncated": False,
            "tags": {"contact_id": [contact_id], "ses:configuration-set": ["care"]},
        },
    }
    return {
        "Type": "Notification",
        "MessageId": "22b80b92-fdea-4c2c-8f9d-bdfb0c7bf324",
        "TopicArn": "arn:aws:sns:us-east-1:000000000000:email-events",
        "Message": json.dumps(event),
        "Timestamp": "2026-11-20T02:00:08.000Z",
    }


def text_delivered(contact_id: str, provider_id: str) -> dict[str, Any]:
    """As AWS End User Messaging publishes it, delivered raw."""
    return {
        "eventType": "TEXT_DELIVERED",
        "eventVersion": "1.0",
        "eventTimestamp": 1795140007000,
        "isFinal": True,
        "originationPhoneNumber": "+12065550152",
        "destinationPhoneNumber": PHONE,
        "isoCountryCode": "CN",
        "messageId": provider_id,
        "messageRequestTimestamp": 1795140003000,
        "messageEncoding": "UCS-2",
        "messageType": "TRANSACTIONAL",
        "messageStatus": "DELIVERED",
        "messageStatusDescription": "Message has been accepted by phone",
        "context": {"contact_id": contact_id},
        "totalMessageParts": 1,
        "totalMessagePrice": 0.00645,
        "totalCarrierFee": 0.0,
    }


def row_of(world: World, ref: str, channel: str) -> dict[str, Any]:
    """The row of the ledger of a customer's only message on a channel; empty while there is none."""
    customer_id = customer_of(world, ref)
    for row in world.items("Contacts"):
        if (text(row, "customer_id"), text(row, "channel")) == (customer_id, channel):
            return row
    return {}


def sent(world: World, ref: str, channel: str) -> dict[str, Any]:
    row = row_of(world, ref, channel)
    return row if text(row, "status") == "SENT" else {}


def test_a_bounce_and_a_delivery_move_their_rows_and_stop_the_address(world: World) -> None:
    core = a_record("order", "E1", id="e1", amount="600000.00", currency="CNY", event_at="2026-05-11")
    consent = a_record("consent", "E1", id="e2", channel="email", purpose="care", action="grant")
    phone = {"ref": "E2", "name": "Grace Doe", "phone": PHONE, "country": "CN"}
    basic = a_record("order", "E2", id="e3", party=phone, amount="900", event_at="2026-07-20")
    texts = a_record("consent", "E2", id="e4", party=phone, channel="sms", purpose="care", action="grant")
    world.post("RecordsQueueUrl", consent, core, texts, basic)
    mail, message = (
        eventually(lambda: sent(world, "E1", "email")),
        eventually(lambda: sent(world, "E2", "sms")),
    )
    bounce = ses_bounce(text(mail, "contact_id"), text(mail, "provider_id"))
    world.post(
        "ReceiptsQueueUrl",
        bounce,
        text_delivered(text(message, "contact_id"), text(message, "provider_id")),
        bounce,
    )
    eventually(lambda: text(row_of(world, "E1", "email"), "status") == "BOUNCED")
    eventually(lambda: text(row_of(world, "E2", "sms"), "status") == "DELIVERED")
    eventually(lambda: "ReceiptsQueueUrl" not in world.waiting())
    (stopped,) = world.invoke("Operate", {"action": "suppressions"})["suppressions"]
    assert (stopped["channel"], stopped["reason"]) == ("email", "hard_bounce")
    lifted = world.invoke(
        "Operate", {"action": "unsuppress", "address": EMAIL, "by": "Mei", "reason": "mended"}
    )
    assert lifted == {"channel": "email", "address_hash": stopped["address_hash"]}
    assert [line["bounced"] for line in world.invoke("Operate", {"action": "fuse"})["fuse"]] == [1, 0]
