"""Identity keys: what two source records may share. Keyed hashes, so that a key tells nothing about a person."""

import hashlib
import hmac
from collections.abc import Mapping

KINDS = ("phone", "email")
"""Strong keys: an exact match of one of these links two records unless something speaks against it."""


def keyed_hash(kind: str, value: str, key: bytes) -> str:
    """32 hex digits of HMAC-SHA256 over `kind|value`: the same pseudonym for the same normal form."""
    return hmac.digest(key, f"{kind}|{value}".encode(), "sha256").hex()[:32]


def identity_keys(party: Mapping[str, str], key: bytes) -> tuple[str, ...]:
    """The `id_key`s of a cleaned party, such as `phone#5f0c...`. Phones are E.164, emails compare case folded."""
    values = {"phone": party.get("phone"), "email": (party.get("email") or "").casefold()}
    return tuple(f"{kind}#{keyed_hash(kind, value, key)}" for kind in KINDS if (value := values[kind]))


def make_customer_id(*, tenant: str, record_id: str) -> str:
    """A short id from the founding record: 13 base32 digits (65 bits), the same on every replay."""
    digest = int.from_bytes(hashlib.sha256(f"{tenant}|{record_id}".encode()).digest()[:9], "big")
    digits = "abcdefghijklmnopqrstuvwxyz234567"
    return "c-" + "".join(digits[digest >> shift & 31] for shift in range(60, -1, -5))


def address_hashes(party: Mapping[str, str], key: bytes) -> dict[str, str]:
    """channel -> keyed hash of the address that a message on it goes to; a channel without address is absent."""
    hashes = {id_key.partition("#")[0]: id_key.partition("#")[2] for id_key in identity_keys(party, key)}
    channels = {"email": hashes.get("email"), "sms": hashes.get("phone"), "phone": hashes.get("phone")}
    return {channel: value for channel, value in channels.items() if value}
