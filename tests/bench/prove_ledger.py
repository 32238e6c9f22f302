"""The proof of the send ledger at full size: the real flows under the fault gate, and the mutants that must be caught.

    python -m tests.bench.prove_ledger --messages 100000 --seed 1
    python -m tests.bench.prove_ledger --replay 4711        (one world again, with the story of what broke)

Exit code 1 when a promise was broken or a mutant survived.
"""

import argparse
import time
from collections.abc import Iterator
from multiprocessing import get_context

import pytest

from tests.property.ledger_hunt import hunt
from tests.property.ledger_mutants import SINGLES, SURVIVE_ALONE, TOGETHER
from tests.property.ledger_oracle import violations
from tests.property.ledger_tally import BREACHES, Tally, tally_world
from tests.property.ledger_world import Trouble, World

WORLD_MESSAGES = 200
MOST_TO_CATCH = 2000
SURVIVORS_LOOKED_AT = 150


def main() -> int:
    asked = _arguments()
    if asked.replay is not None:
        return _replay(asked.replay)
    started = time.monotonic()
    with get_context("fork").Pool(asked.processes) as pool:
        jobs = [(seed, asked.messages) for seed in _seeds(asked.seed, asked.messages)]
        mutants = pool.map_async(_hunt_mutant, [*SINGLES, *TOGETHER], chunksize=1) if asked.mutants else None
        total = Tally()
        for one in pool.imap_unordered(_prove, jobs, chunksize=2):
            total.add(one)
        caught = dict(mutants.get()) if mutants else {}
        alone = dict(pool.map(_look_alone, SURVIVE_ALONE)) if asked.mutants else {}
    _print_table(total, time.monotonic() - started, asked)
    _print_mutants(caught, alone)
    return int(bool(total.broken or total.lost or None in caught.values()))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Proves the send ledger.")
    parser.add_argument("--messages", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1, help="of the first world")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--no-mutants", dest="mutants", action="store_false")
    parser.add_argument("--replay", type=int, metavar="SEED", help="one world of the proof, with its stories")
    return parser.parse_args()


def _seeds(first: int, messages: int) -> Iterator[int]:
    return iter(range(first, first + max(1, -(-messages // WORLD_MESSAGES))))


def _trouble(seed: int) -> Trouble:
    """One world in ten is rougher: 10 % of calls fail; one in ten of those that remain hears no events for long."""
    if seed % 10 == 0:
        return Trouble(fault_rate=0.1)
    if seed % 10 == 5:
        return Trouble(events_lost=0.3)
    return Trouble()


def _prove(job: tuple[int, int]) -> Tally:
    seed, messages = job
    return tally_world(seed, min(WORLD_MESSAGES, messages), _trouble(seed))


def _replay(seed: int) -> int:
    world = World(seed, WORLD_MESSAGES, _trouble(seed))
    world.run()
    found = violations(world)
    for one in found:
        print(one, *world.story(one.partition(":")[0]), sep="\n    ")
    print(f"seed {seed}: {len(found)} broken promises")
    return int(bool(found))


def _hunt_mutant(name: str) -> tuple[str, tuple[int, str] | None]:
    """Which seed caught a mutant."""
    patches = TOGETHER[name] if name in TOGETHER else (SINGLES[name],)
    with pytest.MonkeyPatch.context() as patch:
        for mutate in patches:
            mutate(patch)
        return name, hunt(MOST_TO_CATCH, is_killed_in_time=name not in TOGETHER)


def _look_alone(name: str) -> tuple[str, tuple[int, str] | None]:
    """Guards that others back up: alone each may go unnoticed."""
    with pytest.MonkeyPatch.context() as patch:
        SURVIVE_ALONE[name](patch)
        return name, hunt(SURVIVORS_LOOKED_AT)


def _print_table(total: Tally, wall_s: float, asked: argparse.Namespace) -> None:
    faults = sum(total.faults.values())
    lines: list[tuple[str, object]] = [
        ("messages", f"{total.messages:,} in {total.worlds} worlds, seeds {asked.seed} on"),
        ("faults", f"{faults:,}"),
        *((f"  {kind}", f"{n:,}") for kind, n in total.faults.most_common()),
        ("steps", f"{total.steps:,}"),
        ("lost", total.lost),
        *((name, total.breaches[name]) for name in BREACHES),
        ("other broken promises", total.breaches["other"]),
        ("taken twice by the provider, at most once", total.repeated_unsure),
        ("taken twice by the provider, at least once", f"{total.repeated} (reply lost, no event in time)"),
        ("unconfirmed", f"{total.ends['UNCONFIRMED']} ({total.ends['UNCONFIRMED'] / total.messages:.2%})"),
        (
            "requests of each attempt that reached the wire",
            f"{total.wire_requests / max(1, total.attempts_with_wire):.0f}",
        ),
        ("kept back by a spent budget, told so", total.budgets_spent_out),
        ("given back by the provider or the clock", total.given_back),
        *((f"  {status}", f"{n:,}") for status, n in total.ends.most_common()),
        ("wall time", f"{wall_s:.0f} s, {asked.processes} processes"),
    ]
    for name, value in lines:
        print(f"{name:52} {value}")
    for one in total.broken[:20]:
        print("BROKEN", one)


def _print_mutants(
    caught: dict[str, tuple[int, str] | None], alone: dict[str, tuple[int, str] | None]
) -> None:
    if not caught:
        return
    killed = [name for name, seed in caught.items() if seed is not None]
    pairs = sum(name in TOGETHER for name in killed)
    print(
        f"{'mutants killed':52} {len(killed)}/{len(caught)} (single {len(killed) - pairs}, together {pairs})"
    )
    for name, found in caught.items():
        print(f"  {name:50} {'SURVIVED' if found is None else f'seed {found[0]}: {found[1]}'}")
    for name, found in alone.items():
        verdict = "backed up by others" if found is None else f"seed {found[0]}: {found[1]}"
        print(f"  alone: {name:43} {verdict}")


if __name__ == "__main__":
    raise SystemExit(main())
