"""The words of identity: what was compared, how far it agrees, what was decided and why not."""

from typing import Final

from shared.insight.snapshot import Words
from shared.insight.words import PROVENANCE, Language, Table, pick, word

COMPARED: Final[Table] = {
    "given": ("名", "given name"),
    "surname": ("姓", "surname"),
    "generation": ("辈分称谓", "junior or senior"),
    "birthday": ("生日", "birthday"),
    "sex": ("性别", "sex"),
    "identity": ("证件号码", "identity number"),
    "phone": ("电话", "phone"),
    "email": ("邮箱", "email"),
    "company": ("公司", "company"),
    "number": ("门牌号", "house number"),
    "street": ("街道", "street"),
    "building": ("楼宇", "building"),
    "place": ("城市", "city"),
    "postcode": ("邮编", "postcode"),
    "region": ("省份", "province"),
}
"""Fields of the comparison; each is part of a field of the record (FIELD_OF)."""
FIELD_OF: Final[dict[str, str]] = {
    "given": "name",
    "surname": "name",
    "generation": "name",
    "birthday": "birthday_on",
    "number": "address",
    "street": "address",
    "building": "address",
    "identity": "id_number",
    "place": "city",
    "region": "province",
}
KEYS: Final[Table] = {
    **COMPARED,
    "name_birthday": ("姓名与生日", "name and birthday"),
    "name_company": ("姓名与公司", "name and company"),
    "name_place": ("姓名与城市", "name and city"),
    "name_postcode": ("姓名与邮编", "name and postcode"),
}
"""What two records are found by: they share one of these."""
AGREEMENTS: Final[Table] = {
    "equal": ("相同", "equal"),
    "close": ("相近", "nearly equal"),
    "part": ("部分相同", "partly equal"),
    "differs": ("不同", "differs"),
}
IMPLIED: Final = "_implied"
IMPLIED_WORDS: Final[Words] = ("（已由地点说明）", " (the place says so already)")
STRENGTHS: Final[Table] = {
    "strong": ("强", "strong"),
    "clear": ("中", "clear"),
    "weak": ("弱", "weak"),
}
STRONG_BITS: Final = 6.0
"""64 times as often among records of one person as among strangers."""
CLEAR_BITS: Final = 2.0
"""4 times."""

STEPS_TAKEN: Final[Table] = {
    "accepted": ("确认为同一人", "accepted: one person"),
    "rejected": ("确认为不同的人", "rejected: two people"),
    "merged": ("人工合并", "merged by a person"),
    "unmerged": ("人工拆分", "parted by a person"),
    "always_same": ("始终为同一人", "always the same"),
    "never_same": ("绝非同一人", "never the same"),
    "undone": ("撤销先前的决定", "a decision was taken back"),
    "joined": ("按评分合并", "joined by score"),
    "kept_apart": ("相似但未合并", "alike, kept apart"),
    "moved": ("来源记录变化后重新归并", "regrouped after a change at the source"),
}
"""What a line of the journal says."""
REFUSALS: Final[Table] = {
    "not_found": ("没有这个编号，或已有决定", "there is no such id, or it was decided already"),
    "undone_before": ("该决定此前已撤销", "this was taken back before"),
    "decided_before": ("此前已有同样的决定", "this was decided before"),
    "one_customer_already": (
        "两条记录已属于同一客户，请先拆分",
        "both are one customer already: part them first",
    ),
    "too_many_members": ("合并后的来源记录过多", "one customer would have too many source records"),
    "too_many_writes": ("牵涉的记录过多，无法一次完成", "too many records hang together to change at once"),
    "name_records_or_an_alias": (
        "请给出来源记录，或曾用编号",
        "name the source records, or a former id",
    ),
    "missing_argument": ("缺少参数", "an argument is missing"),
    "not_one_customer": ("这些记录不属于同一客户", "these records are not of one customer"),
}
"""Why a decision was not taken."""

KINDS: Final[Table] = {
    "order": ("订单", "order"),
    "refund": ("退款", "refund"),
    "interaction": ("接触", "interaction"),
    "complaint": ("投诉", "complaint"),
    "satisfaction": ("满意度", "satisfaction"),
    "need": ("需求", "need"),
    "asset": ("资产", "asset"),
    "service": ("保养维修", "service"),
}
NOT_RECORDED: Final[Table] = {
    "contracts": ("合同", "contracts"),
    "received": ("已收款", "payments received"),
    "outstanding": ("未收款", "payments outstanding"),
    "shipments": ("发货", "shipments"),
    "invoices": ("发票", "invoices"),
    "quotes": ("报价", "quotes"),
}
"""What a whole view would hold (R4) and no source can tell us yet."""

_THEN: Final = "_then_"
_FIRST: Final[Table] = {
    "trusted": ("先取可信来源", "most trusted source"),
    "newest": ("取最新", "newest"),
    "most_complete": ("取最完整", "most complete"),
}


def provenance_words(rule: str, language: Language) -> str:
    """`trusted_then_newest` in words, also of a policy that names its criteria in another order."""
    if rule in PROVENANCE or _THEN not in rule:
        return word({**_FIRST, **PROVENANCE}, rule, language)
    return pick(("，再", ", then "), language).join(
        word(_FIRST, part, language) for part in rule.split(_THEN)
    )


def level_words(level: str, language: Language) -> str:
    """`equal_implied` in words."""
    plain = level.removesuffix(IMPLIED)
    return word(AGREEMENTS, plain, language) + (pick(IMPLIED_WORDS, language) if plain != level else "")


def strength_words(bits: float, language: Language) -> str:
    """How much a field says, whichever way: `+7.0 strong`."""
    size = abs(bits)
    name = "strong" if size >= STRONG_BITS else "clear" if size >= CLEAR_BITS else "weak"
    return f"{bits:+.1f} {word(STRENGTHS, name, language)}"
