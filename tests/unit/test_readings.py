"""Readings of characters, and that the simplified forms are those of the cleaning room."""

from shared.cleaning.spellings import simplify as simplify_cleaned
from shared.matching.readings import is_pinyin, read_given, read_surname, simplify


def test_common_characters_are_read_and_simplified() -> None:
    assert read_given("伟强") == "weiqiang"
    assert simplify("張偉強") == "张伟强"
    assert read_surname("仇") == "qiu"
    assert read_given("仇") == "chou"


def test_both_rooms_simplify_the_same_way() -> None:
    common = "".join(chr(code) for code in range(0x4E00, 0x9FA6) if _is_big5(chr(code)))
    differing = [char for char in common if simplify(char) != simplify_cleaned(char)]
    assert differing == []


def test_pinyin_is_told_from_other_words() -> None:
    assert all(map(is_pinyin, ("xiaoming", "wei", "zhangwei", "lv")))
    assert not any(map(is_pinyin, ("david", "smith", "", "xq")))


def _is_big5(char: str) -> bool:
    try:
        char.encode("big5")
    except UnicodeEncodeError:
        return False
    return True
