"""Which stored source records are the same person as a new one, by exact keys (design 4).

Every pair that shares a key is compared on its own, so that the outcome does not depend on who came first.
"""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

LONGEST_FEATURE = 100
"""Characters compared: the features of all members of a key must fit into one item."""


@dataclass(frozen=True, slots=True)
class Features:
    """What is kept beside a key to compare two records without reading them."""

    name: str
    """Folded name, or empty."""
    company: str = ""


@dataclass(frozen=True, slots=True)
class KeyMatch:
    """Two records share these kinds of keys."""

    record_id: str
    features: Features
    kinds: frozenset[str]


@dataclass(frozen=True, slots=True)
class LinkDecision:
    """The evidence of one comparison, kept in the journal."""

    record_id: str
    is_same: bool
    rule: str
    kinds: tuple[str, ...]


def fold_name(name: str | None) -> str:
    """A name as compared: width, case, accents, order of words and spaces in a Chinese name do not count."""
    decomposed = unicodedata.normalize("NFKD", name or "").casefold()
    plain = "".join(char if char.isalnum() else " " for char in decomposed if not unicodedata.combining(char))
    words = plain.split()
    return "".join(words) if _is_han(plain) else " ".join(sorted(words))


def make_features(party: Mapping[str, str]) -> Features:
    return Features(
        name=fold_name(party.get("name"))[:LONGEST_FEATURE],
        company=fold_name(party.get("company"))[:LONGEST_FEATURE],
    )


def decide_links(own: Features, matches: Mapping[str, KeyMatch]) -> tuple[LinkDecision, ...]:
    """One decision for each record that shares a key, in id order."""
    return tuple(_decide(own, matches[record_id]) for record_id in sorted(matches))


def _decide(own: Features, match: KeyMatch) -> LinkDecision:
    kinds = tuple(sorted(match.kinds))
    if len(kinds) > 1:
        return LinkDecision(match.record_id, True, "two_keys", kinds)
    if names_conflict(own.name, match.features.name):
        # A family's phone, a company's switchboard: one shared key does not make two names one person.
        return LinkDecision(match.record_id, False, "names_conflict", kinds)
    return LinkDecision(match.record_id, True, "one_key", kinds)


def names_conflict(one: str, other: str) -> bool:
    """Both names are known, in the same script, and have nothing in common.

    张伟 and Wei Zhang do not conflict here: comparing across scripts needs readings.
    """
    if not one or not other or _is_han(one) != _is_han(other):
        return False
    return not _words(one) & _words(other)


def _is_han(name: str) -> bool:
    return any("㐀" <= char <= "鿿" for char in name)


def _words(name: str) -> set[str]:
    """Words of a Western name; of a Chinese one the whole, and without surname, so that 老张 style slips stay apart."""
    if not _is_han(name):
        words = set(name.split())
        return {word for word in words if len(word) > 1} or words
    return {name, name[1:]} if len(name) > 2 else {name}
