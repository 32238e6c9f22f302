"""What one world adds to the table that a proof prints."""

from collections import Counter
from dataclasses import dataclass, field

from shared.model.contact import OPEN, Contact, Status
from tests.property.ledger_history import WireCall
from tests.property.ledger_oracle import violations
from tests.property.ledger_world import Trouble, World

AT_LEAST_ONCE = ("service", "legal")
BREACHES = {
    "stuck": "stuck in",
    "sent again where at most once is promised": "sent again",
    "after its end": "after its end",
    "long after its mark": "long after its mark",
    "too early": "too early",
    "without consent, after an opt-out": "without consent",
    "to a suppressed address": "to a suppressed address",
    "in quiet hours": "in quiet hours",
    "although held": "on hold",
    "cap breaches": "over the cap",
    "budget breaches": "messages of",
    "budgets that count wrong": "counts",
    "two requests of one attempt": "two requests",
    "said unsent, yet it was sent": "yet it was sent",
    "said sent, yet nobody took it": "yet nobody",
    "unconfirmed, yet surely unsent": "surely unsent",
    "fell back behind an event": "fell back",
    "unexplained": "unexplained",
}
"""Lines of the table, and the words of the oracle that count for each."""


@dataclass
class Tally:
    worlds: int = 0
    messages: int = 0
    lost: int = 0
    repeated: int = 0
    """Messages that may have arrived twice; all of a class that allows it, or there is a breach."""
    repeated_unsure: int = 0
    """Of these: the provider took more than one."""
    wire_requests: int = 0
    attempts_with_wire: int = 0
    budgets_spent_out: int = 0
    given_back: int = 0
    steps: int = 0
    ends: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    breaches: Counter[str] = field(default_factory=Counter)
    broken: list[str] = field(default_factory=list)
    """Seed and promise, for the replay."""

    def add(self, other: "Tally") -> None:
        for name, value in vars(other).items():
            mine = getattr(self, name)
            if isinstance(mine, Counter):
                mine.update(value)
            else:
                setattr(self, name, mine + value)


def tally_world(seed: int, messages: int, trouble: Trouble | None = None) -> Tally:
    """Runs one world and counts."""
    world = World(seed, messages, trouble)
    world.run()
    return tally(world)


def tally(world: World) -> Tally:
    found = violations(world)
    rows = {row.contact_id: row for row in world.rows()}
    calls: dict[str, list[WireCall]] = {}
    for call in world.wire:
        calls.setdefault(call.contact_id, []).append(call)
    repeated = [made for made in calls.values() if len([one for one in made if one.is_delivered]) > 1]
    return Tally(
        worlds=1,
        messages=len(world.contacts),
        lost=sum(_is_lost(rows.get(contact_id)) for contact_id in world.contacts),
        repeated=len(repeated),
        repeated_unsure=sum(
            world.contacts[made[0].contact_id].contact_class not in AT_LEAST_ONCE for made in repeated
        ),
        wire_requests=len(world.wire),
        attempts_with_wire=len({call.worker for call in world.wire}),
        budgets_spent_out=sum(row.reason == "no_budget" for row in rows.values()),
        given_back=sum(
            text.startswith(("PENDING throttled", "FAILED Mess")) for _, _, text, _ in world.trace
        ),
        steps=world.turns.steps,
        ends=Counter(row.status.value for row in rows.values()),
        faults=world.faults,
        breaches=_breaches(found),
        broken=[f"seed {world.seed}: {one}" for one in found],
    )


def _is_lost(row: Contact | None) -> bool:
    """No row, or one that ended without saying why."""
    if row is None:
        return True
    is_told = row.status in (Status.SENT, Status.DELIVERED, Status.BOUNCED, Status.COMPLAINED)
    return row.status not in OPEN and not is_told and not row.reason


def _breaches(found: list[str]) -> Counter[str]:
    kinds: Counter[str] = Counter()
    for one in found:
        kinds[next((name for name, words in BREACHES.items() if words in one), "other")] += 1
    return kinds
