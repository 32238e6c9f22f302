"""Reads a policy file and refuses a bad one with the path of each fault."""

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from shared.model.errors import PolicyInvalid
from shared.policy.schema import Policy

DEFAULT = Path(__file__).with_name("default.toml")


def parse_policy(text: str) -> Policy:
    """The policy of a TOML text; PolicyInvalid names every fault as `path: what is wrong`."""
    return check_policy(read_tables(text))


def read_tables(text: str) -> dict[str, Any]:
    """The tables of a TOML text, not checked yet; PolicyInvalid where it is none."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise PolicyInvalid(f"not TOML: {error}") from error


def check_policy(tables: dict[str, Any]) -> Policy:
    """The policy of tables; PolicyInvalid names every fault as `path: what is wrong`."""
    try:
        return Policy.model_validate(tables)
    except ValidationError as error:
        faults = (
            f"{'.'.join(map(str, fault['loc'])) or 'policy'}: {fault['msg']}" for fault in error.errors()
        )
        raise PolicyInvalid("; ".join(faults)) from error


@cache
def load_policy(path: Path = DEFAULT) -> Policy:
    """The policy of a file; read once for each process."""
    return parse_policy(path.read_text(encoding="utf-8"))
