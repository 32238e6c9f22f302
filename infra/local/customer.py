"""`guanxi customer ID`: everything about one customer, and where each part comes from."""

import json
from pathlib import Path

from pydantic_core import to_jsonable_python

from infra.local.faults import LocalFault
from infra.local.present import as_language
from infra.local.run import operator
from shared.flows.view_customer import view_customer
from shared.insight.customer_text import customer_lines
from shared.insight.customer_view import CustomerView, view_to_plain
from shared.insight.review_view import Bounds
from shared.policy.load import load_policy


class NobodyKnown(LocalFault):
    """Nobody is known under the reference."""


def print_customer(reference: str, *, state: Path, language: str, as_json: bool) -> int:
    """Prints the whole view; exit code 1 when nobody is known under the reference."""
    policy = load_policy()
    with operator(state) as (items, key, now):
        view = view_customer(reference, items=items, key=key, policy=policy, now=now)
    if view is None:
        raise NobodyKnown(f"nothing is known under {reference!r}")
    bounds = Bounds(policy.matching.review_bits, policy.matching.link_bits)
    lines = customer_lines(view, bounds, as_language(language))
    print(customer_json(view) if as_json else "\n".join(lines))
    return 0


def customer_json(view: CustomerView) -> str:
    return json.dumps(to_jsonable_python(view_to_plain(view), fallback=str), ensure_ascii=False, indent=1)
