"""The published contract of queue messages: fresh, complete, and true of what importing writes and cleaning takes."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from events.samples.generate import FILES
from infra.local.contracts import DOCS, dictionary_fields, field_codes, make_files, make_schema
from shared.cleaning.record import clean_record
from shared.importing.problems import RowProblem
from shared.importing.read_file import read_rows
from shared.importing.rows import rows_to_records
from shared.insight.words import FIELDS
from shared.model.issues import Severity
from shared.model.message import EXAMPLES, MESSAGES
from shared.model.record import RECORD_KINDS, Consent, Order, record_adapter
from shared.policy.load import load_policy

EVENTS = Path(__file__).parents[2] / "events" / "ingest_records"
POLICY = load_policy()
AT = datetime(2026, 6, 30, 2, tzinfo=UTC)
KEY = b"a key for tests only, 32 bytes !"


@pytest.mark.parametrize("name", sorted(make_files()))
def test_the_committed_contract_is_what_the_models_say(name: str) -> None:
    """When this fails: `make contracts`."""
    assert (DOCS / name).read_text(encoding="utf-8") == make_files()[name]


def test_no_file_of_an_older_contract_is_left() -> None:
    kept = {file.relative_to(DOCS).as_posix() for file in (DOCS / "contracts").rglob("*.json")}
    assert kept == {name for name in make_files() if name.endswith(".json")}


def test_there_is_a_model_for_every_kind_with_an_example_that_is_taken_in_whole() -> None:
    assert {*MESSAGES} == {*EXAMPLES} == {*RECORD_KINDS}
    for kind, example in EXAMPLES.items():
        MESSAGES[kind].model_validate(example)
        cleaned = clean_record(example, policy=POLICY, received_at=AT, key=KEY)
        assert cleaned.record is not None
        assert cleaned.record.kind == kind
        assert [issue for issue in cleaned.issues if issue.severity is Severity.REFUSED] == []


def test_every_field_of_the_clean_record_has_its_field_in_the_message() -> None:
    derived = {"kind", "recorded_at", "amount_fen", "party", "origin"}
    paths = {path.removeprefix("consent.") for path in dictionary_fields()}
    for kind in (*record_adapter.json_schema()["$defs"].values(),):
        for name in kind.get("properties", {}):
            plain = name.removesuffix("_on").removesuffix("_hash")
            assert {name, plain, f"party.{plain}", f"origin.{plain}"} & paths or name in derived, name
    assert {"amount", "currency"} <= paths & {*MESSAGES["order"].model_fields}
    assert Order.model_fields.keys() != Consent.model_fields.keys()


def test_every_field_is_described_in_both_languages() -> None:
    for path, (spec, _) in dictionary_fields().items():
        assert spec["description"].isascii(), path
        assert not spec["x-description-zh"].isascii(), path


def test_reports_name_every_field_in_words() -> None:
    """What says how to read a record, not what it says, needs none."""
    technical = {"schema", "occurrence", "party", "hints"}
    for path in dictionary_fields():
        if path not in technical and not path.startswith(("hints.", "origin.")):
            assert path.rpartition(".")[2] in FIELDS, path


@pytest.mark.parametrize("kind", MESSAGES)
def test_a_schema_stands_alone(kind: str) -> None:
    schema = make_schema(kind)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert {*schema["required"]} == {"schema", "system", "kind", "party"}
    text = json.dumps(schema)
    assert text.count('"$ref"') == text.count('"#/$defs/')


def sample_messages() -> Iterator[Any]:
    for file in sorted(EVENTS.glob("*.json")):
        if file.stem != "poison":
            for record in json.loads(file.read_text(encoding="utf-8"))["Records"]:
                if record["body"].startswith('{"'):
                    yield json.loads(record["body"])


def test_every_sample_message_keeps_the_contract() -> None:
    messages = list(sample_messages())
    assert len(messages) >= 8
    for message in messages:
        MESSAGES[message["kind"]].model_validate(message)


@cache
def imported() -> tuple[dict[str, Any], ...]:
    """Every message that the importer makes of the sample files."""
    return tuple(
        found
        for name, make in FILES.items()
        for found in rows_to_records(read_rows(name, BytesIO(make())), file=name, job_id="job")
        if not isinstance(found, RowProblem)
    )


def test_everything_that_importing_writes_keeps_the_contract() -> None:
    assert len(imported()) > 1000
    for message in imported():
        MESSAGES[message["kind"]].model_validate(message)


def test_the_dictionary_names_every_code_that_the_samples_bring_up() -> None:
    for message in imported():
        for issue in clean_record(message, policy=POLICY, received_at=AT, key=KEY).issues:
            path = issue.field
            if path == "channel" and message["kind"] == "consent":
                path = "consent.channel"
            assert issue.code in {*field_codes(path), "not_a_value", "text_truncated"}, (path, issue.code)


@pytest.mark.parametrize(
    "broken",
    [
        pytest.param({"schema": 2}, id="another version"),
        pytest.param({"kind": "sale"}, id="another kind"),
        pytest.param({"system": "a#b"}, id="a system that parts keys"),
        pytest.param({"system": None}, id="no system"),
        pytest.param({"party": None}, id="nobody"),
        pytest.param({"party": {"phone": ["1"]}}, id="a list for a value"),
        pytest.param({"amount": {"value": 1}}, id="an object for a value"),
        pytest.param({"id": True}, id="a boolean for an id"),
    ],
)
def test_a_message_of_another_shape_breaks_the_contract(broken: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        MESSAGES["order"].model_validate({**EXAMPLES["order"], **broken})
