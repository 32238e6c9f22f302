"""The `guanxi` command: the embedded stack, and what an operator does with it."""

import argparse
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from infra.local.faults import LocalFault

STATE = Path(".guanxi")
OUT = Path("out")
_CLEAN_FIELDS = (
    "phone", "email", "date", "money", "name", "company", "address", "country", "identifier", "industry", "text"
)  # fmt: skip


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
    clean = commands.add_parser("clean", help="clean values of one field and say why: JSON lines in and out")
    clean.add_argument(
        "field", nargs="?", choices=_CLEAN_FIELDS, metavar="FIELD", help=", ".join(_CLEAN_FIELDS)
    )
    clean.add_argument(
        "--match-key",
        choices=("name", "company", "address"),
        help="print the key that spellings of one thing share",
    )
    clean.add_argument("--plain", action="store_true", help="each line is a value as it is, not JSON")
    clean.set_defaults(run=_clean)
    return parser


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


def _clean(asked: argparse.Namespace) -> int:
    if (asked.field is None) == (asked.match_key is None):
        print("guanxi clean: either FIELD or --match-key", file=sys.stderr)
        return 2
    from infra.local.clean import clean_lines, print_match_keys

    lines, out = sys.stdin.buffer, sys.stdout.buffer
    if asked.match_key:
        return print_match_keys(asked.match_key, lines, out, is_plain=asked.plain)
    return clean_lines(asked.field, lines, out, is_plain=asked.plain)
