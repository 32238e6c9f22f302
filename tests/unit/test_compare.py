"""Levels of agreement: tables of real pairs, Chinese and Western."""

import pytest

from shared.matching.compare import (
    CLOSE,
    DIFFERS,
    EQUAL,
    FIELD_NAMES,
    IMPLIED,
    MISSING,
    PART,
    compare_birthday,
    compare_company,
    compare_digits,
    compare_email,
    compare_given,
    compare_number,
    compare_postcode,
    compare_profiles,
    compare_street,
    compare_surname,
)
from shared.matching.profile import make_profile


@pytest.mark.parametrize(
    ("one", "other", "level"),
    [
        pytest.param("伟", "伟", EQUAL, id="same character"),
        pytest.param("伟", "玮", CLOSE, id="homophone"),
        pytest.param("建国", "建华", PART, id="one character off: a slip or a brother"),
        pytest.param("建国", "国建", PART, id="turned round"),
        pytest.param("建国", "国", PART, id="one character left out"),
        pytest.param("建国", "秀英", DIFFERS, id="two names"),
        pytest.param("名", "靖", DIFFERS, id="one character, another one, though ming and jing look alike"),
        pytest.param("林", "玲", PART, id="one character as it is often typed: lin and ling"),
        pytest.param("伟", "wei", CLOSE, id="pinyin"),
        pytest.param("晓明", "xiao ming", CLOSE, id="pinyin in two words"),
        pytest.param("晓明", "xiaomin", PART, id="pinyin one letter off"),
        pytest.param("伟", "jing", DIFFERS, id="pinyin of another name"),
        pytest.param("伟", "david", MISSING, id="an English name beside a Chinese one says nothing"),
        pytest.param("robert", "bob", CLOSE, id="nick name"),
        pytest.param("katherine", "kitty", CLOSE, id="old nick name"),
        pytest.param("jonathan", "johnathan", CLOSE, id="one letter more"),
        pytest.param("mary ann", "maryann", EQUAL, id="spacing"),
        pytest.param("j", "john", PART, id="initial"),
        pytest.param("john michael", "john", PART, id="one of two"),
        pytest.param("john", "mary", DIFFERS, id="two people"),
        pytest.param("al", "ed", DIFFERS, id="two short names"),
    ],
)
def test_given_names_agree_as_far_as_people_would_say(one: str, other: str, level: int) -> None:
    assert compare_given(one, other) == compare_given(other, one) == level


@pytest.mark.parametrize(
    ("one", "other", "level"),
    [
        pytest.param("单", "shan", CLOSE, id="surname read in its own way"),
        pytest.param("单", "dan", DIFFERS, id="not as the word is read"),
        pytest.param("欧阳", "ouyang", CLOSE, id="two characters"),
        pytest.param("smith", "smyth", CLOSE, id="one letter"),
        pytest.param("smith", "jones", DIFFERS, id="two surnames"),
    ],
)
def test_surnames_agree_with_their_own_readings(one: str, other: str, level: int) -> None:
    assert compare_surname(one, other) == level


@pytest.mark.parametrize(
    ("one", "other", "level"),
    [
        pytest.param("19800203", "19800203", EQUAL, id="same day"),
        pytest.param("19800203", "19800302", CLOSE, id="day and month turned"),
        pytest.param("19800203", "19800204", CLOSE, id="one digit"),
        pytest.param("19800203", "19808203", CLOSE, id="no date at all, one digit off"),
        pytest.param("19800203", "19800927", DIFFERS, id="only the year"),
        pytest.param("19800215", "19800227", PART, id="year and month"),
        pytest.param("1980", "19800203", PART, id="only the year is known"),
        pytest.param("1981", "19800203", DIFFERS, id="another year"),
        pytest.param("19800101", "19800927", PART, id="the first of January stands for an unknown day"),
    ],
)
def test_birthdays_agree_by_their_parts(one: str, other: str, level: int) -> None:
    assert compare_birthday(one, other) == compare_birthday(other, one) == level


@pytest.mark.parametrize(
    ("one", "other", "level"),
    [
        pytest.param("8613800138000", "8613800138000", EQUAL, id="same"),
        pytest.param("8613800138000", "8613800138001", CLOSE, id="one digit"),
        pytest.param("8613800138000", "8613800130800", CLOSE, id="two digits turned"),
        pytest.param("8613800138000", "8613912345678", DIFFERS, id="two numbers"),
        pytest.param("111111 222222", "333333 222222", EQUAL, id="one of several is shared"),
        pytest.param("a" * 32, "b" * 32, DIFFERS, id="keyed hashes are equal or not"),
    ],
)
def test_numbers_agree_within_one_digit(one: str, other: str, level: int) -> None:
    assert compare_digits(one, other) == level


def test_other_fields_have_levels_of_their_own() -> None:
    assert compare_email("a.lee@example.com", "a.lee@example.con") == CLOSE
    assert compare_email("a.lee@example.com", "a.lee@example.org") > DIFFERS
    assert compare_email("a.lee@example.com", "info@example.com") == DIFFERS
    assert compare_company("华为技术", "华为技术深圳") == CLOSE
    assert compare_company("apple", "orange") == DIFFERS
    assert compare_company("智星软件浙江", "浙江智星软件") == CLOSE
    assert compare_company("宏星食品", "成都宏星食品") == CLOSE
    assert compare_company("宏星食品", "成都宏盛食品") == DIFFERS
    assert compare_street("stone place", "stoneplace") == EQUAL
    assert compare_street("high street", "hihg street") == CLOSE
    assert compare_number("42", "24") == CLOSE
    assert compare_postcode("2233", "2333") == CLOSE


def levels(one: dict[str, str], other: dict[str, str]) -> dict[str, int]:
    found = compare_profiles(make_profile(one, None), make_profile(other, None))
    return {name: level for name, level in zip(FIELD_NAMES, found, strict=True) if level}


def test_a_name_turned_round_agrees() -> None:
    assert levels({"name": "Zhang Wei"}, {"name": "Wei Zhang"}) == {"given": EQUAL, "surname": EQUAL}
    assert levels({"name": "张伟"}, {"name": "Wei Zhang"}) == {"given": CLOSE, "surname": CLOSE}
    assert levels({"name": "张伟"}, {"name": "Zhang Wei"}) == {"given": CLOSE, "surname": CLOSE}
    assert levels({"name": "張偉"}, {"name": "张伟"}) == {"given": EQUAL, "surname": EQUAL}


def test_junior_and_senior_are_two() -> None:
    assert levels({"name": "John Smith Jr."}, {"name": "John Smith Sr"})["generation"] == DIFFERS
    assert levels({"name": "John Smith Jr."}, {"name": "John Smith"})["generation"] == PART
    assert "generation" not in levels({"name": "John Smith"}, {"name": "John Smith"})


def test_lines_of_an_address_may_be_turned_round() -> None:
    one = {"street": "stone place", "building": "medical centre"}
    other = {"street": "medical centre", "building": "stoneplace"}
    assert levels(one, other) == {"street": EQUAL, "building": EQUAL}


def test_a_town_within_an_equal_postcode_is_a_level_of_its_own() -> None:
    one = {"place": "leeds", "postcode": "LS1 1AA", "region": "yorkshire"}
    assert levels(one, one) == {"place": EQUAL + IMPLIED, "postcode": EQUAL, "region": EQUAL + IMPLIED}
    assert levels(one, {**one, "postcode": "BD9 9XX"})["place"] == EQUAL
