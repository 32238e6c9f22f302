"""A small base for tests of insight: one file through the real flows, in memory, at a fixed instant."""

import io
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import cache
from zoneinfo import ZoneInfo

from shared.flows.ingest_message import ingest_message, record_progress
from shared.flows.review_customer import review_customer
from shared.flows.split_file import split_file
from shared.flows.take_snapshot import take_snapshot
from shared.insight.snapshot import DayCandidate, Snapshot, Why
from shared.memory.items import MemoryItems
from shared.policy.load import load_policy
from shared.ports import QueueName, Table
from shared.store.control import lift_hold

POLICY = load_policy()
ZONE = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 6, 30, 2, tzinfo=UTC)
"""10:00 in Shanghai, a working day."""
KEY = b"a key for tests only, 32 bytes !"
HOSTILE = "<script>alert(1)</script>"

_SALES = """\
客户编号,姓名,公司名称,手机,邮箱,省份,首次合作日期,类型,订单号,下单日期,金额（元）,同意邮件,同意短信
A1,王伟,云帆科技有限公司,13800000001,wei.wang@example.com,浙江,2020-01-05,,,,,是,是
A1,王伟,云帆科技有限公司,13800000001,wei.wang@example.com,浙江,2020-01-05,订单,S1,2026-05-20,986000,,
A2,赵敏,北辰物流有限公司,13800000002,min.zhao@example.com,北京,2019-03-01,,,,,,
A2,赵敏,北辰物流有限公司,13800000002,min.zhao@example.com,北京,2019-03-01,订单,S2,2025-09-10,1500000,,
A3,钱进,,138,jin.qian@example.com,上海,2024-02-02,订单,S3,2026-06-01,1200,是,是
A4,孙丽,,13800000004,,江苏,2024-02-02,订单,S4,2025-03-03,800,是,是
,,,,,,,订单,S5,2026-06-02,500,,
A6,周平,,13800000006,,四川,2024-05-05,订单,S6,,90,,
,,,,,,,,,,,,
"""
_SERVICE = """\
客户姓名,联系电话,电子邮件,工单号,类型,创建时间,渠道
王伟,13800000001,wei.wang@example.com,T1,来电,2026-06-20 10:00,电话
王 芳,13800000002,,T2,来电,2026-06-21 10:00,电话
"""


class ListQueue:
    """A queue port that keeps what was posted."""

    def __init__(self) -> None:
        self.bodies: list[str] = []

    def post(self, queue: QueueName, bodies: Sequence[str], *, delay_s: int = 0) -> None:
        self.bodies += bodies


def import_text(items: MemoryItems, file: str, text: str, job_id: str) -> None:
    """Splits and ingests one CSV file, to the end of its job."""
    queue = ListQueue()
    split_file(file, io.BytesIO(text.encode()), job_id=job_id, items=items, queue=queue, now=NOW)
    received = [
        ingest_message(body, items=items, policy=POLICY, key=KEY, received_at=NOW) for body in queue.bodies
    ]
    record_progress(received, items)
    items.transact([lift_hold(f"import#{job_id}")])


def review_all(items: MemoryItems, now: datetime = NOW) -> None:
    """Reviews and plans everybody."""
    ids = sorted({str(item["customer_id"]) for item in items.scan(Table.CUSTOMERS)})
    for customer_id in ids:
        review_customer(customer_id, items=items, policy=POLICY, key=KEY, now=now, may_plan=True)


def a_base() -> MemoryItems:
    items = MemoryItems()
    import_text(items, "sales-orders.csv", _SALES, "job-sales")
    import_text(items, "service-desk.csv", _SERVICE, "job-service")
    review_all(items)
    return items


@cache
def a_snapshot() -> Snapshot:
    """Of the small base; frozen, so that tests may share it."""
    return take_snapshot(a_base(), NOW, ZONE)


def a_candidate(*, decision: str = "planned", rule: str = "R24", why: Why | None = None) -> DayCandidate:
    common: dict[str, str | int | None] = {
        "cell": "core.high",
        "goal": "retain",
        "every": "1 week",
        "due_on": "2026-06-30",
        "last_contact_on": "2026-06-20",
    }
    return DayCandidate(
        customer_id="c-test",
        contact_id="A" * 32,
        plan_step="matrix.core.high.1",
        occasion_on=NOW.date(),
        channel="sms",
        contact_class="care",
        template="greeting",
        task=None,
        not_before=NOW,
        not_after=NOW,
        decision=decision,
        rule=rule,
        why={**common, **(why or {})},
    )
