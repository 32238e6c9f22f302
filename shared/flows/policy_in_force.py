"""The policy that is in force: the version that the pointer names, else the packaged one."""

from dataclasses import dataclass

from shared.model.errors import PolicyInvalid
from shared.policy.load import load_policy, parse_policy
from shared.policy.schema import Policy
from shared.ports import Items
from shared.store.policies import Pointer, read_pointer, read_version


@dataclass(frozen=True, slots=True)
class InForce:
    """A policy and the move of the pointer that it was read by; 0: nothing was published."""

    policy: Policy
    number: int = 0
    fault: str = ""
    """Why it is not the version that the pointer names: `policy_invalid`, `policy_missing`."""


def read_in_force(items: Items, kept: InForce | None = None) -> InForce:
    """The policy in force, read again only when the pointer has moved.

    A version that is gone, or that this code refuses (it was published under another), stops nobody: `kept` goes on,
    else the packaged policy, and `fault` says so. Raises only StoreBusy.
    """
    pointer = read_pointer(items)
    if pointer is None:
        return InForce(load_policy())
    if kept is not None and kept.number == pointer.number:
        return kept
    return _read_pointed(items, pointer, kept)


def _read_pointed(items: Items, pointer: Pointer, kept: InForce | None) -> InForce:
    last_good = kept.policy if kept is not None else load_policy()
    version = read_version(items, pointer.version)
    if version is None:
        return InForce(last_good, pointer.number, "policy_missing")
    try:
        return InForce(parse_policy(version.text), pointer.number)
    except PolicyInvalid as refused:
        return InForce(last_good, pointer.number, refused.code)
