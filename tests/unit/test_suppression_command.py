"""`guanxi suppressions`: what `operate` answers becomes words in both languages."""

import pytest

from infra.local.command import main
from infra.local.suppressions import REFUSALS, suppression_lines
from shared.insight.words import Language

ROW = {
    "channel": "email",
    "address_hash": "0" * 32,
    "reason": "hard_bounce",
    "first_at": "2026-06-30T02:00:00.000Z",
}


@pytest.mark.parametrize(
    ("language", "line"),
    [
        ("en", f"email  {'0' * 32}  hard bounce since 2026-06-30"),
        ("zh", f"邮件  {'0' * 32}  地址不存在，自 2026-06-30"),
    ],
)
def test_an_address_is_told_by_its_hash_with_reason_and_day(language: Language, line: str) -> None:
    assert list(suppression_lines({"suppressions": [ROW]}, language)) == [line]


def test_a_reason_that_nobody_knows_is_shown_as_it_is() -> None:
    (line,) = suppression_lines({"suppressions": [ROW | {"reason": "own_list"}]}, "en")
    assert "own_list" in line


def test_an_empty_list_is_said() -> None:
    assert list(suppression_lines({"suppressions": []}, "en")) == ["no address is suppressed"]


def test_whoever_lifts_says_who_and_why(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["suppressions", "lift", "lilei@example.com", "--by", "Mei"])
    assert ended.value.code == 2
    assert "--reason" in capsys.readouterr().err


def test_every_refusal_of_the_operation_has_words() -> None:
    assert {*REFUSALS} == {"not_an_address", "not_suppressed"}
