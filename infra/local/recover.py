"""`guanxi recover`: after a restore, before anything runs again, as the function `operate` does it."""

from pathlib import Path
from typing import Final

from infra.local.faults import LocalFault
from infra.local.present import as_language
from infra.local.run import operator
from shared.flows.operate_ledger import operate_ledger
from shared.flows.policy_in_force import read_in_force
from shared.insight.snapshot import Words
from shared.insight.words import pick

_DONE: Final[Words] = (
    "已检查 {rows} 条未结束的发送记录：{unknown} 条转为 UNKNOWN（等待回执，不再发送），{expired} 条已过期",
    "{rows} open rows of the send ledger read: {unknown} are UNKNOWN now (they wait for events, none is sent again),"
    " {expired} expired",
)
_RUNNING: Final[Words] = (
    "{n} 条同时被他人改写：请先停止发送端，再运行一次",
    "{n} were written by somebody else meanwhile: stop the senders and run it again",
)


class RecoverRefused(LocalFault):
    """Nothing was recovered; the message says why."""


def recover(restored_to: str | None, stopped_at: str | None, *, state: Path, language: str) -> int:
    """Prints how many rows were moved; 1 when somebody else was writing."""
    spoken = as_language(language)
    request = {"action": "recover", "restored_to": restored_to, "stopped_at": stopped_at}
    with operator(state) as (items, _, now):
        policy = read_in_force(items, None).policy
        answer = operate_ledger(request, items=items, policy=policy, now=now)
    if "error" in answer:
        raise RecoverRefused(answer["error"])
    moves = {"unknown": 0, "expired": 0, **answer["moves"]}
    print(pick(_DONE, spoken).format(rows=answer["rows"], **moves))
    if answer["moved_meanwhile"]:
        print(pick(_RUNNING, spoken).format(n=answer["moved_meanwhile"]))
    return int(answer["moved_meanwhile"] > 0)
