"""What keeps a contact from a customer, or waits for the hour, and how each of it is explained."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from shared.flows.explain import explain
from shared.insight.explain_text import explanation_lines
from shared.model.errors import CalendarMissing
from tests.integration.contact_story import (
    DAY,
    a_car,
    a_customer,
    at,
    cases,
    contacts,
    customer_ids,
    decisions,
    grants,
    is_due,
    live,
    messages,
    on,
    states,
    tell,
    told,
    use,
)
from tests.integration.memory_world import KEY, World

pytestmark = pytest.mark.filterwarnings("ignore:No application metrics")


def a_word(action: str, purpose: str = "care", channel: str = "sms", at: str = "2026-06-30T21:30:00") -> Any:
    return told(
        "consent", f"{action}-{channel}-{purpose}", at, channel=channel, purpose=purpose, action=action
    )


def test_a_consent_withdrawn_after_the_plan_holds_the_message(world: World) -> None:
    at(world, "2026-06-30T21:00")
    tell(world, *a_customer(), a_car(insurance_ends_on=on(30)))
    assert states(world, "insurance_renewal") == [("sms", "PENDING")]
    tell(world, a_word("withdraw"))
    live(world, 1)
    (row,) = contacts(world, "insurance_renewal")
    assert (row["status"], row["reason"]) == ("SUPPRESSED", "no_consent")
    assert not world.sms.attempts


def test_whoever_may_not_be_contacted_is_not_called_either(world: World) -> None:
    tell(world, *a_customer())
    (customer_id,) = customer_ids(world)
    marked = {"action": "mark", "customer_id": customer_id, "name": "do_not_contact", "by": "anna"}
    world.invoke("Operate", marked)
    world.settle()
    tell(world, a_car(insurance_ends_on=on(0)), told("complaint", "c1", "2026-06-30T10:00:00"))
    assert cases(world, "task") == []
    assert {one["decision"] for one in decisions(world, "insurance_renewal")} == {"do_not_contact"}


@pytest.mark.parametrize(
    ("where", "sent"),
    [
        pytest.param(
            {"country": "CN", "province": "新疆维吾尔自治区"}, "2026-07-01T10:00+08:00", id="Kashgar"
        ),
        pytest.param({"country": "US", "province": "NY"}, "2026-07-01T14:00-04:00", id="somewhere in the US"),
    ],
)
def test_the_hours_are_those_of_the_recipient(world: World, where: dict[str, Any], sent: str) -> None:
    at(world, "2026-07-01T00:30")
    tell(world, *a_customer(**where), a_car(insurance_ends_on=on(31)))
    live(world, 1.5, step=timedelta(minutes=30))
    (row,) = contacts(world, "insurance_renewal")
    assert datetime.fromisoformat(str(row["mark_at"])) == datetime.fromisoformat(sent)


@pytest.mark.parametrize(
    ("night", "opens"),
    [
        pytest.param("2026-10-24T21:00", datetime(2026, 10, 24, 13, tzinfo=UTC), id="inside"),
        pytest.param("2026-10-25T04:00", datetime(2026, 10, 25, 7, tzinfo=UTC), id="night of the change"),
    ],
)
def test_the_hours_follow_the_clock_change(world: World, night: str, opens: datetime) -> None:
    at(world, night)  # in Berlin 15:00 of the day before, and 22:00 of the evening before, the change
    ends_on = (world.clock.now().date() + 30 * DAY).isoformat()
    tell(world, *a_customer(country="DE"), a_car(insurance_ends_on=ends_on, told_at="2026-10-20T10:00:00"))
    live(world, 1, step=timedelta(minutes=30))
    (row,) = contacts(world, "insurance_renewal")
    assert datetime.fromisoformat(str(row["not_before"])) == opens


def test_a_night_window_over_midnight_is_open_on_both_sides(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(monkeypatch, hours__message__windows=[{"days": "0123456", "start": "21:00", "end": "02:00"}])
    tell(world, *a_customer(province="上海市"), a_car(insurance_ends_on=on(30)))
    live(world, 1)
    (row,) = contacts(world, "insurance_renewal")
    assert datetime.fromisoformat(str(row["mark_at"])) == datetime(2026, 6, 30, 13, tzinfo=UTC)
    tell(world, told("complaint", "c1", "2026-07-01T10:00:00"))
    at(world, "2026-07-02T01:00")
    tell(world, told("complaint", "c2", "2026-07-02T01:00:00"))
    assert [row["status"] for row in contacts(world, "complaint") if row["channel"] == "email"] == [
        "SENT",
        "SENT",
    ]


# --- merges --------------------------------------------------------------------------------------------------


def two_of_one(world: World, *more: Any, birthday: str = "1990-07-01") -> tuple[str, str]:
    """Two customers who were born on one day; one has only a phone, the other only an email."""
    at(world, "2026-06-30T21:00")
    for number, known in (
        (1, {"name": "李雷", "phone": "13800130001"}),
        (2, {"name": "韩梅", "email": "k2@example.com"}),
    ):
        who = {"ref": f"K{number}", "birthday": birthday, **known}
        tell(
            world,
            told("profile", f"p{number}", "2026-06-01T08:00:00", number, party=who),
            told("order", f"o{number}", "2024-05-01T08:00:00", number, amount="3000"),
            told("interaction", f"i{number}", "2026-06-20T08:00:00", number, channel="chat"),
            *grants(number),
        )
    tell(world, *more)
    first, second = customer_ids(world)
    return first, second


def merge(world: World, first: str, second: str) -> Any:
    return world.invoke("Operate", {"action": "merge", "one": first, "other": second, "by": "anna"})


def test_two_who_become_one_get_nothing_twice(world: World) -> None:
    first, second = two_of_one(world)
    live(world, 0.125)
    assert sorted(states(world, "birthday")) == [("email", "PENDING"), ("sms", "PENDING")]
    assert not merge(world, first, second)["error"]
    world.settle()
    live(world, 2)
    assert messages(world) == ["birthday"]
    assert sorted(status for _, status in states(world, "birthday")) == ["CANCELLED", "SENT"]


def test_two_who_are_parted_again_get_nothing_a_second_time(world: World) -> None:
    first, second = two_of_one(world)
    live(world, 0.125)
    merge(world, first, second)
    world.settle()
    (survivor,) = customer_ids(world)
    live(world, 0.625)
    assert messages(world) == ["birthday"]
    alias = second if survivor == first else first
    assert not world.invoke("Operate", {"action": "unmerge", "by": "anna", "customer": alias})["error"]
    world.settle()
    live(world, 1)
    assert len(customer_ids(world)) == 2
    assert messages(world) == ["birthday"]


def test_one_car_of_two_who_become_one_is_reminded_of_once(world: World) -> None:
    web = a_car(
        2,
        "A1",
        insurance_ends_on=on(31),
        system="web",
        party={"ref": "W1", "name": "韩梅", "email": "k2@example.com"},
    )
    first, second = two_of_one(world, a_car(1, "A1", insurance_ends_on=on(31)), web, birthday="1990-01-05")
    live(world, 0.125)
    assert len(contacts(world, "insurance_renewal")) == 2
    merge(world, first, second)
    world.settle()
    live(world, 3)
    assert messages(world) == ["insurance_renewal"]


# --- explanations --------------------------------------------------------------------------------------------


def told_of(world: World, reference: str, language: Any) -> str:
    found = explain(
        reference,
        items=world.items,
        key=KEY,
        policy=world.policy(),
        now=world.clock.now(),
        may_scan=True,
    )
    assert found is not None
    return "\n".join(explanation_lines(found, language))


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_held_contact_is_explained_by_its_id(world: World, language: str) -> None:
    repair = told("service", "v1", "2026-06-27T10:00:00", asset_id="A1", service_type="维修")
    tell(world, *a_customer(), a_car(insurance_ends_on=on(30)), repair)
    (held,) = decisions(world, "insurance_renewal")
    assert held["decision"] == "capped"
    text = told_of(world, held["contact_id"], language)
    assert ("上限 1" if language == "zh" else "limit 1") in text
    assert "▶" in text


# --- groups, calendars ---------------------------------------------------------------------------------------


def test_half_is_held_out_and_stays_so(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, holdout__percent=50)
    tell(world, *(raw for number in range(24) for raw in a_customer(number, birthday="1990-06-30")))
    held = {one["contact_id"] for one in decisions(world, "birthday") if one["decision"] == "holdout"}
    went = contacts(world, "birthday")
    assert len(held) + len(went) == 24
    assert 5 <= len(held) <= 19
    live(world, 0.25)
    assert {one["contact_id"] for one in decisions(world, "birthday") if one["decision"] == "holdout"} == held


@pytest.mark.parametrize(
    ("calendar", "due"),
    [
        pytest.param("CN", "2026-07-03 18:00", id="CN"),
        pytest.param("US", "2026-07-06 18:00", id="US"),  # Independence Day is observed on Friday 3 July
    ],
)
def test_deadlines_skip_the_holidays_of_the_tenants_calendar(
    world: World, monkeypatch: pytest.MonkeyPatch, calendar: str, due: str
) -> None:
    use(monkeypatch, hours__work__calendar=calendar)
    tell(world, *a_customer(), a_car(insurance_ends_on=on(0)))
    assert [is_due(case) for case in cases(world, "task")] == [due]


def test_a_year_without_a_table_fails_loudly_and_says_what_to_do(world: World) -> None:
    at(world, "2026-12-30T10:00")
    with pytest.raises(CalendarMissing, match=r"add \[2027\] to"):
        tell(world, *a_customer(), a_car(insurance_ends_on="2026-12-30", told_at="2026-12-29T10:00:00"))


def test_a_first_import_mails_nobody_about_the_past(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, first_import__daily_limit=8)
    base = [
        raw
        for number in range(20)
        for raw in (
            *a_customer(number, birthday="1990-06-01"),
            told("complaint", f"c{number}", "2026-06-01T10:00:00", number),
            a_car(
                number,
                f"A{number}",
                insurance_ends_on=on(-10),
                warranty_ends_on=on(-30),
                bought_on="2021-01-01",
            ),
        )
    ]
    tell(world, *base)
    assert {one["plan_step"].split(".")[1] for one in decisions(world)} <= {"basic"} | {"summer_care"}
    assert not cases(world, "complaint")
    live(world, 0.5)
    assert len(contacts(world)) <= 8
