"""What `guanxi review` and `guanxi customer` ask of the running system, and how they say no."""

import json
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from infra.local.command import _parser, main
from infra.local.customer import customer_json
from infra.local.review import Decision, NotDecided, _answer_line, _request, ask, reviews_json
from shared.flows.list_reviews import list_reviews
from shared.flows.view_customer import view_customer
from shared.insight.pairs import Pairs
from shared.memory.items import MemoryItems
from shared.ports import Table
from shared.store.reviews import open_reviews, read_decisions
from tests.integration.identity_world import KEY, NOW, POLICY, a_profile, ingest_all, review, rows
from tests.integration.test_decide_identity import LATER
from tests.integration.test_decide_identity import ask as operate

PAIR = (
    a_profile("A2", name="赵敏", phone="13800000002", birthday="1980-02-03"),
    a_profile("B2", "service", name="赵敏", phone="13800000002", birthday="1991-12-24"),
)


class Running:
    """A session whose function answers from memory, as the real one does."""

    def __init__(self, items: MemoryItems, answer: Mapping[str, Any] | None = None) -> None:
        self.items = items
        self.answer = answer
        self.asked: list[dict[str, Any]] = []

    def invoke(self, function: str, payload: dict[str, Any]) -> Any:  # noqa: ANN401
        assert function == "Operate"
        self.asked.append(payload)
        if self.answer is not None:
            return self.answer
        request = {name: value for name, value in payload.items() if name != "action"}
        return json.loads(json.dumps(operate(self.items, payload["action"], **request)))


@pytest.fixture
def running() -> Any:  # noqa: ANN401 (stands for a session)
    return Running(ingest_all(PAIR))


def test_a_decision_goes_to_the_operation_with_who_and_why(running: Any) -> None:
    [waiting] = open_reviews(running.items)
    ask(running, Decision(waiting.review_id, "accept", "anna", "one desk, two birthdays"), "en")
    assert running.asked == [
        {"action": "accept", "review": waiting.review_id, "by": "anna", "why": "one desk, two birthdays"}
    ]
    assert list_reviews(running.items) == Pairs()


@pytest.mark.parametrize("by", ["review", "verdict"])
def test_a_decision_is_taken_back_by_either_id(running: Any, by: str) -> None:
    [waiting] = open_reviews(running.items)
    answer = ask(running, Decision(waiting.review_id, "reject", "anna"), "en")
    name = waiting.review_id if by == "review" else answer["verdict_id"]
    ask(running, Decision(name, "undo", "ben"), "en")
    assert running.asked[-1]["verdict"] == answer["verdict_id"]
    assert [one.review_id for one in open_reviews(running.items)] == [waiting.review_id]


def test_of_two_decisions_about_a_pair_the_one_that_stands_is_taken_back(running: Any) -> None:
    [waiting] = open_reviews(running.items)
    first = ask(running, Decision(waiting.review_id, "reject", "anna"), "en")["verdict_id"]
    ask(running, Decision(first, "undo", "anna"), "en")
    later = operate(running.items, "reject", review=waiting.review_id, at=LATER + timedelta(minutes=1))
    assert later["verdict_id"] != first
    asked = _request(running, Decision(waiting.review_id, "undo", "anna"))
    assert asked["verdict"] == later["verdict_id"]


@pytest.mark.parametrize(
    ("name", "action", "said"),
    [
        pytest.param("0123456789abcdef", "accept", "there is no such id", id="nothing waits under the id"),
        pytest.param("c-somebody", "reject", "there is no such id", id="an id of another kind"),
        pytest.param("", "undo", "there is no such id", id="no id"),
    ],
)
def test_a_refusal_is_one_line(running: Any, name: str, action: str, said: str) -> None:
    with pytest.raises(NotDecided, match=said) as refused:
        ask(running, Decision(name, action, "anna"), "en")
    assert "\n" not in str(refused.value)


def test_what_was_taken_back_is_not_taken_back_again(running: Any) -> None:
    [waiting] = open_reviews(running.items)
    ask(running, Decision(waiting.review_id, "reject", "anna"), "en")
    ask(running, Decision(waiting.review_id, "undo", "anna"), "en")
    with pytest.raises(NotDecided, match="taken back before"):
        ask(running, Decision(waiting.review_id, "undo", "anna"), "en")


def test_the_reason_stands_with_the_decision(running: Any) -> None:
    [waiting] = open_reviews(running.items)
    answer = ask(running, Decision(waiting.review_id, "reject", "anna", "two desks"), "en")
    kept = read_decisions(running.items, [answer["verdict_id"]])[answer["verdict_id"]]
    assert kept.note is not None
    assert kept.note["why"] == "two desks"


def test_a_function_that_fails_is_a_line_and_not_a_traceback() -> None:
    class Failing:
        items = MemoryItems()

        def invoke(self, function: str, payload: dict[str, Any]) -> Any:  # noqa: ANN401
            raise RuntimeError("Operate failed: LostRace")

    failing: Any = Failing()
    with pytest.raises(NotDecided, match="LostRace"):
        ask(failing, Decision("0123456789abcdef", "accept", "anna"), "en")


def test_what_came_of_it_says_how_to_take_it_back() -> None:
    line = _answer_line(Decision("r1", "accept", "Ms Wu"), {"customers": ["c-1", "c-2"]}, "en")
    assert (
        line
        == "accepted: one person; customers: c-1, c-2; to take it back: guanxi review r1 undo --by 'Ms Wu'"
    )
    assert (
        _answer_line(Decision("r1", "undo", "anna"), {"customers": ["c-1"]}, "zh")
        == "撤销先前的决定；客户：c-1"
    )


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["review"], (None, None, None, False)),
        (["review", "--json"], (None, None, None, True)),
        (["review", "r1"], ("r1", None, None, False)),
        (["review", "r1", "undo", "--by", "anna"], ("r1", "undo", "anna", False)),
    ],
)
def test_the_command_line_is_read(arguments: list[str], expected: tuple[object, ...]) -> None:
    asked = _parser().parse_args(arguments)
    assert (asked.review_id, asked.action, asked.by, asked.json) == expected


def test_nobody_decides_without_a_name(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["review", "r1", "accept"]) == 2
    assert "--by NAME" in capsys.readouterr().err


def test_deciding_where_nothing_was_ever_run_is_said_in_a_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--state", str(tmp_path), "review", "r1", "accept", "--by", "anna"]) == 1
    assert capsys.readouterr().err.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


def test_json_is_plain_and_keeps_chinese(running: Any) -> None:
    plain = json.loads(reviews_json(list_reviews(running.items)))
    [pair] = plain["pairs"]
    assert (plain["open"], pair["rule"]) == (1, "birthdays_conflict")
    assert pair["one"]["said"]["name"] == "赵敏"
    assert {one["field"]: one["level"] for one in pair["agreements"]}["birthday"] == "differs"


def test_a_customer_as_json_has_amounts_in_fen_and_instants_in_utc(running: Any) -> None:
    for customer_id in {row["customer_id"] for row in rows(running.items, Table.CUSTOMERS, "PROFILE")}:
        review(running.items, customer_id)
    view = view_customer("13800000002", items=running.items, key=KEY, policy=POLICY, now=NOW)
    assert view is not None
    plain = json.loads(customer_json(view))
    assert plain["golden"][0]["said_at"] == "2026-06-01T00:00:00Z"
    assert plain["balance"]["holds"] is True
    assert len(plain["open_reviews"]) == 1
    assert plain["namesakes"]
