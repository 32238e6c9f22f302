"""What cleaning says about a field or a record: a code for machines, a severity, the words for people."""

from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any


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


def issue_to_plain(issue: Issue) -> dict[str, Any]:
    """As it is stored."""
    return {**asdict(issue), "severity": issue.severity.value}
