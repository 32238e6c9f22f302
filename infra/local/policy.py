"""`guanxi policy`: lists, shows, publishes and rolls back the policy of a kept state, as the function `operate` does."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from infra.local.faults import LocalFault
from infra.local.present import Language, as_language
from infra.local.run import operator
from shared.flows.publish_policy import operate_policy
from shared.flows.wake_base import FOLLOWED_AFTER
from shared.insight.snapshot import Words
from shared.insight.words import pick
from shared.model.instants import from_iso, to_iso

Answer = Mapping[str, Any]
_REFUSALS: Final[dict[str, Words]] = {
    "policy_invalid": ("策略无效：{detail}", "the policy is not valid: {detail}"),
    "belongs_to_the_deployment": (
        "{paths}：随部署而定，不能通过发布更改",
        "{paths}: belongs to the deployment, publishing does not change it",
    ),
    "version_taken": (
        "版本 {version} 已存在且内容不同（{by}，{at}）：请另取版本号",
        "version {version} exists with another content ({by}, {at}): give it another version",
    ),
    "too_large": ("策略文件过大", "the policy is too large to be stored"),
    "unknown_version": ("没有这个版本；现有：{versions}", "there is no such version; there are: {versions}"),
    "not_as_expected": (
        "当前生效的是 {in_force}，与预期不同：请重新查看后再发布",
        "{in_force} is in force, not what was expected: look again first",
    ),
    "moved_meanwhile": (
        "其间有人已切换到 {in_force}：请重新查看后再发布",
        "somebody else has put {in_force} in force meanwhile: look again first",
    ),
    "missing_argument": ("缺少参数：{argument}", "missing: {argument}"),
}
_MOVED: Final[Words] = (
    "策略 {in_force} 已生效（此前 {previous}）。一分钟内各函数跟随；{at} 之后的巡检会分批唤醒全部客户重新评定",
    "policy {in_force} is in force (before: {previous}). The functions follow within a minute; sweeps after {at}"
    " wake every customer once, in waves",
)
_STANDS: Final[Words] = (
    "策略 {in_force} 本已生效，未作改动",
    "policy {in_force} is in force already: nothing moved",
)


class PolicyRefused(LocalFault):
    """The system took no policy; the message says why."""


def list_policies(*, state: Path, language: str) -> int:
    """Prints every version, the one in force marked, and every move of the pointer."""
    answer = _ask({"action": "policies"}, state, as_language(language))
    print(*_list_lines(answer), sep="\n")
    return 0


def show_policy(version: str | None, *, state: Path, language: str) -> int:
    """Prints the text of a version, or of the one in force."""
    answer = _ask({"action": "policy", "version": version}, state, as_language(language))
    print(answer["toml"], end="")
    return 0


def publish(file: Path, *, by: str, note: str, expected: str | None, state: Path, language: str) -> int:
    """Stores the file as a version and puts it in force; PolicyRefused says why not."""
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as fault:
        raise PolicyRefused(str(fault)) from fault
    request = {"action": "publish_policy", "toml": text, "by": by, "note": note, "expected": expected}
    return _move(request, state, as_language(language))


def roll_back(version: str, *, by: str, note: str, expected: str | None, state: Path, language: str) -> int:
    """Puts a version in force again; PolicyRefused says why not."""
    request = {"action": "roll_back_policy", "version": version, "by": by, "note": note, "expected": expected}
    return _move(request, state, as_language(language))


def _move(request: Answer, state: Path, language: Language) -> int:
    answer = _ask(request, state, language)
    if not answer["moved"]:
        print(pick(_STANDS, language).format(**answer))
        return 0
    print(pick(_MOVED, language).format(**{**answer, "at": to_iso(answer["at"] + FOLLOWED_AFTER)}))
    return 0


def _ask(request: Answer, state: Path, language: Language) -> Answer:
    with operator(state) as (items, _, now):
        return told_answer(_answer(request, items, now), now, language)


def _answer(request: Answer, items: Any, now: datetime) -> Answer:
    try:
        return operate_policy(request, items=items, now=now)
    except KeyError as missing:
        return {"error": "missing_argument", "argument": str(missing.args[0])}


def told_answer(answer: Answer, now: datetime, language: Language) -> Answer:
    """The answer with the instant it was given; PolicyRefused in words for a refusal."""
    if "error" in answer:
        plain = {
            name: ", ".join(value) if isinstance(value, list) else value for name, value in answer.items()
        }
        raise PolicyRefused(pick(_REFUSALS[str(answer["error"])], language).format(**plain))
    return {**answer, "at": now}


def _list_lines(answer: Answer) -> Iterator[str]:
    for one in answer["versions"]:
        mark = "▶" if one["is_in_force"] else " "
        yield f"{mark} {one['version']:<20} {one['digest']}  {_by(one)}"
    for move in answer["moves"]:
        yield f"  {move['number']:>4}. {move['previous']} → {move['version']}  {_by(move)}"


def _by(told: Answer) -> str:
    return "  ".join(
        part for part in (f"{from_iso(told['at']):%Y-%m-%d %H:%MZ}", told["by"], told["note"]) if part
    )
