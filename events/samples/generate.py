"""Writes the three sample files: `python -m events.samples.generate`. The same seed gives the same content."""

import csv
import io
import json
import random
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

from openpyxl import Workbook  # type: ignore[import-untyped]

from events.samples import assets, awkward
from events.samples.plan import CLOCK, ZONE, ContactPlan, Customer, OrderPlan, customers
from events.samples.spelling import in_gbk, spell_date, spell_email, spell_name, spell_phone, spell_yuan

__all__ = ["FILES", "SALES", "SERVICE", "WEB", "customers", "main"]

FOLDER = Path(__file__).parent
SALES = "sales-客户订单.csv"
SERVICE = "service-工单.xlsx"
WEB = "web-events.jsonl"
_SEED = 7
_CURRENCIES = {"US": "USD", "DE": "EUR", "HK": "HKD", "SG": "USD"}
# The policy's rates by year: the converted amounts come back to the planned ones within a fen per order.
_RATES = {
    "USD": {2024: "7.10", 2025: "7.25", 2026: "7.05"},
    "EUR": {2024: "7.80", 2025: "7.60", 2026: "8.10"},
    "HKD": {2024: "0.91", 2025: "0.93", 2026: "0.90"},
}
_EXACT = ("exactly", "years", "just", "short", "little", "99.99万")
_OFFSETS = {"CN": 8, "HK": 8, "SG": 8, "GB": 1, "DE": 2, "US": -5}


def _chance(*key: object) -> random.Random:
    return random.Random("/".join(map(str, (_SEED, *key))))


# --- sales: the GBK file of an Excel user --------------------------------------------------------------------


def sales_bytes() -> bytes:
    """The CSV: GBK, CRLF, a title above the headings, a row of totals below."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerows([(awkward.SALES_TITLE,), awkward.SALES_HEADER])
    lines = [text.getvalue().encode("gbk")]
    for row in _with_awkward(list(_sales_rows()), [item.row for item in awkward.SALES]):
        lines.append(_csv_line(row))
    lines[40:40] = [line + b"\r\n" for line, _ in awkward.SALES_LINES]
    lines.append(_csv_line(awkward.SALES_TOTAL))
    return b"".join(lines)


def _csv_line(row: Iterable[object]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerow(row)
    return text.getvalue().encode("gbk")


def _with_awkward(
    rows: list[Sequence[object]], extra: Sequence[Sequence[object]]
) -> Iterator[Sequence[object]]:
    """The awkward rows in their order, spread evenly over the others."""
    every = max(len(rows) // (len(extra) + 1), 1)
    waiting = list(extra)
    for at, row in enumerate(rows, start=1):
        yield row
        if at % every == 0 and waiting:
            yield waiting.pop(0)
    yield from waiting


def _sales_rows() -> Iterator[Sequence[object]]:
    dated: list[tuple[date, int, Sequence[object]]] = []
    for customer in customers():
        rows = list(_orders_of(customer)) or [(customer.first_cooperation_on, _profile_row(customer))]
        dated.extend((on, customer.number, row) for on, row in rows)
    dated.sort(key=lambda entry: entry[:2])
    return (row for _, _, row in dated)


def _profile_row(customer: Customer) -> Sequence[object]:
    return _sales_row(customer, None, "P", is_full=True, is_last=True)


def _orders_of(customer: Customer) -> Iterator[tuple[date, Sequence[object]]]:
    last = len(customer.orders) - 1
    for at, order in enumerate(customer.orders):
        yield order.on, _sales_row(customer, order, str(at), is_full=at in (0, last), is_last=at == last)


def _sales_row(
    customer: Customer, order: OrderPlan | None, key: str, *, is_full: bool, is_last: bool
) -> Sequence[object]:
    chance = _chance("sales", customer.number, key)
    person = customer.person
    return (
        f"C{customer.number + 1:04d}" if chance.random() < 0.8 else "",
        spell_name(customer, chance),
        chance.choice(("经理", "总监", "采购", "", ""))
        if person.country == "CN"
        else chance.choice(("Director", "")),
        in_gbk(person.company) if is_full or chance.random() < 0.5 else "",
        person.industry if is_full else "",
        spell_phone(person.phone, chance),
        spell_email(person.email, chance) if is_full or not person.phone or chance.random() < 0.5 else "",
        person.province,
        "" if person.country == "CN" else person.country,
        spell_date(customer.first_cooperation_on, chance),
        *_order_cells(customer, order, key, chance),
        *(_consent_cells(customer) if is_last else ("", "")),
        "",
    )


def _order_cells(
    customer: Customer, order: OrderPlan | None, key: str, chance: random.Random
) -> Sequence[object]:
    """类型 订单号 下单日期 元 万元 外币 币种."""
    if order is None:
        return ("",) * 7
    number = f"SO-{customer.number + 1:04d}-{key}" if chance.random() < 0.95 else ""
    kind = "退款" if order.is_refund else chance.choice(("订单", "订单", "销售", ""))
    when = spell_date(order.on, chance)
    currency = _CURRENCIES.get(customer.person.country)
    if currency is None or any(word in customer.story for word in _EXACT):
        return kind, number, when, *spell_yuan(order.yuan, chance), "", chance.choice(("", "CNY", "人民币"))
    rate = Decimal(_RATES[currency][order.on.year])
    foreign = (order.yuan / rate).quantize(Decimal("0.01"), ROUND_HALF_UP)
    return kind, number, when, "", "", chance.choice((f"{foreign}", f"{foreign:,}")), currency


def _consent_cells(customer: Customer) -> tuple[str, str]:
    said = {item.channel: item.action for item in customer.consents if item.source == "sales"}
    words = {"grant": "是", "withdraw": "否", None: ""}
    return words[said.get("email")], words[said.get("sms")]


# --- service desk: a workbook --------------------------------------------------------------------------------

_TOPICS = ("发票问题", "使用咨询", "物流进度", "账号登录", "续约沟通", "配件更换")
_CALLS = ("回访", "来电", "拜访", "回访")


Book = Any  # openpyxl ships no types


def service_workbook() -> Book:
    """Two visible sheets and a hidden one."""
    book: Book = Workbook()
    tickets = book.active
    tickets.title = "工单"
    tickets.append(awkward.TICKET_HEADER)
    for row in _with_awkward(list(_ticket_rows()), [item.row for item in awkward.TICKETS]):
        tickets.append(row)
    scores = book.create_sheet("满意度")
    scores.append(("客户满意度评价表",))
    scores.append(())
    scores.append(awkward.SCORE_HEADER)
    for row in _with_awkward(list(_score_rows()), [item.row for item in awkward.SCORES]):
        scores.append(row)
    _add_sheet(book, "设备档案", assets.ASSET_HEADER, _asset_rows(), assets.AWKWARD_ASSETS)
    _add_sheet(book, "保养维修", assets.SERVICE_HEADER, _maintenance_rows(), assets.AWKWARD_SERVICES)
    book.create_sheet("参数").append(("姓名", "电话"))
    book["参数"].sheet_state = "hidden"
    return book


def _add_sheet(
    book: Book,
    title: str,
    header: Sequence[str],
    rows: Iterable[Sequence[object]],
    extra: Iterable[awkward.Awkward],
) -> None:
    sheet = book.create_sheet(title)
    sheet.append(header)
    for row in _with_awkward(list(rows), [item.row for item in extra]):
        sheet.append(row)


def _asset_rows() -> Iterator[Sequence[object]]:
    for plan in assets.ASSETS:
        chance = _chance("asset", plan.number)
        days = (plan.bought, plan.warranty, plan.insurance, plan.inspection)
        yield (
            plan.number, plan.product, *_who(customers()[plan.owner], chance), plan.birthday, plan.employees,
            *(_day(day, chance) for day in days), plan.mileage, _day(plan.read, chance),
        )  # fmt: skip


def _maintenance_rows() -> Iterator[Sequence[object]]:
    owners = {plan.number: customers()[plan.owner] for plan in assets.ASSETS}
    for at, plan in enumerate(sorted(assets.SERVICES, key=lambda plan: (plan.days, plan.asset))):
        chance = _chance("service", plan.asset, plan.days)
        yield (
            f"W-{at + 1:04d}", chance.choice((plan.asset, plan.asset.lower(), plan.asset.replace("·", " "))),
            *_who(owners[plan.asset], chance), plan.kind, _day(plan.days, chance), plan.mileage or None,
            plan.in_warranty,
        )  # fmt: skip


def _day(days: int | None, chance: random.Random) -> object:
    """As a typed cell, or spelt."""
    day = assets.on(days)
    if day is None:
        return None
    return datetime.combine(day, datetime.min.time()) if chance.random() < 0.4 else spell_date(day, chance)


def _service_contacts() -> Iterator[tuple[Customer, ContactPlan, str]]:
    for customer in customers():
        for at, contact in enumerate(customer.contacts):
            if contact.kind in ("call", "enquiry", "complaint"):
                yield customer, contact, f"T-{customer.number + 1:04d}-{at}"


def _ticket_rows() -> Iterator[Sequence[object]]:
    for customer, contact, number in sorted(_service_contacts(), key=lambda found: (found[1].at, found[2])):
        chance = _chance("ticket", number)
        yield _ticket(customer, contact, number, chance)
        # A need is a wish, not a contact: it stands beside one, and counts as none.
        if contact.kind != "complaint" and chance.random() < 0.2:
            yield _need(customer, contact, number, chance)


def _ticket(customer: Customer, contact: ContactPlan, number: str, chance: random.Random) -> Sequence[object]:
    complained = contact.kind == "complaint"
    kind = "投诉" if complained else chance.choice(_CALLS) if contact.kind == "call" else "咨询"
    return (
        number, kind, *_who(customer, chance), customer.person.company if chance.random() < 0.5 else None,
        "电话" if complained else None, "交付延迟" if complained else chance.choice(_TOPICS), None,
        "高" if complained else None, chance.choice(("已关闭", "处理中")) if complained else "已关闭",
        _local(contact.at), chance.choice((4, 5)) if not complained and chance.random() < 0.1 else None,
    )  # fmt: skip


def _need(customer: Customer, contact: ContactPlan, number: str, chance: random.Random) -> Sequence[object]:
    need_type, topic = chance.choice(
        (("产品", "希望增加报表"), ("服务", "希望专人对接"), ("价格", "希望批量折扣"))
    )
    return (
        f"{number}-N", "需求", *_who(customer, chance), None, None, topic, need_type,
        chance.choice(("高", "中", "低")), "需求池", _local(contact.at + timedelta(minutes=20)), None,
    )  # fmt: skip


def _who(customer: Customer, chance: random.Random) -> tuple[object, object, object]:
    """Name, phone, email: another spelling, and often only one of the two keys."""
    person = customer.person
    name = chance.choice((spell_name(customer, chance), person.latin, person.name))
    by_phone = person.phone is not None and (person.email is None or chance.random() < 0.6)
    if not by_phone:
        return name, None, spell_email(person.email, chance)
    digits = (person.phone or "").removeprefix("+86")
    as_number = digits.isdigit() and chance.random() < 0.4
    return name, int(digits) if as_number else spell_phone(person.phone, chance), None


def _local(at: datetime) -> datetime:
    """What the workbook shows: the local time without a zone."""
    return at.astimezone(ZONE).replace(tzinfo=None)


def _score_rows() -> Iterator[Sequence[object]]:
    for customer, contact, number in sorted(_service_contacts(), key=lambda found: (found[1].at, found[2])):
        chance = _chance("score", number)
        rated_at = contact.at + timedelta(hours=20)
        if chance.random() < 0.35 and rated_at < CLOCK:
            name, phone, email = _who(customer, chance)
            score = chance.choice((1, 2)) if contact.kind == "complaint" else chance.choice((3, 4, 4, 5, 5))
            dimension = chance.choice(("产品质量", "服务质量", "交付时间", "性价比"))
            comment = chance.choice((None, "谢谢", "还可以", "希望更快"))
            yield number, name, phone, email, dimension, score, comment, _local(rated_at)


# --- web: JSON Lines -----------------------------------------------------------------------------------------

_PAGES = ("/pricing", "/docs", "/产品/报表", "/support", "/blog/更新日志")
_FEATURES = ("export", "报表", "dashboard", "提醒")


def web_text() -> str:
    """The events in order of time, with the awkward lines between them."""
    events = sorted(
        _web_events(),
        key=lambda event: (datetime.fromisoformat(str(event["occurred_at"])), str(event["event_id"])),
    )
    lines = [(json.dumps(event, ensure_ascii=False),) for event in events]
    spread = _with_awkward(list(lines), [(line,) for line, _ in awkward.WEB_LINES])
    return "".join(f"{line}\n" for (line,) in spread)


def _web_events() -> Iterator[dict[str, object]]:
    for customer in customers():
        for at, contact in enumerate(customer.contacts):
            if contact.kind in ("chat", "event_attendance", "feature"):
                yield _web_event(customer, contact.kind, contact.at, str(at))
        yield from _page_views(customer)
        yield from _web_consents(customer)


def _page_views(customer: Customer) -> Iterator[dict[str, object]]:
    """Looking is no contact: also the silent ones still look."""
    chance = _chance("views", customer.number)
    for at in range(chance.choice((0, 0, 0, 1, 1))):
        seen_at = CLOCK - timedelta(days=chance.randint(1, 300), minutes=chance.randrange(600))
        yield _web_event(customer, "page_view", seen_at, f"v{at}") | {"is_interaction": False}


def _web_consents(customer: Customer) -> Iterator[dict[str, object]]:
    for at, consent in enumerate(customer.consents):
        if consent.source == "web":
            said_at = datetime.combine(consent.on, datetime.min.time(), ZONE) + timedelta(hours=15)
            action = "opt_in" if consent.action == "grant" else "opt_out"
            said = {"channel": consent.channel, "action": action, "evidence": "preference centre v3"}
            # Who leaves, leaves for good: an opt-out without a purpose is one from everything.
            said["purpose"] = "care" if action == "opt_in" else "any"
            yield _web_event(customer, "consent", said_at, f"c{at}") | said
    if channel := assets.MARKETING.get(customer.number):
        said = {
            "channel": channel,
            "action": "opt_in",
            "evidence": "preference centre v3",
            "purpose": "marketing",
        }
        yield _web_event(customer, "consent", CLOCK - timedelta(days=33), "cm") | said


def _web_event(customer: Customer, kind: str, at: datetime, key: str) -> dict[str, object]:
    chance = _chance("web", customer.number, key)
    person = customer.person
    offset = timezone(timedelta(hours=_OFFSETS[person.country])) if chance.random() < 0.8 else UTC
    event: dict[str, object] = {
        "event_id": f"w-{customer.number + 1:04d}-{key}",
        "event_type": kind,
        "full_name": chance.choice((person.latin, person.name)),
        "occurred_at": at.astimezone(offset).isoformat(timespec="seconds"),
    }
    if person.email is not None:
        event["email"] = spell_email(person.email, chance)
    if person.email is None or (person.phone and chance.random() < 0.2):
        event["mobile"] = spell_phone(person.phone, chance)
    if kind == "page_view":
        event["page"] = chance.choice(_PAGES)
    if kind == "feature":
        event["feature"] = chance.choice(_FEATURES)
    if person.country != "CN":
        event |= {"country": person.country, "lang": "en"}
    return event


# --- files ---------------------------------------------------------------------------------------------------


def service_bytes() -> bytes:
    """The workbook with fixed times inside, so that the same content gives the same bytes."""
    raw, fixed = io.BytesIO(), io.BytesIO()
    book = service_workbook()
    book.save(raw)
    stamp = CLOCK.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    with zipfile.ZipFile(raw) as old, zipfile.ZipFile(fixed, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            content = old.read(name)
            if name == "docProps/core.xml":
                content = _with_fixed_times(content, stamp)
            entry = zipfile.ZipInfo(name, (2026, 6, 30, 10, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(entry, content)
    return fixed.getvalue()


def _with_fixed_times(core: bytes, stamp: str) -> bytes:
    text = core.decode()
    for tag in ("created", "modified"):
        head, _, rest = text.partition(f"<dcterms:{tag}")
        inside, _, tail = rest.partition("</dcterms:")
        text = f"{head}<dcterms:{tag}{inside[: inside.index('>') + 1]}{stamp}</dcterms:{tail}"
    return text.encode()


def web_bytes() -> bytes:
    """The JSON Lines file."""
    return web_text().encode()


FILES: dict[str, Callable[[], bytes]] = {SALES: sales_bytes, SERVICE: service_bytes, WEB: web_bytes}


def main() -> None:
    """Writes the files beside this module."""
    for name, make in FILES.items():
        (FOLDER / name).write_bytes(make())


if __name__ == "__main__":
    main()
