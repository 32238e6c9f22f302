"""Damaged lines through `guanxi hours`, `sms`, `reply`, `template check`, inbound replies and links: crashes, answers.

Run: python -m tests.bench.bench_fuzz_messages [lines a surface]
"""

import io
import json
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, date, datetime
from functools import partial
from itertools import chain
from random import Random
from time import process_time
from typing import BinaryIO

from infra.local.hours import hours_lines
from infra.local.reply import reply_lines
from infra.local.sms import sms_lines
from infra.local.template_check import check_lines
from shared.flows.read_reply import parse_inbound
from shared.messaging.replies import read_reply
from shared.messaging.unsubscribe import Subscription, keyring_on, sign, verify
from shared.model.contact import Channel
from tests.unit.test_replies import TABLE
from tests.unit.test_template_attacks import CONTEXT, FRAMES, MARKUP, TEMPLATES, VALUES

LINES = 100_000
SLIPS = 4
TODAY = date(2026, 11, 22)
NOW = datetime(2026, 11, 22, tzinfo=UTC)
DAMAGED = 0.2
LEAKS = (
    "<class",
    "object at 0x",
    "<built",
    "<function",
    "<Template",
    "dict_",
    "[{'",
    "generator",
    "Undefined",
    "root:",
)
"""What only the inside of a program prints."""
SIGNS = "{}%|'\"<>()[].,:;!?\\/#_-= \n\t0aZé中【】Ωß\u0301\u200b\u200d\u202e\ud83d\U0001f600\x00\ufdd0"
AUTHORED = (*TEMPLATES.strip("\n").split("\n"), *MARKUP.strip("\n").split("\n"), *FRAMES.values())
ZONES = (
    "Asia/Shanghai",
    "America/New_York",
    "Australia/Lord_Howe",
    "Pacific/Apia",
    "UTC",
    "Mars/Base",
    "",
    "..",
)
CLOCKS = ("00:00", "08:00", "20:00", "24:00", "23:59", "02:30", "8:00", "", "25:00")
INSTANTS = (
    "2026-03-02T00:00:00Z",
    "2026-11-01T05:45:00-04:00",
    "0001-01-01T00:00:00Z",
    "9999-12-31T23:59:59Z",
    "x",
)
Line = Callable[[Random], object]
Face = Callable[[Iterable[bytes], BinaryIO], int]


def damage(text: str, random: Random, others: tuple[str, ...]) -> str:
    """The text after a few slips: a sign lost, doubled, put in, or another text glued on."""
    for _ in range(random.randrange(SLIPS + 1)):
        at = random.randrange(len(text) + 1)
        head, tail = text[:at], text[at:]
        kinds = (head + tail[1:], head + tail[:1] + tail, head + random.choice(SIGNS) + tail)
        text = random.choice(
            (*kinds, head + chr(random.randrange(0x110000)) + tail, head + random.choice(others) + tail)
        )
    return text


REPLIES = tuple(row["text"] for row in TABLE)
VALUED = tuple(VALUES)


def an_sms(random: Random) -> object:
    return {"text": damage(random.choice(VALUED), random, REPLIES)}


def a_reply(random: Random) -> object:
    return {"text": damage(random.choice(REPLIES), random, REPLIES)}


def a_template(random: Random) -> object:
    return {
        "template": damage(random.choice(AUTHORED), random, AUTHORED),
        "context": {**CONTEXT, "value": "x"},
    }


def a_value(random: Random) -> object:
    part = random.choice(tuple(FRAMES))
    return {
        "template": FRAMES[part],
        "part": part,
        "context": {"value": damage(random.choice(VALUED), random, VALUED)},
    }


def some_hours(random: Random) -> object:
    def window() -> list[str]:
        return [random.choice(("0123456", "4", "06", "", "7")), random.choice(CLOCKS), random.choice(CLOCKS)]

    at = random.choice(INSTANTS)
    windows = [window() for _ in range(random.randrange(3))]
    return {
        "at": damage(at, random, INSTANTS) if random.random() < DAMAGED else at,
        "zone": random.choice(ZONES),
        "windows": windows,
    }


SURFACES: dict[str, tuple[Face, Line]] = {
    "hours": (hours_lines, some_hours),
    "sms": (partial(sms_lines, mode="latin"), an_sms),
    "reply": (reply_lines, a_reply),
    "template": (check_lines, a_template),
    "value": (check_lines, a_value),
}


def lines(make: Line, random: Random, count: int) -> Iterator[bytes]:
    """Mostly JSON; one line in ten is damaged as bytes."""
    for number in range(count):
        line = json.dumps(make(random)).encode()
        if number % 10 == 0:
            at = random.randrange(len(line))
            line = (
                line[:at]
                + bytes([random.choice(b'"{}[]\\,:0\xff\xc3\x00 ')])
                + line[at + random.randrange(3) :]
            )
        yield line.replace(b"\n", b" ") + b"\n"


def fuzz_tokens(count: int) -> tuple[int, float]:
    """How many damaged tokens were taken for good ones, and seconds of processor time; a crash ends the run."""
    random, ring = Random("token"), keyring_on(b"a secret", TODAY)
    good = sign(Subscription("c-0123456789abc", Channel.EMAIL, "care"), "t", ring, on=TODAY)
    tokens = [damage(good, random, VALUED) for _ in range(count)]
    begin = process_time()
    taken = sum(
        token != good and verify(token, "t", ring, on=TODAY, valid_days=90) is not None for token in tokens
    )
    return taken, process_time() - begin


def fuzz_inbound(count: int) -> tuple[Counter[str], float]:
    """What damaged replies, raw or in the envelope of SNS, were read as, and seconds; a crash ends the run."""
    random, seen = Random("inbound"), Counter[str]()
    told = {"originationNumber": "+8613900000001", "messageBody": "退订", "inboundMessageId": "in-1"}
    raw = json.dumps(told, ensure_ascii=False)
    wrapped = json.dumps({"Type": "Notification", "Message": raw, "Timestamp": "2026-06-30T01:00:00.123Z"})
    bodies = [damage(random.choice((raw, wrapped)), random, REPLIES) for _ in range(count)]
    begin = process_time()
    for body in bodies:
        found = parse_inbound(body, NOW)
        seen["parked" if found is None else read_reply(found.text)] += 1
    return seen, process_time() - begin


def kind(answer: dict[str, object]) -> str:
    told = (answer.get(key) for key in ("error", "reason", "action", "encoding"))
    return str(next((word for word in told if word is not None), "rendered"))


def main() -> int:
    """Prints one line for each surface; 1 when an answer is missing (a crash ends the run) or something leaks."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else LINES
    faults = 0
    for name, (face, make) in SURFACES.items():
        asked, out = list(lines(make, Random(name), count)), io.BytesIO()
        begin = process_time()
        face(chain(asked), out)
        seconds = process_time() - begin
        answers = [json.loads(line) for line in out.getvalue().split(b"\n")[:-1]]
        leaks = sum(any(leak in str(answer.get("rendered")) for leak in LEAKS) for answer in answers)
        faults += count - len(answers) + leaks
        shown = "  ".join(f"{word} {n}" for word, n in Counter(map(kind, answers)).most_common(8))
        print(
            f"{name:9} {count} lines, {len(answers)} answers, {leaks} leaks, {count / seconds:,.0f}/s  {shown}"
        )
    seen, seconds = fuzz_inbound(count)
    faults += count - seen.total()
    shown = "  ".join(f"{word} {n}" for word, n in seen.most_common())
    print(f"inbound   {count} replies, {seen.total()} read, {count / seconds:,.0f}/s  {shown}")
    taken, seconds = fuzz_tokens(count)
    print(f"token     {count} tokens, {taken} taken for good, {count / seconds:,.0f}/s")
    return int(faults + taken > 0)


if __name__ == "__main__":
    sys.exit(main())
