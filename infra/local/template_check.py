"""`guanxi template check`: whether a template may be used, and how it looks with given values (T1..T4, V1..V5)."""

from collections.abc import Iterable, Mapping
from typing import Any, BinaryIO

from infra.local.json_lines import Answer, BadLine, answer_lines
from shared.messaging.draft import PARTS, Checked, check_draft
from shared.policy.load import load_policy


def check_lines(lines: Iterable[bytes], out: BinaryIO) -> int:
    """For each line the text, or the first fault and its line (0: no one line of the template)."""
    hosts = load_policy().tenant.link_hosts
    return answer_lines(
        lines, out, lambda line: _answer(line, hosts), lambda _: _refusal("bad_json"), fault=_refusal
    )


def _refusal(code: str) -> Answer:
    return {"ok": False, "reason": code, "line": 0}


def _answer(line: object, hosts: list[str]) -> Answer:
    if not isinstance(line, dict):
        raise BadLine("not_an_object")
    source = _take(line, "template", str, None)
    context = _take(line, "context", dict, {})
    part = _take(line, "part", str, "")
    if part and part not in PARTS:
        raise BadLine("bad_part")
    listed = [host for host in _take(line, "link_hosts", list, hosts) if isinstance(host, str)]
    return _plain(check_draft(source, context, part=part or None, link_hosts=listed))


def _take(line: Mapping[str, Any], key: str, kind: type, default: Any) -> Any:
    value = line.get(key, default)
    if not isinstance(value, kind):
        raise BadLine(f"no_{key}")
    return value


def _plain(checked: Checked) -> Answer:
    if checked.code is None:
        return {"ok": True, "rendered": checked.rendered}
    answer: Answer = {"ok": False, "reason": checked.code, "line": checked.line}
    return {**answer, "detail": checked.detail} if checked.detail else answer
