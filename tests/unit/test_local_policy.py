"""`guanxi policy` and `guanxi plan` on a state in memory; the rights that following a policy needs."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from infra.local import plan, policy
from infra.local.command import main
from shared.flows.policy_in_force import read_in_force
from shared.memory.items import MemoryItems
from shared.policy.load import DEFAULT, load_policy
from shared.ports import Items
from tests.template_facts import FUNCTIONS, ROLES, ROOT, actions, statements

PACKAGED = load_policy().version
NOW = datetime(2026, 6, 30, 2, 0, tzinfo=UTC)


@pytest.fixture
def items(monkeypatch: pytest.MonkeyPatch) -> MemoryItems:
    """A state that every command meets."""
    kept = MemoryItems()

    @contextmanager
    def operator(state: Path) -> Iterator[tuple[Items, bytes, datetime]]:
        yield kept, b"a key for tests, nothing else....", NOW

    monkeypatch.setattr(policy, "operator", operator)
    monkeypatch.setattr(plan, "operator", operator)
    return kept


@pytest.fixture
def file(tmp_path: Path) -> Path:
    text = DEFAULT.read_text(encoding="utf-8").replace(f'"{PACKAGED}"', '"2"')
    (tmp_path / "new.toml").write_text(text, encoding="utf-8")
    return tmp_path / "new.toml"


def test_a_file_is_published_listed_shown_and_rolled_back(
    items: MemoryItems, file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["policy", "publish", str(file), "--by", "li.lei", "--note", "a try"]) == 0
    assert "policy 2 is in force" in capsys.readouterr().out
    assert main(["policy", "list"]) == 0
    listed = capsys.readouterr().out.splitlines()
    assert [line.split()[1] for line in listed if line.startswith("▶")] == ["2"]
    assert "li.lei  a try" in listed[-1]
    assert main(["policy", "show"]) == 0
    assert capsys.readouterr().out == file.read_text(encoding="utf-8")
    assert main(["policy", "roll-back", PACKAGED, "--by", "li.lei"]) == 0
    assert read_in_force(items).policy == load_policy()
    assert main(["policy", "show", "2"]) == 0


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        pytest.param(["roll-back", "9", "--by", "x"], "no such version", id="unknown version"),
        pytest.param(["roll-back", PACKAGED, "--by", " "], "missing: by", id="nobody"),
        pytest.param(
            ["roll-back", PACKAGED, "--by", "x", "--expected", "8"], "look again", id="not as expected"
        ),
        pytest.param(["publish", "absent.toml", "--by", "x"], "absent.toml", id="no such file"),
        pytest.param(["show", "9"], "no such version", id="nothing to show"),
    ],
)
def test_a_refusal_is_a_line_and_exit_code_1(
    items: MemoryItems, arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["policy", *arguments]) == 1
    assert said in capsys.readouterr().err


def test_every_refusal_has_words_in_both_languages() -> None:
    code = (ROOT / "shared/flows/publish_policy.py").read_text(encoding="utf-8")
    codes = set(re.findall(r'"error": "(\w+)"', code)) | {"policy_invalid", "missing_argument"}
    assert codes == set(policy._REFUSALS)


def test_a_plan_compares_with_the_policy_in_force(
    items: MemoryItems, file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["policy", "publish", str(file), "--by", "li.lei"])
    capsys.readouterr()
    assert main(["plan", "--set", "level.core_min_fen=30_000_000"]) == 0
    assert capsys.readouterr().out.startswith("policy 2 -> 2+:")
    assert main(["plan", "--policy", str(DEFAULT)]) == 0
    assert capsys.readouterr().out.startswith(f"policy 2 -> {PACKAGED}:")
    assert main(["plan", "--set", "level.core_min_fen=-1"]) == 1
    assert "level.core_min_fen" in capsys.readouterr().err


def test_whoever_follows_the_policy_may_read_it() -> None:
    for name, function in FUNCTIONS.items():
        handler = ROOT / Path(*function["Handler"].split(".")[:-1]).with_suffix(".py")
        code = handler.read_text(encoding="utf-8")
        if "wiring.policy" not in code and "make_sending" not in code:
            continue
        assert function["Environment"]["Variables"]["CONTROL_TABLE"] == {"Ref": "ControlTable"}
        granted = [
            one for one in statements(ROLES[f"{name}Role"]) if "ControlTable" in str(one.get("Resource"))
        ]
        assert any("dynamodb:GetItem" in actions(one) for one in granted), name
