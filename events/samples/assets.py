"""What some customers own, what was done on it, and their birthdays: so that on the day of the clock lifecycle care has work.

Days count from the clock: +25 is in 25 days. Each line says what care should make of it (R40..R49).
"""

# ruff: noqa: E501 - one line of a file is one line here

from datetime import date, timedelta
from typing import NamedTuple

from events.samples.awkward import under
from events.samples.plan import TODAY


class AssetPlan(NamedTuple):
    owner: int
    """Number of the customer."""
    number: str
    product: str
    bought: int
    warranty: int | None = None
    insurance: int | None = None
    inspection: int | None = None
    read: int | None = None
    mileage: str | None = None
    birthday: str | None = None
    employees: str | None = None


class ServicePlan(NamedTuple):
    asset: str
    days: int
    kind: str
    mileage: str
    in_warranty: str | None = None


ASSETS = (
    AssetPlan(
        0, "SN-0001", "电动叉车 E20", -1065, 20, 25, 41, employees="500人以上"
    ),  # three reminders in one message
    AssetPlan(
        2, "沪A·D0021", "配送货车 V3", -90, 640, 275, None, -10, "4,500公里"
    ),  # first service by mileage
    AssetPlan(
        5, "SN-0051", "电动叉车 E20", -400, 330, None, None, -4, "9100", employees="200-500人"
    ),  # repair
    AssetPlan(10, "沪A·D0101", "配送货车 V3", -700, 30, 300, 400, -112, "3万"),  # next service by mileage
    AssetPlan(15, "SN-0151", "包装机 P5", -9, 721),  # usage tips
    AssetPlan(
        29, "SN-0291", "电动叉车 E35", -1070, None, 25, employees="约1200人"
    ),  # no consent: a reason why not
    AssetPlan(30, "SN-0301", "包装机 P5", -320, 410),
    AssetPlan(
        35, "粤B·D0351", "配送货车 V1", -1471, None, 160, 35, -150, "8.2万公里"
    ),  # four years old: trade-in
    AssetPlan(37, "SN-0371", "电动叉车 E35", -800, 295, None, 40),  # consent withdrawn
    AssetPlan(42, "SN-0421", "包装机 P3", -1500, -405, employees="50-100人"),  # repair out of warranty
    AssetPlan(45, "苏E·D0451", "配送货车 V3", -367, 728, -2),  # two reminders are over: a call
    AssetPlan(50, "川A·D0501", "配送货车 V3", -360, 735, 5, None, -30, "1.1万"),  # second reminder
    AssetPlan(62, "GB-0621", "Pallet truck E20", -1075, 20, None, None, -20, "8,000 miles"),  # in English
    AssetPlan(70, "SN-0701", "电动叉车 E20", -500, 230, 180, 200, employees="3000+"),
    AssetPlan(92, "SN-0921", "包装机 P5", -600, 130, birthday="1979年11月2日"),
    AssetPlan(150, "鄂A·D1501", "配送货车 V1", -980, 115, 120, 130, -60, "62,300", birthday="闰四月初八"),
    AssetPlan(72, "SN-0721", "包装机 P3", -210, 520, birthday="1985/6/30"),  # birthday
    AssetPlan(
        60, "SN-0601", "包装机 P3", -230, 500, birthday="农历五月十六"
    ),  # lunar birthday, the same day in 2026
)
SERVICES = (
    ServicePlan("SN-0001", -880, "首保", "1,200", "保内"),
    ServicePlan("SN-0001", -520, "定期保养", "4,900", "保内"),
    ServicePlan("SN-0001", -150, "定期保养", "9,000", "是"),
    ServicePlan("SN-0051", -215, "首次保养", "4,100", "保内"),
    ServicePlan("SN-0051", -4, "维修", "9100", "保内"),
    ServicePlan("沪A·D0101", -510, "首保", "0.8万公里", None),
    ServicePlan("沪A·D0101", -202, "保养", "2.24万公里", "否"),
    ServicePlan("沪A·D0101", -112, "保养", "3万公里", "否"),
    ServicePlan("SN-0421", -5, "事故维修", "", "保外"),
    ServicePlan("SN-0421", -330, "保养", "", "过保"),
    ServicePlan("粤B·D0351", -1290, "首保", "5,200公里", "保内"),
    ServicePlan("粤B·D0351", -900, "保养", "2.9万", "保内"),
    ServicePlan("粤B·D0351", -520, "维修", "5.3万", None),
    ServicePlan("粤B·D0351", -150, "保养", "82000", "保外"),
    ServicePlan("苏E·D0451", -180, "首保", "9,800", "在保"),
    ServicePlan("川A·D0501", -170, "首保", "5,050", "在保"),
    ServicePlan("GB-0621", -170, "Maintenance", "6,900 miles", "in warranty"),
    ServicePlan("鄂A·D1501", -60, "10000公里保养", "62,300", "保内"),
)

MARKETING = {35: "email", 60: "sms", 72: "sms"}
"""Who allows marketing, too, on which channel: greetings and offers reach these and, with the reason told, no others."""


def on(days: int | None) -> date | None:
    """The date so many days from the clock."""
    return None if days is None else TODAY + timedelta(days=days)


ASSET_HEADER = (
    "设备编号", "设备名称", "联系人", "联系电话", "电子邮箱", "生日", "公司规模", "购买日期", "质保到期", "保险到期", "年检日期", "行驶里程（公里）",
    "读数日期",
)  # fmt: skip
SERVICE_HEADER = (
    "工单号",
    "设备编号",
    "联系人",
    "联系电话",
    "电子邮箱",
    "服务类型",
    "服务日期",
    "里程",
    "保内",
)
_asset, _service = under(ASSET_HEADER), under(SERVICE_HEADER)
AWKWARD_ASSETS = (
    _asset(联系人="薛全角", 联系电话="13800009018", 质保到期="2027-01-01", cleaning="no asset"),
    _asset(设备编号="SN-9020", 联系人="薛大写", 联系电话="13800009020", 购买日期="2025-02-30", 质保到期="1900-01-01", cleaning="bad dates"),
    _asset(设备编号="SN-9022", 联系人="薛同意", 联系电话="13800009022", 行驶里程_公里="约3万", 读数日期="2026-06-01", cleaning="mileage"),
    _asset(设备编号="SN-9023", 联系人="姚双单", 联系电话="13800009023", 行驶里程_公里="999999", 生日="农历", cleaning="placeholders"),
)  # fmt: skip
AWKWARD_SERVICES = (
    _service(工单号="W-9018", 联系人="薛全角", 联系电话="13800009018", 服务类型="保养", cleaning="no date"),
    _service(工单号="W-9020", 设备编号="SN-9020", 联系人="薛大写", 联系电话="13800009020", 服务类型="洗车", 服务日期="2026-05-02", cleaning="type"),
    _service(工单号="W-9022", 设备编号="sn 9022", 联系人="薛同意", 联系电话="13800009022", 服务类型="保养/维修", 服务日期="2026-05-03", cleaning="type"),
)  # fmt: skip
