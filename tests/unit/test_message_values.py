import pytest

from shared.messaging.links import is_allowed_link
from shared.messaging.values import clean_body, customer_value, cut, one_line, sms_value, unlinked


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("张伟\r\nBcc: x@example.com", "张伟 Bcc: x@example.com", id="line ends become a space"),
        pytest.param("a\u2028b\u2029c\x0bd\x85e", "a b c d e", id="rare line ends"),
        pytest.param("\u202eabc\u2066\u200f\u061c", "abc", id="bidirectional controls"),
        pytest.param("a\x00b\x1bc\x7fd\x9be", "abcde", id="controls"),
        pytest.param("a\ud800b", "ab", id="a lone surrogate"),
        pytest.param("  a   b ", "a b", id="spaces"),
        pytest.param("Ana María 👩\u200d🔧", "Ana María 👩\u200d🔧", id="what may stay"),
    ],
)
def test_a_value_is_one_clean_line(text: str, expected: str) -> None:
    assert one_line(text) == expected


def test_a_body_keeps_its_newlines_and_nothing_else() -> None:
    assert clean_body("a\nb\r\tc\u202e\x00") == "a\nbc"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("https://evil.example/x", "https: //evil. example/x", id="address"),
        pytest.param("www.evil.com", "www. evil. com", id="host"),
        pytest.param("me@evil.com", "me@evil. com", id="email"),
        pytest.param("买房.中国", "买房. 中国", id="Chinese domain"),
        pytest.param("evil。com", "evil。 com", id="ideographic full stop"),
        pytest.param("evil.xn--p1ai", "evil. xn--p1ai", id="punycode"),
        pytest.param("U.S. 3.5kg, v.1.2", "U.S. 3.5kg, v.1.2", id="ordinary dots"),
    ],
)
def test_a_value_never_becomes_a_link(text: str, expected: str) -> None:
    assert unlinked(text) == expected


def test_a_value_of_which_nothing_is_left_is_missing() -> None:
    assert customer_value("\u202e \x00") is None
    assert customer_value(None) is None
    assert sms_value("") is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("长" * 50, "长" * 40, id="40 characters"),
        pytest.param("a" * 39 + "e\u0301\u0302", "a" * 39, id="a letter with its marks"),
        pytest.param("a" * 39 + "👩\u200d🔧", "a" * 39, id="a joined emoji"),
        pytest.param("a" * 39 + "👍🏽", "a" * 39, id="a skin tone"),
        pytest.param("a" * 39 + "🇨🇳", "a" * 39, id="a flag"),
        pytest.param("a" * 38 + "🇨🇳🇩🇪", "a" * 38 + "🇨🇳", id="between two flags"),
        pytest.param("\u0301" * 50, "\u0301" * 40, id="marks without end"),
    ],
)
def test_an_sms_value_is_cut_between_characters(text: str, expected: str) -> None:
    assert cut(text, 40) == expected


def test_signature_brackets_in_an_sms_value_are_replaced() -> None:
    assert sms_value("【银行】张") == "(银行)张"


@pytest.mark.parametrize(
    ("url", "is_allowed"),
    [
        ("https://www.guanxi.example", True),
        ("https://WWW.GUANXI.EXAMPLE/a?b=c", True),
        ("https://shop.cdn.example/x", True),
        ("https://bücher.example/", True),
        ("https://xn--bcher-kva.example/", True),
        ("https://cdn.example", False),
        ("https://evilcdn.example", False),
        ("https://www.guanxi.example.evil.example", False),
        ("https://www.guanxi.example@evil.example", False),
        ("https://user@www.guanxi.example", False),
        ("https://evil.example\\@www.guanxi.example", False),
        ("https://evil.example#@www.guanxi.example", False),
        ("https://www.guanxi.example:8443/", False),
        ("https://www.guanxi.example:x/", False),
        ("http://www.guanxi.example", False),
        ("//www.guanxi.example", False),
        ("javascript:alert(1)", False),
        ("data:text/html,x", False),
        ("https://", False),
        ("https://www.guanxi.example\n.evil.example", False),
        ("https://ｗｗｗ.guanxi.example", True),
        ("https://www.gu\u0430nxi.example", False),
        ("https://www.guanxi.example.", False),
        ("https://[::1]/", False),
    ],
)
def test_only_https_links_to_listed_hosts_are_allowed(url: str, is_allowed: bool) -> None:
    assert is_allowed_link(url, ["www.guanxi.example", ".cdn.example", "bücher.example"]) is is_allowed
