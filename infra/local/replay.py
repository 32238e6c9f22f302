"""`guanxi replay`: asks the running system to take quarantined records in again, and follows them to the end."""

import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, Final, NamedTuple

from infra.local.faults import Stalled
from infra.local.import_files import POLL_S, STALLED_S, settle
from infra.local.present import Language, as_language, leave_behind
from infra.local.quarantine_csv import read_corrected
from infra.local.session import Session, open_session
from shared.insight.snapshot import Words
from shared.insight.summary import summary_lines
from shared.insight.words import OUTCOMES, pick, word
from shared.store.quarantine import quarantine_key

ROWS_AT_ONCE: Final = 200
"""Corrected rows of one request: far below what a function may be sent."""
_POSTED: Final[Words] = (
    "重新处理 {0:,} 条隔离记录；{1:,} 行未改动或已处理，{2:,} 行需修正文件后重新导入",
    "{0:,} quarantined records replayed; {1:,} rows untouched or done before, {2:,} need their file mended and imported again",
)
_TAKEN: Final[Words] = (
    "  {0:,} 条已导入（{1}），{2:,} 条仍被拒绝",
    "  {0:,} taken in ({1}), {2:,} still refused",
)


class Fixed(NamedTuple):
    """What was asked for on the command line."""

    reason: str | None
    source: str | None
    corrected: Path | None


def replay_quarantine(fixed: Fixed, *, state: Path, out: Path, language: str) -> int:
    """Replays, does what is due, and writes the report anew; exit code 1 when there was nothing to replay."""
    requests = list(_requests(fixed))
    said = as_language(language)
    with open_session(_folder(state), out / "outbox") as session:
        answers = [answer for request in requests for answer in _ask(session, request)]
        ids = [str(name) for answer in answers for name in answer["ids"]]
        print(pick(_POSTED, said).format(len(ids), _sum(answers, "untouched"), _sum(answers, "unreadable")))
        print(_describe(_follow(session, ids), said), flush=True)
        settle(session, print)
        snapshot = leave_behind(session, out, language=said)
        print(*summary_lines(snapshot, session.policy, language=said), sep="\n")
    print(f"report   {out / 'report.html'}   quarantine {out / 'quarantine.csv'}")
    return 0 if ids else 1


def _folder(state: Path) -> Path:
    """The state itself where `--state` names one (the demo's), else the one that `guanxi run` keeps."""
    return state if (state / "session.json").is_file() else state / "run"


def _requests(fixed: Fixed) -> Iterator[dict[str, Any]]:
    base = {"action": "replay", "reason": fixed.reason, "source": fixed.source}
    if fixed.corrected is None:
        yield base
        return
    rows = iter(sorted(_read(fixed.corrected).items()))
    while chunk := dict(islice(rows, ROWS_AT_ONCE)):
        yield {**base, "corrected": chunk}


def _read(file: Path) -> Mapping[str, Mapping[str, str]]:
    try:
        return read_corrected(file)
    except (OSError, ValueError) as error:
        raise SystemExit(f"{file}: {error}") from error


def _ask(session: Session, request: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Every answer to a request: each holds a part, until `next` is empty."""
    after = ""
    while True:
        answer = session.invoke("Operate", {**request, "after": after})
        yield answer
        after = answer["next"]
        if not after:
            return


def _sum(answers: Sequence[Mapping[str, Any]], name: str) -> int:
    return sum(int(answer[name]) for answer in answers)


def _follow(session: Session, ids: Sequence[str]) -> Counter[str]:
    """What became of the rows replayed, when none of them is on its way any more."""
    since, last = time.monotonic(), -1
    while True:
        outcomes = Counter(_outcome(session, name) for name in ids)
        if not outcomes["waiting"]:
            return outcomes
        if outcomes["waiting"] != last:
            since, last = time.monotonic(), outcomes["waiting"]
        elif time.monotonic() - since > STALLED_S:
            raise Stalled(f"{last:,} replayed records have no outcome")
        time.sleep(POLL_S)


def _outcome(session: Session, name: str) -> str:
    system, _, digest = name.rpartition(":")
    row = session.items.get(quarantine_key(system, digest)) or {}
    return str(row["outcome"]) if "outcome" in row else "waiting" if "claim" in row else "refused"


def _describe(outcomes: Counter[str], language: Language) -> str:
    taken = {name: count for name, count in outcomes.items() if name != "refused"}
    parts = ", ".join(f"{count:,} {word(OUTCOMES, name, language)}" for name, count in sorted(taken.items()))
    return pick(_TAKEN, language).format(sum(taken.values()), parts or 0, outcomes["refused"])
