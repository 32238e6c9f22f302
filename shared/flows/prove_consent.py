"""Proves consent: what stands for a customer's addresses, since when, by which evidence, and every word before (R74, P3)."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from shared.flows.explain import explain, read_address
from shared.matching.absorb import ANY_ADDRESS
from shared.matching.golden import fold_consents
from shared.matching.keys import address_hashes, identity_keys
from shared.matching.refusals import refused_at
from shared.model.instants import to_iso
from shared.model.source import CustomerProfile, SourceRecord, Standing
from shared.policy.schema import Policy
from shared.ports import Items
from shared.store.consent_log import Word, read_words
from shared.store.customers import CONSENT, consent_attributes, customer_key, follow_alias
from shared.store.records import read_sources
from shared.store.refusals import read_refusals
from shared.store.replies import read_held
from shared.store.suppressions import suppression_key

REFUSED_AT_ADDRESS = "refused_at_address"
"""How a word stands that no living source record says: it was refused at the address itself."""


@dataclass(frozen=True, slots=True)
class Line:
    """One word about one use. `is_here`: it speaks of the address that the customer is written to today."""

    use: str
    state: str
    said_at: datetime
    recorded_at: datetime | None
    how: str
    evidence: str = ""
    by: str = ""
    proof: Mapping[str, str] | None = None
    record_id: str = ""
    consent_id: str = ""
    is_here: bool = True


@dataclass(frozen=True, slots=True)
class Stop:
    """No message goes to the address on a channel."""

    channel: str
    reason: str
    at: str


@dataclass(frozen=True, slots=True)
class Proof:
    customer_id: str | None
    """None: an address that no customer has."""
    standing: tuple[Line, ...]
    objections: tuple[str, ...]
    stops: tuple[Stop, ...]
    held_since: datetime | None
    held_text: str
    history: tuple[Line, ...]
    """Every word, the oldest first."""
    agrees: bool
    """The projection that each send checks says the same."""


def prove_consent(reference: str, *, items: Items, key: bytes, policy: Policy, now: datetime) -> Proof | None:
    """For a customer id, contact id, phone or email; None when nothing is known of it."""
    told = explain(reference, items=items, key=key, policy=policy, now=now)
    profile = None if told is None else follow_alias(items, told.customer_id)
    if profile is None:
        party = read_address(reference.strip(), policy)
        return _of_address(party, items, key)
    return _of_customer(profile, items, key)


def _of_customer(profile: CustomerProfile, items: Items, key: bytes) -> Proof:
    hashes = address_hashes(profile.golden, key)
    places = identity_keys(profile.golden, key)
    sources = read_sources(items, profile.members)
    refused = refused_at(read_refusals(items, places), places)
    standings, objections = fold_consents(sources.values(), hashes, refused)
    words = read_words(items, sources)
    history = tuple(_lines(words, hashes))
    projected = items.get(customer_key(profile.customer_id, CONSENT)) or {}
    expected = consent_attributes(standings, hashes)
    held = _held(places, items)
    return Proof(
        customer_id=profile.customer_id,
        standing=tuple(_standing(use, one, history, sources) for use, one in sorted(standings.items())),
        objections=tuple(sorted(objections)),
        stops=tuple(_stops(hashes, items)),
        held_since=held[0],
        held_text=held[1],
        history=history,
        agrees=all(projected.get(use) == state for use, state in expected.items()),
    )


def _of_address(party: Mapping[str, str], items: Items, key: bytes) -> Proof | None:
    """An address that no customer has: what was refused there holds for whoever comes with it."""
    hashes, places = address_hashes(party, key), identity_keys(party, key)
    refused = refused_at(read_refusals(items, places), places)
    stops, held = tuple(_stops(hashes, items)), _held(places, items)
    if not refused and not stops and held[0] is None:
        return None
    lines = tuple(
        Line(use, one.state, one.at, None, REFUSED_AT_ADDRESS) for use, one in sorted(refused.items())
    )
    return Proof(None, lines, (), stops, *held, history=lines, agrees=True)


def _lines(words: Iterable[Word], hashes: Mapping[str, str]) -> Iterator[Line]:
    for word in words:
        for name, standing in word.uses.items():
            channel, purpose, address = name.split("|")
            yield Line(
                use=f"{channel}|{purpose}",
                state=standing.state,
                said_at=standing.at,
                recorded_at=word.recorded_at,
                how=word.how,
                evidence=word.evidence,
                by=(word.proof or {}).get("by", ""),
                proof=word.proof,
                record_id=word.record_id,
                consent_id=word.consent_id,
                is_here=address in (ANY_ADDRESS, hashes.get(channel)),
            )


def _standing(
    use: str, standing: Standing, history: Iterable[Line], sources: Mapping[str, SourceRecord]
) -> Line:
    """What stands, with the word that made it so."""
    said = [
        line
        for line in history
        if line.is_here and (line.use, line.state, line.said_at) == (use, standing.state, standing.at)
    ]
    if said:
        return said[-1]
    is_of_source = any(standing == known for source in sources.values() for known in source.consents.values())
    return Line(use, standing.state, standing.at, None, "record" if is_of_source else REFUSED_AT_ADDRESS)


def _stops(hashes: Mapping[str, str], items: Items) -> Iterator[Stop]:
    for channel in ("email", "sms"):
        if channel in hashes:
            item = items.get(suppression_key(channel, hashes[channel]))
            if item is not None:
                yield Stop(channel, str(item.get("reason", "")), str(item.get("first_at", "")))


def _held(places: Iterable[str], items: Items) -> tuple[datetime | None, str]:
    for place in places:
        held = read_held(items, place) if place.startswith("phone#") else None
        if held is not None:
            return held.since, held.text
    return None, ""


def proof_to_plain(proof: Proof) -> dict[str, Any]:
    """As JSON says it: instants in ISO form."""
    return {name: _plain(value) for name, value in asdict(proof).items()}


def _plain(value: Any) -> Any:  # noqa: ANN401 what a dataclass may hold
    if isinstance(value, datetime):
        return to_iso(value)
    if isinstance(value, dict):
        return {name: _plain(inner) for name, inner in value.items()}
    return [_plain(inner) for inner in value] if isinstance(value, list | tuple) else value
