"""`guanxi consent ID`: what somebody agreed to, since when, by which evidence, and every word before (R74, P3)."""

import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Final, Literal
from zoneinfo import ZoneInfo

from infra.local.customer import NobodyKnown
from infra.local.present import as_language
from infra.local.run import operator
from shared.flows.prove_consent import Line, Proof, proof_to_plain, prove_consent
from shared.policy.load import load_policy

Language = Literal["zh", "en"]

_WORDS: Final[dict[Language, dict[str, str]]] = {
    "zh": {
        "title": "同意记录：{0}",
        "nobody": "没有客户使用的地址",
        "standing": "当前状态",
        "nothing": "没有任何同意记录；没有同意就不发送。",
        "objections": "反对联系：{0}",
        "stop": "{0}停发：{1}，自 {2}",
        "held": "短信回复待人工处理（自 {0}）：{1}",
        "disagrees": "注意：发送时检查的投影与此不一致，下一次复核会重写。",
        "history": "全部记录（{0} 条，从早到晚）",
        "elsewhere": "其他地址",
        "recorded": "入库 {0}",
        "email": "邮件", "sms": "短信", "phone": "电话", "visit": "拜访",
        "care": "服务关怀", "marketing": "优惠与活动", "objection": "全部联系",
        "granted": "同意", "withdrawn": "已撤回", "objected": "反对",
        "record": "来源系统记录", "import": "文件导入", "link": "退订链接", "page": "偏好页面", "reply": "短信回复",
        "person": "人工登记", "refused_at_address": "按地址保留的拒绝",
        "hard_bounce": "退信", "soft_bounces": "多日退信", "complaint": "投诉", "any": "全部渠道",
    },
    "en": {
        "title": "Consent of {0}",
        "nobody": "an address that no customer has",
        "standing": "What stands",
        "nothing": "No word of consent; without one nothing is sent.",
        "objections": "Objects to being contacted: {0}",
        "stop": "Nothing goes out by {0}: {1}, since {2}",
        "held": "A reply by SMS waits for a person (since {0}): {1}",
        "disagrees": "Note: the projection that sends check says otherwise; the next review rewrites it.",
        "history": "Every word ({0}, the oldest first)",
        "elsewhere": "another address",
        "recorded": "stored {0}",
        "email": "email", "sms": "SMS", "phone": "phone", "visit": "visits",
        "care": "service and care", "marketing": "offers and events", "objection": "any contact",
        "granted": "granted", "withdrawn": "withdrawn", "objected": "objected",
        "record": "record of a source", "import": "imported file", "link": "unsubscribe link", "page": "preference page",
        "reply": "reply by SMS", "person": "told to a person", "refused_at_address": "refused at the address itself",
        "hard_bounce": "hard bounce", "soft_bounces": "bounced on several days", "complaint": "complaint",
        "any": "all channels",
    },
}  # fmt: skip


def print_consent(reference: str, *, state: Path, language: str, as_json: bool) -> int:
    """Prints the proof; NobodyKnown when nothing is known under the reference."""
    policy = load_policy()
    with operator(state) as (items, key, now):
        proof = prove_consent(reference, items=items, key=key, policy=policy, now=now)
    if proof is None:
        raise NobodyKnown(f"nothing is known under {reference!r}")
    if as_json:
        print(json.dumps(proof_to_plain(proof), ensure_ascii=False, indent=1))
    else:
        print("\n".join(consent_lines(proof, policy.tenant.tz, as_language(language))))
    return 0


def consent_lines(proof: Proof, zone: ZoneInfo, language: Language) -> Iterator[str]:
    """The proof in words, instants in the tenant's zone."""
    words = _WORDS[language]
    yield words["title"].format(proof.customer_id or words["nobody"])
    yield f"\n{words['standing']}"
    for line in proof.standing:
        yield f"  {_line(line, zone, words)}"
    if not proof.standing:
        yield f"  {words['nothing']}"
    if proof.objections:
        yield "  " + words["objections"].format(", ".join(words.get(one, one) for one in proof.objections))
    for stop in proof.stops:
        yield "  " + words["stop"].format(words[stop.channel], words.get(stop.reason, stop.reason), stop.at)
    if proof.held_since is not None:
        yield "  " + words["held"].format(_time(proof.held_since, zone), proof.held_text)
    if not proof.agrees:
        yield "  " + words["disagrees"]
    yield f"\n{words['history'].format(len(proof.history))}"
    for line in proof.history:
        yield f"  {_line(line, zone, words)}{'' if line.is_here else '  [' + words['elsewhere'] + ']'}"
        yield f"      {_evidence(line, zone, words)}"


def _line(line: Line, zone: ZoneInfo, words: dict[str, str]) -> str:
    said = " · ".join(words.get(part, part) for part in line.use.split("|"))
    return f"{_time(line.said_at, zone)}  {said}: {words[line.state]} ({words.get(line.how, line.how)})"


def _evidence(line: Line, zone: ZoneInfo, words: dict[str, str]) -> str:
    proof = sorted((line.proof or {}).items())
    told = [line.evidence, *(f"{name}={value}" for name, value in proof if name != "how")]
    told += [f"{line.record_id} / {line.consent_id}"] if line.record_id else []
    told += [words["recorded"].format(_time(line.recorded_at, zone))] if line.recorded_at else []
    return " · ".join(filter(None, told))


def _time(at: datetime, zone: ZoneInfo) -> str:
    return at.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S")
