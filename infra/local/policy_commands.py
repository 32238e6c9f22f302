"""`guanxi plan`, `policy` and `simulate` on the command line; what they do is imported when it is asked for."""

import argparse
from datetime import date
from pathlib import Path


def add_forecasts(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Adds the three."""
    plan = commands.add_parser("plan", help="what another policy would change; exit code 3 over a budget")
    plan.add_argument("--policy", type=Path, metavar="NEW.toml", help="default: the one in force")
    plan.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="PATH=VALUE",
        help="one value of it, such as level.core_min_fen=40_000_000",
    )
    plan.add_argument("--json", action="store_true", help="all of it, for pipelines")
    plan.set_defaults(run=_plan)
    _add_policy(commands)
    simulate = commands.add_parser("simulate", help="a span of care over simulated customers, with a page")
    simulate.add_argument("--days", type=int, default=365, metavar="N", help="default: %(default)s")
    simulate.add_argument("--customers", type=int, default=1000, metavar="N", help="default: %(default)s")
    simulate.add_argument("--seed", type=int, default=1, metavar="N", help="the same seed, the same year")
    simulate.add_argument(
        "--from", dest="begins_on", type=date.fromisoformat, default=date(2026, 6, 30), metavar="DAY"
    )
    simulate.set_defaults(run=_simulate)


def _add_policy(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    policy = commands.add_parser("policy", help="policy versions: list, show, publish, roll back")
    asked = policy.add_subparsers(dest="asked", required=True, metavar="list|show|publish|roll-back")
    listed = asked.add_parser("list", help="every version, and every move from one to another")
    listed.set_defaults(run=_list_policies)
    show = asked.add_parser("show", help="the text of a version")
    show.add_argument("version", nargs="?", metavar="VERSION", help="default: the one in force")
    show.set_defaults(run=_show_policy)
    publish = asked.add_parser("publish", help="store a policy as a version and put it in force")
    publish.add_argument("file", type=Path, metavar="FILE.toml")
    publish.set_defaults(run=_publish_policy)
    back = asked.add_parser("roll-back", help="put a version in force again")
    back.add_argument("version", metavar="VERSION")
    back.set_defaults(run=_roll_back_policy)
    for move in (publish, back):
        move.add_argument("--by", required=True, metavar="NAME", help="who answers for it")
        move.add_argument("--note", default="", metavar="TEXT", help="why")
        move.add_argument("--expected", metavar="VERSION", help="refuse unless this one is in force")


def _plan(asked: argparse.Namespace) -> int:
    from infra.local.plan import plan_changes

    return plan_changes(
        asked.policy, asked.set, state=asked.state, language=asked.language, as_json=asked.json
    )


def _list_policies(asked: argparse.Namespace) -> int:
    from infra.local.policy import list_policies

    return list_policies(state=asked.state, language=asked.language)


def _show_policy(asked: argparse.Namespace) -> int:
    from infra.local.policy import show_policy

    return show_policy(asked.version, state=asked.state, language=asked.language)


def _publish_policy(asked: argparse.Namespace) -> int:
    from infra.local.policy import publish

    why = {"by": asked.by, "note": asked.note, "expected": asked.expected}
    return publish(asked.file, **why, state=asked.state, language=asked.language)


def _roll_back_policy(asked: argparse.Namespace) -> int:
    from infra.local.policy import roll_back

    why = {"by": asked.by, "note": asked.note, "expected": asked.expected}
    return roll_back(asked.version, **why, state=asked.state, language=asked.language)


def _simulate(asked: argparse.Namespace) -> int:
    from infra.local.simulate import simulate

    return simulate(
        asked.days,
        asked.customers,
        seed=asked.seed,
        begins_on=asked.begins_on,
        out=asked.out,
        language=asked.language,
    )
