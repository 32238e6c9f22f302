"""Whatever a customer is called, the message keeps its form (V1, V2, V4, V5, H1, S3)."""

from dataclasses import replace
from email import message_from_bytes
from email.message import EmailMessage as MimeMessage
from email.policy import default
from html.parser import HTMLParser

import hypothesis.strategies as st
from hypothesis import example, given, settings

from shared.messaging.build import build_email, build_sms
from shared.messaging.errors import MessageInvalid
from shared.messaging.mime import to_mime
from shared.messaging.sms_text import count_sms, normalise_sms
from shared.model.contact import Channel
from tests.unit.test_build import NOW, POLICY, a_contact

NASTY = [
    "<script>",
    "</td>",
    "\"'>",
    "\r\nBcc: x@example.com",
    "{{ 7*7 }}",
    "&lt;b&gt;",
    "=?utf-8?q?=0d=0aTo:?=",
]
NASTY += [
    "\u202e",
    "\x00",
    "\ud800",
    "【某银行】",
    "https://evil.example/",
    "www.evil.com",
    "😀",
    "é\u0301",
    "?",
    ",",
]
VALUES = st.one_of(st.text(max_size=60), st.lists(st.sampled_from(NASTY), max_size=6).map("".join))
SMS_TEXT = st.text(st.sampled_from("aZ é[€\n“…\t\u200b中😀ëłç"), max_size=400)
BANNED = set(map(chr, (*range(0x20), *range(0x202A, 0x202F), *range(0x2066, 0x206A), *range(0xD800, 0xE000))))


class _Shape(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.elements: list[tuple[str, object]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, attrs))

    def handle_endtag(self, tag: str) -> None:
        self.elements.append((f"/{tag}", None))

    def handle_comment(self, data: str) -> None:
        self.elements.append(("comment", data))


def _shape(html: str) -> list[tuple[str, object]]:
    parser = _Shape()
    parser.feed(html)
    parser.close()
    return parser.elements


def _email(locale: str, name: str, company: str) -> tuple[str, str, MimeMessage]:
    customer = {"name": name, "company": company}
    message = build_email(
        contact=a_contact(locale=locale), to="a@example.com", customer=customer, policy=POLICY
    )
    parsed = message_from_bytes(to_mime(message, date_at=NOW), policy=default)
    return message.html, message.text, parsed


HARMLESS = {locale: _email(locale, "Ann", "Acme") for locale in ("zh", "en")}


@settings(max_examples=60, derandomize=True, deadline=None)
@given(st.sampled_from(["zh", "en"]), VALUES, VALUES)
@example("zh", "".join(NASTY), "".join(NASTY))
def test_an_email_keeps_its_elements_headers_and_recipient_whatever_the_values(
    locale: str, name: str, company: str
) -> None:
    html, text, parsed = _email(locale, name, company)
    expected = HARMLESS[locale]
    assert _shape(html) == _shape(expected[0])
    assert not BANNED & (set(html + text) - {"\n"})
    assert sorted(parsed.keys()) == sorted(expected[2].keys())
    assert [address.addr_spec for address in parsed["To"].addresses] == ["a@example.com"]
    assert [part.get_content_type() for part in parsed.iter_parts()] == ["text/plain", "text/html"]
    assert parsed.defects == []
    for word in ("evil.", "https:"):
        assert f"{word}example/" not in text and f"{word}//" not in text


@settings(max_examples=150, derandomize=True, deadline=None)
@given(VALUES)
def test_a_chinese_sms_has_one_signature_and_little_of_a_value(name: str) -> None:
    contact = a_contact(channel=Channel.SMS)
    text = build_sms(
        contact=contact, to="+8613900000000", customer={"name": name}, policy=POLICY, now=NOW
    ).message.text
    frame = "【关系科技】，您好！感谢您的信任，有任何需要请随时联系我们。拒收请回复R"
    assert (text.count("【"), text.count("】"), text.index("【")) == (1, 1, 0)
    assert len(text) <= len(frame) + 40
    assert not BANNED & set(text)


@settings(max_examples=100, derandomize=True, deadline=None)
@given(st.one_of(st.text(max_size=40), VALUES))
def test_a_hostile_subject_or_sender_name_is_one_line_or_refused(value: str) -> None:
    message = build_email(contact=a_contact(), to="a@example.com", customer={}, policy=POLICY)
    hostile = replace(message, subject=value, sender_name=value)
    try:
        raw = to_mime(hostile, date_at=NOW)
    except MessageInvalid:
        return
    parsed = message_from_bytes(raw, policy=default)
    assert sorted(parsed.keys()) == sorted(HARMLESS["zh"][2].keys())
    assert len(parsed["From"].addresses) == 1
    assert len(parsed["To"].addresses) == 1


def _slow_segments(text: str) -> int:
    """Cut the encoded text one segment at a time, as a modem would: an oracle that shares no code."""
    is_gsm = all(c in GSM for c in text)
    units = [u for c in text for u in _encoded(c, is_gsm=is_gsm)]
    lone, each = (160, 153) if is_gsm else (70, 67)
    if len(units) <= lone:
        return 1 if units else 0
    segments = 0
    while units:
        cut = each
        if len(units) > cut and units[cut - 1] == "first half":
            cut -= 1
        units, segments = units[cut:], segments + 1
    return segments


GSM = set("aZ é[€\n")


def _encoded(char: str, *, is_gsm: bool) -> list[str]:
    is_pair = char in "[€" if is_gsm else len(char.encode("utf-16-be")) == 4
    return ["first half", "second half"] if is_pair else [char]


@settings(max_examples=300, derandomize=True, deadline=None)
@given(SMS_TEXT)
def test_segments_agree_with_cutting_the_text_one_by_one(text: str) -> None:
    assert count_sms(text).segments == _slow_segments(text)


@settings(max_examples=300, derandomize=True, deadline=None)
@given(SMS_TEXT, st.sampled_from(["punct", "latin"]))
def test_a_normalised_text_never_costs_more_and_normalising_again_changes_nothing(
    text: str, mode: str
) -> None:
    result = normalise_sms(text, mode)  # type: ignore[arg-type]
    assert normalise_sms(result, mode) == result  # type: ignore[arg-type]
    assert result.count("?") == text.count("?")
    if count_sms(result).encoding == "UCS-2":
        assert count_sms(result).units <= count_sms(text).units
