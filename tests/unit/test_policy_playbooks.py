"""A playbook that says something impossible is refused when the policy is loaded, with its path."""

import pytest

from shared.model.contact import Channel, ContactClass
from shared.model.errors import PolicyInvalid
from shared.policy.load import DEFAULT, load_policy, parse_policy
from shared.policy.playbooks import MOST_REMINDERS, TEMPLATE_VALUES

TEXT = DEFAULT.read_text(encoding="utf-8")
POLICY = load_policy()
# The lifecycle of requirements 5, with R52's defaults: rule -> (class, days of the steps, messages before a person).
LIFECYCLE = {
    "complaint": ("R30", "service", [0, 0]),
    "minutes": ("R27", "service", [0]),
    "cause_analysis": ("R29", "care", [0]),
    "first_purchase": ("R7", "care", [0]),
    "birthday": ("R47", "marketing", [0]),
    "festival": ("R47", "marketing", [0]),
    "repair_followup": ("R43", "care", [3]),
    "insurance_renewal": ("R44", "care", [-30, -7, 0]),
    "inspection_due": ("R45", "care", [-45, -15, 0]),
    "warranty_end": ("R46", "care", [-30]),
    "first_service": ("R40", "care", [-14, 0, 14]),
    "periodic_service": ("R41", "care", [-14, 0, 14]),
    "usage_tips": ("R48", "care", [7, 45]),
    "summer_care": ("R42", "care", [0]),
    "winter_care": ("R42", "care", [0]),
    "loyal_care": ("R50", "care", [0]),
    "welcome": ("R53", "care", [1]),
    "stage_growth": ("R53", "marketing", [1]),
    "stage_maturity": ("R53", "marketing", [1]),
    "stage_decline": ("R53", "care", [1]),
    "win_back": ("R53", "marketing", [1, 30, 60]),
    "trade_in": ("R49", "marketing", [0]),
    "referral": ("R51", "marketing", [2]),
}


def test_the_default_policy_ships_every_playbook_of_the_requirements() -> None:
    shipped = {
        name: (one.rule, one.contact_class.value, [step.days for step in one.steps])
        for name, one in POLICY.playbooks.items()
    }
    assert shipped == LIFECYCLE
    assert all(one.enabled for one in POLICY.playbooks.values())


def test_the_numbers_of_r52_are_the_defaults() -> None:
    first = POLICY.playbooks["first_service"].trigger
    assert first.kind == "first_service"
    assert (first.months, first.km) == (6, 5000)
    assert POLICY.playbooks["complaint"].steps[1].within_hours == 2
    assert POLICY.playbooks["minutes"].steps[0].within_hours == 24


@pytest.mark.parametrize("name", POLICY.playbooks)
def test_after_at_most_two_messages_a_person_takes_over(name: str) -> None:
    steps = POLICY.playbooks[name].steps
    assert sum(step.template is not None for step in steps) <= MOST_REMINDERS
    assert POLICY.playbooks[name].contact_class in {
        ContactClass.MARKETING,
        ContactClass.CARE,
        ContactClass.SERVICE,
    }
    assert all(step.task is None or set(step.channels) <= {Channel.CALL, Channel.VISIT} for step in steps)


def test_every_template_that_a_plan_names_says_what_it_may_name() -> None:
    named = {step.template for one in POLICY.playbooks.values() for step in one.steps}
    named |= {
        step.template for cells in POLICY.plan.values() for cell in cells.values() for step in cell.steps
    }
    assert named - {None} == set(TEMPLATE_VALUES)


def refusal(old: str, new: str) -> str:
    assert TEXT.count(old) == 1, f"{old!r} stands {TEXT.count(old)} times in the default policy"
    with pytest.raises(PolicyInvalid) as caught:
        parse_policy(TEXT.replace(old, new))
    return str(caught.value)


BIRTHDAY = 'steps = [{ valid_days = 1, channels = ["sms", "email"], template = "birthday" }]'


@pytest.mark.parametrize(
    ("old", "new", "path", "words"),
    [
        pytest.param(
            '{ kind = "birthday" }',
            '{ kind = "full_moon" }',
            "playbooks.birthday.trigger:",
            "does not match any",
            id="no such trigger",
        ),
        pytest.param(
            '{ kind = "birthday" }',
            '{ kind = "birthday", days = 3 }',
            "playbooks.birthday.trigger.birthday.days:",
            "Extra",
            id="a parameter of another trigger",
        ),
        pytest.param(
            'kind = "first_service", months = 6',
            'kind = "first_service", months = 0',
            "playbooks.first_service.trigger.first_service.months:",
            "greater",
            id="no months",
        ),
        pytest.param(
            'zh = ["spring_festival", "mid_autumn"]',
            'zh = ["midsummer"]',
            "playbooks.festival.trigger.festival.zh.0:",
            "spring_festival",
            id="unknown festival",
        ),
        pytest.param(
            'north = "06-01"',
            'north = "6-1"',
            "playbooks.summer_care.trigger.season.north:",
            "pattern",
            id="a day that reads otherwise",
        ),
        pytest.param(
            BIRTHDAY,
            BIRTHDAY.replace('"sms", "email"', '"sms", "call"'),
            "playbooks.birthday.steps.0:",
            "not mixed",
            id="a message and a call in one step",
        ),
        pytest.param(
            BIRTHDAY,
            BIRTHDAY.replace('"sms", "email"', '"sms", "sms"'),
            "playbooks.birthday.steps.0:",
            "each once",
            id="a channel twice",
        ),
        pytest.param(
            BIRTHDAY,
            BIRTHDAY.replace('template = "birthday"', 'task = "call_them"'),
            "playbooks.birthday.steps.0:",
            "has a template",
            id="a message without template",
        ),
        pytest.param(
            BIRTHDAY,
            BIRTHDAY.replace('"birthday"', '"birthdays"'),
            "playbooks.birthday.steps.0:",
            "birthdays",
            id="a template without values",
        ),
        pytest.param(
            BIRTHDAY,
            BIRTHDAY.replace("valid_days = 1", "valid_days = 1, within_hours = 5"),
            "playbooks.birthday:",
            "within_hours needs",
            id="hours of a day without an instant",
        ),
        pytest.param(
            'task = "renewal_call", within_working_days = 3',
            'task = "renewal_call"',
            "playbooks.insurance_renewal.steps.2:",
            "either within_hours or within_working_days",
            id="a task without deadline",
        ),
        pytest.param(
            "{ days = 45, valid_days = 10,",
            "{ days = 5, valid_days = 10,",
            "playbooks.usage_tips:",
            "ascend",
            id="steps out of order",
        ),
        pytest.param(
            "    { days = 45, valid_days = 10,",
            '    { days = 20, valid_days = 9, channels = ["email"], template = "usage_tips" },\n'
            "    { days = 45, valid_days = 10,",
            "playbooks.usage_tips:",
            "R52",
            id="a third reminder",
        ),
        pytest.param(
            'rule = "R51"',
            'rule = "R51"\nowner = "boss"',
            "playbooks.referral.owner:",
            "'level'",
            id="an owner who is none",
        ),
        pytest.param("percent = 0\ncare", "percent = 51\ncare", "holdout.percent:", "50", id="more held out than cared for"),
        pytest.param(
            "matrix_priority = 40", "matrix_priority = 0", "arbitration.matrix_priority:", "1", id="priority 0"
        ),
        pytest.param(
            "[playbooks.referral]", "[playbooks.Referral]", "playbooks.Referral", "pattern", id="a name in capitals"
        ),
    ],
)  # fmt: skip
def test_a_faulty_playbook_is_refused_with_its_path(old: str, new: str, path: str, words: str) -> None:
    faults = refusal(old, new).split("; ")
    assert any(fault.startswith(path) and words in fault for fault in faults), faults


def test_a_playbook_of_the_tenants_own_is_loaded_like_any_other() -> None:
    own = """
[playbooks.lantern]
rule = "R47"
trigger = { kind = "festival", zh = ["lantern_festival"], other = [] }
class = "marketing"
priority = 22
steps = [{ valid_days = 1, channels = ["email"], template = "festival" }]
"""
    assert parse_policy(TEXT + own).playbooks["lantern"].steps[0].channels == [Channel.EMAIL]
