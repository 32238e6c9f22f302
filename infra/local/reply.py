"""`guanxi reply`: what a reply to an SMS asks for (K1..K4)."""

from collections.abc import Iterable
from typing import BinaryIO

from infra.local.json_lines import answer_lines, text_of
from shared.messaging.replies import read_reply


def reply_lines(lines: Iterable[bytes], out: BinaryIO) -> int:
    """The action of each reply: opt_out, opt_in, help, review or none."""
    return answer_lines(lines, out, lambda line: {"action": read_reply(text_of(line)).value})
