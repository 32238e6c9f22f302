"""Currencies by ISO 4217 code, symbol and word."""

import re

from shared.cleaning.field import NOTHING, Field, refused
from shared.cleaning.text import read_text

ISO_CODES = frozenset(
    "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CLP CNY"
    " COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS"
    " INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP"
    " MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR"
    " SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD UYU UZS VED VES VND"
    " VUV WST XAF XCD XCG XOF XPF YER ZAR ZMW ZWG".split()
)

_DOLLARS = ("USD", "HKD", "SGD", "AUD", "CAD", "NZD", "TWD", "MXN", "BND")
_YUAN = ("CNY", "TWD", "HKD", "MOP")

WORDS: dict[str, tuple[str, ...]] = {
    "¥": ("CNY", "JPY"), "$": _DOLLARS, "€": ("EUR",), "£": ("GBP",), "₩": ("KRW",), "₹": ("INR",), "₽": ("RUB",), "฿": ("THB",),
    "₫": ("VND",), "us$": ("USD",), "hk$": ("HKD",), "nt$": ("TWD",), "a$": ("AUD",), "au$": ("AUD",), "c$": ("CAD",),
    "ca$": ("CAD",), "s$": ("SGD",), "nz$": ("NZD",), "rmb¥": ("CNY",), "cn¥": ("CNY",), "jp¥": ("JPY",),
    "元": _YUAN, "圆": _YUAN, "圓": _YUAN, "块": _YUAN, "块钱": _YUAN, "元人民币": ("CNY",), "人民币": ("CNY",),
    "人民币元": ("CNY",), "rmb": ("CNY",), "renminbi": ("CNY",), "yuan": ("CNY",), "cnh": ("CNY",),
    "美元": ("USD",), "美金": ("USD",), "刀": ("USD",), "usdollar": ("USD",), "dollar": _DOLLARS, "dollars": _DOLLARS,
    "欧元": ("EUR",), "euro": ("EUR",), "euros": ("EUR",), "英镑": ("GBP",), "pound": ("GBP",), "pounds": ("GBP",),
    "港币": ("HKD",), "港元": ("HKD",), "港幣": ("HKD",), "日元": ("JPY",), "日圆": ("JPY",), "円": ("JPY",), "yen": ("JPY",),
    "韩元": ("KRW",), "澳门元": ("MOP",), "澳门币": ("MOP",), "澳元": ("AUD",), "加元": ("CAD",), "新加坡元": ("SGD",),
    "新元": ("SGD",), "新币": ("SGD",), "新台币": ("TWD",), "台币": ("TWD",), "瑞士法郎": ("CHF",), "卢布": ("RUB",),
    "r$": ("BRL",), "mx$": ("MXN",), "kr": ("SEK", "NOK", "DKK", "ISK"), "zł": ("PLN",), "kč": ("CZK",), "руб": ("RUB",),
    "руб.": ("RUB",), "₺": ("TRY",), "₴": ("UAH",), "₦": ("NGN",), "₪": ("ILS",), "₱": ("PHP",), "₸": ("KZT",), "won": ("KRW",),
    "원": ("KRW",), "rs": ("INR", "PKR", "LKR"), "rupees": ("INR", "PKR", "LKR"), "rp": ("IDR",), "rm": ("MYR",),
    "sfr": ("CHF",), "fr": ("CHF",), "日圓": ("JPY",), "歐元": ("EUR",), "英鎊": ("GBP",), "韓元": ("KRW",), "人民幣": ("CNY",),
    "新臺幣": ("TWD",), "新台幣": ("TWD",), "臺幣": ("TWD",), "台幣": ("TWD",), "澳門元": ("MOP",), "韩币": ("KRW",),
    "peso": ("MXN", "PHP", "ARS", "CLP", "COP"), "pesos": ("MXN", "PHP", "ARS", "CLP", "COP"), "franc": ("CHF", "XAF", "XOF"),
    "francs": ("CHF", "XAF", "XOF"), "franken": ("CHF",), "krona": ("SEK", "ISK"), "kronor": ("SEK",), "krone": ("NOK", "DKK"),
    "kroner": ("NOK", "DKK"), "rupee": ("INR", "PKR", "LKR"), "rupiah": ("IDR",), "ringgit": ("MYR",), "rand": ("ZAR",),
    "real": ("BRL",), "reais": ("BRL",), "zloty": ("PLN",), "lira": ("TRY",), "ruble": ("RUB",), "rubles": ("RUB",),
    "rouble": ("RUB",), "roubles": ("RUB",), "dirham": ("AED", "MAD"), "dirhams": ("AED", "MAD"), "sterling": ("GBP",),
    "迪拉姆": ("AED", "MAD"), "里拉": ("TRY",), "兰特": ("ZAR",), "雷亚尔": ("BRL",), "兹罗提": ("PLN",), "印尼盾": ("IDR",),
    "菲律宾比索": ("PHP",), "比索": ("MXN", "PHP", "ARS", "CLP", "COP"), "克朗": ("SEK", "NOK", "DKK", "CZK", "ISK"),
    "法郎": ("CHF", "XAF", "XOF"), "baht": ("THB",), "日币": ("JPY",),
    "us dollar": ("USD",), "us dollars": ("USD",), "ft": ("HUF",), "đ": ("VND",), "r": ("ZAR",), "新西兰元": ("NZD",),
    "纽元": ("NZD",), "纽币": ("NZD",), "泰铢": ("THB",), "卢比": ("INR",), "林吉特": ("MYR",), "越南盾": ("VND",),
}  # fmt: skip
"""Word or symbol, in lower case -> the currencies that it can mean, the likeliest first."""

BY_REGION = {
    region: currency
    for currency, regions in {
        "CNY": "CN", "USD": "US PR GU EC SV PA", "HKD": "HK", "MOP": "MO", "TWD": "TW", "JPY": "JP", "SGD": "SG", "AUD": "AU",
        "CAD": "CA", "NZD": "NZ", "MXN": "MX", "BND": "BN", "SEK": "SE", "NOK": "NO", "DKK": "DK", "ISK": "IS", "CZK": "CZ",
        "INR": "IN", "PKR": "PK", "LKR": "LK", "GBP": "GB", "CHF": "CH LI", "KRW": "KR", "AED": "AE", "MAD": "MA", "PHP": "PH",
        "ARS": "AR", "CLP": "CL", "COP": "CO", "EUR": "DE FR IT ES NL BE AT IE PT FI GR LU",
    }.items()
    for region in regions.split()
}  # fmt: skip
"""The currency of a country (ISO 3166), where a word or sign needs a country to tell."""

MINOR_DIGITS = dict.fromkeys(
    "JPY KRW VND CLP PYG UGX XAF XOF XPF ISK RWF VUV KMF GNF DJF BIF".split(), 0
) | dict.fromkeys("BHD IQD JOD KWD LYD OMR TND".split(), 3)
"""ISO 4217: digits behind the point; 2 for all others."""


def choose(options: tuple[str, ...], home: str) -> str:
    """The tenant's own currency if the word can mean it, else the likeliest."""
    return home if home in options else options[0]


def clean_currency(raw: object, path: str, *, home: str) -> Field[str]:
    """An ISO 4217 code; refused with `unknown_currency` (R3)."""
    text = read_text(raw)
    if text is None:
        return NOTHING
    word = re.sub(r"[\s().:_-]", "", text).lower()
    if word.upper() in ISO_CODES:
        return Field(word.upper())
    options = WORDS.get(word)
    return refused(path, "unknown_currency") if options is None else Field(choose(options, home))
