"""Need, stage of life, service class, habits, quality and marks as sentences, with the evidence behind each."""

from collections.abc import Callable, Mapping
from typing import Final

from shared.insight.snapshot import Words
from shared.insight.words import CHANNELS, Language, Table, pick, word, yuan
from shared.model.tags import Reason

UNKNOWN: Final[Words] = ("未知", "unknown")
NEEDS: Final[Table] = {
    "product": ("产品", "product"),
    "service": ("服务", "service"),
    "price": ("价格", "price"),
}
STAGES: Final[Table] = {
    "acquisition": ("获取期", "acquisition"),
    "growth": ("成长期", "growth"),
    "maturity": ("成熟期", "maturity"),
    "decline": ("衰退期", "decline"),
    "left": ("已流失", "left"),
}
SERVICE_CLASSES: Final[Table] = {
    "enterprise": ("企业客户", "enterprise"),
    "household": ("家庭客户", "household"),
    "vip": ("VIP", "VIP"),
}
WAYS: Final[Table] = {
    **CHANNELS,
    "chat": ("在线聊天", "chat"),
    "ticket": ("工单", "ticket"),
    "web": ("网站", "web"),
    "app": ("应用", "app"),
    "other": ("其他", "other"),
}
FAULTS: Final[Table] = {
    "no_name": ("没有姓名", "no name"),
    "no_email": ("没有邮箱", "no email"),
    "no_phone": ("没有电话", "no phone"),
    "unreachable": ("无法联系", "cannot be reached"),
    "no_place": ("没有所在地", "no place"),
    "too_many_members": ("来源记录过多", "too many source records"),
}
MARK_NAMES: Final[Table] = {
    "vip": ("VIP", "VIP"),
    "do_not_contact": ("请勿联系", "do not contact"),
    "personalisation_off": ("关闭个性化", "personalisation off"),
}
REGIONS: Final[Table] = {
    "华北": ("华北", "North China"),
    "东北": ("东北", "Northeast China"),
    "华东": ("华东", "East China"),
    "华中": ("华中", "Central China"),
    "华南": ("华南", "South China"),
    "西南": ("西南", "Southwest China"),
    "西北": ("西北", "Northwest China"),
    "港澳台": ("港澳台", "Hong Kong, Macao, Taiwan"),
}
INDUSTRIES: Final[Table] = {
    "A": ("农、林、牧、渔业", "agriculture"),
    "B": ("采矿业", "mining"),
    "C": ("制造业", "manufacturing"),
    "D": ("电力、热力、燃气及水的生产和供应", "energy and water"),
    "E": ("建筑业", "construction"),
    "F": ("批发和零售业", "wholesale and retail"),
    "G": ("交通运输、仓储和邮政", "transport and storage"),
    "H": ("住宿和餐饮业", "hotels and catering"),
    "I": ("信息传输、软件和信息技术服务", "information technology"),
    "J": ("金融业", "finance"),
    "K": ("房地产业", "real estate"),
    "L": ("租赁和商务服务业", "rental and business services"),
    "M": ("科学研究和技术服务业", "research and technical services"),
    "N": ("水利、环境和公共设施管理", "environment and public facilities"),
    "O": ("居民服务、修理和其他服务", "household services and repair"),
    "P": ("教育", "education"),
    "Q": ("卫生和社会工作", "health and social work"),
    "R": ("文化、体育和娱乐业", "culture, sports and entertainment"),
    "S": ("公共管理、社会保障和社会组织", "public administration"),
    "T": ("国际组织", "international organisations"),
}
"""Sections of GB/T 4754-2017; a division such as C39 is of its section."""
SIZES: Final[Table] = {
    "micro": ("微型", "micro"),
    "small": ("小型", "small"),
    "medium": ("中型", "medium"),
    "large": ("大型", "large"),
}
TRAITS: Final[Table] = {
    "need": ("需求类型", "need"),
    "stage": ("生命周期", "stage of life"),
    "service_class": ("服务类别", "service class"),
    "industry": ("行业", "industry"),
    "size": ("规模", "size"),
    "region": ("区域", "region"),
    "channel": ("常用渠道", "channel they answer by"),
    "hour": ("常用时段", "hour they answer at"),
    "rfm": ("RFM", "RFM"),
}
CODES: Final[Table] = {
    "no_need": ("没有需求记录", "no need on record"),
    "plurality": ("最常提出", "named most often"),
    "newest_of_tied": ("并列之中最新", "the newest of those tied"),
    "no_order_yet": ("尚无订单", "no order yet"),
    "new_customer": ("首单不久", "first order not long ago"),
    "amount_grows": ("金额增长", "the amount grows"),
    "steady": ("稳定", "steady"),
    "lapsed": ("长期无往来", "lapsed"),
    "silent_and_down": ("沉默且金额下降", "silent and down"),
    "latched": ("沉默且下降之后尚无往来", "silent and down before, nothing since"),
    "watch:shrinking": ("金额萎缩", "the amount shrinks"),
    "has_company": ("有公司名称", "has a company"),
    "has_no_company": ("没有公司名称", "has no company"),
    "no_name": ("没有姓名", "no name"),
    "set_by_person": ("由人设定", "set by a person"),
    "told": ("来自记录", "told by a record"),
    "not_told": ("记录未提供", "no record tells it"),
    "by_headcount": ("按员工人数", "by its headcount"),
    "by_province": ("按省份", "by province"),
    "by_country": ("按国家", "by country"),
    "habit": ("最常见", "most often"),
    "too_few_contacts": ("联系太少", "too few contacts"),
    "fifths": ("在全部客户中的五分位，5 最高", "fifths of the whole base, 5 is best"),
    "no_order_in_window": ("期内无订单", "no order in the window"),
    "no_cuts_yet": (
        "尚无分界点，先运行 guanxi verify --repair",
        "no cut points yet: guanxi verify --repair makes them",
    ),
}
_VALUES: Final[Mapping[str, Table]] = {
    "need": NEEDS,
    "stage": STAGES,
    "service_class": SERVICE_CLASSES,
    "channel": WAYS,
    "region": REGIONS,
    "size": SIZES,
}


def explain_trait(reason: Reason, language: Language) -> str:
    """Such as `price: named most often (price 3, service 1 in 12 months)`."""
    name = reason.tag.partition(":")[0]
    value = trait_value(reason.tag, reason.value, language)
    if name == "quality":
        return value
    because = word(CODES, reason.code, language)
    evidence = _EVIDENCE.get(name, _no_evidence)(reason, language)
    said = ("{0}：{1}（{2}）", "{0}: {1} ({2})") if evidence else ("{0}：{1}", "{0}: {1}")
    return pick(said, language).format(value, because, evidence)


def trait_label(tag: str, language: Language) -> str:
    """The name of a trait; a mark and a fault of quality share one name each."""
    kind, _, name = tag.partition(":")
    if kind == "mark":
        return pick(("人工标记", "mark"), language)
    return pick(("数据质量", "data quality"), language) if name else word(TRAITS, tag, language)


def trait_value(tag: str, value: str, language: Language) -> str:
    kind = tag.partition(":")[0]
    if value == "unknown":
        return pick(UNKNOWN, language)
    if kind in ("mark", "quality"):
        return word(MARK_NAMES if kind == "mark" else FAULTS, value, language)
    if kind == "industry":
        is_code = value[:1] in INDUSTRIES and (len(value) == 1 or value[1:].isdecimal())
        return f"{value} {word(INDUSTRIES, value[:1], language)}" if is_code else value
    return f"{value}:00" if kind == "hour" else word(_VALUES.get(kind, {}), value, language)


def is_trait(tag: str) -> bool:
    return tag in TRAITS or tag.partition(":")[0] in ("mark", "quality")


def _no_evidence(_reason: Reason, _language: Language) -> str:
    return ""


def _needs(reason: Reason, language: Language) -> str:
    counts = sorted(reason.inputs.items(), key=lambda item: (-int(item[1] or 0), item[0]))
    named = pick(("、", ", "), language).join(f"{word(NEEDS, name, language)} {n}" for name, n in counts)
    said = pick(("{1} 个月内 {0}", "{0} in {1} months"), language)
    return said.format(named, reason.threshold.get("months")) if counts else ""


def _stage(reason: Reason, language: Language) -> str:
    inputs = reason.inputs
    parts = []
    if inputs.get("first_order_on"):
        parts.append(pick(("首单 {0}", "first order {0}"), language).format(inputs["first_order_on"]))
    if reason.value in ("growth", "maturity"):
        amounts = [yuan(int(inputs.get(name) or 0)) for name in ("recent_fen", "previous_fen")]
        said = pick(
            ("近半期 {0}，此前 {1}，界线 +{2}%", "recent half {0}, before {1}; limit +{2} %"), language
        )
        parts.append(said.format(*amounts, reason.threshold.get("growth_percent")))
    if reason.code == "new_customer":
        said = pick(("{0} 个月内算新客户", "new for {0} months"), language)
        parts.append(said.format(reason.threshold.get("new_months")))
    return pick(("，", ", "), language).join(parts)


def _habit(reason: Reason, language: Language) -> str:
    inputs, threshold = reason.inputs, reason.threshold
    said = ("{1} 个月内 {2} 次联系中 {0} 次", "{0} of {2} contact(s) in {1} months")
    if reason.code == "too_few_contacts":
        said = ("{1} 个月内 {2} 次，至少 {3} 次", "{2} in {1} months, {3} at least")
    return pick(said, language).format(
        inputs.get("times"), threshold.get("months"), inputs.get("contacts"), threshold.get("habit_min")
    )


def _rfm(reason: Reason, language: Language) -> str:
    inputs = reason.inputs
    said = ("最近订单 {0}，{3} 个月内 {1} 单 {2}", "last order {0}, {1} order(s) and {2} in {3} months")
    if inputs.get("last_order_on") is None:
        return ""
    amount = yuan(int(inputs.get("amount_fen") or 0))
    return pick(said, language).format(
        inputs["last_order_on"], inputs.get("orders"), amount, reason.threshold.get("months")
    )


def _mark(reason: Reason, language: Language) -> str:
    until = reason.inputs.get("until")
    parts = [pick(("{0} 于 {1}", "{0} on {1}"), language)]
    parts.append(
        pick(("至 {2}", "until {2}"), language) if until else pick(("直至撤销", "until taken back"), language)
    )
    said = pick(("，", ", "), language).join(parts)
    return said.format(reason.inputs.get("by"), str(reason.inputs.get("since"))[:10], until)


def _size(reason: Reason, language: Language) -> str:
    people, bands = reason.inputs.get("employees"), reason.threshold
    if people is None:
        return ""
    said = (
        "{0} 人；小型 {1} 人起，中型 {2} 人起，大型 {3} 人起",
        "{0}; small from {1} on, medium {2}, large {3}",
    )
    limits = (bands.get(name) for name in ("small_min", "medium_min", "large_min"))
    return pick(said, language).format(people, *limits)


def _vip(reason: Reason, _language: Language) -> str:
    return str(reason.inputs.get("by") or "")


_EVIDENCE: Final[Mapping[str, Callable[[Reason, Language], str]]] = {
    "need": _needs,
    "stage": _stage,
    "channel": _habit,
    "hour": _habit,
    "rfm": _rfm,
    "mark": _mark,
    "service_class": _vip,
    "size": _size,
}
