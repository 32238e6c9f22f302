"""Damaged values through every field of `guanxi clean`: exceptions, outcomes, values a second.

Run: python -m tests.bench.bench_fuzz [values a field]
"""

import sys
import unicodedata
from collections import Counter
from datetime import date
from random import Random
from time import process_time

from shared.cleaning.answer import FIELDS, answer_line
from shared.cleaning.match_key import KEYS

VALUES = 100_000
TODAY = date(2026, 6, 30)
MOST_CHARACTERS = 2000
SEEDS = (
    "13812345678",
    "+86 138-1234-5678",
    "(010)62345678转801",
    "1.38E+10",
    "138 1234 5678/139 8765 4321",
    "+44 (0)20 7946 0018",
    "zhang.san@example.com",
    "张三 <zhang@gmial.con>",
    "a@例子.公司; b@example.com",
    "2026-05-03",
    "03/04/2026",
    "46145.5",
    "二〇二六年五月三日下午三点半",
    "2026-05-03T15:30:00+08:00",
    "民国115年5月3日",
    "3 May 2026",
    "1,200.50元",
    "1亿2千万",
    "(¥1,200)",
    "壹万贰仟元整",
    "$1.5M",
    "1.234,56 €",
    "张　三先生",
    "O’Brien, Seán",
    "Prof. Dr. Hans Müller",
    "买买提·艾合买提",
    "MÃ¼ller",
    "ÕÅÈý",
    "阿里巴巴（中国）有限公司",
    "Acme Co., Ltd.",
    "上海市浦东新区世纪大道100号",
    "123 Main St.",
    "中华人民共和国",
    "Côte d'Ivoire",
    "91110000600037341L",
    "11010519491231002X",
    "DE136695976",
    "5493001KJTIIGC8Y1R12",
    "C39 制造业",
    "软件开发",
    "N/A",
    "=cmd|' /C calc'!A0",
)
REGIONS = ("CN", "US", "DE", "GB", "SG", "IN", "JP", "BR")


def damage(value: str, random: Random) -> str:
    """The value after a few slips: a sign lost, doubled, swapped, replaced, widened, or another value glued on."""
    for _ in range(random.randrange(5)):
        at = random.randrange(len(value) + 1)
        head, tail = value[:at], value[at:]
        value = random.choice(
            (
                head + tail[1:],
                head + tail[:1] + tail,
                head
                + chr(
                    random.choice(
                        (random.randrange(0x80), random.randrange(0x3000), random.randrange(0x110000))
                    )
                )
                + tail,
                head + tail[1:2] + tail[:1] + tail[2:],
                head + random.choice(SEEDS) + tail,
                unicodedata.normalize("NFD", value),
                value.translate({code: code + 0xFEE0 for code in range(0x21, 0x7F)}),
                value.upper(),
            )
        )
    return value


def fuzz(field: str, count: int) -> tuple[Counter[str], list[str], float]:
    """Outcomes, the values that raised, and seconds of processor time."""
    random, outcomes, raised = Random(field), Counter[str](), list[str]()
    lines = [
        {"value": damage(random.choice(SEEDS), random), "region": random.choice(REGIONS)}
        for _ in range(count)
    ]
    begin = process_time()
    for line in lines:
        try:
            answer = answer_line(field, line, today=TODAY, most_characters=MOST_CHARACTERS)
            outcomes[str(answer["status"])] += 1
        except Exception:  # noqa: BLE001 what is looked for
            raised.append(line["value"])
    return outcomes, raised, process_time() - begin


def fuzz_keys(kind: str, count: int) -> int:
    """How many values raised."""
    random, raised = Random(kind), 0
    for _ in range(count):
        try:
            KEYS[kind](damage(random.choice(SEEDS), random))
        except Exception:  # noqa: BLE001
            raised += 1
    return raised


def main() -> int:
    """Prints one line for each field; 1 when anything raised."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else VALUES
    failures = 0
    for field in FIELDS:
        outcomes, raised, seconds = fuzz(field, count)
        failures += len(raised)
        shown = "  ".join(f"{status} {number}" for status, number in sorted(outcomes.items()))
        print(f"{field:10} {count} values, {len(raised)} exceptions, {count / seconds:,.0f}/s  {shown}")
        for value in raised[:3]:
            print(f"           {value!r}")
    for kind in KEYS:
        raised_keys = fuzz_keys(kind, count)
        failures += raised_keys
        print(f"{'key ' + kind:11} {count} values, {raised_keys} exceptions")
    return int(failures > 0)


if __name__ == "__main__":
    sys.exit(main())
