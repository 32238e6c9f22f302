"""Phones: the compiled metadata beside libphonenumber's Python port, on the same values.

`python -m tests.bench.bench_phones [values]`. Half the values are spread over every region and half over the nine
of `dirty_records.py`; compared are the calling code, the national number, validity and the judgement of length.
"""

import sys
from random import Random
from time import process_time
from typing import NamedTuple

import phonenumbers

from shared.cleaning import phone_fast
from tests.bench.dirty_records import ABROAD

SEED = 20_260_630
DIGITS = "0123456789"
MICRO = 1_000_000
SHOWN = 10


class Value(NamedTuple):
    number: str
    region: str


Found = tuple[int, str, bool, int]


def values(count: int) -> list[Value]:
    random = Random(SEED)
    every = sorted(phonenumbers.SUPPORTED_REGIONS)
    return [_value(random, random.choice((every, ["CN", *ABROAD])[number % 2])) for number in range(count)]


def _value(random: Random, region: str) -> Value:
    """An example number of the region with some digits changed, lost or added, written in one of many ways."""
    kind = random.choice((0, 1, 2, 3, 4, 6))
    example = phonenumbers.example_number_for_type(region, kind) or phonenumbers.example_number(region)
    if example is None:
        raise LookupError(region)
    national = list(phonenumbers.national_significant_number(example))
    for _ in range(random.choice((0, 1, 3))):
        national[random.randrange(len(national))] = random.choice(DIGITS)
    digits = "".join(national)
    digits = random.choice((digits, digits, digits, digits, digits[:-1], digits + random.choice(DIGITS)))
    code = example.country_code
    forms = (
        digits, digits, f"0{digits}", f"1{digits}", f"8{digits}", f"+{code}{digits}", f"+{code} {digits[:3]}-{digits[3:]}",
        f"+{code}0{digits}", f"{code}{digits}", f"({digits[:2]}) {digits[2:5]} {digits[5:]}",
        "".join(random.choices(DIGITS, k=random.randrange(3, 17))),
    )  # fmt: skip
    elsewhere = random.choice(("CN", "US", "GB", "IT", "AR", "BR", "MX", "SG"))
    return Value(random.choice(forms), elsewhere if random.random() < 0.1 else region)


def by_library(value: Value) -> Found | None:
    try:
        parsed = phonenumbers.parse(value.number, value.region)
    except phonenumbers.NumberParseException:
        return None
    is_possible = phonenumbers.is_possible_number_with_reason(parsed)
    national = phonenumbers.national_significant_number(parsed)
    return parsed.country_code or 0, national, phonenumbers.is_valid_number(parsed), is_possible


def by_metadata(value: Value) -> Found | None:
    """As the phones module does: what the compiled metadata do not cover goes to the library."""
    parsed = phone_fast.parse(value.number, value.region)
    return by_library(value) if parsed is None else (*parsed, phone_fast.check_length(parsed))


def main(count: int) -> None:
    subjects = values(count)
    for value in subjects[:2_000]:
        by_metadata(value)
    begin = process_time()
    fast = [by_metadata(value) for value in subjects]
    fast_seconds = process_time() - begin
    begin = process_time()
    whole = [by_library(value) for value in subjects]
    whole_seconds = process_time() - begin
    wrong = [value for value, left, right in zip(subjects, fast, whole, strict=True) if left != right]
    alone = sum(phone_fast.parse(*value) is not None for value in subjects)
    valid = sum(found is not None and found[2] for found in whole)
    print(f"{count} values, {valid} valid; {alone} read by the compiled metadata alone")
    print(f"differences: {len(wrong)} {wrong[:SHOWN] or ''}")
    print(f"us a value: {fast_seconds / count * MICRO:.1f} against {whole_seconds / count * MICRO:.1f}")
    print(f"{whole_seconds / fast_seconds:.1f} times the speed of phonenumbers")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 200_000)
