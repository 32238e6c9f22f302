"""Every code that cleaning can give: how serious it is, and what it tells the person who has to mend it (R2).

The words go into quarantine files and data-quality reports; they say what was found and what to do.
"""

from functools import lru_cache
from typing import NamedTuple

from shared.cleaning.asset_codes import ASSET_FIELD_CODES, ASSET_REFUSAL_CODES
from shared.model.issues import Issue, Severity

_REPAIRED, _SUSPICIOUS, _REFUSED = Severity.REPAIRED, Severity.SUSPICIOUS, Severity.REFUSED


class Code(NamedTuple):
    severity: Severity
    zh: str
    en: str


FIELD_CODES: dict[str, Code] = {
    # text
    "not_a_value": Code(
        _REFUSED,
        "此处应为单个值，却是列表或对象；请拆开后重传。",
        "A list or object stands where one value belongs; split it and send again.",
    ),
    "text_repaired": Code(
        _REPAIRED,
        "文字曾被错误的编码读取，已还原；请核对来源的编码设置。",
        "The text had been read with the wrong encoding and was restored; check the export.",
    ),
    "unreadable_text": Code(
        _REFUSED,
        "编码已损坏，无法还原；请从源系统重新导出。",
        "The encoding is damaged beyond repair; export again from the source system.",
    ),
    "text_truncated": Code(
        _SUSPICIOUS,
        "文字过长，已截断；请核对是否填错栏。",
        "The text was too long and was cut; check that it is in the right column.",
    ),
    "formula_like": Code(
        _SUSPICIOUS,
        "以公式符号开头，保留原文；导出到表格前会作处理。",
        "It begins like a spreadsheet formula; it is kept as text and made harmless on export.",
    ),
    # names
    "not_a_name": Code(
        _REFUSED, "不是人名；请填写联系人姓名。", "This is not a person's name; enter the contact's name."
    ),
    "placeholder_name": Code(
        _REFUSED,
        "这是占位或测试用的名字；请填写真实姓名。",
        "This is a placeholder or test name; enter the real one.",
    ),
    "name_text_removed": Code(
        _REPAIRED,
        "姓名中夹带的括号、号码或符号已去除。",
        "Brackets, numbers or symbols inside the name were removed.",
    ),
    "name_reordered": Code(
        _REPAIRED, "“姓, 名”已改为“名 姓”。", "“Last, First” was turned into “First Last”."
    ),
    "honorific_split": Code(
        _REPAIRED, "称谓已从姓名中分出。", "The form of address was split from the name."
    ),
    "surname_only": Code(
        _SUSPICIOUS, "只有姓没有名；下次联系时请补全。", "Only a surname; complete it at the next contact."
    ),
    "several_names": Code(
        _SUSPICIOUS,
        "一格内有多人，只取第一位；其余请分行填写。",
        "One cell names several people; the first was taken, enter the others apart.",
    ),
    "not_a_company": Code(
        _REFUSED,
        "不是公司名称；请填写公司全称。",
        "This is not a company's name; enter its full name.",
    ),
    # phones
    "bad_phone": Code(
        _REFUSED,
        "不是有效的电话号码；请核对后重填。",
        "This is not a valid phone number; check and enter it again.",
    ),
    "phone_too_short": Code(
        _REFUSED, "电话号码位数不足；请补全。", "The phone number has too few digits; complete it."
    ),
    "phone_too_long": Code(
        _REFUSED, "电话号码位数过多；请核对。", "The phone number has too many digits; check it."
    ),
    "phone_no_area_code": Code(_REFUSED, "座机缺少区号；请补上区号。", "The area code is missing; add it."),
    "phone_damaged": Code(
        _REFUSED,
        "号码被表格软件改成科学计数法，尾数已丢失；请把该列设为文本后重新导出。",
        "A spreadsheet turned the number into scientific notation and lost digits; "
        "format the column as text and export again.",
    ),
    "placeholder_phone": Code(
        _REFUSED,
        "这是占位号码，不属于任何客户；请填写真实号码。",
        "This is a placeholder number that belongs to no customer; enter the real one.",
    ),
    "several_phones": Code(
        _SUSPICIOUS,
        "一格内有多个号码，只取第一个有效的；其余请分行填写。",
        "One cell holds several numbers; the first valid one was taken, enter the others apart.",
    ),
    "extension_removed": Code(
        _SUSPICIOUS,
        "分机号已分出，未保留在号码中；拨打前请查原始记录。",
        "The extension was split off; look at the raw record before you call.",
    ),
    "phone_text_removed": Code(_REPAIRED, "号码旁的文字已去除。", "Words beside the number were removed."),
    # emails
    "bad_email": Code(
        _REFUSED,
        "不是有效的邮箱地址；请核对后重填。",
        "This is not a valid email address; check and enter it again.",
    ),
    "several_emails": Code(
        _SUSPICIOUS,
        "一格内有多个邮箱，只取第一个有效的；其余请分行填写。",
        "One cell holds several addresses; the first valid one was taken, enter the others apart.",
    ),
    "email_typo": Code(
        _SUSPICIOUS,
        "邮箱域名疑似拼写错误，未改动；请向客户确认。",
        "The email domain looks misspelt; nothing was changed, ask the customer.",
    ),
    "disposable_email": Code(
        _SUSPICIOUS,
        "一次性邮箱，很快会失效；请向客户索取常用邮箱。",
        "A throw-away mailbox that soon stops working; ask the customer for a lasting one.",
    ),
    "role_email": Code(
        _SUSPICIOUS,
        "公共邮箱，不属于个人；请补充联系人自己的邮箱。",
        "A mailbox of a function, not of a person; add the contact's own address.",
    ),
    # dates
    "bad_date": Code(
        _REFUSED,
        "无法识别的日期；请写成 2026-05-03 的形式。",
        "This date cannot be read; write it like 2026-05-03.",
    ),
    "bad_time": Code(
        _REFUSED,
        "日期可读，时间不可读；请写成 2026-05-03 15:30 的形式。",
        "The day can be read but not the time; write it like 2026-05-03 15:30.",
    ),
    "ambiguous_date": Code(
        _REFUSED,
        "分不清日在前还是月在前；请为该来源设定 day_first，或写成 2026-05-03。",
        "Day first or month first cannot be told; set day_first for this source, or write 2026-05-03.",
    ),
    "date_against_hint": Code(
        _SUSPICIOUS,
        "该日期与来源约定的日月顺序不符，按唯一可能的读法处理；请核对来源设置。",
        "The date contradicts the source's day order; it was read the only possible way, check the setting.",
    ),
    "two_digit_year": Code(
        _REFUSED, "年份只有两位；请写四位年份。", "The year has two digits; write all four."
    ),
    "incomplete_date": Code(
        _REFUSED,
        "日期缺少年、月或日；请补全，写成 2026-05-03 的形式。",
        "The date lacks its year, month or day; complete it, like 2026-05-03.",
    ),
    "bare_number_date": Code(
        _REFUSED,
        "日期是一个数字，无法确定含义；请设为日期格式，或注明表格的日期起点。",
        "The date is a bare number of unknown meaning; format the column as a date, "
        "or state the sheet's epoch.",
    ),
    "date_out_of_range": Code(
        _REFUSED,
        "日期超出合理范围；请核对年份。",
        "The date lies outside any sensible range; check the year.",
    ),
    "event_too_old": Code(
        _REFUSED,
        "事件时间过早，多为笔误；请核对年份。",
        "The event lies too far back, likely a slip of the pen; check the year.",
    ),
    "future_event": Code(
        _SUSPICIOUS,
        "事件时间在未来，到时才计入；请核对。",
        "The event lies in the future and counts from then on; check it.",
    ),
    "future_date": Code(
        _REFUSED, "该日期不能在未来；请核对。", "This date cannot lie in the future; check it."
    ),
    "placeholder_date": Code(
        _REFUSED,
        "这是系统默认日期，不是真实日期；请填写真实日期。",
        "This is a system's default date, not a real one; enter the real date.",
    ),
    "assumed_received_time": Code(
        _REPAIRED, "没有事件时间，已采用接收时间。", "There is no event time; the time of receipt was taken."
    ),
    # money
    "bad_amount": Code(
        _REFUSED,
        "无法识别的金额；请写成数字，单位另列。",
        "This amount cannot be read; write a plain number and put the unit apart.",
    ),
    "ambiguous_amount": Code(
        _REFUSED,
        "千分位与小数点分不清；请注明地区，或去掉千分位。",
        "Thousands and decimals cannot be told apart; state the region or drop the separators.",
    ),
    "ambiguous_currency": Code(
        _REFUSED,
        "币种符号可指多种货币；请注明币种代码。",
        "The sign stands for more than one currency; state the code.",
    ),
    "amount_range": Code(
        _REFUSED, "金额是一个区间；请填写实际金额。", "The amount is a range; enter the actual amount."
    ),
    "inexact_amount": Code(
        _REFUSED, "金额只是约数；请填写实际金额。", "The amount is only approximate; enter the actual amount."
    ),
    "amount_too_large": Code(_REFUSED, "金额过大；请核对单位。", "The amount is too large; check the unit."),
    "amount_rounded": Code(_REPAIRED, "金额已四舍五入到分。", "The amount was rounded to the cent."),
    "negative_order": Code(
        _SUSPICIOUS,
        "订单金额为负；若是退款，请作为退款上传。",
        "The order is negative; if it is a refund, send it as a refund.",
    ),
    "refund_sign": Code(
        _REPAIRED, "退款金额为负，已取绝对值。", "The refund was negative; its size was taken."
    ),
    "currency_conflict": Code(
        _REFUSED,
        "金额中的币种与币种栏不一致；请核对。",
        "The currency in the amount contradicts the currency column; check both.",
    ),
    "unconverted": Code(
        _SUSPICIOUS,
        "该币种当日没有汇率，金额不参与分级；请在策略中补充汇率。",
        "There is no rate for this currency and day; the amount decides no level until the policy has one.",
    ),
    "bad_unit": Code(
        _REFUSED,
        "无法识别的金额单位；请写元、万元或币种代码。",
        "The money unit is not known; write 元, 万元 or a currency code.",
    ),
    # places, industries, categories
    "unknown_industry": Code(
        _REFUSED,
        "无法归入国标行业门类；请填写行业名称或门类字母 A 至 T。",
        "The industry fits no section of GB/T 4754; enter its name or letter A to T.",
    ),
    "unknown_country": Code(
        _REFUSED,
        "无法识别的国家或地区；请填写名称或两位代码。",
        "The country is not known; enter its name or two-letter code.",
    ),
    "unknown_province": Code(
        _REFUSED,
        "无法识别的省份；请填写省级行政区名称。",
        "The province is not known; enter a province-level name.",
    ),
    "bad_check_digit": Code(
        _REFUSED,
        "校验位不符，号码抄录有误；请核对原件。",
        "The check digit does not fit, so a character is wrong; compare with the original.",
    ),
    "bad_identifier": Code(
        _REFUSED,
        "号码的长度或格式不符；请核对原件。",
        "The number has the wrong length or form; compare with the original.",
    ),
    "bad_birth_date": Code(
        _REFUSED,
        "身份证号中的出生日期不存在；请核对原件。",
        "The birth date inside the identity number does not exist; compare with the original.",
    ),
    "bad_region_code": Code(
        _REFUSED,
        "号码中的行政区划代码不存在；请核对原件。",
        "The region code inside the number does not exist; compare with the original.",
    ),
    "unknown_region_code": Code(
        _SUSPICIOUS,
        "县级行政区划代码不在历年名录中，号码其余部分无误；请核对原件。",
        "The county's code is in no list of divisions, the rest of the number fits; compare with the original.",
    ),
    "unknown_vat_country": Code(
        _REFUSED,
        "税号前缺少欧盟国家代码，或代码未知；请补上两位国家代码。",
        "The VAT number begins with no country of the EU; add the two-letter country code.",
    ),
    "old_identity_number": Code(
        _SUSPICIOUS,
        "15 位旧身份证号已换算为 18 位；请与新证核对。",
        "The old 15-digit identity number was written with 18; compare with the new card.",
    ),
    "not_an_address": Code(_REFUSED, "不是地址；请填写地址。", "This is not an address; enter one."),
    "ambiguous_place": Code(
        _SUSPICIOUS,
        "多地有同名区县，未作推断；请补上省市。",
        "Several places have this name and none was guessed; add province and city.",
    ),
    "place_conflict": Code(
        _SUSPICIOUS,
        "区县不在所写的省市内，未采用；请核对。",
        "The place named does not lie in the province or city before it and was not taken; check.",
    ),
    "unplaced_address": Code(
        _SUSPICIOUS,
        "地址没有写明省市，未作推断；请补上。",
        "The address names no province or city and none was guessed; add them.",
    ),
    "former_place": Code(
        _REPAIRED,
        "旧地名已改为现行行政区划名称。",
        "A former name was replaced by that of today's division.",
    ),
    "divided_place": Code(
        _SUSPICIOUS,
        "该区划已拆分到多处，保留原名；请核对现属何处。",
        "This division was divided among several; its old name is kept, find out where the address is now.",
    ),
    "unknown_language": Code(
        _REFUSED,
        "只支持中文或英文；将按默认语言联系。",
        "Only Chinese and English are supported; the default language is used.",
    ),
    "unknown_flag": Code(_REFUSED, "应为是或否；请核对。", "Yes or no is expected; check it."),
    "unknown_channel": Code(
        _SUSPICIOUS,
        "无法识别的渠道，按“其他”或“全部”处理；请补充对应关系。",
        "The channel is not known and was read as “other” or “any”; extend the mapping.",
    ),
    "unknown_purpose": Code(
        _SUSPICIOUS,
        "无法识别的用途，撤回时按“全部”处理；请补充对应关系。",
        "The purpose is not known; a withdrawal was read as “any”; extend the mapping.",
    ),
    "unknown_need_type": Code(
        _REFUSED, "需求类型应为产品、服务或价格。", "A need concerns product, service or price."
    ),
    "unknown_priority": Code(_REFUSED, "优先级应为高、中或低。", "The priority is high, medium or low."),
    "unknown_dimension": Code(
        _REFUSED,
        "满意度维度应为产品质量、服务质量、交付时间或性价比。",
        "The dimension is product quality, service quality, delivery time or value for money.",
    ),
    "bad_score": Code(
        _REFUSED,
        "评分应为 1 至 5 的整数；其他分制请先换算。",
        "A score is a whole number from 1 to 5; convert other scales first.",
    ),
    # the record as a whole
    "bad_version": Code(
        _REFUSED,
        "版本号应为非负整数；已改用变更时间。",
        "A version is a whole number, not negative; the change time was used instead.",
    ),
    "bad_hint": Code(
        _REFUSED,
        "无法识别的来源提示，已忽略；请核对文件设置。",
        "A hint about the source is not known and was ignored; check the file settings.",
    ),
    "bad_origin": Code(
        _REFUSED, "文件位置信息不完整，已忽略。", "The position in the file is incomplete; ignored."
    ),
    "weak_identity": Code(
        _SUSPICIOUS,
        "只有姓名，同名的人会混在一起；请补充电话、邮箱或客户编号。",
        "Only a name identifies this record, and namesakes would mix; "
        "add a phone, an email or a customer id.",
    ),
    **{code: Code(*told) for code, told in ASSET_FIELD_CODES.items()},
}

REFUSAL_CODES: dict[str, Code] = {
    "not_an_object": Code(
        _REFUSED,
        "消息不是一个对象；请按字段字典发送。",
        "The message is not an object; send it as the field dictionary says.",
    ),
    "unknown_schema": Code(
        _REFUSED,
        "消息格式版本未知；当前为 schema 1。",
        "The schema of the message is not known; this is schema 1.",
    ),
    "unknown_kind": Code(
        _REFUSED, "记录类型未知；请核对 kind。", "The kind of record is not known; check `kind`."
    ),
    "missing_system": Code(
        _REFUSED,
        "缺少来源系统，或其名称不合规；请填写 system。",
        "The source system is missing or has a bad name; fill in `system`.",
    ),
    "bad_id": Code(
        _REFUSED,
        "记录编号不可用（过长或不是单个值）；请核对。",
        "The record id cannot be used (too long, or not one value); check it.",
    ),
    "no_identity": Code(
        _REFUSED,
        "没有客户编号、电话、邮箱或姓名，无法归属；请至少补充一项。",
        "No customer id, phone, email or name; add at least one.",
    ),
    "no_event_date": Code(_REFUSED, "缺少可用的事件时间；请补充。", "There is no usable event time; add it."),
    "no_amount": Code(_REFUSED, "缺少可用的金额；请补充。", "There is no usable amount; add it."),
    "unknown_currency": Code(
        _REFUSED,
        "币种未知，金额不能参与分级；请填写币种代码。",
        "The currency is not known, so the amount decides nothing; enter its code.",
    ),
    "no_score": Code(_REFUSED, "缺少可用的评分；请填写 1 至 5。", "There is no usable score; enter 1 to 5."),
    "no_action": Code(
        _REFUSED,
        "看不出是同意还是拒绝；请填写同意或退订。",
        "Consent or refusal cannot be told; enter grant or withdraw.",
    ),
    "no_channel": Code(
        _REFUSED,
        "同意必须写明渠道；请填写邮件、短信或电话。",
        "A consent must name its channel; enter email, sms or phone.",
    ),
    "no_purpose": Code(
        _REFUSED,
        "同意必须写明用途；请填写关怀或营销。",
        "A consent must name its purpose; enter care or marketing.",
    ),
    **{code: Code(*told) for code, told in ASSET_REFUSAL_CODES.items()},
}

CODES: dict[str, Code] = FIELD_CODES | REFUSAL_CODES


# Paths, codes and notes are few, and an issue never changes.
@lru_cache(maxsize=4096)
def make_issue(path: str, code: str, note: str = "") -> Issue:
    """The issue of a documented code, with its severity; `note` holds no personal data."""
    return Issue(path, code, CODES[code].severity, note)
