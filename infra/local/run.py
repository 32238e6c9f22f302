"""`guanxi run`, `up` and `explain`: the embedded stack with a state that stays."""

import json
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from shared.flows.explain import explain
from shared.insight.explain_text import explanation_lines

from infra.local.columns_shown import column_lines
from infra.local.import_files import import_files, settle
from infra.local.present import as_language, closing_lines, leave_behind
from infra.local.session import Session, local_session
from infra.local.stack import attached_stack
from shared.aws.items import DynamoItems
from shared.policy.load import load_policy
from shared.ports import Table

KEPT = "session.json"


def run_files(files: Sequence[Path], *, state: Path, out: Path, language: str) -> int:
    """Imports the files into the kept state and does what is due."""
    missing = [str(file) for file in files if not file.is_file()]
    if missing:
        print(f"no such file: {', '.join(missing)}")
        return 2
    for file in files:
        print(*column_lines(file), sep="\n")
    with local_session(state / "run", out / "outbox", fixed_at=None, persist=True) as session:
        keep_session(state / "run", session)
        import_files(session, files, print)
        settle(session, print)
        snapshot = leave_behind(session, out, language=as_language(language))
        print(*closing_lines(snapshot, session, language=as_language(language)), sep="\n")
    print(f"report   {out / 'report.html'}   outbox {out / 'outbox'}   quarantine {out / 'quarantine.csv'}")
    return 0


def keep_running(*, state: Path, out: Path) -> int:
    """Keeps the stack up and says how to reach it."""
    with local_session(state / "run", out / "outbox", fixed_at=None, persist=True) as session:
        keep_session(state / "run", session)
        print(*_how_to_reach(session), sep="\n", flush=True)
        while True:
            time.sleep(3600)


def _how_to_reach(session: Session) -> list[str]:
    outputs = sorted(session.stack.outputs.items())
    return [
        "The embedded stack is up; Ctrl-C stops it and keeps its state.",
        f"export AWS_ENDPOINT_URL={session.stack.endpoint_url}",
        "export AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test AWS_DEFAULT_REGION=us-east-1",
        *(f"  {name:<24} {value}" for name, value in outputs),
    ]


def explain_reference(reference: str, *, state: Path, language: str) -> int:
    """Prints why; exit code 1 when nobody is known under the reference."""
    with _operator(state) as (items, key, now):
        found = explain(reference, items=items, key=key, policy=load_policy(), now=now)
    if found is None:
        print(f"nothing is known under {reference!r}")
        return 1
    print(*explanation_lines(found, as_language(language)), sep="\n")
    return 0


def keep_session(folder: Path, session: Session) -> None:
    """Notes what another command needs to look into the state."""
    kept = {
        "outputs": dict(session.stack.outputs),
        "fixed_at": session.fixed_at.isoformat() if session.fixed_at else None,
    }
    (folder / KEPT).write_text(json.dumps(kept))


@contextmanager
def _operator(state: Path) -> Iterator[tuple[DynamoItems, bytes, datetime]]:
    """The tables of a kept state, its identity key and its clock; a running stack is used as it is."""
    folder = state if (state / KEPT).is_file() else state / "run"
    if not (folder / KEPT).is_file():
        raise SystemExit(f"there is no state in {state}: run `guanxi run FILE...` or `guanxi demo` first")
    kept = json.loads((folder / KEPT).read_text())
    with attached_stack(folder, kept["outputs"]) as stack:
        tables = {table: stack.outputs[f"{table.name.title()}TableName"] for table in Table}
        secret = stack.client("secretsmanager").get_secret_value(SecretId=stack.outputs["IdentityKeyArn"])
        now = datetime.fromisoformat(kept["fixed_at"]) if kept["fixed_at"] else datetime.now(UTC)
        yield DynamoItems(stack.client("dynamodb"), tables), secret["SecretString"].encode(), now
