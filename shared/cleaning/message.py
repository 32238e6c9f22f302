"""One raw message on its way to a record: its fields, what is known about its source, and what was found so far."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from shared.cleaning.codes import make_issue
from shared.cleaning.field import Field, Found
from shared.cleaning.hints import Habits, Hints
from shared.cleaning.reader import Clean, check_value, read_line, read_value
from shared.cleaning.text import NULL_SPELLINGS
from shared.model.issues import Issue

T = TypeVar("T")


@dataclass(slots=True)
class Message:
    source: dict[str, object]
    issues: list[Issue]
    habits: Habits
    hints: Hints
    kind: str
    received_at: datetime
    key: bytes
    takes_plain: bool
    """Whether no plain form is longer than the policy allows."""
    is_deleted: bool = False
    """A record taken back needs its id, not its content."""

    def read(self, name: str, clean: Clean[T]) -> T | None:
        """The clean value of a field; a field that is not there says nothing, whatever it is."""
        raw = self.source.get(name)
        if raw is None:
            return None
        field = read_value(raw, name, clean, self.habits.most_characters)
        return self.keep(field)

    def read_rest(
        self, raw: object, path: str, read: Callable[[str, str], Found[T] | None], clean: Clean[T]
    ) -> T | None:
        """The clean value of what is in no plain form, by the reader of other common forms, else by the module."""
        most_characters, found = self.habits.most_characters, None
        if type(raw) is str:
            if raw in NULL_SPELLINGS:
                return None
            found = read(raw, path) if len(raw) <= most_characters else None
        value, issues = found or read_value(raw, path, clean, most_characters)
        if issues:
            self.issues.extend(issues)
        return value

    def look(self, name: str, clean: Clean[T]) -> Field[T]:
        """The field with its module's issues, for callers that decide by them; they `keep` it themselves."""
        raw, issues = check_value(self.source.get(name), name, self.habits.most_characters)
        self.issues.extend(issues)
        return clean(raw, name)

    def keep(self, field: Found[T]) -> T | None:
        """The value of a field whose issues are gathered."""
        value, issues = field
        if issues:
            self.issues.extend(issues)
        return value

    def text(self, name: str) -> str | None:
        """Free text of one line, cut to the length that the policy allows."""
        raw = self.source.get(name)
        return None if raw is None else self.keep(read_line(raw, name, self.habits.most_characters))

    def flag(self, path: str, code: str) -> None:
        """Adds one issue on a field."""
        self.issues.append(make_issue(path, code))
