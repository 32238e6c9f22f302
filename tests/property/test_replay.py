"""Replay under any order of imports, replays, corrections, copies and lost replies: sums hold, nothing comes in twice."""

import io
import json
from collections import Counter
from collections.abc import Sequence
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from shared.flows.ingest_message import ingest_message, record_progress
from shared.flows.replay import Wanted, replay
from shared.flows.split_file import split_file
from shared.flows.take_snapshot import take_snapshot
from shared.insight.reconcile import find_breaks
from shared.memory.items import MemoryItems
from shared.model.errors import RetryError, StoreBusy
from shared.ports import Put, Table, Update, Write
from tests.unit.insight_base import KEY, NOW, POLICY, ZONE, ListQueue

FILE = """\
客户编号,姓名,手机,类型,订单号,下单日期,金额,币种
C1,王伟,13800000001,订单,S1,2026-05-20,986000,
C2,赵敏,13800000002,订单,S2,1990-05-20,1500,
C3,钱进,13800000003,订单,,2026-06-01,100,QQQ
"""
OLD_TOO = POLICY.model_copy(
    update={"cleaning": POLICY.cleaning.model_copy(update={"oldest_event_years": 50})}
)
IMPORT_SUMS = {"records_in", "quarantine_of_file", "new_records_stored", "quality_covers"}
STEPS = st.sampled_from(["import", "fix", "replay", "correct", "wrong", "deliver", "copy", "fault"])


class FaultyItems(MemoryItems):
    """Writes, then loses the reply when it is told to."""

    fault_in = 0

    def put_if(self, write: Put) -> Any:
        return self._reply(super().put_if(write))

    def update_if(self, write: Update) -> Any:
        return self._reply(super().update_if(write))

    def transact(self, writes: Sequence[Write]) -> Any:
        return self._reply(super().transact(writes))

    def _reply(self, done: Any) -> Any:
        self.fault_in -= 1
        if self.fault_in == 0:
            raise StoreBusy("lost reply")
        return done


class Story:
    """One history: a queue that delivers at least once, a policy that may be mended, an operator who may replay."""

    def __init__(self) -> None:
        self.items, self.queue, self.policy, self.jobs = FaultyItems(), ListQueue(), POLICY, 0

    def do(self, step: str) -> None:
        if step == "fix":
            self.policy = OLD_TOO
        elif step == "fault":
            self.items.fault_in = 3
        elif step == "copy":
            self.queue.bodies += self.queue.bodies[-1:]
        elif step == "deliver":
            self.deliver()
        elif step == "import":
            self.import_file()
        else:
            self.replay({"replay": None, "correct": "CNY", "wrong": "XXQ"}[step])

    def import_file(self) -> None:
        self.items.fault_in = 0
        self.jobs += 1
        split_file("sales-orders.csv", io.BytesIO(FILE.encode()), job_id=f"job-{self.jobs}", items=self.items,
                   queue=self.queue, now=NOW)  # fmt: skip

    def replay(self, currency: str | None) -> None:
        self.items.fault_in = 0
        corrected = None
        if currency is not None:
            rows = take_snapshot(self.items, NOW, ZONE).quarantined
            corrected = {row.quarantine_id: {**dict(row.cells), "currency": currency} for row in rows
                         if row.reason == "unknown_currency"}  # fmt: skip
        replay(Wanted(corrected=corrected), items=self.items, queue=self.queue, now=NOW, limit=100)

    def deliver(self) -> None:
        """All that waits, in order; what fails comes again."""
        while self.queue.bodies:
            body = self.queue.bodies.pop(0)
            try:
                received = ingest_message(
                    body, items=self.items, policy=self.policy, key=KEY, received_at=NOW
                )
                record_progress([received], self.items)
            except RetryError:
                self.queue.bodies.append(body)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(steps=st.lists(STEPS, max_size=12))
def test_no_order_of_things_breaks_a_sum_or_brings_a_record_in_twice(steps: list[str]) -> None:
    story = Story()
    for step in ["import", *steps, "deliver", "fix", "replay", "deliver", "correct", "deliver"]:
        story.do(step)
    snapshot = take_snapshot(story.items, NOW, ZONE)
    assert [check for check in find_breaks(snapshot) if check.name in IMPORT_SUMS] == []
    assert snapshot.quarantined == ()
    orders = Counter(
        (body["party"]["ref"], body["amount_fen"])
        for item in story.items.scan(Table.RECORDS)
        if str(item["sk"]).startswith("EVENT#order")
        for body in [json.loads(str(item["body"]))]
    )
    assert orders == {("C1", 98_600_000): 1, ("C2", 150_000): 1, ("C3", 10_000): 1}
