import time
from pathlib import Path

import pytest
from markupsafe import Markup

from shared.messaging.check_template import check_template
from shared.messaging.errors import MessageInvalid
from shared.messaging.render import read_template, render, render_source
from shared.messaging.shapes import LIST_ITEMS, TEXT, list_of, mapping_of
from shared.policy.load import load_policy

VALUES = {
    "name": None,
    "company": None,
    "tenant": "Guanxi Care",
    "postal_address": "1 Road",
    "reply_email": "care@guanxi.example",
    "reference": "ABCDEFGH",
}
SHAPE = {"name": TEXT, "cases": list_of(mapping_of("title")), "words": list_of(TEXT)}
PACKAGED = sorted((Path(__file__).parents[2] / "shared/messaging/templates").rglob("*.j2"))


def _ids(file: Path) -> str:
    return f"{file.parent.name}/{file.name}"


@pytest.mark.parametrize("name", [None, "李雷"])
@pytest.mark.parametrize("company", [None, "示例有限公司"])
@pytest.mark.parametrize("file", PACKAGED, ids=_ids)
def test_every_packaged_template_renders_with_and_without_name_and_company(
    file: Path, name: str | None, company: str | None
) -> None:
    locale, _, part = file.name.removesuffix(".j2").partition(".")
    text = render(file.parent.name, locale, part, {**VALUES, "name": name, "company": company})
    assert text.strip()
    assert "None" not in text
    assert "{" not in text


@pytest.mark.parametrize("file", PACKAGED, ids=_ids)
def test_every_packaged_template_is_without_faults(file: Path) -> None:
    source = file.read_text(encoding="utf-8")
    assert check_template(source, html=file.name.endswith("html.j2")) == ()


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
