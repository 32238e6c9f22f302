"""Under which keys the candidates of a record are looked up: few for the live system, many for a whole file."""

from functools import lru_cache

from shared.matching.keys import keyed_hash
from shared.matching.profile import Profile
from shared.matching.readings import is_han, read_given, read_surname

STRONG_KINDS = ("identity", "phone", "email")


def block_keys(profile: Profile, key: bytes, most: int) -> tuple[str, ...]:
    """At most so many keys, strongest first, such as `phone#5f0c...`; nothing readable stands in them.

    The profile must have been made with a key: what is strong in it is hashed already.
    """
    strong = [
        f"{kind}#{value}" for kind in STRONG_KINDS for value in getattr(profile, kind).split(" ") if value
    ]
    sound = sound_of_name(profile)
    weak = [
        (kind, f"{sound}|{value}")
        for kind, value in (
            ("name_birthday", profile.birthday),
            ("name_company", profile.company),
            ("name_place", profile.place),
            ("name_postcode", profile.postcode),
        )
        if sound and value
    ]
    hidden = (f"{kind}#{keyed_hash(kind, value, key)}" for kind, value in weak[: max(most - len(strong), 0)])
    return (*strong[:most], *hidden)


def sound_of_name(profile: Profile) -> str:
    """The same for 张伟, 張偉, Zhang Wei and Wei Zhang; for Western names by sound. Empty without a name."""
    sounds = [_sound(profile.given, is_surname=False), _sound(profile.surname, is_surname=True)]
    return " ".join(sorted(filter(None, sounds)))


@lru_cache(maxsize=65536)
def _sound(word: str, *, is_surname: bool) -> str:
    if is_han(word):
        word = (read_surname if is_surname else read_given)(word)
    return soundex(word.replace(" ", ""))


_CODES = {
    letter: digit
    for digit, letters in {"1": "bfpv", "2": "cgjkqsxz", "3": "dt", "4": "l", "5": "mn", "6": "r"}.items()
    for letter in letters
}


def soundex(word: str) -> str:
    """American Soundex: first letter and three digits. Other scripts keep their letters."""
    if not word or not word.isascii():
        return word
    digits, last = "", _CODES.get(word[0], "")
    for letter in word[1:]:
        digit = _CODES.get(letter, "")
        if digit and digit != last:
            digits += digit
        if letter not in "hw":
            last = digit
    return (word[0] + digits + "000")[:4]


def file_keys(profile: Profile) -> list[str]:
    """Keys for a whole file in memory: two records that share one of them are compared."""
    keys = [
        f"{kind}|{value}" for kind in STRONG_KINDS for value in getattr(profile, kind).split(" ") if value
    ]
    keys += [f"{name}|{text}" for name, text in _pairs(profile)]
    return keys


def _pairs(profile: Profile) -> list[tuple[str, str]]:
    given, surname = _sound(profile.given, is_surname=False), _sound(profile.surname, is_surname=True)
    sound = " ".join(sorted(filter(None, (given, surname))))
    house = f"{profile.number} {profile.street[:4]}"
    places = (profile.postcode, profile.place[:4])
    parts = [
        ("ns", (sound, given and surname)),
        ("b", (profile.birthday,)),
        ("gb", (given, profile.birthday[:4])),
        ("sb", (surname, profile.birthday[:4])),
        ("gd", (given, profile.birthday[4:])),
        ("sd", (surname, profile.birthday[4:])),
        *((f"{side}p", (side, place)) for side in (given, surname) for place in places),
        ("hp", (profile.number and profile.street and house, profile.postcode)),
        ("hl", (profile.number and profile.street and house, profile.place[:4])),
        ("st", (profile.street, profile.place[:4])),
        ("hs", (profile.number, profile.street[:4])),
        ("hb", (profile.number, profile.building[:4])),
        ("hg", (profile.number, given)),
        ("hn", (profile.number, surname)),
        ("bp", (profile.building, profile.place[:4])),
        ("bs", (surname, profile.building[:4])),
        ("bg", (given, profile.building[:4])),
        ("ss", (surname, profile.street[:4])),
        ("gs", (given, profile.street[:4])),
        ("i1", (profile.identity[:6],)),
        ("i2", (profile.identity[-6:],)),
        ("c", (given, profile.company)),
    ]
    return [(name, "|".join(values)) for name, values in parts if all(values)]
