"""Real replies to an SMS, and such as only look like an opt-out (K1..K4)."""

import json
import time
from pathlib import Path

import pytest

from shared.messaging import reply_words as words
from shared.messaging.replies import ReplyAction, read_reply

TABLE = [
    json.loads(line)
    for line in (Path(__file__).parent / "replies.jsonl").read_text(encoding="utf-8").splitlines()
]


@pytest.mark.parametrize("row", TABLE, ids=lambda row: ascii(row["text"]))
def test_a_reply_is_read_as_a_person_means_it(row: dict[str, str]) -> None:
    assert read_reply(row["text"]).value == row["action"]


def test_the_table_holds_enough_of_each_kind() -> None:
    actions = [row["action"] for row in TABLE]
    assert len(TABLE) > 300
    assert all(actions.count(action) >= 9 for action in ReplyAction)


LISTED = f"{words.STRONG} {words.WEAK} {words.SHORT}".split()


@pytest.mark.parametrize(
    "around", ["{}", " {}\n", "“{}”", "{}!!!", "¡{}?", "{}…", "*{}*", "({})", "🙏{}🙏", "-{}-"]
)
def test_signs_and_emoji_around_a_keyword_change_nothing(around: str) -> None:
    assert {read_reply(around.format(word)) for word in LISTED} == {ReplyAction.OPT_OUT}


def test_width_case_and_inner_spaces_of_a_keyword_change_nothing() -> None:
    wide = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}
    for word in LISTED:
        for written in (word.upper(), word.title(), word.translate(wide), " ".join(word)):
            assert read_reply(written) is ReplyAction.OPT_OUT, written


@pytest.mark.parametrize("beside", ["help", "INFO", "start", "帮助", "订阅"])
def test_an_opt_out_beats_a_call_for_help_and_an_opt_in(beside: str) -> None:
    for reply in (f"STOP {beside}", f"{beside} STOP", f"{beside}, stop!", f"退订，{beside}"):
        assert read_reply(reply) is ReplyAction.OPT_OUT, reply


@pytest.mark.parametrize(
    "piece",
    [
        "stop me ",
        "退订短信",
        "s t o p ",
        "no more ",
        "不要短信",
        "want ",
        "stop.",
        "a",
        " ",
        "TD",
        "\u0301",
        "don't ",
        "订",
        "S ",
        "9",
        "从",
        "可以帮",
    ],
)
def test_a_long_reply_takes_no_time(piece: str) -> None:
    started = time.process_time()
    read_reply(piece * 20_000)
    read_reply(piece * 500 + "x")
    assert time.process_time() - started < 0.5
