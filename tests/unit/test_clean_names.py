import pytest

from shared.cleaning.names import clean_name


@pytest.mark.parametrize(
    ("raw", "name", "title"),
    [
        pytest.param("张　三", "张三", None, id="ideographic space"),
        pytest.param("张 三", "张三", None, id="space between"),
        pytest.param("欧阳 娜娜", "欧阳娜娜", None, id="double surname"),
        pytest.param("張三", "張三", None, id="traditional stays"),
        pytest.param("李四先生", "李四", "先生", id="先生"),
        pytest.param("王芳 女士", "王芳", "女士", id="女士 after a space"),
        pytest.param("赵六（客户）", "赵六", None, id="bracketed remark"),
        pytest.param("陈静/Chen Jing", "陈静", None, id="second spelling"),
        pytest.param("陈静 (Chen Jing)", "陈静", None, id="second spelling in brackets"),
        pytest.param("孙七 13812345678", "孙七", None, id="phone in the name"),
        pytest.param("李总", "李", "总", id="总 is a title after a surname"),
        pytest.param("王经理", "王", "经理", id="经理"),
        pytest.param("刘洋总经理", "刘洋", "总经理", id="总经理"),
        pytest.param("周杰 博士 ", "周杰", "博士", id="博士"),
        pytest.param("买买提•艾合买提", "买买提·艾合买提", None, id="Uyghur dot"),
        pytest.param("阿凡提・吐尔逊", "阿凡提·吐尔逊", None, id="katakana dot between Han"),
        pytest.param("ÕÅÈý", "张三", None, id="mojibake"),
        pytest.param("张三😀", "张三", None, id="emoji"),
        pytest.param("山田 太郎", "山田太郎", None, id="Japanese"),
        pytest.param("김 철수", "김 철수", None, id="Korean keeps its space"),
        pytest.param("Иван Петров", "Иван Петров", None, id="Cyrillic"),
        pytest.param("Zhang, San", "San Zhang", None, id="last name first"),
        pytest.param("SMITH, JOHN", "John Smith", None, id="last name first, shouting"),
        pytest.param("john smith", "John Smith", None, id="small letters"),
        pytest.param("JOHN SMITH", "John Smith", None, id="capitals"),
        pytest.param("  John   Smith ", "John Smith", None, id="spaces"),
        pytest.param("Dr. Jane Doe", "Jane Doe", "Dr", id="Dr"),
        pytest.param("Mr John Smith", "John Smith", "Mr", id="Mr"),
        pytest.param("Mrs. O'BRIEN", "O'Brien", "Mrs", id="O'Brien in capitals"),
        pytest.param("jean-luc picard", "Jean-Luc Picard", None, id="hyphen"),
        pytest.param("ludwig van beethoven", "Ludwig van Beethoven", None, id="particle"),
        pytest.param("RONALD MCDONALD", "Ronald McDonald", None, id="Mc"),
        pytest.param("Ronald MacDonald", "Ronald MacDonald", None, id="mixed case is meant"),
        pytest.param("Jane Doe, PhD", "Jane Doe", "PhD", id="degree"),
        pytest.param("Martin King, Jr.", "Martin King Jr", None, id="generation is no first name"),
        pytest.param("ＪＯＨＮ　ＳＭＩＴＨ", "John Smith", None, id="full width"),
        pytest.param("MÃ¼ller, Hans", "Hans Müller", None, id="mojibake before order"),
        pytest.param("Drew Barry", "Drew Barry", None, id="a name that begins like a title"),
        pytest.param("总小明", "总小明", None, id="总 in front is no title"),
        pytest.param("Null, Anna", "Anna Null", None, id="Null is a surname"),
    ],
)
def test_names_have_one_form(raw: str, name: str, title: str | None) -> None:
    field = clean_name(raw, "party.name")
    assert field.value is not None
    assert (field.value.name, field.value.title) == (name, title)


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        pytest.param("测试", "placeholder_name", id="测试"),
        pytest.param("test", "placeholder_name", id="test"),
        pytest.param("先生", "placeholder_name", id="only a title"),
        pytest.param("匿名用户", "placeholder_name", id="anonymous"),
        pytest.param("13812345678", "not_a_name", id="a phone"),
        pytest.param("zhang@example.com", "not_a_name", id="an email"),
        pytest.param("??!!", "not_a_name", id="signs"),
        pytest.param("张\ufffd", "unreadable_text", id="lost bytes"),
    ],
)
def test_what_is_no_name_is_refused(raw: str, code: str) -> None:
    field = clean_name(raw, "party.name")
    assert field.value is None
    assert [issue.code for issue in field.issues] == [code]


@pytest.mark.parametrize("raw", [None, "", "无", "-", "N/A", [], {}])
def test_no_name_is_no_issue(raw: object) -> None:
    assert clean_name(raw, "party.name") == (None, ())


@pytest.mark.parametrize(
    ("raw", "codes"),
    [
        ("张三", []),
        ("张　三", []),
        ("Zhang, San", ["name_reordered"]),
        ("王总", ["honorific_split", "surname_only"]),
        ("李四先生", ["honorific_split"]),
        ("赵六(老客户)", ["name_text_removed"]),
    ],
)
def test_each_change_of_a_name_is_said(raw: str, codes: list[str]) -> None:
    assert [issue.code for issue in clean_name(raw, "party.name").issues] == codes
