"""`guanxi sms`: what a text costs as an SMS, and how it may be sent (S1..S6)."""

from collections.abc import Iterable
from typing import BinaryIO

from infra.local.json_lines import Answer, answer_lines, text_of
from shared.messaging.sms_text import SmsMode, count_sms, normalise_sms


def sms_lines(lines: Iterable[bytes], out: BinaryIO, *, mode: SmsMode) -> int:
    """Encoding, units and segments of each text after the mode's changes, and that text."""

    def ask(line: object) -> Answer:
        after = normalise_sms(text_of(line), mode)
        count = count_sms(after)
        encoding = count.encoding.replace("-", "")
        return {"encoding": encoding, "units": count.units, "segments": count.segments, "after": after}

    return answer_lines(lines, out, ask)
