"""Splits a large CSV as the import function does: peak memory, rows and records a second, and a crash in the middle.

Each run is a process of its own, whose peak memory is that of the reader. A queue that counts stands for SQS. What was
posted around the crash, before and after it, is taken in for real: each record must be stored and counted once.
Run: python -m tests.bench.bench_import [megabytes] [--ids]
"""

import json
import resource
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import blake2b
from pathlib import Path
from random import Random
from time import perf_counter, process_time

from shared.flows.split_file import LOT, SplitUnfinished, split_file
from shared.memory.items import MemoryItems
from shared.ports import QueueName, Table
from shared.store.control import read_jobs
from shared.store.progress import count_outcomes

NOW = datetime(2026, 6, 30, 2, tzinfo=UTC)
MEBIBYTE = 1024 * 1024
WORD = 1 << 64


@dataclass
class Tally:
    """A queue that remembers of each record only that it came, and a sum over what they held, in any order."""

    crash_after: int | None = None
    seen: bytearray = field(default_factory=bytearray)
    records: int = 0
    repeated: int = 0
    sum: int = 0
    around_crash: list[str] = field(default_factory=list)
    """What the post that crashed held, and the one after it."""

    def post(self, queue: QueueName, bodies: Sequence[str], *, delay_s: int = 0) -> None:
        for body in bodies:
            self._note(body)
        is_crash = self.crash_after is not None and self.records >= self.crash_after
        if is_crash or 0 < len(self.around_crash) <= LOT:
            self.around_crash += bodies
        if self.crash_after is not None and self.records >= self.crash_after:
            self.crash_after = None
            raise ConnectionError

    def _note(self, body: str) -> None:
        seq = int(body[body.rindex('"seq": ') + 7 :].partition("}")[0])
        byte, bit = divmod(seq, 8)
        if byte >= len(self.seen):
            self.seen.extend(bytes(max(byte + 1 - len(self.seen), LOT)))
        if self.seen[byte] >> bit & 1:
            self.repeated += 1
            return
        self.seen[byte] |= 1 << bit
        self.records += 1
        self.sum = (self.sum + int.from_bytes(blake2b(body.encode(), digest_size=8).digest())) % WORD


def write_file(file: Path, size: int, *, has_ids: bool) -> int:
    """A file of at least so many bytes: orders of returning customers, now and then a row that cannot be read."""
    random, rows = Random(1), 0
    with file.open("w", encoding="utf-8") as out:
        out.write("客户编号,姓名,公司,手机,邮箱,地址," + ("订单号," if has_ids else "") + "金额,日期,备注\n")
        while rows % 10_000 or file.stat().st_size < size:
            who = random.randrange(3_000_000)
            order = f"SO{rows}," if has_ids else ""
            out.write(
                f"C{who},李雷{who % 97},示例{who % 1000}有限公司,139{who:08d},u{who}@example.com,"
                f"上海市浦东新区{who % 500}号,{order}{random.randrange(10**6)},"
                f"2026-0{1 + rows % 6}-{1 + rows % 28:02d},{'多,余,' if rows % 9973 == 0 else ''}备注{rows}\n"
            )
            rows += 1
    return rows


def run(file: Path, *, crash_after: int | None) -> dict[str, int | float]:
    """One job from the beginning to the end, with as many attempts as it takes."""
    items, tally = MemoryItems(), Tally(crash_after)
    wall, cpu, attempts = perf_counter(), process_time(), 0
    done = None
    while done is None:
        attempts += 1
        try:
            with file.open("rb") as stream:
                size = file.stat().st_size
                done = split_file(
                    file.name, stream, job_id="bench", items=items, queue=tally, now=NOW, size=size
                )
        except (ConnectionError, SplitUnfinished):
            continue
    (job,) = read_jobs(items)
    wall_s, cpu_s = perf_counter() - wall, process_time() - cpu
    peak_bytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    return {
        "rows": job.rows,
        "records": done.records,
        "problems": done.problems,
        "posted": tally.records,
        "repeated": tally.repeated,
        "sum": tally.sum,
        "attempts": attempts,
        "wall_s": wall_s,
        "cpu_s": cpu_s,
        "peak_mib": peak_bytes / MEBIBYTE,
        "doubled": count_doubles(tally.around_crash),
    }


def count_doubles(bodies: Sequence[str]) -> int:
    """Records stored or counted twice when all of these are taken in."""
    # Here, so that the peak before is that of the reader alone.
    from shared.flows.ingest_message import ingest_message, record_progress
    from shared.policy.load import load_policy

    items, policy, distinct = (
        MemoryItems(),
        load_policy(),
        {json.loads(body)["origin"]["seq"] for body in bodies},
    )
    if not distinct:
        return 0
    received = [
        ingest_message(body, items=items, policy=policy, key=b"a key for a bench", received_at=NOW)
        for body in bodies
    ]
    record_progress(received, items)
    stored = sum(str(item["sk"]).startswith("EVENT#") for item in items.scan(Table.RECORDS))
    kept = sum("raw" in item for item in items.scan(Table.CONTROL))
    counted = count_outcomes(items, "bench", max(distinct) + 1, most=None).total()
    return abs(stored + kept - len(distinct)) + abs(counted - len(distinct))


def in_a_process(file: Path, crash_after: int | None) -> dict[str, int | float]:
    """The same in a process of its own."""
    command = [sys.executable, "-m", "tests.bench.bench_import", "--run", str(file), str(crash_after or 0)]
    return dict(json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout))


def main(arguments: Sequence[str]) -> None:
    """Prints the figures."""
    if arguments[:1] == ["--run"]:
        print(json.dumps(run(Path(arguments[1]), crash_after=int(arguments[2]) or None)))
        return
    megabytes = next((int(one) for one in arguments if one.isdigit()), 100)
    has_ids = "--ids" in arguments
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "orders.csv"
        written = write_file(file, megabytes * 1_000_000, has_ids=has_ids)
        kind = "with order numbers" if has_ids else "without any number"
        print(f"{file.stat().st_size / 1e6:,.0f} MB, {written:,} rows {kind}")
        whole = in_a_process(file, None)
        print(
            f"undisturbed  peak {whole['peak_mib']:,.0f} MiB   {whole['rows'] / whole['cpu_s']:,.0f} rows/s   "
            f"{whole['records'] / whole['cpu_s']:,.0f} records/s (CPU)   {whole['wall_s']:,.0f} s   "
            f"{whole['records']:,} records + {whole['problems']:,} problems"
        )
        broken = in_a_process(file, int(whole["records"]) // 2)
        lost = whole["records"] - broken["posted"]
        print(
            f"crash half-way  attempts {broken['attempts']}   peak {broken['peak_mib']:,.0f} MiB   lost {lost}   "
            f"doubled {broken['doubled']} of {broken['repeated']} posted again (at most {LOT})   "
            f"same records: {broken['sum'] == whole['sum']}   {broken['cpu_s']:,.0f} s CPU   {broken['wall_s']:,.0f} s"
        )


if __name__ == "__main__":
    main(sys.argv[1:])
