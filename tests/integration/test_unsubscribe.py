"""The link at the end of a message, through flow and ingest: what it answers, what it ends, once (U2..U4)."""

import json
import time
from collections.abc import Mapping
from datetime import date, timedelta
from statistics import median
from typing import Any
from urllib.parse import urlencode

import pytest

from shared.flows.unsubscribe import Answer, Asked, Unsubscribing, answer_link
from shared.memory.items import MemoryItems
from shared.messaging.unsubscribe import Subscription, keyring_on, sign
from shared.model.contact import Channel
from shared.model.instants import local_day
from shared.ports import QueueName, Table
from shared.store.customers import CONSENT
from tests.integration.identity_world import (
    KEY,
    NOW,
    POLICY,
    ListQueue,
    a_consent,
    a_profile,
    ingest,
    ingest_all,
    of_customer,
    review,
    rows,
    source,
)

TODAY = local_day(NOW, POLICY.tenant.tz)
ONE_CLICK = urlencode({"List-Unsubscribe": "One-Click"}).encode()
URLENCODED = {"content-type": "application/x-www-form-urlencoded"}
BOUNDARY = "xyz"
MULTIPART = (
    f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--{BOUNDARY}--\r\n'
).encode()


class World:
    """A customer who allowed care and marketing by email, and the queue that a link posts to."""

    def __init__(self) -> None:
        self.items: MemoryItems = ingest_all(
            [
                a_profile("1", name="李雷", email="li.lei@example.com"),
                a_consent("1", "k1", "2026-06-01T00:00:00Z"),
                a_consent("1", "k2", "2026-06-01T00:00:00Z", purpose="marketing"),
            ]
        )
        self.queue = ListQueue()
        self.customer_id = str(source(self.items, "sales#1")["customer_id"])
        review(self.items, self.customer_id)

    def token(self, *, scope: str = "care", on: date = TODAY, tenant: str = POLICY.tenant.id) -> str:
        ends = Subscription(self.customer_id, Channel.EMAIL, scope)
        return sign(ends, tenant, keyring_on(KEY, on), on=on)

    def ask(
        self, method: str, token: str, body: bytes = b"", headers: Mapping[str, str] = URLENCODED
    ) -> Answer:
        at = Unsubscribing(self.items, self.queue, POLICY, KEY, NOW)
        return answer_link(Asked(method, token, headers, {}, body), at)

    def settle(self) -> None:
        """What ingest and review do with what was posted."""
        for body in self.queue.take(QueueName.RECORDS):
            assert ingest(self.items, json.loads(body)).outcome in ("new", "updated", "unchanged")
        review(self.items, self.customer_id)

    def consent(self) -> dict[str, str]:
        item: Mapping[str, Any] = of_customer(self.items, self.customer_id, CONSENT)
        return {use: str(state).partition("#")[0] for use, state in item.items() if "|" in use}

    def ledger(self) -> list[str]:
        return [
            row["sk"] for row in rows(self.items, Table.RECORDS, "CONSENT#") if "unsubscribe" in row["sk"]
        ]


@pytest.fixture
def world() -> World:
    return World()


BEFORE = {"email|care": "granted", "email|marketing": "granted"}


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        pytest.param(ONE_CLICK, URLENCODED, id="urlencoded"),
        pytest.param(
            MULTIPART, {"content-type": f"multipart/form-data; boundary={BOUNDARY}"}, id="multipart"
        ),
        pytest.param(b"confirm=scope&lang=en", URLENCODED, id="the button of the page"),
    ],
)
def test_a_post_ends_its_scope_at_once_and_for_good(
    world: World, body: bytes, headers: dict[str, str]
) -> None:
    assert world.consent() == BEFORE
    answer = world.ask("POST", world.token(), body, headers)
    assert (answer.status, answer.ended) == (200, ("email|care",))
    expected = {"email|care": "withdrawn", "email|marketing": "granted"}
    assert world.consent() == expected
    world.settle()
    assert world.consent() == expected


def test_the_other_button_ends_everything_optional(world: World) -> None:
    world.ask("POST", world.token(), b"confirm=all")
    world.settle()
    assert set(world.consent().values()) == {"withdrawn"}


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS", "PUT", "DELETE"])
def test_only_a_post_changes_anything(world: World, method: str) -> None:
    world.ask(method, world.token(), ONE_CLICK)
    assert (world.consent(), world.queue.posted) == (BEFORE, [])


@pytest.mark.parametrize(
    "body",
    [b"", b"confirm=", b"confirm=yes", b"List-Unsubscribe=Two-Clicks", b"\xff\xfe", b"&" * 9000, b"x" * 9000],
)
def test_a_post_that_does_not_say_so_changes_nothing(world: World, body: bytes) -> None:
    assert world.ask("POST", world.token(), body).status == 404
    assert (world.consent(), world.queue.posted) == (BEFORE, [])


def test_a_repeat_gives_the_same_answer_and_one_entry_of_the_ledger(world: World) -> None:
    token = world.token()
    first = world.ask("POST", token, ONE_CLICK)
    repeats = [world.ask("POST", token, ONE_CLICK) for _ in range(3)]
    world.settle()
    repeats += [world.ask("POST", token, ONE_CLICK)]
    world.settle()
    assert {(answer.status, answer.body) for answer in repeats} == {(first.status, first.body)}
    assert [answer.ended for answer in repeats] == [()] * 4
    assert len(world.ledger()) == 1


def test_a_later_consent_can_be_ended_by_the_same_link_again(world: World) -> None:
    token = world.token()
    world.ask("POST", token, ONE_CLICK)
    world.settle()
    ingest(world.items, a_consent("1", "k3", "2026-06-30T01:59:59Z"))
    review(world.items, world.customer_id)
    assert world.ask("POST", token, ONE_CLICK).status == 200
    world.settle()
    assert world.consent()["email|care"] == "withdrawn"
    assert len(world.ledger()) == 1


def test_every_refusal_looks_the_same(world: World) -> None:
    good = world.token()
    refused = [
        "",
        "x",
        good[:-1],
        good[:-1] + ("A" if good[-1] != "A" else "Q"),
        world.token(tenant="other"),
        world.token(on=TODAY - timedelta(days=91)),
        world.token(on=date(2021, 1, 1)),
        good * 9,
    ]
    answers = [world.ask(method, token, ONE_CLICK) for token in refused for method in ("GET", "POST")]
    shown = {(answer.status, answer.body, tuple(answer.headers.items())) for answer in answers}
    assert len(shown) == 1
    assert (world.consent(), world.queue.posted) == (BEFORE, [])


def test_refusals_take_the_same_time_within_noise(world: World) -> None:
    good = world.token()
    kinds = {
        "changed": good[:-2] + ("xx" if good[-2:] != "xx" else "yy"),
        "other tenant": world.token(tenant="x"),
        "old": world.token(on=date(2026, 3, 1)),
    }

    assert {world.ask("GET", token).status for token in kinds.values()} == {404}
    times: dict[str, list[int]] = {name: [] for name in kinds}
    for _ in range(300):  # in turn: what slows one down slows the others down
        for name, token in kinds.items():
            begin = time.process_time_ns()
            world.ask("GET", token)
            times[name].append(time.process_time_ns() - begin)
    costs = [median(each) for each in times.values()]
    assert max(costs) < 2 * min(costs)


def test_a_customer_who_was_erased_gets_the_same_answer(world: World) -> None:
    nobody = Subscription("c-nobody", Channel.EMAIL, "care")
    token = sign(nobody, POLICY.tenant.id, keyring_on(KEY, TODAY), on=TODAY)
    done = world.ask("POST", token, ONE_CLICK)
    assert (done.status, done.body) == (200, world.ask("POST", world.token(), ONE_CLICK).body)


def test_what_is_posted_names_no_address(world: World) -> None:
    world.ask("POST", world.token(), ONE_CLICK)
    ((_, body),) = world.queue.posted
    assert "example.com" not in body
    assert "李雷" not in body
