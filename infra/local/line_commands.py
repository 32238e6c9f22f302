"""Commands that need no state: lines or files in, lines or files out. What they do is imported when it is asked for."""

import argparse
import sys
from pathlib import Path

_CLEAN_FIELDS = (
    "phone", "email", "date", "money", "name", "company", "address", "country", "identifier", "industry", "text",
    "mileage", "lunar_birthday", "employees", "asset_id", "service_type", "in_warranty",
)  # fmt: skip


def add_line_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Adds clean, tag, hours, sms, reply, template, preview, dedupe and learn."""
    _add_clean(commands)
    _add_tag(commands)
    _add_message_commands(commands)
    _add_matching(commands)


def _add_clean(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
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


def _add_message_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    hours = commands.add_parser("hours", help="send now or defer until when: JSON lines in and out")
    hours.set_defaults(run=_hours)
    sms = commands.add_parser("sms", help="encoding, units and segments of SMS texts: JSON lines in and out")
    sms.add_argument(
        "--mode", choices=("keep", "punct", "latin"), default="keep", help="how a text is made cheaper"
    )
    sms.set_defaults(run=_sms)
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


def _clean(asked: argparse.Namespace) -> int:
    if (asked.field is None) == (asked.match_key is None):
        print("guanxi clean: either FIELD or --match-key", file=sys.stderr)
        return 2
    from infra.local.clean import clean_lines, print_match_keys

    lines, out = sys.stdin.buffer, sys.stdout.buffer
    if asked.match_key:
        return print_match_keys(asked.match_key, lines, out, is_plain=asked.plain)
    return clean_lines(asked.field, lines, out, is_plain=asked.plain)


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


def _check_template(_: argparse.Namespace) -> int:
    from infra.local.template_check import check_lines

    return check_lines(sys.stdin.buffer, sys.stdout.buffer)


def _lint_templates(asked: argparse.Namespace) -> int:
    from infra.local.preview import print_findings

    return print_findings(language=asked.language)


def _preview(asked: argparse.Namespace) -> int:
    from infra.local.preview import write_preview

    return write_preview(asked.out, language=asked.language)


def _dedupe(asked: argparse.Namespace) -> int:
    from infra.local.dedupe import dedupe_file

    return dedupe_file(
        asked.file, asked.clusters, id_column=asked.id_column, review=asked.review, weights=asked.weights
    )


def _learn_weights(asked: argparse.Namespace) -> int:
    from infra.local.dedupe import learn_file

    return learn_file(asked.file, asked.learned, weights=asked.weights)
