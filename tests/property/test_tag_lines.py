"""What `guanxi tag` answers equals the rules read literally, at every local midnight, and changes when announced."""

import os
from random import Random

import pytest

from tests.property.tag_lines import ZONES, a_line, check_line

LINES = int(os.environ.get("GUANXI_TAG_LINES", "2"))
SEED = int(os.environ.get("GUANXI_TAG_SEED", "2026"))


@pytest.mark.parametrize("zone", ZONES)
def test_an_answer_equals_the_literal_rules_at_every_midnight(zone: str) -> None:
    random = Random(f"lines {SEED} {zone}")
    assert sum(check_line(a_line(zone, random, most_days=200), random) for _ in range(LINES)) > 0
