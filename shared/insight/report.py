"""The care lead's report: one HTML file that opens offline, without JavaScript, in Chinese and English.

It shows names, phones and addresses, because people work with it (P1 excepts reports); it loads nothing.
"""

import base64
import hashlib
from collections import Counter
from functools import cache
from importlib.resources import files
from typing import Any, Final, NamedTuple

from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup

from shared.insight.charts import RankBar, draw_funnel, draw_heat_map, rank_bars
from shared.insight.delivery_view import delivery_parts
from shared.insight.identity_words import KEYS
from shared.insight.kpi_view import kpi_parts
from shared.insight.quality_view import quality_parts
from shared.insight.reconcile import find_breaks, run_checks
from shared.insight.report_view import (
    both,
    index_people,
    list_held,
    list_messages,
    list_tasks,
    reason_rows,
    table_words,
)
from shared.insight.report_words import CONSEQUENCES, JOURNEY, REPORT_WORDS, TILES
from shared.insight.review_view import Bounds, review_part, todays_steps
from shared.insight.snapshot import Snapshot, Words
from shared.insight.summary import describe_break
from shared.insight.tallies import (
    going,
    held,
    tally_cells,
    tally_fields,
    tally_flags,
    tally_rows,
    tally_sources,
    tally_spending,
)
from shared.insight.words import CHANNELS, FLAGS, Language, local_time, pick, yuan
from shared.model.issues import Severity
from shared.policy.schema import Policy

EXAMPLES: Final = 5
OPEN_UP_TO: Final = 40
"""Longer groups of held contacts are folded."""


class Tile(NamedTuple):
    number: int
    label: Words
    note: Words


class CostRow(NamedTuple):
    channel: Words
    number: int
    price: str
    minutes: int


def render_report(snapshot: Snapshot, policy: Policy, *, language_default: Language = "zh") -> str:
    """The whole HTML document."""
    return render_template(
        "report.html.j2",
        language=language_default,
        title=f"{pick(_tenant(policy), language_default)} {snapshot.on}",
        **_head(snapshot, policy),
        **_lists(snapshot, policy),
        **_tags(snapshot),
        **_costs(snapshot, policy),
        **_data(snapshot),
        **_identity(snapshot, policy),
        quality=quality_parts(snapshot, policy.tenant.tz),
        kpis=kpi_parts(snapshot, policy),
        delivery=delivery_parts(snapshot, policy),
    )


# --- templates -----------------------------------------------------------------------------------------------


def render_template(name: str, **values: object) -> str:
    """A page of this room's templates, with its style sheet and the hash that its policy names."""
    return _environment().get_template(name).render(**_style(), **values)


@cache
def _environment() -> Environment:
    return Environment(
        loader=FunctionLoader(_read),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _read(name: str) -> str:
    return (files("shared.insight") / "templates" / name).read_text(encoding="utf-8")


def _style() -> dict[str, Any]:
    """The style sheet, and its hash for the content security policy: no other style takes effect."""
    css = _read("report.css")
    digest = base64.b64encode(hashlib.sha256(css.encode()).digest()).decode()
    return {"css": Markup(css), "css_hash": Markup(f"sha256-{digest}")}  # noqa: S704 (our own file)


# --- parts ---------------------------------------------------------------------------------------------------


def _tenant(policy: Policy) -> Words:
    return policy.tenant.name_zh, policy.tenant.name_en


def _head(snapshot: Snapshot, policy: Policy) -> dict[str, Any]:
    breaks = find_breaks(snapshot)
    return {
        "words": REPORT_WORDS,
        "tenant": _tenant(policy),
        "day": snapshot.on.isoformat(),
        "taken": local_time(snapshot.at, policy.tenant.tz),
        "zone": policy.tenant.zone,
        "policy_version": policy.version,
        "tiles": _tiles(snapshot, policy),
        "breaks": [_break_words(found) for found in breaks],
        "checks": len(run_checks(snapshot)),
        "holds": snapshot.holds,
    }


def _break_words(found: Any) -> Words:  # noqa: ANN401
    return both(lambda language: describe_break(found, language))


def _tiles(snapshot: Snapshot, policy: Policy) -> list[Tile]:
    tallies = tally_sources(snapshot)
    records_in, clean = sum(t.records_in for t in tallies), sum(t.clean for t in tallies)
    spent = tally_spending(snapshot, policy.tenant.tz)
    messages = sum(spent.messages.values())
    numbers = {
        "records": (records_in, clean, records_in - clean),
        "customers": (len(snapshot.customers), len(snapshot.source_records), 0),
        "high": (sum(line.risk == "high" for line in snapshot.customers), 0, 0),
        "tasks": (spent.tasks, spent.minutes, 0),
        "messages": (
            messages,
            sum(spent.messages.get(name, 0) for name in ("email",)),
            spent.messages.get("sms", 0),
        ),
        "held": (len(held(snapshot)), len(snapshot.candidates), 0),
    }
    return [
        Tile(number, TILES[name][0], _format(TILES[name][1], one, other))
        for name, (number, one, other) in numbers.items()
    ]


def _format(words: Words, *numbers: int) -> Words:
    return both(lambda language: pick(words, language).format(*numbers))


def _lists(snapshot: Snapshot, policy: Policy) -> dict[str, Any]:
    people, zone = index_people(snapshot.customers), policy.tenant.tz
    return {
        "tasks": list_tasks(snapshot, people, zone),
        "messages": list_messages(snapshot, people, zone),
        "held": list_held(snapshot, people),
        "open_up_to": OPEN_UP_TO,
    }


def _tags(snapshot: Snapshot) -> dict[str, Any]:
    return {
        "heat": draw_heat_map(tally_cells(snapshot)),
        "flags": _flag_bars(snapshot),
        "consequences": _consequences(snapshot),
    }


def _flag_bars(snapshot: Snapshot) -> tuple[RankBar, ...]:
    return rank_bars([(table_words(FLAGS, flag), count) for flag, count in tally_flags(snapshot).items()])


def _consequences(snapshot: Snapshot) -> list[Words]:
    """What the rules are known to do, with how many customers it may concern here (requirements 2)."""
    codes = Counter(reason.code for line in snapshot.customers for reason in line.reasons)
    high = [line for line in snapshot.customers if line.risk == "high"]
    thin = sum("thin_evidence" in line.flags for line in high)
    numbers = {
        "thin": (thin, len(high)),
        "decline": (codes["silent_and_down"] + codes["latched"], codes["watch:shrinking"]),
        "growth": (codes["potential"] + codes["from_zero"], codes["potential_no_growth"]),
        "new": (codes["big_but_new"],),
        "flips": (),
    }
    return [_format(CONSEQUENCES[name], *values) for name, values in numbers.items()]


def _identity(snapshot: Snapshot, policy: Policy) -> dict[str, Any]:
    bounds, zone = Bounds(policy.matching.review_bits, policy.matching.link_bits), policy.tenant.tz
    return {
        "review": review_part(snapshot.reviews, bounds, zone),
        "hot_keys": [(table_words(KEYS, kind), number) for kind, number in snapshot.hot_keys.items()],
        "steps": todays_steps(snapshot.merges, snapshot.at, zone, snapshot.source_records),
    }


def _costs(snapshot: Snapshot, policy: Policy) -> dict[str, Any]:
    rows = []
    for channel in dict.fromkeys(
        line.channel for line in sorted(going(snapshot), key=lambda line: line.channel)
    ):
        lines = [line for line in going(snapshot) if line.channel == channel]
        price = sum(line.cost_fen for line in lines)
        rows.append(
            CostRow(
                table_words(CHANNELS, channel), len(lines), yuan(price), sum(line.minutes for line in lines)
            )
        )
    return {"costs": rows, "segments": tally_spending(snapshot, policy.tenant.tz).segments_sent}


def _data(snapshot: Snapshot) -> dict[str, Any]:
    tallies = tally_sources(snapshot)
    refused = [issue for issue in snapshot.issues if issue.severity == Severity.REFUSED]
    repaired = [issue for issue in snapshot.issues if issue.severity != Severity.REFUSED]
    words = snapshot.code_words
    journey = (
        sum(tally.records_in for tally in tallies),
        sum(tally.clean for tally in tallies),
        len(snapshot.source_records),
        len(snapshot.customers),
    )
    return {
        "funnel": draw_funnel(tallies),
        "journey": _format(JOURNEY, *journey),
        "rejected": reason_rows(tally_rows(snapshot.quarantined, EXAMPLES), words),
        "refused": reason_rows(tally_fields(refused, EXAMPLES), words),
        "repaired": reason_rows(tally_fields(repaired, EXAMPLES), words),
    }
