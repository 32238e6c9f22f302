"""A wish on the way to its decision: the channel it may go by, its id and its window."""

from typing import NamedTuple

from shared.care.consent import Refusal, find_refusal
from shared.care.playbooks import is_made, wish_ids
from shared.care.state import CareState, Why
from shared.care.times import Clocks, Times, find_times
from shared.care.wishes import Wish
from shared.model.contact import Channel, Decision
from shared.policy.matrix import Interval
from shared.policy.schema import Policy


class Ruling(NamedTuple):
    decision: Decision
    rule: str
    why: Why


class Draft(NamedTuple):
    """A wish with all that can be said of it alone."""

    wish: Wish
    """By the channel that it goes by."""
    contact_id: str
    is_made: bool
    times: Times
    refusal: Refusal | None
    """Of the channel it would like best, where none may be used."""
    usable: tuple[Channel, ...]
    tried: str = ""
    """`sms:no_address`: the channels it likes better, and why not."""


def make_draft(wish: Wish, every: Interval, state: CareState, policy: Policy, clocks: Clocks) -> Draft:
    """The first channel that may be used, in the order of the playbook; never one after a send (X1)."""
    refusals = {channel: _refusal(wish, channel, state, policy) for channel in wish.channels}
    usable = tuple(channel for channel, refusal in refusals.items() if refusal is None)
    channel = usable[0] if usable else wish.channel
    chosen = wish._replace(channel=channel, others=tuple(c for c in wish.channels if c is not channel))
    tried = [f"{one}:{refusal.decision}" for one, refusal in refusals.items() if refusal]
    return Draft(
        wish=chosen,
        contact_id=next(wish_ids(chosen, state)),
        is_made=is_made(wish, state),
        times=find_times(chosen, every, policy, clocks),
        refusal=None if usable else refusals[wish.channel],
        usable=usable,
        tried=",".join(tried) if wish.others else "",
    )


def _refusal(wish: Wish, channel: Channel, state: CareState, policy: Policy) -> Refusal | None:
    asked = wish._replace(channel=channel)
    return find_refusal(state, asked.contact_class, channel, policy, by_tags=wish.by_tags)
