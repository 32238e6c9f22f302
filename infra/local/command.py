"""The `guanxi` command: the embedded stack, and what an operator does with it."""

import argparse
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from infra.local.faults import LocalFault
from infra.local.line_commands import add_line_commands
from infra.local.policy_commands import add_forecasts
from infra.local.suppression_command import add_suppressions
from infra.local.task_command import add_tasks

STATE = Path(".guanxi")
OUT = Path("out")


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command; returns the exit code: 0 done, 1 failed, 2 asked in a way that is not understood."""
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # `guanxi explain ... | head` ends quietly
    asked = _parser().parse_args(arguments)
    try:
        return int(asked.run(asked))
    except LocalFault as fault:
        print(f"{type(fault).__name__}: {fault}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("stopped", file=sys.stderr)
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="guanxi", description="Customer care that runs itself.")
    parser.add_argument("--language", choices=("en", "zh"), default="en", help="of what is printed")
    parser.add_argument(
        "--state", type=Path, default=STATE, help="folder that keeps the state (default: %(default)s)"
    )
    parser.add_argument(
        "--out", type=Path, default=OUT, help="folder for reports and the outbox (default: %(default)s)"
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    demo = commands.add_parser("demo", help="run the sample files through the whole system, twice")
    demo.set_defaults(run=_demo)
    run = commands.add_parser("run", help="import files, then do what is due")
    run.add_argument("files", nargs="+", type=Path, metavar="FILE", help="CSV, XLSX or JSONL")
    run.set_defaults(run=_run)
    up = commands.add_parser("up", help="keep the embedded stack running until Ctrl-C")
    up.set_defaults(run=_up)
    explain = commands.add_parser(
        "explain", help="why a customer has each tag; why a contact was made or held"
    )
    explain.add_argument("reference", metavar="ID", help="customer id, contact id, phone or email")
    explain.set_defaults(run=_explain)
    replay = commands.add_parser("replay", help="bring quarantined records in after a fix, once")
    replay.add_argument("--reason", metavar="CODE", help="only those of this reason")
    replay.add_argument("--source", metavar="SYSTEM", help="only those of this source system")
    replay.add_argument(
        "--corrected", type=Path, metavar="FILE.csv", help="quarantine.csv with corrected cells in `value`"
    )
    replay.set_defaults(run=_replay)
    _add_base_commands(commands)
    _add_identity(commands)
    add_line_commands(commands)
    add_forecasts(commands)
    add_tasks(commands)
    add_suppressions(commands)
    return parser


def _add_base_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    consent = commands.add_parser("consent", help="what somebody agreed to, since when, by which evidence")
    consent.add_argument("reference", metavar="ID", help="customer id, contact id, phone or email")
    consent.add_argument("--json", action="store_true", help="all of it, for programs")
    consent.set_defaults(run=_consent)
    verify = commands.add_parser("verify", help="recompute the whole base from its events; say what differs")
    verify.add_argument("--repair", action="store_true", help="mend what differs")
    verify.set_defaults(run=_verify)
    recover = commands.add_parser("recover", help="after a restore, before anything runs: nothing goes twice")
    recover.add_argument("--restored-to", metavar="INSTANT", help="default: nothing was lost")
    recover.add_argument("--stopped-at", metavar="INSTANT", help="of the senders; default: now")
    recover.set_defaults(run=_recover)


# Each command imports what it needs: `guanxi --help` does not wait for AWS's SDK.


def _demo(asked: argparse.Namespace) -> int:
    from infra.local.demo import run_demo

    return run_demo(asked.out, language=asked.language)


def _run(asked: argparse.Namespace) -> int:
    from infra.local.run import run_files

    return run_files(asked.files, state=asked.state, out=asked.out, language=asked.language)


def _up(asked: argparse.Namespace) -> int:
    from infra.local.run import keep_running

    return keep_running(state=asked.state, out=asked.out)


def _explain(asked: argparse.Namespace) -> int:
    from infra.local.run import explain_reference

    return explain_reference(asked.reference, state=asked.state, language=asked.language)


def _replay(asked: argparse.Namespace) -> int:
    from infra.local.replay import Fixed, replay_quarantine

    fixed = Fixed(asked.reason, asked.source, asked.corrected)
    return replay_quarantine(fixed, state=asked.state, out=asked.out, language=asked.language)


def _consent(asked: argparse.Namespace) -> int:
    from infra.local.consent import print_consent

    return print_consent(asked.reference, state=asked.state, language=asked.language, as_json=asked.json)


def _recover(asked: argparse.Namespace) -> int:
    from infra.local.recover import recover

    return recover(asked.restored_to, asked.stopped_at, state=asked.state, language=asked.language)


def _verify(asked: argparse.Namespace) -> int:
    from infra.local.verify import verify

    return verify(state=asked.state, out=asked.out, is_repairing=asked.repair)


def _add_identity(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    review = commands.add_parser(
        "review", help="pairs that may be one person: list them, decide, take it back"
    )
    review.add_argument("review_id", nargs="?", metavar="ID", help="of a pair; to undo, also of a decision")
    review.add_argument(
        "action", nargs="?", choices=("accept", "reject", "undo"), metavar="accept|reject|undo"
    )
    review.add_argument("--by", metavar="NAME", help="who decides")
    review.add_argument("--why", default="", metavar="TEXT", help="kept with the decision")
    review.add_argument("--json", action="store_true", help="all of it, for programs")
    review.set_defaults(run=_review)
    customer = commands.add_parser("customer", help="everything about one customer, and where it comes from")
    customer.add_argument("reference", metavar="ID", help="customer id, contact id, phone or email")
    customer.add_argument("--json", action="store_true", help="all of it, for programs")
    customer.set_defaults(run=_customer)


def _review(asked: argparse.Namespace) -> int:
    if asked.action and not asked.by:
        print("guanxi review: who decides? --by NAME", file=sys.stderr)
        return 2
    from infra.local.review import Decision, decide, print_reviews

    if not asked.action:
        return print_reviews(asked.review_id, state=asked.state, language=asked.language, as_json=asked.json)
    decision = Decision(asked.review_id, asked.action, asked.by, asked.why)
    return decide(decision, state=asked.state, out=asked.out, language=asked.language, as_json=asked.json)


def _customer(asked: argparse.Namespace) -> int:
    from infra.local.customer import print_customer

    return print_customer(asked.reference, state=asked.state, language=asked.language, as_json=asked.json)
