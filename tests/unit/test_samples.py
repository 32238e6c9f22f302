"""The sample files: what they hold, and that they put each planned customer where the plan says."""

import io
import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path

import phonenumbers
import pytest
from openpyxl import load_workbook  # type: ignore[import-untyped]

from events.samples import awkward, generate
from events.samples.plan import CLOCK, ZONE, ContactPlan, Customer, OrderPlan, customers
from shared.importing.columns import map_columns
from shared.importing.problems import ProblemCode, RowProblem
from shared.importing.read_file import read_rows
from shared.importing.row import Row
from shared.importing.rows import RawRecord, rows_to_records
from shared.model.history import Day, History
from shared.model.instants import local_day
from shared.model.tags import Level, Risk
from shared.policy.load import load_policy
from shared.tagging.review import tag

FOLDER = Path(generate.__file__).parent
NAMES = tuple(generate.FILES)
_EMAIL = re.compile(r"[\w.+-]+[@＠]([A-Za-z0-9.-]+)")
_RESERVED = re.compile(r"(?i)^(.+\.example|(.+\.)?example\.(com|net|org))$")


@cache
def read(name: str) -> tuple[Row | RowProblem, ...]:
    with (FOLDER / name).open("rb") as stream:
        return tuple(read_rows(name, stream))


@cache
def records() -> tuple[RawRecord | RowProblem, ...]:
    return tuple(found for name in NAMES for found in rows_to_records(read(name), file=name, job_id="job"))


def messages() -> Iterator[RawRecord]:
    return (found for found in records() if not isinstance(found, RowProblem))


# --- the files -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [generate.SALES, generate.WEB])
def test_committed_text_files_are_those_that_the_generator_writes(name: str) -> None:
    assert (FOLDER / name).read_bytes() == generate.FILES[name]()


def test_committed_workbook_has_the_content_that_the_generator_writes() -> None:
    assert _cells((FOLDER / generate.SERVICE).read_bytes()) == _cells(generate.service_bytes())


def _cells(packed: bytes) -> dict[str, list[tuple[object, ...]]]:
    book = load_workbook(io.BytesIO(packed))
    return {sheet.title: list(sheet.iter_rows(values_only=True)) for sheet in book.worksheets}


def test_files_are_small() -> None:
    assert sum((FOLDER / name).stat().st_size for name in NAMES) < 400_000


def test_sales_file_is_gbk_with_dos_line_breaks() -> None:
    raw = (FOLDER / generate.SALES).read_bytes()
    with pytest.raises(UnicodeDecodeError):
        raw.decode("utf-8")
    breaks_inside_cells = sum("\n" in str(cell) for item in awkward.SALES for cell in item.row)
    assert raw.count(b"\n") - raw.count(b"\r\n") == breaks_inside_cells
    assert raw.decode("gbk", errors="ignore").startswith(awkward.SALES_TITLE)


def test_web_file_is_utf_8_with_offsets() -> None:
    times = [json.loads(line).get("occurred_at", "") for line in _good_web_lines()]
    offsets = {time[19:] for time in times if re.match(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d", time)}
    assert {"+08:00", "-05:00", "+00:00"} <= offsets


def _good_web_lines() -> list[str]:
    bad = {line for line, problem in awkward.WEB_LINES if problem and not problem.startswith("cleaning")}
    return [line for line in (FOLDER / generate.WEB).read_text("utf-8").splitlines() if line not in bad]


def test_every_email_is_in_a_reserved_domain() -> None:
    text = generate.sales_bytes().decode("gbk", errors="ignore") + generate.web_text()
    text += str(_cells(generate.service_bytes()))
    domains = {domain.rstrip(".") for domain in _EMAIL.findall(text)} - {"example"}  # xue9019@@example
    assert len(domains) > 12
    assert [domain for domain in domains if not _RESERVED.match(domain)] == []


def test_planned_phones_are_valid_and_from_the_chosen_ranges() -> None:
    ranges = ("+861380000", "+4420794602", "+4917139200")
    phones = [customer.phone for customer in customers() if customer.phone]
    assert all(phonenumbers.is_valid_number(phonenumbers.parse(phone)) for phone in phones)
    assert [p for p in phones if not p.startswith(ranges) and not re.match(r"^\+1\d{3}55501\d\d$", p)] == []


def test_no_two_customers_share_a_phone_or_an_email() -> None:
    keys = [key for customer in customers() for key in (customer.phone, customer.email) if key]
    assert len(keys) == len(set(keys))


# --- what reading finds --------------------------------------------------------------------------------------


def test_about_a_thousand_rows_hold_every_kind_of_record() -> None:
    rows = sum(isinstance(found, Row) for name in NAMES for found in read(name))
    kinds = Counter(found["kind"] for found in messages())
    assert 900 <= rows <= 1_300
    assert set(kinds) == {
        "profile", "order", "refund", "interaction", "complaint", "satisfaction", "need", "consent", "asset", "service",
    }  # fmt: skip
    assert min(kinds.values()) >= 15


def test_every_planned_event_is_in_the_files_once() -> None:
    planned = Counter(
        "refund" if order.is_refund else "order" for customer in customers() for order in customer.orders
    )
    found = Counter(message["kind"] for message in messages() if not _is_awkward(message))
    assert (found["order"], found["refund"]) == (planned["order"], planned["refund"])
    contacts = Counter(contact.kind for customer in customers() for contact in customer.contacts)
    assert found["complaint"] == contacts.pop("complaint")
    assert found["interaction"] == sum(contacts.values())


def _is_awkward(message: RawRecord) -> bool:
    text = str(message.get("id", "")) + str(message["party"].get("ref", ""))
    return bool(re.search(r"-9\d{3}|C9\d{3}", text))


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        pytest.param(
            generate.SALES,
            [item.importing for item in awkward.SALES]
            + [code for _, code in awkward.SALES_LINES]
            + ["above_header", "total_row"],
            id="sales",
        ),
        pytest.param(
            generate.SERVICE,
            [item.importing for item in (*awkward.TICKETS, *awkward.SCORES)]
            + ["above_header", "hidden_sheet"],
            id="service",
        ),
        pytest.param(
            generate.WEB,
            [code for _, code in awkward.WEB_LINES if not code.startswith("cleaning")],
            id="web",
        ),
    ],
)
def test_unreadable_rows_are_the_awkward_ones_and_no_others(name: str, expected: list[str]) -> None:
    found = [
        item.code
        for item in rows_to_records(read(name), file=name, job_id="j")
        if isinstance(item, RowProblem)
    ]
    assert Counter(found) == Counter(filter(None, expected))


def test_awkward_rows_show_a_few_dozen_faults() -> None:
    marked = [item for table in (awkward.SALES, awkward.TICKETS, awkward.SCORES) for item in table]
    faults = [item for item in marked if item.importing or item.cleaning]
    faults_in_lines = [code for _, code in (*awkward.SALES_LINES, *awkward.WEB_LINES) if code]
    assert 30 <= len(faults) + len(faults_in_lines) <= 60


def test_only_the_remarks_column_is_not_understood() -> None:
    unknown = {
        header
        for name in (generate.SALES, generate.SERVICE)
        for found in read(name)
        if isinstance(found, Row)
        for header in map_columns(tuple(found.cells)).unrecognised
    }
    assert unknown == {"备注"}


def test_problem_codes_of_the_awkward_rows_exist() -> None:
    named = {item.importing for item in (*awkward.SALES, *awkward.TICKETS, *awkward.SCORES)} - {""}
    assert named <= set(ProblemCode)


def test_the_same_files_give_the_same_records() -> None:
    again = [found for name in NAMES for found in rows_to_records(read(name), file=name, job_id="job")]
    assert again == list(records())


# --- the plan ------------------------------------------------------------------------------------------------


def history_of(customer: Customer) -> History:
    """The customer's past as R22 sees it, folded from the plan alone."""
    days: dict[date, Day] = defaultdict(lambda: Day(date.min))
    for order in customer.orders:
        days[order.on] = _with_order(days[order.on], order)
    for contact in customer.contacts:
        on = local_day(contact.at, ZONE)
        days[on] = _with_contact(days[on], contact)
    orders = [order.on for order in customer.orders if not order.is_refund]
    return History(
        days=tuple(day._replace(on=on) for on, day in sorted(days.items())),
        first_cooperation_on=customer.first_cooperation_on,
        first_order_on=min(orders, default=None),
        has_interaction_ever=bool(customer.contacts),
        has_order_ever=bool(customer.orders),
    )


def _with_order(day: Day, order: OrderPlan) -> Day:
    if order.is_refund:
        return day._replace(refunds=day.refunds + 1, fen=day.fen - order.yuan * 100)
    return day._replace(orders=day.orders + 1, fen=day.fen + order.yuan * 100)


def _with_contact(day: Day, contact: ContactPlan) -> Day:
    complaints = day.complaints + (contact.kind == "complaint")
    return day._replace(interactions=day.interactions + 1, complaints=complaints)


def test_every_customer_lands_in_the_planned_cell() -> None:
    wrong = [
        (customer.number, customer.story, customer.level, customer.risk, tags.level, tags.risk)
        for customer in customers()
        if ((tags := tag(history_of(customer), load_policy(), CLOCK)).level, tags.risk)
        != (customer.level, customer.risk)
    ]
    assert wrong == []


def test_every_cell_of_the_plan_has_customers() -> None:
    cells = Counter((customer.level, customer.risk) for customer in customers())
    assert set(cells) == {(level.value, risk.value) for level in Level for risk in Risk}
    assert min(cells.values()) >= 3
    assert 12 <= sum(count for (level, _), count in cells.items() if level == "strategic") <= 18
    assert 140 <= len(customers()) <= 160


def test_reasons_and_flags_of_the_tags_are_varied() -> None:
    policy = load_policy()
    seen = {
        f"{reason.tag}={reason.code}"
        for customer in customers()
        for reason in tag(history_of(customer), policy, CLOCK).reasons
    }
    assert {
        "level=big_but_new", "level=potential_no_growth", "level=from_zero", "risk=lapsed",
        "risk=silent_and_down", "risk=complaint", "watch:silent=watch:silent",
        "watch:shrinking=watch:shrinking", "thin_evidence=thin_evidence",
    } <= seen  # fmt: skip


def test_some_consents_allow_some_withdraw_and_some_customers_say_nothing() -> None:
    actions = Counter(consent.action for customer in customers() for consent in customer.consents)
    silent = [customer for customer in customers() if not customer.consents]
    assert actions["grant"] > 100
    assert actions["withdraw"] > 15
    assert len(silent) > 15
    found = Counter(message["action"] for message in messages() if message["kind"] == "consent")
    assert found["withdraw"] + found["opt_out"] == actions["withdraw"]


def test_sales_is_joined_to_the_other_files_by_phone_or_email() -> None:
    elsewhere = {_customer_number(message) for message in messages() if message["system"] != "sales"}
    assert len(elsewhere & {customer.number for customer in customers()}) > 130


def _customer_number(message: RawRecord) -> int | None:
    match = re.match(r"^[Tw]-(\d{4})", str(message.get("id", "")))
    return int(match[1]) - 1 if match else None


def test_foreign_amounts_use_the_rates_of_the_policy() -> None:
    rates = load_policy().cleaning.rates
    for currency, by_year in generate._RATES.items():
        policy = {rate.valid_from.year: rate.rate for rate in rates[currency]}
        assert {year: Decimal(rate) for year, rate in by_year.items()} == policy
