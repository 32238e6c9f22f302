"""Where a record came from, and the whole numbers that order records and places."""

from collections.abc import Mapping

from shared.cleaning.field import NOTHING, Field, refused
from shared.cleaning.message import Message
from shared.cleaning.text import read_text, write_scalar
from shared.model.record import Origin

# DynamoDB keeps 38 digits, but JSON readers of other languages only 2**53.
_MOST_DIGITS = 15


def read_origin(message: Message) -> Origin | None:
    """The place in a file that a message names; None with an issue where it is incomplete."""
    raw = message.source["origin"]
    source = raw if isinstance(raw, Mapping) else {}
    file, job_id = _write_name(source.get("file")), _write_name(source.get("job_id"))
    row, seq = (clean_whole(source.get(name), name).value for name in ("row", "seq"))
    if file is None or job_id is None or row is None or seq is None:
        message.flag("origin", "bad_origin")
        return None
    return Origin(file=file, row=row, job_id=job_id, seq=seq)


def _write_name(raw: object) -> str | None:
    """A name as it is, but never one that UTF-8 cannot write: a lone surrogate becomes a question mark."""
    name = write_scalar(raw)
    return name if name is None or name.isascii() else name.encode("utf-8", "replace").decode()


def clean_whole(raw: object, path: str) -> Field[int]:
    """A whole number that is not negative, such as a version."""
    text = None if isinstance(raw, bool) else read_text(raw)
    if text is None:
        return NOTHING
    digits = text.removesuffix(".0")
    is_whole = digits.isascii() and digits.isdigit() and len(digits) <= _MOST_DIGITS
    return Field(int(digits)) if is_whole else refused(path, "bad_version")
