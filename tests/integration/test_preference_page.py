"""The preference page as people meet it: in a real browser, without scripts, in Chinese and English."""

import http.server
import json
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from functions.unsubscribe import handler
from shared.messaging.unsubscribe import Subscription, keyring_on, sign
from shared.model.contact import Channel
from shared.model.instants import local_day
from shared.ports import Table
from tests.integration.browser import Browser, a_browser, find_chromium
from tests.integration.memory_world import KEY, NOW, World, a_context
from tests.unit.test_build import POLICY

pytestmark = [
    pytest.mark.skipif(find_chromium() is None, reason="no Chromium is installed"),
    pytest.mark.filterwarnings("ignore:No application metrics"),
]
TODAY = local_day(NOW, POLICY.tenant.tz)


class Gateway(http.server.BaseHTTPRequestHandler):
    """What API Gateway does: an HTTP request becomes an event of payload 2.0, the answer a response."""

    def do_GET(self) -> None:
        self._answer("")

    def do_POST(self) -> None:
        self._answer(self.rfile.read(int(self.headers["Content-Length"])).decode())

    def _answer(self, body: str) -> None:
        parts = urlsplit(self.path)
        event: dict[str, Any] = {
            "requestContext": {"http": {"method": self.command}},
            "pathParameters": {"token": parts.path.rpartition("/")[2]},
            "headers": {name.lower(): value for name, value in self.headers.items()},
            "queryStringParameters": dict(parse_qsl(parts.query)),
            "body": body,
            "isBase64Encoded": False,
        }
        told = handler(event, a_context())
        self.send_response(told["statusCode"])
        for name, value in told["headers"].items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(told["body"].encode())

    def log_message(self, format: str, *args: object) -> None:
        """Nothing: the path holds the token."""


@pytest.fixture
def base() -> Iterator[str]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Gateway)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    folder: Path = tmp_path_factory.mktemp("chromium")
    with a_browser(str(find_chromium()), folder) as made:
        yield made


@pytest.fixture
def link(world: World, base: str) -> str:
    """The link of a customer who allowed care by email."""
    party = {"ref": "1", "name": "李雷", "email": "li.lei@example.com"}
    common = {"schema": 1, "system": "sales", "event_at": "2026-06-01T00:00:00Z", "party": party}
    consent = {"kind": "consent", "id": "k1", "channel": "email", "purpose": "care", "action": "grant"}
    world.post_records({**common, "kind": "profile", "id": "p1"}, {**common, **consent})
    world.settle()
    customer_id = str(world.rows(Table.RECORDS, "RECORD")[0]["customer_id"])
    ends = Subscription(customer_id, Channel.EMAIL, "care")
    return f"{base}/u/{sign(ends, POLICY.tenant.id, keyring_on(KEY, TODAY), on=TODAY)}"


def consent(world: World) -> str:
    (kept,) = world.rows(Table.CUSTOMERS, "CONSENT")
    return str(kept["email|care"]).partition("#")[0]


@pytest.mark.parametrize(
    ("language", "asks", "done", "ended", "wanted"),
    [
        pytest.param("zh", "不再接收“服务关怀”邮件", "已经停止", "您现在不再接收这些邮件", "已经登记", id="Chinese"),
        pytest.param(
            "en", "Stop emails about service and care", "It is done", "You do not receive these emails", "Noted", id="English"
        ),
    ],
)  # fmt: skip
def test_a_person_stops_and_wants_again_with_three_clicks(
    language: str, asks: str, done: str, ended: str, wanted: str, world: World, link: str, browser: Browser
) -> None:
    browser.requests.clear()
    browser.faults.clear()
    browser.open(f"{link}?lang={language}")
    assert asks in browser.text()
    assert consent(world) == "granted", "opening the page changes nothing"
    browser.click("button[value=scope]")
    assert done in browser.text()
    assert consent(world) == "withdrawn"
    world.settle()
    world.clock.advance(timedelta(minutes=1))  # at one and the same instant an end wins
    browser.open(f"{link}?lang={language}")
    assert ended in browser.text()
    browser.click("button[value=again]")
    assert wanted in browser.text()
    world.settle()
    assert consent(world) == "granted"
    assert browser.faults == []
    asked = [url for url in browser.requests if not url.startswith(("about:", "data:"))]
    assert {url.partition("?")[0] for url in asked} == {link}, "nothing else is loaded"


def test_the_other_language_is_one_click_away(world: World, link: str, browser: Browser) -> None:
    browser.open(f"{link}?lang=zh")
    assert browser.run("document.documentElement.lang") == "zh-CN"
    browser.click("small a")
    assert browser.run("document.documentElement.lang") == "en"
    assert consent(world) == "granted"


def test_the_page_has_no_scripts_and_its_policy_lets_none_run(link: str, browser: Browser) -> None:
    browser.open(link)
    assert browser.run("document.scripts.length") == 0
    assert browser.run("document.cookie") == ""
    put_in = "const s = document.createElement('script'); s.textContent = 'window.ran = 1'; document.body.append(s)"
    browser.run(put_in)
    assert browser.run("window.ran || 0") == 0
    away = "const f = document.forms[0]; f.action = 'http://127.0.0.2/'; f.requestSubmit(f.querySelector('button')); 1"
    browser.run(away)
    assert browser.run("location.href") == link


def test_a_page_fits_a_phone(link: str, browser: Browser) -> None:
    browser.ask("Emulation.setDeviceMetricsOverride", width=360, height=640, deviceScaleFactor=2, mobile=True)
    for language in ("zh", "en"):
        browser.open(f"{link}?lang={language}")
        assert browser.run("document.documentElement.scrollWidth") <= 360
        heights = json.loads(
            browser.run("JSON.stringify([...document.querySelectorAll('button')].map(b => b.offsetHeight))")
        )
        assert min(heights) >= 44, "a finger needs so much"
    browser.ask("Emulation.clearDeviceMetricsOverride")


def test_a_link_that_is_none_shows_one_page_to_everybody(base: str, world: World, browser: Browser) -> None:
    browser.open(f"{base}/u/nonsense")
    assert "这个链接无法使用" in browser.text()
    assert "This link cannot be used" in browser.text()
    assert not world.rows(Table.CUSTOMERS)
