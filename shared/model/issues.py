"""What cleaning says about a field or a record: a code for machines, a severity, the words for people."""

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    REPAIRED = "repaired"
    SUSPICIOUS = "suspicious"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Issue:
    """One finding. `field` is a path such as `party.phone`; `note` says what was done and holds no personal data."""

    field: str
    code: str
    severity: Severity
    note: str = ""
