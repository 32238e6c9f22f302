import pytest

from shared.cleaning.industries import clean_industry
from shared.cleaning.tables import read_table


@pytest.mark.parametrize(
    ("raw", "section"),
    [
        ("C", "C"),
        ("c", "C"),
        ("制造业", "C"),
        ("C 制造业", "C"),
        ("C-制造业", "C"),
        ("Manufacturing", "C"),
        ("C39", "C"),
        ("39", "C"),
        ("3911", "C"),
        (39, "C"),
        ("汽车零部件制造", "C"),
        ("软件和信息技术服务", "I"),
        ("互联网", "I"),
        ("IT", "I"),
        ("software", "I"),
        ("金融业", "J"),
        ("银行", "J"),
        ("Real Estate", "K"),
        ("房地产开发", "K"),
        ("餐饮", "H"),
        ("物流公司", "G"),
        ("教育培训", "P"),
        ("医院", "Q"),
        ("建筑装修", "E"),
        ("批发和零售业", "F"),
        ("旅游", "L"),
        ("跨境电商", "F"),
        ("农、林、牧、渔业", "A"),
        ("环保", "N"),
        ("01", "A"),
        ("97", "T"),
    ],
)
def test_industries_are_sections_of_the_national_standard(raw: object, section: str) -> None:
    assert clean_industry(raw, "party.industry").value == section


@pytest.mark.parametrize("raw", ["未来科技", "Z", "99", "C66", "foo", "U12"])
def test_unknown_industries_are_refused(raw: str) -> None:
    assert [issue.code for issue in clean_industry(raw, "party.industry").issues] == ["unknown_industry"]


def test_every_division_belongs_to_one_section() -> None:
    rows = read_table("industries")
    assert "".join(rows) == "ABCDEFGHIJKLMNOPQRST"
    divisions = [d for row in rows.values() for d in range(row["divisions"][0], row["divisions"][1] + 1)]
    assert divisions == list(range(1, 98))


def test_no_word_stands_for_two_sections() -> None:
    sections: dict[str, set[str]] = {}
    for section, row in read_table("industries").items():
        for word in (*row["names"].split(), *row["words"].split()):
            sections.setdefault(word, set()).add(section)
    assert {word: found for word, found in sections.items() if len(found) > 1} == {}
