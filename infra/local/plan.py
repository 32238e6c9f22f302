"""`guanxi plan`: what another policy would do to the whole base, before it is published."""

import json
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from infra.local.in_processes import map_in_processes
from infra.local.policy import PolicyRefused
from infra.local.present import as_language
from infra.local.run import operator
from shared.flows.look_ahead import plan_policy
from shared.flows.policy_in_force import read_in_force
from shared.flows.publish_policy import operate_policy
from shared.flows.read_base import read_base
from shared.insight.outlook_text import diff_lines, diff_plain
from shared.model.errors import PolicyInvalid
from shared.model.instants import local_day
from shared.policy.change import change_policy
from shared.policy.load import check_policy, read_tables
from shared.policy.schema import Policy
from shared.ports import Items

OVER_BUDGET = 3


def plan_changes(
    file: Path | None, settings: Sequence[str], *, state: Path, language: str, as_json: bool
) -> int:
    """Prints what would change; exit code 3 when a week of the new policy goes over one of its budgets."""
    with operator(state) as (items, key, now):
        old = read_in_force(items).policy
        new = _changed_policy(_read(file, items, now), settings)
        base = read_base(items, local_day(now, old.tenant.tz))
        diff = plan_policy(base, old, new, key, now, foresee_all=map_in_processes)
    if as_json:
        print(json.dumps(diff_plain(diff), ensure_ascii=False, indent=1))
    else:
        begins_on, days, shown = local_day(now, old.tenant.tz), new.forecast.days, new.forecast.shown
        lines = diff_lines(
            diff, begins_on=begins_on.isoformat(), days=days, shown=shown, language=as_language(language)
        )
        print(*lines, sep="\n")
    return OVER_BUDGET if diff.breaches else 0


def _read(file: Path | None, items: Items, now: datetime) -> str:
    """The text of the file, else of the version in force."""
    if file is None:
        return str(operate_policy({"action": "policy"}, items=items, now=now)["toml"])
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as fault:
        raise PolicyRefused(str(fault)) from fault


def _changed_policy(text: str, settings: Sequence[str]) -> Policy:
    try:
        tables = read_tables(text)
        changed = change_policy(tables, settings)
        if settings and changed.get("version") == tables.get("version"):
            changed["version"] = f"{changed.get('version')}+"  # not the one that is known by this name
        return check_policy(changed)
    except PolicyInvalid as fault:
        raise PolicyRefused(str(fault)) from fault
