"""Tokens of unsubscribe links: signed, bound to tenant, recipient, channel and scope, without an address (U1, U4, U5)."""

import base64
import binascii
import hashlib
import hmac
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from shared.model.contact import Channel

SCOPES: Final = ("care", "marketing")
"""Purposes of consent, in the order of their codes: append only."""
_CHANNELS: Final = (Channel.EMAIL, Channel.SMS)

_VERSION: Final = 1
_FIRST_DAY: Final = date(2020, 1, 1)
_HEAD: Final = struct.Struct(">BHHBB")  # version, key number, day of issue, channel, scope
_MAC_BYTES: Final = 20  # 160 bits
_RECIPIENT_BYTES: Final = 64
_TOKEN_CHARACTERS: Final = 160
_MONTHS_OF_A_KEY: Final = 3
KEYS_KEPT: Final = 4
"""This quarter's key and those before it: a link works for at least 9 months as far as keys go."""


@dataclass(frozen=True, slots=True)
class Subscription:
    """What a link ends: the messages of a scope to a recipient on a channel."""

    recipient: str
    """A customer id, never an address."""
    channel: Channel
    scope: str


@dataclass(frozen=True, slots=True)
class Keyring:
    """Signs with the current key; reads what any of its keys has signed."""

    current: int
    keys: Mapping[int, bytes]


def keyring_on(master: bytes, day: date) -> Keyring:
    """The keys of a day, each derived from the master secret for one quarter: they rotate by themselves (U1)."""
    current = (day.year - _FIRST_DAY.year) * 12 // _MONTHS_OF_A_KEY + (day.month - 1) // _MONTHS_OF_A_KEY
    numbers = range(max(current - KEYS_KEPT + 1, 0), current + 1)
    return Keyring(current, {number: _digest(master, b"unsubscribe key %d" % number) for number in numbers})


def sign(subscription: Subscription, tenant: str, ring: Keyring, *, on: date) -> str:
    """The token of a link that is sent on a day: letters, digits, `-` and `_`."""
    recipient = subscription.recipient.encode()
    if not 0 < len(recipient) <= _RECIPIENT_BYTES:
        raise ValueError("a recipient has 1 to 64 bytes")
    codes = _CHANNELS.index(subscription.channel), SCOPES.index(subscription.scope)
    body = _HEAD.pack(_VERSION, ring.current, (on - _FIRST_DAY).days, *codes) + recipient
    return _encode(body + _mac(ring.keys[ring.current], tenant, body))


def link_of(base_url: str, subscription: Subscription, tenant: str, master: bytes, *, on: date) -> str:
    """The address that a message carries; `base_url` is https and ends before the token."""
    return f"{base_url.rstrip('/')}/{sign(subscription, tenant, keyring_on(master, on), on=on)}"


def verify(token: str, tenant: str, ring: Keyring, *, on: date, valid_days: int) -> Subscription | None:
    """What a token ends; None when it is not ours, was changed, or is older than `valid_days` (U5).

    Every refusal costs one signature, like a good token (U4).
    """
    raw = _decode(token)
    body, mac = raw[:-_MAC_BYTES], raw[-_MAC_BYTES:]
    head = _HEAD.unpack(body[: _HEAD.size]) if len(body) > _HEAD.size else (0, 0, 0, 0, 0)
    version, number, issued, channel, scope = head
    key = ring.keys.get(number)
    is_ours = hmac.compare_digest(_mac(key or bytes(32), tenant, body), mac) and key is not None
    if not is_ours or version != _VERSION or not _is_valid(issued, on, valid_days):
        return None
    return Subscription(body[_HEAD.size :].decode(), _CHANNELS[channel], SCOPES[scope])


def _is_valid(issued: int, on: date, valid_days: int) -> bool:
    issued_on = _FIRST_DAY + timedelta(days=issued)
    # A day of grace: a clock, or a zone, that is ahead of the one that signed.
    return -1 <= (on - issued_on).days <= valid_days


def _mac(key: bytes, tenant: str, body: bytes) -> bytes:
    return _digest(key, tenant.encode() + b"\0" + body)[:_MAC_BYTES]


def _digest(key: bytes, text: bytes) -> bytes:
    return hmac.new(key, text, hashlib.sha256).digest()


def _encode(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _decode(token: str) -> bytes:
    """The bytes of a token in its one spelling; empty for any other text."""
    if len(token) > _TOKEN_CHARACTERS or not token.isascii():
        return b""
    try:
        raw = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
    except (binascii.Error, ValueError):
        return b""
    return raw if _encode(raw) == token else b""
