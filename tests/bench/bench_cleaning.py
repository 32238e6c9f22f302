"""The whole cleaning step beside pydantic-core on the same bytes; where the time goes; accuracy on a seeded truth.

`python -m tests.bench.bench_cleaning [records]`. Figures are processor time of one thread, the best of three.
"""

import json
import sys
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from functools import partial
from time import process_time
from typing import Any
from zoneinfo import ZoneInfo

from pydantic_core import SchemaValidator, core_schema

from shared.cleaning import common_forms, identity, party
from shared.cleaning.dates import DateHints
from shared.cleaning.money import MoneyHints
from shared.cleaning.record import Cleaned, clean_record
from shared.model.instants import local_day
from shared.policy.load import load_policy
from tests.bench.dirty_records import Dirty, dirty_records

AT = datetime(2026, 6, 30, 2, tzinfo=UTC)
ZONE = ZoneInfo("Asia/Shanghai")
ROUNDS = 3
MICRO = 1_000_000
write = sys.stdout.write


def best(action: Callable[[Any], object], subjects: Iterable[Any]) -> float:
    """Microseconds of processor time for each subject."""
    kept = list(subjects)
    times = []
    for _ in range(ROUNDS):
        begin = process_time()
        for subject in kept:
            action(subject)
        times.append(process_time() - begin)
    return min(times) / max(1, len(kept)) * MICRO


def floor() -> Callable[[bytes], object]:
    """pydantic-core at its plainest: the same fields, as a typed dict."""
    text, flag = core_schema.str_schema(), core_schema.bool_schema()
    number = core_schema.int_schema()
    money = core_schema.union_schema([text, number], mode="left_to_right")
    names = "ref name phone email company industry birthday language country address province city".split()

    def fields(**schemas: Any) -> Any:
        optional = {
            name: core_schema.typed_dict_field(schema, required=False) for name, schema in schemas.items()
        }
        return core_schema.typed_dict_schema(optional)

    return SchemaValidator(
        fields(
            schema=number, system=text, kind=text, id=text, event_at=text, currency=text, amount=money,
            party=fields(**dict.fromkeys(names, text)), hints=fields(region=text, day_first=flag),
        )
    ).validate_json  # fmt: skip


def clean(message: dict[str, Any]) -> Cleaned:
    return clean_record(message, policy=load_policy(), received_at=AT, key=b"a bench key")


def field_costs(messages: list[dict[str, Any]]) -> dict[str, float]:
    """Microseconds for each value that is there."""
    # The habit of the source changes what a day means, not what it costs.
    hints = DateHints(ZONE, day_first=True)
    people = [message["party"] for message in messages]

    def cost(action: Callable[[Any], object], raws: Iterable[object]) -> float:
        return best(action, [raw for raw in raws if raw is not None])

    day = partial(common_forms.clean_past_date, path="birthday", hints=hints, today=local_day(AT, ZONE))
    return {
        "ref": cost(partial(identity.clean_id, path="ref"), (p["ref"] for p in people)),
        "name": cost(partial(common_forms.clean_name, path="name"), (p["name"] for p in people)),
        "phone": best(
            lambda pair: common_forms.clean_phone(pair[0], "phone", region=pair[1]),
            [(p["phone"], p["country"]) for p in people],
        ),
        "email": cost(partial(common_forms.clean_email, path="email"), (p["email"] for p in people)),
        "company": cost(partial(common_forms.clean_company, path="company"), (p["company"] for p in people)),
        "industry": cost(partial(party.clean_industry, path="industry"), (p["industry"] for p in people)),
        "country": cost(partial(party.clean_country, path="country"), (p["country"] for p in people)),
        "address": cost(party.find_place, (p.get("address") for p in people)),
        "language": cost(partial(party.clean_language, path="language"), (p["language"] for p in people)),
        "birthday": cost(day, (p["birthday"] for p in people)),
        "event_at": cost(
            partial(common_forms.clean_instant, path="event_at", hints=hints),
            (message["event_at"] for message in messages),
        ),
        "amount": cost(
            partial(common_forms.read_fen, currency="CNY", home="CNY", hints=MoneyHints("CNY")),
            (message["amount"] for message in messages),
        ),
    }


def found(cleaned: Cleaned) -> dict[str, Any]:
    record = cleaned.record
    if record is None:
        return {"amount_fen": None}
    person = record.party
    return {
        "name": person.name,
        "phone": person.phone,
        "email": person.email,
        "birthday": person.birthday_on,
        "event_on": local_day(record.event_at, ZONE),
        "amount_fen": getattr(record, "amount_fen", None),
    }


def accuracy(dirty: list[Dirty]) -> tuple[Counter[str], Counter[str]]:
    """How often each field was right, and how often it was there to be compared."""
    right, seen = Counter[str](), Counter[str]()
    for message, truth, typo in dirty:
        cleaned = clean(message)
        for name, value in found(cleaned).items():
            seen[name] += 1
            right[name] += value == truth[name]
        if typo and cleaned.record is not None:
            seen["suggestion"] += 1
            right["suggestion"] += any(typo in issue.note for issue in cleaned.issues)
    return right, seen


def main(count: int) -> None:
    dirty = dirty_records(count)
    messages = [each.message for each in dirty]
    packed = [json.dumps(message, ensure_ascii=False).encode() for message in messages]
    lowest, parsing, step = best(floor(), packed), best(json.loads, packed), best(clean, messages)
    write(f"{count} records, {sum(map(len, packed)) / count:.0f} bytes each; us of processor time a record\n")
    write(f"pydantic-core validate_json  {lowest:6.1f}\njson.loads                   {parsing:6.1f}\n")
    write(f"clean_record                 {step:6.1f}  = {step / lowest:.1f} x pydantic-core\n")
    write("by field, us a value:\n")
    for name, cost in field_costs(messages).items():
        write(f"  {name:10} {cost:6.2f}\n")
    right, seen = accuracy(dirty)
    write("accuracy on the seeded truth:\n")
    for name, compared in seen.items():
        write(f"  {name:10} {right[name] / compared:.4f} of {compared}\n")
    reasons = Counter(issue.code for message in messages for issue in clean(message).issues)
    write("reasons: " + ", ".join(f"{code} {times}" for code, times in reasons.most_common()) + "\n")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 50_000)
