"""The `guanxi` command: the embedded stack, and what an operator does with it."""

import argparse
import signal
import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from infra.local.faults import LocalFault
from infra.local.suppression_command import add_suppressions
from infra.local.task_command import add_tasks

STATE = Path(".guanxi")
OUT = Path("out")
_CLEAN_FIELDS = (
    "phone", "email", "date", "money", "name", "company", "address", "country", "identifier", "industry", "text",
    "mileage", "lunar_birthday", "employees", "asset_id", "service_type", "in_warranty",
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
    _add_tag(commands)
    _add_forecast_commands(commands)
    _add_message_commands(commands)
    _add_matching(commands)
    _add_identity(commands)
    add_tasks(commands)
    add_suppressions(commands)
    return parser


def _add_message_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    hours = commands.add_parser("hours", help="send now or defer until when: JSON lines in and out")
    hours.set_defaults(run=_hours)
    sms = commands.add_parser("sms", help="encoding, units and segments of SMS texts: JSON lines in and out")
    sms.add_argument(
        "--mode", choices=("keep", "punct", "latin"), default="keep", help="how a text is made cheaper"
    )
    sms.set_defaults(run=_sms)
    consent = commands.add_parser("consent", help="what somebody agreed to, since when, by which evidence")
    consent.add_argument("reference", metavar="ID", help="customer id, contact id, phone or email")
    consent.add_argument("--json", action="store_true", help="all of it, for programs")
    consent.set_defaults(run=_consent)
    reply = commands.add_parser("reply", help="what replies to an SMS ask for: JSON lines in and out")
    reply.set_defaults(run=_reply)
    template = commands.add_parser("template", help="check templates of messages (docs/messages.md)")
    asked = template.add_subparsers(dest="asked", required=True, metavar="check|lint")
    check = asked.add_parser("check", help="may a template be used, how does it look: JSON lines in and out")
    check.set_defaults(run=_check_template)
    lint = asked.add_parser(
        "lint", help="what to mend in the packaged templates; fails when something must be"
    )
    lint.set_defaults(run=_lint_templates)
    preview = commands.add_parser("preview", help="every template for every locale on one page: preview.html")
    preview.set_defaults(run=_preview)


def _add_forecast_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
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


def _add_tag(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    tag = commands.add_parser("tag", help="tags of customers told one JSON object a line (docs/tags.md)")
    tag.add_argument("file", type=Path, metavar="FILE.jsonl", help="- reads standard input")
    tag.add_argument("--as-of", required=True, metavar="INSTANT", help="such as 2026-06-30T00:00+08:00")
    tag.add_argument(
        "--zone", metavar="ZONE", help="of local days (default: the policy's), such as Asia/Shanghai"
    )
    tag.add_argument(
        "--policy", type=Path, metavar="FILE.toml", help="thresholds (default: the built-in ones)"
    )
    tag.add_argument(
        "--explain", action="store_true", help="add rule, inputs, threshold and margin of each tag"
    )
    tag.set_defaults(run=_tag)
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


def _clean(asked: argparse.Namespace) -> int:
    if (asked.field is None) == (asked.match_key is None):
        print("guanxi clean: either FIELD or --match-key", file=sys.stderr)
        return 2
    from infra.local.clean import clean_lines, print_match_keys

    lines, out = sys.stdin.buffer, sys.stdout.buffer
    if asked.match_key:
        return print_match_keys(asked.match_key, lines, out, is_plain=asked.plain)
    return clean_lines(asked.field, lines, out, is_plain=asked.plain)


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


def _tag(asked: argparse.Namespace) -> int:
    from infra.local.tag import tag_file

    return tag_file(asked.file, asked.as_of, zone=asked.zone, policy=asked.policy, is_explained=asked.explain)


def _hours(_: argparse.Namespace) -> int:
    from infra.local.hours import hours_lines

    return hours_lines(sys.stdin.buffer, sys.stdout.buffer)


def _sms(asked: argparse.Namespace) -> int:
    from infra.local.sms import sms_lines

    return sms_lines(sys.stdin.buffer, sys.stdout.buffer, mode=asked.mode)


def _reply(_: argparse.Namespace) -> int:
    from infra.local.reply import reply_lines

    return reply_lines(sys.stdin.buffer, sys.stdout.buffer)


def _consent(asked: argparse.Namespace) -> int:
    from infra.local.consent import print_consent

    return print_consent(asked.reference, state=asked.state, language=asked.language, as_json=asked.json)


def _check_template(_: argparse.Namespace) -> int:
    from infra.local.template_check import check_lines

    return check_lines(sys.stdin.buffer, sys.stdout.buffer)


def _recover(asked: argparse.Namespace) -> int:
    from infra.local.recover import recover

    return recover(asked.restored_to, asked.stopped_at, state=asked.state, language=asked.language)


def _verify(asked: argparse.Namespace) -> int:
    from infra.local.verify import verify

    return verify(state=asked.state, out=asked.out, is_repairing=asked.repair)


def _add_matching(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    dedupe = commands.add_parser(
        "dedupe",
        help="find the rows of a table that are one person; needs no labels",
        epilog="Writes one line for each row, in the order of the file: its number (the heading is row 1, so the first"
        " person is row 2; `SHEET:ROW` where there are several sheets) or its --id, and its cluster. Columns are known"
        " by their headings, such as given_name, surname, name, date_of_birth, sex, phone, email, company, street,"
        " suburb, city, postcode, id_number; 姓名, 手机, 邮箱, 生日, 地址, 公司, 身份证号.",
    )
    dedupe.add_argument("file", type=Path, metavar="FILE", help="CSV, XLSX, JSONL, also packed (.gz, .zip)")
    dedupe.add_argument("--out", dest="clusters", type=Path, required=True, metavar="CLUSTERS.csv")
    dedupe.add_argument(
        "--id",
        dest="id_column",
        metavar="COLUMN",
        help="name rows by the cells of this column, which is not compared",
    )
    dedupe.add_argument(
        "--review", type=Path, metavar="PAIRS.csv", help="write the pairs a person should look at"
    )
    dedupe.add_argument("--weights", type=Path, metavar="FILE.json", help="start from weights learned before")
    dedupe.set_defaults(run=_dedupe)
    learn = commands.add_parser(
        "learn", help="learn what agreement is worth in a table of people, without labels"
    )
    learn.add_argument("file", type=Path, metavar="FILE", help="as for dedupe")
    learn.add_argument("--out", dest="learned", type=Path, required=True, metavar="WEIGHTS.json")
    learn.add_argument("--weights", type=Path, metavar="FILE.json", help="start from these weights")
    learn.set_defaults(run=_learn_weights)


def _dedupe(asked: argparse.Namespace) -> int:
    from infra.local.dedupe import dedupe_file

    return dedupe_file(
        asked.file, asked.clusters, id_column=asked.id_column, review=asked.review, weights=asked.weights
    )


def _learn_weights(asked: argparse.Namespace) -> int:
    from infra.local.dedupe import learn_file

    return learn_file(asked.file, asked.learned, weights=asked.weights)


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


def _lint_templates(asked: argparse.Namespace) -> int:
    from infra.local.preview import print_findings

    return print_findings(language=asked.language)


def _preview(asked: argparse.Namespace) -> int:
    from infra.local.preview import write_preview

    return write_preview(asked.out, language=asked.language)
