"""Who a record is about."""

import re
from datetime import date
from functools import partial

from shared.cleaning import categories, industries, regions
from shared.cleaning.common_forms import (
    clean_company,
    clean_email,
    clean_name,
    clean_past_date,
    clean_phone,
    remember,
)
from shared.cleaning.hints import Hints
from shared.cleaning.identity import clean_id
from shared.cleaning.names import PersonName
from shared.cleaning.reader import Reader
from shared.cleaning.regions import Place, country_of_province, province_of_city
from shared.model.record import Party

_CHINESE = ("CN", "HK", "MO", "TW")

clean_city, clean_country = remember(regions.clean_city), remember(regions.clean_country)
clean_province, clean_industry = remember(regions.clean_province), remember(industries.clean_industry)
clean_language = remember(categories.clean_language)


def clean_party(reader: Reader, *, hints: Hints, home_country: str, today: date) -> Party:
    """The party as this record says it; `ref` stays empty when the source gives none."""
    person = reader.read("name", clean_name) or PersonName("")
    country = reader.read("country", clean_country)
    place = _clean_place(reader, country)
    if country is None and place.province:
        country = country_of_province(place.province)
    region = country or hints.region or home_country
    past = partial(clean_past_date, hints=hints.dates, today=today)
    return Party(
        ref=reader.read("ref", clean_id),
        name=person.name or None,
        title=reader.text("title") or person.title,
        company=reader.read("company", clean_company),
        industry=reader.read("industry", clean_industry),
        phone=reader.read("phone", partial(clean_phone, region=region)),
        email=reader.read("email", clean_email),
        country=country,
        province=place.province,
        city=place.city,
        language=reader.read("language", clean_language),
        birthday_on=reader.read("birthday", past),
        first_cooperation_on=reader.read("first_cooperation", past),
    )


def _clean_place(reader: Reader, country: str | None) -> Place:
    """Province and city from their own fields, else from the address; abroad they stay as written."""
    if country not in (None, *_CHINESE):
        return Place(reader.text("province"), reader.text("city"))
    province, city = reader.read("province", clean_province), reader.read("city", clean_city)
    if province is None and city is not None:
        province = province_of_city(city)
    if province and city:
        return Place(province, city)
    found = find_place(reader.text("address") or "")
    # The address completes what the fields say, it never contradicts them.
    if province in (None, found.province):
        return Place(province or found.province, city or found.city)
    return Place(province, city)


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
