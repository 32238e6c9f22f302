"""How one clean record changes what its source record says: a last-writer-wins register for each field.

The order of arrival does not matter: the highest (version, value) wins, a record that does not mention a field
leaves it as it was. A `Said.version` is an instant in milliseconds: the numbers that a source gives the versions of
one record mean nothing beside those of another, and nothing beside another source's.
"""

from collections.abc import Mapping
from datetime import date
from typing import Literal

from shared.model.record import Consent, ConsentAction, ConsentChannel, Party, Purpose
from shared.model.source import Said, Standing

_STATES = {
    ConsentAction.GRANT: "granted",
    ConsentAction.WITHDRAW: "withdrawn",
    ConsentAction.OBJECT: "objected",
}
# The most restrictive wins where two say different things at one instant.
_STRENGTH = {"granted": 0, "withdrawn": 1, "objected": 2}
Tie = Literal["value", "new", "stored"]
ANY_ADDRESS = "*"
OBJECTION = "objection"
"""Stands where a purpose stands: an objection ends with a grant, never with a mere withdrawal."""


def absorb_party(
    stored: Mapping[str, Said], party: Party, said_at_ms: int, *, tie: Tie = "value"
) -> dict[str, Said]:
    """The fields after a record was taken in.

    `tie` says what wins where both were said at one instant: between two records the higher value; between two
    versions of one record the later version, which corrects the other (`new`, or `stored` when it came first).
    """
    said = dict(stored)
    for name, value in party:
        if value is None or name == "ref":
            continue
        text = value.isoformat() if isinstance(value, date) else str(value)
        new = Said(text, said_at_ms)
        old = said.get(name)
        if old is None or old.version < said_at_ms or (old.version == said_at_ms and _wins(new, old, tie)):
            said[name] = new
    return said


def _wins(new: Said, old: Said, tie: Tie) -> bool:
    return tie == "new" or (tie == "value" and old.value < new.value)


def plain_party(said: Mapping[str, Said]) -> dict[str, str]:
    return {name: entry.value for name, entry in said.items()}


def absorb_consent(
    stored: Mapping[str, Standing], consent: Consent, address_hashes: Mapping[str, str]
) -> dict[str, Standing]:
    """The standings after a consent record was taken in.

    `address_hashes` (channel -> keyed hash) are the addresses of the party as the record's source knows them: a
    consent is bound to an address; without one on its channel it holds for any address of the customer. An objection
    is the customer's own, whatever the address.
    """
    state = state_after(consent)
    if state is None:
        return dict(stored)
    names = [
        f"{channel}|{purpose}|{address_hashes.get(channel, ANY_ADDRESS)}"
        for channel in channels(consent.channel)
        for purpose in purposes(consent.purpose)
    ]
    if state != "withdrawn":
        names += [f"{channel}|{OBJECTION}|{ANY_ADDRESS}" for channel in channels(consent.channel)]
    new = Standing(state, consent.event_at)
    return {**stored, **{name: later(stored.get(name), new) for name in names}}


def state_after(consent: Consent) -> str | None:
    """What stands after it: a grant taken back ends, a refusal taken back (None) allows nothing by itself."""
    if not consent.deleted:
        return _STATES[consent.action]
    return "withdrawn" if consent.action is ConsentAction.GRANT else None


def later(one: Standing | None, other: Standing) -> Standing:
    """Of two standings the later; at the same instant the more restrictive."""
    if one is None or (one.at, _STRENGTH[one.state]) < (other.at, _STRENGTH[other.state]):
        return other
    return one


def channels(channel: ConsentChannel) -> tuple[str, ...]:
    """The channels a consent speaks of."""
    if channel is ConsentChannel.ANY:
        return tuple(known.value for known in ConsentChannel if known is not ConsentChannel.ANY)
    return (channel.value,)


def purposes(purpose: Purpose) -> tuple[str, ...]:
    """The purposes a consent speaks of."""
    if purpose is Purpose.ANY:
        return tuple(known.value for known in Purpose if known is not Purpose.ANY)
    return (purpose.value,)
