"""`guanxi tag`: customers of a file, one JSON object a line, in; their tags at an instant out, line by line."""

import json
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import BinaryIO
from zoneinfo import available_timezones

from infra.local.faults import LocalFault
from infra.local.json_lines import to_line
from shared.model.errors import PolicyInvalid
from shared.policy.load import load_policy
from shared.policy.schema import Policy
from shared.tagging.tag_line import tag_told
from shared.tagging.told import Unusable, read_told, to_moment


class NotUnderstood(LocalFault):
    """An option of the command says nothing that can be used."""


def tag_file(
    file: Path,
    as_of: str,
    *,
    zone: str | None = None,
    policy: Path | None = None,
    is_explained: bool = False,
    out: BinaryIO | None = None,
) -> int:
    """Writes one line for each customer of the file (`-`: standard input); exit code 0. Raises NotUnderstood."""
    chosen = _choose_policy(policy, zone)
    at = _read_instant(as_of, chosen)
    with _opened(file) as lines:
        tag_lines(lines, out or sys.stdout.buffer, chosen, at, is_explained=is_explained)
    return 0


def tag_lines(
    lines: Iterable[bytes], out: BinaryIO, policy: Policy, at: datetime, *, is_explained: bool = False
) -> None:
    """One line out for each line in that is not blank: the tags, or which line is unusable, where and why."""
    for number, line in enumerate(lines, 1):
        if line.strip():
            out.write(to_line(_answer(line, number, policy, at, is_explained=is_explained)))
    out.flush()


def _answer(
    line: bytes, number: int, policy: Policy, at: datetime, *, is_explained: bool
) -> dict[str, object]:
    customer: object = None
    try:
        customer = _parse(line)
        return tag_told(read_told(customer, policy.tenant.tz), policy, at, is_explained=is_explained)
    except Unusable as fault:
        return _refusal(customer, number, fault)


def _parse(line: bytes) -> object:
    try:
        return json.loads(line.decode("utf-8-sig"), parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        raise Unusable("bad_json") from None


def _refuse_constant(text: str) -> object:
    raise ValueError(text)


def _refusal(customer: object, number: int, fault: Unusable) -> dict[str, object]:
    customer_id = customer.get("customer_id") if isinstance(customer, dict) else None
    named = customer_id if isinstance(customer_id, str | int) else None
    return {"customer_id": named, "line": number, "error": fault.code, "field": fault.field or None}


def _choose_policy(path: Path | None, zone: str | None) -> Policy:
    try:
        policy = load_policy(path) if path else load_policy()
    except OSError as error:
        raise NotUnderstood(f"--policy {path}: {error.strerror}") from error
    except (PolicyInvalid, UnicodeDecodeError) as error:
        raise NotUnderstood(f"--policy {path}: {error}") from error
    if zone is None:
        return policy
    if zone not in available_timezones():
        raise NotUnderstood(f"--zone {zone}: no such time zone, say one like Asia/Shanghai")
    return policy.model_copy(update={"tenant": policy.tenant.model_copy(update={"zone": zone})})


def _read_instant(text: str, policy: Policy) -> datetime:
    try:
        return to_moment(text, policy.tenant.tz)
    except (ValueError, OverflowError):
        raise NotUnderstood(f"--as-of {text}: say an instant like 2026-06-30T00:00+08:00, or a day") from None


@contextmanager
def _opened(file: Path) -> Iterator[Iterable[bytes]]:
    if str(file) == "-":
        yield sys.stdin.buffer
        return
    try:
        opened = file.open("rb")
    except OSError as error:
        raise NotUnderstood(f"{file}: {error.strerror}") from error
    with opened:
        yield opened
