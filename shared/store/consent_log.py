"""The consent ledger: SAID# rows of the `records` table, one for each word about consent. Written once, never changed.

What stands is a fold over source records; these rows prove it: who said it, when, how, and what was shown (R74, C9).
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from shared.model.instants import from_iso, to_iso
from shared.model.source import Standing
from shared.ports import Absent, Items, Put, Query, Table, query_all
from shared.store.records import Entry

SAID: Final = "SAID#"
PROOF: Final = ("how", "by", "text_sha256", "text_version", "locale", "message_id")
"""What a message of our own may say about its evidence; `how`: link, page, reply, person."""
_PROOF_CHARACTERS: Final = 200


@dataclass(frozen=True, slots=True)
class Word:
    """One word of a customer, through one source record, about uses at an address."""

    record_id: str
    consent_id: str
    uses: Mapping[str, Standing]
    """`sms|marketing|<address hash>` (`*`: any address) -> what it says and as of when."""
    said_at: datetime
    recorded_at: datetime
    how: str
    """record, import, or as PROOF says."""
    evidence: str = ""
    proof: Mapping[str, str] | None = None


def put_word(entry: Entry, uses: Mapping[str, Standing], raw: Mapping[str, Any]) -> Put:
    """Adds a word. Its key is its content and when it came, so that nothing can stand there already."""
    record = entry.record
    text = "|".join((entry.record_id, record.id, entry.content_hash))
    digest = hashlib.sha256(text.encode()).hexdigest()[:16]
    proof, origin = _proof(raw.get("proof")), record.origin
    kept: dict[str, Any] = {
        "record_id": entry.record_id,
        "sk": f"{SAID}{entry.recorded_at}#{digest}",
        "consent_id": record.id,
        "uses": {name: [standing.state, to_iso(standing.at)] for name, standing in sorted(uses.items())},
        "said_at": to_iso(record.event_at),
        "recorded_at": entry.recorded_at,
        "how": proof.get("how") or ("record" if origin is None else "import"),
        "evidence": getattr(record, "evidence", None) or "",
        "proof": proof,
    }
    if origin is not None:
        kept["proof"] = {**proof, "file": origin.file, "row": str(origin.row)}
    return Put(Table.RECORDS, kept, Absent("record_id"))


def _proof(told: object) -> dict[str, str]:
    if not isinstance(told, Mapping):
        return {}
    return {
        name: str(told[name])[:_PROOF_CHARACTERS] for name in PROOF if isinstance(told.get(name), str | int)
    }


def read_words(items: Items, record_ids: Iterable[str]) -> list[Word]:
    """Every word that came through some source records, the oldest first."""
    found = [
        _word(item)
        for record_id in record_ids
        for item in query_all(items, Query(Table.RECORDS, record_id, begins_with=SAID))
    ]
    return sorted(found, key=lambda word: (word.said_at, word.recorded_at, word.record_id, word.consent_id))


def _word(item: Mapping[str, Any]) -> Word:
    return Word(
        record_id=item["record_id"],
        consent_id=item["consent_id"],
        uses={name: Standing(state, from_iso(at)) for name, (state, at) in item["uses"].items()},
        said_at=from_iso(item["said_at"]),
        recorded_at=from_iso(item["recorded_at"]),
        how=item["how"],
        evidence=item["evidence"],
        proof=item["proof"],
    )
