"""Who a record is about."""

from datetime import date
from functools import partial

from shared.cleaning.categories import clean_language
from shared.cleaning.companies import clean_company
from shared.cleaning.dates import clean_past_date
from shared.cleaning.emails import clean_email
from shared.cleaning.hints import Hints
from shared.cleaning.identity import clean_id
from shared.cleaning.industries import clean_industry
from shared.cleaning.names import PersonName, clean_name
from shared.cleaning.phones import clean_phone
from shared.cleaning.reader import Reader
from shared.cleaning.regions import (
    Place,
    clean_city,
    clean_country,
    clean_province,
    country_of_province,
    find_place,
    province_of_city,
)
from shared.model.record import Party

_CHINESE = ("CN", "HK", "MO", "TW")


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
