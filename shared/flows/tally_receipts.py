"""What provider events left behind, counted for a report: suppressed addresses, the fuse, events put aside."""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime

from shared.care.holds import all_hold, marketing_hold
from shared.care.reputation import judge
from shared.insight.snapshot import FuseLine, ParkedLine
from shared.model.contact import Channel
from shared.model.instants import from_iso
from shared.policy.reputation import Reputation
from shared.ports import Item, Items
from shared.store.receipts import PARKED, counts_in_window
from shared.store.suppressions import CHANNELS, read_suppressions


def tally_suppressions(items: Items) -> Counter[tuple[str, str]]:
    """(channel, reason) -> addresses that nothing goes to; neither counted days nor the journal."""
    return Counter((str(item["channel"]), str(item.get("reason", ""))) for item in read_suppressions(items))


def fuse_line(
    channel: Channel, items: Items, holds: Iterable[str], at: datetime, rules: Reputation
) -> FuseLine:
    """Where the reputation fuse of a channel stands."""
    counts = counts_in_window(items, channel, at, rules.hours)
    own = {marketing_hold(channel), all_hold(channel)} & {*holds}
    return FuseLine(channel.value, *counts, judge(counts, rules).name.lower(), tuple(sorted(own)))


def fuse_lines(items: Items, holds: Iterable[str], at: datetime, rules: Reputation) -> Iterator[FuseLine]:
    """Of each channel that has counted anything or is stopped."""
    for channel in CHANNELS:
        line = fuse_line(channel, items, holds, at, rules)
        if line.accepted or line.holds:
            yield line


def tally_parked(control: Iterable[Item]) -> list[ParkedLine]:
    """Events that wait for a person, by reason and kind; those that somebody has seen to are left out."""
    waiting = [item for item in control if item["name"] == PARKED and "ended_at" not in item]
    found = Counter((str(item["reason"]), str(item["kind"])) for item in waiting)
    return [ParkedLine(*name, number, _oldest(waiting, *name)) for name, number in sorted(found.items())]


def _oldest(waiting: Iterable[Item], reason: str, kind: str) -> datetime:
    return min(
        from_iso(str(item["at"])) for item in waiting if (item["reason"], item["kind"]) == (reason, kind)
    )
