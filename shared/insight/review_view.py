"""Open pairs as lines for the console and as cards for the report: evidence in words, and how to decide."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from shared.insight.explain_text import short_record
from shared.insight.identity_words import (
    COMPARED,
    FIELD_OF,
    KEYS,
    STEPS_TAKEN,
    level_words,
    strength_words,
)
from shared.insight.pairs import Agreement, Pair, Pairs, Side
from shared.insight.report_view import both, table_words
from shared.insight.snapshot import Merge, Words
from shared.insight.words import FIELDS, LINK_RULES, Language, local_time, pick, word
from shared.model.instants import from_iso, local_day

STEPS_SHOWN: Final = 200
_ORDER: Final = (
    "name",
    "title",
    "company",
    "phone",
    "email",
    "id_number",
    "birthday_on",
    "province",
    "city",
    "address",
    "country",
)
_NOT_COMPARED: Final = frozenset({"title", "industry", "country", "language", "first_cooperation_on"})
_HIDDEN: Final[dict[str, Words]] = {"id_number": ("已登记", "on file")}

NOTHING: Final = "—"
_DIFFERS: Final = "differs"


class Bounds(NamedTuple):
    """Of the policy, in log2 odds."""

    review: float
    link: float


# --- evidence in words ---------------------------------------------------------------------------------------


def speaks_against(agreement: Agreement) -> bool:
    """What differs, or is less often seen in one person than in two."""
    return agreement.level == _DIFFERS if agreement.bits is None else agreement.bits < 0


def agreement_words(agreement: Agreement, language: Language) -> str:
    """`surname equal (+5.4 clear)`."""
    said = f"{word(COMPARED, agreement.field, language)} {level_words(agreement.level, language)}"
    if agreement.bits is None:
        return said
    return pick(("{0}（{1}）", "{0} ({1})"), language).format(said, strength_words(agreement.bits, language))


def sum_words(pair: Pair, bounds: Bounds, language: Language) -> str:
    """The total with the two bounds, and what no field says."""
    said = pick(
        (
            "合计 {0:+.2f}（{1:g} 起由人判断，{2:g} 起自动合并）",
            "total {0:+.2f} (from {1:g} a person decides, from {2:g} records are linked)",
        ),
        language,
    ).format(pair.bits, bounds.review, bounds.link)
    if pair.rest is None:
        return said
    rest = pick(
        (
            "；其中 {0:+.1f} 为基准：随机两条记录很少属于同一人，常见取值与亲属也计入",
            "; {0:+.1f} of it is the start: two records are seldom one person; common values and relatives count, too",
        ),
        language,
    )
    return said + rest.format(pair.rest)


def rule_words(rule: str | None, language: Language) -> str:
    """Why a guard left it to a person; empty: none did."""
    return "" if rule is None else word(LINK_RULES, rule, language)


def side_words(side: Side, language: Language) -> str:
    """What a record says, on one line."""
    if not side.customer_id:
        return pick(("来源记录已不存在", "the source record is gone"), language)
    said = [side.said[name] for name in _ORDER if side.said.get(name)]
    return " · ".join([*said, *_events_words(side, language)])


def _events_words(side: Side, language: Language) -> Iterator[str]:
    if side.orders:
        yield pick(("订单 {0} 笔", "{0} order(s)"), language).format(side.orders)
    if side.last_on:
        yield pick(("最近 {0}", "last {0}"), language).format(side.last_on)


# --- console -------------------------------------------------------------------------------------------------


def review_lines(pairs: Pairs, bounds: Bounds, language: Language, zone: ZoneInfo) -> list[str]:
    """What `guanxi review` prints."""
    if not pairs.open:
        return [pick(("没有待判断的记录对", "no pair waits for a decision"), language)]
    head = pick(("待判断 {0:,} 对", "{0:,} pair(s) to decide"), language).format(pairs.open)
    lines = [head]
    for pair in pairs.shown:
        lines += ["", *pair_lines(pair, bounds, language, zone)]
    if rest := pairs.open - len(pairs.shown):
        lines += ["", pick(("另有 {0:,} 对未列出", "{0:,} more not shown"), language).format(rest)]
    return lines


def pair_lines(pair: Pair, bounds: Bounds, language: Language, zone: ZoneInfo) -> list[str]:
    """One pair: both records, what speaks for and against, how to decide."""
    since = pick(("自 {0}", "since {0}"), language).format(local_time(pair.at, zone))
    lines = [f"{pair.review_id}  {since}"]
    for side in (pair.one, pair.other):
        lines.append(
            f"  {short_record(side.record_id)} ({side.customer_id or NOTHING})  {side_words(side, language)}"
        )
    for words, is_against in ((("支持", "for"), False), (("反对", "against"), True)):
        found = [one for one in pair.agreements if speaks_against(one) is is_against]
        if found:
            said = "; ".join(agreement_words(one, language) for one in found)
            lines.append(f"  {pick(words, language)}: {said}")
    if pair.rule:
        lines.append(f"  {pick(('规则', 'rule'), language)}: {rule_words(pair.rule, language)}")
    return [*lines, f"  {sum_words(pair, bounds, language)}", f"  {command_words(pair.review_id, language)}"]


def command_words(review_id: str, language: Language) -> str:
    name = pick(("姓名", "NAME"), language)
    return f"guanxi review {review_id} accept|reject --by {name}"


# --- report --------------------------------------------------------------------------------------------------


class FieldRow(NamedTuple):
    field: Words
    one: str | Words
    other: str | Words
    agreement: Words
    css: str
    """for, against or nothing: how the row is marked."""


class Card(NamedTuple):
    """One pair, side by side."""

    review_id: str
    one: Side
    other: Side
    names: tuple[str, str]
    events: tuple[Words, Words]
    rows: tuple[FieldRow, ...]
    rule: Words
    total: Words
    since: str
    accept: Words
    reject: Words


class ReviewPart(NamedTuple):
    number: int
    cards: tuple[Card, ...]

    @property
    def more(self) -> int:
        return self.number - len(self.cards)


class StepRow(NamedTuple):
    """One line of the journal of identity."""

    when: str
    what: Words
    by: str
    customers: tuple[str, ...]
    records: tuple[str, ...]
    evidence: Words


class StepGroup(NamedTuple):
    what: Words
    number: int
    rows: tuple[StepRow, ...]

    @property
    def more(self) -> int:
        return self.number - len(self.rows)


def review_part(pairs: Pairs, bounds: Bounds, zone: ZoneInfo) -> ReviewPart:
    """The open pairs as cards, the likeliest first."""
    return ReviewPart(pairs.open, tuple(_card(pair, bounds, zone) for pair in pairs.shown))


def _card(pair: Pair, bounds: Bounds, zone: ZoneInfo) -> Card:
    command = f"guanxi review {pair.review_id}"
    return Card(
        review_id=pair.review_id,
        one=pair.one,
        other=pair.other,
        names=(short_record(pair.one.record_id), short_record(pair.other.record_id)),
        events=(_events(pair.one), _events(pair.other)),
        rows=tuple(_field_rows(pair)),
        rule=both(lambda language: rule_words(pair.rule, language)),
        total=both(lambda language: sum_words(pair, bounds, language)),
        since=local_time(pair.at, zone),
        accept=(f"{command} accept --by 姓名", f"{command} accept --by NAME"),
        reject=(f"{command} reject --by 姓名", f"{command} reject --by NAME"),
    )


def _events(side: Side) -> Words:
    return both(lambda language: " · ".join(_events_words(side, language)))


def _field_rows(pair: Pair) -> Iterator[FieldRow]:
    """Every field that either record says, with how far it agrees."""
    compared: dict[str, list[Agreement]] = {}
    for agreement in pair.agreements:
        compared.setdefault(FIELD_OF.get(agreement.field, agreement.field), []).append(agreement)
    said = {*pair.one.said, *pair.other.said, *compared}
    for name in sorted(said, key=lambda field: (_rank(field), field)):
        found = compared.get(name, [])
        yield FieldRow(
            field=table_words(FIELDS, name) if name in FIELDS else table_words(COMPARED, name),
            one=_value(pair.one, name, found),
            other=_value(pair.other, name, found),
            agreement=_agreement(found, name),
            css=_css(found),
        )


def _rank(name: str) -> int:
    return _ORDER.index(name) if name in _ORDER else len(_ORDER)


def _value(side: Side, name: str, found: list[Agreement]) -> str | Words:
    if said := side.said.get(name):
        return said
    return _HIDDEN.get(name, NOTHING) if found else NOTHING


def _agreement(found: list[Agreement], name: str) -> Words:
    if not found:
        is_compared = name not in _NOT_COMPARED
        return ("只有一方说明", "only one says it") if is_compared else ("不参与比较", "not compared")
    return both(
        lambda language: pick(("；", "; "), language).join(agreement_words(one, language) for one in found)
    )


def _css(found: list[Agreement]) -> str:
    if not found:
        return ""
    return "against" if any(map(speaks_against, found)) else "for"


# --- journal -------------------------------------------------------------------------------------------------


def step_of(merge: Merge) -> str:
    """What a line of the journal says, as a code of STEPS_TAKEN."""
    if merge.action:
        return merge.action
    if merge.undone:
        return "undone"
    if any(link.is_same for link in merge.links):
        return "joined"
    return "kept_apart" if merge.links else "moved"


def link_evidence(merge: Merge, language: Language) -> str:
    """The strongest comparison of a line: rule, what both share, total."""
    if not merge.links:
        return ""
    link = max(merge.links, key=lambda one: (one.is_same, float(one.bits or 0)))
    keys = ", ".join(word(KEYS, key, language) for key in link.keys)
    total = f" {float(link.bits):+.2f}" if link.bits else ""
    return f"{word(LINK_RULES, link.rule, language)}{total}" + (f" ({keys})" if keys else "")


def todays_steps(
    merges: Iterable[Merge], at: datetime, zone: ZoneInfo, customer_of: Mapping[str, str]
) -> tuple[StepGroup, ...]:
    """What joined and parted on the day of `at`, people's decisions first."""
    today = local_day(at, zone)
    groups: dict[str, list[Merge]] = {name: [] for name in STEPS_TAKEN}
    for merge in merges:
        if local_day(from_iso(merge.at), zone) == today:
            groups.setdefault(step_of(merge), []).append(merge)
    return tuple(
        StepGroup(
            table_words(STEPS_TAKEN, name),
            len(found),
            tuple(_step_row(merge, zone, customer_of) for merge in found[:STEPS_SHOWN]),
        )
        for name, found in groups.items()
        if found
    )


def _step_row(merge: Merge, zone: ZoneInfo, customer_of: Mapping[str, str]) -> StepRow:
    records = list(dict.fromkeys([merge.record_id, *(link.record_id for link in merge.links)]))
    homes = [customer_of[name] for name in records if name in customer_of]
    return StepRow(
        when=local_time(from_iso(merge.at), zone).partition(" ")[2],
        what=table_words(STEPS_TAKEN, step_of(merge)),
        by=merge.by,
        customers=tuple(dict.fromkeys([*homes, *merge.customers])),
        records=tuple(map(short_record, records)),
        evidence=both(lambda language: link_evidence(merge, language)),
    )
