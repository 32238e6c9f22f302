"""Which links a template may hold (L1)."""

from collections.abc import Collection, Iterable, Iterator
from urllib.parse import urlsplit


def is_allowed_link(url: str, hosts: Iterable[str]) -> bool:
    """The URL is https, without user or port, to a listed host; `.example.com` lists every host below it.

    Hosts compare after IDNA. A backslash or a space is refused: browsers and parsers read it differently.
    """
    if any(char <= " " or char in '\\"<>`' for char in url):
        return False
    try:
        parts = urlsplit(url)
        has_port = parts.port is not None
        host = _ascii_host(parts.hostname or "")
    except ValueError:
        return False
    if parts.scheme != "https" or "@" in parts.netloc or has_port:
        return False
    return any(_matches(host, entry) for entry in hosts)


def plain_link_faults(text: str, hosts: Collection[str]) -> Iterator[tuple[str, int]]:
    """Code and line (from 0 on) of the first fault in a piece of fixed text, where a client makes links by itself."""
    for number, line in enumerate(text.split("\n")):
        if any(_is_link(word) and not is_allowed_link(_bare(word), hosts) for word in line.split()):
            yield "link_not_allowed", number
            return


def ends_with_link(text: str) -> bool:
    """What follows the text, which may be a value, would become part of a link."""
    words = text.split()
    return bool(words) and not text[-1].isspace() and _is_link(words[-1].rpartition(">")[2])


def _is_link(word: str) -> bool:
    return "://" in word or "www." in word.lower()


def _bare(word: str) -> str:
    """The link without the punctuation around it."""
    start = word.lower().find("http")
    return word[max(start, 0) :].rstrip(".,;:!?)>）》。，；：！？」』")


def _matches(host: str, entry: str) -> bool:
    if entry.startswith("."):
        return host.endswith("." + _ascii_host(entry[1:]))
    return host == _ascii_host(entry)


def _ascii_host(host: str) -> str:
    """The host as DNS sees it; UnicodeError (a ValueError) when there is no such form."""
    return host.encode("idna").decode().lower()
