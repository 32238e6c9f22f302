"""What cleaning says about assets, services, lunar birthdays and the size of a company; part of `codes.py`."""

from shared.model.issues import Severity

_REPAIRED, _SUSPICIOUS, _REFUSED = Severity.REPAIRED, Severity.SUSPICIOUS, Severity.REFUSED

ASSET_FIELD_CODES: dict[str, tuple[Severity, str, str]] = {
    "bad_mileage": (
        _REFUSED,
        "无法识别的里程；请写成公里数，如 12000。",
        "This mileage cannot be read; write kilometres, like 12000.",
    ),
    "inexact_mileage": (
        _REFUSED,
        "里程只是约数或区间；请填写仪表读数。",
        "The mileage is approximate or a range; enter the reading of the odometer.",
    ),
    "placeholder_mileage": (
        _REFUSED,
        "这是占位里程，不是读数；请填写仪表读数。",
        "This is a placeholder, no reading; enter the reading of the odometer.",
    ),
    "unknown_service_type": (
        _REFUSED,
        "服务类型应为保养或维修；请分开填写。",
        "A service is maintenance or a repair; enter each apart.",
    ),
    "ends_before_bought": (
        _SUSPICIOUS,
        "到期日早于购买日；请核对。",
        "It ends before the asset was bought; check both days.",
    ),
    "bad_lunar_day": (
        _REFUSED,
        "无法识别的农历日期；请写成“农历八月十五”或 08-15，闰月写成“闰四月初八”或 L04-08。",
        "This lunar day cannot be read; write it like 08-15, in a leap month L04-08.",
    ),
    "bad_headcount": (
        _REFUSED,
        "无法识别的人数；请填写员工人数。",
        "This headcount cannot be read; enter the number of employees.",
    ),
    "headcount_range": (
        _REPAIRED,
        "人数是约数或区间，已取下限。",
        "The headcount is approximate or a range; its lower end was taken.",
    ),
}
ASSET_REFUSAL_CODES: dict[str, tuple[Severity, str, str]] = {
    "no_asset": (
        _REFUSED,
        "没有设备编号、车架号或产品名称，无法识别是哪件资产；请至少补充一项。",
        "No number of the asset and no product; add at least one.",
    ),
}
