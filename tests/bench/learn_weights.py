"""Learns the weights that are shipped, from seeded tables of Chinese and English people, without their truth.

`make weights` (`python -m tests.bench.learn_weights [--out FILE]`) writes `shared/matching/data/weights_default.json`
again, bit for bit. What is learned is how the records of one person differ (m) in names, birthday and phone. The rest
stands as stated in `identity_start.json`, because a table of some thousand invented people cannot show it: how often
strangers agree in a base of a million, how common names are in the world, what families and colleagues share, how
often people change address, mailbox or employer. Neither FEBRL nor the sets of the benches (other seeds) take part.
"""

import argparse
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from random import Random

from infra.local.person_columns import choose_columns, to_party
from shared.matching.compare import CLOSE, DIFFERS, EQUAL, PART
from shared.matching.match_file import match_file
from shared.matching.profile import Profile, make_profile
from shared.matching.weights import Chances, Weights, read_weights, write_weights
from tests.bench.identity_chains import make_bridges, make_moved, make_switchboard
from tests.bench.identity_sets import (
    Labelled,
    make_chinese,
    make_emails,
    make_historical,
    make_households,
    make_strangers,
)

VERSION = "2026-11-22.3"
SEED = 4_000
START = Path(__file__).with_name("identity_start.json")
SHIPPED = Path("shared/matching/data/weights_default.json")
LEARNED = ("given", "surname", "birthday", "phone")
LEAST_WRONG = 0.02
"""Share of the pairs of one person of which a field has nothing in common, at least: the tables are kinder than people."""
TABLES: dict[Callable[[int, int], Labelled], int] = {
    make_chinese: 12_000,
    make_switchboard: 3_000,
    make_strangers: 3_000,
    make_households: 4_000,
    make_moved: 4_000,
    make_bridges: 4_000,
    make_emails: 3_000,
    make_historical: 3_000,
}
"""Rows of each."""


def learn_shipped() -> Weights:
    """What the tables together teach about one person, with what is stated about the world."""
    start = read_weights(START.read_text(encoding="utf-8"))
    profiles = [
        profile
        for number, (make, rows) in enumerate(TABLES.items())
        for profile in _profiles(make(SEED + number, rows))
    ]
    learned = match_file(profiles, start, version=VERSION, draw=Random(SEED).randrange).weights
    taught = {name: _teach(start.chances[name], learned.chances[name]) for name in LEARNED}
    return replace(start, version=VERSION, chances={**start.chances, **taught})


def _teach(stated: tuple[Chances, ...], learned: tuple[Chances, ...]) -> tuple[Chances, ...]:
    """m as learned, with its floor; u and relations as stated."""
    wrong = max(learned[DIFFERS].same, LEAST_WRONG)
    rest = (1 - wrong) / (1 - learned[DIFFERS].same)
    taught = list(stated)
    for level in (DIFFERS, PART, CLOSE, EQUAL):
        same = wrong if level == DIFFERS else learned[level].same * rest
        taught[level] = stated[level]._replace(same=same)
    return tuple(taught)


def _profiles(labelled: Labelled) -> list[Profile]:
    columns = choose_columns(labelled.rows)
    return [make_profile(to_party(row, columns, "CN"), None) for row in labelled.rows]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=SHIPPED)
    asked = parser.parse_args()
    asked.out.write_text(write_weights(learn_shipped()) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
