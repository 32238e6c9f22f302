"""What a deleted source record leaves behind: what it refused still holds for the addresses it had.

A record whose profile was deleted is found by nobody any more and leaves its customer. Its word about an address does
not: whoever is reached there meets it, whatever is merged, parted or comes in later, until a later grant.
"""

from collections.abc import Iterable, Mapping

from shared.matching.absorb import ANY_ADDRESS, OBJECTION, later, plain_party
from shared.matching.keys import identity_keys
from shared.model.source import SourceRecord, Standing

Refusals = Mapping[str, Mapping[str, Standing]]
"""Address (`email#5f0c...`, as identity keys) -> use (`email|care`, `sms|objection`) -> what stands."""
_KINDS = {"email": "email", "sms": "phone", "phone": "phone"}
"""Channel -> the kind of address that a message on it goes to."""
GRANTED = "granted"


def refusals_of(source: SourceRecord, key: bytes) -> dict[str, dict[str, Standing]]:
    """What a deleted record withdrew or objected to, by address; nothing of one that lives.

    What it refused without naming an address, or on a channel without one (a visit), holds at all its addresses.
    """
    if not source.deleted:
        return {}
    own = identity_keys(plain_party(source.party), key)
    found: dict[str, dict[str, Standing]] = {}
    for name, standing in source.consents.items():
        channel, purpose, address = name.split("|")
        kind = _KINDS.get(channel)
        is_bound = address != ANY_ADDRESS and kind is not None
        for place in (f"{kind}#{address}",) if is_bound else own:
            if standing.state != GRANTED:
                uses = found.setdefault(place, {})
                uses[f"{channel}|{purpose}"] = later(uses.get(f"{channel}|{purpose}"), standing)
    return found


def refused_at(refusals: Refusals, places: Iterable[str]) -> dict[str, Standing]:
    """Use -> the latest refusal that holds at any of these addresses."""
    found: dict[str, Standing] = {}
    for place in places:
        add_refusals(found, refusals.get(place, {}))
    return found


def add_refusals(known: dict[str, Standing], more: Mapping[str, Standing]) -> None:
    for use, standing in more.items():
        known[use] = later(known.get(use), standing)


def is_objection(use: str) -> bool:
    return use.endswith(f"|{OBJECTION}")
