"""Every code that a person reads, in Chinese and English, as tables. A code without words is shown as it is."""

import unicodedata
from collections.abc import Mapping
from datetime import date, datetime
from typing import Final, Literal
from zoneinfo import ZoneInfo

from shared.insight.playbook_words import ASKED, PLAY_RULES, PLAYBOOKS, SENT, playbook_parts
from shared.insight.snapshot import Why, Words

Language = Literal["zh", "en"]
Table = Mapping[str, Words]

LEVELS: Final[Table] = {
    "strategic": ("战略", "strategic"),
    "core": ("核心", "core"),
    "potential": ("潜力", "potential"),
    "basic": ("基础", "basic"),
}
RISKS: Final[Table] = {"high": ("高", "high"), "medium": ("中", "medium"), "low": ("低", "low")}
ACTIVITIES: Final[Table] = RISKS
TAGS: Final[Table] = {
    "level": ("级别", "level"),
    "risk": ("流失风险", "churn risk"),
    "activity": ("活跃度", "activity"),
}
FLAGS: Final[Table] = {
    "thin_evidence": ("依据不足", "thin evidence"),
    "watch:silent": ("关注：沉默", "watch: silent"),
    "watch:shrinking": ("关注：萎缩", "watch: shrinking"),
}
TAG_CODES: Final[Table] = {
    "strategic": ("金额与年限均达标", "amount and tenure suffice"),
    "core": ("金额达核心级", "amount of a core customer"),
    "big_but_new": ("金额达战略级但合作年限不足", "amount of a strategic customer, but too new"),
    "potential": ("金额达标且在增长", "amount and growth suffice"),
    "from_zero": ("金额达标，从零增长", "amount suffices, grown from zero"),
    "potential_no_growth": ("金额达潜力级但增长不足", "amount of a potential customer without the growth"),
    "basic": ("金额未达潜力级", "amount below the bands"),
    "held": ("在退出缓冲之内", "kept by the exit band"),
    "unconfirmed": ("新级别尚待确认", "a new level is not confirmed yet"),
    "lapsed": ("长期无往来", "lapsed"),
    "silent_and_down": ("沉默且金额下降", "silent and down"),
    "latched": ("沉默且下降之后尚无往来", "silent and down before, nothing since"),
    "complaint": ("近期有投诉", "recent complaint"),
    "none": ("无异常", "no anomaly"),
    "high": ("往来频繁", "many interactions"),
    "medium": ("往来一般", "some interactions"),
    "low": ("往来很少", "few interactions"),
    **FLAGS,
}
"""Reason codes of tags."""

DECISIONS: Final[Table] = {
    "planned": ("已安排", "planned"),
    "already_made": ("此前已做", "already made"),
    "merged": ("已并入另一次联系", "merged into another contact"),
    "capped": ("达到当日上限", "daily cap"),
    "no_consent": ("没有同意", "no consent"),
    "withdrawn": ("同意已撤回", "consent withdrawn"),
    "objected": ("客户反对联系", "objected"),
    "suppressed": ("地址在禁发名单", "suppressed address"),
    "do_not_contact": ("请勿联系", "do not contact"),
    "quiet_deferred": ("顺延到可发时段", "deferred by quiet hours"),
    "no_window": ("没有可发时段", "no send window"),
    "no_address": ("没有联系方式", "no address"),
    "invalid_address": ("联系方式无效", "invalid address"),
    "no_calendar": ("缺工作日历", "no calendar"),
    "staggered": ("首次导入分批", "first import spread"),
    "stale": ("已过时", "stale"),
    "holdout": ("对照组不联系", "holdout"),
    "personalisation_off": ("客户关闭个性化", "personalisation off"),
}
STATUSES: Final[Table] = {
    "PENDING": ("待发", "pending"),
    "CLAIMED": ("已领取", "claimed"),
    "SENDING": ("发送中", "sending"),
    "UNKNOWN": ("结果未知", "outcome unknown"),
    "UNCONFIRMED": ("未得确认", "unconfirmed"),
    "SENT": ("已发出", "sent"),
    "DELIVERED": ("已送达", "delivered"),
    "BOUNCED": ("被退回", "bounced"),
    "COMPLAINED": ("被举报为垃圾信息", "marked as spam"),
    "EXPIRED": ("已过期未发", "expired unsent"),
    "SUPPRESSED": ("已拦截", "suppressed"),
    "FAILED": ("失败", "failed"),
    "CANCELLED": ("已取消", "cancelled"),
}
SEND_REASONS: Final[Table] = {
    "no_address": ("没有联系方式", "no address"),
    "past_not_after": ("超过有效期", "past its validity"),
    "not_before": ("未到时间", "not yet time"),
    "on_hold": ("暂停发送", "on hold"),
    "no_budget": ("预算已用完", "budget spent"),
    "do_not_contact": ("客户标记为勿联系", "the customer is not to be contacted"),
    "merged_duplicate": ("合并后重复", "the same occasion twice after a merge"),
    "occasion_withdrawn": ("事由已撤销", "its occasion is gone"),
    "erased": ("客户资料已删除", "the customer was erased"),
    "operator": ("人工取消", "cancelled by a person"),
    "lost_window": ("恢复备份前可能已发出", "may have gone out before the restore"),
    "restored_while_sending": ("备份时正在发送", "was being sent at the restore point"),
    "no_registered_template": ("短信模板未报备", "no registered text fits"),
    "reply_review": ("该号码的回复待人工处理", "a reply of the number waits for a person"),
    "value_not_given": ("缺少必需的内容", "a value that the template needs is not known"),
    "value_malformed": ("内容无法识别", "a value of the template cannot be read"),
    "quiet_hours": ("免打扰时段", "quiet hours"),
    "channel_off": ("该渠道未开通", "channel is off"),
    "suppressed_address": ("地址在禁发名单", "suppressed address"),
    "no_consent": ("发送时没有同意", "no consent at the moment of sending"),
    "capped": ("达到当日上限", "daily cap"),
    "out_of_time": ("本次处理时间用完", "the attempt ran out of time"),
    "throttled": ("服务商限流", "throttled by the provider"),
    "lease_over": ("领取后未处理", "claimed but not handled"),
    "lease_over_while_sending": ("发送途中中断", "broken off while sending"),
    "no_event": ("没有收到回执", "no event of the provider"),
    # what a message can be refused for before it is sent
    "template_missing": ("缺少模板", "no such template"),
    "template_refused": ("模板不合规", "the template breaks a rule"),
    "render_failed": ("模板无法生成内容", "the template could not be rendered"),
    "output_too_large": ("内容过大", "the message is too large"),
    "value_missing": ("缺少要填入的内容", "a value is missing"),
    "value_too_long": ("填入的内容过长", "a value is too long"),
    "value_not_plain": ("填入的内容不是文字或数字", "a value is no plain text or number"),
    "list_too_long": ("填入的列表过长", "a list is too long"),
    "list_mixed": ("填入的列表混有文字和对象", "a list mixes texts and objects"),
    "too_many_names": ("填入的名称过多", "too many names"),
    "message_malformed": ("邮件格式不合规", "the message is malformed"),
    "header_not_allowed": ("邮件头不允许", "a header is not allowed"),
    "address_invalid": ("地址无效", "invalid address"),
    "contact_id_invalid": ("联系编号无效", "invalid contact id"),
    "signature_in_body": ("正文含签名括号", "signature brackets in the text"),
    "expired": ("已过有效期", "past its validity"),
}
"""Why a contact stands where it stands; a provider's own codes are shown as they came."""

RULES: Final[Table] = {
    **PLAY_RULES,
    "R2": ("数据规范", "data rules"),
    "R4": ("单一客户视图", "single customer view"),
    "R6": ("数据质量", "data quality"),
    "R9": ("静态标签", "static tags"),
    "R11": ("需求类型规则", "need type rule"),
    "R53": ("生命周期阶段", "stages of life"),
    "R63": ("服务类别", "service class"),
    "level.exit_percent": ("退出缓冲", "exit band"),
    "level.confirm_days": ("确认天数", "days of confirmation"),
    "R66": ("RFM 评分", "RFM score"),
    "R10": ("活跃度规则", "activity rule"),
    "R12": ("客户分级规则", "level rule"),
    "R14": ("大额新客户规则", "rule for big but new"),
    "R16": ("无增长规则", "rule for no growth"),
    "R18": ("增长规则", "growth rule"),
    "R19": ("流失风险规则", "churn risk rule"),
    "R20": ("下降与沉默判定", "decline and latch rule"),
    "R21": ("关注标记规则", "watch flags"),
    "R24": ("联系计划", "contact plan"),
    "R39": ("工作日历", "working-day calendar"),
    "R74": ("同意与反对", "consent and objection"),
    "X1": ("同一事由只联系一次", "one occasion, one contact"),
    "C5": ("禁发名单", "suppression list"),
    "Q2": ("免打扰时段", "quiet hours"),
    "Q3": ("收件人时区", "recipient's time zone"),
    "caps.messages_per_day": ("每日消息上限", "messages a day"),
    "caps.tasks_per_day": ("每日人工联系上限", "calls and visits a day"),
    "first_import.daily_limit": ("首次联系每日上限", "first contacts a day"),
}
CHANNELS: Final[Table] = {
    "email": ("邮件", "email"),
    "sms": ("短信", "SMS"),
    "call": ("电话", "call"),
    "visit": ("拜访", "visit"),
    "phone": ("电话", "phone"),
    "any": ("全部渠道", "any channel"),
}
CLASSES: Final[Table] = {
    "marketing": ("营销", "marketing"),
    "care": ("关怀", "care"),
    "service": ("服务", "service"),
    "legal": ("法定通知", "legal notice"),
    "task": ("人工任务", "task"),
}
GOALS: Final[Table] = {
    "deep_talk": ("深度沟通", "deep talk"),
    "retain": ("挽留", "retain"),
    "keep_in_touch": ("保持联系", "keep in touch"),
    "repair": ("修复关系", "repair"),
    "find_needs": ("挖掘需求", "find latent needs"),
    "activity": ("提升活跃", "raise activity"),
}
TASKS: Final[Table] = {**ASKED, "minutes_point": ("纪要待办", "open point of minutes")}
TEMPLATES: Final[Table] = SENT
STEPS: Final[Table] = {
    "matrix": ("常规联系", "regular contact"),
    "entry": ("进入该格", "on entering the cell"),
    "play": ("行动方案", "playbook"),
}
LINK_RULES: Final[Table] = {
    "score": ("按各项相似度评分", "by the score over all fields"),
    "key_alone": ("仅有联系方式，且相同", "nothing but an address, and it agrees"),
    "names_conflict": ("姓名冲突，未合并", "names conflict: kept apart"),
    "generations_conflict": ("辈分称谓冲突，未合并", "senior and junior: kept apart"),
    "identities_conflict": ("证件号码冲突，须人工判断", "identity numbers conflict: for a person"),
    "birthdays_conflict": ("出生日期冲突，须人工判断", "birthdays conflict: for a person"),
    "name_only": ("仅姓名相同，须人工判断", "only the name agrees: for a person"),
    "generation_unsure": (
        "只有一方注明长辈或晚辈，须人工判断",
        "only one of both says senior or junior: for a person",
    ),
    "shared_contact": ("共用联系方式但名字不同，未合并", "one address, other given names: kept apart"),
}
PROVENANCE: Final[Table] = {
    "newest": ("取最新", "newest"),
    "verified": ("经人工核实", "verified by a person"),
    "trusted_then_newest": ("先取可信来源，再取最新", "most trusted source, then newest"),
}
STANDINGS: Final[Table] = {
    "granted": ("已同意", "granted"),
    "withdrawn": ("已撤回", "withdrawn"),
    "objected": ("反对", "objected"),
    "asked_again": ("已申请恢复，待复核", "wanted again, from the next review on"),
}
CASE_STATUSES: Final[Table] = {
    "open": ("待办", "open"),
    "done": ("完成", "done"),
    "closed": ("已结束（未达成）", "closed without success"),
    "cancelled": ("取消", "cancelled"),
}
SEVERITIES: Final[Table] = {
    "refused": ("拒收", "refused"),
    "suspicious": ("存疑", "suspicious"),
    "repaired": ("已修复", "repaired"),
}
OUTCOMES: Final[Table] = {
    "new": ("新增", "new"),
    "updated": ("更新", "updated"),
    "unchanged": ("未变", "unchanged"),
    "quarantined": ("隔离", "quarantined"),
}
SOURCES: Final[Table] = {"sales": ("销售", "sales"), "service": ("服务", "service"), "web": ("网站", "web")}
FIELDS: Final[Table] = {
    "name": ("姓名", "name"),
    "title": ("职务", "title"),
    "company": ("公司", "company"),
    "industry": ("行业", "industry"),
    "phone": ("电话", "phone"),
    "email": ("邮箱", "email"),
    "country": ("国家", "country"),
    "province": ("省份", "province"),
    "city": ("城市", "city"),
    "language": ("语言", "language"),
    "birthday_on": ("生日", "birthday"),
    "lunar_birthday": ("农历生日", "lunar birthday"),
    "employees": ("员工人数", "employees"),
    "first_cooperation_on": ("首次合作", "first cooperation"),
    "system": ("来源系统", "source system"),
    "kind": ("记录类型", "kind"),
    "ref": ("客户编号", "customer id"),
    "address": ("地址", "address"),
    "id_number": ("证件号码", "identity number"),
    "id_number_hash": ("证件号码（仅存摘要）", "identity number (digest only)"),
    "birthday": ("生日", "birthday"),
    "first_cooperation": ("首次合作", "first cooperation"),
    "id": ("记录编号", "record id"),
    "version": ("版本", "version"),
    "event_at": ("发生时间", "event time"),
    "changed_at": ("修改时间", "change time"),
    "deleted": ("已删除", "deleted"),
    "origin": ("出处", "origin"),
    "amount": ("金额", "amount"),
    "currency": ("币种", "currency"),
    "stage": ("进度", "stage"),
    "channel": ("渠道", "channel"),
    "topic": ("主题", "topic"),
    "is_interaction": ("是否接触", "is interaction"),
    "score": ("评分", "score"),
    "dimension": ("评价维度", "dimension"),
    "need_type": ("需求类型", "need type"),
    "priority": ("优先级", "priority"),
    "purpose": ("用途", "purpose"),
    "action": ("同意操作", "consent action"),
    "evidence": ("依据", "evidence"),
    "asset_id": ("资产编号", "asset number"),
    "product": ("产品", "product"),
    "bought_on": ("购买日期", "bought on"),
    "warranty_ends_on": ("质保到期", "warranty ends"),
    "insurance_ends_on": ("保险到期", "insurance ends"),
    "inspection_due_on": ("年检到期", "inspection due"),
    "mileage_km": ("里程", "mileage"),
    "service_type": ("服务类型", "service type"),
    "in_warranty": ("是否在保", "in warranty"),
}
CHECKS: Final[Table] = {
    "records_in": (
        "进入 = 新增 + 更新 + 未变 + 隔离",
        "records in = new + updated + unchanged + quarantined",
    ),
    "quarantine_of_file": ("文件的隔离行数", "rows of a file in quarantine"),
    "new_records_stored": ("新增的记录都已保存", "new records are stored"),
    "quality_covers": (
        "质量报告涵盖全部记录与隔离行",
        "the quality report covers all records and quarantined rows",
    ),
    "levels": ("客户 = 各级别之和", "customers = sum over levels"),
    "risks": ("客户 = 各风险之和", "customers = sum over risks"),
    "activities": ("客户 = 各活跃度之和", "customers = sum over activities"),
    "members": ("来源记录 = 成员之和", "source records = sum of members"),
    "decisions": ("候选 = 各决定之和", "candidates = sum over decisions"),
    "statuses": ("联系 = 各状态之和", "contacts = sum over statuses"),
    "planned_have_rows": ("已安排的都有联系记录", "planned candidates have rows"),
    "merged_have_carriers": ("已并入的都有所并入的联系", "merged candidates have their carrier"),
    "tasks_have_cases": ("人工任务都有工单", "tasks have cases"),
    "completion": ("联系 = 完成 + 未完成 + 进行中", "contacts = completed + missed + under way"),
    "timeliness": (
        "工单 = 按时 + 未按时 + 未到期 + 已取消",
        "cases = on time + missed + not due + cancelled",
    ),
}
_UNITS: Final[Table] = {"week": ("周", "week"), "month": ("个月", "month")}


def pick(words: Words, language: Language) -> str:
    return words[0] if language == "zh" else words[1]


def word(table: Table, code: str, language: Language) -> str:
    """The words of a code; the code itself where the table has none."""
    return pick(table.get(code, (code, code)), language)


def yuan(fen: int) -> str:
    """Such as `986,000 元` or `7.55 元`."""
    sign, (whole, cents) = "-" if fen < 0 else "", divmod(abs(fen), 100)
    return f"{sign}{whole:,}.{cents:02d} 元" if cents else f"{sign}{whole:,} 元"


def interval(every: str, language: Language) -> str:
    """`2 month` (as the plan stores it) in words."""
    count, _, unit = every.partition(" ")
    words = _UNITS.get(unit)
    if words is None or not count.isdigit():
        return every
    if language == "zh":
        return f"每 {count} {words[0]}"
    return f"every {words[1]}" if count == "1" else f"every {count} {words[1]}s"


def cell_words(cell: str, language: Language) -> str:
    """`core.high` in words."""
    level, _, risk = cell.partition(".")
    joint = "·风险" if language == "zh" else ", risk "
    return f"{word(LEVELS, level, language)}{joint}{word(RISKS, risk, language)}"


def step_words(plan_step: str, language: Language) -> str:
    """`matrix.core.high.1`, `entry.strategic.high` or `play.birthday.1` in words."""
    kind, *rest = plan_step.split(".")
    if kind not in STEPS or len(rest) < 2:
        return plan_step
    if kind == "play":
        return f"{word(STEPS, kind, language)} {word(PLAYBOOKS, rest[0], language)} {rest[1]}"
    number = f" {rest[2]}" if len(rest) > 2 else ""
    return f"{word(STEPS, kind, language)}{number} ({cell_words('.'.join(rest[:2]), language)})"


def explain_why(why: Why, language: Language) -> str:
    """Why a contact was wanted, from a contact's reasons or a task's brief: cell, interval, last contact, goal."""
    if why.get("playbook"):
        return _explain_playbook(why, language)
    cell = why.get("cell") or (f"{why['level']}.{why.get('risk')}" if why.get("level") else None)
    parts = [cell_words(str(cell), language)] if cell else []
    if isinstance(every := why.get("every"), str):
        parts.append(interval(every, language))
    if isinstance(goal := why.get("goal"), str):
        parts.append(pick(("目标：{0}", "goal: {0}"), language).format(word(GOALS, goal, language)))
    last = why.get("last_contact_on")
    said = ("上次联系 {0}", "last contact {0}") if last else ("从未联系", "never contacted")
    parts.append(pick(said, language).format(last))
    return pick(("，", ", "), language).join(parts)


def _explain_playbook(why: Why, language: Language) -> str:
    """The playbook, the inputs that made its occasion, and the channels that would have come first."""
    parts = [pick(words, language) for words in playbook_parts(why)]
    for one in filter(None, str(why.get("tried") or "").split(",")):
        channel, _, decision = one.partition(":")
        said = pick(("不用{0}（{1}）", "not by {0} ({1})"), language)
        parts.append(said.format(word(CHANNELS, channel, language), word(DECISIONS, decision, language)))
    return pick(("，", ", "), language).join(parts)


def task_title(task: str, language: Language) -> str:
    """What a person shall do; a task of the tenant's own is shown as it is named."""
    return word(TASKS, task, language)


def local_time(instant: datetime, zone: ZoneInfo) -> str:
    """`2026-06-30 09:00` on the zone's clock."""
    return instant.astimezone(zone).strftime("%Y-%m-%d %H:%M")


def iso_day(day: date | None) -> str:
    return "—" if day is None else day.isoformat()


def display_width(text: str) -> int:
    """Columns in a terminal: wide characters take two."""
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)
