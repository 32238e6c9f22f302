import pytest

from shared.cleaning.text import clean_text, fold, read_text


@pytest.mark.parametrize(
    ("raw", "meant"),
    [
        pytest.param("  hello   world ", "hello world", id="spaces collapse"),
        pytest.param("ＡＢＣ１２３", "ABC123", id="full width"),
        pytest.param("张\u200b三", "张三", id="zero width space"),
        pytest.param("\ufeff客户", "客户", id="byte order mark"),
        pytest.param("a\x00b\x07c", "abc", id="control characters"),
        pytest.param("line\r\nbreak\tTab", "line break Tab", id="line breaks are spaces"),
        pytest.param("华\u3000为", "华 为", id="ideographic space"),
        pytest.param("ÕÅÈý", "张三", id="GBK read as latin-1"),
        pytest.param("¹ãÖÝ", "广州", id="GBK read as latin-1, symbols"),
        pytest.param("寮犱笁", "张三", id="UTF-8 read as GBK"),
        pytest.param("MÃ¼ller", "Müller", id="UTF-8 read as latin-1"),
        pytest.param("FranÃ§ois", "François", id="UTF-8 read as cp1252"),
        pytest.param("å¼\xa0ä¸‰", "张三", id="Chinese UTF-8 read as cp1252"),
        pytest.param("Müller", "Müller", id="an honest umlaut stays"),
        pytest.param("CRÉÉE", "CRÉÉE", id="two honest accents stay"),
        pytest.param("Àß", "Àß", id="two accents alone stay"),
        pytest.param("Ação", "Ação", id="Portuguese stays"),
        pytest.param("浪潮软件", "浪潮软件", id="Chinese stays"),
        pytest.param("鑫淼焱垚", "鑫淼焱垚", id="rare characters stay"),
        pytest.param("株式会社", "株式会社", id="Japanese stays"),
        pytest.param("김철수", "김철수", id="Korean stays"),
        pytest.param("Иванов", "Иванов", id="Cyrillic stays"),
        pytest.param("\ud800x", "x", id="lone surrogate"),
        pytest.param("MÃƒÂ¼ller", "Müller", id="garbled twice"),
        pytest.param("ABC¿Æ¼¼ÓÐÏÞ¹«Ë¾", "ABC科技有限公司", id="GBK read as latin-1 beside Latin letters"),
        pytest.param("âùÈ»×ÔµÃ", "怡然自得", id="a rarer character first"),
        pytest.param("Íõ\x86´", "王喆", id="a character beyond GB 2312"),
        pytest.param("····", "····", id="dots are no Chinese"),
        pytest.param("±°×÷", "±°×÷", id="signs without a letter are no Chinese"),
        pytest.param("Ñandú Éa Öl", "Ñandú Éa Öl", id="accents beside letters"),
    ],
)
def test_text_is_folded_to_what_was_meant(raw: str, meant: str) -> None:
    assert fold(raw) == meant


@pytest.mark.parametrize(
    "name",
    [
        "张三",
        "李雷和韩梅梅",
        "上海浦东发展银行",
        "技术服务有限公司",
        "欧阳娜娜",
        "王鑫",
        "李昊",
        "陈怡",
        "郭芙蓉",
        "王诗琪",
        "赵崇祯",
        "江渚镇",
    ],
)
def test_any_wrong_reading_of_chinese_text_is_reversed(name: str) -> None:
    """The oracle is the damage itself: encode with one codec, decode with another."""
    assert fold(name.encode("gbk").decode("latin-1")) == name
    assert fold(name.encode("utf-8").decode("latin-1")) == name
    garbled = name.encode("utf-8").decode("gb18030", "replace")
    if "\ufffd" not in garbled:
        assert fold(garbled) == name


@pytest.mark.parametrize(
    "raw",
    [
        "",
        " ",
        "-",
        "--",
        "—",
        "N/A",
        "n/a",
        "NULL",
        "None",
        "nan",
        "无",
        "暂无",
        "不详",
        "未知",
        "#N/A",
        "　",
        "Ｎ／Ａ",
        None,
    ],
)
def test_null_words_say_nothing(raw: str | None) -> None:
    assert read_text(raw) is None


@pytest.mark.parametrize("raw", ["无锡", "Nana", "0", "Nullarbor", "否", "空港物流", "X"])
def test_words_that_only_look_like_null_are_kept(raw: str) -> None:
    assert read_text(raw) == raw


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (1001, "1001"),
        (1001.0, "1001"),
        (3.5, "3.5"),
        (True, "true"),
        (float("nan"), None),
        (10**500, None),
        ([1], None),
        ({}, None),
    ],
)
def test_scalars_are_written_without_a_trailing_zero(raw: object, text: str | None) -> None:
    assert read_text(raw) == text


@pytest.mark.parametrize(
    ("raw", "value", "code"),
    [
        pytest.param("ÕÅÈý", "张三", "text_repaired", id="repair is said"),
        pytest.param("客\ufffd户", None, "unreadable_text", id="replacement character"),
        pytest.param("锟斤拷锟斤拷", None, "unreadable_text", id="the classic"),
        pytest.param("=cmd|' /C calc'!A0", "=cmd|' /C calc'!A0", "formula_like", id="formula"),
        pytest.param("＝SUM(A1)", "=SUM(A1)", "formula_like", id="formula in full width"),
    ],
)
def test_text_says_what_was_found(raw: str, value: str | None, code: str) -> None:
    field = clean_text(raw, "topic")
    assert (field.value, [issue.code for issue in field.issues]) == (value, [code])
