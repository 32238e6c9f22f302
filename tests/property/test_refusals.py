"""Consents of people who share mailboxes, some of whose records are deleted: in any order the most restrictive word holds."""

from random import Random

import pytest

from shared.flows.decide_identity import merge_customers, undo_verdict
from shared.memory.items import MemoryItems
from tests.integration.identity_world import (
    Raw,
    a_consent,
    a_profile,
    ingest,
    of_customer,
    partition,
    review,
    source,
)
from tests.property.identity_history import customers, deciding

WORLDS = 60
NAMES = ("张伟", "李娜", "王小明")
MAILBOXES = ("a@example.com", "b@example.com")
WORDS = {"grant": "granted", "withdraw": "withdrawn", "object": "objected"}


class World:
    """Some records, what each said of care by email on which day, and who is deleted in the end."""

    def __init__(self, seed: int) -> None:
        self.chance = Random(seed)
        self.mailbox = {str(ref): self.chance.choice(MAILBOXES) for ref in range(self.chance.randint(2, 5))}
        self.raws: list[Raw] = []
        days = self.chance.sample(range(1, 29), 12)
        self.words: dict[str, dict[int, str]] = {ref: {} for ref in self.mailbox}
        for serial, day in enumerate(days[: self.chance.randint(1, 8)]):
            ref, word = self.chance.choice(sorted(self.mailbox)), self.chance.choice(sorted(WORDS))
            self.words[ref][day] = WORDS[word]
            self.raws.append(a_consent(ref, f"c{serial}", f"2026-05-{day:02}", word))
        self.gone = {ref for ref in self.mailbox if self.chance.random() < 0.5}
        for ref, email in self.mailbox.items():
            said = {"name": self.chance.choice(NAMES), "email": email}
            self.raws.append(a_profile(ref, version=1, **said))
            if ref in self.gone or self.chance.random() < 0.3:
                self.raws.append(a_profile(ref, version=2, deleted=True, **said))
            if ref not in self.gone:
                self.raws.append(a_profile(ref, version=3, **said))

    def stored(self) -> MemoryItems:
        items = MemoryItems()
        for raw in self.chance.sample(self.raws, len(self.raws)):
            ingest(items, raw)
            if self.chance.random() < 0.2:
                review_everybody(items)
        return items

    def expected(self, group: frozenset[str]) -> str:
        """The latest word about the mailbox, of the members and of who is gone and refused."""
        alive = {name.partition("#")[2] for name in group} - self.gone
        latest = {ref: max(words.items()) for ref, words in self.words.items() if words}
        boxes = {self.mailbox[ref] for ref in alive}
        heard = [
            word
            for ref, word in latest.items()
            if ref in alive or (ref in self.gone and self.mailbox[ref] in boxes and word[1] != "granted")
        ]
        return max(heard, default=(0, ""))[1]


def review_everybody(items: MemoryItems) -> None:
    for row in customers(items):
        review(items, row["customer_id"], may_plan=False)


def check(items: MemoryItems, world: World) -> None:
    review_everybody(items)
    for group in partition(items):
        refs = {name.partition("#")[2] for name in group}
        # Of several mailboxes the golden record's counts, and a word said before any was known is about all of them.
        if refs - world.gone and len({world.mailbox[ref] for ref in refs}) == 1:
            customer_id = source(items, min(group))["customer_id"]
            found = (of_customer(items, customer_id, "CONSENT") or {}).get("email|care", "")
            assert str(found).partition("#")[0] == world.expected(group), group


@pytest.mark.parametrize("seed", range(WORLDS))
def test_in_any_order_the_latest_word_holds_and_a_refusal_outlives_its_record(seed: int) -> None:
    world = World(seed)
    check(world.stored(), world)


@pytest.mark.parametrize("seed", range(WORLDS))
def test_merging_and_parting_customers_keeps_every_refusal(seed: int) -> None:
    world = World(seed)
    items = world.stored()
    verdicts = []
    for _ in range(2):
        names = [row["customer_id"] for row in customers(items)]
        if len(names) > 1:
            one, other = world.chance.sample(names, 2)
            decided = merge_customers(one, other, deciding(items))
            verdicts += [decided.verdict_id] if decided.verdict_id else []
            check(items, world)
    for verdict in verdicts:
        undo_verdict(verdict, deciding(items))
    check(items, world)
