"""`guanxi suppressions`: what `operate` says of addresses that nothing goes to, in words."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from infra.local.faults import LocalFault
from infra.local.present import as_language
from infra.local.run import operator
from shared.flows.operate_receipts import SHOWN, operate_receipts
from shared.flows.policy_in_force import read_in_force
from shared.insight.delivery_view import SUPPRESSIONS
from shared.insight.report_view import table_words
from shared.insight.snapshot import Words
from shared.insight.words import CHANNELS, Language, pick, word

_NONE: Final[Words] = ("没有禁发地址", "no address is suppressed")
_MORE: Final[Words] = (f"仅列出前 {SHOWN} 个", f"the first {SHOWN} alone are listed")
_LINE: Final[Words] = ("{channel}  {hash}  {reason}，自 {since}", "{channel}  {hash}  {reason} since {since}")
_LIFTED: Final[Words] = (
    "{channel}地址已解除禁发（{hash}）",
    "the address may be used for {channel} again ({hash})",
)
REFUSALS: Final[Mapping[str, Words]] = {
    "not_an_address": ("不是邮箱或电话", "neither an email nor a phone"),
    "not_suppressed": ("该地址不在禁发名单", "the address is not suppressed"),
}


class LiftRefused(LocalFault):
    """Nothing was lifted; the message says why."""


def print_suppressions(*, state: Path, language: str) -> int:
    """Prints every suppressed address, as a hash, with its reason."""
    print(*suppression_lines(_ask({"action": "suppressions"}, state), as_language(language)), sep="\n")
    return 0


def suppression_lines(answer: Mapping[str, Any], language: Language) -> Iterator[str]:
    """The answer of `operate` in words."""
    rows = answer["suppressions"]
    for row in rows:
        yield pick(_LINE, language).format(
            channel=word(CHANNELS, row["channel"], language),
            hash=row["address_hash"],
            reason=pick(table_words(SUPPRESSIONS, row.get("reason", "—")), language),
            since=str(row.get("first_at", "—"))[:10],
        )
    if not rows:
        yield pick(_NONE, language)
    if len(rows) == SHOWN:
        yield pick(_MORE, language)


def lift(address: str, by: str, reason: str, *, state: Path, language: str) -> int:
    """Takes an address off the list; LiftRefused when it is not on it."""
    spoken = as_language(language)
    answer = _ask({"action": "unsuppress", "address": address, "by": by, "reason": reason}, state)
    if "error" in answer:
        raise LiftRefused(word(REFUSALS, answer["error"], spoken))
    said = pick(_LIFTED, spoken).format(
        channel=word(CHANNELS, answer["channel"], spoken), hash=answer["address_hash"]
    )
    print(said)
    return 0


def _ask(request: Mapping[str, Any], state: Path) -> dict[str, Any]:
    with operator(state) as (items, key, now):
        policy = read_in_force(items).policy
        return operate_receipts(request, items=items, policy=policy, key=key, now=now)
