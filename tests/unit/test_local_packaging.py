"""What goes to the emulator: equal content makes equal archives, and nothing of the user's environment goes along."""

import json
import re
from pathlib import Path

import pytest

from infra.local.emulator import _environment, _forget_stream_positions, _port
from infra.local.package import LOCAL_URI, packaged_template
from infra.local.stage import Target, layer_names, this_machine
from infra.local.template import load_template


class Bucket:
    """Keeps what is uploaded."""

    def __init__(self) -> None:
        self.objects: dict[str, bytes] = {}

    def upload_file(self, file: str, bucket: str, key: str) -> None:
        self.objects[f"{bucket}/{key}"] = Path(file).read_bytes()


@pytest.fixture
def template(tmp_path: Path) -> Path:
    """A small template whose code is staged beside it."""
    for folder in ("code", "layers/core"):
        staged = tmp_path / ".build" / folder
        (staged / "package").mkdir(parents=True)
        (staged / "package" / "module.py").write_text("ANSWER = 42\n")
        staged.with_name(f"{staged.name}.stamp").write_text("0123456789abcdef" * 4)
    file = tmp_path / "infra" / "template.yaml"
    file.parent.mkdir()
    file.write_text("CodeUri: ../.build/code\nContentUri: ../.build/layers/core\nOther: ../.build/code\n")
    return file


def test_local_folders_become_addresses_of_uploaded_archives(template: Path) -> None:
    bucket = Bucket()
    text = packaged_template(bucket, "artifacts", template)
    assert text == (
        "CodeUri: s3://artifacts/code-0123456789abcdef.zip\n"
        "ContentUri: s3://artifacts/core-0123456789abcdef.zip\n"
        "Other: ../.build/code\n"
    )
    assert set(bucket.objects) == set(re.findall(r"s3://(\S+)", text))


def test_equal_content_makes_equal_archives(template: Path) -> None:
    first, second = Bucket(), Bucket()
    packaged_template(first, "artifacts", template)
    for archive in template.parents[1].glob(".build/**/*.zip"):
        archive.unlink()
    for source in template.parents[1].glob(".build/**/*.py"):
        source.touch()
    packaged_template(second, "artifacts", template)
    assert first.objects == second.objects


def test_the_template_names_the_code_and_every_layer_once() -> None:
    text = (Path(__file__).parents[2] / "infra" / "template.yaml").read_text(encoding="utf-8")
    folders = [found[2].removeprefix("../.build/") for found in LOCAL_URI.finditer(text)]
    assert sorted(folders) == sorted(["code", *(f"layers/{name}" for name in layer_names())])


def test_the_template_offers_the_runtime_of_this_machine() -> None:
    parameters = load_template()["Parameters"]
    assert this_machine().runtime in parameters["Runtime"]["AllowedValues"]
    assert this_machine().architecture in parameters["Architecture"]["AllowedValues"]


def test_a_target_knows_its_minor_version() -> None:
    assert Target("python3.13", "arm64").minor == "3.13"


def test_the_emulator_inherits_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "https://elsewhere.example")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "real")
    environment = _environment(tmp_path, 4566, persist=False)
    assert "AWS_ENDPOINT_URL" not in environment
    assert environment["AWS_SECRET_ACCESS_KEY"] == "test"
    assert environment["BIND_HOST"] == "127.0.0.1"
    assert "PERSIST_STATE" not in environment
    assert _environment(tmp_path, 4566, persist=True)["PERSIST_STATE"] == "1"


def test_a_run_folder_keeps_its_port(tmp_path: Path) -> None:
    assert _port(tmp_path) == _port(tmp_path)


def test_positions_of_stream_readers_are_forgotten_and_nothing_else(tmp_path: Path) -> None:
    state = tmp_path / "lambda.json"
    _forget_stream_positions(state)
    assert not state.exists()
    state.write_text(json.dumps({"payload": {"dynamodb_stream_positions": {"a": 1}, "functions": ["f"]}}))
    _forget_stream_positions(state)
    assert json.loads(state.read_text()) == {"payload": {"functions": ["f"]}}
