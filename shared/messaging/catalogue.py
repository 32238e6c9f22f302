"""The packaged templates: `templates/<name>/<locale>.<part>.j2`."""

from functools import cache
from importlib.resources import files
from typing import Final

from shared.model.contact import Channel

LOCALES: Final = ("zh", "en")
PARTS: Final[dict[Channel, tuple[str, ...]]] = {
    Channel.SMS: ("sms",),
    Channel.EMAIL: ("email.subject", "email.text", "email.html"),
}
"""What a template needs for a channel: an email always has its text."""


@cache
def packaged() -> dict[str, frozenset[str]]:
    """Of each template its files, such as `zh.email.html`, by name."""
    folder = files("shared.messaging") / "templates"
    found = {
        entry.name: frozenset(
            file.name.removesuffix(".j2") for file in entry.iterdir() if file.name.endswith(".j2")
        )
        for entry in folder.iterdir()
        if entry.is_dir() and not entry.name.startswith("_")
    }
    return {name: found[name] for name in sorted(found) if found[name]}


def channels_of(template: str) -> tuple[Channel, ...]:
    """The channels for which a template has any part in any locale."""
    parts = {file.partition(".")[2] for file in packaged().get(template, ())}
    return tuple(channel for channel, needed in PARTS.items() if parts & set(needed))
