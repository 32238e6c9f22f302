from decimal import Decimal

import pytest

from shared.model.contact import ContactClass
from shared.model.errors import PolicyInvalid
from shared.model.tags import Level, Risk
from shared.policy.load import DEFAULT, load_policy, parse_policy
from shared.policy.matrix import Cell

TEXT = DEFAULT.read_text(encoding="utf-8")
CELL = """[plan.potential.low]
every = "3 months"
goal = "find_needs"
steps = [{ channel = "email", template = "service_news" }]
"""


def changed(old: str, new: str) -> str:
    """The default policy with one place changed."""
    assert TEXT.count(old) == 1, f"{old!r} stands {TEXT.count(old)} times in the default policy"
    return TEXT.replace(old, new)


def refusal(text: str) -> str:
    with pytest.raises(PolicyInvalid) as caught:
        parse_policy(text)
    return str(caught.value)


def test_the_default_policy_loads_and_is_complete() -> None:
    policy = load_policy()
    assert policy.version
    assert {(level, risk) for level, cells in policy.plan.items() for risk in cells} == {
        (level, risk) for level in Level for risk in Risk
    }
    assert set(policy.classes) == set(ContactClass)
    assert policy.tenant.tz.key == policy.tenant.zone
    assert policy.cleaning.rates["USD"][0].rate == Decimal("7.10")


def test_a_policy_cannot_be_changed_once_loaded() -> None:
    with pytest.raises(ValueError, match="frozen"):
        load_policy().risk.silent_months = 3  # type: ignore[misc]


@pytest.mark.parametrize(
    ("old", "new", "path", "words"),
    [
        # names and types
        pytest.param("silent_months = 2", "silent_month = 2", "risk.silent_month:", "Extra", id="misspelt key"),
        pytest.param(
            "silent_months = 2", "# none", "risk.silent_months:", "required", id="a threshold is missing"
        ),
        pytest.param("[caps]", "[cap]", "cap:", "Extra", id="misspelt table"),
        pytest.param("[caps]", "[cap]", "caps:", "required", id="a table is missing"),
        pytest.param(
            "silent_months = 2", 'silent_months = "2"', "risk.silent_months:", "integer", id="text for a number"
        ),
        pytest.param(
            "silent_months = 2",
            "silent_months = 2.0",
            "risk.silent_months:",
            "integer",
            id="fraction for a number",
        ),
        pytest.param(
            "silent_months = 2", "silent_months = true", "risk.silent_months:", "integer", id="yes for a number"
        ),
        pytest.param(
            "order_is_interaction = false",
            "order_is_interaction = 0",
            "risk.order_is_interaction:",
            "boolean",
            id="0 for no",
        ),
        pytest.param('version = "', 'version = 1 # "', "version:", "string", id="a number for the version"),
        # ranges
        pytest.param("silent_months = 2", "silent_months = 0", "risk.silent_months:", "greater", id="no months"),
        pytest.param(
            "decline_percent = 30", "decline_percent = 100", "risk.decline_percent:", "less", id="100 percent"
        ),
        pytest.param(
            "members_per_key = 50", "members_per_key = 51", "matching.members_per_key:", "less", id="key too big"
        ),
        pytest.param("shards = 16", "shards = 257", "due.shards:", "less", id="too many shards"),
        pytest.param("sms_segment_fen = 5", "sms_segment_fen = -1", "cost.sms_segment_fen:", "greater", id="price"),
        # bands
        pytest.param(
            "core_min_fen = 50_000_000", "core_min_fen = 100_000_001", "level:", "bands", id="swapped bands"
        ),
        pytest.param(
            "core_min_fen = 50_000_000", "core_min_fen = 100_000_000", "level:", "bands", id="equal bands"
        ),
        pytest.param(
            "potential_min_fen = 10_000_000", "potential_min_fen = 50_000_001", "level:", "bands", id="low bands"
        ),
        pytest.param("medium_min = 2", "medium_min = 5", "activity:", "bands", id="activity bands"),
        pytest.param('big_but_new = "core"', 'big_but_new = "strategic"', "level:", "big_but_new", id="big but new"),
        pytest.param("growth_months = 6", "growth_months = 12", "level:", "growth_months", id="growth"),
        pytest.param("silent_months = 2", "silent_months = 12", "risk:", "silent_months", id="silence"),
        pytest.param(
            "buckets_months = 24", "buckets_months = 23", "history.buckets_months:", "greater", id="history"
        ),
        pytest.param(
            "window_months = 12", "window_months = 13", "policy:", "history.buckets_months", id="history too short"
        ),
        # sending
        pytest.param("lease_s = 90", "lease_s = 39", "sending:", "lease_s", id="lease too short"),
        pytest.param("visibility_s = 180", "visibility_s = 179", "sending:", "visibility_s", id="visibility"),
        pytest.param("wire_s = 12", "wire_s = 25", "sending:", "wire_s", id="wire longer than the function"),
        # places and times
        pytest.param('zone = "Asia/Shanghai"', 'zone = "Asia/Pudong"', "tenant:", "zone", id="unknown zone"),
        pytest.param('zone = "Asia/Shanghai"', 'zone = "UTC+8"', "tenant:", "zone", id="an offset for a zone"),
        pytest.param('country = "CN"', 'country = "China"', "tenant.country:", "pattern", id="country"),
        pytest.param('currency = "CNY"', 'currency = "RMB¥"', "tenant.currency:", "pattern", id="currency"),
        pytest.param('languages = ["zh", "en"]', "languages = []", "tenant.languages:", "1 item", id="no language"),
        pytest.param(
            'languages = ["zh", "en"]', 'languages = ["zh", "fr"]', "tenant.languages.1:", "'zh'", id="language"
        ),
        pytest.param(
            'sms_signature = "关系科技"', 'sms_signature = "【关系科技】"', "tenant.sms_signature:", "pattern", id="【】"
        ),
        pytest.param(
            'start = "08:00"', 'start = "8:00"', "hours.message.windows.0.start:", "pattern", id="8:00 for 08:00"
        ),
        pytest.param(
            'end = "20:00"', 'end = "24:00"', "hours.message.windows.0.end:", "pattern", id="24:00"
        ),
        pytest.param(
            'days = "0123456"', 'days = "1234567"', "hours.message.windows.0.days:", "pattern", id="day 7"
        ),
        pytest.param(
            'windows = [{ days = "0123456", start = "08:00", end = "20:00" }]',
            "windows = []",
            "hours.message.windows:",
            "1 item",
            id="no window",
        ),
        pytest.param('end = "18:00"', 'end = "09:00"', "hours.work:", "start", id="work ends as it begins"),
        pytest.param('calendar = "CN"', 'calendar = "Germany"', "hours.work.calendar:", "pattern", id="calendar"),
        # money
        pytest.param(
            'USD = [{ from = 2024-01-01, rate = "7.10" }',
            'USD = [{ from = 2025-06-01, rate = "7.10" }',
            "cleaning:",
            "rates.USD",
            id="rates out of order",
        ),
        pytest.param('rate = "7.10"', 'rate = "0"', "cleaning.rates.USD.0.rate:", "greater", id="rate of nothing"),
        pytest.param('rate = "7.10"', "rate = 7.10", "cleaning.rates.USD.0.rate:", "Decimal", id="inexact rate"),
        pytest.param("USD = [", "usd = [", "cleaning.rates.usd", "pattern", id="currency in small letters"),
        pytest.param('rate = "7.10"', 'rate = "7,10"', "cleaning.rates.USD.0.rate:", "reads like", id="rate in words"),
        # classes and owners
        pytest.param("[classes.legal]", "[classes.letter]", "classes.letter", "'legal'", id="unknown class"),
        pytest.param('consent = "marketing"', 'consent = "maybe"', "classes.marketing.consent:", "'care'", id="consent"),
        pytest.param(
            'core = { name = "Sales lead", email = "sales@guanxi.example" }', "", "policy:", "owners: missing core", id="owner"
        ),
        # the plan
        pytest.param(
            'on_entry = { channel = "visit"',
            'on_entry = { channel = "email"',
            "plan.strategic.high.on_entry:",
            "call or a visit",
            id="a message on entry",
        ),
        pytest.param(CELL, "", "policy:", "plan.potential: missing low", id="a cell is missing"),
        pytest.param("[plan.core.low]", "[plan.gold.low]", "plan.gold", "'core'", id="unknown level"),
        pytest.param("[plan.core.low]", "[plan.core.none]", "plan.core.none", "'low'", id="unknown risk"),
        pytest.param(
            CELL,
            CELL.replace("3 months", "1 month"),
            "policy:",
            "plan.potential.medium: contacted less often than plan.potential.low",
            id="riskier and contacted less",
        ),
        pytest.param(
            CELL,
            CELL.replace("3 months", "7 months"),
            "policy:",
            "plan.potential.low: contacted less often than plan.basic.low",
            id="higher and contacted less",
        ),
        pytest.param(CELL, CELL.replace("3 months", "0 months"), "plan.potential.low.every", "greater", id="0 months"),
        pytest.param(CELL, CELL.replace("3 months", "90 days"), "plan.potential.low.every:", "reads like", id="days"),
        pytest.param(CELL, CELL.replace("3 months", "months"), "plan.potential.low.every:", "reads like", id="no count"),
        pytest.param(CELL, CELL.replace("3 months", "² months"), "plan.potential.low.every", "", id="odd digit"),
        pytest.param(CELL, CELL.replace('"email"', '"fax"'), "plan.potential.low.steps.0.channel:", "'email'", id="fax"),
        pytest.param(CELL, CELL.replace('"email"', '"call"'), "plan.potential.low.steps.0:", "task", id="call without task"),
        pytest.param(
            CELL,
            CELL.replace('template = "service_news"', 'task = "deep_talk"'),
            "plan.potential.low.steps.0:",
            "template",
            id="email without template",
        ),
        pytest.param(
            CELL, CELL.split("steps")[0] + "steps = []\n", "plan.potential.low.steps:", "1 item", id="no steps"
        ),
    ],
)  # fmt: skip
def test_a_faulty_policy_is_refused_with_the_path_of_the_fault(
    old: str, new: str, path: str, words: str
) -> None:
    faults = refusal(changed(old, new)).split("; ")
    assert any(fault.startswith(path) and words in fault for fault in faults), faults


def test_every_fault_is_named_at_once() -> None:
    text = changed("silent_months = 2", "silent_months = 0").replace("lease_s = 90", "lease_s = 1")
    assert {fault.partition(":")[0] for fault in refusal(text).split("; ")} == {
        "risk.silent_months",
        "sending",
    }


@pytest.mark.parametrize("text", ["version = ", "[tenant]\n[tenant]", "\x00"])
def test_what_is_no_toml_is_refused_as_such(text: str) -> None:
    assert refusal(text).startswith("not TOML: ")


def test_an_empty_policy_names_every_table_that_is_missing() -> None:
    missing = {fault.partition(":")[0] for fault in refusal("").split("; ")}
    assert missing >= {"version", "tenant", "level", "risk", "sending", "classes", "plan", "cost"}


@pytest.mark.parametrize(
    ("every", "days"),
    [
        ("2 months", 59),
        ("3 months", 89),
        ("9 weeks", 63),
        ("1 weeks", 7),
        ("5 months", 150),
        ("13 months", 393),
    ],
)
def test_intervals_compare_by_their_fewest_days(every: str, days: int) -> None:
    interval = Cell.model_validate(
        {"every": every, "goal": "x", "steps": [{"channel": "email", "template": "x"}]}
    ).every
    assert interval.least_days == days
