"""Hand-made rows as they really arrive: some to be repaired, some to be refused with the reason beside them.

The people here are nobody's customer in `plan.py`, so that no planned tag depends on them. `importing` names the
problem that reading finds; `cleaning` says in words why the clean step should refuse the record or a field; neither:
the row is usable as it stands.
"""

# ruff: noqa: E501 - one line of a file is one line here

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import NamedTuple


class Awkward(NamedTuple):
    row: tuple[object, ...]
    importing: str = ""
    cleaning: str = ""


def under(header: Sequence[str]) -> Callable[..., Awkward]:
    """Makes rows from the filled cells alone, named by heading: 金额（元） is 金额_元."""
    names = [heading.replace("（", "_").rstrip("）") for heading in header]

    def row(*, importing: str = "", cleaning: str = "", **cells: object) -> Awkward:
        values = tuple(cells.pop(name, None) for name in names)
        if cells:
            raise ValueError(f"no such heading: {', '.join(cells)}")
        return Awkward(values, importing, cleaning)

    return row


def _at(text: str) -> datetime:
    """A typed cell: local time without a zone."""
    return datetime.fromisoformat(text)


# fmt: off
SALES_HEADER = ("客户编号", "姓名", "职务", "公司名称", "行业", "手机", "邮箱", "省份", "国家", "首次合作日期", "类型", "订单号", "下单日期", "金额（元）", "金额（万元）", "外币金额", "币种", "同意邮件", "同意短信", "备注")
SALES_TITLE = "客户订单明细  导出日期：2026-06-30"

_sale = under(SALES_HEADER)
SALES = (
    _sale(类型="订单", 订单号="SO-9001", 下单日期="2026-03-02", 金额_元="1200", 备注="谁的订单?", cleaning="no identity"),
    _sale(姓名="　", 行业="软件", 省份="上海", 类型="订单", 订单号="SO-9002", 下单日期="2026-03-03", 金额_元="880", cleaning="no identity"),
    _sale(类型="订单", 订单号="SO-9003", 下单日期="2026/3/4", 金额_万元="0.5", cleaning="no identity"),
    _sale(客户编号="C9004", 姓名="邱日期", 手机="13800009004", 类型="订单", 订单号="SO-9004", 下单日期="2026-13-45", 金额_元="1000", cleaning="bad date"),
    _sale(客户编号="C9005", 姓名="邱昨天", 手机="13800009005", 类型="订单", 订单号="SO-9005", 下单日期="昨天下午", 金额_元="1000", cleaning="bad date"),
    _sale(客户编号="C9006", 姓名="邱待定", 手机="13800009006", 类型="订单", 订单号="SO-9006", 下单日期="待定", 金额_元="1000", cleaning="bad date"),
    _sale(客户编号="C9007", 姓名="邱二月", 手机="13800009007", 类型="订单", 订单号="SO-9007", 下单日期="2026年2月30日", 金额_元="1000", cleaning="bad date"),
    _sale(客户编号="C9008", 姓名="邱元年", 手机="13800009008", 类型="订单", 订单号="SO-9008", 下单日期="0000-00-00", 金额_元="1000", cleaning="bad date"),
    _sale(客户编号="C9009", 姓名="贺币种", 手机="13800009009", 类型="订单", 订单号="SO-9009", 下单日期="2026-02-10", 外币金额="5000", 币种="火星币", cleaning="unknown currency"),
    _sale(客户编号="C9010", 姓名="贺比特", 手机="13800009010", 类型="订单", 订单号="SO-9010", 下单日期="2026-02-11", 外币金额="3", 币种="XBTC", cleaning="unknown currency"),
    _sale(客户编号="C9011", 姓名="贺积分", 手机="13800009011", 类型="订单", 订单号="SO-9011", 下单日期="2026-02-12", 外币金额="20000", 币种="积分", cleaning="unknown currency"),
    _sale(客户编号="C9012", 姓名="Oliver Reed", 邮箱="oliver.reed@albion.example", 国家="GB", 类型="订单", 订单号="SO-9012", 下单日期="2026-02-13", 外币金额="640", 币种="GBP", 备注="无汇率", cleaning="no rate: unconverted"),
    _sale(客户编号="C9013", 姓名="谭两额", 手机="13800009013", 类型="订单", 订单号="SO-9013", 下单日期="2026-04-01", 金额_元="12000", 金额_万元="12", importing="two_amounts"),
    _sale(客户编号="C9014", 姓名="谭同额", 手机="13800009014", 类型="订单", 订单号="SO-9014", 下单日期="2026-04-02", 金额_元="12,000", 金额_万元="1.2", 备注="两列一致"),
    _sale(客户编号="C9015", 姓名="谭金额", 手机="13800009015", 类型="订单", 订单号="SO-9015", 下单日期="2026-04-03", 金额_元="面议", cleaning="bad amount"),
    _sale(客户编号="C9016", 姓名="谭缺额", 手机="13800009016", 类型="订单", 订单号="SO-9016", 下单日期="2026-04-04", cleaning="no amount"),
    _sale(客户编号="C9017", 姓名="薛号码", 手机="12345", 邮箱="xue9017@example.com", 类型="订单", 订单号="SO-9017", 下单日期="2026-04-05", 金额_元="600", cleaning="bad phone, record kept"),
    _sale(客户编号="C9018", 姓名="薛全角", 手机="１３８　００００　９０１８", 邮箱="XUE9018＠EXAMPLE.COM ", 类型="订单", 订单号="SO-9018", 下单日期="２０２６／４／６", 金额_元="￥１，２００"),
    _sale(客户编号="C9019", 姓名="薛邮箱", 手机="(+86)138-0000-9019", 邮箱="xue9019@@example", 类型="订单", 订单号="SO-9019", 下单日期="2026.4.7", 金额_元="600元", cleaning="bad email, record kept"),
    _sale(客户编号="C9020", 姓名="薛大写", 手机="0086 138 0000 9020", 类型="订单", 订单号="SO-9020", 下单日期="二〇二六年四月八日", 金额_元="壹仟贰佰元整"),
    _sale(客户编号="C9021", 姓名="=cmd|' /C calc'!A0", 手机="13800009021", 类型="订单", 订单号="SO-9021", 下单日期="2026-04-09", 金额_元="600"),
    _sale(客户编号="C9022", 姓名="薛同意", 手机="13800009022", 邮箱="xue9022@example.org", 类型="订单", 订单号="SO-9022", 下单日期="2026-04-10", 金额_元="600", 同意邮件="也许", 同意短信="是", importing="unclear_consent"),
    _sale(客户编号="C9023", 姓名="姚双单", 手机="13800009023", 类型="订单", 下单日期="2026-04-11", 金额_元="450", 备注="两张一样的小票"),
    _sale(客户编号="C9023", 姓名="姚双单", 手机="13800009023", 类型="订单", 下单日期="2026-04-11", 金额_元="450", 备注="两张一样的小票"),
    _sale(客户编号="C9024", 姓名="姚重复", 手机="13800009024", 类型="订单", 订单号="SO-9024", 下单日期="2026-04-12", 金额_元="700", 备注="导出了两遍"),
    _sale(客户编号="C9024", 姓名="姚重复", 手机="13800009024", 类型="订单", 订单号="SO-9024", 下单日期="2026-04-12", 金额_元="700", 备注="导出了两遍"),
    _sale(客户编号="C9025", 姓名="姚未来", 手机="13800009025", 类型="订单", 订单号="SO-9025", 下单日期="2027-04-12", 金额_元="700", cleaning="in the future, kept"),
    _sale(importing="empty_row"),
    _sale(客户编号="C9026", 姓名="姚换行", 公司名称="上海\n跨行有限公司", 手机="13800009026", 类型="订单", 订单号="SO-9026", 下单日期="2026-04-13", 金额_元="700"),
    _sale(姓名="　", importing="empty_row"),
)
SALES_LINES: tuple[tuple[bytes, str], ...] = (
    ("C9030,倪多列,,,,13800009030,,,,,订单,SO-9030,2026-05-01,100,,,,,,,多,出,三列".encode("gbk"), "ragged_row"),
    ('C9031,倪多列,,"一,二",,13800009031,,,,,订单,SO-9031,2026-05-02,1,200,,,,,,,逗号'.encode("gbk"), "ragged_row"),
    ("C9032,倪断行,,上海断".encode("gbk"), "cut_row"),
    ("行有限公司,,13800009032,,,,,订单,SO-9032,2026-05-03,300,,,,,,".encode("gbk"), "cut_row"),
    ('C9033,倪引号,,"没有闭合,,13800009033,,,,,订单,SO-9033,2026-05-04,300,,,,,,'.encode("gbk"), "unclosed_quote"),
    (b"C9034,\xff\xfe\x80\x81,,,,13800009034,,,,,SO-9034,2026-05-05,300,,,,,,", "undecodable"),
    ("C9035,倪空字".encode("gbk") + b"\0\0,,,,13800009035,,,,,,SO-9035,2026-05-06,300,,,,,,", "nul_character"),
)
"""As they stand in the file, bytes and all."""
SALES_TOTAL = ("合计", *("",) * 12, "99999999", *("",) * 6)

TICKET_HEADER = ("工单号", "工单类型", "客户", "联系电话", "电子邮箱", "单位", "渠道", "主题", "需求类型", "优先级", "状态", "受理时间", "评分")
_ticket = under(TICKET_HEADER)
TICKETS = (
    _ticket(工单号="T-9001", 工单类型="咨询", 渠道="在线", 主题="没有留下联系方式", 状态="已关闭", 受理时间=_at("2026-05-06 09:30"), cleaning="no identity"),
    _ticket(工单号="T-9002", 工单类型="投诉", 客户=" ", 渠道="来电", 主题="匿名投诉", 优先级="高", 状态="处理中", 受理时间=_at("2026-06-06 09:30"), cleaning="no identity"),
    _ticket(工单号="T-9003", 工单类型="来电", 客户="薛号码", 联系电话=13800009018, 主题="回拨", 状态="已关闭", 受理时间=_at("2026-05-07 10:00")),
    _ticket(工单号="T-9004", 工单类型="咨询", 客户="Xue Quanjiao", 电子邮箱="xue9018@example.com", 渠道="微信", 主题="发票", 状态="已关闭", 受理时间="2026年5月8日 14:05", 评分=5),
    _ticket(工单号="T-9005", 工单类型="回访", 客户="薛大写", 联系电话="138/0000/9020", 渠道="电话", 主题="回访", 状态="已关闭", 受理时间="不详", cleaning="bad date"),
    _ticket(importing="empty_row"),
    _ticket(工单号="T-9006", 工单类型="需求", 客户="姚重复", 联系电话="13800009024", 主题="希望降价", 需求类型="价格", 优先级="中", 状态="需求池", 受理时间=_at("2026-05-09 11:00")),
    _ticket(工单号="T-9007", 工单类型="安装", 客户="姚双单", 联系电话="13800009023", 渠道="上门", 主题="类型未知的工单", 状态="已关闭", 受理时间=_at("2026-05-10 11:00")),
    _ticket(工单号="T-9008", 工单类型="咨询", 客户="谭同额", 联系电话="电话见备注", 渠道="在线", 主题="无效电话且无邮箱", 状态="已关闭", 受理时间=_at("2026-05-11 11:00"), cleaning="bad phone, record kept by name"),
)

SCORE_HEADER = ("工单号", "客户姓名", "电话", "邮箱", "评价维度", "评分", "评语", "评价时间")
_score = under(SCORE_HEADER)
SCORES = (
    _score(工单号="T-9003", 客户姓名="薛号码", 电话=13800009018, 评价维度="服务", 评分=6, 评语="六分", 评价时间=_at("2026-05-08 09:00"), cleaning="bad score"),
    _score(工单号="T-9007", 客户姓名="姚双单", 电话=13800009023, 评价维度="产品质量", 评分="还行", 评价时间=_at("2026-05-11 09:00"), cleaning="bad score"),
    _score(工单号="T-9004", 客户姓名="薛全角", 邮箱="xue9018@example.com", 评价维度="性价比", 评分="非常满意", 评价时间="2026/5/9 08:00"),
    _score(工单号="T-9001", 评价维度="服务质量", 评分=4, 评价时间=_at("2026-05-09 09:00"), cleaning="no identity"),
)

WEB_LINES = (
    ('{"event_id": "w-9001", "event_type": "page_view", "email": "cut.off@example.com", "page": "/pri', "bad_json"),
    ("<!-- log rotated 2026-05-01 -->", "bad_json"),
    ("[1, 2, 3]", "not_an_object"),
    ('"just a string"', "not_an_object"),
    ('{"event_id": "w-9002", "event_type": "rating", "email": "nan@example.com", "score": NaN}', "bad_json"),
    ('{"event_id": "w-9003", "event_type": "chat", "email": {"address": "nested@example.com"}, "occurred_at": "2026-05-02T10:00:00Z"}', "nested_value"),
    ('{"foo": 1, "bar": 2}', "no_known_column"),
    ("{}", "no_known_column"),
    ('{"event_id": "w-9004", "event_type": "chat", "topic": "nobody", "occurred_at": "2026-05-02T10:00:00Z"}', "cleaning: no identity"),
    ('{"event_id": "w-9005", "event_type": "chat", "email": "", "full_name": "", "occurred_at": "2026-05-03T10:00:00Z"}', "cleaning: no identity"),
    ('{"event_id": "w-9006", "event_type": "chat", "email": "late@example.net", "occurred_at": "yesterday-ish"}', "cleaning: bad date"),
    ('{"event_id": "w-9007", "event_type": "chat", "email": "never@example.net", "occurred_at": "2026-02-30T10:00:00Z"}', "cleaning: bad date"),
    ('{"event_id": "w-9008", "event_type": "feature", "full_name": "姚未来", "mobile": "+86 138 0000 9025", "feature": "报表", "occurred_at": "2026-05-04T22:10:00-07:00"}', ""),
    ('{"schema": 1, "system": "web", "kind": "interaction", "id": "w-9009", "event_at": "2026-05-05T08:00:00+00:00", "party": {"name": "薛同意", "phone": "13800009022"}, "channel": "chat", "topic": "already a raw message"}', ""),
)
