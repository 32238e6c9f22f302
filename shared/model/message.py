"""The message of the records queue, as an upstream system writes it: one model for each kind, permissive on values (R8).

These models describe; `shared/cleaning/record.py` alone judges at run time. Values may be as messy as they are: text,
number, boolean or null. Keys that no model names are ignored. `infra/local/contracts.py` makes docs/contracts/ of them.
"""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

CONTRACT = "record-v1"
Number = Annotated[int, Field(strict=True)] | Annotated[float, Field(strict=True, allow_inf_nan=False)]
Scalar = str | Number | bool | None
Name = str | Number | None
"""An id: a boolean names nothing."""


def _field(en: str, zh: str, *examples: object, default: object = None) -> Any:  # noqa: ANN401
    return Field(default, description=en, examples=[*examples], json_schema_extra={"x-description-zh": zh})


class Message(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)


class PartyMessage(Message):
    """Who the record is about, as this one record says it. At least one of ref, phone, email, or name or company."""

    ref: Name = _field("The customer's id in the source system.", "客户在来源系统中的编号。", "C-1001", 88)
    name: Scalar = _field(
        "The contact person's name, in any order and spelling.",
        "联系人姓名，写法不限。",
        "张　三",
        "Dr. Anna Weber",
    )
    title: Scalar = _field("Position or form of address.", "职务或称谓。", "采购经理", "Head of Purchasing")
    company: Scalar = _field("Name of the company.", "公司名称。", "上海某某有限公司", "Example GmbH")
    industry: Scalar = _field(
        "Industry, in words or as a code of GB/T 4754.", "行业名称或 GB/T 4754 代码。", "制造业", "C"
    )
    employees: Scalar = _field(
        "Size of the company in people; of a range the lower end counts.",
        "公司员工人数；区间取下限。",
        "50-100人",
        320,
    )
    phone: Scalar = _field(
        "Phone number; national spellings are read by the country.",
        "电话号码；无国际区号时按国家识别。",
        "138 0000 1234",
    )
    email: Scalar = _field("Email address.", "邮箱地址。", "zhang@example.com")
    address: Scalar = _field(
        "Address; province and city are taken from it where they are not given.",
        "地址；缺省份城市时由此识别。",
        "浙江省杭州市西湖区",
    )
    country: Scalar = _field("Country, by name or ISO 3166 code.", "国家名称或 ISO 3166 代码。", "中国", "DE")
    province: Scalar = _field("Province; abroad, the state or region.", "省份；国外为州或地区。", "浙江")
    city: Scalar = _field("City.", "城市。", "杭州")
    language: Scalar = _field("Preferred language.", "首选语言。", "zh", "English")
    birthday: Scalar = _field(
        "Date of birth; one that names the lunar calendar is read as `lunar_birthday`.",
        "出生日期；注明农历的按农历生日处理。",
        "1988年3月12日",
    )
    lunar_birthday: Scalar = _field(
        "Birthday by the Chinese lunar calendar, month and day.",
        "农历生日（月、日）。",
        "农历八月十五",
        "闰四月初八",
        "lunar 8/15",
    )
    first_cooperation: Scalar = _field("Date of the first cooperation.", "首次合作日期。", "2020-01-05")
    id_number: Scalar = _field(
        "Number of an identity document, or of a company's registration; only its keyed hash is kept.",
        "证件号码或统一社会信用代码；只保存其密钥散列。",
        "91350100M000100Y43",
    )


class HintsMessage(Message):
    """How the values of this record are to be read, where its source has habits of its own."""

    region: Scalar = _field(
        "Country whose spellings apply (phones, decimals).", "按哪国写法识别电话和数字。", "DE"
    )
    zone: Scalar = _field(
        "Time zone of instants that name none.", "未注明时区的时间属于哪个时区。", "Europe/Berlin"
    )
    day_first: Scalar = _field(
        "Whether 03/04/2026 is the 3rd of April.", "03/04/2026 是否为 4 月 3 日。", True
    )
    epoch: Scalar = _field("Epoch of spreadsheet date serials.", "表格日期序列的起始年。", 1900, 1904)
    unit: Scalar = _field("Unit of the amount, such as a heading says it.", "金额单位，如表头所写。", "万元")
    mileage_unit: Scalar = _field(
        "Unit of a mileage that names none; kilometres where this is not said.",
        "里程未带单位时的单位；缺省为公里。",
        "万公里",
        "miles",
    )


class OriginMessage(Message):
    """Where a record came from, when it came in a file; the importer writes it."""

    file: Scalar = _field("File, and sheet after a #.", "文件名；工作表跟在 # 之后。", "sales.xlsx#订单")
    row: Scalar = _field("Line or sheet row, 1-based.", "行号，从 1 起。", 12)
    job_id: Scalar = _field("Import job.", "导入任务编号。", "9f2c1e")
    seq: Scalar = _field("Ordinal of the record in its job, 0-based.", "记录在任务中的序号，从 0 起。", 0)


class RecordMessage(Message):
    schema_: Literal[1, "1"] = Field(
        alias="schema",
        description="Version of this contract.",
        examples=[1],
        json_schema_extra={"x-description-zh": "本规范的版本。"},
    )
    system: str = Field(
        pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,39}$",
        description="Name of the source system; the same in all its messages. Not a null word such as `none`.",
        examples=["crm", "service-desk"],
        json_schema_extra={"x-description-zh": "来源系统名称，始终不变；不能是 none 之类的空值词。"},
    )
    id: Name = _field(
        "The record's own id in its system. Without one, the content is the id.",
        "记录在来源系统中的编号；缺省时以内容为准。",
        "SO-1",
    )
    version: Scalar = _field(
        "Orders the versions of one id: a whole number that grows. Without one, the change time does.",
        "同一编号的版本序号，递增整数；缺省时按修改时间。",
        3,
    )
    occurrence: Scalar = _field(
        "Tells equal records without id apart: 1 for the first, 2 for the second.",
        "无编号且内容相同的记录的序次。",
        1,
    )
    event_at: Scalar = _field(
        "When it happened: date or instant, in any usual spelling.",
        "发生时间，常见写法均可。",
        "2026/5/3 10:00",
        "2026-05-03",
    )
    changed_at: Scalar = _field(
        "When the source changed it last.", "来源最后修改时间。", "2026-05-03T10:00:00+08:00"
    )
    deleted: Scalar = _field("The source has taken the record back.", "来源已撤回此记录。", False)
    party: PartyMessage = Field(
        description="Who the record is about.", json_schema_extra={"x-description-zh": "记录所属的客户。"}
    )
    hints: HintsMessage | None = _field("How the values are to be read.", "如何识读各值。")
    origin: OriginMessage | None = _field("Where the record came from.", "记录出处。")


_AMOUNT: Any = _field(
    "Amount with or without unit and currency.", "金额，可带单位和币种。", "1.2万元", "EUR 1.200,50", 1200.5
)
_CURRENCY: Any = _field(
    "Currency of the amount, by name or ISO 4217 code; without one, the tenant's.",
    "币种名称或 ISO 4217 代码；缺省为本币。",
    "USD",
)
_TOPIC: Any = _field("What it was about, one line.", "主题，一行文字。", "交货延迟")
_STAGE: Any = _field("How far it is, in the source's words.", "进度，按来源用语。", "已完成")


class ProfileMessage(RecordMessage):
    """Master data of a customer."""

    kind: Literal["profile"]


class OrderMessage(RecordMessage):
    """A purchase. Refused whole without amount or event date, unless it is deleted."""

    kind: Literal["order"]
    amount: Scalar = _AMOUNT
    currency: Scalar = _CURRENCY
    stage: Scalar = _STAGE


class RefundMessage(RecordMessage):
    """Money given back; the sign does not matter."""

    kind: Literal["refund"]
    amount: Scalar = _AMOUNT
    currency: Scalar = _CURRENCY


class InteractionMessage(RecordMessage):
    """A contact in either direction."""

    kind: Literal["interaction"]
    channel: Scalar = _field(
        "Call, visit, chat, ticket, email, sms, web, app or other.", "接触渠道。", "call", "拜访"
    )
    topic: Scalar = _TOPIC
    stage: Scalar = _STAGE


class ComplaintMessage(RecordMessage):
    """A complaint."""

    kind: Literal["complaint"]
    is_interaction: Scalar = _field(
        "Whether it was a contact as well; yes unless it says no.", "是否同时算一次接触，默认是。", True
    )
    topic: Scalar = _TOPIC
    stage: Scalar = _STAGE


class SatisfactionMessage(RecordMessage):
    """An answer to a survey."""

    kind: Literal["satisfaction"]
    score: Scalar = _field("Score from 1 to 5.", "1 至 5 分。", 4, "4星")
    dimension: Scalar = _field(
        "Product quality, service quality, delivery time or value for money.",
        "评价维度：产品质量、服务质量、交付时间、性价比。",
        "服务质量",
    )


class NeedMessage(RecordMessage):
    """Something the customer wants."""

    kind: Literal["need"]
    need_type: Scalar = _field(
        "Product, service or price.", "需求类型：产品、服务、价格。", "product", "价格"
    )
    priority: Scalar = _field("High, medium or low (R31).", "优先级：高、中、低。", "high")
    topic: Scalar = _TOPIC
    stage: Scalar = _STAGE


_ASSET_ID: Any = _field(
    "The asset's number: serial, VIN or plate; the same in all records of it.",
    "资产编号：设备编号、车架号或车牌号，各记录须一致。",
    "LSVAA4182E2184841",
    "京A·12345",
)
_MILEAGE: Any = _field(
    "Reading of the odometer, in kilometres unless it says otherwise.",
    "仪表里程，未带单位按公里计。",
    12000,
    "1.2万公里",
    "8,000 miles",
)


class AssetMessage(RecordMessage):
    """What a customer owns and we look after: a car, a machine, a contract. `event_at` is the day of the reading or change.

    Without `id`, the asset's number names the record. Refused whole without number and product, unless it is deleted.
    """

    kind: Literal["asset"]
    asset_id: Name = _ASSET_ID
    product: Scalar = _field("What it is: product, model.", "产品或型号。", "朗逸 1.5L", "Pump X-200")
    bought_on: Scalar = _field("Day of purchase.", "购买日期。", "2024/3/8")
    warranty_ends_on: Scalar = _field("Last day of the warranty.", "质保到期日。", "2027-03-08")
    insurance_ends_on: Scalar = _field("Last day of the insurance.", "保险到期日。", "2027年3月7日")
    inspection_due_on: Scalar = _field("Day by which it must be inspected.", "年检到期日。", "2028-03-31")
    mileage_km: Scalar = _MILEAGE


class ServiceMessage(RecordMessage):
    """Maintenance that was done on an asset, or a repair. Refused whole without event date, unless it is deleted."""

    kind: Literal["service"]
    asset_id: Name = _ASSET_ID
    service_type: Scalar = _field("Maintenance or repair.", "服务类型：保养或维修。", "保养", "事故维修")
    in_warranty: Scalar = _field("Whether it was done in warranty.", "是否在质保期内。", "保内", False)
    mileage_km: Scalar = _MILEAGE


class ConsentMessage(RecordMessage):
    """What a customer allowed, withdrew or objected to. A grant must name channel and purpose."""

    kind: Literal["consent"]
    channel: Scalar = _field("Email, sms, phone or any.", "渠道：邮件、短信、电话、全部。", "email")
    purpose: Scalar = _field("Care, marketing or any.", "用途：关怀、营销、全部。", "care")
    action: Scalar = _field("Grant, withdraw or object.", "同意、撤回、反对。", "grant", "退订")
    evidence: Scalar = _field("Where and how it was said.", "依据：在何处如何表示。", "form 12, 2026-05-03")


MESSAGES: dict[str, type[RecordMessage]] = {
    "profile": ProfileMessage,
    "order": OrderMessage,
    "refund": RefundMessage,
    "interaction": InteractionMessage,
    "complaint": ComplaintMessage,
    "satisfaction": SatisfactionMessage,
    "need": NeedMessage,
    "consent": ConsentMessage,
    "asset": AssetMessage,
    "service": ServiceMessage,
}
_SAID: dict[str, dict[str, object]] = {
    "profile": {},
    "order": {"amount": "1.2万元", "stage": "已完成"},
    "refund": {"amount": "1,200.50", "currency": "欧元", "hints": {"zone": "Europe/Berlin"}},
    "interaction": {"channel": "拜访", "topic": "新产品介绍"},
    "complaint": {"topic": "交货延迟", "is_interaction": False},
    "satisfaction": {"score": "4星", "dimension": "服务质量"},
    "need": {"need_type": "价格", "priority": "high"},
    "consent": {"channel": "email", "purpose": "care", "action": "同意", "evidence": "form 12"},
    "asset": {
        "asset_id": "京A·12345",
        "product": "朗逸 1.5L",
        "bought_on": "2024/3/8",
        "warranty_ends_on": "2027年3月7日",
        "mileage_km": "1.2万公里",
    },
    "service": {"asset_id": "京A·12345", "service_type": "保养", "in_warranty": "保内", "mileage_km": 12060},
}
EXAMPLES: dict[str, dict[str, object]] = {
    kind: {
        "schema": 1,
        "system": "crm",
        "kind": kind,
        "id": f"{kind}-1",
        "version": 3,
        "event_at": "2026/5/3 10:00",
        "party": {
            "ref": "C-17",
            "name": "张　三",
            "company": "上海某某有限公司",
            "phone": "138 0000 1234",
            "email": "zhang@example.com",
        },
        **said,
    }
    for kind, said in _SAID.items()
}
"""One message of each kind, messy as they come, taken in whole."""
