import pytest

from shared.cleaning.emails import clean_email, find_emails, is_one_edit, suggest_address

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


@pytest.mark.parametrize(
    ("raw", "emails"),
    [
        pytest.param(
            "customer/department=shipping@example.com",
            ["customer/department=shipping@example.com"],
            id="slash",
        ),
        pytest.param("a|b@example.com", ["a|b@example.com"], id="bar"),
        pytest.param("{x}@example.com", ["{x}@example.com"], id="braces"),
        pytest.param("无/a@example.com", ["a@example.com"], id="a word aside"),
        pytest.param("13912345678/a@example.com", ["a@example.com"], id="a phone aside"),
        pytest.param("a@example.com/13912345678", ["a@example.com"], id="a phone behind"),
        pytest.param("张三,a@example.com", ["a@example.com"], id="a name aside"),
        pytest.param("王经理wang@example.com", ["wang@example.com"], id="a name without a space"),
        pytest.param(
            "wang@example.com电话13912345678", ["wang@example.com"], id="words behind without a space"
        ),
        pytest.param("QQ邮箱：123456@qq.com", ["123456@qq.com"], id="QQ邮箱"),
        pytest.param("工作邮箱：a@example.com", ["a@example.com"], id="工作邮箱"),
        pytest.param("work: a@example.com", ["a@example.com"], id="English label"),
        pytest.param("【a@example.com】", ["a@example.com"], id="brackets"),
        pytest.param("《a@example.com》", ["a@example.com"], id="title marks"),
        pytest.param("a@example.com！", ["a@example.com"], id="exclamation mark"),
        pytest.param("a@example.com;A@EXAMPLE.com", ["a@example.com"], id="one twice"),
        pytest.param(
            "张三a@example.com、李四c@example.cn", ["a@example.com", "c@example.cn"], id="two with names"
        ),
        pytest.param("a@example.com|c@example.cn", ["a@example.com", "c@example.cn"], id="two, bar"),
        pytest.param("a@example.com,,c@example.cn", ["a@example.com", "c@example.cn"], id="two, two commas"),
    ],
)
def test_the_addresses_of_a_cell_are_found(raw: str, emails: list[str]) -> None:
    assert [field.value for field in find_emails(raw, "email")] == emails


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param("zhang,san@163.com", id="a comma for a dot in front"),
        pytest.param("zhang@sina.com,cn", id="a comma for a dot behind"),
        pytest.param(".zhang@example.com", id="a dot in front"),
        pytest.param("zhang.@example.com", id="a dot before the sign"),
        pytest.param("zhang@example.c", id="one letter at the end"),
        pytest.param("zhang@example.com张.三", id="two alphabets at the end"),
        pytest.param("a@b.com-c@d.com", id="two grown together"),
        pytest.param("http://a@example.com", id="a link"),
        pytest.param("zhang(at)163.com", id="in words"),
        pytest.param("josé@example.es", id="not for every mail server"),
    ],
)
def test_an_address_is_not_made_up_from_parts(raw: str) -> None:
    assert [field.value for field in find_emails(raw, "email")] == [None]


@pytest.mark.parametrize(
    ("domain", "meant"),
    [
        ("hotmial.co.uk", "hotmail.co.uk"), ("hotmial.fr", "hotmail.fr"), ("outlok.de", "outlook.de"),
        ("yahoo.cojp", "yahoo.co.jp"), ("yahoo.co.ukk", "yahoo.co.uk"), ("web.ed", "web.de"), ("gmx.ed", "gmx.de"),
        ("orange.rf", "orange.fr"), ("t-onlien.de", "t-online.de"), ("laposte.ent", "laposte.net"),
        ("sian.com", "sina.com"), ("1663.com", "163.com"), ("qqq.com", "qq.com"), ("gmail.co", "gmail.com"),
        ("hotmail.co", "hotmail.com"), ("gmsil.com", "gmail.com"), ("foxamil.com", "foxmail.com"),
        ("iclod.com", "icloud.com"), ("yeah.nte", "yeah.net"), ("siemens.comm", "siemens.com"),
    ],
)  # fmt: skip
def test_slips_in_providers_are_seen(domain: str, meant: str) -> None:
    assert suggest_address(f"zhang@{domain}") == f"zhang@{meant}"


@pytest.mark.parametrize(
    "domain",
    (
        "ymail.com gmx.net gmx.ch web.de me.com mac.com live.cn live.co.uk msn.com sina.cn vip.sina.com 189.cn 188.com wo.cn"
        " 21cn.com 136.com 123.com hq.com iq.com q.com sika.com soho.com tina.com year.net 39.com cloud.com hmail.com fmail.com"
        " yahoo.com.vn yahoo.gr hotmail.dk hotmail.com.br outlook.sa outlook.com.tr gmail.de acme.cm acme.om company.co"
        " rocketmail.com"
        " aol.com"
        " proton.me pm.me zoho.com mail.ru bk.ru naver.com daum.net docomo.ne.jp orange.fr libero.it fastmail.fm hey.com duck.com"
    ).split(),
)
def test_real_domains_one_letter_from_a_provider_are_left_alone(domain: str) -> None:
    assert suggest_address(f"zhang@{domain}") is None
