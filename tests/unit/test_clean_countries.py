"""Countries by codes, numbers and names, in the languages and forms in which systems write them."""

import pytest

from shared.cleaning.regions import clean_country
from shared.cleaning.tables import read_table

NAMES = {
    "CN": "156|People's Republic of China|China (Mainland)|CHINA, P.R.|Chine|中国(CN)|CN-中国|中国/China|🇨🇳|Zhongguo|中國|Китай",
    "HK": "344|Hong Kong, China|Hong Kong SAR|HKSAR|中国香港特别行政区|香港特别行政区|Hong Kong (China)|中国香港 HK|Hong-Kong",
    "MO": "446|Macao, China|Macau SAR|澳門|中国澳门",
    "TW": "158|Taiwan, Province of China|Chinese Taipei|中华台北|中国台湾|台湾省|臺灣|Taiwan (China)",
    "US": "840|U.S.A.|the United States|United States of America (the)|USA (United States of America)|米国|미국|EE.UU.|США",
    "GB": "826|England, UK|Great Britain (UK)|United Kingdom of Great Britain and Northern Ireland|苏格兰|イギリス|U. K.",
    "DE": "276|Bundesrepublik Deutschland|Allemagne|Alemania|DE - Germany|德意志联邦共和国|West Germany|ドイツ|GER",
    "FR": "250|French Republic|Frankreich|法兰西共和国|フランス",
    "KR": "410|Korea, Republic of|Korea (the Republic of)|Korea, Rep.|S. Korea|대한민국|韓国|南韩",
    "KP": "408|Korea, Democratic People's Republic of|DPRK|朝鲜民主主义人民共和国|北韩",
    "NL": "528|The Netherlands|Holland|Niederlande|Pays-Bas|Holanda",
    "CH": "756|Schweiz|Suisse|Svizzera|瑞士",
    "AE": "784|U.A.E.|UAE (Dubai)|The UAE|الإمارات العربية المتحدة|迪拜",
    "SA": "682|Kingdom of Saudi Arabia|KSA|沙特阿拉伯王国|السعودية",
    "CD": "180|Congo, The Democratic Republic of the|DR Congo|Zaire|刚果（金）|Congo (Kinshasa)|Congo, Dem. Rep.",
    "CG": "178|Congo-Brazzaville|刚果(布)|Republic of the Congo|Congo, Rep.",
    "CZ": "203|Czech Republic|Czech Rep.|Česká republika|Tschechien",
    "IR": "364|Iran, Islamic Republic of|Iran (Islamic Republic of)|Persia",
    "TZ": "834|Tanzania, United Republic of|United Republic of Tanzania",
    "VG": "092|Virgin Islands, British|BVI|British Virgin Islands",
    "VI": "850|Virgin Islands (U.S.)|US Virgin Islands",
    "KN": "659|St. Kitts and Nevis|St Kitts & Nevis|Saint Kitts and Nevis",
    "BA": "070|Bosnia & Herzegovina|Bosnia-Herzegovina|波黑",
    "MM": "104|Burma|Myanmar (Burma)|缅甸",
    "LK": "144|Ceylon|Sri Lanka",
    "CI": "384|Côte d’Ivoire|Cote dIvoire|Ivory Coast|象牙海岸",
    "GR": "300|Ελλάδα|Hellenic Republic|EL",
    "TR": "792|Türkiye|TURKIYE|Turkey",
    "AT": "040|Österreich|Áustria",
    "NG": "566|尼日利亚联邦共和国|奈及利亚",
    "GM": "270|The Gambia|Gambia",
    "NA": "516|NAM|纳米比亚",
}


@pytest.mark.parametrize("country", NAMES)
def test_a_country_has_many_names(country: str) -> None:
    names = NAMES[country].split("|")
    assert {name: clean_country(name, "").value for name in names} == dict.fromkeys(names, country)


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param("Soviet Union", id="fell into many"),
        pytest.param("苏联", id="in Chinese"),
        pytest.param("Czechoslovakia", id="into two"),
        pytest.param("Yugoslavia", id="into several"),
        pytest.param("EU", id="union"),
        pytest.param("非洲", id="continent"),
        pytest.param("国外", id="abroad"),
        pytest.param("CN,US", id="two countries"),
        pytest.param("中国、美国", id="two in Chinese"),
        pytest.param("86", id="a calling code"),
        pytest.param("+86", id="a calling code with its sign"),
        pytest.param("999", id="no number of ISO"),
        pytest.param("Áo", id="Austria in Vietnamese is no AO"),
        pytest.param("Republic of Nowhere", id="a form without a name"),
        pytest.param("中", id="one character"),
    ],
)
def test_what_names_no_single_country_is_refused(raw: str) -> None:
    assert [issue.code for issue in clean_country(raw, "").issues] == ["unknown_country"]


@pytest.mark.parametrize("table", ["countries", "country_names"])
def test_every_name_of_the_tables_is_found(table: str) -> None:
    rows = read_table(table)
    wrong = {
        name: clean_country(name.replace("_", " "), "").value
        for country, names in rows.items()
        for name in (country, *names.split())
        if name != "NA" and clean_country(name.replace("_", " "), "").value != country
    }
    assert len(rows) == 249
    assert wrong == {}
