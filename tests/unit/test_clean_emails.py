import pytest

from shared.cleaning.emails import clean_email, is_one_edit

E = "zhang.san@example.com"


@pytest.mark.parametrize(
    ("raw", "email"),
    [
        pytest.param("zhang.san@example.com", E, id="plain"),
        pytest.param("Zhang.San@Example.COM", E, id="case"),
        pytest.param("  zhang.san@example.com  ", E, id="spaces"),
        pytest.param("zhang.san＠example．com", E, id="full width"),
        pytest.param("zhang.san@example。com", E, id="ideographic full stop"),
        pytest.param("ｚｈａｎｇ.ｓａｎ@example.com", E, id="full-width letters"),
        pytest.param("张三 <zhang.san@example.com>", E, id="display name"),
        pytest.param('"Zhang, San" <zhang.san@example.com>', E, id="quoted display name"),
        pytest.param("<zhang.san@example.com>", E, id="angle brackets"),
        pytest.param("mailto:zhang.san@example.com", E, id="mailto"),
        pytest.param("MAILTO: zhang.san@example.com", E, id="mailto in capitals"),
        pytest.param("邮箱：zhang.san@example.com", E, id="label"),
        pytest.param("zhang.san@example.com.", E, id="trailing dot"),
        pytest.param("zhang.san@example.com,", E, id="trailing comma"),
        pytest.param("zhang.san@example.com；", E, id="trailing semicolon"),
        pytest.param("zhang.san @ example.com", E, id="spaces around @"),
        pytest.param("'zhang.san@example.com'", E, id="quotes"),
        pytest.param("zhang.san@example.com; li@example.com", E, id="first of two"),
        pytest.param("zhang.san@example.com/li@example.com", E, id="first of two, slash"),
        pytest.param("broken@, zhang.san@example.com", E, id="first valid"),
        pytest.param("zhang\u200b.san@example.com", E, id="zero width space"),
        pytest.param("a+tag@example.com", "a+tag@example.com", id="plus"),
        pytest.param("info@sub.shop.example", "info@sub.shop.example", id="subdomain"),
        pytest.param("o'brien@example.com", "o'brien@example.com", id="apostrophe"),
        pytest.param("12345@qq.com", "12345@qq.com", id="qq"),
        pytest.param("a@例子.公司", "a@xn--fsqu00a.xn--55qx5d", id="Chinese domain"),
        pytest.param("a@müller.example", "a@xn--mller-kva.example", id="German domain"),
        pytest.param("x_y-z@example.co.uk", "x_y-z@example.co.uk", id="co.uk"),
    ],
)
def test_emails_have_one_form(raw: str, email: str) -> None:
    assert clean_email(raw, "party.email").value == email


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param("zhangsan", id="no @"),
        pytest.param("zhang@", id="no domain"),
        pytest.param("@example.com", id="no local part"),
        pytest.param("zhang@example", id="no dot"),
        pytest.param("zhang@@example.com", id="two @"),
        pytest.param("zhang@exam ple.com", id="space in the domain"),
        pytest.param("zhang..san@example.com", id="two dots"),
        pytest.param("zhang@-example.com", id="dash"),
        pytest.param("用户@例子.广告", id="no ASCII form"),
        pytest.param("zhang@163,com", id="comma for a dot"),
        pytest.param("a" * 65 + "@example.com", id="local part too long"),
        pytest.param("zhang@localhost", id="localhost"),
        pytest.param("zhang@1.2.3.4", id="address of a machine"),
        pytest.param("13812345678", id="a phone"),
        pytest.param("a@b@c.example", id="three parts"),
    ],
)
def test_what_is_no_email_is_refused(raw: str) -> None:
    field = clean_email(raw, "party.email")
    assert (field.value, [issue.code for issue in field.issues]) == (None, ["bad_email"])


@pytest.mark.parametrize("raw", [None, "", "无", "n/a", {}, False])
def test_no_email_is_no_issue(raw: object) -> None:
    assert clean_email(raw, "party.email") == (None, ())


@pytest.mark.parametrize(
    ("domain", "note"),
    [
        ("gmial.com", "perhaps gmail.com"),
        ("gmail.con", "perhaps gmail.com"),
        ("hotmial.com", "perhaps hotmail.com"),
        ("163.cmo", "perhaps 163.com"),
        ("qq.con", "perhaps qq.com"),
        ("outlok.com", "perhaps outlook.com"),
    ],
)
def test_a_likely_typo_is_asked_about_and_never_changed(domain: str, note: str) -> None:
    field = clean_email(f"zhang@{domain}", "party.email")
    assert field.value == f"zhang@{domain}"
    assert [(issue.code, issue.note) for issue in field.issues] == [("email_typo", note)]


@pytest.mark.parametrize(
    "domain",
    ["gmail.com", "mail.com", "163.com", "126.com", "yahoo.co", "sina.cn", "acme.com", "example.com"],
)
def test_real_domains_are_not_asked_about(domain: str) -> None:
    assert clean_email(f"zhang@{domain}", "party.email").issues == ()


def test_a_second_address_is_said() -> None:
    field = clean_email("a@example.com, b@example.com", "party.email")
    assert [issue.code for issue in field.issues] == ["several_emails"]


@pytest.mark.parametrize(
    ("left", "right", "is_one"),
    [("ab", "ab", False), ("ab", "abc", True), ("abc", "ab", True), ("ab", "ba", True), ("ab", "xb", True), ("ab", "xy", False),
     ("", "a", True), ("", "ab", False), ("abcd", "badc", False), ("a", "b", True)],
)  # fmt: skip
def test_one_edit_is_one_slip_of_a_finger(left: str, right: str, is_one: bool) -> None:
    assert is_one_edit(left, right) is is_one
