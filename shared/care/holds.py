"""Which holds stop a contact: of a person (`channel#email`) or of the reputation fuse (B1)."""

from collections.abc import Collection

from shared.model.contact import Channel, Contact, ContactClass

REQUIRED = frozenset({ContactClass.LEGAL})
"""Goes out whatever the reputation is: a duty."""


def channel_hold(channel: Channel) -> str:
    """Everything on a channel waits: the switch of an operator."""
    return f"channel#{channel}"


def marketing_hold(channel: Channel) -> str:
    """Marketing on a channel waits: what the fuse sets first (B1)."""
    return f"class#{ContactClass.MARKETING}#{channel}"


def all_hold(channel: Channel) -> str:
    """All but what the law requires waits: what the fuse sets at last (B1)."""
    return f"all#{channel}"


def is_held(holds: Collection[str], contact: Contact) -> bool:
    """Whether one of the holds stops a contact. It is deferred until its deadline, never dropped."""
    channel, kind = contact.channel, contact.contact_class
    return (
        channel_hold(channel) in holds
        or f"class#{kind}#{channel}" in holds
        or (all_hold(channel) in holds and kind not in REQUIRED)
    )
