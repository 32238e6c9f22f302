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
    ],
)
def test_companies_have_one_display_form(raw: str, company: str | None) -> None:
    assert clean_company(raw, "party.company").value == company


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
