import time

import pytest
from markupsafe import Markup

from shared.messaging.catalogue import PARTS, channels_of, needs_of, packaged
from shared.messaging.check_template import check_template
from shared.messaging.errors import MessageInvalid
from shared.messaging.render import Value, render, render_source
from shared.messaging.shapes import LIST_ITEMS, TEXT, list_of, mapping_of
from shared.messaging.sources import LAYOUT, own_line, read_template
from shared.policy.load import load_policy

VALUES = {
    "name": None,
    "company": None,
    "tenant": "Guanxi Care",
    "postal_address": "1 Road",
    "reply_email": "care@guanxi.example",
    "reference": "ABCDEFGH",
    "why": "You asked for it. To unsubscribe, reply.",
}
SHAPE = {"name": TEXT, "cases": list_of(mapping_of("title")), "words": list_of(TEXT)}
PACKAGED = [
    pytest.param(template, locale, part, id=f"{template}/{locale}.{part}")
    for template in packaged()
    for channel in channels_of(template)
    for part in PARTS[channel]
    for locale in ("zh", "en")
]
GIVEN: dict[str, Value] = {
    "product": "X200",
    "due_on": "3 December 2026",
    "days_left": "11",
    "mileage_km": "10,000",
    "festival": "the New Year",
    "season": "winter",
    "in_warranty": True,
    "talk_on": "1 December 2026",
    "years": 4,
    "tip": 2,
    "stage": "growth",
    "again": True,
    "items": [{"what": "a service", "product": None, "due_on": None}],
    "points": [{"text": "To do", "owner": None, "due_on": None}],
}


@pytest.mark.parametrize("name", [None, "李雷"])
@pytest.mark.parametrize("is_all", [False, True], ids=["the least that is given", "all that may be given"])
@pytest.mark.parametrize(("template", "locale", "part"), PACKAGED)
def test_every_packaged_template_renders_with_all_and_with_the_least(
    template: str, locale: str, part: str, name: str | None, is_all: bool
) -> None:
    needs = needs_of(template)
    occasion = {one: GIVEN[one] if is_all or one in needs.always else None for one in needs.names}
    text = render(template, locale, part, {**VALUES, **occasion, "name": name})
    assert text.strip()
    assert "None" not in text
    assert not {"{", "[["} & set(text.split())
    assert "{" not in text


@pytest.mark.parametrize(("template", "locale", "part"), PACKAGED)
def test_every_packaged_template_is_without_faults(template: str, locale: str, part: str) -> None:
    source = read_template(template, locale, part)
    assert check_template(source, html=part.endswith("html"), shape=needs_of(template).shape) == ()


def test_a_letter_is_its_text_between_salutation_and_signature() -> None:
    text, html = (read_template("minutes", "en", part) for part in ("email.text", "email.html"))
    assert text.startswith("{% if name %}Dear {{ name }}")
    assert "{% for point in points %}\n- {{ point.text }}" in text
    assert "{% for point in points %}\n<table" in html
    assert "<p>Thank you for your time." in html
    assert "[[" not in text + html


def test_a_line_of_a_letter_is_told_as_its_author_counts() -> None:
    above = (
        read_template("minutes", "en", "email.text")
        .split("\n")
        .index(
            "Thank you for your time. These are the points of our conversation{% if talk_on %} of {{ talk_on }}{% endif %}:"
        )
    )
    assert own_line("minutes", "en", "email.text", above + 1) == 1
    assert own_line("minutes", "en", "email.html", 30) == 0
    assert (
        own_line("minutes", "en", "email.subject", 1) == own_line("service_news", "zh", "email.html", 1) == 1
    )


def test_the_layout_is_no_template() -> None:
    assert LAYOUT not in packaged()
    with pytest.raises(MessageInvalid):
        read_template(LAYOUT, "zh", "email.text")


def test_every_template_of_the_plan_exists_in_every_language() -> None:
    policy = load_policy()
    steps = (step for cells in policy.plan.values() for cell in cells.values() for step in cell.steps)
    wanted = {(step.template, step.channel.value) for step in steps if step.template}
    parts = {"sms": ["sms"], "email": ["email.subject", "email.text", "email.html"]}
    for template, channel in wanted:
        for locale in policy.tenant.languages:
            assert all(read_template(template, locale, part) for part in parts[channel])


@pytest.mark.parametrize(
    ("template", "locale", "part"),
    [
        ("../render", "zh", "sms"),
        ("greeting", "fr", "sms"),
        ("greeting", "zh", "email.text"),
        ("greeting", "zh", "../zh.sms"),
        ("nothing", "zh", "sms"),
    ],
)
def test_a_template_that_is_not_there_is_an_error(template: str, locale: str, part: str) -> None:
    with pytest.raises(MessageInvalid) as raised:
        render(template, locale, part, VALUES)
    assert raised.value.code == "template_missing"


@pytest.mark.parametrize(
    ("source", "values", "code"),
    [
        pytest.param("{{ name }}", {}, "render_failed", id="a missing name is an error, not an empty text"),
        pytest.param("{{ name }}", {"name": None}, "value_missing", id="None is never printed"),
        pytest.param("{{ name }}", {"name": "x" * 2001}, "value_too_long", id="long value"),
        pytest.param(
            "{{ name }}", {"name": Markup("<b>")}, "value_not_plain", id="a text that calls itself safe"
        ),
        pytest.param("{{ name }}", {"name": object()}, "value_not_plain", id="an object"),
        pytest.param("{{ name }}", {"name": "x", "cases": [{"title": {}}]}, "value_not_plain", id="nested"),
        pytest.param("{{ name }}", {"name": 10**5000}, "value_too_long", id="a number of 5000 digits"),
        pytest.param("{{ name }}", {"name": float("nan")}, "value_not_plain", id="not a number"),
        pytest.param("{{ name }}", {"name": "x", "cases": ["x", {}]}, "list_mixed", id="a mixed list"),
        pytest.param(
            "{{ name }}",
            {"name": "x", **dict.fromkeys(map("n{}".format, range(100)))},
            "too_many_names",
            id="names",
        ),
        pytest.param("{{ name | length }}", {"name": 5}, "render_failed", id="a filter on the wrong kind"),
        pytest.param(
            "{{ name }}", {"name": "x", "cases": ["x"] * (LIST_ITEMS + 1)}, "list_too_long", id="long list"
        ),
        pytest.param(
            "{% for case in cases %}{{ case.title }}{% endfor %}",
            {"cases": [{"other": "x"}]},
            "render_failed",
            id="a missing field",
        ),
        pytest.param(
            "{% for case in cases %}" + "x" * 6000 + "{% endfor %}",
            {"cases": ["x"] * 20},
            "output_too_large",
            id="120 kB of output",
        ),
    ],
)
def test_values_and_output_are_bounded(source: str, values: dict[str, object], code: str) -> None:
    with pytest.raises(MessageInvalid) as raised:
        render_source(source, values, shape=SHAPE)  # type: ignore[arg-type]
    assert raised.value.code == code


def test_the_largest_template_and_values_render_within_a_second() -> None:
    chain = "{% if word | title | upper | title | upper %}{% endif %}"
    loop = (
        "{% for word in words %}"
        + chain * 5
        + "{% if word == 'x' %}{{ word }}{% endif %}" * 200
        + "{% endfor %}"
    )
    took_s = []
    for _ in range(3):  # the least of three: the rule (T2) speaks of the render, not of its neighbours
        started = time.process_time()
        assert render_source(loop, {"words": ["(ß" * 1000] * LIST_ITEMS}, shape=SHAPE) == ""
        took_s.append(time.process_time() - started)
    assert min(took_s) < 1


def test_a_field_is_an_entry_of_the_value_and_never_its_method() -> None:
    shape = {"cases": list_of(mapping_of("items"))}
    source = "{% for case in cases %}{{ case.items }}{% endfor %}"
    assert render_source(source, {"cases": [{"items": "entry"}]}, shape=shape) == "entry"
    with pytest.raises(MessageInvalid):
        render_source(source, {"cases": [{"other": "x"}]}, shape=shape)


def test_a_value_that_looks_like_a_template_is_text() -> None:
    assert render_source("{{ name }}", {"name": "{{ 7 * 7 }}{% if %}"}) == "{{ 7 * 7 }}{% if %}"


def test_an_error_does_not_quote_the_value() -> None:
    with pytest.raises(MessageInvalid) as raised:
        render_source("{{ name | length }}", {"name": 13812345678})
    assert "13812345678" not in str(raised.value)
    assert raised.value.__cause__ is None


def test_only_html_is_escaped() -> None:
    assert render_source("{{ name }}", {"name": "<a&b>"}) == "<a&b>"
    assert render_source("{{ name }}", {"name": "<a&b>\"'"}, html=True) == "&lt;a&amp;b&gt;&#34;&#39;"


def test_a_joined_list_shows_each_value_as_text() -> None:
    source = "{{ words | join('、') }}"
    assert render_source(source, {"words": ["<b>", "2"]}, shape=SHAPE, html=True) == "&lt;b&gt;、2"
    assert render_source(source, {"words": []}, shape=SHAPE) == ""
    with pytest.raises(MessageInvalid, match="value_missing"):
        render_source(source, {"words": ["a", None]}, shape=SHAPE)


def test_a_joined_list_makes_no_link() -> None:
    source = "Mr.{{ words | join(',') }}.See"
    assert render_source(source, {"words": ["evil.", "com"]}, shape=SHAPE) == "Mr. evil.,com. See"


@pytest.mark.parametrize("nothing", [None, ""])
def test_a_default_stands_for_nothing_alone(nothing: str | None) -> None:
    source = "{{ name | default('R&D') }}"
    assert render_source(source, {"name": nothing}, html=True) == "R&amp;D"
    assert render_source(source, {"name": 0}) == "0"
