"""`guanxi plan`: what another policy would do to the whole base, before it is published."""

import json
from collections.abc import Sequence
from pathlib import Path

from infra.local.faults import LocalFault
from infra.local.present import as_language
from infra.local.run import operator
from shared.flows.look_ahead import plan_policy
from shared.flows.read_base import read_base
from shared.insight.outlook_text import diff_lines, diff_plain
from shared.model.errors import PolicyInvalid
from shared.model.instants import local_day
from shared.policy.change import change_policy
from shared.policy.load import DEFAULT, check_policy, load_policy, read_tables
from shared.policy.schema import Policy

OVER_BUDGET = 3


class PolicyRefused(LocalFault):
    """The policy under test is not one; the message has the path of each fault."""


def plan_changes(
    file: Path | None, settings: Sequence[str], *, state: Path, language: str, as_json: bool
) -> int:
    """Prints what would change; exit code 3 when a week of the new policy goes over one of its budgets."""
    old, new = load_policy(), _changed_policy(file, settings)
    with operator(state) as (items, key, now):
        base = tuple(read_base(items, local_day(now, old.tenant.tz)))
    diff = plan_policy(base, old, new, key, now)
    if as_json:
        print(json.dumps(diff_plain(diff), ensure_ascii=False, indent=1))
    else:
        begins_on, days, shown = local_day(now, old.tenant.tz), new.forecast.days, new.forecast.shown
        lines = diff_lines(
            diff, begins_on=begins_on.isoformat(), days=days, shown=shown, language=as_language(language)
        )
        print(*lines, sep="\n")
    return OVER_BUDGET if diff.breaches else 0


def _changed_policy(file: Path | None, settings: Sequence[str]) -> Policy:
    try:
        text = (file or DEFAULT).read_text(encoding="utf-8")
        return check_policy(change_policy(read_tables(text), settings))
    except (PolicyInvalid, OSError, UnicodeDecodeError) as fault:
        raise PolicyRefused(str(fault)) from fault
