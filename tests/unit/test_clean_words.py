from collections.abc import Callable
from typing import Any

import pytest

from shared.cleaning.booleans import clean_flag
from shared.cleaning.categories import (
    clean_dimension,
    clean_interaction_channel,
    clean_language,
    clean_need_type,
    clean_priority,
    clean_score,
)
from shared.cleaning.consents import clean_action, clean_consent_channel, clean_purpose
from shared.cleaning.field import Field
from shared.cleaning.text import read_text

Clean = Callable[[object, str], Field[Any]]


@pytest.mark.parametrize(
    ("clean", "raw", "value"),
    [
        (clean_flag, "是", True),
        (clean_flag, "Y", True),
        (clean_flag, 1, True),
        (clean_flag, True, True),
        (clean_flag, "TRUE", True),
        (clean_flag, "√", True),
        (clean_flag, "否", False),
        (clean_flag, "no", False),
        (clean_flag, 0, False),
        (clean_flag, False, False),
        (clean_flag, "×", False),
        (clean_flag, "是的", True),
        (clean_flag, "启用", True),
        (clean_flag, "1.0", True),
        (clean_flag, "Ja", True),
        (clean_flag, "不要", False),
        (clean_flag, "已停用", None),
        (clean_flag, "停用", False),
        (clean_flag, "Disabled", False),
        (clean_flag, None, None),
        (clean_flag, "", None),
        (clean_language, "中文", "zh"),
        (clean_language, "zh-CN", "zh"),
        (clean_language, "English", "en"),
        (clean_language, "en_US", "en"),
        (clean_interaction_channel, "电话", "call"),
        (clean_interaction_channel, "WeChat", "chat"),
        (clean_interaction_channel, "拜访", "visit"),
        (clean_interaction_channel, "工单", "ticket"),
        (clean_interaction_channel, None, "other"),
        (clean_interaction_channel, "飞鸽传书", "other"),
        (clean_need_type, "价格", "price"),
        (clean_need_type, "Product", "product"),
        (clean_need_type, "售后", "service"),
        (clean_priority, "高", "high"),
        (clean_priority, "P2", "medium"),
        (clean_priority, "low", "low"),
        (clean_priority, "紧急", "high"),
        (clean_dimension, "性价比", "value_for_money"),
        (clean_dimension, "Delivery Time", "delivery_time"),
        (clean_score, 5, 5),
        (clean_score, "4分", 4),
        (clean_score, 4.0, 4),
        (clean_score, "非常不满意", 1),
        (clean_score, "★★★", 3),
        (clean_consent_channel, "短信", "sms"),
        (clean_consent_channel, "E-mail", "email"),
        (clean_consent_channel, "全部", "any"),
        (clean_purpose, "营销", "marketing"),
        (clean_purpose, "客户关怀", "care"),
        (clean_action, "同意", "grant"),
        (clean_action, "是", "grant"),
        (clean_action, True, "grant"),
        (clean_action, "退订", "withdraw"),
        (clean_action, "TD", "withdraw"),
        (clean_action, "STOP", "withdraw"),
        (clean_action, "Unsubscribe", "withdraw"),
        (clean_action, "no", "withdraw"),
        (clean_action, False, "withdraw"),
        (clean_action, "请勿打扰", "object"),
        (clean_action, "Do not contact", "object"),
        (clean_action, "不同意", "withdraw"),
        (clean_action, "已退订", "withdraw"),
        (clean_action, "opted out", "withdraw"),
        (clean_action, "未同意", "withdraw"),
        (clean_action, "同意接收", "grant"),
        (clean_action, "已订阅", "grant"),
        (clean_action, "blacklisted", "object"),
    ],
)
def test_words_become_codes(clean: Clean, raw: object, value: object) -> None:
    assert clean(raw, "x").value == value


@pytest.mark.parametrize(
    ("clean", "raw", "code"),
    [
        (clean_flag, "也许", "unknown_flag"),
        (clean_language, "Klingon", "unknown_language"),
        (clean_interaction_channel, "飞鸽传书", "unknown_channel"),
        (clean_need_type, "颜色", "unknown_need_type"),
        (clean_priority, "P9", "unknown_priority"),
        (clean_dimension, "颜色", "unknown_dimension"),
        (clean_score, 0, "bad_score"),
        (clean_score, 6, "bad_score"),
        (clean_score, 4.5, "bad_score"),
        (clean_score, "85", "bad_score"),
        (clean_score, True, "bad_score"),
        (clean_action, "t", "no_action"),
        (clean_action, "maybe", "no_action"),
    ],
)
def test_unknown_words_are_said(clean: Clean, raw: object, code: str) -> None:
    assert [issue.code for issue in clean(raw, "x").issues] == [code]


@pytest.mark.parametrize(
    "raw",
    (
        "无 無 沒有 暂缺 缺失 （无） [无] 无。 -无- 不便透露 拒绝提供 未登记 无数据 不适用 无手机号 暂无邮箱 没有联系方式"
        " N/A n.a. #N/A NULL"
        ' <null> Missing TBA __ *** ?？？ なし 없음 "" \'-'
    ).split()
    + ["Not Available", "not applicable", "No Data", "n / a", "- -"],
)
def test_words_that_say_nothing_are_no_value(raw: str) -> None:
    assert read_text(raw) is None


@pytest.mark.parametrize("raw", ["无锡", "空军", "没", "NaNa", "无忧科技", "*", "x", "0", "缺口", "略阳县"])
def test_words_that_only_look_so_are_values(raw: str) -> None:
    assert read_text(raw) is not None
