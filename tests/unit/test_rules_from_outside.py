"""The rules of messages as an outsider would try them, case by case, through the command's own faces."""

import json
from functools import partial
from typing import Any

import pytest

from infra.local.hours import hours_lines
from infra.local.reply import reply_lines
from infra.local.sms import sms_lines
from infra.local.template_check import check_lines
from tests.unit.test_local_messages import Face, ask

# 3GPP TS 23.038, 6.2.1, by code; typed from the table, not taken from the code.
ALPHABET = (
    "@£$¥èéùìòÇ\nØø\rÅå" "Δ_ΦΓΛΩΠΨΣΘΞÆæßÉ" " !\"#¤%&'()*+,-./" "0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNO" "PQRSTUVWXYZÄÖÑÜ§" "¿abcdefghijklmno" "pqrstuvwxyzäöñüà"
)  # fmt: skip
EXTENSION = "\f^{}\\[~]|€"
OUTSIDE = "`´çêëïîôûâÀÈÌÒÙÁÍÓÚáíóúãõÃÕőűŐŰıİşŞğĞčšžČŠŽąęłŁńżαβγδεωΏΑ“”‘’–—…•·\t\u00a0\u200b中あ한😀€̀"


def one(face: Face, **asked: Any) -> dict[str, Any]:
    return ask(face, json.dumps(asked).encode())[0]


SMS: dict[str, Face] = {
    "keep": partial(sms_lines, mode="keep"),
    "punct": partial(sms_lines, mode="punct"),
    "latin": partial(sms_lines, mode="latin"),
}


def sms(text: str, mode: str = "keep") -> tuple[str, int, int]:
    told = one(SMS[mode], text=text)
    return told["encoding"], told["units"], told["segments"]


# --- S1, S2: alphabet and units ------------------------------------------------------------------------------


def test_the_alphabet_has_127_characters_and_the_extension_10() -> None:
    assert (len(set(ALPHABET)), len(set(EXTENSION))) == (127, 10)


@pytest.mark.parametrize("char", ALPHABET, ids=ascii)
def test_a_character_of_the_alphabet_costs_one_septet(char: str) -> None:
    assert sms("x" + char) == ("GSM7", 2, 1)


@pytest.mark.parametrize("char", EXTENSION, ids=ascii)
def test_a_character_of_the_extension_costs_two(char: str) -> None:
    assert sms("x" + char) == ("GSM7", 3, 1)


@pytest.mark.parametrize("char", sorted(set(OUTSIDE) - set(ALPHABET) - set(EXTENSION)), ids=ascii)
def test_any_other_character_makes_the_whole_text_ucs2(char: str) -> None:
    assert sms("x" + char) == ("UCS2", 3 if char > "\uffff" else 2, 1)


# --- S3: boundaries ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "encoding", "units", "segments"),
    [
        pytest.param("", "GSM7", 0, 0, id="empty"),
        pytest.param("x" * 160, "GSM7", 160, 1, id="160"),
        pytest.param("x" * 161, "GSM7", 161, 2, id="161"),
        pytest.param("x" * 306, "GSM7", 306, 2, id="306"),
        pytest.param("x" * 307, "GSM7", 307, 3, id="307"),
        pytest.param("x" * 459, "GSM7", 459, 3, id="459"),
        pytest.param("x" * 460, "GSM7", 460, 4, id="460"),
        pytest.param("€" * 80, "GSM7", 160, 1, id="80 euro signs"),
        pytest.param("€" * 81, "GSM7", 162, 2, id="81 euro signs"),
        pytest.param("€" * 153, "GSM7", 306, 3, id="153 pairs, of which one half never fits"),
        pytest.param("x" * 152 + "[" + "y" * 152, "GSM7", 306, 3, id="an escape at the end of the first"),
        pytest.param("x" * 153 + "[" + "y" * 151, "GSM7", 306, 2, id="an escape at the start of the second"),
        pytest.param("x" * 158 + "[", "GSM7", 160, 1, id="an escape at the end of a lone one"),
        pytest.param("x" * 159 + "[", "GSM7", 161, 2, id="161 with an escape"),
        pytest.param("x" * 152 + "{" + "y" * 151 + "}" + "z" * 152, "GSM7", 459, 4, id="two escapes, two holes"),
        pytest.param("中" * 70, "UCS2", 70, 1, id="70"),
        pytest.param("中" * 71, "UCS2", 71, 2, id="71"),
        pytest.param("中" * 134, "UCS2", 134, 2, id="134"),
        pytest.param("中" * 135, "UCS2", 135, 3, id="135"),
        pytest.param("😀" * 35, "UCS2", 70, 1, id="35 emoji"),
        pytest.param("😀" * 36, "UCS2", 72, 2, id="36 emoji"),
        pytest.param("😀" * 67, "UCS2", 134, 3, id="67 emoji: 33 to a segment"),
        pytest.param("中" * 66 + "😀" + "中" * 66, "UCS2", 134, 3, id="a surrogate pair at the end of the first"),
        pytest.param("中" * 67 + "😀" + "中" * 65, "UCS2", 134, 2, id="a surrogate pair at the start of the second"),
        pytest.param("中" * 69 + "😀", "UCS2", 71, 2, id="71 with a pair"),
        pytest.param("\r\n" * 80, "GSM7", 160, 1, id="line ends"),
        pytest.param("ç" + "x" * 69, "UCS2", 70, 1, id="a small c with cedilla"),
        pytest.param("Ç" * 160, "GSM7", 160, 1, id="a capital one"),
    ],
)  # fmt: skip
def test_segments_are_counted_as_they_go_over_the_air(
    text: str, encoding: str, units: int, segments: int
) -> None:
    assert sms(text) == (encoding, units, segments)


# --- S4, S5: cheaper -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("mode", "text", "after"),
    [
        pytest.param("keep", "“a”\u200b", "“a”\u200b", id="kept as it is"),
        pytest.param("punct", "“a” – b…\u00a0c\td", '"a" - b... c d', id="typographic"),
        pytest.param("punct", "a\u200bb\u200cc\u200dd\ufeffe\u00adf\u2060g", "abcdefg", id="zero width"),
        pytest.param("punct", "“Zoë”\u200b", "“Zoë”", id="would not fit: only the four go"),
        pytest.param("punct", "你好…\u200b“x”", "你好…“x”", id="Chinese stays typographic"),
        pytest.param("punct", "你\u200d好", "你\u200d好", id="a joiner is none of the four"),
        pytest.param("latin", "“Zoë”", '"Zoe"', id="letters"),
        pytest.param("latin", "Nguyễn Văn Đức", "Nguyễn Văn Đức", id="a letter without a base keeps all"),
        pytest.param("latin", "Łódź", "Łódź", id="the Polish L does not decompose"),
        pytest.param("latin", "ÉéÈè Ää Ññ", "ÉéEè Ää Ññ", id="what GSM-7 has stays"),
        pytest.param("latin", "e\u0301a\u0301", "éa", id="decomposed marks"),
        pytest.param("latin", "çÇ ş ğ č", "cÇ s g c", id="cedilla and caron"),
        pytest.param("latin", "😀é", "😀é", id="an emoji keeps all"),
        pytest.param("latin", "?", "?", id="a question mark that was meant"),
    ],
)
def test_a_text_becomes_cheaper_only_where_it_then_fits(mode: str, text: str, after: str) -> None:
    assert one(SMS[mode], text=text)["after"] == after


@pytest.mark.parametrize("mode", ["keep", "punct", "latin"])
@pytest.mark.parametrize("text", ["中文", "ñ→", "☎ 123", "ẞ", "Жук", "\ud83d", "𝔘nicode"])
def test_nothing_ever_becomes_a_question_mark(mode: str, text: str) -> None:
    assert "?" not in one(SMS[mode], text=text)["after"]


# --- K1..K4 --------------------------------------------------------------------------------------------------

REPLIES = {
    "opt_out": """STOP|stop|Stop.|  stop  |ＳＴＯＰ|ｓｔｏｐ！|s t o p|STOP 🛑|🙏STOP|"stop"|(stop)|stop!!!|STOPALL|unsubscribe|
        CANCEL|END|QUIT|ARRET|OPTOUT|OPT-OUT|REMOVE|TD|td|Ｔ|t|R|Ｒ|r。|N|n!|REVOKE|退订|退订。|退 订|拒收|取消订阅|
        【退订】|「拒收」|退订！！|退订谢谢|请退订|我要退订|stop please|please stop|STOP texting me|不要再给我发短信|别再发了|
        stop help|help stop|START STOP|退訂|TD谢谢""",
    "opt_in": "START|start|UNSTOP|subscribe|订阅|恢复订阅",
    "help": "HELP|help|INFO|info?|帮助|Ｈｅｌｐ",
    "none": """退订单|我要退订单|退订金|T恤还有吗|明天下午可以|好的，谢谢|OK thanks|
        I'll stop by tomorrow|when is the end of the month|
        the bus stop is closed|收到|请问价格多少|红R款还有货吗|thank you|1|2""",
    "review": """don't stop|do not stop|不要退订|你们是骗子|投诉你们|who is this|why do you text me|我没订阅过|烦死了|
        stop it or I call my lawyer|退订单和退订短信都要|滚|别烦我""",
}  # fmt: skip


@pytest.mark.parametrize(
    ("action", "text"),
    [
        pytest.param(action, text.strip(), id=f"{action}: {text.strip()}")
        for action, texts in REPLIES.items()
        for text in texts.split("|")
    ],
)
def test_a_reply_asks_for_what_its_writer_means(action: str, text: str) -> None:
    assert one(reply_lines, text=text) == {"action": action}


# --- T1..T4, V1..V5 ------------------------------------------------------------------------------------------

CONTEXT: dict[str, Any] = {
    "name": "Ann",
    "empty": None,
    "customer": {"name": "李雷", "city": "上海", "tags": ["a", "b"]},
    "orders": [{"id": "A1", "total": 5}, {"id": "B2", "total": 7}],
    "words": ["red", "blue"],
    "n": 3,
}


@pytest.mark.parametrize(
    ("template", "rendered"),
    [
        pytest.param("Dear {{ name }}", "Dear Ann", id="a name"),
        pytest.param("{{ customer.name }}, {{ customer.city }}", "李雷, 上海", id="one level"),
        pytest.param("{% for o in orders %}{{ o.id }}={{ o.total }};{% endfor %}", "A1=5;B2=7;", id="a list of mappings"),
        pytest.param("{% for w in words %}{{ w }} {% endfor %}", "red blue ", id="a list of texts"),
        pytest.param("{% for t in customer.tags %}{{ t }}{% endfor %}", "ab", id="a list in a mapping"),
        pytest.param("{% if n %}some{% else %}none{% endif %}", "some", id="if"),
        pytest.param("{% if empty %}x{% else %}y{% endif %}", "y", id="null in a condition"),
        pytest.param("{{ name|upper }} {{ words|length }}", "ANN 2", id="filters"),
        pytest.param("{# a note #}x", "x", id="a comment"),
        pytest.param("{% if n == 3 %}three{% endif %}", "three", id="a comparison"),
    ],
)  # fmt: skip
def test_a_good_template_is_rendered(template: str, rendered: str) -> None:
    assert one(check_lines, template=template, context=CONTEXT) == {"ok": True, "rendered": rendered}


REFUSED = """{{ phone }}
{{ customer.phone }}
{{ customer.name.first }}
{{ customer['name'] }}
{{ name.__class__ }}
{{ name|safe }}
{{ name|attr('upper') }}
{{ name.upper() }}
{{ ''.join(words) }}
{{ 'a' * 10**9 }}
{{ 7*7 }}
{{ [].__class__.__mro__ }}
{{ namespace() }}
{{ range(10) }}
{{ self }}
{{ loop }}
{{ cycler }}
{{ lipsum }}
{{ config }}
{{ request.application }}
{{ dict(a=1) }}
{{ name if n else words }}
{{ name ~ name }}
{{ name % 1 }}
{{ (name,) }}
{{ {'a': name} }}
{{ words[0] }}
{{ words|map('upper')|list }}
{{ words|join }}
{{ words }}
{{ customer }}
{{ empty }}
{{ name|replace('n','m') }}
{{ name|format(1) }}
{{ caller() }}
{% set x = 1 %}{{ x }}
{% include 'other' %}
{% extends 'base' %}
{% import 'x' as y %}
{% from 'x' import y %}
{% macro m() %}{% endmacro %}
{% call name() %}{% endcall %}
{% block b %}{% endblock %}
{% raw %}{{ x }}{% endraw %}{{ x }}
{% filter upper %}x{% endfilter %}
{% with x = name %}{{ x }}{% endwith %}
{% autoescape false %}{{ name }}{% endautoescape %}
{% do 1 %}
{% for c in name %}{{ c }}{% endfor %}
{% for i in range(9) %}x{% endfor %}
{% for a in words if a %}x{% endfor %}
{% for a, b in orders %}x{% endfor %}
{% for a in words recursive %}x{% endfor %}
{% for a in words %}{% for b in words %}{% for c in words %}x{% endfor %}{% endfor %}{% endfor %}
{% if name is defined %}x{% endif %}
{{ name
{% if n %}
{% endif %}
{{ }}
{{ name|nosuch }}
{{ 'https://evil.example' }}
http://evil.example/x
https://evil.example@www.guanxi.example/
javascript:alert(1) https://evil.example
<script>alert(1)</script>
<img src="https://evil.example/x.png">
<a href="{{ name }}">x</a>
<p title={{ name }}>x</p>
<{{ name }}>
<a href="javascript:alert(1)">x</a>
<p onclick="x()">x</p>
<style>p {}</style>
<iframe src="https://www.guanxi.example"></iframe>
<form action="https://www.guanxi.example"></form>"""


@pytest.mark.parametrize("template", REFUSED.split("\n"))
def test_a_template_that_may_do_more_is_refused_with_its_line(template: str) -> None:
    told = one(check_lines, template="ok\n" + template, context=CONTEXT)
    assert told["ok"] is False, told
    assert told["reason"]
    assert told["line"] in (0, 2)
    assert "rendered" not in told


@pytest.mark.parametrize(
    ("template", "line"),
    [
        pytest.param("a\nb\nc\n{{ phone }}", 4, id="an unknown name"),
        pytest.param("a\n{{ name }}\n{{ 7*7 }}\n", 3, id="an expression behind a value"),
        pytest.param("<p>a</p>\n<p>\n<script>x</script></p>", 3, id="an element"),
        pytest.param("<p>a</p>\n<p\nonclick='x'>b</p>", 2, id="an attribute: where its tag begins"),
        pytest.param("a\nb https://evil.example\nc", 2, id="a link in the middle"),
        pytest.param("{% if n %}\na\n{% set x = 1 %}\n{% endif %}", 3, id="a statement in a block"),
        pytest.param("a\r\nb\r\n{{ phone }}", 3, id="line ends of Windows"),
        pytest.param("a\n{% for o in orders %}\n{{ o.id }}\n{{ o.nothing }}\n{% endfor %}", 4, id="a field"),
        pytest.param("a\n\n{{ empty }}", 3, id="null when rendered"),
        pytest.param("a\n{% for w in words %}\n\n{{ w|nosuch }}{% endfor %}", 4, id="a filter"),
        pytest.param("a\n{# one\ntwo #}\n{{ phone }}", 4, id="behind a comment"),
        pytest.param("a\nb\n{{ name", 3, id="a value without end"),
    ],
)
def test_a_fault_is_told_with_the_line_in_which_it_stands(template: str, line: int) -> None:
    told = one(check_lines, template=template, context=CONTEXT)
    assert (told["ok"], told["line"]) == (False, line)


@pytest.mark.parametrize(
    ("value", "part", "never"),
    [
        pytest.param("<b>x</b>", "html", "<b>", id="a tag"),
        pytest.param('"><script>x</script>', "html", "<script", id="a script"),
        pytest.param("{{ 7*7 }}", "text", "49", id="a template in a value"),
        pytest.param("{% for x in y %}", "text", "Error", id="a statement in a value"),
        pytest.param("a\u202eb", "text", "\u202e", id="a bidirectional control"),
        pytest.param("a\x00b\x1bc", "text", "\x00", id="controls"),
        pytest.param("a\r\nBcc: x@example.com", "text", "\n", id="a line end"),
        pytest.param("https://evil.example", "text", "https://evil", id="a link"),
        pytest.param("evil.example", "text", "evil.example", id="a domain"),
        pytest.param("www.evil.example", "sms", "www.evil", id="a domain in an SMS"),
        pytest.param("【某银行】", "sms", "【", id="a false signature"),
        pytest.param("x" * 500, "sms", "x" * 41, id="a long value in an SMS"),
        pytest.param("\ud83d", "text", "\ud83d", id="half a character"),
        pytest.param("192.0.2.1", "text", "192.0.2.1", id="an address of numbers"),
        pytest.param("javascript:alert(1)", "html", "javascript:a", id="another scheme"),
    ],
)
def test_a_value_stays_a_value(value: str, part: str, never: str) -> None:
    told = one(check_lines, template="Dear {{ name }}!", part=part, context={"name": value})
    assert told["ok"], told
    assert never not in told["rendered"]


@pytest.mark.parametrize(
    "context",
    [
        pytest.param({"a": {"b": {"c": 1}}}, id="two levels"),
        pytest.param({"a": [[1]]}, id="a list of lists"),
        pytest.param({"a": [1, {"b": 2}]}, id="a mixed list"),
        pytest.param({"a": list(range(51))}, id="a long list"),
        pytest.param({"a": "x" * 2001}, id="a long value"),
        pytest.param({"a": 10**60}, id="a long number"),
    ],
)
def test_a_context_that_no_message_needs_is_refused(context: dict[str, Any]) -> None:
    template = "{% for x in a %}x{% endfor %}" if isinstance(context["a"], list) else "{{ a.b }}{{ a }}"
    assert one(check_lines, template=template, context=context)["ok"] is False


# --- Q1..Q3 --------------------------------------------------------------------------------------------------

DAILY = [["0123456", "08:00", "20:00"]]
NIGHT = [["0123456", "22:00", "06:00"]]
WEEKDAYS = [["01234", "09:00", "18:00"]]
SKIPPED = [["6", "02:30", "12:00"]]
TWICE = [["6", "01:00", "02:00"]]
BOTH = ["Asia/Shanghai", "Asia/Urumqi"]


@pytest.mark.parametrize(
    ("at", "zone", "windows", "until"),
    [
        pytest.param("2026-03-02T00:00:00Z", "Asia/Shanghai", DAILY, None, id="the first instant"),
        pytest.param("2026-03-01T23:59:59Z", "Asia/Shanghai", DAILY, "2026-03-02T00:00:00Z", id="a second early"),
        pytest.param("2026-03-02T11:59:59Z", "Asia/Shanghai", DAILY, None, id="the last second"),
        pytest.param("2026-03-02T12:00:00Z", "Asia/Shanghai", DAILY, "2026-03-03T00:00:00Z", id="the end"),
        pytest.param("2026-03-02T15:00:00Z", "Asia/Shanghai", NIGHT, None, id="before midnight"),
        pytest.param("2026-03-02T21:59:00Z", "Asia/Shanghai", NIGHT, None, id="after midnight"),
        pytest.param("2026-03-02T22:00:00Z", "Asia/Shanghai", NIGHT, "2026-03-03T14:00:00Z", id="the morning"),
        pytest.param("2026-03-07T04:00:00Z", "Asia/Shanghai", WEEKDAYS, "2026-03-09T01:00:00Z", id="a Saturday"),
        pytest.param("2026-03-08T07:30:00Z", "America/New_York", SKIPPED, None, id="a start that the clock skips"),
        pytest.param("2026-03-08T06:59:00Z", "America/New_York", SKIPPED, "2026-03-08T07:00:00Z", id="after the gap"),
        pytest.param("2026-11-01T05:30:00Z", "America/New_York", TWICE, None, id="the repeated hour, first"),
        pytest.param("2026-11-01T06:30:00Z", "America/New_York", TWICE, None, id="the repeated hour, second"),
        pytest.param("2026-03-02T00:30:00Z", BOTH, DAILY, "2026-03-02T02:00:00Z", id="two zones: their common hours"),
    ],
)  # fmt: skip
def test_a_message_goes_inside_of_the_window_of_its_reader(
    at: str, zone: object, windows: object, until: str | None
) -> None:
    expected = {"action": "send"} if until is None else {"action": "defer", "until": until}
    assert one(hours_lines, at=at, zone=zone, windows=windows) == expected
