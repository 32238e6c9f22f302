"""What was done on an asset, whether it was in warranty, and whether a case is closed: words of service desks."""

import re
from typing import Literal

from shared.cleaning.booleans import clean_flag
from shared.cleaning.field import NOTHING, Field, refused
from shared.cleaning.text import read_text
from shared.cleaning.words import make_table, word_key

ServiceType = Literal["maintenance", "repair"]

_TYPES: dict[str, ServiceType] = make_table(
    {
        "maintenance": "maintenance maintain service servicing periodic_service first_service scheduled_service oil_change"
        " checkup 保养 首保 二保 首次保养 小保养 大保养 定期保养 常规保养 例行保养 年度保养 维护 养护 维保 巡检 保養 首次保養",
        "repair": "repair repairs accident_repair warranty_repair body_repair collision fix breakdown overhaul corrective"
        " 维修 事故维修 故障维修 一般维修 保修 质保维修 修理 返修 抢修 大修 事故 钣金 钣喷 喷漆 索赔 維修 事故維修",
    }
)
_MAINTENANCE = re.compile("保[养養]|首保|维护|maintenance")
_REPAIR = re.compile("[维維]修|修理|返修|抢修|事故|钣|repair")
_WARRANTY = make_table(
    {
        True: "in_warranty under_warranty within_warranty warranty 在保 保内 在保内 质保内 质保期内 保修内 保修期内 未过保 有质保"
        " 三包内 三包期内 保固內 保內",
        False: "out_of_warranty outside_warranty warranty_expired expired 过保 已过保 脱保 出保 保外 质保外 质保期外 保修外"
        " 保修期外 无质保 三包外 自费 過保 保外",
    }
)
_CLOSED = make_table(
    {
        True: "closed close resolved solved done complete completed finished settled cancelled canceled withdrawn"
        " 已完成 完成 已解决 解决 已关闭 关闭 已结案 结案 已结束 结束 已处理 处理完成 处理完毕 已办结 办结 已办理 已撤销 已取消"
        " 已撤诉 已回访 已關閉 已結案 已解決"
    }
)


def clean_service_type(raw: object, path: str) -> Field[ServiceType]:
    """Maintenance or repair; a phrase such as 10000公里保养 is read by the word in it, unless it names both."""
    text = read_text(raw)
    if text is None:
        return NOTHING
    known = _TYPES.get(word_key(text))
    if known is not None:
        return Field(known)
    is_maintenance, is_repair = (sign.search(text.casefold()) for sign in (_MAINTENANCE, _REPAIR))
    if bool(is_maintenance) is bool(is_repair):
        return refused(path, "unknown_service_type")
    return Field("maintenance" if is_maintenance else "repair")


def clean_in_warranty(raw: object, path: str) -> Field[bool]:
    """Whether it was done in warranty: 保内, 过保, or a plain yes or no."""
    known = _WARRANTY.get(word_key(read_text(raw) or ""))
    return clean_flag(raw, path) if known is None else Field(known)


def is_closed(stage: str | None) -> bool:
    """Whether a source's word for how far a case is says that nothing is left to do."""
    return stage is not None and word_key(stage) in _CLOSED
