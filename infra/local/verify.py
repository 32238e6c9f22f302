"""`guanxi verify`: recomputes the whole base from the stored events, says what differs, and mends it when told to."""

from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from infra.local.attach import read_kept
from infra.local.import_files import settle
from infra.local.run import operator
from infra.local.session import open_session
from shared.flows.policy_in_force import read_in_force
from shared.flows.verify_base import Verified, verify_base

SHOWN: Final = 20
"""Differences that are printed."""


def verify(*, state: Path, out: Path, is_repairing: bool) -> int:
    """Prints what a pass over all customers found; exit code 1 when something differs and was not mended."""
    if is_repairing:
        folder = state if read_kept(state) else state / "run"
        with open_session(folder, out / "outbox") as session:
            now = session.fixed_at or datetime.now(UTC)
            found = verify_base(items=session.items, policy=session.policy, now=now, is_repairing=True)
            settle(session, print)
    else:
        with operator(state) as (items, _, now):
            found = verify_base(items=items, policy=read_in_force(items).policy, now=now)
    print(*verified_lines(found), sep="\n")
    return 0 if found.differing == found.repaired and not found.unreadable else 1


def verified_lines(found: Verified) -> list[str]:
    """The sum over all customers, then what differs, kind by kind and one by one."""
    lines = [
        f"{found.customers} customers = {found.equal} equal + {found.due} due for review"
        f" + {found.differing} differing + {len(found.unreadable)} unreadable; {found.repaired} mended"
    ]
    kinds = Counter(one.what for one in found.differences)
    lines += [f"  {what}: {number}" for what, number in sorted(kinds.items())]
    lines += [
        f"  {one.customer_id}  {one.what}: {one.kept} -> {one.fresh}" for one in found.differences[:SHOWN]
    ]
    return lines + [f"  {customer_id}  unreadable" for customer_id in found.unreadable[:SHOWN]]
