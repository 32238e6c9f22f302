from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from email import message_from_bytes
from email.policy import default

import pytest

from shared.messaging.build import build_email, build_sms
from shared.messaging.errors import MessageInvalid
from shared.messaging.mime import mailbox, to_mime
from shared.model.contact import Channel, Contact, ContactClass, make_contact_id
from shared.policy.load import load_policy

POLICY = load_policy()
NOW = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)


def a_contact(*, channel: Channel = Channel.EMAIL, locale: str = "zh") -> Contact:
    return Contact(
        contact_id=make_contact_id(
            tenant="t", customer_id="c", plan_step="s", occasion_on=date(2026, 11, 21), channel=channel
        ),
        customer_id="c",
        plan_step="potential.low",
        occasion_on=date(2026, 11, 21),
        channel=channel,
        contact_class=ContactClass.CARE,
        purpose="care",
        template="service_news" if channel is Channel.EMAIL else "greeting",
        locale=locale,
        created_at=NOW,
        not_before=NOW,
        not_after=NOW + timedelta(hours=6),
        check_at=NOW,
    )


def _sms(locale: str, **customer: str | None) -> tuple[str, str, int, int]:
    contact = a_contact(channel=Channel.SMS, locale=locale)
    built = build_sms(contact=contact, to="+8613900000000", customer=customer, policy=POLICY, now=NOW)
    return built.message.text, *built.count


@pytest.mark.parametrize("name", [None, "张伟", "欧阳娜娜", "Alexandra Papadopoulos"])
def test_a_chinese_greeting_is_one_segment_with_one_signature_and_a_way_out(name: str | None) -> None:
    text, encoding, units, segments = _sms("zh", name=name)
    assert text.startswith(f"【关系科技】{name or '尊敬的客户'}，")
    assert text.endswith("拒收请回复R")
    assert (text.count("【"), text.count("】"), encoding, segments) == (1, 1, "UCS-2", 1)
    assert units <= 70


@pytest.mark.parametrize("name", [None, "Zoë Müller", "Nguyễn Văn An", "A" * 90])
def test_an_english_greeting_is_one_segment_that_names_its_sender(name: str | None) -> None:
    text, encoding, units, segments = _sms("en", name=name)
    assert text.startswith("Guanxi Care: Dear ")
    assert text.endswith("Reply STOP to opt out")
    assert (encoding, segments) == ("GSM-7", 1)
    assert units <= 160


def test_a_false_signature_in_a_name_is_replaced() -> None:
    text, *_ = _sms("zh", name="【某银行】张伟")
    assert text.startswith("【关系科技】(某银行)张伟，")
    assert text.count("【") == 1


def test_an_sms_lives_until_the_contact_ends() -> None:
    contact = a_contact(channel=Channel.SMS)
    built = build_sms(contact=contact, to="+8613900000000", customer={}, policy=POLICY, now=NOW)
    assert built.message.time_to_live_s == 6 * 3600
    with pytest.raises(MessageInvalid, match="expired"):
        build_sms(contact=contact, to="+8613900000000", customer={}, policy=POLICY, now=contact.not_after)


@pytest.mark.parametrize(
    ("locale", "words"),
    [
        ("zh", ["张伟，您好", "示例公司", "关系科技", "世纪大道100号", "退订", "care@guanxi.example"]),
        (
            "en",
            [
                "Dear 张伟,",
                "示例公司",
                "Guanxi Care",
                "100 Century Avenue",
                "unsubscribe",
                "care@guanxi.example",
            ],
        ),
    ],
)
def test_an_email_says_who_writes_from_where_and_how_to_stop_it(locale: str, words: list[str]) -> None:
    contact = a_contact(locale=locale)
    customer = {"name": "张伟", "company": "示例公司"}
    message = build_email(contact=contact, to="zhang@example.com", customer=customer, policy=POLICY)
    for word in (*words, contact.contact_id[:8]):
        assert word in message.text
        assert word in message.html
    assert "\n" not in message.subject
    address = f"care@guanxi.example?subject=unsubscribe-{contact.contact_id}"
    assert message.headers["List-Unsubscribe"] == f"<mailto:{address}>"


def test_an_email_reads_back_as_it_was_built() -> None:
    contact = a_contact()
    customer = {"name": "张伟", "company": "示例公司"}
    message = build_email(contact=contact, to="zhang@bücher.example", customer=customer, policy=POLICY)
    raw = to_mime(message, date_at=NOW)
    parsed = message_from_bytes(raw, policy=default)
    assert raw == to_mime(message, date_at=NOW)
    assert raw.isascii()
    assert max(map(len, raw.split(b"\r\n"))) <= 998
    assert parsed["From"].addresses[0].display_name == "关系科技"
    assert parsed["To"] == "zhang@xn--bcher-kva.example"
    assert parsed["Subject"] == "张伟，近来一切顺利吗？来自关系科技的问候"
    assert parsed["Date"].datetime == NOW
    assert parsed["Message-ID"] == f"<{contact.contact_id}@guanxi.example>"
    assert parsed["X-Guanxi-Contact"] == contact.contact_id
    assert parsed["List-Unsubscribe"] == message.headers["List-Unsubscribe"]
    assert b"List-Unsubscribe: <mailto:" in raw
    assert [part.get_content_type() for part in parsed.iter_parts()] == ["text/plain", "text/html"]
    bodies = [part.get_content().replace("\r\n", "\n").rstrip() for part in parsed.iter_parts()]
    assert bodies == [message.text.rstrip(), message.html.rstrip()]


def test_line_ends_in_header_values_are_flattened() -> None:
    message = build_email(contact=a_contact(), to="zhang@example.com", customer={}, policy=POLICY)
    hostile = "a\r\nBcc: b@example.com"
    raw = to_mime(
        replace(message, subject=hostile, sender_name=hostile, headers={"X-Note": hostile}), date_at=NOW
    )
    parsed = message_from_bytes(raw, policy=default)
    assert parsed["Subject"] == parsed["X-Note"] == "a Bcc: b@example.com"
    assert parsed["From"].addresses[0].display_name == "a Bcc: b@example.com"
    assert parsed["Bcc"] is None


def test_without_a_date_the_provider_sets_it() -> None:
    message = build_email(contact=a_contact(), to="zhang@example.com", customer={}, policy=POLICY)
    assert message_from_bytes(to_mime(message, date_at=None), policy=default)["Date"] is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a.b+c@example.com", "a.b+c@example.com"),
        ("a@bücher.example", "a@xn--bcher-kva.example"),
        ("a@b", None),
        ("a@example.com,b@example.com", None),
        ("<a@example.com>", None),
        ("Ann <a@example.com>", None),
        ('"a,b"@example.com', None),
        ("a@b@example.com", None),
        ("张@example.com", None),
        ("a@example.com\r\nBcc: b@example.com", None),
        ("a..b@example.com", None),
        ("a@exam ple.com", None),
        ("a@.example.com", None),
        ("", None),
    ],
)
def test_a_recipient_is_exactly_one_ascii_mailbox(text: str, expected: str | None) -> None:
    if expected is not None:
        assert mailbox(text) == expected
        return
    with pytest.raises(MessageInvalid) as raised:
        mailbox(text)
    assert str(raised.value) == "address_invalid"


@pytest.mark.parametrize(
    "headers", [{"Bcc": "b@example.com"}, {"X-A\r\nBcc": "x"}, {"X-Guanxi-Contact": "2"}]
)
def test_a_header_that_has_no_business_here_is_refused(headers: dict[str, str]) -> None:
    message = build_email(contact=a_contact(), to="zhang@example.com", customer={}, policy=POLICY)
    with pytest.raises(MessageInvalid, match="header_not_allowed"):
        to_mime(replace(message, headers=headers), date_at=NOW)
