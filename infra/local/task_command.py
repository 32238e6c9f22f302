"""`guanxi task` on the command line; what it does is imported when it is asked for."""

import argparse
from pathlib import Path


def add_tasks(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Adds the command with its three parts."""
    task = commands.add_parser("task", help="tasks of people: list, show, done (docs/tasks.md)")
    asked = task.add_subparsers(dest="asked", required=True, metavar="list|show|done")
    listed = asked.add_parser("list", help="open tasks by deadline")
    listed.add_argument("--owner", metavar="NAME", help="only those of this person, by name or address")
    listed.set_defaults(run=_list_tasks)
    show = asked.add_parser("show", help="one task, and what to know before")
    show.add_argument("case_id", metavar="ID")
    show.set_defaults(run=_show_task)
    done = asked.add_parser("done", help="record what came of a task, once")
    done.add_argument("case_id", metavar="ID")
    done.add_argument("--outcome", required=True, choices=("done", "no_answer", "refused"))
    done.add_argument("--by", required=True, metavar="NAME", help="who did it")
    done.add_argument("--note", default="", metavar="TEXT", help="kept with the task alone")
    done.add_argument(
        "--minutes", type=Path, metavar="FILE", help="a point a line: `text`, or `text | owner | 2026-12-01`"
    )
    done.add_argument("--at", metavar="INSTANT", help="when it was, with offset (default: now)")
    done.add_argument("--do-not-call", action="store_true", help="the customer wants no calls any more")
    done.set_defaults(run=_finish_task)


def _list_tasks(asked: argparse.Namespace) -> int:
    from infra.local.task import print_tasks

    return print_tasks(asked.owner, state=asked.state, language=asked.language)


def _show_task(asked: argparse.Namespace) -> int:
    from infra.local.task import print_task

    return print_task(asked.case_id, state=asked.state, language=asked.language)


def _finish_task(asked: argparse.Namespace) -> int:
    from infra.local.task import Told, finish

    told = Told(
        asked.case_id, asked.outcome, asked.by, asked.note, asked.minutes, asked.at, asked.do_not_call
    )
    return finish(told, state=asked.state, out=asked.out, language=asked.language)
