from shared.cleaning.gazetteer import (
    known_codes,
    read_division,
    read_former_names,
    read_names,
    short_province,
)
from shared.cleaning.tables import read_table


def rows(kind: str) -> list[list[str]]:
    return [line.split() for line in read_table("regions")[kind].splitlines()]


def test_the_table_has_the_divisions_of_the_country() -> None:
    keys = [key for key, _ in rows("current")]
    mainland = [key for key in keys if key[:2] < "71"]
    assert len(keys) == len(set(keys))
    assert sum(key.endswith("0000") for key in keys) == 34
    # 333 prefectures and 2,84x counties by the Ministry of Civil Affairs, and a few that lack an official code.
    assert sum(key.endswith("00") and not key.endswith("0000") for key in mainland) == 333
    assert 2840 <= sum(not key.endswith("00") for key in mainland) <= 2860


def test_every_division_lies_in_a_province_with_a_short_name() -> None:
    for key, name in rows("current"):
        division = read_division(key)
        assert division.name == name
        assert division.code.isdigit()
        assert short_province(division.province) in read_table("provinces")


def test_every_former_name_leads_to_a_division() -> None:
    for keys in read_former_names().values():
        assert all(read_division(key).code.isdigit() for key in keys)
    became = {(code, name): successor for code, name, successor in rows("former")}
    assert became["110103", "崇文区"] == "110101"
    assert became["420600", "襄樊市"] == "420600"
    assert became["330104", "江干区"] == "-"


def test_identity_numbers_keep_codes_of_divisions_that_are_no_more() -> None:
    assert {"110103", "110105", "440524", "310103", "422129"} <= known_codes()
    assert all(len(code) == 6 and code.isdigit() for code in known_codes())


def test_self_governed_places_have_their_usual_names() -> None:
    names = read_names()
    assert names.full["兰坪县"] == names.full["兰坪白族普米族自治县"]
    assert names.full["海南州"] == names.full["海南藏族自治州"]
    assert names.short["沪"] == ("310000",)
