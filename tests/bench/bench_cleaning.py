"""The whole cleaning step beside pydantic-core on the same bytes; where the time goes; accuracy on a seeded truth.

`python -m tests.bench.bench_cleaning [records]`. Figures are processor time of one thread, the best of five.
"""

import json
import sys
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from time import process_time
from typing import Any
from zoneinfo import ZoneInfo

from pydantic_core import SchemaValidator, core_schema

from shared.cleaning.record import Cleaned, clean_record
from shared.model.instants import local_day
from shared.policy.load import load_policy
from tests.bench.dirty_records import Dirty, dirty_records

AT = datetime(2026, 6, 30, 2, tzinfo=UTC)
ZONE = ZoneInfo("Asia/Shanghai")
ROUNDS, SLICE = 9, 40
MICRO = 1_000_000
Job = tuple[Callable[[Any], object], list[Any]]
write = sys.stdout.write


def best_of(jobs: dict[str, Job]) -> dict[str, float]:
    """Microseconds of processor time for each subject of each job.

    The jobs take turns at slices of their subjects, and the best time of each slice counts: what else the machine does
    meanwhile disturbs all alike.
    """
    times = dict.fromkeys(jobs, 0.0)
    count = len(next(iter(jobs.values()))[1])
    for start in range(0, count, SLICE):
        slices = {name: (action, kept[start : start + SLICE]) for name, (action, kept) in jobs.items()}
        rounds = [{name: _time(*job) for name, job in slices.items()} for _ in range(ROUNDS)]
        for name in jobs:
            times[name] += min(each[name] for each in rounds)
    return {name: time / max(1, count) * MICRO for name, time in times.items()}


def _time(action: Callable[[Any], object], subjects: list[Any]) -> float:
    begin = process_time()
    for subject in subjects:
        action(subject)
    return process_time() - begin


def best_pair(action: Callable[[Any], object], left: list[Any], right: list[Any]) -> tuple[float, float]:
    times = best_of({"left": (action, left), "right": (action, right)})
    return times["left"], times["right"]


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


FIELDS = "name phone email company industry birthday language address province".split()


def field_costs(messages: list[dict[str, Any]]) -> dict[str, float]:
    """Microseconds for each value that is there: what a message costs with it less what it costs without."""
    found = {}
    for name in FIELDS:
        there = [message for message in messages if name in message["party"]]
        bare = [message | {"party": _without(message["party"], name)} for message in there]
        with_it, without = best_pair(clean, there, bare)
        found[name] = with_it - without
    plain = [message | {"event_at": "2026-05-03", "amount": 1} for message in messages]
    for name in ("event_at", "amount"):
        with_it, without = best_pair(
            clean, [each | {name: m[name]} for each, m in zip(plain, messages, strict=True)], plain
        )
        found[name] = with_it - without
    return found


def _without(party: dict[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in party.items() if key != name}


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
    jobs: dict[str, Job] = {
        "floor": (floor(), packed),
        "json": (json.loads, packed),
        "step": (clean, messages),
    }
    lowest, parsing, step = best_of(jobs).values()
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
