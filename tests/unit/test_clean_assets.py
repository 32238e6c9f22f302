"""Mileages, lunar birthdays, headcounts, services and the two kinds of record that carry them."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from shared.cleaning.assets import clean_asset_id
from shared.cleaning.headcounts import clean_headcount
from shared.cleaning.lunar_days import clean_lunar_day
from shared.cleaning.mileages import MileageHints, clean_mileage
from shared.cleaning.record import Cleaned, clean_record
from shared.cleaning.service_words import clean_in_warranty, clean_service_type, is_closed
from shared.model.record import Asset, Profile, Service
from shared.policy.load import load_policy

AT = datetime(2026, 6, 30, 2, tzinfo=UTC)


def clean(**message: Any) -> Cleaned:
    party = message.pop("party", {"ref": "C-1"})
    raw = {"schema": 1, "system": "dms", "party": party, **message}
    return clean_record(raw, policy=load_policy(), received_at=AT, key=b"k")


def codes(cleaned: Cleaned) -> set[tuple[str, str]]:
    return {(issue.field, issue.code) for issue in cleaned.issues}


@pytest.mark.parametrize(
    ("raw", "unit", "km"),
    [
        pytest.param("12345", None, 12345, id="plain"),
        pytest.param(12345.0, None, 12345, id="number of a sheet"),
        pytest.param("12,345公里", None, 12345, id="grouped, with unit"),
        pytest.param("１２３４５ ＫＭ", None, 12345, id="full width"),
        pytest.param("12 345 km", None, 12345, id="groups of spaces"),
        pytest.param("1.2万公里", None, 12000, id="万公里"),
        pytest.param("1.234万公里", None, 12340, id="three decimals of 万 are no thousands"),
        pytest.param("8.5w", None, 85000, id="w for 万"),
        pytest.param("120k km", None, 120000, id="k for a thousand"),
        pytest.param("一万二千公里", None, 12000, id="numerals"),
        pytest.param("2万3千公里", None, 23000, id="digits and numerals"),
        pytest.param("8,000 miles", None, 12875, id="miles: 8000 * 1.609344 = 12874.752"),
        pytest.param("5000英里", None, 8047, id="miles in Chinese: 8046.72"),
        pytest.param("1.2", "万公里", 12000, id="unit of the heading"),
        pytest.param("12000公里", "万公里", 12000, id="what is written wins"),
        pytest.param("3200", "miles", 5150, id="heading in miles: 5149.9008"),
        pytest.param("2万", "miles", 32187, id="万 of the cell, miles of the heading"),
        pytest.param("当前里程：3200", None, 3200, id="label"),
        pytest.param("0", None, 0, id="new car"),
        pytest.param("暂无", None, None, id="says nothing"),
    ],
)
def test_a_mileage_is_read_as_whole_kilometres(raw: object, unit: str | None, km: int | None) -> None:
    assert clean_mileage(raw, "m", MileageHints(unit)) == (km, ())


@pytest.mark.parametrize(
    ("raw", "unit", "code"),
    [
        pytest.param("约12000", None, "inexact_mileage", id="about"),
        pytest.param("5000-6000km", None, "inexact_mileage", id="range"),
        pytest.param("5000+", None, "inexact_mileage", id="open"),
        pytest.param("999999", None, "placeholder_mileage", id="all nines"),
        pytest.param("12.345 km", None, "ambiguous_amount", id="twelve, or twelve thousand"),
        pytest.param("1,2万", None, "ambiguous_amount", id="comma"),
        pytest.param("-5", None, "bad_mileage", id="negative"),
        pytest.param("123456789", None, "bad_mileage", id="no odometer shows it"),
        pytest.param("换表", None, "bad_mileage", id="words"),
        pytest.param(True, None, "bad_mileage", id="boolean"),
        pytest.param(float("nan"), None, "bad_mileage", id="a calculation that went wrong"),
        pytest.param("12", "furlong", "bad_hint", id="unit unknown"),
        pytest.param("12万里", None, "bad_mileage", id="里 is half a kilometre, or one: nobody can tell"),
    ],
)
def test_a_mileage_that_is_no_reading_is_refused(raw: object, unit: str | None, code: str) -> None:
    value, issues = clean_mileage(raw, "m", MileageHints(unit))
    assert value is None
    assert [issue.code for issue in issues] == [code]


def test_a_point_groups_where_the_source_writes_decimal_commas() -> None:
    assert clean_mileage("12.345", "m", MileageHints(None, has_decimal_comma=True)).value == 12345
    assert clean_mileage(12.345, "m", MileageHints(None, has_decimal_comma=True)).value == 12


@pytest.mark.parametrize(
    ("raw", "day"),
    [
        pytest.param("农历八月十五", "08-15", id="labelled"),
        pytest.param("八月十五（农历）", "08-15", id="label behind"),
        pytest.param("農曆八月十五日", "08-15", id="traditional"),
        pytest.param("闰四月初八", "L04-08", id="leap month"),
        pytest.param("农历闰4月8日", "L04-08", id="leap month in digits"),
        pytest.param("lunar 8/15", "08-15", id="English"),
        pytest.param("8/15 (lunar)", "08-15", id="English, label behind"),
        pytest.param("15th day of the 8th lunar month", "08-15", id="English in words"),
        pytest.param("正月初一", "01-01", id="first month"),
        pytest.param("冬月十一", "11-11", id="eleventh month"),
        pytest.param("腊月廿三", "12-23", id="twelfth month, 廿"),
        pytest.param("三月卅", "03-30", id="卅"),
        pytest.param("农历1988年八月十五", "08-15", id="year in digits"),
        pytest.param("一九八八年八月十五", "08-15", id="year in numerals"),
        pytest.param("戊辰年八月十五", "08-15", id="year of the cycle"),
        pytest.param("1988-08-15", "08-15", id="written like a day of ours"),
        pytest.param("1988-08-15 00:00:00", "08-15", id="from a sheet"),
        pytest.param("0815", "08-15", id="compact"),
        pytest.param("15/8", "08-15", id="only one reading"),
        pytest.param("4/8", "04-08", id="month first"),
        pytest.param("中秋节", "08-15", id="festival"),
        pytest.param("除夕", "12-30", id="the last day of the year"),
        pytest.param("L04-08", "L04-08", id="its own form"),
    ],
)
def test_a_lunar_birthday_is_a_month_and_a_day(raw: str, day: str) -> None:
    assert clean_lunar_day(raw, "l") == (day, ())


def test_the_day_stands_first_where_the_source_says_so() -> None:
    assert clean_lunar_day("4/8", "l", day_first=True).value == "08-04"
    assert clean_lunar_day("1988/4/8", "l", day_first=True).value == "04-08"
    assert clean_lunar_day("04-08", "l", day_first=True).value == "04-08"


@pytest.mark.parametrize(
    "raw", ["八月三十一", "13-01", "00-10", "农历", "八月", "x", 815, True, "公历8月15日"]
)
def test_what_is_no_lunar_day_is_refused(raw: object) -> None:
    value, issues = clean_lunar_day(raw, "l")
    assert value is None
    assert [issue.code for issue in issues] == ["bad_lunar_day"]


@pytest.mark.parametrize(
    ("raw", "people", "is_range"),
    [
        pytest.param(320, 320, False, id="number"),
        pytest.param(35.0, 35, False, id="number of a sheet"),
        pytest.param("20名员工", 20, False, id="with words"),
        pytest.param("1.2万人", 12000, False, id="万"),
        pytest.param("一百二十人", 120, False, id="numerals"),
        pytest.param("50-100人", 50, True, id="range"),
        pytest.param("50 to 100", 50, True, id="range in English"),
        pytest.param("1-2万人", 10000, True, id="the unit stands once"),
        pytest.param("1千-5千人", 1000, True, id="the unit stands twice"),
        pytest.param("0-49", 1, True, id="from nobody"),
        pytest.param("500人以上", 500, True, id="and more"),
        pytest.param("10,001+ employees", 10001, True, id="plus"),
        pytest.param("more than 500 people", 500, True, id="more in English"),
        pytest.param("约200人", 200, True, id="about"),
        pytest.param("50人以下", 1, True, id="under"),
        pytest.param("<50", 1, True, id="less sign"),
    ],
)
def test_the_size_of_a_company_is_its_lower_end(raw: object, people: int, is_range: bool) -> None:
    value, issues = clean_headcount(raw, "e")
    assert value == people
    assert [issue.code for issue in issues] == ["headcount_range"] * is_range


@pytest.mark.parametrize("raw", ["大型", "0", "12.5", "-5", "100-50", "上千人", True, "99999999999"])
def test_what_is_no_number_of_people_is_refused(raw: object) -> None:
    value, issues = clean_headcount(raw, "e")
    assert value is None
    assert [issue.code for issue in issues] == ["bad_headcount"]


@pytest.mark.parametrize(
    ("raw", "service_type"),
    [
        ("保养", "maintenance"), ("首次保养", "maintenance"), ("10000公里保养", "maintenance"), ("Maintenance", "maintenance"),
        ("维修", "repair"), ("事故维修", "repair"), ("空调维修", "repair"), ("Accident repair", "repair"), ("保修", "repair"),
    ],
)  # fmt: skip
def test_a_service_is_maintenance_or_a_repair(raw: str, service_type: str) -> None:
    assert clean_service_type(raw, "s") == (service_type, ())


@pytest.mark.parametrize("raw", ["洗车", "保养/维修", "x"])
def test_a_service_of_both_or_neither_is_refused(raw: str) -> None:
    value, issues = clean_service_type(raw, "s")
    assert (value, [issue.code for issue in issues]) == (None, ["unknown_service_type"])


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        ("保内", True),
        ("在保", True),
        ("是", True),
        (1, True),
        ("过保", False),
        ("Out of warranty", False),
        ("否", False),
    ],
)
def test_in_warranty_is_a_yes_or_no_in_the_words_of_workshops(raw: object, said: bool) -> None:
    assert clean_in_warranty(raw, "w") == (said, ())


@pytest.mark.parametrize(
    ("stage", "closed"),
    [
        ("已解决", True),
        ("Resolved", True),
        ("已 关闭", True),
        ("处理中", False),
        ("open", False),
        (None, False),
    ],
)
def test_a_closed_case_is_known_by_the_words_of_its_source(stage: str | None, closed: bool) -> None:
    assert is_closed(stage) is closed


@pytest.mark.parametrize(
    ("raw", "number"),
    [
        ("京A·12345", "京A12345"),
        (" lsvaa4182e2184841 ", "LSVAA4182E2184841"),
        (88.0, "88"),
        ("N/A", None),
        ("· ·", None),
    ],
)
def test_an_asset_has_one_number_however_it_is_spelt(raw: object, number: str | None) -> None:
    assert clean_asset_id(raw, "a").value == number


def test_an_asset_is_read_whole() -> None:
    cleaned = clean(
        kind="asset", asset_id="京A·12345", product="朗逸 1.5L", bought_on="2024/3/8", warranty_ends_on="2027年3月7日",
        insurance_ends_on="2027.3.7", inspection_due_on="2028-03-31", mileage_km="1.2", event_at="2026-06-01",
        hints={"mileage_unit": "万公里"},
    )  # fmt: skip
    assert isinstance(cleaned.record, Asset)
    assert cleaned.issues == ()
    said = cleaned.record.model_dump()
    assert said["asset_id"] == "京A12345"
    assert (said["product"], said["mileage_km"]) == ("朗逸 1.5L", 12000)
    assert said["bought_on"] == date(2024, 3, 8)
    assert said["warranty_ends_on"] == said["insurance_ends_on"] == date(2027, 3, 7)
    assert said["inspection_due_on"] == date(2028, 3, 31)


def test_an_asset_has_one_id_in_all_messages_about_it_and_no_plate_in_it() -> None:
    ids = {
        cleaned.record.id
        for cleaned in (
            clean(kind="asset", asset_id="京A·12345", mileage_km=5),
            clean(kind="asset", asset_id="京a 12345", mileage_km=9, party={"ref": "C-2"}),
        )
        if cleaned.record
    }
    (only,) = ids
    assert len(only) == 32
    assert "12345" not in only


def test_an_asset_that_only_the_record_numbers_has_that_number() -> None:
    cleaned = clean(kind="asset", id="a-7", mileage_km=5)
    assert isinstance(cleaned.record, Asset)
    assert (cleaned.record.id, cleaned.record.asset_id) == ("a-7", "A-7")


def test_an_asset_was_read_when_it_was_changed_unless_it_says_when() -> None:
    cleaned = clean(kind="asset", asset_id="A", changed_at="2026-06-01T00:00:00Z")
    assert cleaned.record is not None
    assert cleaned.record.event_at == datetime(2026, 6, 1, tzinfo=UTC)
    assert cleaned.issues == ()
    cleaned = clean(kind="asset", asset_id="A")
    assert cleaned.record is not None
    assert cleaned.record.event_at == AT
    assert codes(cleaned) == {("event_at", "assumed_received_time")}


def test_bad_fields_of_an_asset_are_refused_alone() -> None:
    cleaned = clean(
        kind="asset", asset_id="A", event_at="2026-06-01", product=["x"], bought_on="2027-01-01",
        warranty_ends_on="1900-01-01", insurance_ends_on="soon", mileage_km="约一万",
    )  # fmt: skip
    assert cleaned.record is not None
    assert codes(cleaned) == {
        ("product", "not_a_value"),
        ("bought_on", "future_date"),
        ("warranty_ends_on", "placeholder_date"),
        ("insurance_ends_on", "bad_date"),
        ("mileage_km", "inexact_mileage"),
    }


def test_a_warranty_that_ends_before_the_purchase_is_kept_and_marked() -> None:
    cleaned = clean(
        kind="asset",
        asset_id="A",
        event_at="2026-06-01",
        bought_on="2026-01-01",
        warranty_ends_on="2025-01-01",
    )
    assert isinstance(cleaned.record, Asset)
    assert cleaned.record.warranty_ends_on == date(2025, 1, 1)
    assert codes(cleaned) == {("warranty_ends_on", "ends_before_bought")}


def test_a_service_is_read_whole() -> None:
    cleaned = clean(
        kind="service", id="W-1", event_at="2026/5/3 10:00", asset_id="京a 12345", service_type="事故维修", in_warranty="保外",
        mileage_km="8,000 mi",
    )  # fmt: skip
    assert isinstance(cleaned.record, Service)
    assert cleaned.issues == ()
    said = cleaned.record
    assert (said.asset_id, said.service_type, said.in_warranty) == ("京A12345", "repair", False)
    assert said.mileage_km == 12875


@pytest.mark.parametrize(
    ("message", "refusal"),
    [
        pytest.param({"kind": "service", "id": "W-1"}, "no_event_date", id="a service without a day"),
        pytest.param(
            {"kind": "asset", "mileage_km": 5}, "no_asset", id="an asset without number and product"
        ),
        pytest.param({"kind": "asset", "asset_id": "A", "party": {}}, "no_identity", id="nobody's asset"),
    ],
)
def test_what_cannot_be_used_is_refused_whole(message: dict[str, Any], refusal: str) -> None:
    cleaned = clean(**message)
    assert (cleaned.record, cleaned.refusal) == (None, refusal)


@pytest.mark.parametrize("kind", ["asset", "service"])
def test_a_record_taken_back_needs_its_id_alone(kind: str) -> None:
    cleaned = clean(kind=kind, id="7", deleted=True)
    assert cleaned.record is not None
    assert cleaned.record.deleted


def a_person(**party: Any) -> tuple[Any, set[tuple[str, str]]]:
    cleaned = clean(kind="profile", id="1", event_at="2026-06-01", party={"ref": "1", **party})
    assert isinstance(cleaned.record, Profile)
    return cleaned.record.party, codes(cleaned)


def test_a_birthday_that_names_the_lunar_calendar_is_a_lunar_one() -> None:
    party, found = a_person(birthday="农历八月十五")
    assert (party.birthday_on, party.lunar_birthday, found) == (None, "08-15", set())
    party, found = a_person(birthday="农历某日")
    assert (party.lunar_birthday, found) == (None, {("party.birthday", "bad_lunar_day")})


def test_both_birthdays_are_kept_and_the_own_field_of_the_lunar_one_wins() -> None:
    party, found = a_person(birthday="1988-09-25", lunar_birthday="闰四月初八")
    assert (party.birthday_on, party.lunar_birthday, found) == (date(1988, 9, 25), "L04-08", set())
    party, _ = a_person(birthday="农历七月初七", lunar_birthday="八月十五")
    assert party.lunar_birthday == "08-15"


def test_the_size_of_the_company_is_part_of_the_party() -> None:
    party, found = a_person(employees="50-100人")
    assert party.employees == 50
    assert found == {("party.employees", "headcount_range")}
