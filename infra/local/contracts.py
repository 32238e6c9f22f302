"""Writes docs/contracts/ and docs/field-dictionary.md from the models of queue messages (R8): `make contracts`."""

import json
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from infra.local.code_paths import codes_of
from shared.cleaning.codes import CODES, FIELD_CODES, REFUSAL_CODES
from shared.model.message import (
    CONTRACT,
    EXAMPLES,
    MESSAGES,
    HintsMessage,
    OriginMessage,
    PartyMessage,
    RecordMessage,
)

_ROOT: Final = Path(__file__).parents[2]
DOCS: Final = _ROOT / "docs"
_DRAFT: Final = "https://json-schema.org/draft/2020-12/schema"
_CLEANED_BY: Final[Mapping[str, str]] = {
    "id": "clean_id",
    "version": "_read_version",
    "event_at": "clean_instant _read_event_at _replace_event_at",
    "changed_at": "clean_instant",
    "deleted": "clean_flag",
    "origin": "read_origin",
    "party.ref": "clean_id",
    "party.name": "clean_name +weak_identity",
    "party.title": "clean_text",
    "party.company": "clean_company",
    "party.industry": "clean_industry",
    "party.phone": "clean_phone",
    "party.email": "clean_email",
    "party.address": "clean_text",
    "party.country": "clean_country",
    "party.province": "clean_province",
    "party.city": "clean_city",
    "party.language": "clean_language",
    "party.birthday": "clean_past_date clean_lunar_day",
    "party.lunar_birthday": "clean_lunar_day",
    "party.employees": "clean_headcount",
    "party.first_cooperation": "clean_past_date",
    "party.id_number": "hash_id_number",
    "hints.region": "clean_country",
    "hints.zone": "_clean_zone",
    "hints.day_first": "clean_flag",
    "hints.epoch": "_clean_epoch",
    "hints.unit": "clean_text",
    "hints.mileage_unit": "clean_text",
    "amount": "_read_amount",
    "currency": "clean_currency",
    "stage": "clean_text",
    "topic": "clean_text",
    "evidence": "clean_text",
    "channel": "clean_interaction_channel",
    "consent.channel": "clean_consent_channel",
    "is_interaction": "clean_flag",
    "score": "clean_score",
    "dimension": "clean_dimension",
    "need_type": "clean_need_type",
    "priority": "clean_priority",
    "purpose": "clean_purpose",
    "action": "clean_action",
    "asset_id": "clean_asset_id",
    "product": "clean_text",
    "bought_on": "clean_past_date",
    "warranty_ends_on": "clean_end_date _read_end",
    "insurance_ends_on": "clean_end_date _read_end",
    "inspection_due_on": "clean_end_date _read_end",
    "mileage_km": "clean_mileage",
    "service_type": "clean_service_type",
    "in_warranty": "clean_in_warranty",
}
"""The functions of the cleaning room that read a field, by their names; +code is one that a caller of these adds."""
_ANY_FIELD: Final = ("not_a_value", "text_truncated")
"""What the reader says of any field: named once."""
_GROUPS: Final[Mapping[str, Any]] = {"party": PartyMessage, "hints": HintsMessage, "origin": OriginMessage}


def make_files() -> dict[str, str]:
    """Every generated file, by its path under docs/."""
    schemas = {f"contracts/{CONTRACT}/{kind}.json": _dump(make_schema(kind)) for kind in MESSAGES}
    return {
        **schemas,
        f"contracts/{CONTRACT}/index.json": _dump(_make_index()),
        "field-dictionary.md": "\n".join(_dictionary()) + "\n",
    }


def main() -> None:
    for name, content in make_files().items():
        file = DOCS / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content, encoding="utf-8")
        print(file.relative_to(DOCS.parent))


def _dump(plain: object) -> str:
    return json.dumps(plain, ensure_ascii=False, indent=2) + "\n"


# --- schemas -------------------------------------------------------------------------------------------------


def make_schema(kind: str) -> dict[str, Any]:
    """The JSON schema of one kind of message, draft 2020-12."""
    made: dict[str, Any] = _shorten(MESSAGES[kind].model_json_schema(by_alias=True))
    head = {"$schema": _DRAFT, "$id": f"urn:guanxi:{CONTRACT}:{kind}", "title": f"{CONTRACT} {kind}"}
    return {**head, **made, "examples": [EXAMPLES[kind]]}


def _shorten(node: Any) -> Any:
    """Shorter: without pydantic's titles, which repeat the names (a property called `title` stays), and types as a list."""
    if isinstance(node, list):
        return [_shorten(inner) for inner in node]
    if not isinstance(node, dict):
        return node
    kept = {name: inner for name, inner in node.items() if name != "title" or not isinstance(inner, str)}
    choices = kept.get("anyOf")
    if isinstance(choices, list) and all(choice.keys() == {"type"} for choice in choices):
        types = [choice["type"] for choice in kept.pop("anyOf")]
        # A number may be whole.
        kept = {"type": [name for name in types if name != "integer"], **kept}
    return {name: _shorten(inner) for name, inner in kept.items()}


def _make_index() -> dict[str, Any]:
    return {
        "$schema": _DRAFT,
        "$id": f"urn:guanxi:{CONTRACT}",
        "title": f"{CONTRACT}: one message of the records queue",
        "description": "Chosen by `kind`. Keys that are not named are ignored.",
        "x-description-zh": "按 kind 选用；未列出的键不予理会。",
        "oneOf": [{"$ref": f"urn:guanxi:{CONTRACT}:{kind}"} for kind in MESSAGES],
        "x-files": {kind: f"{kind}.json" for kind in MESSAGES},
    }


# --- dictionary ----------------------------------------------------------------------------------------------

_INTRO: Final = f"""\
# Field dictionary · 字段字典

Made by `make contracts` from `shared/model/message.py`; do not edit. One JSON message for each record on the records queue; the
JSON schemas stand in `contracts/{CONTRACT}/`. Values may be text, number, boolean or null, as messy as they are: a bad field is
refused with its reason and the record lives. Keys that are not listed are ignored. `schema`, `system`, `kind` and `party` must be
there.

由 `make contracts` 依据 `shared/model/message.py` 生成，请勿手工修改。记录队列中每条记录为一个 JSON 消息，格式见
`contracts/{CONTRACT}/`。各值可为文字、数字、布尔或空值；不合格的字段附原因单独拒绝，记录照常使用。未列出的键不予理会。
`schema`、`system`、`kind`、`party` 为必填。
"""
_FIELDS: Final = """
## Fields · 字段

Where no kind is named, every kind has the field. On any field: `not_a_value`, `text_truncated`.
未注明类型的字段各类记录均有。任何字段都可能出现 `not_a_value`、`text_truncated`。
"""
_HEADINGS: Final = """
## Headings of files · 文件表头

Compared without case, spaces and what stands in brackets (`shared/importing/columns.toml`). A heading in brackets here may mean
several fields: it is the first that no other heading takes.
不区分大小写、空格与括号内容；此处加括号的表头可对应多个字段，取未被占用的第一个。
"""


def _dictionary() -> Iterator[str]:
    yield _INTRO
    yield "## Kinds · 记录类型\n"
    yield from _table(("kind", "what it is", "schema"), _kind_rows())
    yield _FIELDS
    yield from _table(
        ("field", "kinds", "type", "meaning", "含义", "examples · 示例", "issue codes · 问题代码"),
        _field_rows(),
    )
    yield _HEADINGS
    yield from _table(("field", "headings read as it · 识别为该字段的表头"), _heading_rows())
    yield "\n## Issue codes of fields · 字段问题代码\n"
    yield from _table(("code", "severity", "meaning", "含义"), _code_rows(FIELD_CODES))
    yield "\n## Reasons of refusal of a whole record · 整条拒绝的原因\n"
    yield from _table(("code", "severity", "meaning", "含义"), _code_rows(REFUSAL_CODES))


def _table(heads: Sequence[str], rows: Iterator[Sequence[str]]) -> Iterator[str]:
    yield f"| {' | '.join(heads)} |"
    yield f"|{'---|' * len(heads)}"
    for row in rows:
        cells = [cell.replace("|", "\\|") for cell in row]
        yield f"| {' | '.join(cells)} |"


def _kind_rows() -> Iterator[Sequence[str]]:
    for kind, model in MESSAGES.items():
        said = " ".join((model.__doc__ or "").split())
        yield f"`{kind}`", said, f"[{kind}.json](contracts/{CONTRACT}/{kind}.json)"


def dictionary_fields() -> dict[str, tuple[dict[str, Any], tuple[str, ...]]]:
    """Each field by its path, with its schema and the kinds that have it (none: every kind)."""
    common = {name: (spec, ()) for name, spec in _properties(RecordMessage).items()}
    grouped = {
        f"{group}.{name}": (spec, ())
        for group, model in _GROUPS.items()
        for name, spec in _properties(model).items()
    }
    own: dict[str, tuple[dict[str, Any], tuple[str, ...]]] = {}
    for kind, message in MESSAGES.items():
        for name, spec in _properties(message).items():
            if name not in common and name != "kind":
                path = "consent.channel" if (kind, name) == ("consent", "channel") else name
                own[path] = (spec, (*own.get(path, (spec, ()))[1], kind))
    return {**common, **grouped, **own}


def _properties(model: Any) -> dict[str, dict[str, Any]]:
    properties: dict[str, dict[str, Any]] = model.model_json_schema(by_alias=True)["properties"]
    return properties


def _field_rows() -> Iterator[Sequence[str]]:
    for path, (spec, kinds) in dictionary_fields().items():
        examples = ", ".join(f"`{json.dumps(one, ensure_ascii=False)}`" for one in spec.get("examples", ()))
        codes = ", ".join(f"`{code}`" for code in field_codes(path))
        name = path.removeprefix("consent.")
        meaning = (spec["description"], spec["x-description-zh"])
        yield f"`{name}`", ", ".join(kinds), _type(spec), *meaning, examples, codes


def field_codes(path: str) -> list[str]:
    """The issue codes that may arise on a field, besides those that may on any."""
    found = _CLEANED_BY.get(path, "").split()
    named = {word.removeprefix("+") for word in found if word.startswith("+")}
    told = {code for word in found if not word.startswith("+") for code in codes_of(word, CODES)}
    return sorted((named | told) - {*_ANY_FIELD})


def _type(spec: Mapping[str, Any]) -> str:
    if "$ref" in spec or any("$ref" in one for one in spec.get("anyOf", ())):
        return "object"
    if "enum" in spec:
        return " or ".join(f"`{json.dumps(one)}`" for one in spec["enum"])
    return "text" if spec.get("type") == "string" else "any value"


def _heading_rows() -> Iterator[Sequence[str]]:
    headings = _read_headings()
    for path in dictionary_fields():
        words = headings.get(path.rpartition(".")[2])
        if words and not path.startswith(("hints.", "origin.", "consent.")):
            yield f"`{path}`", "、".join(words)
    for name in sorted(headings):
        if name.startswith(("consent_", "optout_")):
            yield f"consent record ({name})", "、".join(headings[name])


def _read_headings() -> dict[str, list[str]]:
    """The headings that are read as a field, by its name; those that may mean several fields stand last."""
    vocabulary = tomllib.loads((_ROOT / "shared" / "importing" / "columns.toml").read_text(encoding="utf-8"))
    headings: dict[str, list[str]] = {name: list(words) for name, words in vocabulary["columns"].items()}
    for word, fields in vocabulary["ambiguous"].items():
        for name in fields:
            headings[name].append(f"({word})")
    return headings


def _code_rows(codes: Mapping[str, Any]) -> Iterator[Sequence[str]]:
    for code, told in codes.items():
        yield f"`{code}`", str(told.severity), told.en, told.zh


if __name__ == "__main__":
    main()
