"""Tasks of people, from the plan to the interaction: the real handlers over memory, wired as the template says."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from typing import Any

import pytest

from shared.messaging.mime import to_mime
from shared.model.case import Case, CaseStatus, Outcome
from shared.ports import Ambiguous, Item, QueueName, SendRefused, Table, Throttled
from shared.store.cases import case_from_item, put_case, read_case
from tests.integration.memory_world import World

pytestmark = pytest.mark.filterwarnings("ignore:No application metrics")

DAY = timedelta(days=1)
NAME, PHONE, EMAIL = "林小满", "+8613900010001", "lin@example.com"
SECRET = "想换供应商，说是竞争对手报价低三成"
MINUTES: list[dict[str, Any]] = [
    {"text": "交货周期解释清楚了", "resolved": True},
    {"text": "补发两箱滤芯", "owner": "care desk", "due_on": "2026-07-03"},
    {"text": "给出新报价", "owner": "sales@guanxi.example", "due_on": "2026-07-02"},
]


def crm(kind: str, number: int, **fields: Any) -> dict[str, Any]:
    party = {
        "ref": "C-1",
        "name": NAME,
        "company": "示例机械有限公司",
        "industry": "制造业",
        "phone": PHONE,
        "email": EMAIL,
    }
    return {
        "schema": 1,
        "system": "sales",
        "kind": kind,
        "id": f"{kind}-{number}",
        "version": 1,
        "event_at": "2026-06-01T10:00:00+08:00",
        "party": party,
        **fields,
    }


@pytest.fixture
def planned(world: World) -> World:
    """A strategic customer who has fallen silent: the plan wants a visit at once."""
    world.post_records(
        crm("profile", 1, party={**crm("profile", 1)["party"], "first_cooperation": "2020-01-05"}),
        crm("interaction", 1, channel="call", event_at="2026-01-05T10:00:00+08:00"),
        *(crm("order", n, amount="10万元", event_at=f"2026-{n:02}-05T10:00:00+08:00") for n in range(1, 5)),
        *(
            crm("order", 10 + n, amount="10万元", event_at=f"2025-{n:02}-05T10:00:00+08:00")
            for n in range(7, 13)
        ),
    )
    world.settle()
    world.sweep()
    world.email.attempts.clear()
    return world


def cases(world: World) -> list[Case]:
    return [case_from_item(item) for item in world.items.scan(Table.CASES)]


def the_task(world: World) -> Case:
    (found,) = [case for case in cases(world) if case.kind == "task"]
    return found


def tell(world: World, case: Case, outcome: str = "done", **more: Any) -> Any:
    request = {"action": "finish_task", "case_id": case.case_id, "outcome": outcome, "by": "Ms Wu", **more}
    return json.loads(json.dumps(world.invoke("Operate", request)))


def events(world: World, kind: str) -> list[Item]:
    return [item for item in world.items.scan(Table.RECORDS) if f"#{kind}#" in str(item["sk"])]


def bodies(world: World) -> str:
    return json.dumps([body for queue in world.queues.values() for body, _ in queue], ensure_ascii=False)


# --- outcomes ------------------------------------------------------------------------------------------------


def test_a_talk_closes_its_task_and_becomes_one_interaction_of_the_customer(planned: World) -> None:
    task = the_task(planned)
    answer = tell(planned, task, note="聊了一小时")
    assert (answer["status"], answer["outcome"], answer["fed"]) == ("done", "done", True)
    planned.settle()
    (row,) = [item for item in events(planned, "interaction") if task.case_id in str(item["sk"])]
    body = json.loads(str(row["body"]))
    assert (body["channel"], body["id"]) == (task.channel, task.case_id)
    assert not planned.dead


def test_the_same_told_again_is_answered_the_same_and_changes_nothing(planned: World) -> None:
    task = the_task(planned)
    first = tell(planned, task, note="ok", minutes=MINUTES)
    planned.settle()
    before = sorted(map(str, planned.items.scan(Table.CASES)))
    planned.clock.advance(timedelta(hours=1))
    assert tell(planned, task, note="ok", minutes=MINUTES) == first
    planned.settle()
    assert sorted(map(str, planned.items.scan(Table.CASES))) == before
    assert len([item for item in events(planned, "interaction") if task.case_id in str(item["sk"])]) == 1


@pytest.mark.parametrize("other", [{"outcome": "refused"}, {"outcome": "done", "note": "another"}])
def test_another_outcome_is_refused_with_the_one_that_stands(planned: World, other: dict[str, str]) -> None:
    task = the_task(planned)
    tell(planned, task)
    answer = tell(planned, task, **other)
    assert (answer["error"], answer["outcome"], answer["by"]) == ("already_finished", "done", "Ms Wu")


def test_open_points_become_cases_with_owner_and_deadline(planned: World) -> None:
    answer = tell(planned, the_task(planned), minutes=MINUTES)
    points = {case.case_id: case for case in cases(planned) if case.kind == "point"}
    assert list(points) == answer["points"] or set(points) == set(answer["points"])
    told = sorted((case.owner, case.text, case.due_at.isoformat()) for case in points.values())
    assert told == [
        ("Care desk", "补发两箱滤芯", "2026-07-03T10:00:00+00:00"),
        ("Sales lead", "给出新报价", "2026-07-02T10:00:00+00:00"),
    ]
    assert {case.about for case in points.values()} == {the_task(planned).case_id}


def test_minutes_are_in_the_table_and_in_no_queue_log_or_index_of_keys(
    planned: World, capsys: pytest.CaptureFixture[str]
) -> None:
    tell(planned, the_task(planned), note=SECRET, minutes=[{"text": SECRET, "resolved": True}])
    assert SECRET not in bodies(planned)
    assert SECRET not in capsys.readouterr().out
    planned.settle()
    assert not any(SECRET in str(item) for item in planned.items.scan(Table.RECORDS))
    assert any(SECRET in str(item) for item in planned.items.scan(Table.CASES))


def test_a_refusal_with_do_not_call_is_an_objection_that_holds_the_next_call(planned: World) -> None:
    task = the_task(planned)
    assert tell(planned, task, "refused", do_not_call=True)["status"] == "closed"
    planned.settle()
    assert len(events(planned, "consent")) == 1
    planned.clock.advance(60 * DAY)
    planned.sweep()
    days = [item for item in planned.items.scan(Table.CUSTOMERS) if str(item["sk"]).startswith("DAY#2026-08")]
    decided = [one for item in days for one in json.loads(str(item["decisions"]))]
    assert {one["decision"] for one in decided if one["task"]} == {"objected"}


def test_a_plain_refusal_says_nothing_about_later_calls(planned: World) -> None:
    tell(planned, the_task(planned), "refused")
    assert not planned.queues.get(QueueName.RECORDS.value)


def test_nobody_answers_until_the_tries_are_used_up(planned: World) -> None:
    task = the_task(planned)
    answers = []
    for _ in range(3):
        answers.append(tell(planned, task, "no_answer"))
        assert tell(planned, task, "no_answer")["tries"] == answers[-1]["tries"]
        planned.clock.advance(DAY)
    assert [(one["tries"], one["status"]) for one in answers] == [(1, "open"), (2, "open"), (3, "closed")]
    assert [one["next_try_on"] for one in answers] == ["2026-07-01", "2026-07-02", None]
    closed = read_case(planned.items, task.case_id)
    assert closed is not None
    assert closed.finish is not None
    assert closed.finish.outcome is Outcome.NO_ANSWER


def test_what_a_crash_left_unposted_is_posted_by_the_sweep_once(
    planned: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    task = the_task(planned)
    with monkeypatch.context() as broken:
        broken.setattr(planned, "post", _refuse)
        with pytest.raises(RuntimeError):
            tell(planned, task)
    case = read_case(planned.items, task.case_id)
    assert case is not None
    assert case.status is CaseStatus.DONE
    assert [planned.invoke("SweepCases", {}) for _ in range(2)] == [{"fed": 1}, {}]
    planned.settle()
    assert len([item for item in events(planned, "interaction") if task.case_id in str(item["sk"])]) == 1


def _refuse(*_: object, **__: object) -> None:
    raise RuntimeError


def test_the_customer_gets_the_minutes_once_by_mail(planned: World) -> None:
    tell(planned, the_task(planned), note=SECRET, minutes=MINUTES)
    for _ in range(2):
        planned.settle()
        planned.sweep()
    (mail,) = planned.email.accepted
    assert mail.to == EMAIL
    assert all(str(point["text"]) in mail.text for point in MINUTES)
    assert "Sales lead" in mail.text
    assert SECRET not in mail.text


# --- escalation and digest -----------------------------------------------------------------------------------


def test_each_step_is_told_once_however_often_the_sweep_runs(planned: World) -> None:
    task = the_task(planned)
    planned.clock.advance(30 * DAY)
    for _ in range(3):
        planned.invoke("SweepCases", {})
    told = read_case(planned.items, task.case_id)
    assert told is not None
    assert [(one.percent, one.role, one.address) for one in told.told] == [
        (50, "owner", "gm@guanxi.example"),
        (100, "manager", "head@guanxi.example"),
        (150, "head", "head@guanxi.example"),
    ]
    assert not planned.email.attempts


def a_complaint(world: World) -> Case:
    task = the_task(world)
    begun = world.clock.now()
    return replace(
        task,
        case_id="K" * 32,
        kind="complaint",
        channel="call",
        title="first_response",
        start_at=begun,
        due_at=begun + timedelta(hours=2),
        opened_at=begun,
        check_at=None,
        ver=0,
    )


def test_a_complaint_is_told_at_once_by_a_mail_of_its_own(planned: World) -> None:
    planned.items.put_if(put_case(a_complaint(planned)))
    for minutes in (0, 65, 15, 45, 15, 65, 15):
        planned.clock.advance(timedelta(minutes=minutes))
        planned.invoke("SweepCases", {})
    to = [message.to for message in planned.email.accepted]
    assert to == ["gm@guanxi.example", "head@guanxi.example", "head@guanxi.example"]
    assert all(PHONE in message.text for message in planned.email.accepted)


@pytest.mark.parametrize("outcome", [Throttled(1), Ambiguous("lost")], ids=["throttled", "ambiguous"])
def test_an_escalation_that_could_not_go_is_tried_again_by_the_next_sweep(
    planned: World, outcome: Any
) -> None:
    planned.items.put_if(put_case(a_complaint(planned)))
    planned.clock.advance(timedelta(minutes=65))
    planned.email._script.append(outcome)
    planned.invoke("SweepCases", {})
    assert not planned.email.accepted
    planned.clock.advance(timedelta(minutes=15))
    planned.invoke("SweepCases", {})
    planned.invoke("SweepCases", {})
    assert len(planned.email.accepted) == 1


def test_an_escalation_that_is_refused_falls_to_the_digest(planned: World) -> None:
    planned.items.put_if(put_case(a_complaint(planned)))
    planned.clock.advance(timedelta(minutes=65))
    planned.email._script.append(SendRefused("bounced"))
    planned.invoke("SweepCases", {})
    case = read_case(planned.items, "K" * 32)
    assert case is not None
    assert [one.how for one in case.told] == ["digest"]


def test_a_digest_goes_once_a_day_to_each_person_and_to_nobody_on_a_holiday(planned: World) -> None:
    planned.clock.move_to(datetime(2026, 7, 1, 0, 45, tzinfo=UTC))
    first = planned.invoke("SendDigest", {})
    again = planned.invoke("SendDigest", {})
    assert (first["outcome"], again["mails"]) == ("sent", {"sent_before": 1})
    (mail,) = planned.email.accepted
    assert mail.to == "gm@guanxi.example"
    assert NAME in mail.text
    assert PHONE in mail.html
    planned.clock.move_to(datetime(2026, 7, 4, 0, 45, tzinfo=UTC))  # a Saturday
    assert planned.invoke("SendDigest", {})["outcome"] == "not_now"


def test_a_digest_waits_for_its_hour_and_for_files_that_are_being_read(planned: World) -> None:
    planned.clock.move_to(datetime(2026, 7, 1, 0, 15, tzinfo=UTC))
    assert planned.invoke("SendDigest", {})["outcome"] == "not_now"
    planned.clock.move_to(datetime(2026, 7, 1, 0, 45, tzinfo=UTC))
    planned.invoke("Operate", {"action": "hold", "name": "import#x"})
    assert planned.invoke("SendDigest", {})["outcome"] == "importing"
    planned.invoke("Operate", {"action": "lift", "name": "import#x"})
    assert planned.invoke("SendDigest", {})["outcome"] == "sent"


def test_a_mail_program_opens_the_digest_with_its_calendar(planned: World) -> None:
    planned.clock.move_to(datetime(2026, 7, 1, 0, 45, tzinfo=UTC))
    planned.invoke("SendDigest", {})
    raw = to_mime(planned.email.accepted[0], date_at=planned.clock.now())
    mail: Any = message_from_bytes(raw, policy=policy.default)
    kinds = [part.get_content_type() for part in mail.walk() if not part.is_multipart()]
    assert kinds == ["text/plain", "text/html", "text/calendar"]
    assert mail.get_content_type() == "multipart/mixed"
    assert f"UID:{the_task(planned).case_id}" in mail.get_payload()[1].get_content()


def test_a_holiday_between_working_weekdays_sends_nothing_and_a_worked_sunday_does(planned: World) -> None:
    outcomes: Iterator[str] = (
        _outcome_on(planned, day)
        for day in (datetime(2026, 10, 1), datetime(2026, 10, 10))  # noqa: DTZ001
    )
    assert list(outcomes) == ["not_now", "sent"]


def _outcome_on(world: World, day: datetime) -> str:
    world.clock.move_to(day.replace(hour=1, tzinfo=UTC))
    return str(world.invoke("SendDigest", {})["outcome"])
