"""`guanxi review`: the pairs that wait for a person, and deciding them by the operation that the function runs."""

import json
import shlex
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple

from pydantic_core import to_jsonable_python

from infra.local.attach import read_kept
from infra.local.faults import LocalFault
from infra.local.import_files import settle
from infra.local.present import as_language, leave_behind
from infra.local.run import operator
from infra.local.session import Session, open_session
from shared.flows.list_reviews import find_decision, list_reviews
from shared.insight.identity_words import REFUSALS, STEPS_TAKEN
from shared.insight.pairs import Pairs
from shared.insight.review_view import Bounds, review_lines
from shared.insight.words import Language, pick, word
from shared.policy.load import load_policy
from shared.policy.schema import Policy

SHOWN: Final = 20
"""Pairs that are printed; `--json` gives all."""
_WHY_LOST: Final = ("注意：理由未能保存", "note: the reason is not kept with it")
_DONE: Final = {"accept": "accepted", "reject": "rejected", "undo": "undone"}


class NotDecided(LocalFault):
    """The decision was not taken; the text says why."""


class NoState(LocalFault):
    """Nothing was ever run on the state that was named."""


class Decision(NamedTuple):
    """What was asked for on the command line."""

    name: str
    """Id of a review; to undo, also that of a verdict."""
    action: str
    by: str
    why: str = ""


def print_reviews(name: str | None, *, state: Path, language: str, as_json: bool) -> int:
    """Prints what waits for a person, all or one; exit code 1 when the one that was named does not."""
    said = as_language(language)
    with operator(state) as (items, _, _now):
        pairs = list_reviews(items, limit=None if as_json or name else SHOWN, only=name)
    if name and not pairs.open:
        raise NotDecided(f"{name}: {word(REFUSALS, 'not_found', said)}")
    policy = load_policy()
    print(reviews_json(pairs) if as_json else "\n".join(_lines(pairs, policy, said)))
    return 0


def reviews_json(pairs: Pairs) -> str:
    plain = to_jsonable_python({"open": pairs.open, "pairs": pairs.shown}, fallback=str)
    return json.dumps(plain, ensure_ascii=False, indent=1)


def _lines(pairs: Pairs, policy: Policy, language: Language) -> list[str]:
    bounds = Bounds(policy.matching.review_bits, policy.matching.link_bits)
    return review_lines(pairs, bounds, language, policy.tenant.tz)


def decide(asked: Decision, *, state: Path, out: Path, language: str, as_json: bool) -> int:
    """Takes a decision or takes it back, lets everything that follows from it happen, and writes the report anew."""
    folder, said = state if read_kept(state) else state / "run", as_language(language)
    if read_kept(folder) is None:
        raise NoState(f"there is no state in {state}: run `guanxi run FILE...` or `guanxi demo` first")
    with open_session(folder, out / "outbox") as session:
        answer = ask(session, asked, said)
        if asked.why and asked.action == "undo":
            print(pick(_WHY_LOST, said), file=sys.stderr)
        settle(session, _quietly)
        leave_behind(session, out, language=said)
    print(json.dumps(answer, ensure_ascii=False, indent=1) if as_json else _answer_line(asked, answer, said))
    return 0


def _quietly(_line: str) -> None:
    """What follows from a decision is in the report."""


def ask(session: Session, asked: Decision, language: Language) -> Mapping[str, Any]:
    """What `operate` answers; NotDecided with its reason in words when it refuses."""
    try:
        answer: Mapping[str, Any] = session.invoke("Operate", _request(session, asked))
    except RuntimeError as error:
        raise NotDecided(str(error)) from error
    if code := answer.get("error"):
        raise NotDecided(f"{asked.name}: {word(REFUSALS, code, language)}")
    return answer


def _request(session: Session, asked: Decision) -> dict[str, str]:
    request = {"action": asked.action, "by": asked.by}
    if asked.why:
        request["why"] = asked.why
    if asked.action == "undo":
        return {**request, "verdict": find_decision(session.items, asked.name) or asked.name}
    return {**request, "review": asked.name}


def _answer_line(asked: Decision, answer: Mapping[str, Any], language: Language) -> str:
    done = word(STEPS_TAKEN, _DONE[asked.action], language)
    customers = ", ".join(answer["customers"])
    if asked.action == "undo":
        return pick(("{0}；客户：{1}", "{0}; customers: {1}"), language).format(done, customers)
    said = pick(
        ("{0}；客户：{1}；撤销：{2}", "{0}; customers: {1}; to take it back: {2}"),
        language,
    )
    return said.format(done, customers, f"guanxi review {asked.name} undo --by {shlex.quote(asked.by)}")
