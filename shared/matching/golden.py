"""The golden record: a fold over the member source records, with the rule that chose each field (design 4)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from shared.matching.absorb import ANY_ADDRESS, OBJECTION, channels, later
from shared.matching.refusals import GRANTED, is_objection
from shared.model.record import ConsentChannel
from shared.model.source import Said, SourceRecord, Standing

DEFAULT = "default"
"""Names the criteria of every field that has none of its own."""
_WORDS = {"trust": "trusted", "recency": "newest", "completeness": "most_complete"}


@dataclass(frozen=True, slots=True)
class Golden:
    fields: dict[str, str]
    provenance: dict[str, list[str]]


def fold_golden(
    members: Iterable[SourceRecord], trust: Mapping[str, int], survivorship: Mapping[str, Sequence[str]]
) -> Golden:
    """The one view of a customer. A total order decides, so that the order of members does not.

    `survivorship`: field -> criteria, the strongest first: verified (a person checked the value), trust (in the
    source), recency, completeness (the longer value).
    """
    best: dict[str, tuple[_Rank, SourceRecord, Said]] = {}
    for member in members:
        if member.deleted:
            continue
        for name, said in member.party.items():
            rank = _rank(survivorship.get(name, survivorship[DEFAULT]), name, member, said, trust)
            if name not in best or best[name][0] < rank:
                best[name] = (rank, member, said)
    return Golden(
        {name: said.value for name, (_, _, said) in sorted(best.items())},
        {
            name: [member.record_id, str(said.version), _rule(survivorship, name, member, said)]
            for name, (_, member, said) in sorted(best.items())
        },
    )


def fold_consents(
    members: Iterable[SourceRecord],
    address_hashes: Mapping[str, str],
    refused: Mapping[str, Standing] = MappingProxyType({}),
) -> tuple[dict[str, Standing], frozenset[str]]:
    """What stands for the customer's addresses now (`email|care` -> standing), and the channels objected to.

    Absence says nothing; the latest word about an address counts, whichever member it came by; at the same
    instant the more restrictive one. Who objects to every channel objects to `any`. Of a deleted member only what it
    refused counts. `refused`: what records that
    were deleted since refused at the customer's addresses (`refusals.refused_at`).
    """
    standings = {use: standing for use, standing in refused.items() if not is_objection(use)}
    objections = {use.partition("|")[0]: refused[use] for use in refused if is_objection(use)}
    for member in members:
        for name, standing in member.consents.items():
            channel, purpose, address = name.split("|")
            use = f"{channel}|{purpose}"
            if member.deleted and standing.state == GRANTED:
                continue
            if purpose == OBJECTION:
                objections[channel] = later(objections.get(channel), standing)
            elif address in (ANY_ADDRESS, address_hashes.get(channel, ANY_ADDRESS)):
                standings[use] = later(standings.get(use), standing)
    objected = {channel for channel, standing in objections.items() if standing.state == "objected"}
    is_any = objected.issuperset(channels(ConsentChannel.ANY))
    return standings, frozenset(objected | {ConsentChannel.ANY.value} if is_any else objected)


_Rank = tuple[tuple[int, ...], int, str, str]


def _rank(
    criteria: Sequence[str], name: str, member: SourceRecord, said: Said, trust: Mapping[str, int]
) -> _Rank:
    by = {
        "verified": _verified_at(name, member, said),
        "trust": trust.get(member.system, trust.get("other", 0)),
        "recency": said.version,
        "completeness": len(said.value),
    }
    return tuple(by[criterion] for criterion in criteria), said.version, said.value, member.record_id


def _verified_at(name: str, member: SourceRecord, said: Said) -> int:
    """When a person checked this value, in ms; -1: nobody did, or the source has said something else since."""
    verified = member.verified.get(name)
    return -1 if verified is None or verified.value != said.value else verified.version


def _rule(survivorship: Mapping[str, Sequence[str]], name: str, member: SourceRecord, said: Said) -> str:
    criteria = survivorship.get(name, survivorship[DEFAULT])
    if "verified" in criteria and _verified_at(name, member, said) >= 0:
        return "verified"
    return "_then_".join(_WORDS[criterion] for criterion in criteria if criterion in _WORDS)
