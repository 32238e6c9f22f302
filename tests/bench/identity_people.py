"""Names, places and damage from which the seeded sets of people are made. Invented; phones and domains are reserved."""

import tomllib
from collections.abc import Callable, Sequence
from pathlib import Path
from random import Random

_LISTS = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
_WORDS: dict[str, list[str]] = {name: text.split() for name, text in _LISTS.items()}
GIVEN, SURNAMES, TOWNS, STREETS, JOBS = (
    _WORDS[name] for name in ("given", "surnames", "towns", "streets", "jobs")
)
NICKS = dict(pair.split(":") for pair in _WORDS["nicks"])
ZH_SURNAMES, ZH_GIVEN = "".join(_WORDS["zh_surnames"]), "".join(_WORDS["zh_given"])
ZH_CITIES = {
    city: parts.split(",") for city, _, parts in (text.partition(":") for text in _WORDS["zh_cities"])
}
ZH_STREETS, ZH_FIRMS, ZH_TRADES = _WORDS["zh_streets"], _WORDS["zh_firms"], _WORDS["zh_trades"]
HOMOPHONES = _WORDS["homophones"]
TRADITIONAL = dict(zip("".join(_WORDS["simplified"]), "".join(_WORDS["traditional"]), strict=True))


def skewed(random: Random, values: Sequence[str]) -> str:
    """The first values often, the last ones rarely, as names are."""
    return values[min(int(len(values) * random.random() ** 2.2), len(values) - 1)]


def slip(random: Random, text: str) -> str:
    """One slip of the finger: a letter left out, doubled, turned round or wrong."""
    if len(text) < 2:
        return text
    at = random.randrange(len(text) - 1)
    kind = random.randrange(4)
    if kind == 0:
        return text[:at] + text[at + 1 :]
    if kind == 1:
        return text[:at] + text[at] + text[at:]
    if kind == 2:
        return text[:at] + text[at + 1] + text[at] + text[at + 2 :]
    near = "0123456789" if text[at].isdigit() else "abcdefghijklmnopqrstuvwxyz"
    return text[:at] + random.choice(near) + text[at + 1 :]


def a_day(random: Random, first: int = 1940, last: int = 2004) -> str:
    return f"{random.randint(first, last)}-{random.randint(1, 12):02}-{random.randint(1, 28):02}"


def a_mobile(random: Random) -> str:
    return f"1{random.choice('3578')}{random.randint(0, 999999999):09}"


def a_postcode(random: Random) -> str:
    area, end = random.choice("BCDEGHLMNS"), random.choice("ABDEF") + random.choice("GHJLN")
    return f"{area}{random.randint(1, 40)} {random.randint(1, 9)}{end}"


def wrong_day(random: Random, day: str) -> str:
    """A birthday as it goes wrong: turned, a slip, the first of January, another year."""
    year, month, date = day.split("-")
    kind = random.randrange(4)
    if kind == 0 and int(date) <= 12:
        return f"{year}-{date}-{month}"
    if kind == 1:
        return f"{year}-01-01"
    if kind == 2:
        return f"{int(year) + random.choice((-1, 1, 10))}-{month}-{date}"
    return f"{year}-{month}-{random.randint(1, 28):02}"


def sometimes(random: Random, chance: float, change: Callable[[], str], value: str) -> str:
    return change() if random.random() < chance else value
