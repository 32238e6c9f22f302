"""Need, stage of life, service class, habits, quality and marks: each rule with its bounds (R9, R11, R53, R63)."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from shared.model.history import History
from shared.model.tags import Mark
from shared.policy.load import load_policy
from shared.tagging.fold import Happening, add_events, fold_histories, prune
from shared.tagging.review import review_tags
from shared.tagging.traits import Background, judge_traits, next_trait_change, standing_marks

SHANGHAI = ZoneInfo("Asia/Shanghai")
POLICY = load_policy()
AS_OF = datetime(2026, 6, 30, tzinfo=SHANGHAI)
LONG = 2_000_000


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def needs(*told: str) -> list[Happening]:
    """Such as `2026-06-01T10:00 price`."""
    return [Happening("need", at(one.split()[0]), word=one.split()[1]) for one in told]


def orders(*days: str, fen: int = LONG) -> list[Happening]:
    return [Happening("order", at(day), fen) for day in days]


def calls(*instants: str, channel: str = "call") -> list[Happening]:
    return [Happening("interaction", at(one), word=channel) for one in instants]


def history_of(*happenings: Happening, first_on: date | None = None) -> History:
    return add_events(History(first_cooperation_on=first_on), happenings, AS_OF, SHANGHAI)


def traits_of(
    *happenings: Happening, background: Background | None = None, now: datetime = AS_OF
) -> dict[str, tuple[str, str]]:
    history = history_of(*happenings)
    tags = review_tags(history, POLICY, now).tags
    found = judge_traits(history, tags, background or Background(), POLICY, now)
    return {trait.tag: (trait.value, trait.code) for trait in found}


# --- need ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("told", "need"),
    [
        pytest.param([], ("unknown", "no_need"), id="none"),
        pytest.param(["2026-06-01 price"], ("price", "plurality"), id="one"),
        pytest.param(
            ["2026-05-01 service", "2026-05-02 service", "2026-06-29 price"],
            ("service", "plurality"),
            id="plurality",
        ),
        pytest.param(
            ["2026-06-29 price", "2026-05-01 service"],
            ("price", "newest_of_tied"),
            id="a tie: the newest of the tied",
        ),
        pytest.param(
            [
                "2026-06-28 product",
                "2026-05-01 price",
                "2026-05-02 price",
                "2026-05-03 service",
                "2026-05-04 service",
            ],
            ("service", "newest_of_tied"),
            id="the newest among the tied, not of all",
        ),
        pytest.param(["2025-06-30 price"], ("price", "plurality"), id="first day of the window"),
        pytest.param(["2025-06-29T23:59:59 price"], ("unknown", "no_need"), id="a second before the window"),
        pytest.param(["2026-06-30 price"], ("unknown", "no_need"), id="at exactly the instant"),
    ],
)
def test_the_need_is_the_plurality_of_a_year(told: list[str], need: tuple[str, str]) -> None:
    assert traits_of(*needs(*told))["need"] == need


# --- stage of life -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("happenings", "stage"),
    [
        pytest.param([], ("acquisition", "no_order_yet"), id="nobody yet"),
        pytest.param(calls("2024-01-01"), ("acquisition", "no_order_yet"), id="a prospect who fell silent"),
        pytest.param(
            orders("2026-03-30", "2026-06-01"), ("acquisition", "new_customer"), id="3 months less a day"
        ),
        pytest.param(
            orders("2026-03-29") + calls("2026-06-01"),
            ("decline", "watch:shrinking"),
            id="new no more, and shrinking",
        ),
        pytest.param(
            orders("2026-02-28", "2026-05-29", "2026-06-01"),
            ("growth", "amount_grows"),
            id="from nothing to something",
        ),
        pytest.param(
            orders(
                *(f"2025-{month:02d}-15" for month in range(7, 13)),
                *(f"2026-{month:02d}-15" for month in range(1, 7)),
            )
            + calls("2026-06-29"),
            ("maturity", "steady"),
            id="steady",
        ),
        pytest.param(orders("2025-09-01"), ("decline", "silent_and_down"), id="silent and down"),
        pytest.param(orders("2025-06-29"), ("left", "lapsed"), id="a year without anything"),
    ],
)
def test_the_stage_follows_the_first_rule_that_holds(
    happenings: list[Happening], stage: tuple[str, str]
) -> None:
    assert traits_of(*happenings)["stage"] == stage


# --- who they are --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "service_class"),
    [
        pytest.param({"company": "甲公司", "name": "张三"}, "enterprise", id="a company"),
        pytest.param({"name": "张三"}, "household", id="a name alone"),
        pytest.param({"email": "a@example.com"}, "unknown", id="neither"),
    ],
)
def test_the_service_class_is_read_from_the_record(fields: dict[str, str], service_class: str) -> None:
    assert traits_of(background=Background(fields))["service_class"][0] == service_class


def test_a_person_makes_a_vip_for_as_long_as_said() -> None:
    vip = Background({"name": "张三"}, marks=[Mark("vip", "Ms Wu", AS_OF, AS_OF + timedelta(days=30))])
    assert traits_of(background=vip)["service_class"] == ("vip", "set_by_person")
    after = traits_of(background=vip, now=AS_OF + timedelta(days=30))
    assert after["service_class"][0] == "household"
    assert "mark:vip" not in after


def test_of_two_marks_of_one_name_the_longer_stands() -> None:
    short = Mark("do_not_contact", "A", AS_OF, AS_OF + timedelta(days=1))
    endless = Mark("do_not_contact", "B", AS_OF - timedelta(days=9))
    assert standing_marks([endless, short], AS_OF) == (endless,)
    assert standing_marks([short, endless], AS_OF - timedelta(days=10)) == ()


@pytest.mark.parametrize(
    ("background", "region"),
    [
        pytest.param(Background({"province": "广东", "country": "CN"}, "华南"), "华南", id="by province"),
        pytest.param(Background({"country": "DE"}), "DE", id="by country"),
        pytest.param(Background(), "unknown", id="not told"),
    ],
)
def test_the_region_is_one_of_seven_else_the_country(background: Background, region: str) -> None:
    assert traits_of(background=background)["region"][0] == region


@pytest.mark.parametrize(
    ("employees", "size"),
    [
        ("1", "micro"),
        ("9", "micro"),
        ("10", "small"),
        ("99", "small"),
        ("100", "medium"),
        ("299", "medium"),
        ("300", "large"),
        ("120000", "large"),
        pytest.param("50-100人", "unknown", id="not a number"),
        pytest.param("-3", "unknown", id="negative"),
        pytest.param("", "unknown", id="empty"),
    ],
)
def test_the_size_of_a_company_is_told_by_its_headcount(employees: str, size: str) -> None:
    assert traits_of(background=Background({"employees": employees}))["size"][0] == size


def test_what_is_not_told_is_unknown() -> None:
    traits = traits_of()
    assert {traits[name][0] for name in ("industry", "size", "channel", "hour")} == {"unknown"}


# --- habits --------------------------------------------------------------------------------------------------


def test_channel_and_hour_are_those_of_most_contacts() -> None:
    mails = calls("2026-06-01T20:15", "2026-06-02T20:45", channel="email")
    traits = traits_of(*mails, *calls("2026-06-03T09:00"))
    assert (traits["channel"][0], traits["hour"][0]) == ("email", "20")


def test_two_contacts_are_no_habit() -> None:
    assert traits_of(*calls("2026-06-01T20:15", "2026-06-02T20:45"))["channel"] == (
        "unknown",
        "too_few_contacts",
    )


# --- quality -------------------------------------------------------------------------------------------------


def test_faults_of_the_record_are_flags() -> None:
    traits = traits_of(
        background=Background({"name": "张三", "phone": "+8613800001234"}, review=["too_many_members"])
    )
    assert {name for name in traits if name.startswith("quality:")} == {
        "quality:no_email",
        "quality:no_place",
        "quality:too_many_members",
    }


# --- through time --------------------------------------------------------------------------------------------


def next_change(history: History, background: Background | None = None) -> datetime | None:
    review = review_tags(history, POLICY, AS_OF)
    return next_trait_change(
        history, review.tags, background or Background(), POLICY, AS_OF, review.next_change_at
    )


def test_a_need_is_forgotten_after_its_year() -> None:
    assert next_change(history_of(*needs("2025-08-31T12:00 price"))) == at("2026-09-01")


def test_a_mark_ends_to_the_instant() -> None:
    until = AS_OF + timedelta(days=3, hours=5)
    assert next_change(History(), Background(marks=[Mark("vip", "A", AS_OF, until)])) == until


def test_nothing_changes_where_nothing_is_known() -> None:
    assert next_change(History()) is None


# --- folds ---------------------------------------------------------------------------------------------------


def test_needs_and_contacts_of_several_records_fold_into_one_customer() -> None:
    one, other = (
        history_of(*needs("2026-06-02 price")),
        history_of(*needs("2026-06-01 service"), *calls("2026-06-01")),
    )
    folded = fold_histories([one, other])
    assert folded == fold_histories([other, one])
    assert [voice.word for voice in folded.needs] == ["service", "price"]
    assert [voice.word for voice in folded.answers] == ["call"]


def test_only_the_newest_contacts_are_remembered() -> None:
    begin = at("2025-06-01")
    many = [Happening("interaction", begin + timedelta(days=n), word=str(n)) for n in range(80)]
    kept = [voice.word for voice in history_of(*many[::-1]).answers]
    assert kept == [str(n) for n in range(30, 80)]


def test_what_no_window_reaches_any_more_is_pruned() -> None:
    old = history_of(*needs("2024-06-28 price", "2024-06-29 price"), *calls("2024-06-28"))
    pruned = prune(old, AS_OF, SHANGHAI, 24)
    assert (len(pruned.needs), len(pruned.answers)) == (1, 0)
