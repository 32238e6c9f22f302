"""Good numbers are generated (births before 1900, no real person's), their check digits confirmed with python-stdnum."""

from datetime import date

import pytest

from shared.cleaning.field import Field
from shared.cleaning.identifiers import Kind, clean_identifier
from shared.model.issues import Severity


def clean(raw: object, kind: Kind, region: str | None = None, today: date | None = None) -> Field[str]:
    return clean_identifier(raw, "party.identifier", kind=kind, region=region, today=today)


def codes(field: Field[str]) -> list[str]:
    return [issue.code for issue in field.issues]


@pytest.mark.parametrize(
    "number",
    "91110108105J8UG2TE 91310115LJUD67FHQU 91440305RAE1U98UQ6 913301063CLQBRWH9T 91510104N3P6YRUKLX"
    " 91370202NMA988K27H 12110000Q12KCBJ5L9 52110000DAX87L5ULW 93110000YMGG95JUW7 91350100M000100Y43".split(),
)
def test_credit_codes_with_the_right_check_digit_are_kept(number: str) -> None:
    assert clean(number, "uscc") == Field(number)


@pytest.mark.parametrize(
    "number",
    "11010519491231002X 440524188001010014 110101188001010011 310101188502290020 440305188402290133"
    " 330106189006159998 650102187712311205 81000018990101004X 340301188305055570 11010118800101010X".split(),
)
def test_identity_numbers_with_the_right_check_digit_are_kept(number: str) -> None:
    # 31010118850229 is no day; the others are.
    expected = ["bad_birth_date"] if number == "310101188502290020" else []
    assert codes(clean(number, "ric")) == expected


@pytest.mark.parametrize(
    "number",
    "ATU39099603 BE0695722008 BG750961923 BG5123308051 CY76112565C CZ86201913 DE464008599 DK71723143 EE002010195"
    " EL001471213 ESA6001131I ES00000000T ESX0000000T FI74232939 FRSQ724580337 FRR9394704878 FR83404833048"
    " GB773567350 GBGD001 GBHA500 HR00289396100 HU02382881 IE6N20398I IE5541025NA IT18172380836 LT117477217"
    " LU62438146 LV51405832237 MT74175107 NL614826500B06 PL5560698435 PT255110910 RO9837871 SE314414724001"
    " SI98742663 SK1246749350 XI934450919".split(),
)
def test_vat_numbers_of_every_country_are_kept(number: str) -> None:
    assert clean(number, "vat") == Field(number)


@pytest.mark.parametrize(
    "number",
    "3003007ZB1FNWWU8ZQ14 300300TA2N51K913B891 300300JI6WAQ9YIKB827 300300SASPB8JO8ZKZ85 529900T8BM49AURSDO55".split(),
)
def test_legal_entity_identifiers_are_kept(number: str) -> None:
    assert clean(number, "lei") == Field(number)


@pytest.mark.parametrize(
    ("raw", "kind", "value"),
    [
        pytest.param("９１１１０１０８１０５Ｊ８ＵＧ２ＴＥ", "uscc", "91110108105J8UG2TE", id="full width"),
        pytest.param("91110108-105J8UG2T-E", "uscc", "91110108105J8UG2TE", id="dashes"),
        pytest.param(" 9111 0108 105J 8UG2 TE ", "uscc", "91110108105J8UG2TE", id="spaces"),
        pytest.param("91110108105j8ug2te", "uscc", "91110108105J8UG2TE", id="lower case"),
        pytest.param("统一社会信用代码:91110108105J8UG2TE", "uscc", "91110108105J8UG2TE", id="labelled"),
        pytest.param("9111\u200b0108105J8UG2TE", "uscc", "91110108105J8UG2TE", id="zero width"),
        pytest.param("11010519491231002x", "ric", "11010519491231002X", id="small x"),
        pytest.param(
            "１１０１０５ １９４９１２３１ ００２Ｘ", "ric", "11010519491231002X", id="full width identity"
        ),
        pytest.param(440524188001010014, "ric", "440524188001010014", id="a JSON number"),
        pytest.param("身份证号：11010519491231002X", "ric", "11010519491231002X", id="labelled identity"),
        pytest.param("de 464 008 599", "vat", "DE464008599", id="small country"),
        pytest.param("VAT No. DE464008599", "vat", "DE464008599", id="labelled VAT"),
        pytest.param("VAT: DE464008599", "vat", "DE464008599", id="colon"),
        pytest.param("GR001471213", "vat", "EL001471213", id="Greece is EL"),
        pytest.param("BE 0695.722.008", "vat", "BE0695722008", id="dots"),
        pytest.param("BE695722008", "vat", "BE0695722008", id="the leading 0 of Belgium"),
        pytest.param("NL 6148.26.500.B06", "vat", "NL614826500B06", id="Dutch dots"),
        pytest.param("3003-007Z-B1FN-WWU8-ZQ14", "lei", "3003007ZB1FNWWU8ZQ14", id="dashes in a LEI"),
        pytest.param("300300ta2n51k913b891", "lei", "300300TA2N51K913B891", id="small LEI"),
    ],
)
def test_spelling_is_repaired(raw: object, kind: Kind, value: str) -> None:
    assert clean(raw, kind).value == value


@pytest.mark.parametrize(
    ("raw", "kind", "code"),
    [
        pytest.param("91110108105J8UG2TF", "uscc", "bad_check_digit", id="wrong check digit"),
        pytest.param("91110108105J8UG2ET", "uscc", "bad_check_digit", id="swapped"),
        pytest.param("91110108105J8UG2T", "uscc", "bad_identifier", id="too short"),
        pytest.param("91110108I05J8UG2TE", "uscc", "bad_identifier", id="no letter I"),
        pytest.param("9111010810SJ8UG2TE", "uscc", "bad_identifier", id="no letter S"),
        pytest.param("911101A8105J8UG2TE", "uscc", "bad_identifier", id="region in digits"),
        pytest.param("110101188001010013", "ric", "bad_check_digit", id="wrong last digit"),
        pytest.param("11010118800101001X", "ric", "bad_check_digit", id="X is no joker"),
        pytest.param("110101188002300018", "ric", "bad_birth_date", id="30 February"),
        pytest.param("110101188013010018", "ric", "bad_birth_date", id="month 13"),
        pytest.param("990101188001010012", "ric", "bad_region_code", id="no region 99"),
        pytest.param("000000188001010012", "ric", "bad_identifier", id="begins with 0"),
        pytest.param("11010118800101001", "ric", "bad_identifier", id="17 digits"),
        pytest.param("1101011880010100113", "ric", "bad_identifier", id="19 digits"),
        pytest.param("110101800101998", "ric", "bad_identifier", id="a centenarian's old number"),
        pytest.param("110101801301001", "ric", "bad_birth_date", id="month 13 in 15 digits"),
        pytest.param(1.1010118800101e17, "ric", "bad_identifier", id="digits lost in a float"),
        pytest.param("1.10101E+17", "ric", "bad_identifier", id="scientific notation"),
        pytest.param("DE464008598", "vat", "bad_check_digit", id="Germany"),
        pytest.param("ATU39099604", "vat", "bad_check_digit", id="Austria"),
        pytest.param("FR84404833048", "vat", "bad_check_digit", id="France"),
        pytest.param("ES00000000R", "vat", "bad_check_digit", id="Spain"),
        pytest.param("GB773567351", "vat", "bad_check_digit", id="Britain"),
        pytest.param("GBGD500", "vat", "bad_check_digit", id="a department beyond 499"),
        pytest.param("DE46400859", "vat", "bad_identifier", id="a digit short"),
        pytest.param("AT39099603", "vat", "bad_identifier", id="without the U"),
        pytest.param("SE314414724000", "vat", "bad_identifier", id="suffix 00"),
        pytest.param("464008599", "vat", "unknown_vat_country", id="no country"),
        pytest.param("US464008599", "vat", "unknown_vat_country", id="no VAT in the US"),
        pytest.param("3003007ZB1FNWWU8ZQ15", "lei", "bad_check_digit", id="wrong LEI"),
        pytest.param("3003007ZB1FNWWU8ZQ1", "lei", "bad_identifier", id="short LEI"),
        pytest.param("3003007ZB1FNWWU8ZQAA", "lei", "bad_identifier", id="letters at the end"),
    ],
)
def test_what_cannot_be_right_is_refused_with_its_reason(raw: object, kind: Kind, code: str) -> None:
    field = clean(raw, kind)
    assert field.value is None
    assert codes(field) == [code]


@pytest.mark.parametrize("raw", [None, "", "无", "N/A", True, [], {}])
def test_nothing_said_is_no_fault(raw: object) -> None:
    assert clean(raw, "uscc") == Field(None)


def test_an_old_identity_number_is_lengthened_and_marked() -> None:
    field = clean("110105491231002", "ric")
    assert field.value == "11010519491231002X"
    assert codes(field) == ["old_identity_number"]
    assert field.issues[0].severity is Severity.SUSPICIOUS


def test_a_county_that_no_list_has_is_kept_and_marked() -> None:
    assert codes(clean("110198188001010029", "ric")) in (["unknown_region_code"], ["bad_check_digit"])
    found = [clean(f"11019818800101002{check}", "ric") for check in "0123456789X"]
    assert [codes(field) for field in found if field.value] == [["unknown_region_code"]]


def test_a_birth_after_today_is_refused() -> None:
    assert codes(clean("11010519491231002X", "ric", today=date(1949, 12, 30))) == ["bad_birth_date"]
    assert codes(clean("11010519491231002X", "ric", today=date(1949, 12, 31))) == []


def test_the_region_supplies_a_missing_country_code() -> None:
    assert clean("464008599", "vat", region="DE").value == "DE464008599"
    assert clean("001471213", "vat", region="GR").value == "EL001471213"
    assert codes(clean("464008599", "vat", region="CN")) == ["unknown_vat_country"]


@pytest.mark.parametrize("number", ["91110108105J8UG2TE", "440305188402290133", "3003007ZB1FNWWU8ZQ14"])
def test_every_single_wrong_digit_is_noticed(number: str) -> None:
    kind: Kind = {"9": "uscc", "4": "ric", "3": "lei"}[number[0]]  # type: ignore[assignment]
    wrong = [
        number[:place] + digit + number[place + 1 :]
        for place in range(len(number))
        for digit in "0123456789"
        if number[place].isdigit() and digit != number[place]
    ]
    assert [text for text in wrong if clean(text, kind).value] == []


@pytest.mark.parametrize(
    ("raw", "kind", "value"),
    [
        ("USt-IdNr.: DE136695976", "vat", "DE136695976"),
        ("USt-ID DE136695976", "vat", "DE136695976"),
        ("Partita IVA: IT00743110157", "vat", "IT00743110157"),
        ("N° TVA: FR40303265045", "vat", "FR40303265045"),
        ("BTW-nr. NL004495445B01", "vat", "NL004495445B01"),
        ("NIF ESB58378431", "vat", "ESB58378431"),
        ("VAT Number: GB980780684", "vat", "GB980780684"),
        ("纳税人识别号91350100M000100Y43", "uscc", "91350100M000100Y43"),
        ("000000000000000000", "uscc", None),
    ],
)
def test_labels_of_many_countries_stand_before_numbers(raw: str, kind: Kind, value: str | None) -> None:
    assert clean_identifier(raw, "identifier", kind=kind).value == value
