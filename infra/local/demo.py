"""`guanxi demo`: three upstream systems' files through the whole system, and the same files once more."""

import shutil
import time
from datetime import UTC, datetime
from pathlib import Path

from infra.local.import_files import import_files, settle
from infra.local.present import Language, as_language, leave_behind
from infra.local.session import Session, local_session
from infra.local.stage import ROOT
from shared.flows.import_progress import Progress
from shared.flows.take_snapshot import take_snapshot
from shared.insight.snapshot import Snapshot
from shared.insight.summary import summary_lines

SAMPLES = ROOT / "events" / "samples"
CLOCK_AT = datetime(2026, 6, 30, 2, 0, tzinfo=UTC)
"""10:00 in Shanghai on a Tuesday: the demo prints the same on every day."""
STATE = Path(".guanxi") / "demo"


def sample_files() -> list[Path]:
    return sorted(file for file in SAMPLES.iterdir() if file.suffix in (".csv", ".xlsx", ".jsonl"))


def run_demo(out: Path, *, language: str) -> int:
    """Runs the sample files twice; exit code 1 when the second run changed or sent anything."""
    for folder in (STATE, out):
        shutil.rmtree(folder, ignore_errors=True)
    print(
        "start    the real template on the embedded stack, clock fixed at 2026-06-30 10:00 Asia/Shanghai",
        flush=True,
    )
    started = time.monotonic()
    with local_session(STATE, out / "outbox", fixed_at=CLOCK_AT, persist=True) as session:
        _use_known_key(session)
        print(f"deployed in {time.monotonic() - started:.1f} s", flush=True)
        is_still = _run_twice(session, out, as_language(language))
    print(f"report   {out / 'report.html'}   outbox {out / 'outbox'}   quarantine {out / 'quarantine.csv'}")
    return 0 if is_still else 1


def _use_known_key(session: Session) -> None:
    """Pseudonyms, and what hangs on them, are the same in every demo. The samples are no real person's."""
    secret_id = session.stack.outputs["IdentityKeyArn"]
    session.stack.client("secretsmanager").put_secret_value(
        SecretId=secret_id, SecretString="the demo's own key"
    )


def _run_twice(session: Session, out: Path, language: Language) -> bool:
    started = time.monotonic()
    first = _import(session)
    wall_s = time.monotonic() - started
    snapshot = leave_behind(session, out, language=language)
    print(*summary_lines(snapshot, session.policy, language=language), sep="\n")
    records = sum(sum(progress.outcomes.values()) for progress in first)
    print(f"speed    {records:,} records end to end in {wall_s:.1f} s = {records / wall_s:.0f} records/s")
    example = _example(snapshot)
    if example:
        print(f"explain  .venv/bin/guanxi --state {STATE} explain {example}")
    print("again    the same files a second time", flush=True)
    sent = _count_sent(session)
    second = _import(session)
    after = take_snapshot(session.items, CLOCK_AT, session.policy.tenant.tz)
    return _say_difference(second, snapshot, after, sent_again=_count_sent(session) - sent)


def _import(session: Session) -> list[Progress]:
    done = import_files(session, sample_files(), lambda line: print(line, flush=True))
    settle(session, lambda line: print(line, flush=True))
    return done


def _count_sent(session: Session) -> int:
    """Messages that have left: as the receiving side counts them."""
    texts = session.outbox / "sms.jsonl"
    lines = texts.read_text(encoding="utf-8").splitlines() if texts.exists() else []
    return len(lines) + len(list((session.outbox / "mail").glob("*.eml")))


def _say_difference(second: list[Progress], before: Snapshot, after: Snapshot, *, sent_again: int) -> bool:
    outcomes = [progress.outcomes for progress in second]
    new = sum(counts.get("new", 0) for counts in outcomes)
    updated = sum(counts.get("updated", 0) for counts in outcomes)
    unchanged = sum(counts.get("unchanged", 0) for counts in outcomes)
    quarantined = sum(counts.get("quarantined", 0) for counts in outcomes)
    made = len(after.contacts) - len(before.contacts)
    kept = len(after.quarantined) - len(before.quarantined)
    print(
        f"         {new} new  {updated} updated  {unchanged} unchanged  {quarantined} quarantined as before (+{kept})"
    )
    print(f"         {made} contacts made  {sent_again} messages sent")
    return not any((new, updated, made, kept, sent_again))


def _example(snapshot: Snapshot) -> str | None:
    """A customer worth explaining: one with a contact of today."""
    return min((contact.customer_id for contact in snapshot.contacts), default=None)
