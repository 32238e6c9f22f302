import pytest

from shared.cleaning.common_names import read_name
from shared.cleaning.names import clean_name, find_names


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
        pytest.param("【张三】", "张三", None, id="wholly in brackets"),
        pytest.param("张三（先生）", "张三", "先生", id="title in brackets"),
        pytest.param("张三-经理", "张三", "经理", id="title behind a hyphen"),
        pytest.param("王芳销售经理", "王芳", "销售经理", id="title with its department"),
        pytest.param("黄sir", "黄", "sir", id="English title behind a Chinese name"),
        pytest.param(
            "Michael Jordan 先生", "Michael Jordan", "先生", id="Chinese title behind an English name"
        ),
        pytest.param("姓名：张三", "张三", None, id="label"),
        pytest.param("张三 <zhang@example.com>", "张三", None, id="mailbox in brackets"),
        pytest.param("赵六 男 35岁", "赵六", None, id="sex and age"),
        pytest.param("张，三", "张三", None, id="a comma between Chinese characters turns nothing round"),
        pytest.param("买买提▪阿卜杜拉", "买买提·阿卜杜拉", None, id="square dot"),
        pytest.param("阿卜杜拉●买买提", "阿卜杜拉·买买提", None, id="round dot"),
        pytest.param("阿卜杜拉･买买提", "阿卜杜拉·买买提", None, id="half-width katakana dot"),
        pytest.param("乔治．W．布什", "乔治·W·布什", None, id="an initial between dots keeps its size"),
        pytest.param("O´Brien", "O'Brien", None, id="an accent typed for an apostrophe"),
        pytest.param("O`Brien", "O'Brien", None, id="a grave typed for an apostrophe"),
        pytest.param("O’Brien", "O'Brien", None, id="typographic apostrophe"),
        pytest.param("O&#39;Brien", "O'Brien", None, id="character reference"),
        pytest.param("M&uuml;ller", "Müller", None, id="named reference"),
        pytest.param("<b>John Smith</b>", "John Smith", None, id="tags"),
        pytest.param("john.smith", "John Smith", None, id="dot for a space"),
        pytest.param("John_Smith", "John Smith", None, id="underline for a space"),
        pytest.param("Rajan K.", "Rajan K.", None, id="a last initial keeps its dot"),
        pytest.param("Smith, J.", "J. Smith", None, id="an initial as first name"),
        pytest.param("Smith, John Jr.", "John Smith Jr", None, id="generation behind the first name"),
        pytest.param("Müller, Hans, Dr.", "Hans Müller", "Dr", id="title last"),
        pytest.param("Dr.med. Anna Schmidt", "Anna Schmidt", "Dr", id="doctor of medicine"),
        pytest.param("Prof. Dr. Hans Müller", "Hans Müller", "Prof", id="two titles"),
        pytest.param("Mr. & Mrs. Smith", "Smith", "Mr", id="a couple under one name"),
        pytest.param("Mr. and Mrs. John Smith", "John Smith", "Mr", id="a couple in words"),
        pytest.param("John Smith, CPA, MBA", "John Smith", "MBA", id="several degrees"),
        pytest.param("DR. STRANGE", "Strange", "Dr", id="a shouted title"),
        pytest.param("Smt. Priya Sharma", "Priya Sharma", "Smt", id="Indian title"),
        pytest.param("Tan Sri Robert Kuok", "Robert Kuok", "Tan Sri", id="Malaysian title"),
        pytest.param("Tan Wei Ming", "Tan Wei Ming", None, id="Tan is a surname, too"),
        pytest.param("Ramasamy s/o Muthu", "Ramasamy s/o Muthu", None, id="son of"),
        pytest.param("José Ortega y Gasset", "José Ortega y Gasset", None, id="y joins one man's surnames"),
        pytest.param("г-н Петров", "Петров", "г-н", id="Russian title"),
        pytest.param("김철수 님", "김철수", "님", id="Korean title"),
        pytest.param("山田太郎様", "山田太郎", "様", id="Japanese title"),
        pytest.param("³Ââù", "陈怡", None, id="garbled, with a rarer character"),
        pytest.param("¹ùÜ½ÈØ", "郭芙蓉", None, id="garbled, with two rarer characters"),
        pytest.param("Ñî«h", "杨玥", None, id="garbled, with a character beyond GB 2312"),
        pytest.param("鐜嬪枂", "王喆", None, id="UTF-8 read as GBK, with a rarer character"),
        pytest.param("MÃƒÂ¼ller", "Müller", None, id="garbled twice"),
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
        pytest.param("test user", "placeholder_name", id="words said instead"),
        pytest.param("Firstname Lastname", "placeholder_name", id="from a form"),
        pytest.param("null null", "placeholder_name", id="nothing, twice"),
        pytest.param("经理", "placeholder_name", id="only a title in Chinese"),
        pytest.param("测试一", "placeholder_name", id="a numbered test"),
        pytest.param("xxxx", "placeholder_name", id="one letter"),
        pytest.param("=HYPERLINK(A1)", "not_a_name", id="formula"),
        pytest.param("=cmd|' /C calc'!A0", "not_a_name", id="command"),
        pytest.param("<script>alert(1)</script>", "not_a_name", id="script"),
        pytest.param("https://www.example.com", "not_a_name", id="web address"),
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
        ("欧阳先生", ["honorific_split", "surname_only"]),
        ("欧阳娜", []),
    ],
)
def test_each_change_of_a_name_is_said(raw: str, codes: list[str]) -> None:
    assert [issue.code for issue in clean_name(raw, "party.name").issues] == codes


@pytest.mark.parametrize(
    ("raw", "names"),
    [
        pytest.param("李雷 韩梅梅", "李雷|韩梅梅", id="Chinese, a space"),
        pytest.param("山田 太郎", "山田太郎", id="Japanese, one name"),
        pytest.param("张三和李四", "张三|李四", id="Chinese, and"),
        pytest.param("John Smith & Jane Doe", "John Smith|Jane Doe", id="Western"),
        pytest.param("John & Jane Smith", "John Smith|Jane Smith", id="one surname for both"),
        pytest.param("Anna & Bob", "Anna|Bob", id="first names"),
        pytest.param("Smith, John; Doe, Jane", "John Smith|Jane Doe", id="last names first"),
        pytest.param("John Smith/Jane Doe", "John Smith|Jane Doe", id="slash"),
        pytest.param("Ramasamy a/l Muthu", "Ramasamy a/l Muthu", id="a slash within a name"),
        pytest.param("Ms. Li & Mr. Wang", "Li|Wang", id="titles"),
    ],
)
def test_each_person_of_a_cell_is_found(raw: str, names: str) -> None:
    assert [field.value.name for field in find_names(raw, "") if field.value] == names.split("|")


@pytest.mark.parametrize(
    "raw",
    ["王销售总监", "欧阳先生", "欧阳", "张测试", "李顾问", "王会计", "刘教练", "张三 李四", "Test User",
     "First Last", "Mister Rogers", "Tan Sri Lim", "Shri Ram"],
)  # fmt: skip
def test_the_quick_form_leaves_what_only_looks_like_a_name(raw: str) -> None:
    field = clean_name(raw, "")
    assert read_name(raw, "") in (None, (field.value, field.issues))
