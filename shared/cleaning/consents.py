"""What a customer allowed, withdrew or objected to, on which channel and for what (R74)."""

from shared.cleaning.field import Field
from shared.cleaning.words import clean_word, make_table
from shared.model.record import ConsentAction, ConsentChannel, Purpose

_CHANNELS = make_table(
    {
        ConsentChannel.EMAIL: "email mail e-mail edm 邮件 电子邮件 邮箱 电邮",
        ConsentChannel.SMS: "sms text text_message 短信 短消息 手机短信",
        ConsentChannel.PHONE: "phone call telephone voice 电话 来电 致电 语音 外呼",
        ConsentChannel.ANY: "any all every * 全部 所有 任何 全渠道 所有渠道 不限",
    }
)
_PURPOSES = make_table(
    {
        Purpose.CARE: "care service customer_care 关怀 客户关怀 服务 售后 回访 服务通知",
        Purpose.MARKETING: "marketing ads advertising promotion newsletter 营销 推广 促销 广告 市场 活动推送",
        Purpose.ANY: "any all every * 全部 所有 任何 不限",
    }
)
_ACTIONS = make_table(
    {
        ConsentAction.GRANT: "grant granted yes y true 1 opt-in optin opted-in consented subscribe subscribed"
        " accept accepted agree agreed allow allowed √ 同意 同意接收 同意接受"
        " 是 已同意 授权 已授权 订阅 已订阅 允许 接受 愿意 可以",
        ConsentAction.WITHDRAW: "withdraw withdrawn revoke no n false 0 opt-out optout opted-out unsubscribe unsubscribed"
        " stop cancel cancelled canceled decline declined refuse refused reject rejected td"
        " 退订 已退订 否 不同意 撤回 撤销 取消 取消订阅 拒绝 不允许 不愿意 不接受 拒收 不再接收 未同意 已撤回 已取消 ×",
        ConsentAction.OBJECT: "object objected objection do_not_contact donotcontact dnc never blocked blacklist blacklisted"
        " 反对 勿扰 请勿打扰 不要联系 禁止联系 不再联系 投诉骚扰 黑名单",
    }
)


def clean_consent_channel(raw: object, path: str) -> Field[ConsentChannel]:
    """The channel that a consent is about."""
    return clean_word(raw, path, _CHANNELS, "unknown_channel")


def clean_purpose(raw: object, path: str) -> Field[Purpose]:
    """The purpose that a consent is about."""
    return clean_word(raw, path, _PURPOSES, "unknown_purpose")


def clean_action(raw: object, path: str) -> Field[ConsentAction]:
    """Grant, withdraw or object; a bare yes grants, a bare no withdraws."""
    return clean_word(raw, path, _ACTIONS, "no_action")
