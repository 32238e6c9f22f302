"""Wall time and peak memory of `guanxi demo`, all processes together. Linux only.

.venv/bin/python -m tests.bench.bench_demo
"""

import os
import subprocess
import sys
import time
from pathlib import Path

PAGE_KIB = os.sysconf("SC_PAGE_SIZE") // 1024
SAMPLE_S = 0.2


def main() -> None:
    command = [str(Path(sys.executable).with_name("guanxi")), "demo"]
    started = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    peak_kib = peak_processes = 0
    while process.poll() is None:
        sizes = [_resident_kib(pid) for pid in _tree(process.pid)]
        if sum(sizes) > peak_kib:
            peak_kib, peak_processes = sum(sizes), len(sizes)
        time.sleep(SAMPLE_S)
    output = process.stdout.read() if process.stdout else ""
    print(*(line for line in output.splitlines() if line.startswith(("speed", "deployed"))), sep="\n")
    print(
        f"exit code {process.returncode}, wall {time.monotonic() - started:.1f} s for both runs with start and stop"
    )
    print(
        f"peak resident memory {peak_kib / 1024:.0f} MiB in {peak_processes} processes (shared pages counted in each)"
    )


def _tree(root: int) -> list[int]:
    """A process and all below it."""
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            except (OSError, ValueError):
                continue  # it ended while we looked
            children.setdefault(parent, []).append(int(entry.name))
    found = [root]
    for pid in found:
        found.extend(children.get(pid, []))
    return found


def _resident_kib(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * PAGE_KIB
    except (OSError, ValueError):
        return 0


if __name__ == "__main__":
    main()
