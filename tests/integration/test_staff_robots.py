"""Tasks told by a WeCom group robot: one request for each notice, and nothing in it that names a person."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from shared.aws.http_once import Timeouts
from shared.aws.staff_robots import post_by_robot, read_robots
from shared.flows.post_to_staff import BY_MAIL, BY_ROBOT, Mailroom, Posted, post_once, scheme_of
from shared.flows.send_digests import mail_name, make_mail
from shared.insight.notice import MOST_BYTES, write_notice
from shared.memory.items import MemoryItems
from shared.model.errors import ConfigurationError
from shared.policy.matrix import Owner
from shared.ports import Accepted, Ambiguous, EmailMessage, SendOutcome, SendRefused, Throttled
from shared.store.staff_mail import MailKey
from tests.integration.scripted_servers import Reply, http_server
from tests.integration.test_http_senders import http
from tests.template_facts import ROLES, statements
from tests.unit.test_digest import BRIEF, CASE, NOW, POLICY, a_digest, look

ROBOT = "wecom:desk"
OK = http(200, {"errcode": 0, "errmsg": "ok"})
DIGEST = replace(a_digest(), address=ROBOT)


def a_notice() -> EmailMessage:
    return make_mail(DIGEST, mail_name("digest", DIGEST.day, ROBOT), POLICY)


def post(message: EmailMessage, port: int, name: str = "desk") -> SendOutcome:
    robots = {name: f"http://127.0.0.1:{port}/cgi-bin/webhook/send?key=k"}
    return post_by_robot(message, robots, now=lambda: NOW, timeouts=Timeouts(0.5, 0.5))


def test_a_notice_holds_title_deadline_and_case_id_and_nobody_s_name() -> None:
    with http_server(OK) as server:
        outcome = post(a_notice(), server.port)
    assert isinstance(outcome, Accepted)
    assert server.requests == 1
    body: dict[str, Any] = json.loads(bytes(server.received).partition(b"\r\n\r\n")[2])
    text = body["markdown"]["content"]
    assert body["msgtype"] == "markdown"
    for known in ("电话 · 回访电话", "2026-07-06 08:30", CASE.case_id):
        assert known in text
    named = (
        BRIEF.customer,
        BRIEF.company,
        BRIEF.phone,
        BRIEF.email,
        CASE.owner,
        CASE.customer_id,
        "补发滤芯",
    )
    assert [name for name in named if name in json.dumps(body, ensure_ascii=False)] == []


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        pytest.param("hang", Ambiguous("TimeoutError"), id="no answer"),
        pytest.param("close", Ambiguous, id="closed after the request"),
        pytest.param(b"nonsense\r\n\r\n", Ambiguous, id="no HTTP"),
        pytest.param(http(500, b""), Ambiguous, id="500"),
        pytest.param(http(200, {"errcode": 45009}), Throttled(60), id="too fast"),
        pytest.param(http(200, {"errcode": 93000}), Throttled(3600), id="the robot is gone"),
        pytest.param(http(200, {"errcode": 40058}), SendRefused("wecom_40058"), id="refused"),
    ],
)
def test_each_answer_is_one_request_and_one_outcome(reply: Reply, expected: Any) -> None:
    with http_server(reply) as server:
        outcome = post(a_notice(), server.port)
    assert server.requests == 1
    assert isinstance(outcome, type(expected) if not isinstance(expected, type) else expected)
    if isinstance(expected, Throttled | SendRefused):
        assert outcome == expected


def test_a_robot_without_a_url_is_asked_again_later_and_another_host_is_refused() -> None:
    assert post_by_robot(a_notice(), {}, now=lambda: NOW) == Throttled(3600)
    with pytest.raises(ConfigurationError):
        post_by_robot(a_notice(), {"desk": "https://robot.example/send?key=k"}, now=lambda: NOW)


def test_a_notice_goes_once_and_by_the_robot_alone() -> None:
    told: list[str] = []

    def keep(by: str) -> Any:
        def post(message: EmailMessage) -> SendOutcome:
            told.append(f"{by} {message.to}")
            return Accepted("m-1")

        return lambda: post

    room = Mailroom(MemoryItems(), POLICY, NOW, {BY_MAIL: keep(BY_MAIL), BY_ROBOT: keep(BY_ROBOT)})
    key = MailKey(DIGEST.day, a_notice().contact_id)
    assert [post_once(a_notice, key, room) for _ in range(2)] == [Posted.SENT, Posted.SENT_BEFORE]
    assert told == [f"wecom {ROBOT}"]
    assert scheme_of("desk@guanxi.example") == BY_MAIL


@pytest.mark.parametrize("language", ["zh", "en"])
def test_many_tasks_fit_into_one_notice_and_the_others_are_counted(language: Any) -> None:
    briefs = tuple(
        ("today" if number < 40 else "new", replace(BRIEF, case=replace(CASE, case_id=f"{number:032}")))
        for number in range(90)
    )
    text = write_notice(replace(DIGEST, briefs=briefs, total=120), look(language))
    shown = sum(f"{number:032}" in text for number in range(90))
    assert len(text.encode()) <= MOST_BYTES
    assert 20 < shown < 90
    assert str(120 - shown) in text.splitlines()[-1]
    urgent = replace(DIGEST, is_urgent=True, at=NOW + timedelta(days=9))
    assert CASE.case_id in write_notice(urgent, look(language))


@pytest.mark.parametrize("secret", ["", "[]", '{"desk": 1}', "https://qyapi.weixin.qq.com/x?key=SECRET"])
def test_a_secret_of_another_shape_is_refused_without_showing_it(secret: str) -> None:
    with pytest.raises(ConfigurationError) as raised:
        read_robots(secret)
    assert "SECRET" not in str(raised.value)


@pytest.mark.parametrize(
    "address", ["https://qyapi.weixin.qq.com/x?key=k", "desk", "wecom:", "wecom:a b", ""]
)
def test_an_owner_s_address_is_an_email_or_the_name_of_a_robot(address: str) -> None:
    assert Owner(name="Desk", email=ROBOT).email == ROBOT
    with pytest.raises(ValidationError):
        Owner(name="Desk", email=address)


def test_only_who_tells_staff_may_read_the_secret_of_the_robots() -> None:
    holders = {name for name in ROLES for one in statements(ROLES[name]) if one.get("Sid") == "StaffRobots"}
    assert holders == {"SweepCasesRole", "SendDigestRole"}
