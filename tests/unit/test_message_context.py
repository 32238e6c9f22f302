"""What a template of a contact is given: the words of the occasion, and nothing it does not name."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from shared.messaging.build import build_email, build_sms
from shared.messaging.catalogue import channels_of, needs_of
from shared.messaging.context import WORDS, occasion_values, show_day
from shared.messaging.errors import MessageInvalid
from shared.messaging.lint import lint_given
from shared.messaging.values import customer_value, sms_value
from shared.model.contact import Channel, Contact, ContactClass
from shared.policy.playbooks import TEMPLATE_VALUES
from tests.unit.test_build import NOW, POLICY, a_contact


def a_message(template: str, locale: str = "zh", **values: str | int) -> Contact:
    kind = needs_of(template).contact_class
    return replace(a_contact(locale=locale), template=template, contact_class=kind, values=values)


def given(contact: Contact, details: Mapping[str, object] | None = None, *, is_short: bool = False) -> Any:
    return occasion_values(contact, details, sms_value if is_short else customer_value, is_short=is_short)


@pytest.mark.parametrize(
    ("locale", "is_short", "shown"),
    [
        ("zh", False, "2026年12月3日"),
        ("zh", True, "12月3日"),
        ("en", False, "3 December 2026"),
        ("en", True, "3 December"),
    ],
)
def test_a_day_is_written_as_its_readers_write_it(locale: str, is_short: bool, shown: str) -> None:
    assert show_day(date(2026, 12, 3), locale, is_short=is_short) == shown
    contact = a_message("insurance_renewal", locale, due_on="2026-12-03")
    assert given(contact, is_short=is_short)["due_on"] == shown


@pytest.mark.parametrize(
    ("template", "values", "name", "shown"),
    [
        pytest.param("service_due", {"mileage_km": 10_000}, "mileage_km", "10,000", id="kilometres"),
        pytest.param("service_due", {"days_left": "11"}, "days_left", "11", id="days as text"),
        pytest.param("service_due", {}, "product", None, id="nothing known"),
        pytest.param("service_due", {"product": ""}, "product", None, id="an empty text"),
        pytest.param("service_followup", {"in_warranty": "yes"}, "in_warranty", True, id="in warranty"),
        pytest.param("service_followup", {"in_warranty": 0}, "in_warranty", False, id="out of warranty"),
        pytest.param("festival", {"festival": "mid_autumn"}, "festival", "中秋节", id="a festival"),
        pytest.param("service_due", {"mileage_km": 0}, "mileage_km", None, id="0 km are not known"),
        pytest.param("service_due", {"days_left": 0}, "days_left", "0", id="today"),
        pytest.param("loyal_care", {"years": 3}, "years", 3, id="years"),
        pytest.param("usage_tips", {"tip": 2}, "tip", 2, id="the second letter"),
        pytest.param("stage_welcome", {"stage": "growth"}, "stage", "growth", id="a stage"),
        pytest.param("season_care", {"season": "winter"}, "season", "冬", id="a season"),
        pytest.param("service_due", {"product": "a\r\nb www.evil.example"}, "product", "a b www. evil. example", id="hostile"),
    ],
)  # fmt: skip
def test_a_value_is_told_in_words(template: str, values: dict[str, Any], name: str, shown: object) -> None:
    assert given(a_message(template, **values))[name] == shown


def test_a_template_gets_no_value_that_it_does_not_name() -> None:
    contact = a_message("birthday", product="X200", due_on="2026-12-03", phone="13900000000")
    assert given(contact) == {"items": []}


def test_further_reminders_come_as_text_as_a_list_or_counted() -> None:
    rows = '[{"template": "insurance_renewal", "product": "X200", "due_on": "2026-12-18"}, {"what": "inspection_due"}]'
    shown = [
        {"what": "保险到期", "product": "X200", "due_on": "2026年12月18日"},
        {"what": "年检到期", "product": None, "due_on": None},
    ]
    assert given(a_message("service_due", items=rows))["items"] == shown
    assert given(a_message("service_due"), {"items": [{"what": "inspection_due"}]})["items"] == shown[1:]
    counted = {"item1": "insurance_renewal", "item1_on": "2026-12-18", "item1_product": "X200"}
    assert given(a_message("service_due", items=1, **counted))["items"] == shown[:1]
    assert given(a_message("service_due", items=0))["items"] == []


@pytest.mark.parametrize(
    ("step", "is_again"),
    [
        ("play.win_back.1", False),
        ("play.win_back.2", True),
        ("play.win_back.2.0a1b2c3d", True),
        ("basic.low.2", False),
    ],
)
def test_a_second_message_of_an_occasion_knows_that_it_is_one(step: str, is_again: bool) -> None:
    assert given(replace(a_message("win_back"), plan_step=step))["again"] is is_again


def test_the_points_of_minutes_come_from_the_case_and_end_without_a_stop() -> None:
    points = {"points": [{"text": "补发备件。", "owner": "王芳", "due_on": "2026-12-03"}, {"text": "对账"}]}
    contact = a_message("minutes")
    assert given(contact, points)["points"] == [
        {"text": "补发备件", "owner": "王芳", "due_on": "2026年12月3日"},
        {"text": "对账", "owner": None, "due_on": None},
    ]
    mail = build_email(contact=contact, to="a@example.com", customer={}, policy=POLICY, details=points)
    assert "· 补发备件；负责人：王芳；2026年12月3日前完成。\n· 对账。\n" in mail.text


@pytest.mark.parametrize(
    ("template", "values", "code"),
    [
        pytest.param("minutes", {}, "value_not_given", id="no points"),
        pytest.param("inspection_due", {"product": "X"}, "value_not_given", id="no day"),
        pytest.param("inspection_due", {"due_on": "soon"}, "value_malformed", id="no date"),
        pytest.param("festival", {"festival": "midsummer"}, "value_malformed", id="no festival that we know"),
        pytest.param("service_due", {"mileage_km": "many"}, "value_malformed", id="no number"),
        pytest.param("service_due", {"items": "{"}, "value_malformed", id="no JSON"),
        pytest.param("service_due", {"items": '["x"]'}, "value_malformed", id="no mappings"),
        pytest.param("service_followup", {"in_warranty": "perhaps"}, "value_malformed", id="no flag"),
        pytest.param("stage_welcome", {"stage": "elsewhere"}, "value_malformed", id="no stage"),
    ],
)
def test_what_cannot_be_said_is_refused_without_quoting_it(
    template: str, values: dict[str, Any], code: str
) -> None:
    with pytest.raises(MessageInvalid) as raised:
        given(a_message(template, **values))
    assert raised.value.code == code
    assert not any(str(value) in str(raised.value) for value in values.values())


def test_every_code_has_words_in_both_languages() -> None:
    for words in WORDS.values():
        assert all(len(pair) == 2 and all(pair) for pair in words.values())


@pytest.mark.parametrize("locale", ["zh", "en"])
def test_a_merged_reminder_names_every_occasion_in_text_html_and_sms(locale: str) -> None:
    rows = '[{"template": "insurance_renewal", "due_on": "2026-12-18"}]'
    contact = a_message("service_due", locale, product="X200", due_on="2026-12-03", items=rows)
    mail = build_email(contact=contact, to="a@example.com", customer={"name": "李雷"}, policy=POLICY)
    sms = build_sms(
        contact=replace(contact, channel=Channel.SMS),
        to="+8613900000000",
        customer={},
        policy=POLICY,
        now=NOW,
    )
    for words in (show_day(date(2026, 12, 3), locale), show_day(date(2026, 12, 18), locale)):
        assert words in mail.text
        assert words in mail.html
    for words in (show_day(date(2026, 12, day), locale, is_short=True) for day in (3, 18)):
        assert words in sms.message.text
    assert "\n\n\n" not in mail.text


def test_a_service_message_has_no_unsubscribe_header_and_no_opt_out() -> None:
    contact = a_message("complaint_received", due_on="2026-12-03")
    mail = build_email(contact=contact, to="a@example.com", customer={}, policy=POLICY, unsubscribe_url="")
    assert mail.headers == {}
    assert "退订" not in mail.text
    assert contact.contact_class is ContactClass.SERVICE
    text = build_sms(contact=contact, to="+8613900000000", customer={}, policy=POLICY, now=NOW).message.text
    assert text.startswith("【关系科技】")
    assert "拒收" not in text


# --- what the policy plans, and what its messages need -------------------------------------------------------


def _played() -> list[Any]:
    return [
        pytest.param(name, step.template, id=f"{name}.{number}")
        for name, playbook in POLICY.playbooks.items()
        for number, step in enumerate(playbook.steps, start=1)
        if step.template
    ]


@pytest.mark.parametrize(("name", "template"), _played())
def test_every_message_of_a_playbook_can_be_built_from_what_the_playbook_gives(
    name: str, template: str
) -> None:
    playbook = POLICY.playbooks[name]
    promised = {*TEMPLATE_VALUES[template], *(["points"] if template == "minutes" else [])}
    assert list(lint_given(template, promised)) == []
    assert (needs_of(template).contact_class is ContactClass.SERVICE) == (
        POLICY.classes[playbook.contact_class].consent == "none"
    )
    channels = {channel for step in playbook.steps if step.template == template for channel in step.channels}
    assert channels <= set(channels_of(template))


@pytest.mark.parametrize("is_known", [False, True], ids=["nothing is known", "all is known"])
@pytest.mark.parametrize("locale", ["zh", "en"])
@pytest.mark.parametrize(("name", "template"), _played())
def test_every_message_of_a_playbook_reads_well_in_every_language(
    name: str, template: str, locale: str, is_known: bool
) -> None:
    known: dict[str, Any] = {
        "product": "X200",
        "years": 3,
        "mileage_km": 5000,
        "talk_on": "2026-12-01",
        "stage": "growth",
    }
    always: dict[str, Any] = {
        "due_on": "2026-12-03",
        "festival": "christmas",
        "season": "winter",
        "in_warranty": 1,
        "tip": 2,
    }
    values = {
        key: always.get(key, 0) if key in always or not is_known else known.get(key, 1)
        for key in TEMPLATE_VALUES[template]
    }
    values = {
        key: "" if value == 0 and key in ("product", "talk_on", "stage") else value
        for key, value in values.items()
    }
    more = {"items": 1, "item1": "inspection_due", "item1_on": "2026-12-09", "item1_product": ""}
    if POLICY.playbooks[name].combines:
        values |= more if is_known else {"items": 0}
    contact = replace(a_message(template, locale, **values), plan_step=f"play.{name}.1")
    details = {"points": [{"text": "To do", "owner": "", "due_on": ""}]}
    customer = {"name": "李雷" if is_known else None}
    mail = build_email(contact=contact, to="a@example.com", customer=customer, policy=POLICY, details=details)
    sms = build_sms(
        contact=contact, to="+8613900000000", customer=customer, policy=POLICY, now=NOW, details=details
    )
    for text in (mail.subject, mail.text, sms.message.text):
        assert "None" not in text
        assert not any(pair in text for pair in ("  ", "。。", "，，", " .", " ,", "..", "\n\n\n", "}}"))
