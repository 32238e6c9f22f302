"""`guanxi run`, `up` and `explain`: the embedded stack with a state that stays."""

import signal
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from infra.local.attach import attached_stack, read_kept, running_stack
from infra.local.columns_shown import column_lines
from infra.local.import_files import import_files, settle
from infra.local.present import as_language, leave_behind
from infra.local.session import Session, local_session, open_session, stack_items
from shared.flows.explain import explain
from shared.flows.policy_in_force import read_in_force
from shared.insight.explain_text import explanation_lines
from shared.insight.summary import summary_lines
from shared.ports import Items


def run_files(files: Sequence[Path], *, state: Path, out: Path, language: str) -> int:
    """Imports the files into the kept state and does what is due."""
    missing = [str(file) for file in files if not file.is_file()]
    if missing:
        print(f"no such file: {', '.join(missing)}")
        return 2
    for file in files:
        print(*column_lines(file), sep="\n")
    with open_session(state / "run", out / "outbox") as session:
        import_files(session, files, print)
        settle(session, print)
        snapshot = leave_behind(session, out, language=as_language(language))
        print(*summary_lines(snapshot, session.policy, language=as_language(language)), sep="\n")
        outbox = session.outbox
    print(f"report   {out / 'report.html'}   outbox {outbox}   quarantine {out / 'quarantine.csv'}")
    return 0


def keep_running(*, state: Path, out: Path) -> int:
    """Keeps the stack up and says how to reach it; exit code 1 when another command does already."""
    if running_stack(state / "run") is not None:
        print(f"a stack is up already on {state / 'run'}")
        return 1
    signal.signal(signal.SIGTERM, _stop)
    with local_session(state / "run", out / "outbox", fixed_at=None, persist=True) as session:
        print(*_how_to_reach(session), sep="\n", flush=True)
        while True:
            time.sleep(3600)


def _stop(number: int, frame: object) -> None:
    """A polite kill is as good as Ctrl-C: the state is written."""
    raise KeyboardInterrupt


def _how_to_reach(session: Session) -> list[str]:
    return [
        "The embedded stack is up; Ctrl-C stops it and keeps its state.",
        f"export AWS_ENDPOINT_URL={session.stack.endpoint_url}",
        "export AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test AWS_DEFAULT_REGION=us-east-1",
        *(f"  {name:<24} {value}" for name, value in sorted(session.stack.outputs.items())),
    ]


def explain_reference(reference: str, *, state: Path, language: str) -> int:
    """Prints why; exit code 1 when nobody is known under the reference."""
    with operator(state) as (items, key, now):
        found = explain(
            reference, items=items, key=key, policy=read_in_force(items).policy, now=now, may_scan=True
        )
    if found is None:
        print(f"nothing is known under {reference!r}")
        return 1
    print(*explanation_lines(found, as_language(language)), sep="\n")
    return 0


@contextmanager
def operator(state: Path) -> Iterator[tuple[Items, bytes, datetime]]:
    """The tables of a kept state, its identity key and its clock."""
    folder = next((found for found in (state, state / "run") if read_kept(found)), None)
    kept = read_kept(folder) if folder else None
    if folder is None or kept is None:
        raise SystemExit(f"there is no state in {state}: run `guanxi run FILE...` or `guanxi demo` first")
    with attached_stack(folder, kept) as stack:
        secret = stack.client("secretsmanager").get_secret_value(SecretId=kept.outputs["IdentityKeyArn"])
        yield stack_items(stack), secret["SecretString"].encode(), kept.fixed_at or datetime.now(UTC)
