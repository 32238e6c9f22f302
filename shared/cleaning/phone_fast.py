"""libphonenumber's parsing and validity for plain numbers, its metadata compiled to one pattern for each region.

Follows the algorithm of libphonenumber (Apache-2.0) and reads the metadata of its Python port; whatever is not
plain digits with separators is left to the library. `tests/property/test_phone_fast.py` holds the two equal.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

from phonenumbers import (
    COUNTRY_CODE_TO_REGION_CODE,
    SUPPORTED_REGIONS,
    PhoneMetadata,
    PhoneNumberDesc,
    ValidationResult,
)

_SHAPE = re.compile(r"[ ().\-]*(\+?)[ ().\-]*([0-9][0-9 ().\-]*)").fullmatch
_WITHOUT_SEPARATORS = dict.fromkeys(map(ord, " ().-"))
# E.164 has 15 digits at most; what is far longer is the library's to explain.
_MOST_CHARACTERS = 40
_FEWEST_VIABLE, _FEWEST_NATIONAL, _MOST_NATIONAL = 3, 2, 17
_LONGEST_CODE = 3
_NON_GEOGRAPHIC = "001"
_CHINA = 86
# Mobile first: it is what most customers give.
_TYPES = (
    "mobile", "fixed_line", "toll_free", "premium_rate", "shared_cost", "voip", "personal_number", "pager", "uan",
    "voicemail",
)  # fmt: skip

_Match = Callable[[str], re.Match[str] | None]


class Parsed(NamedTuple):
    calling_code: int
    national: str
    """The national significant number, leading zeros kept."""
    is_valid: bool


class _Plan(NamedTuple):
    """The numbering plan of one region."""

    calling_code: int
    general: _Match
    abroad: _Match | None
    """How a call abroad begins."""
    trunk: re.Pattern[str] | None
    """What stands before a national number and does not belong to it."""
    transform: str | None
    lengths: frozenset[int]
    local_lengths: frozenset[int]


def parse(number: str, region: str) -> Parsed | None:
    """What `phonenumbers.parse` and `is_valid_number` find; None where only the library can say."""
    shape = _SHAPE(number) if len(number) <= _MOST_CHARACTERS else None
    if shape is None:
        return None
    plus, digits = shape.groups()
    if not digits.isdigit():
        digits = digits.translate(_WITHOUT_SEPARATORS)
    if len(digits) < _FEWEST_VIABLE:
        return None
    return _parse_abroad(digits) if plus else _parse_at_home(digits, region)


@dataclass(frozen=True, slots=True)
class Home:
    """What tells a region's own valid numbers at sight."""

    calling_code: str
    trunk: re.Pattern[str] | None
    trunk_digit: str
    """Where the trunk prefix is one digit and nothing else."""
    transform: str | None
    is_dialled_abroad: _Match
    validity: dict[int, _Match]
    """By length: its valid numbers."""


@cache
def find_home(region: str) -> Home | None:
    """None where numbers have to be parsed to be understood."""
    plan = _plan(region, 0) if region in SUPPORTED_REGIONS else None
    if plan is None or plan.abroad is None or plan.local_lengths & plan.lengths:
        return None
    code = plan.calling_code
    if _main_region(code) != region or _validators(code, 1)[0][0] is not None:
        return None
    digit = plan.trunk.pattern if plan.trunk is not None and plan.trunk.pattern.isdigit() else ""
    trunk, digit = (None, digit) if len(digit) == 1 else (plan.trunk, "")
    validity = {length: _validators(code, length)[0][1] for length in plan.lengths}
    return Home(str(code), trunk, digit, plan.transform, plan.abroad, validity)


def read_own(digits: str, home: Home) -> str | None:
    """The national number of digits that are written at home and valid there; None: `parse` has to look."""
    # What may begin with the region's own code, or with a call abroad, has more than one reading.
    if digits.startswith(home.calling_code) or home.is_dialled_abroad(digits):
        return None
    if home.trunk is None:
        national = digits[1:] if digits[0] == home.trunk_digit else digits
    else:
        national = _without_trunk(digits, home, home.trunk)
    is_valid = home.validity.get(len(national))
    return national if is_valid is not None and is_valid(national) else None


def _without_trunk(digits: str, home: Home, trunk: re.Pattern[str]) -> str:
    match = trunk.match(digits)
    if match is None:
        return digits
    return "" if home.transform and match[trunk.groups] is not None else digits[match.end() :]


def read_international(number: str, home: Home) -> str | None:
    """The national number behind `+` and the region's own code where it is valid; None: `parse` has to look."""
    if not number.startswith(home.calling_code, 1):
        return None
    national = number[1 + len(home.calling_code) :]
    has_trunk = home.trunk.match(national) if home.trunk is not None else national[:1] == home.trunk_digit
    is_valid = None if has_trunk else home.validity.get(len(national))
    return national if is_valid is not None and is_valid(national) else None


@cache
def chinese_mobile_heads() -> frozenset[str]:
    """The three digits that make any eight digits behind them a valid mobile number of China."""
    tails = [f"{first:02}{rest * 6}" for first in range(100) for rest in "0123456789"]
    heads = (str(head) for head in range(130, 200))
    return frozenset(head for head in heads if all(is_valid(_CHINA, head + tail) for tail in tails))


def check_length(parsed: Parsed) -> int:
    """`phonenumbers.is_possible_number_with_reason`: a value of `ValidationResult`."""
    plan = _plan(_main_region(parsed.calling_code), parsed.calling_code)
    return _check_length(len(parsed.national), plan)


def _parse_abroad(digits: str) -> Parsed | None:
    if digits[0] == "0":
        return None
    for size in range(1, _LONGEST_CODE + 1):
        code = int(digits[:size])
        if code in COUNTRY_CODE_TO_REGION_CODE:
            return _finish(code, digits[size:], _plan(_main_region(code), code))
    return None


def _parse_at_home(digits: str, region: str) -> Parsed | None:
    if region not in SUPPORTED_REGIONS:
        return None
    plan = _plan(region, 0)
    if plan.abroad is not None and plan.abroad(digits):
        return None
    national = _without_own_code(digits, plan)
    if national is None:
        return _finish(plan.calling_code, digits, plan)
    main = _main_region(plan.calling_code)
    return _finish(plan.calling_code, national, plan if main == region else _plan(main, plan.calling_code))


def _without_own_code(digits: str, plan: _Plan) -> str | None:
    """The rest behind the region's own calling code, written without `+`; None where the number begins otherwise."""
    code = str(plan.calling_code)
    if not digits.startswith(code):
        return None
    rest = _strip_trunk(digits[len(code) :], plan)
    is_better = not plan.general(digits) and plan.general(rest)
    is_too_long = _check_length(len(digits), plan) == ValidationResult.TOO_LONG
    return rest if is_better or is_too_long else None


def _finish(code: int, national: str, plan: _Plan) -> Parsed | None:
    if len(national) < _FEWEST_NATIONAL:
        return None
    bare = _strip_trunk(national, plan)
    # A number that would become too short keeps its prefix: it may be a short number.
    if bare is not national and _check_length(len(bare), plan) in (
        ValidationResult.IS_POSSIBLE,
        ValidationResult.TOO_LONG,
    ):
        national = bare
    if not _FEWEST_NATIONAL <= len(national) <= _MOST_NATIONAL:
        return None
    return Parsed(code, national, is_valid(code, national))


def _strip_trunk(digits: str, plan: _Plan) -> str:
    match = plan.trunk and digits and plan.trunk.match(digits)
    if not match or not plan.trunk:
        return digits
    is_transformed = bool(plan.transform) and match.group(plan.trunk.groups) is not None
    rest = digits[match.end() :]
    bare = plan.trunk.sub(plan.transform or "", digits, count=1) if is_transformed else rest
    return digits if plan.general(digits) and not plan.general(bare) else bare


def _check_length(length: int, plan: _Plan) -> int:
    if length in plan.local_lengths:
        return int(ValidationResult.IS_POSSIBLE_LOCAL_ONLY)
    if length in plan.lengths:
        return int(ValidationResult.IS_POSSIBLE)
    if length < min(plan.lengths):
        return int(ValidationResult.TOO_SHORT)
    is_too_long = length > max(plan.lengths)
    return int(ValidationResult.TOO_LONG if is_too_long else ValidationResult.INVALID_LENGTH)


def is_valid(code: int, national: str) -> bool:
    """Whether digits are a national significant number of a calling code: `phonenumbers.is_valid_number`."""
    for leading, matches in _validators(code, len(national)):
        if leading is None:
            if matches(national):
                return True
        elif leading(national):
            return matches(national) is not None
    return False


def _main_region(code: int) -> str:
    return str(COUNTRY_CODE_TO_REGION_CODE[code][0])


def _metadata(region: str, code: int) -> PhoneMetadata:
    is_place = region != _NON_GEOGRAPHIC
    found = (
        PhoneMetadata.metadata_for_region(region)
        if is_place
        else PhoneMetadata.metadata_for_nongeo_region(code)
    )
    if found is None:
        raise LookupError(f"libphonenumber has no metadata of {region}")
    return found


def _general(metadata: PhoneMetadata) -> PhoneNumberDesc:
    if metadata.general_desc is None:
        raise LookupError("libphonenumber describes every region in general")
    return metadata.general_desc


@cache
def _plan(region: str, code: int) -> _Plan:
    """`code` counts only for numbers that belong to no country."""
    metadata = _metadata(region, code)
    general = _general(metadata)
    abroad, trunk = metadata.international_prefix, metadata.national_prefix_for_parsing
    return _Plan(
        calling_code=metadata.country_code or code,
        general=re.compile(general.national_number_pattern or "(?!)").fullmatch,
        abroad=re.compile(abroad).match if abroad else None,
        trunk=re.compile(trunk) if trunk else None,
        transform=metadata.national_prefix_transform_rule,
        lengths=frozenset(general.possible_length),
        local_lengths=frozenset(general.possible_length_local_only),
    )


@cache
def _validators(code: int, length: int) -> tuple[tuple[_Match | None, _Match], ...]:
    """For each region of a calling code: the digits that settle that a number is its, and its valid numbers of a length."""
    return tuple(_validators_of(COUNTRY_CODE_TO_REGION_CODE[code], code, length))


def _validators_of(
    regions: tuple[str, ...], code: int, length: int
) -> Iterator[tuple[_Match | None, _Match]]:
    for region in regions:
        metadata = _metadata(region, code)
        # A region alone in its code needs no digits of its own.
        leading = metadata.leading_digits if len(regions) > 1 else None
        is_valid = re.compile(_valid_pattern(metadata, length)).fullmatch
        yield re.compile(leading).match if leading else None, is_valid


def _valid_pattern(metadata: PhoneMetadata, length: int) -> str:
    general = _general(metadata)
    kinds = (getattr(metadata, name) for name in _TYPES)
    patterns = [
        kind.national_number_pattern
        for kind in kinds
        if kind is not None and kind.national_number_pattern and _has_length(kind, length)
    ]
    if not patterns or not _has_length(general, length):
        return "(?!)"
    return rf"(?=(?:{general.national_number_pattern})\Z)(?:{'|'.join(dict.fromkeys(patterns))})"


def _has_length(description: PhoneNumberDesc, length: int) -> bool:
    """Where nothing is said, any length will do."""
    lengths = [said for said in description.possible_length if said > 0]
    return not lengths or length in lengths
