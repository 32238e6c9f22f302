"""Adds a word about consent to the ledger, in the transaction that takes its record in."""

from collections.abc import Mapping
from typing import Any

from shared.matching.absorb import absorb_consent, plain_party
from shared.matching.keys import address_hashes
from shared.model.record import Consent
from shared.model.source import SourceRecord
from shared.ports import Put
from shared.store.consent_log import put_word
from shared.store.records import Entry


def keep_word(entry: Entry, source: SourceRecord, raw: Mapping[str, Any], key: bytes) -> list[Put]:
    """The row of a consent record, also of one that comes late; none for other records."""
    record = entry.record
    if not isinstance(record, Consent):
        return []
    own = record.party.model_dump(include={"phone", "email"}, exclude_none=True)
    hashes = address_hashes(plain_party(source.party) | own, key)
    return [put_word(entry, absorb_consent({}, record, hashes), raw)]
