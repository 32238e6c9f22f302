"""The fixed texts of the report."""

from collections.abc import Mapping
from typing import Any, Final

from shared.insight.snapshot import Words

_WHO: Final[Words] = ("客户", "customer")
_TAGS: Final[Words] = ("级别 · 风险", "level · risk")
_WHAT: Final[Words] = ("方式", "what")
_WHY: Final[Words] = ("原因", "why")
_STATUS: Final[Words] = ("状态", "status")
_MORE: Final[Words] = ("此处未列出", "not listed here")

REPORT_WORDS: Final[Mapping[str, Any]] = {
    "title": ("客户关怀日报", "customer care, today"),
    "taken": ("截至", "as of"),
    "policy": ("策略", "policy"),
    "holds": ("全部合计相符，0 项无法解释", "All sums reconcile, 0 unexplained"),
    "broken": ("以下合计不相符", "These sums do not reconcile"),
    "on_hold": ("暂停中", "on hold"),
    "today": ("今日联系", "Today's contacts"),
    "tasks": ("人工任务（逾期在前）", "Tasks for people (late ones first)"),
    "messages": ("自动消息", "Messages"),
    "held": ("今日未联系及原因", "Held back today, and why"),
    "none": ("无", "none"),
    "more": _MORE,
    "task_headings": (_WHO, _TAGS, _WHAT, ("负责人", "owner"), ("截止", "due"), _WHY, _STATUS),
    "message_headings": (_WHO, _TAGS, _WHAT, ("时间", "when"), _WHY, _STATUS),
    "held_headings": (_WHO, _TAGS, _WHAT, ("事由日期", "occasion"), _WHY),
    "heat": ("客户分布：级别 × 流失风险", "Customers by level × churn risk"),
    "flags": ("关注标记", "Flags"),
    "ranks": ("按数量排列", "by number"),
    "reading": ("如何阅读这些标签", "How to read the tags"),
    "consequences": ("阅读这些数字时请注意", "Known consequences of the rules"),
    "cost": ("今日计划的成本与人力", "What today's plan takes"),
    "channel": ("渠道", "channel"),
    "planned": ("计划", "planned"),
    "price": ("费用", "cost"),
    "minutes": ("人工分钟", "minutes of people"),
    "cost_note": (
        "短信按每条一段估价，实际段数以发出的文本为准。",
        "An SMS is priced as one segment before its text is written.",
    ),
    "segments": ("今日已发短信段数", "SMS segments sent today"),
    "funnel": ("数据来源与去向", "Data in, by source"),
    "rejected": ("整行隔离的原因", "Whole rows in quarantine"),
    "refused": ("记录已用、字段被拒", "Fields refused, record taken"),
    "repaired": ("已修复或存疑的字段", "Fields repaired or suspicious"),
    "source": ("来源", "source"),
    "field": ("字段", "field"),
    "reason": ("原因与处理", "reason and what to do"),
    "severity": ("程度", "severity"),
    "number": ("数量", "number"),
    "places": ("位置（文件:行）", "places (file:row)"),
    "review": {
        "title": ("可能是同一人的记录（请判断）", "Records that may be one person: please decide"),
        "how": (
            "评分落在灰色区间，系统不自行合并。复制命令执行即可；决定随时可撤销：guanxi review 编号 undo --by 姓名。",
            "In the grey zone nothing is joined. Decide by a command; to take it back: guanxi review ID undo --by NAME.",
        ),
        "nothing": ("没有待判断的记录对", "no pair waits for a decision"),
        "hot": (
            "过热的键（共用的记录太多，不再据此找人）",
            "Hot keys, which too many records share to find anybody by",
        ),
        "agreement": ("一致程度（log2 证据）", "agreement (log2 evidence)"),
        "events": ("往来", "events"),
        "since": ("自", "since"),
        "one_person": ("同一人", "one person"),
        "two_people": ("不同的人", "two people"),
        "steps": ("今日的合并与拆分", "Joined and parted today"),
        "when": ("时间", "when"),
        "records": ("来源记录", "source records"),
        "customers": ("客户", "customers"),
        "evidence": ("依据 · 决定人", "evidence · decided by"),
        "more": _MORE,
    },
    "footer": (
        "本报告含客户姓名与联系方式，仅供工作使用，请勿外传。文件不联网、不含脚本。",
        "This report names customers and their addresses: for work only, do not pass it on. It loads nothing and runs no script.",
    ),
}  # fmt: skip

TILES: Final[Mapping[str, tuple[Words, Words]]] = {
    "records": (("条记录进入", "records in"), ("{0:,} 可用 · {1:,} 隔离", "{0:,} clean · {1:,} quarantined")),
    "customers": (("位客户", "customers"), ("来自 {0:,} 条来源记录", "from {0:,} source records")),
    "high": (("位高流失风险", "at high churn risk"), ("需优先联系", "to contact first")),
    "tasks": (("项人工任务", "tasks planned"), ("{0:,} 分钟", "{0:,} minutes")),
    "messages": (("条自动消息", "messages planned"), ("{0:,} 邮件 · {1:,} 短信", "{0:,} email · {1:,} SMS")),
    "held": (("项保留未做", "held back"), ("共 {0:,} 项候选", "of {0:,} candidates")),
}

JOURNEY: Final[Words] = (
    "{0:,} 条记录进入 → {1:,} 条可用 → {2:,} 条来源记录 → {3:,} 位客户",
    "{0:,} records in → {1:,} clean → {2:,} source records → {3:,} customers",
)

# Measured on public purchase logs (requirements 2): they belong beside the numbers, not in a manual.
CONSEQUENCES: Final[Mapping[str, Words]] = {
    "thin": (
        "高风险客户 {1:,} 位，其中 {0:,} 位依据不足（基期订单少于规定笔数）：先核实再行动。",
        "{1:,} customers are at high risk, {0:,} of them on thin evidence (few orders in the base period): check first.",
    ),
    "decline": (
        "“下降 30%”在稳定客户中也会偶然出现（13% 至 39%）。此处沉默且下降 {0:,} 位，仅下降 {1:,} 位。",
        "“Down 30 %” happens by chance to 13 to 39 % of stable customers. Here: silent and down {0:,}, only down {1:,}.",
    ),
    "growth": (
        "“增长 20%”在稳定客户中也会偶然出现（29% 至 44%）。此处潜力级 {0:,} 位，金额够但无增长 {1:,} 位。",
        "“Growth of 20 %” happens by chance to 29 to 44 % of stable customers. Here: potential {0:,}, without growth {1:,}.",
    ),
    "new": (
        "金额达战略级但合作年限不足、按策略另行定级的有 {0:,} 位。",
        "{0:,} customers have a strategic amount but are too new, and get the level that the policy has for them.",
    ),
    "flips": (
        "贴近界线的稳定客户会随每日重算来回变级；这不是客户的变化。",
        "A stable customer close to a band changes level with the daily recomputation; that is not news about the customer.",
    ),
}  # fmt: skip
