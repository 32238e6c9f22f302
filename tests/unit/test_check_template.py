import time

import pytest

from shared.messaging.check_template import check_template
from shared.messaging.draft import check_draft
from shared.messaging.errors import MessageInvalid
from shared.messaging.render import render_source
from shared.messaging.shapes import TEXT, Kind, list_of, mapping_of

SHAPE = {
    "name": TEXT,
    "company": TEXT,
    "cases": list_of(mapping_of("title", "text")),
    "words": list_of(TEXT),
    "customer": Kind({"name": TEXT, "words": list_of(TEXT)}),
    "nothing_yet": list_of(Kind(is_open=True)),
}
HOSTS = ["www.guanxi.example"]

GOOD = [
    pytest.param("Hello {{ name }}", id="name"),
    pytest.param("{% if name %}{{ name | upper }}{% else %}you{% endif %}", id="condition and filter"),
    pytest.param("{% if name and not company %}a{% elif name == 'x' %}b{% endif %}", id="logic"),
    pytest.param("{% for case in cases %}{{ case.title }}: {{ case.text | trim }}\n{% endfor %}", id="loop"),
    pytest.param("{% for word in words %}{{ word }}{% endfor %}", id="loop over texts"),
    pytest.param(
        "{% for a in words %}{% for b in customer.words %}{{ a }}{{ b }}{% endfor %}{% endfor %}", id="loops"
    ),
    pytest.param("{% for word in customer.words %}{{ word }}{% endfor %}", id="loop over a field"),
    pytest.param("{% for x in nothing_yet %}{{ x.name }} {{ x | upper }}{% endfor %}", id="an empty list"),
    pytest.param("{{ customer.name | title }} {{ words | length }}", id="field"),
    pytest.param("{% if 'x' in words and 3 > 2 %}x{% endif %}", id="comparison"),
    pytest.param("{{ words | join('、') }} {{ customer.words | join(' and ') }}", id="a list in one line"),
    pytest.param("{{ name | default('客户') | upper }}", id="in place of nothing"),
    pytest.param("{# a comment #}{% raw %}{{ not a value }}{% endraw %}", id="raw text"),
    pytest.param("See https://www.guanxi.example/help, or call.", id="a listed link"),
    pytest.param("{{ name }}: https://www.guanxi.example/help", id="a listed link at the end"),
]


@pytest.mark.parametrize("source", GOOD)
def test_a_plain_template_has_no_faults(source: str) -> None:
    assert check_template(source, shape=SHAPE, link_hosts=HOSTS) == ()


HOSTILE = [
    pytest.param("{{ 'a' * 10 ** 9 }}", "not_allowed", id="a product that folds into gigabytes"),
    pytest.param("{{ 10 ** 10 ** 8 }}", "not_allowed", id="a power"),
    pytest.param("{{ name ~ name ~ name }}", "not_allowed", id="concatenation"),
    pytest.param("{{ name + name }}", "not_allowed", id="sum"),
    pytest.param("{{ 'x' % name }}", "not_allowed", id="format operator"),
    pytest.param("{{ name.__class__ }}", "unknown_field", id="dunder"),
    pytest.param("{{ ''.__class__.__mro__ }}", "not_allowed", id="dunder of a constant"),
    pytest.param("{{ name['__class__'] }}", "not_allowed", id="subscript"),
    pytest.param("{{ name[0:9] }}", "not_allowed", id="slice"),
    pytest.param("{{ name.format(1) }}", "not_allowed", id="method call"),
    pytest.param("{{ range(10 ** 9) }}", "not_allowed", id="range"),
    pytest.param("{{ cycler('a') }}", "not_allowed", id="global"),
    pytest.param("{{ lipsum }}", "unknown_name", id="global by name"),
    pytest.param("{{ cases }}", "not_plain", id="a list printed"),
    pytest.param("{{ customer }}", "not_plain", id="a mapping printed"),
    pytest.param("{{ cases | join(', ') }}", "not_plain", id="mappings joined"),
    pytest.param("{{ name | join(', ') }}", "not_plain", id="letters joined"),
    pytest.param("{{ words | join }}", "not_allowed", id="joined by nothing"),
    pytest.param("{{ words | join('.') }}", "not_allowed", id="joined to a link"),
    pytest.param("{{ words | join(name) }}", "not_allowed", id="joined by a value"),
    pytest.param("{{ words | join('\\x3cb>') }}", "not_allowed", id="joined by a tag"),
    pytest.param(
        "{{ name | default('http:\\x2f/evil.example') }}", "not_allowed", id="a link in place of nothing"
    ),
    pytest.param("{{ name | default('\\x3cb>') }}", "not_allowed", id="a tag in place of nothing"),
    pytest.param("{{ name | default('x', true) }}", "not_allowed", id="an argument more"),
    pytest.param("{{ name | default(default_value='x') }}", "not_allowed", id="a named argument"),
    pytest.param("{{ words | join(', ') }}" * 21, "too_large", id="lists joined too often"),
    pytest.param("{{ cases | upper }}", "not_plain", id="a list through a filter"),
    pytest.param("{{ customer | length }}" * 2001, "too_large", id="more than a person writes"),
    pytest.param(
        "{% for word in words %}" + "{{ word | upper }}" * 21 + "{% endfor %}",
        "too_large",
        id="too much work",
    ),
    pytest.param("{{ self }}", "unknown_name", id="self"),
    pytest.param("{{ loop }}", "unknown_name", id="loop"),
    pytest.param("{{ phone }}", "unknown_name", id="a name that is not given"),
    pytest.param("{{ case.title }}", "unknown_name", id="a loop's name outside of the loop"),
    pytest.param("{% for case in cases %}{{ case.id }}{% endfor %}", "unknown_field", id="unknown field"),
    pytest.param("{{ cases.title.text }}", "not_allowed", id="a field of a field"),
    pytest.param("{{ '\\u202e' }}", "not_allowed", id="a literal that spells a control"),
    pytest.param("{{ name and 'https://evil.example' }}", "not_allowed", id="a literal that spells a link"),
    pytest.param("{{ 'https://evil.example' | lower }}", "not_allowed", id="a literal through a filter"),
    pytest.param("{{ name | safe }}", "unknown_filter", id="safe"),
    pytest.param("{{ name | center(999999999) }}", "unknown_filter", id="center"),
    pytest.param("{{ name | format(1) }}", "unknown_filter", id="format filter"),
    pytest.param("{{ name | attr('__class__') }}", "unknown_filter", id="attr"),
    pytest.param("{{ cases | map(attribute='x') | list }}", "unknown_filter", id="map"),
    pytest.param("{{ phone | default('x') }}", "unknown_name", id="default hides a missing name"),
    pytest.param("{{ name | trim('x' * 9) }}", "not_allowed", id="filter arguments"),
    pytest.param("{{ name if name }}", "not_allowed", id="conditional expression"),
    pytest.param("{{ [name] }}", "not_allowed", id="list"),
    pytest.param("{{ {'a': name} }}", "not_allowed", id="dictionary"),
    pytest.param("{{ name is defined }}", "not_allowed", id="test"),
    pytest.param("{% include 'x' %}", "not_allowed", id="include"),
    pytest.param("{% import 'x' as y %}", "not_allowed", id="import"),
    pytest.param("{% from 'x' import y %}", "not_allowed", id="from import"),
    pytest.param("{% extends 'x' %}", "not_allowed", id="extends"),
    pytest.param("{% block b %}{% endblock %}", "not_allowed", id="block"),
    pytest.param("{% macro m() %}{{ m() }}{% endmacro %}", "not_allowed", id="macro"),
    pytest.param("{% call name() %}{% endcall %}", "not_allowed", id="call block"),
    pytest.param("{% set name = 1 %}", "not_allowed", id="assignment"),
    pytest.param("{% with x = 1 %}{% endwith %}", "not_allowed", id="with"),
    pytest.param("{% filter upper %}x{% endfilter %}", "not_allowed", id="filter block"),
    pytest.param("{% autoescape false %}{{ name }}{% endautoescape %}", "not_allowed", id="autoescape off"),
    pytest.param("{% for a in [1, 2] %}{% endfor %}", "not_allowed", id="loop over a literal"),
    pytest.param("{% for a in name %}{% endfor %}", "not_allowed", id="loop over a text"),
    pytest.param("{% for a in nothing %}{% endfor %}", "unknown_name", id="loop over nothing"),
    pytest.param("{% for a, b in cases %}{% endfor %}", "not_allowed", id="unpacking loop"),
    pytest.param("{% for a in cases if a %}{% endfor %}", "not_allowed", id="filtered loop"),
    pytest.param("{% for a in cases recursive %}{% endfor %}", "not_allowed", id="recursive loop"),
    pytest.param("{% for a in cases %}" * 3 + "{% endfor %}" * 3, "loops_too_deep", id="three loops deep"),
    pytest.param(
        "{% for a in words %}{% for b in words %}" + "{{ a }}" * 41 + "{% endfor %}{% endfor %}",
        "too_large",
        id="too much two loops deep",
    ),
    pytest.param(
        "{% for a in words %}{% for b in words %}{{ a | upper }}{% endfor %}{% endfor %}",
        "too_large",
        id="a filter two loops deep",
    ),
    pytest.param("{% if name %}" * 30 + "{% endif %}" * 30, "too_deep", id="30 levels"),
    pytest.param("{% if name %}" * 2500 + "{% endif %}" * 2500, "too_deep", id="2500 levels"),
    pytest.param("{{ " + "(" * 9000 + "name" + ")" * 9000 + " }}", "too_deep", id="9000 brackets"),
    pytest.param("{{ name" + " | upper" * 50 + " }}", "too_deep", id="a chain of filters"),
    pytest.param(
        "{% if " + " and ".join(["name"] * 5000) + " %}{% endif %}", "too_deep", id="a chain of operators"
    ),
    pytest.param("{% if " + "not " * 9000 + "name %}{% endif %}", "too_deep", id="9000 times not"),
    pytest.param("{{ " + "9" * 9000 + " }}", "bad_number", id="a number of 9000 digits"),
    pytest.param("{{ name", "syntax", id="not closed"),
    pytest.param("{% unknown %}", "syntax", id="unknown statement"),
    pytest.param("x" * 70_000, "too_long", id="70 kB"),
    pytest.param("ok\n\u202eok", "control_character", id="bidirectional control"),
    pytest.param("\x00", "control_character", id="zero byte"),
    pytest.param("go to http://www.guanxi.example/ now", "link_not_allowed", id="link without TLS"),
    pytest.param("go to https://evil.example/ now", "link_not_allowed", id="link to another host"),
    pytest.param("go to WWW.evil.example now", "link_not_allowed", id="link by host"),
    pytest.param("https://www.guanxi.example{{ name }}", "link_touches_value", id="value in a host"),
    pytest.param(
        "https://www.guanxi.example/{% if name %}x{% endif %}", "link_touches_value", id="link then if"
    ),
]


@pytest.mark.parametrize(("source", "code"), HOSTILE)
def test_a_hostile_template_is_refused_in_no_time_and_never_run(source: str, code: str) -> None:
    started = time.process_time()  # its own work, whatever else the machine does
    faults = check_template(source, shape=SHAPE, link_hosts=HOSTS)
    assert code in {fault.code for fault in faults}
    with pytest.raises(MessageInvalid, match="template_refused"):
        render_source(source, {"name": "x", "company": "y", "cases": []}, shape=SHAPE, link_hosts=HOSTS)
    assert time.process_time() - started < 1


HOSTILE_HTML = [
    pytest.param("<script>alert(1)</script>", "element_not_allowed", id="script"),
    pytest.param("<style>p{}</style>", "element_not_allowed", id="style"),
    pytest.param("<iframe></iframe>", "element_not_allowed", id="frame"),
    pytest.param("<form action=x></form>", "element_not_allowed", id="form"),
    pytest.param("<p onclick='x()'>x</p>", "attribute_not_allowed", id="event"),
    pytest.param(
        "<p style='background:url(https://evil.example/)'>x</p>", "attribute_not_allowed", id="url in style"
    ),
    pytest.param("<meta http-equiv=refresh content='0'>", "attribute_not_allowed", id="refresh"),
    pytest.param("<a href='{{ name }}'>x</a>", "value_inside_tag", id="value in a link"),
    pytest.param("<p title={{ name }}>x</p>", "value_inside_tag", id="value in an attribute"),
    pytest.param("<{{ name }}>", "value_inside_tag", id="value as an element"),
    pytest.param("<p{% if name %} class=a{% endif %}>x</p>", "value_inside_tag", id="statement in a tag"),
    pytest.param("<!-- {{ name }} -->", "value_inside_tag", id="value in a comment"),
    pytest.param("<![<![", "element_not_allowed", id="broken declaration"),
    pytest.param("<!-- x -->", "comment_not_allowed", id="comment"),
    pytest.param("<a href='https://evil.example/'>x</a>", "link_not_allowed", id="link to another host"),
    pytest.param("<a href='javascript:x()'>x</a>", "link_not_allowed", id="script in a link"),
    pytest.param("<a href='&#106;avascript:x()'>x</a>", "link_not_allowed", id="script in a link, encoded"),
    pytest.param("<img src='http://www.guanxi.example/i.png'>", "link_not_allowed", id="image without TLS"),
    pytest.param("<p>https://www.guanxi.example{{ name }}</p>", "link_touches_value", id="value in a host"),
    pytest.param("<p>see https://evil.example/</p>", "link_not_allowed", id="link in the text"),
]


@pytest.mark.parametrize(("source", "code"), HOSTILE_HTML)
def test_hostile_markup_is_refused(source: str, code: str) -> None:
    faults = check_template(source, html=True, shape=SHAPE, link_hosts=HOSTS)
    assert code in {fault.code for fault in faults}


def test_a_fault_names_its_line() -> None:
    faults = check_template("fine\n{{ name }}\n{{ phone }}\n{{ name | safe }}", shape=SHAPE)
    assert [(fault.line, fault.code, fault.detail) for fault in faults] == [
        (3, "unknown_name", "phone"),
        (4, "unknown_filter", "safe"),
    ]


@pytest.mark.parametrize("value", [{"b": {"c": "x"}}, [[1]], "x" * 2001])
def test_a_templates_own_fault_comes_before_those_of_the_values(value: object) -> None:
    assert check_draft("x\n{{ a.b.c }}", {"a": value}).line == 2
    assert check_draft("x\n{% for b in a %}{{ other }}{% endfor %}", {"a": value}).code == "unknown_name"
    assert check_draft("{% for b in a %}{{ b }}{% endfor %}", {"a": value}).line == 0
