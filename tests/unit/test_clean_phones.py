import phonenumbers
import pytest

from shared.cleaning.phones import Phone, clean_phone, find_phones

M = "+8613812345678"


@pytest.mark.parametrize(
    ("raw", "region", "e164"),
    [
        pytest.param("13812345678", "CN", M, id="plain"),
        pytest.param("１３８１２３４５６７８", "CN", M, id="full width"),
        pytest.param("138 1234 5678", "CN", M, id="spaces"),
        pytest.param("138-1234-5678", "CN", M, id="dashes"),
        pytest.param("138－1234－5678", "CN", M, id="full-width dashes"),
        pytest.param("+86 138 1234 5678", "CN", M, id="+86"),
        pytest.param("+8613812345678", "US", M, id="+86 wins over the region"),
        pytest.param("008613812345678", "CN", M, id="0086"),
        pytest.param("8613812345678", "CN", M, id="86 without plus"),
        pytest.param("(+86)13812345678", "CN", M, id="+86 in brackets"),
        pytest.param("013812345678", "CN", M, id="trunk zero"),
        pytest.param(13812345678, "CN", M, id="number"),
        pytest.param(13812345678.0, "CN", M, id="float"),
        pytest.param("13812345678.0", "CN", M, id="Excel's point zero"),
        pytest.param("1.3812345678E+10", "CN", M, id="scientific but exact"),
        pytest.param("13812345678（微信同号）", "CN", M, id="微信同号"),
        pytest.param("手机：13812345678", "CN", M, id="label"),
        pytest.param("Tel: +86-138-1234-5678", "CN", M, id="English label"),
        pytest.param("\u202d13812345678\u202c", "CN", M, id="copied with direction marks"),
        pytest.param("13812345678 张三", "CN", M, id="a name beside it"),
        pytest.param("010-62345678", "CN", "+861062345678", id="landline"),
        pytest.param("(010)62345678转801", "CN", "+861062345678", id="转"),
        pytest.param("010-62345678-801", "CN", "+861062345678", id="third group"),
        pytest.param("0755 8612 3456", "CN", "+8675586123456", id="Shenzhen"),
        pytest.param("021-61234567 ext. 12", "CN", "+862161234567", id="ext"),
        pytest.param("400-820-8820", "CN", "+864008208820", id="400"),
        pytest.param("+1 (202) 555-0143", "CN", "+12025550143", id="US"),
        pytest.param("202-555-0143", "US", "+12025550143", id="US by region"),
        pytest.param("+44 (0)20 7946 0018", "CN", "+442079460018", id="British trunk zero"),
        pytest.param("020 7946 0018", "GB", "+442079460018", id="GB by region"),
        pytest.param("006591234567", "SG", "+6591234567", id="00 where it is no exit code"),
        pytest.param("+852 9123 4567", "CN", "+85291234567", id="Hong Kong"),
        pytest.param("9123 4567", "HK", "+85291234567", id="Hong Kong by region"),
        pytest.param("+81-90-1234-5678", "CN", "+819012345678", id="Japan"),
        pytest.param("+49 30 123456", "CN", "+4930123456", id="Berlin"),
        pytest.param("13812345678/010-62345678", "CN", M, id="first of two"),
        pytest.param("13812345678 13987654321", "CN", M, id="two apart by a space"),
        pytest.param("123；13812345678、13987654321", "CN", M, id="first valid of three"),
        pytest.param("12345678901;13812345678", "CN", M, id="the first is not valid"),
    ],
)
def test_phones_become_e164(raw: object, region: str, e164: str) -> None:
    assert clean_phone(raw, "party.phone", region=region).value == e164


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        pytest.param("1.38E+10", "phone_damaged", id="Excel lost the digits"),
        pytest.param("1.3812E+10", "phone_damaged", id="Excel lost some digits"),
        pytest.param("95588", "phone_too_short", id="short code"),
        pytest.param("1381234567", "bad_phone", id="one digit missing"),
        pytest.param("138123456789", "bad_phone", id="one digit too many"),
        pytest.param("62345678", "phone_no_area_code", id="no area code"),
        pytest.param("O138 1234 5678", "bad_phone", id="letter O"),
        pytest.param("1381234567a", "bad_phone", id="letter in the number"),
        pytest.param("12345678901", "bad_phone", id="no such prefix"),
        pytest.param("13800138000", "placeholder_phone", id="the operator's own line"),
        pytest.param("13800000000", "placeholder_phone", id="round number"),
        pytest.param("13333333333", "placeholder_phone", id="all the same"),
        pytest.param("zhang@example.com", "bad_phone", id="an email"),
        pytest.param("同上号码", "bad_phone", id="words"),
        pytest.param("+999 123456", "bad_phone", id="no such country"),
        pytest.param("13812345678" * 10, "bad_phone", id="ten times pasted"),
    ],
)
def test_what_is_no_phone_is_refused(raw: object, code: str) -> None:
    field = clean_phone(raw, "party.phone", region="CN")
    assert (field.value, [issue.code for issue in field.issues]) == (None, [code])


@pytest.mark.parametrize("raw", [None, "", "无", "-", "N/A", [], True])
def test_no_phone_is_no_issue(raw: object) -> None:
    assert clean_phone(raw, "party.phone", region="CN") == (None, ())


@pytest.mark.parametrize(
    ("raw", "codes"),
    [
        ("13812345678", []),
        ("+86 138-1234-5678", []),
        ("13812345678/13987654321", ["several_phones"]),
        ("010-62345678转801", ["extension_removed"]),
        ("13812345678（微信同号）", ["phone_text_removed"]),
    ],
)
def test_each_change_of_a_phone_is_said(raw: str, codes: list[str]) -> None:
    assert [issue.code for issue in clean_phone(raw, "party.phone", region="CN").issues] == codes


@pytest.mark.parametrize(
    ("raw", "region", "e164", "extension"),
    [
        ("【010】62345678", "CN", "+861062345678", None),
        ("010-62345678(801)", "CN", "+861062345678", "801"),
        ("(0755)83765566（转801）", "CN", "+8675583765566", "801"),
        ("010-62345678,,801", "CN", "+861062345678", "801"),
        ("010-62345678转801张三", "CN", "+861062345678", "801"),
        ("020-38880000-8001", "CN", "+862038880000", "8001"),
        ("030 12345678 Durchwahl 12", "DE", "+493012345678", "12"),
        ("01 42 68 53 00 poste 12", "FR", "+33142685300", "12"),
        ("03-1234-5678 内線 12", "JP", "+81312345678", "12"),
        ("8 (495) 123-45-67 доб. 12", "RU", "+74951234567", "12"),
        ("(11) 3123-4567 ramal 12", "BR", "+551131234567", "12"),
        ("(02)2345-6789#123", "TW", "+886223456789", "123"),
        ("030-12345678-12", "DE", "+49301234567812", None),
        ("030/12345678", "DE", "+493012345678", None),
        ("+49 (0)30/12345678", "CN", "+493012345678", None),
        ("001 86 13912345678", "HK", "+8613912345678", None),
        ("0011 86 139 1234 5678", "AU", "+8613912345678", None),
        ("011 86 139 1234 5678", "US", "+8613912345678", None),
        ("010 86 13912345678", "JP", "+8613912345678", None),
        ("8~10 86 139 1234 5678", "RU", "+8613912345678", None),
        ("+39 (0)2 1234 5678", "CN", "+390212345678", None),
        ("1-800-FLOWERS", "US", "+18003569377", None),
        ("tel:02079460018;phone-context=+44", "CN", "+442079460018", None),
        ("17951 13912345678", "CN", "+8613912345678", None),
        ("一三九一二三四五六七八", "CN", "+8613912345678", None),
        ("①③⑨①②③④⑤⑥⑦⑧", "CN", "+8613912345678", None),
        ("139_1234_5678", "CN", "+8613912345678", None),
        ("13912345678（3号楼）", "CN", "+8613912345678", None),
        ("+86139 1234 5678 (9am-5pm)", "CN", "+8613912345678", None),
        ("13912345678 下午3点后", "CN", "+8613912345678", None),
        ("whatsapp +852 9123 4567", "CN", "+85291234567", None),
        ("8-912-345-67-89", "RU", "+79123456789", None),
        ("044 668 18 00", "CH", "+41446681800", None),
        ("070-123 45 67", "SE", "+46701234567", None),
        ("0802 123 4567", "NG", "+2348021234567", None),
        ("0905 123 4567", "PH", "+639051234567", None),
        ("0812 3456 7890", "ID", "+6281234567890", None),
    ],
)
def test_what_stands_around_a_number_is_understood(
    raw: str, region: str, e164: str, extension: str | None
) -> None:
    (field,) = find_phones(raw, "phone", region=region)
    assert field.value == Phone(e164, extension)


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param("QQ:13912345678", id="another kind of number"),
        pytest.param("010-62345678/79", id="the end of another number"),
        pytest.param("010-62345678,79", id="too short for an extension"),
        pytest.param("83765566(0755)", id="an area code behind"),
        pytest.param("0755-83765566转8001转2", id="two extensions"),
        pytest.param("139****5678", id="masked"),
        pytest.param("+86", id="a country only"),
        pytest.param("1-800-CONTACTS", id="too many letters"),
        pytest.param("110101199003074274", id="an identity number"),
        pytest.param("2024-06-05", id="a date"),
        pytest.param("852 9123 4567", id="a country code without plus, elsewhere"),
    ],
)
def test_what_may_be_something_else_is_no_phone(raw: str) -> None:
    assert all(field.value is None for field in find_phones(raw, "phone", region="CN"))


def _examples() -> list[tuple[str, str]]:
    kinds = (phonenumbers.PhoneNumberType.MOBILE, phonenumbers.PhoneNumberType.FIXED_LINE)
    found = (
        (region, phonenumbers.example_number_for_type(region, kind))
        for region in sorted(phonenumbers.SUPPORTED_REGIONS)
        for kind in kinds
    )
    return [
        (region, phonenumbers.format_number(n, 0))
        for region, n in found
        if n and phonenumbers.is_valid_number(n)
    ]


def test_every_region_is_read_in_its_own_and_in_foreign_spelling() -> None:
    for region, e164 in _examples():
        number = phonenumbers.parse(e164)
        formats = (phonenumbers.format_number(number, form) for form in range(4))
        for raw in (*formats, f"00{e164[1:]}", f"电话：{e164}"):
            assert clean_phone(raw, "phone", region=region).value == e164, (region, raw)
