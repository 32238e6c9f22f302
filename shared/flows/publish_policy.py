"""Publishes policies and takes them back: each version is stored once and for ever, and a pointer says which is in force.

Whoever moves the pointer says where it stood; of two at once, one is refused. The sweep then wakes everybody
(shared/flows/wake_base.py).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final

from shared.model.errors import PolicyInvalid
from shared.model.instants import to_iso
from shared.policy.load import DEFAULT, load_policy, parse_policy
from shared.policy.schema import Policy
from shared.ports import Done, Items, Write
from shared.store.policies import (
    Pointer,
    Version,
    move_pointer,
    put_version,
    read_moves,
    read_pointer,
    read_version,
    read_versions,
)

Answer = dict[str, Any]
Request = Mapping[str, Any]

DEPLOYED: Final = (
    "tenant.id",  # part of every customer and contact id
    "due.shards",  # customers in a shard that is no longer read would never be due
    "due.sweep_minutes",  # stands in the template
    "sending.function_timeout_s",
    "sending.visibility_s",
    "cleaning.key_secret_name",
)
"""Values that belong to the deployment: they change with the package, never by publishing."""


@dataclass(frozen=True, slots=True)
class Move:
    """Who wants the pointer to stand elsewhere, why, and where it stood when that was decided (None: as read)."""

    by: str
    note: str
    at: datetime
    expected: str | None = None


def operate_policy(request: Request, *, items: Items, now: datetime) -> Answer:
    """What came of a request; KeyError names an argument that is missing."""
    return _ACTIONS[str(request["action"])](request, items, now)


def publish_policy(text: str, move: Move, items: Items) -> Answer:
    """Stores the policy of a TOML text under its version and puts it in force; a refusal says why, as a code."""
    try:
        policy = parse_policy(text)
    except PolicyInvalid as fault:
        return {"error": fault.code, "detail": str(fault)}
    if differing := _deployed_differences(policy):
        return {"error": "belongs_to_the_deployment", "paths": differing}
    version = Version(policy.version, text, move.by, move.note, move.at)
    known = _read_known(policy.version, move.at, items)
    if known is not None and known.digest != version.digest:
        return {"error": "version_taken", "version": version.version, "by": known.by, "at": to_iso(known.at)}
    try:
        new = [] if known is not None else [put_version(version)]
    except ValueError:
        return {"error": "too_large"}
    return _move_to(policy, new, move, items)


def roll_back_policy(version: str, move: Move, items: Items) -> Answer:
    """Puts a version that was published before in force again."""
    known = _read_known(version, move.at, items)
    if known is None:
        return {"error": "unknown_version", "versions": [one.version for one in read_versions(items)]}
    try:
        policy = parse_policy(known.text)
    except PolicyInvalid as fault:
        return {"error": fault.code, "detail": str(fault)}
    if differing := _deployed_differences(policy):
        return {"error": "belongs_to_the_deployment", "paths": differing}
    return _move_to(policy, [], move, items)


def _move_to(policy: Policy, new: Sequence[Write], move: Move, items: Items) -> Answer:
    pointer = read_pointer(items)
    standing = _version_of(pointer)
    if move.expected not in (None, standing):
        return {"error": "not_as_expected", "in_force": standing}
    if standing == policy.version:
        return {"in_force": standing, "moved": False}
    number = 1 if pointer is None else pointer.number + 1
    to = Pointer(policy.version, number, standing, move.by, move.note, move.at)
    # What was in force before the first move is kept, so that it can be rolled back to.
    first = [put_version(_packaged(move.at))] if pointer is None else []
    if not isinstance(items.transact([*move_pointer(to, seen=pointer), *new, *first]), Done):
        return {"error": "moved_meanwhile", "in_force": _version_of(read_pointer(items))}
    return {"in_force": to.version, "previous": standing, "moved": True, "number": number}


# --- the packaged policy, which nobody published -------------------------------------------------------------


def _version_of(pointer: Pointer | None) -> str:
    return load_policy().version if pointer is None else pointer.version


def _read_known(version: str, at: datetime, items: Items) -> Version | None:
    """A stored version, or the packaged one as long as it is in force: its number is taken too."""
    found = read_version(items, version)
    if found is None and version == load_policy().version and read_pointer(items) is None:
        return _packaged(at)
    return found


def _packaged(at: datetime) -> Version:
    return Version(load_policy().version, DEFAULT.read_text(encoding="utf-8"), "package", "", at)


def _deployed_differences(policy: Policy) -> list[str]:
    ours = load_policy()
    return [path for path in DEPLOYED if _value_at(policy, path) != _value_at(ours, path)]


def _value_at(policy: Policy, path: str) -> object:
    table, name = path.split(".")
    value: object = getattr(getattr(policy, table), name)
    return value


# --- what an operator asks -----------------------------------------------------------------------------------


def _publish(request: Request, items: Items, now: datetime) -> Answer:
    return publish_policy(str(request["toml"]), _move(request, now), items)


def _roll_back(request: Request, items: Items, now: datetime) -> Answer:
    return roll_back_policy(str(request["version"]), _move(request, now), items)


def _move(request: Request, now: datetime) -> Move:
    expected = request.get("expected")
    by = str(request["by"]).strip()
    if not by:
        raise KeyError("by")
    return Move(by, str(request.get("note", "")), now, None if expected is None else str(expected))


def _list(request: Request, items: Items, now: datetime) -> Answer:
    pointer, stored = read_pointer(items), read_versions(items)
    versions = stored if pointer is not None else (_packaged(now),)
    return {
        "in_force": _version_of(pointer),
        "versions": [{**_told(one), "is_in_force": one.version == _version_of(pointer)} for one in versions],
        "moves": [{**asdict(move), "at": to_iso(move.at)} for move in read_moves(items)],
    }


def _one(request: Request, items: Items, now: datetime) -> Answer:
    """The version that is asked for, else the one in force."""
    version = str(request.get("version") or _version_of(read_pointer(items)))
    found = _read_known(version, now, items)
    if found is None:
        return {"error": "unknown_version", "versions": [one.version for one in read_versions(items)]}
    return {**_told(found), "toml": found.text}


def _told(version: Version) -> Answer:
    return {
        "version": version.version,
        "digest": version.digest,
        "by": version.by,
        "note": version.note,
        "at": to_iso(version.at),
    }


_ACTIONS: dict[str, Callable[[Request, Items, datetime], Answer]] = {
    "publish_policy": _publish,
    "roll_back_policy": _roll_back,
    "policies": _list,
    "policy": _one,
}
POLICY_ACTIONS = frozenset(_ACTIONS)
