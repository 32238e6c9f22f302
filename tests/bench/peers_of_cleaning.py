"""What a data team would write with pandas, pyjanitor and phonenumbers, on the file of `dirty_records.py`.

Runs in an environment of its own (`infra/requirements/bench.txt`), from the root of the project:
`python -m tests.bench.peers_of_cleaning [records]`. Set its figure beside the one of `bench_cleaning.py`, run right before.
"""

import sys
from collections.abc import Callable
from time import process_time
from typing import Any

import janitor  # type: ignore[import-not-found]  # noqa: F401 - adds its methods to pandas
import pandas  # type: ignore[import-untyped]
import phonenumbers

from tests.bench.dirty_records import Dirty, dirty_records

MICRO = 1_000_000
NULLS = ["", "无", "N/A", "-", "暂无", "null"]
EMAIL = r"[^@\s]+@[^@\s]+\.[A-Za-z]{2,}"


def frame(dirty: list[Dirty]) -> Any:
    rows = [
        {
            **{name: str(dirty.message["party"][name]) for name in ("name", "phone", "email", "birthday")},
            "region": dirty.message["party"]["country"],
            "event_on": dirty.message["event_at"],
            "amount_fen": str(dirty.message["amount"]),
        }
        for dirty in dirty
    ]
    return pandas.DataFrame(rows)


def to_e164(number: Any, region: str) -> str | None:
    try:
        parsed = phonenumbers.parse(number, region)
    except phonenumbers.NumberParseException:
        return None
    is_valid = phonenumbers.is_valid_number(parsed)
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164) if is_valid else None


def clean(table: Any) -> Any:
    table = table.clean_names().remove_empty()
    for name in ("name", "phone", "email", "birthday", "amount_fen"):
        column = table[name].str.normalize("NFKC").str.replace("[\u200b\ufeff]", "", regex=True).str.strip()
        table[name] = column.mask(column.isin(NULLS))
    table["name"] = table["name"].str.replace(r"(?:先生|女士|总监)$|^Dr\.\s*", "", regex=True)
    table["phone"] = [
        to_e164(number, region) if isinstance(number, str) else None
        for number, region in zip(table["phone"], table["region"], strict=True)
    ]
    email = table["email"].str.lower().str.extract(f"({EMAIL})", expand=False)
    table["email"] = email
    for name in ("birthday", "event_on"):
        text = table[name].str.replace(r"(\d+)年(\d+)月(\d+)日", r"\1-\2-\3", regex=True)
        table[name] = pandas.to_datetime(text, format="mixed", errors="coerce", utc=True)
    is_myriad = table["amount_fen"].str.contains("万", na=False)
    digits = table["amount_fen"].str.replace("[¥,元万]", "", regex=True)
    amount = pandas.to_numeric(digits, errors="coerce") * 100
    table["amount_fen"] = amount.where(~is_myriad, amount * 10_000).round()
    return table


def same(value: Any, truth: Any, read: Callable[[Any], Any]) -> bool:
    return bool(truth is None) if pandas.isna(value) else bool(truth is not None and read(value) == truth)


def main(count: int) -> None:
    dirty = dirty_records(count)
    table = frame(dirty)
    clean(table.head(500).copy())
    begin = process_time()
    cleaned = clean(table.copy())
    seconds = process_time() - begin
    print(f"pandas + pyjanitor + phonenumbers: {seconds / count * MICRO:.1f} us a record, {count} records")
    reads: dict[str, Callable[[Any], Any]] = {
        "name": str, "phone": str, "email": str, "birthday": lambda at: at.date(), "amount_fen": int,
    }  # fmt: skip
    for name, read in reads.items():
        pairs = zip(cleaned[name], dirty, strict=True)
        right = sum(same(value, each.truth[name], read) for value, each in pairs)
        print(f"  {name:10} {right / count:.4f}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 50_000)
