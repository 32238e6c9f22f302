"""`docs/cleaning.md` lists every code of cleaning, each once, by its severity."""

import re
from pathlib import Path

from shared.cleaning.answer import FIELDS
from shared.cleaning.codes import FIELD_CODES, REFUSAL_CODES

PAGE = (Path(__file__).parents[2] / "docs" / "cleaning.md").read_text("utf-8")


def listed(row: str) -> list[str]:
    (line,) = re.findall(rf"^\| {row} \| (.*) \|$", PAGE, re.MULTILINE)
    return sorted(re.findall(r"`([a-z_0-9]+)`", line))


def test_the_page_lists_every_code_by_its_severity() -> None:
    for severity in ("repaired", "suspicious", "refused"):
        codes = sorted(code for code, row in FIELD_CODES.items() if row.severity == severity)
        assert listed(severity) == codes
    assert listed("refuses the record") == sorted(REFUSAL_CODES)


def test_the_page_lists_every_field() -> None:
    assert all(f"| `{field}` |" in PAGE for field in FIELDS)
