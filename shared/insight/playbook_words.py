"""Playbooks, what they and the matrix send and ask people to do, and why, in Chinese and English."""

from collections.abc import Mapping
from typing import Final

from shared.insight.snapshot import Why, Words

Table = Mapping[str, Words]

PLAYBOOKS: Final[Table] = {
    "complaint": ("投诉受理", "complaint"),
    "minutes": ("会谈纪要", "minutes of a talk"),
    "cause_analysis": ("满意度下降", "lower satisfaction"),
    "first_purchase": ("首次购买核对", "first purchase"),
    "birthday": ("生日问候", "birthday"),
    "festival": ("节日问候", "festival greeting"),
    "repair_followup": ("维修后回访", "follow-up after a repair"),
    "insurance_renewal": ("保险续保", "insurance renewal"),
    "inspection_due": ("年检到期", "inspection"),
    "warranty_end": ("质保到期", "end of warranty"),
    "first_service": ("首次保养", "first service"),
    "periodic_service": ("定期保养", "periodic service"),
    "usage_tips": ("初期使用提示", "usage tips"),
    "summer_care": ("夏季关怀", "summer care"),
    "winter_care": ("冬季关怀", "winter care"),
    "loyal_care": ("高价值客户专享关怀", "upgraded care"),
    "welcome": ("新客户欢迎", "welcome"),
    "stage_growth": ("成长阶段", "stage: growth"),
    "stage_maturity": ("成熟阶段", "stage: maturity"),
    "stage_decline": ("衰退阶段关怀", "stage: decline"),
    "win_back": ("流失客户挽回", "win-back"),
    "trade_in": ("置换提醒", "trade-in"),
    "referral": ("邀请推荐", "referral"),
}
"""A playbook of the tenant's own is shown as it is named."""

SENT: Final[Table] = {
    "greeting": ("问候", "greeting"),
    "service_news": ("服务资讯", "service news"),
    "service_due": ("保养提醒", "service reminder"),
    "service_followup": ("维修回访", "follow-up after a repair"),
    "season_care": ("季节关怀", "seasonal care"),
    "insurance_renewal": ("续保提醒", "insurance renewal"),
    "inspection_due": ("年检提醒", "inspection reminder"),
    "warranty_end": ("质保到期提醒", "end of warranty"),
    "birthday": ("生日祝福", "birthday greeting"),
    "festival": ("节日祝福", "festival greeting"),
    "usage_tips": ("使用提示", "usage tips"),
    "trade_in": ("置换建议", "trade-in"),
    "loyal_care": ("专享关怀", "upgraded care"),
    "referral": ("推荐邀请", "referral"),
    "complaint_received": ("投诉已受理", "complaint received"),
    "minutes": ("会谈纪要", "minutes"),
    "win_back": ("挽回问候", "win-back"),
    "stage_welcome": ("阶段问候", "welcome to a new stage"),
    "reply_help": ("短信帮助答复", "answer to HELP"),
}
ASKED: Final[Table] = {
    "deep_talk": ("面对面深度沟通", "deep talk face to face"),
    "retain_call": ("挽留电话", "retention call"),
    "gm_visit": ("总经理上门拜访", "general manager's visit"),
    "check_in_call": ("回访电话", "check-in call"),
    "first_response": ("首次响应投诉", "first response to a complaint"),
    "cause_analysis": ("分析满意度下降原因", "analyse why satisfaction fell"),
    "verify_record": ("核对客户与质保资料", "verify the record and the warranty"),
    "renewal_call": ("续保电话", "renewal call"),
    "inspection_call": ("年检提醒电话", "inspection call"),
    "service_call": ("保养邀约电话", "service call"),
    "win_back_call": ("挽回电话", "win-back call"),
}
PLAY_RULES: Final[Table] = {
    "R7": ("首次购买后核对", "check after the first purchase"),
    "R27": ("24 小时内发送纪要", "minutes within 24 hours"),
    "R29": ("满意度下降须分析", "a lower score is analysed"),
    "R30": ("2 小时内首次响应", "first response within 2 hours"),
    "R40": ("首次保养提醒", "first service"),
    "R41": ("定期保养提醒", "periodic service"),
    "R42": ("季节关怀", "seasonal care"),
    "R43": ("维修后回访", "follow-up after a repair"),
    "R44": ("续保提醒", "insurance renewal"),
    "R45": ("年检提醒", "inspection"),
    "R46": ("质保到期提醒", "end of warranty"),
    "R47": ("生日与节日问候", "birthday and festival greetings"),
    "R48": ("初期使用提示", "usage tips"),
    "R49": ("置换与加购", "trade-in"),
    "R50": ("高价值客户专享", "upgraded care"),
    "R51": ("邀请推荐", "referral"),
    "R52": ("两次提醒后转人工", "two reminders, then a person"),
    "X2": ("有效期", "validity"),
    "combines": ("同日消息合并", "messages of one day combined"),
    "holdout.percent": ("对照组比例", "share held out"),
}
FESTIVALS: Final[Table] = {
    "spring_festival": ("春节", "Spring Festival"),
    "lantern_festival": ("元宵节", "Lantern Festival"),
    "dragon_boat": ("端午节", "Dragon Boat Festival"),
    "double_seventh": ("七夕", "Qixi"),
    "mid_autumn": ("中秋节", "Mid-Autumn Festival"),
    "double_ninth": ("重阳节", "Double Ninth"),
    "laba": ("腊八节", "Laba"),
    "new_years_eve": ("除夕", "Chinese New Year's Eve"),
    "new_year": ("元旦", "New Year"),
    "womens_day": ("妇女节", "Women's Day"),
    "labour_day": ("劳动节", "Labour Day"),
    "national_day": ("国庆节", "National Day"),
    "christmas": ("圣诞节", "Christmas"),
}
INPUTS: Final[Table] = {
    "occasion_on": ("日期 {0}", "day {0}"),
    "since_on": ("起算日 {0}", "since {0}"),
    "by:mileage": ("按里程推算", "by mileage"),
    "by:months": ("按月数", "by months"),
    "km_per_day": ("日均 {0} 公里", "{0} km a day"),
    "due_km": ("到 {0} 公里", "at {0} km"),
    "calendar:lunar": ("农历", "lunar"),
    "calendar:solar": ("公历", "solar"),
    "years": ("第 {0} 年", "year {0}"),
    "score": ("评分 {0}", "score {0}"),
    "before": ("此前评分 {0}", "score before {0}"),
    "after": ("此后评分 {0}", "score after {0}"),
    "touch_on": ("接触日 {0}", "touched on {0}"),
    "repaired_on": ("维修日 {0}", "repaired on {0}"),
    "in_warranty:1": ("质保期内", "in warranty"),
    "in_warranty:0": ("质保期外", "out of warranty"),
    "first_order_on": ("首单 {0}", "first order {0}"),
    "last_on": ("有效至 {0}", "valid until {0}"),
}
"""Inputs of an occasion, each by its name or by name and value."""


def playbook_parts(why: Why) -> list[Words]:
    """The playbook of a contact, and what made its occasion, part by part."""
    name = str(why["playbook"])
    parts = [PLAYBOOKS.get(name, (name, name))]
    for key, value in why.items():
        if key == "festival" and value in FESTIVALS:
            parts.append(FESTIVALS[str(value)])
        words = INPUTS.get(key) or INPUTS.get(f"{key}:{value}")
        if words and value is not None:
            parts.append((words[0].format(value), words[1].format(value)))
    return parts
