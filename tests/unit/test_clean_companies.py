import pytest

from shared.cleaning.companies import clean_company, company_key


@pytest.mark.parametrize(
    ("raw", "company"),
    [
        ("阿里巴巴 (中国) 有限公司", "阿里巴巴(中国)有限公司"),
        ("阿里巴巴（中国）有限公司", "阿里巴巴(中国)有限公司"),
        ("  Acme   Co., Ltd. ", "Acme Co., Ltd."),
        ("“华为技术有限公司”", "华为技术有限公司"),
        ("ABC 科技有限公司", "ABC科技有限公司"),
        ("株式会社　日立製作所", "株式会社日立製作所"),
        ("Café Noir Ltd", "Café Noir Ltd"),
        ("무궁화 상사", "무궁화 상사"),
        ("无", None),
        ("自由职业", None),
        ("个人", None),
        ("公司名称：华为技术有限公司", "华为技术有限公司"),
        ("北京字节跳动科技有限公司。", "北京字节跳动科技有限公司"),
        ("“华为”技术有限公司", "“华为”技术有限公司"),
        ('ООО "Ромашка"', 'ООО "Ромашка"'),
        ("'Acme Ltd", "Acme Ltd"),
        ("Acme Co.,Ltd.", "Acme Co., Ltd."),
        ("Acme &amp; Sons", "Acme & Sons"),
        ("<b>Acme</b>", "Acme"),
        ("ÉÏº£âùÑÇÍ¨¹©Ó¦Á´ÓÐÏÞ¹«Ë¾", "上海怡亚通供应链有限公司"),
        ("ABC¿Æ¼¼ÓÐÏÞ¹«Ë¾", "ABC科技有限公司"),
        ("58同城", "58同城"),
        ("360", "360"),
        ("AAA", "AAA"),
        ("Test Rite Group", "Test Rite Group"),
    ],
)
def test_companies_have_one_display_form(raw: str, company: str | None) -> None:
    assert clean_company(raw, "party.company").value == company


@pytest.mark.parametrize(
    "raw",
    ["测试公司", "某某有限公司", "xxx公司", "有限公司", "Co., Ltd.", "Ltd", "株式会社", "test", "123456789", "🚀", 
     "=cmd|'/c calc'!A1", "https://www.example.com", "sales@example.com"],
)  # fmt: skip
def test_what_is_no_company_is_refused(raw: str) -> None:
    assert [issue.code for issue in clean_company(raw, "").issues][-1:] == ["not_a_company"]


@pytest.mark.parametrize(
    "spellings",
    [
        pytest.param(
            ("Acme Co., Ltd.", "ACME CO LTD", "acme", "Acme, Inc.", "The Acme Company"), id="English"
        ),
        pytest.param(
            ("华为技术有限公司", "华为技术", "华为技术有限责任公司", "华为技术股份有限公司"), id="Chinese"
        ),
        pytest.param(("Eni S.p.A.", "ENI SpA", "Eni"), id="dotted form"),
        pytest.param(("阿里巴巴（中国）有限公司", "阿里巴巴 (中国) 有限公司"), id="brackets"),
    ],
)
def test_spellings_of_one_company_share_a_key(spellings: tuple[str, ...]) -> None:
    assert len({company_key(name) for name in spellings}) == 1


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("华为技术有限公司", "华为(北京)技术有限公司"),
        ("Acme Ltd", "Acme Foods Ltd"),
        ("中国银行", "中国建设银行"),
    ],
)
def test_other_companies_have_other_keys(left: str, right: str) -> None:
    assert company_key(left) != company_key(right)


def test_a_name_of_nothing_but_legal_form_keeps_a_key() -> None:
    assert company_key("有限公司") == "有限公司"
    assert company_key("The Group") == "thegroup"
