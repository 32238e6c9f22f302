"""Who a record is about."""

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from functools import lru_cache, partial
from typing import Any, NamedTuple, TypeAlias

from shared.cleaning import categories, companies, dates, emails, identity, industries, names, phones, regions
from shared.cleaning.common_days import plain_day_reader, read_no_day
from shared.cleaning.common_forms import (
    is_plain_company,
    is_plain_id,
    plain_email,
    plain_word,
    read_company,
    read_email,
    read_nothing,
    remember,
)
from shared.cleaning.common_names import plain_name, read_name
from shared.cleaning.common_phones import phone_reader, plain_phone_reader
from shared.cleaning.dates import DateHints
from shared.cleaning.field import Found
from shared.cleaning.headcounts import clean_headcount
from shared.cleaning.id_numbers import hash_id_number
from shared.cleaning.lunar_days import clean_lunar_day, says_lunar
from shared.cleaning.message import Message
from shared.cleaning.reader import Clean, read_line
from shared.cleaning.regions import Place, country_of_province, province_of_city
from shared.cleaning.text import is_untouched
from shared.model.instants import local_day
from shared.model.record import Party, trust

# None: not said, and then most likely China.
_WITH_PROVINCES = (None, "CN", "HK", "MO", "TW")

clean_city, clean_country = remember(regions.clean_city), remember(regions.clean_country)
clean_province, clean_industry = remember(regions.clean_province), remember(industries.clean_industry)
clean_language = remember(categories.clean_language)

_Rest: TypeAlias = tuple[str, Callable[[str, str], Found[Any] | None], Clean[Any]]
"""For what is in no plain form: the path of a field, the reader of its other common forms, and its module."""

_NAME: _Rest = ("party.name", read_name, names.clean_name)
_COUNTRY: _Rest = ("party.country", read_nothing, clean_country)
_PROVINCE: _Rest = ("party.province", read_nothing, clean_province)
_CITY: _Rest = ("party.city", read_nothing, clean_city)
_REF: _Rest = ("party.ref", read_nothing, identity.clean_id)
_COMPANY: _Rest = ("party.company", read_company, companies.clean_company)
_INDUSTRY: _Rest = ("party.industry", read_nothing, clean_industry)
_EMAIL: _Rest = ("party.email", read_email, emails.clean_email)
_LANGUAGE: _Rest = ("party.language", read_nothing, clean_language)
_EMPLOYEES: _Rest = ("party.employees", read_nothing, clean_headcount)

_plain_country, _plain_province = plain_word(clean_country), plain_word(clean_province)
_plain_city, _plain_industry = plain_word(clean_city), plain_word(clean_industry)
_plain_language = plain_word(clean_language)


class _DayReaders(NamedTuple):
    plain: Callable[[str], date | None]
    birthday: _Rest
    first_cooperation: _Rest
    lunar: Clean[str]


# One line for each field, instead of a function: their calls would cost as much as what they read.
def clean_party(source: Mapping[str, object], message: Message) -> Party:  # noqa: C901
    """The party as this record says it; `ref` stays empty when the source gives none."""
    get, takes_plain, rest = source.get, message.takes_plain, message.read_rest
    ref = name = title = company = industry = language = None
    if (raw := get("name")) is not None:
        name = plain_name(raw) if takes_plain and type(raw) is str else None
        if name is None:
            name, title = rest(raw, *_NAME) or (None, None)
    country, province, city, address = _read_where(source, message)
    if (raw := get("ref")) is not None:
        ref = raw if takes_plain and type(raw) is str and is_plain_id(raw) else rest(raw, *_REF)
    if (raw := get("title")) is not None:
        title = _read_line(raw, "party.title", message) or title
    if (raw := get("company")) is not None:
        is_plain = takes_plain and type(raw) is str and is_plain_company(raw)
        company = raw if is_plain else rest(raw, *_COMPANY)
    if (raw := get("industry")) is not None:
        industry = (_plain_industry(raw) if takes_plain and type(raw) is str else None) or rest(
            raw, *_INDUSTRY
        )
    phone, email = _read_contact(source, message, country or message.hints.region or message.habits.country)
    if (raw := get("language")) is not None:
        language = (_plain_language(raw) if takes_plain and type(raw) is str else None) or rest(
            raw, *_LANGUAGE
        )
    employees = None if (raw := get("employees")) is None else rest(raw, *_EMPLOYEES)
    birthday_on, lunar_birthday, first_cooperation_on = _read_days(source, message)
    return trust(
        Party,
        {
            "ref": ref, "name": name or None, "title": title, "company": company, "industry": industry,
            "employees": employees, "phone": phone, "email": email, "country": country, "province": province,
            "city": city, "language": language, "birthday_on": birthday_on, "lunar_birthday": lunar_birthday,
            "first_cooperation_on": first_cooperation_on, "address": address,
            "id_number_hash": None if get("id_number") is None else _read_id_number(source["id_number"], message),
        },
    )  # fmt: skip


def _read_contact(
    source: Mapping[str, object], message: Message, region: str
) -> tuple[str | None, str | None]:
    get, takes_plain, rest = source.get, message.takes_plain, message.read_rest
    phone = email = None
    raw = get("phone")
    if raw is not None:
        plain, others = _phone_readers(region)
        phone = (plain(raw) if takes_plain and type(raw) is str else None) or rest(raw, *others)
    raw = get("email")
    if raw is not None:
        email = (plain_email(raw) if takes_plain and type(raw) is str else None) or rest(raw, *_EMAIL)
    return phone, email


@lru_cache(maxsize=512)
def _phone_readers(region: str) -> tuple[Callable[[str], str | None], _Rest]:
    clean: Clean[str] = partial(phones.clean_phone, region=region)
    return plain_phone_reader(region), ("party.phone", phone_reader(region), clean)


def _read_days(source: Mapping[str, object], message: Message) -> tuple[date | None, str | None, date | None]:
    birthday, lunar = source.get("birthday"), source.get("lunar_birthday")
    first = source.get("first_cooperation")
    if birthday is None and first is None and lunar is None:
        return None, None, None
    hints, takes_plain = message.hints.dates, message.takes_plain
    readers = _day_readers(hints, message.received_at)
    birthday_on = first_on = lunar_birthday = None
    if birthday is not None:
        birthday_on = readers.plain(birthday) if takes_plain and type(birthday) is str else None
        if birthday_on is None:
            if type(birthday) is str and says_lunar(birthday):
                lunar_birthday = message.read_rest(birthday, "party.birthday", read_nothing, readers.lunar)
            else:
                birthday_on = message.read_rest(birthday, *readers.birthday)
    if lunar is not None:
        said = message.read_rest(lunar, "party.lunar_birthday", read_nothing, readers.lunar)
        lunar_birthday = said or lunar_birthday
    if first is not None:
        first_on = readers.plain(first) if takes_plain and type(first) is str else None
        first_on = first_on or message.read_rest(first, *readers.first_cooperation)
    return birthday_on, lunar_birthday, first_on


# The records of one batch were received at one time.
@lru_cache(maxsize=256)
def _day_readers(hints: DateHints, received_at: datetime) -> _DayReaders:
    today = local_day(received_at, hints.zone)
    clean: Clean[date] = partial(dates.clean_past_date, hints=hints, today=today)
    return _DayReaders(
        plain_day_reader(hints.day_first, today),
        ("party.birthday", read_no_day, clean),
        ("party.first_cooperation", read_no_day, clean),
        partial(clean_lunar_day, day_first=hints.day_first),
    )


def _read_id_number(raw: object, message: Message) -> str | None:
    today = local_day(message.received_at, message.hints.dates.zone)
    clean: Clean[str] = partial(hash_id_number, key=message.key, today=today)
    return message.read_rest(raw, "party.id_number", read_nothing, clean)


def _read_where(
    source: Mapping[str, object], message: Message
) -> tuple[str | None, str | None, str | None, str | None]:
    """Country, province, city and the address in one line."""
    raw = source.get("country")
    country = None
    if raw is not None:
        country = _plain_country(raw) if message.takes_plain and type(raw) is str else None
        country = country or message.read_rest(raw, *_COUNTRY)
    if country not in _WITH_PROVINCES:
        # Abroad they stay as written.
        raws = source.get("province"), source.get("city"), source.get("address")
        return country, *(_NOWHERE if raws == _NOWHERE else _read_lines(raws, message))
    province, city = _read_province_and_city(source, message)
    raw, address, head = source.get("address"), None, None
    if raw is not None:
        address, head = _read_address(raw, message)
    if not (province and city):
        province, city = _complete(province, city, address, head)
    if country is None and province:
        country = country_of_province(province)
    return country, province, city, address


_NOWHERE = (None, None, None)


def _read_lines(
    raws: tuple[object, object, object], message: Message
) -> tuple[str | None, str | None, str | None]:
    province, city, address = (
        None if raw is None else _read_line(raw, path, message)
        for raw, path in zip(raws, ("party.province", "party.city", "party.address"), strict=True)
    )
    return province, city, address


def _complete(
    province: str | None, city: str | None, address: str | None, head: str | None
) -> tuple[str | None, str | None]:
    """The address completes what the fields say, it never contradicts them; its head is there where it is official."""
    if province is None and city is not None:
        province = province_of_city(city)
    if address is None or (province and city):
        return province, city
    found_province, found_city = find_place(address) if head is None else _find_place_once(head)
    if province is None or province == found_province:
        return province or found_province, city or found_city
    return province, city


def _read_province_and_city(source: Mapping[str, object], message: Message) -> tuple[str | None, str | None]:
    province = city = None
    raw = source.get("province")
    if raw is not None:
        province = _plain_province(raw) if message.takes_plain and type(raw) is str else None
        province = province or message.read_rest(raw, *_PROVINCE)
    raw = source.get("city")
    if raw is not None:
        city = _plain_city(raw) if message.takes_plain and type(raw) is str else None
        city = city or message.read_rest(raw, *_CITY)
    return province, city


def _read_line(raw: object, path: str, message: Message) -> str | None:
    return message.keep(read_line(raw, path, message.habits.most_characters))


def _read_address(raw: object, message: Message) -> tuple[str | None, str | None]:
    """The address, and the official names at its head where it is plain: such a text has no issue."""
    head = _OFFICIAL_HEAD(raw) if type(raw) is str and message.takes_plain else None
    if head is not None and len(head.string) <= message.habits.most_characters and is_untouched(head.string):
        return head.string, head.group()
    return _read_line(raw, "party.address", message), None


# 广东省深圳市南山区, 上海市浦东新区: what follows a whole official name changes nothing about it.
_OFFICIAL_HEAD = re.compile(
    "(?:[\u4e00-\u9fa5]{2,3}省[\u4e00-\u9fa5]{2,3}市|(?:北京|上海|天津|重庆)市)[\u4e00-\u9fa5]{2,4}?[区县]"
).match
_find_place_once = remember(regions.find_place)


def find_place(address: str) -> Place:
    """`regions.find_place`."""
    if not address:
        return Place()
    head = _OFFICIAL_HEAD(address)
    # Only heads are remembered: they name a district, not a home.
    return regions.find_place(address) if head is None else _find_place_once(head.group())
