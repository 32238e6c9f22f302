"""Closed lists of the record: language, interaction channel, need type, priority, satisfaction dimension, score."""

from typing import Literal

from shared.cleaning.field import Field, refused
from shared.cleaning.words import clean_word, make_table
from shared.model.record import NeedType

Language = Literal["zh", "en"]
Priority = Literal["high", "medium", "low"]

_LANGUAGES = make_table(
    {
        "zh": "zh zh-cn zh-hans zh-hant zh-tw zh-hk zh-sg cn chinese mandarin cantonese 中文 汉语 中国语 普通话 国语 粤语"
        " 简体 简体中文 繁体 繁体中文 繁體中文",
        "en": "en en-us en-gb en-au en-ca eng english 英文 英语",
    }
)
_CHANNELS = make_table(
    {
        "call": "call phone telephone tel phone_call 电话 来电 去电 致电 呼叫 通话 语音",
        "visit": "visit meeting on-site onsite face-to-face store 拜访 走访 上门 面谈 到店 会议 来访 现场 面访",
        "chat": "chat im wechat wecom whatsapp line qq 聊天 在线客服 微信 企业微信 企微 在线 客服",
        "ticket": "ticket case support 工单 报修 服务单 咨询",
        "email": "email mail e-mail 邮件 电子邮件 邮箱 电邮",
        "sms": "sms text text_message 短信 短消息",
        "web": "web website page 网站 网页 官网",
        "app": "app mobile_app mini_program 小程序 应用 客户端 手机应用",
        "other": "other others letter fax event 其他 其它 信函 传真 活动 展会",
    }
)
_NEED_TYPES = make_table(
    {
        NeedType.PRODUCT: "product product-oriented quality function feature 产品 产品型 产品导向 质量 功能",
        NeedType.SERVICE: "service service-oriented support delivery 服务 服务型 服务导向 售后 交付",
        NeedType.PRICE: "price price-oriented cost discount 价格 价格型 价格导向 折扣 优惠 成本",
    }
)
_PRIORITIES = make_table(
    {
        "high": "high h urgent critical p0 p1 1 a 高 紧急 重要 高优先级 急 加急",
        "medium": "medium mid m normal p2 2 b 中 普通 一般 中等 中优先级",
        "low": "low l minor p3 p4 3 c 低 不急 低优先级",
    }
)
_DIMENSIONS = make_table(  # R54
    {
        "product_quality": "product_quality product quality 产品质量 产品 质量",
        "service_quality": "service_quality service 服务质量 服务 服务态度",
        "delivery_time": "delivery_time delivery timeliness 交付时间 交付 交期 时效 物流",
        "value_for_money": "value_for_money value price 性价比 价格",
    }
)
_SCORES = make_table(
    {
        5: "5 5.0 5分 5/5 非常满意 很满意 十分满意 very_satisfied excellent ★★★★★ 五星 5星",
        4: "4 4.0 4分 4/5 满意 satisfied good ★★★★ ★★★★☆ 四星 4星",
        3: "3 3.0 3分 3/5 一般 中立 基本满意 neutral fair ★★★ ★★★☆☆ 三星 3星",
        2: "2 2.0 2分 2/5 不满意 dissatisfied poor ★★ ★★☆☆☆ 二星 2星",
        1: "1 1.0 1分 1/5 非常不满意 很不满意 十分不满意 very_dissatisfied bad ★ ★☆☆☆☆ 一星 1星",
    }
)


def clean_language(raw: object, path: str) -> Field[Language]:
    """`zh` or `en`."""
    return clean_word(raw, path, _LANGUAGES, "unknown_language")  # type: ignore[arg-type]


def clean_interaction_channel(raw: object, path: str) -> Field[str]:
    """call, visit, chat, ticket, email, sms, web, app or other; an unknown word is `other` with an issue."""
    field = clean_word(raw, path, _CHANNELS, "unknown_channel")
    return Field(field.value or "other", field.issues)


def clean_need_type(raw: object, path: str) -> Field[NeedType]:
    """Product, service or price (R11)."""
    return clean_word(raw, path, _NEED_TYPES, "unknown_need_type")


def clean_priority(raw: object, path: str) -> Field[Priority]:
    """high, medium or low (R31)."""
    return clean_word(raw, path, _PRIORITIES, "unknown_priority")  # type: ignore[arg-type]


def clean_dimension(raw: object, path: str) -> Field[str]:
    """One of the four dimensions of satisfaction (R54)."""
    return clean_word(raw, path, _DIMENSIONS, "unknown_dimension")


def clean_score(raw: object, path: str) -> Field[int]:
    """1 to 5; other scales and fractions are refused, for their meaning is a guess."""
    if isinstance(raw, bool):
        return refused(path, "bad_score")
    return clean_word(raw, path, _SCORES, "bad_score")
