"""The packaged templates: `templates/<name>/<locale>.<part>.j2`, and what each may name (`templates/catalogue.toml`)."""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Final, NamedTuple

from shared.messaging.errors import MessageInvalid
from shared.messaging.shapes import CONTEXT, TEXT, Kind, Shape, list_of, mapping_of
from shared.model.contact import Channel, ContactClass

LOCALES: Final = ("zh", "en")
TEXT_PART, HTML_PART = "email.text", "email.html"
PARTS: Final[dict[Channel, tuple[str, ...]]] = {
    Channel.SMS: ("sms",),
    Channel.EMAIL: ("email.subject", TEXT_PART, HTML_PART),
}
"""What a template needs for a channel: an email always has its text."""

VALUES: Final[Mapping[str, Kind]] = {
    **dict.fromkeys(("product", "due_on", "talk_on", "days_left", "mileage_km", "years", "tip"), TEXT),
    **dict.fromkeys(("festival", "season", "stage", "in_warranty", "again"), TEXT),
    "items": list_of(mapping_of("what", "product", "due_on")),
    "points": list_of(mapping_of("text", "owner", "due_on")),
}
"""What a message can say of its occasion."""


class Needs(NamedTuple):
    """The values of its occasion that a template names, and the class of contacts it is written for."""

    contact_class: ContactClass
    always: frozenset[str] = frozenset()
    """A message cannot be built without them."""
    sometimes: frozenset[str] = frozenset()
    """May be null: the template asks."""

    @property
    def names(self) -> frozenset[str]:
        return self.always | self.sometimes

    @property
    def shape(self) -> Shape:
        """All that the template may name (T1)."""
        return {**CONTEXT, **{name: VALUES[name] for name in sorted(self.names)}}


@cache
def _declared() -> dict[str, Needs]:
    file = files("shared.messaging") / "templates" / "catalogue.toml"
    return {name: _needs(row) for name, row in tomllib.loads(file.read_text(encoding="utf-8")).items()}


def _needs(row: Mapping[str, object]) -> Needs:
    always, sometimes = (_names(row.get(key, [])) for key in ("needs", "may"))
    return Needs(ContactClass(str(row["class"])), always, sometimes)


def _names(listed: object) -> frozenset[str]:
    names = frozenset(map(str, listed if isinstance(listed, list) else ()))
    if unknown := names - VALUES.keys():
        raise ValueError(f"catalogue.toml: {', '.join(sorted(unknown))} can never be given")
    return names


def needs_of(template: str) -> Needs:
    """What a packaged template may name; MessageInvalid when the catalogue does not list it."""
    if template not in _declared():
        raise MessageInvalid("template_missing")
    return _declared()[template]


@cache
def packaged() -> dict[str, frozenset[str]]:
    """Of each template its parts, such as `zh.email.html`, by name; the HTML may be made from the text."""
    folder = files("shared.messaging") / "templates"
    found = {
        entry.name: frozenset(
            file.name.removesuffix(".j2") for file in entry.iterdir() if file.name.endswith(".j2")
        )
        for entry in folder.iterdir()
        if entry.is_dir() and not entry.name.startswith("_")
    }
    return {name: _with_html(found[name]) for name in sorted(found) if found[name]}


def _with_html(parts: frozenset[str]) -> frozenset[str]:
    return parts | {f"{locale}.{HTML_PART}" for locale in LOCALES if f"{locale}.{TEXT_PART}" in parts}


def channels_of(template: str) -> tuple[Channel, ...]:
    """The channels for which a template has any part in any locale."""
    parts = {file.partition(".")[2] for file in packaged().get(template, ())}
    return tuple(channel for channel, needed in PARTS.items() if parts & set(needed))
