"""The golden record: a fold over the member source records, with the rule that chose each field (design 4)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from shared.matching.absorb import ANY_ADDRESS, OBJECTION, channels, later
from shared.model.record import ConsentChannel
from shared.model.source import Said, SourceRecord, Standing

CONTACT_FIELDS = frozenset({"phone", "email"})
"""Newest first: people move. Other fields: the most trusted source first, then the newest."""


@dataclass(frozen=True, slots=True)
class Golden:
    fields: dict[str, str]
    provenance: dict[str, list[str]]


def fold_golden(members: Iterable[SourceRecord], trust: Mapping[str, int]) -> Golden:
    """The one view of a customer. A total order decides, so that the order of members does not."""
    best: dict[str, tuple[tuple[int, int, str, str], SourceRecord, Said]] = {}
    for member in members:
        if member.deleted:
            continue
        for name, said in member.party.items():
            rank = _rank(name, member, said, trust)
            if name not in best or best[name][0] < rank:
                best[name] = (rank, member, said)
    fields = {name: entry[2].value for name, entry in sorted(best.items())}
    provenance = {
        name: [entry[1].record_id, str(entry[2].version), _rule(name)] for name, entry in sorted(best.items())
    }
    return Golden(fields, provenance)


def fold_consents(
    members: Iterable[SourceRecord], address_hashes: Mapping[str, str]
) -> tuple[dict[str, Standing], frozenset[str]]:
    """What stands for the customer's addresses now (`email|care` -> standing), and the channels objected to.

    Absence says nothing; the latest word about an address counts, whichever member it came by; at the same
    instant the more restrictive one. Who objects to every channel objects to `any`.
    """
    standings: dict[str, Standing] = {}
    objections: dict[str, Standing] = {}
    for member in members:
        for name, standing in member.consents.items():
            channel, purpose, address = name.split("|")
            use = f"{channel}|{purpose}"
            if purpose == OBJECTION:
                objections[channel] = later(objections.get(channel), standing)
            elif address in (ANY_ADDRESS, address_hashes.get(channel, ANY_ADDRESS)):
                standings[use] = later(standings.get(use), standing)
    objected = {channel for channel, standing in objections.items() if standing.state == "objected"}
    is_any = objected.issuperset(channels(ConsentChannel.ANY))
    return standings, frozenset(objected | {ConsentChannel.ANY.value} if is_any else objected)


def _rank(name: str, member: SourceRecord, said: Said, trust: Mapping[str, int]) -> tuple[int, int, str, str]:
    level = 0 if name in CONTACT_FIELDS else trust.get(member.system, trust.get("other", 0))
    return (level, said.version, said.value, member.record_id)


def _rule(name: str) -> str:
    return "newest" if name in CONTACT_FIELDS else "trusted_then_newest"
