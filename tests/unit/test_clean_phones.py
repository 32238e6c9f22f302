import pytest

from shared.cleaning.phones import clean_phone

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
