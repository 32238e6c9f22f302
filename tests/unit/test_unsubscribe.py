"""Tokens of unsubscribe links and the pages behind them (U1, U4, U5, C1)."""

import base64
from collections.abc import Callable
from datetime import date, timedelta
from html.parser import HTMLParser

import hypothesis.strategies as st
import pytest
from hypothesis import given, settings

from shared.messaging.build import build_email
from shared.messaging.mime import to_mime
from shared.messaging.preference_page import (
    LANGUAGES,
    Language,
    ask_page,
    done_page,
    pick_language,
    refusal_page,
)
from shared.messaging.unsubscribe import KEYS_KEPT, SCOPES, Keyring, Subscription, keyring_on, sign, verify
from shared.model.contact import Channel
from tests.unit.test_build import NOW, POLICY, a_contact

MASTER = b"a master secret for tests"
DAY = date(2026, 11, 22)
RING = keyring_on(MASTER, DAY)
ANN = Subscription("c-0123456789abcdef", Channel.EMAIL, "care")
VALID_DAYS = 90
ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


def read(token: str, *, tenant: str = "t", ring: Keyring = RING, on: date = DAY) -> Subscription | None:
    return verify(token, tenant, ring, on=on, valid_days=VALID_DAYS)


@pytest.mark.parametrize("channel", [Channel.EMAIL, Channel.SMS])
@pytest.mark.parametrize("scope", SCOPES)
def test_a_token_says_what_it_ends_and_nothing_else(channel: Channel, scope: str) -> None:
    ends = Subscription("c-1", channel, scope)
    token = sign(ends, "t", RING, on=DAY)
    assert read(token) == ends
    assert set(token) <= set(ALPHABET)
    assert b"@" not in base64.urlsafe_b64decode(token + "==")


def test_every_changed_character_is_refused() -> None:
    token = sign(ANN, "t", RING, on=DAY)
    for at, own in enumerate(token):
        for other in ALPHABET:
            if other != own:
                assert read(token[:at] + other + token[at + 1 :]) is None


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda token: token + "=", id="padded"),
        pytest.param(lambda token: token + "A", id="longer"),
        pytest.param(lambda token: token[:-1], id="shorter"),
        pytest.param(lambda token: " " + token, id="space"),
        pytest.param(lambda token: token + "\n", id="line end"),
        pytest.param(lambda token: token.replace(token[3], "/", 1), id="other alphabet"),
        pytest.param(lambda token: "é" + token, id="not ASCII"),
        pytest.param(lambda token: token * 1000, id="long"),
        pytest.param(lambda _: "", id="empty"),
        pytest.param(lambda _: "AAAA", id="a few zeros"),
    ],
)
def test_any_other_spelling_is_refused(change: Callable[[str], str]) -> None:
    assert read(change(sign(ANN, "t", RING, on=DAY))) is None


def test_a_token_belongs_to_one_tenant_and_one_secret() -> None:
    token = sign(ANN, "t", RING, on=DAY)
    assert read(token, tenant="other") is None
    assert read(token, ring=keyring_on(b"another secret", DAY)) is None


@pytest.mark.parametrize(
    ("days", "works"),
    [(-2, False), (-1, True), (0, True), (60, True), (90, True), (91, False), (4000, False)],
)
def test_a_token_works_for_its_days(days: int, works: bool) -> None:
    later = DAY + timedelta(days=days)
    token = sign(ANN, "t", RING, on=DAY)
    assert (read(token, ring=keyring_on(MASTER, max(later, DAY)), on=later) is not None) is works


def test_keys_rotate_each_quarter_and_old_links_go_on_working() -> None:
    starts = [date(2025, 12, 31), date(2026, 1, 1), date(2026, 3, 31), date(2026, 4, 1)]
    numbers = [keyring_on(MASTER, day).current for day in starts]
    assert numbers == [numbers[0], numbers[0] + 1, numbers[0] + 1, numbers[0] + 2]
    ring = keyring_on(MASTER, DAY)
    assert len(set(ring.keys.values())) == len(ring.keys) == KEYS_KEPT
    token = sign(ANN, "t", keyring_on(MASTER, date(2026, 9, 30)), on=date(2026, 9, 30))
    assert read(token) == ANN
    assert read(token, ring=Keyring(ring.current, {ring.current: ring.keys[ring.current]})) is None


@settings(max_examples=300, derandomize=True, deadline=None)
@given(
    st.one_of(
        st.text(max_size=200), st.binary(max_size=120).map(lambda raw: base64.urlsafe_b64encode(raw).decode())
    )
)
def test_no_text_is_a_token_by_chance(text: str) -> None:
    assert read(text) is None


@settings(max_examples=100, derandomize=True, deadline=None)
@given(
    st.text(st.characters(codec="utf-8"), min_size=1, max_size=15),
    st.dates(date(2024, 1, 1), date(2090, 1, 1)),
)
def test_whatever_is_signed_is_read_again(recipient: str, on: date) -> None:
    ends = Subscription(recipient, Channel.SMS, "marketing")
    ring = keyring_on(MASTER, on)
    assert read(sign(ends, "t", ring, on=on), ring=ring, on=on) == ends


class _Page(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.methods: list[str | None] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        if tag == "form":
            self.methods.append(dict(attrs).get("method"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_pages_need_no_script_and_load_nothing(language: Language) -> None:
    tenant = POLICY.tenant
    pages = [
        ask_page(tenant, language, Channel.EMAIL, "care"),
        done_page(tenant, language, Channel.SMS, "marketing", is_all=False),
        done_page(tenant, language, Channel.EMAIL, "care", is_all=True),
        refusal_page(tenant),
    ]
    for html in pages:
        assert not {"script", "img", "link", "iframe"} & set(_Page(html).tags)
        assert "$" not in html
    assert [_Page(html).methods for html in pages] == [["post"], [], [], []]


@pytest.mark.parametrize(
    ("accepted", "asked", "language"),
    [
        ("", "", "zh"),
        ("zh-CN,zh;q=0.9,en;q=0.8", "", "zh"),
        ("en-GB,en;q=0.9", "", "en"),
        ("fr-FR,en;q=0.5", "", "en"),
        ("en", "zh", "zh"),
        ("zh", "EN", "en"),
        ("de", "x", "zh"),
    ],
)
def test_the_language_is_the_readers(accepted: str, asked: str, language: str) -> None:
    assert pick_language(accepted, asked) == language


def test_an_email_carries_one_click_and_a_link_that_is_seen() -> None:
    url = "https://u.example/u/AbC-_9"
    email = build_email(
        contact=a_contact(), to="a@example.com", customer={}, policy=POLICY, unsubscribe_url=url
    )
    raw = to_mime(email, date_at=NOW).decode()
    assert f"List-Unsubscribe: <{url}>, <mailto:" in raw
    assert "\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n" in raw
    assert url in email.text
    assert f'<a href="{url}"' in email.html
    assert email.html.count("</body>") == 1


def test_an_email_without_an_address_of_ours_is_ended_by_mail() -> None:
    email = build_email(contact=a_contact(), to="a@example.com", customer={}, policy=POLICY)
    assert set(email.headers) == {"List-Unsubscribe"}
    assert email.headers["List-Unsubscribe"].startswith("<mailto:")
