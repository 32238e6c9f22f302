"""Attacks on `guanxi template check`: by the author of a template, and by a customer whose value it prints."""

import re
import time
import unicodedata
from html import unescape
from html.parser import HTMLParser

import pytest

from shared.messaging.draft import PARTS, Part, check_draft

CONTEXT = {
    "name": "Ann",
    "n": 5,
    "customer": {"name": "Ann", "words": ["a"]},
    "items": ["a", "b"],
    "rows": [{"title": "x"}],
}

TEMPLATES = """
{{ 7 * 7 }}
{{ 7 * '7' }}
{{ ''.__class__.__mro__[1].__subclasses__() }}
{{ ''.__class__.__base__.__subclasses__()[40]('/etc/passwd').read() }}
{{ name.__class__ }}
{{ name.__init__.__globals__ }}
{{ name['__class__'] }}
{{ name[0] }}
{{ customer.name.__class__ }}
{{ customer.__class__ }}
{{ customer['name'] }}
{{ customer.get('name') }}
{{ customer.items() }}
{{ customer.items }}
{{ customer.keys }}
{{ customer.name.upper() }}
{{ customer._name }}
{{ rows.append }}
{{ items.0 }}
{{ name|attr('__class__') }}
{{ name|attr('\\x5f\\x5fclass\\x5f\\x5f') }}
{{ name|attr(['__cla','ss__']|join) }}
{{ ()|attr('__class__')|attr('__base__')|attr('__subclasses__')() }}
{{ items|map(attribute='__class__')|list }}
{{ items|map('upper')|join }}
{{ items|select('string')|list }}
{{ items|selectattr('x')|list }}
{{ items|rejectattr('x')|list }}
{{ items|groupby('x') }}
{{ items|sort(attribute='__class__') }}
{{ items|join('.') }}
{{ items|first }}
{{ items|tojson }}
{{ items|pprint }}
{{ name|list }}
{{ name|format(1) }}
{{ '%s%s'|format(name, name) }}
{{ '{0.__class__}'.format(name) }}
{{ name|replace('A','B') }}
{{ name|safe }}
{{ name|string|safe }}
{{ name|xmlattr }}
{{ name|urlize }}
{{ name|center(999999999) }}
{{ name|indent(999999999) }}
{{ name|wordwrap(1) }}
{{ name|default('x', true) }}
{{ missing|default('x') }}
{{ n|filesizeformat }}
{{ name|batch(999999999) }}
{{ name|trim(name) }}
{{ lipsum.__globals__.os.popen('id').read() }}
{{ cycler.__init__.__globals__.os.popen('id').read() }}
{{ joiner.__init__ }}
{{ namespace(a=1) }}
{{ config }}
{{ config.items() }}
{{ request }}
{{ request.application.__globals__ }}
{{ self }}
{{ self._TemplateReference__context }}
{{ self.__init__.__globals__.__builtins__ }}
{{ loop }}
{{ caller() }}
{{ varargs }}
{{ get_flashed_messages.__globals__ }}
{{ url_for.__globals__ }}
{{ range(999999999)|list }}
{% for i in range(999999999) %}x{% endfor %}
{% for i in 'abc' %}x{% endfor %}
{% for i in n %}x{% endfor %}
{% for i in customer %}{{ i }}{% endfor %}
{% for i in items recursive %}{{ loop(items) }}{% endfor %}
{% for i in items %}{{ loop.index }}{% endfor %}
{% for a, b in items %}x{% endfor %}
{% for i in items if i.__class__ %}x{% endfor %}
{% for i in items|map('upper') %}x{% endfor %}
{% for i in [1,2,3] %}x{% endfor %}
{% for i in items %}{% for j in items %}{% for k in items %}x{% endfor %}{% endfor %}{% endfor %}
{{ 'a' * 1000000000 }}
{{ 10 ** 1000000000 }}
{{ n ** n ** n }}
{{ n / 0 }}
{{ name ~ name }}
{{ [name] * 9 }}
{{ (1, 2) }}
{{ {'a': 1} }}
{{ {} }}
{{ true }}
{{ none }}
{{ 'x' }}
{{ 5 }}
{{ -n }}
{{ not name }}
{{ name if name else 'x' }}
{{ name is string }}
{{ name is defined }}
{% if name is none %}x{% endif %}
{% if name() %}x{% endif %}
{% if ''.__class__ %}x{% endif %}
{% if name|attr('x') %}x{% endif %}
{% if 'a' * 1000000000 %}x{% endif %}
{% set x = name %}{{ x }}
{% set x %}{{ name }}{% endset %}
{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}
{% import 'os' as os %}
{% from 'os' import path %}
{% include '/etc/passwd' %}
{% include name %}
{% extends name %}
{% block x %}{{ self.x() }}{% endblock %}
{% call name() %}{% endcall %}
{% filter upper %}x{% endfilter %}
{% with a = name %}{{ a }}{% endwith %}
{% autoescape false %}{{ name }}{% endautoescape %}
{% raw %}{{ x }}
{% do name.x() %}
{% debug %}
{% trans %}x{% endtrans %}
{% continue %}
{% if name %}
{{ name
{{ }}
{{ name }} }} {%
{{ ｎame }}
{{ 𝓃ame }}
{{ na\u200bme }}
{{ n\u0430me }}
{{ \u202ename }}
{{ name }}\u202e
{{ name }}\ufdd0
\x1b[2J{{ name }}
\x00
{{ name }}\x0b
http://evil.example/
https://evil.example/
see www.evil.example now
https://www.guanxi.example@evil.example/
https://www.guanxi.example.evil.example/
https://www.guanxi.example{{ name }}
https://{{ name }}.example/
javascript://www.guanxi.example/%0aalert(1)
"""
MARKUP = """
<script>alert(1)</script>
<p onclick=x>{{ name }}</p>
<a href="{{ name }}">x</a>
<a href=javascript:alert(1)>x</a>
<a href="java&#115;cript:alert(1)">x</a>
<a href="data:text/html,x">x</a>
<a href="//evil.example/">x</a>
<img src=x onerror=alert(1)>
<svg onload=alert(1)>
<{{ name }}>
<p title="{{ name }}">x</p>
<style>{{ name }}</style>
<!-- {{ name }} -->
<p style="background:url(https://evil.example/)">x</p>
<meta http-equiv="refresh" content="0;url=https://evil.example/">
<form action="https://evil.example/">x</form>
<iframe srcdoc="x"></iframe>
<base href="https://evil.example/">
<object data="x"></object>
<a href="https://www.guanxi.example/" onmouseover="x">x</a>
"""

BULK = [
    "{{ name" + " | upper" * 5000 + " }}",
    "{{ " + "(" * 30_000 + "name" + ")" * 30_000 + " }}",
    "{% if name %}" * 4000 + "{% endif %}" * 4000,
    "{{ name }}" * 6000,
    "{% if " + " and ".join(["name"] * 9000) + " %}{% endif %}",
    "{% for i in items %}" + "{{ i | upper }}" * 900 + "{% endfor %}",
    "{{ " + "9" * 60_000 + " }}",
    "{{ name." + "a" * 60_000 + " }}",
    "{{ '" + "\\u0041" * 9000 + "' }}",
    "{{" * 30_000,
    "{#" * 30_000,
    "{% raw %}" * 7000,
    "{{ name" + "." * 60_000 + " }}",
    "{{ '" * 15_000,
    "<" * 60_000,
    "<!" * 30_000,
    "<p " * 20_000,
    "&" * 60_000,
    "https://" * 8000,
    "www." * 15_000,
    "x" * 70_000,
    "é" * 40_000,
]


@pytest.mark.parametrize("source", TEMPLATES.strip("\n").split("\n"), ids=ascii)
@pytest.mark.parametrize("part", PARTS)
def test_no_attack_by_an_author_gets_through(source: str, part: Part) -> None:
    assert check_draft(source, CONTEXT, part=part).code is not None


@pytest.mark.parametrize("source", MARKUP.strip("\n").split("\n"), ids=ascii)
@pytest.mark.parametrize("part", [None, "html"])
def test_no_markup_of_an_author_gets_through(source: str, part: Part | None) -> None:
    assert check_draft(source, CONTEXT, part=part).code is not None


@pytest.mark.parametrize("source", BULK, ids=lambda source: source[:20])
def test_bulk_takes_less_than_a_second(source: str) -> None:
    started = time.process_time()
    for part in PARTS:
        check_draft(source, CONTEXT, part=part)
    assert time.process_time() - started < len(PARTS)


VALUES = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '"><svg/onload=alert(1)>',
    "'><b>",
    "</p></td></table>",
    "<!--",
    "-->",
    "<![CDATA[",
    "<?php ?>",
    "&lt;b&gt;",
    "&#60;b&#62;",
    "＜script＞",
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "data:text/html,<b>x",
    "vbscript:x()",
    "mailto:a@evil.example",
    "https://evil.example/",
    "HTTPS://EVIL.EXAMPLE",
    "//evil.example",
    "http:\u200b//evil.example",
    "http：／／evil.example",
    "www.evil.com",
    "evil.com",
    "a@evil.com",
    "evil。com",
    "evil．com",
    "evil｡com",
    "evil․com",
    "evil·com",
    "evil.\u200bcom",
    "evil\u00ad.com",
    "evil.\u2060com",
    "ｅｖｉｌ.ｃｏｍ",
    "买房.中国",
    "evil.xn--p1ai",
    "evil.xn\u200b--p1ai",
    "1.2.3.4",
    "http://1.2.3.4/",
    "http://[::1]/",
    "x\r\nBcc: a@evil.example",
    "x\nSubject: y",
    "x\u2028y\u2029z",
    "x\x0by\x0cz\x85",
    "\x00\x01\x1b[31m",
    "\u202eevil\u202c",
    "\u2066x\u2069\u061c\u200f",
    "\ud800x\udfff",
    "\ufdd0x\ufffe",
    "【某银行】您好",
    "〖银行〗",
    "︻x︼",
    "{{ 7*7 }}",
    "{% include 'x' %}",
    "{{ self }}",
    "${7*7}",
    "#{7*7}",
    "%s%n%x",
    "{0.__class__}",
    "=?utf-8?q?=0d=0aTo:_x?=",
    "=cmd|' /C calc'!A0",
    "长" * 500,
    "a" * 2000,
    "e\u0301" * 900,
    "👩\u200d🔧" * 300,
]
FRAMES = {
    "text": "Dear {{ value }}, welcome.\n{{ value }}{{ value }}.com {{ value }}",
    "html": "<p>Dear {{ value }}, <b>welcome</b>.</p>{{ value }}{{ value }}.com",
    "sms": "Dear {{ value }}, welcome",
}
BANNED = set(map(chr, (*range(0x0A), *range(0x0B, 0x20), *range(0x202A, 0x202F), *range(0x2066, 0x206A)))) | {
    "\x85"
}
LINK = re.compile(
    r"(https?|ftp):?//|www\.\w|(?<![\w.])[\w-]+\.[^\W\d_]{2,}|\d+\.\d+\.\d+\.\d+|(javascript|data|mailto):\S",
    re.I,
)


class _Shape(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.seen: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append(f"{tag} {attrs}")

    def handle_endtag(self, tag: str) -> None:
        self.seen.append(f"/{tag}")

    def handle_comment(self, data: str) -> None:
        self.seen.append("comment")

    def handle_decl(self, decl: str) -> None:
        self.seen.append("declaration")

    def handle_pi(self, data: str) -> None:
        self.seen.append("instruction")

    def unknown_decl(self, data: str) -> None:
        self.seen.append("declaration")


def as_a_client_sees(text: str) -> str:
    """Links are looked for in what a client may make of a text: no invisible characters, plain signs."""
    visible = (
        re.sub("[\u00ad\u200b-\u200d\u2060\ufeff]", "", unescape(text)).replace("·", ".").replace("。", ".")
    )
    return unicodedata.normalize("NFKC", visible)


@pytest.mark.parametrize("value", VALUES, ids=ascii)
@pytest.mark.parametrize("part", PARTS)
def test_no_attack_by_a_value_gets_through(value: str, part: Part) -> None:
    harmless = check_draft(FRAMES[part], {"value": "Ann"}, part=part)
    checked = check_draft(FRAMES[part], {"value": value}, part=part)
    assert checked.code is None
    assert _Shape(checked.rendered).seen == _Shape(harmless.rendered).seen
    assert not BANNED & set(checked.rendered)
    assert LINK.search(as_a_client_sees(checked.rendered)) is None
    assert checked.rendered.count("\n") == harmless.rendered.count("\n")
    checked.rendered.encode()
    if part == "sms":
        assert len(checked.rendered) <= len(harmless.rendered) - len("Ann") + 40
        assert not set("【】〖〗︻︼") & set(checked.rendered)


@pytest.mark.parametrize(
    ("context", "code"),
    [
        pytest.param({"value": None}, "value_missing", id="null"),
        pytest.param({}, "unknown_name", id="missing"),
        pytest.param({"value": {"a": 1}}, "not_plain", id="mapping printed"),
        pytest.param({"value": ["a"]}, "not_plain", id="list printed"),
        pytest.param({"value": {"a": {"b": 1}}}, "value_not_plain", id="nested twice"),
        pytest.param({"value": [["a"]]}, "value_not_plain", id="list of lists"),
        pytest.param({"value": ["a", {"b": 1}]}, "list_mixed", id="mixed list"),
        pytest.param({"value": "x" * 2001}, "value_too_long", id="long text"),
        pytest.param({"value": 10**100}, "value_too_long", id="long number"),
        pytest.param({"value": "x", "l": ["a"] * 51}, "list_too_long", id="long list"),
        pytest.param({"value": "x", **{f"n{at}": 1 for at in range(200)}}, "too_many_names", id="many names"),
        pytest.param(
            {"__class__": "x", "self": "y", "va-lue": "z"}, "unknown_name", id="names that cannot be said"
        ),
    ],
)
def test_a_hostile_context_is_refused(context: dict[str, object], code: str) -> None:
    assert check_draft("{{ value }}", context).code == code


def test_a_name_that_jinja_keeps_for_itself_is_never_a_value() -> None:
    for name in ("self", "loop", "super", "caller", "varargs", "kwargs", "__class__", "_x"):
        assert check_draft("{{ " + name + " }}", {name: "x"}).code is not None


def test_a_good_draft_is_rendered() -> None:
    source = "{{ customer.name | upper }}: {% for row in rows %}{{ row.title }};{% endfor %} {{ n }}"
    assert check_draft(source, CONTEXT).rendered == "ANN: x; 5"


def test_a_fixed_link_stays_whole_beside_a_value() -> None:
    source = '<p>{{ x }}</p><a href="https://www.guanxi.example/">our page</a> {{ x }}'
    checked = check_draft(source, {"x": "evil"}, link_hosts=["www.guanxi.example"])
    assert '<a href="https://www.guanxi.example/">' in checked.rendered
    assert (
        "https://www.guanxi.example/ evil"
        in check_draft(
            "https://www.guanxi.example/ {{ x }}", {"x": "evil"}, link_hosts=["www.guanxi.example"]
        ).rendered
    )


@pytest.mark.parametrize(
    ("source", "values"),
    [
        ("{{ a }}//{{ b }}", ("http:", "evil")),
        ("{{ a }}{{ b }}", ("http:", "//evil")),
        ("{{ a }}:{{ b }}", ("http", "//evil")),
        ("{{ a }}{{ b }}", ("evil.", "com")),
        ("{{ a }}.{{ b }}", ("evil", "com")),
        ("{{ a }}.com{{ b }}", ("evil", "")),
        ("{{ a }}{{ b }}m", ("evil.c", "o")),
        ("{{ a }}{{ b }}", ("evil.x", "n--p1ai")),
    ],
)
def test_values_never_make_a_link_with_what_stands_beside_them(source: str, values: tuple[str, str]) -> None:
    checked = check_draft(source, dict(zip("ab", values, strict=True)))
    assert checked.code is None
    assert LINK.search(checked.rendered) is None


def test_markup_makes_a_draft_html() -> None:
    assert check_draft("<b>{{ x }}</b>", {"x": "a & b"}).rendered == "<b>a &amp; b</b>"
    assert check_draft("{% if 1 <x %}{{ x }}{% endif %}", {"x": 2}).rendered == "2"
    assert check_draft("{{ x }}", {"x": "Tom & O'Brien"}).rendered == "Tom & O'Brien"
