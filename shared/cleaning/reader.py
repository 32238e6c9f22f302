"""Reads the fields of one raw object in turn, and gathers what was found on the way."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from shared.cleaning.codes import make_issue
from shared.cleaning.field import NOTHING, Field
from shared.cleaning.text import NULL_SPELLINGS, clean_text
from shared.model.issues import Issue

T = TypeVar("T")


@dataclass(slots=True)
class Reader:
    source: Mapping[str, object]
    prefix: str
    """Of paths in issues, such as `party.`."""
    most_characters: int
    issues: list[Issue]

    def read(self, name: str, clean: Callable[[object, str], Field[T]]) -> T | None:
        """The clean value of a field; a field that is not there says nothing, whatever it is."""
        raw = self.source.get(name)
        if raw is None:
            return None
        if type(raw) is str:
            if raw in NULL_SPELLINGS:
                return None
            if len(raw) > self.most_characters:
                raw = self._check(name, raw)
        else:
            raw = self._check(name, raw)
        value, issues = clean(raw, self.prefix + name)
        if issues:
            self.issues.extend(issues)
        return value

    def look(self, name: str, clean: Callable[[object, str], Field[T]]) -> Field[T]:
        """The field with its issues, for callers that decide by them; they `keep` it themselves."""
        raw = self.source.get(name)
        return NOTHING if raw is None else clean(self._check(name, raw), self.prefix + name)

    def keep(self, field: Field[T]) -> T | None:
        """The value of a field whose issues are gathered."""
        self.issues.extend(field.issues)
        return field.value

    def text(self, name: str) -> str | None:
        """Free text of one line, cut to the length that the policy allows."""
        text = self.read(name, clean_text)
        # Folding can lengthen a text (one sign for a whole phrase).
        return text and text[: self.most_characters].rstrip()

    def flag(self, name: str, code: str) -> None:
        """Adds one issue on a field."""
        self.issues.append(make_issue(self.prefix + name, code))

    def _check(self, name: str, raw: object) -> object:
        if isinstance(raw, str) and len(raw) > self.most_characters:
            self.flag(name, "text_truncated")
            return raw[: self.most_characters]
        if raw is None or isinstance(raw, str | int | float):
            return raw
        self.flag(name, "not_a_value")
        return None
