"""Reads everything that is kept of one customer into a view (R4)."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta

from shared.flows.explain import explain
from shared.flows.list_reviews import SECRET, list_reviews
from shared.insight.asset_lines import asset_lines
from shared.insight.customer_view import (
    EMAIL,
    ConsentLine,
    CustomerView,
    EventLine,
    GoldenLine,
    SaidLine,
    SourceLine,
    balance_events,
    sum_years,
)
from shared.insight.explanation import Explanation
from shared.insight.mask import mask
from shared.matching.absorb import OBJECTION, later
from shared.matching.golden import fold_consents
from shared.matching.keys import address_hashes, identity_keys
from shared.matching.refusals import is_objection, refused_at
from shared.model.history import Day, History, Pending
from shared.model.instants import local_day
from shared.model.record import Order, Record, Refund, record_adapter
from shared.model.source import CustomerProfile, SourceRecord, Standing
from shared.policy.schema import Policy
from shared.ports import Item, Items
from shared.store.customers import follow_alias
from shared.store.records import read_events, read_sources
from shared.store.refusals import read_refusals
from shared.tagging.fold import add_events, fold_histories, happening_of, settle
from shared.tagging.windows import minus

PROFILE, OBJECTED = "profile", "objected"
_DETAILS = (
    "channel",
    "topic",
    "need_type",
    "priority",
    "dimension",
    "score",
    "stage",
    "asset_id",
    "service_type",
)


def view_customer(
    reference: str, *, items: Items, key: bytes, policy: Policy, now: datetime
) -> CustomerView | None:
    """All about the customer that an id, phone or email stands for, as `explain` takes it; None: nobody."""
    told = explain(reference, items=items, key=key, policy=policy, now=now)
    profile = None if told is None else follow_alias(items, told.customer_id)
    if told is None or profile is None:
        return None
    sources, zone = read_sources(items, profile.members), policy.tenant.tz
    places = identity_keys(profile.golden, key)
    refusals = read_refusals(items, places)
    events = sorted(
        (line for name in sorted(sources) for line in _events(name, items, policy, now)),
        key=lambda line: (line.at, line.record_id, line.event_id),
        reverse=True,
    )
    days = settle(fold_histories(source.history for source in sources.values()), now, zone).days
    # Older days may be gone from what is kept: no window reaches them.
    since_on = minus(local_day(now, zone), policy.history.buckets_months) - timedelta(days=1)
    return CustomerView(
        told=told,
        golden=tuple(_golden(profile)),
        sources=tuple(_source(sources[name], events) for name in sorted(sources)),
        events=tuple(events),
        years=sum_years(events, zone),
        balance=balance_events(events, days, since_on, zone),
        consents=tuple(_consents(told, profile, sources, refused_at(refusals, places), key)),
        reviews=list_reviews(items, of=profile.members).shown,
        assets=asset_lines({name: source.facts for name, source in sources.items() if not source.deleted}),
    )


def _said_at(version: int) -> datetime:
    """When something was said, from its version in ms."""
    return datetime.fromtimestamp(version / 1000, UTC)


def _golden(profile: CustomerProfile) -> Iterator[GoldenLine]:
    for name, value in sorted(profile.golden.items()):
        if not name.endswith(SECRET):
            record_id, version, rule = profile.provenance[name]
            yield GoldenLine(name, value, record_id, _said_at(int(version)), rule)


def _source(source: SourceRecord, events: Iterable[EventLine]) -> SourceLine:
    said = (
        SaidLine(name, one.value, _said_at(one.version), _is_verified(source, name))
        for name, one in sorted(source.party.items())
        if not name.endswith(SECRET)
    )
    return SourceLine(
        record_id=source.record_id,
        system=source.system,
        is_deleted=source.deleted,
        said=tuple(said),
        events=sum(event.record_id == source.record_id for event in events),
    )


def _is_verified(source: SourceRecord, name: str) -> bool:
    verified = source.verified.get(name)
    return verified is not None and verified.value == source.party[name].value


# --- events --------------------------------------------------------------------------------------------------


def _events(record_id: str, items: Items, policy: Policy, now: datetime) -> Iterator[EventLine]:
    for item in read_events(items, record_id):
        record = record_adapter.validate_json(str(item["body"]))
        if record.kind != PROFILE:
            yield _event(record_id, record, item, policy, now)


def _event(record_id: str, record: Record, item: Item, policy: Policy, now: datetime) -> EventLine:
    counts = _counts(record, policy, now)
    row = item.get("row")
    return EventLine(
        at=record.event_at,
        kind=record.kind,
        record_id=record_id,
        event_id=record.id,
        details=tuple(_details(record)),
        interactions=counts.interactions,
        orders=counts.orders,
        refunds=counts.refunds,
        fen=counts.fen,
        complaints=counts.complaints,
        is_unconverted=isinstance(record, Order | Refund) and record.amount_fen is None,
        is_ahead=record.event_at >= now,
        is_deleted=record.deleted,
        file=record.origin.file if record.origin else None,
        row=row if isinstance(row, int) else None,
    )


def _counts(record: Record, policy: Policy, now: datetime) -> Day | Pending:
    """What one record counts for, by the fold that tags are computed from."""
    happening = happening_of(record)
    alone = History() if happening is None else add_events(History(), [happening], now, policy.tenant.tz)
    parts: list[Day | Pending] = [*alone.days, *alone.pending]
    return parts[0] if parts else Pending(now)


def _details(record: Record) -> Iterator[tuple[str, str]]:
    for name in _DETAILS:
        value = getattr(record, name, None)
        if value is not None:
            yield name, str(value)


# --- consent -------------------------------------------------------------------------------------------------


def _consents(
    told: Explanation,
    profile: CustomerProfile,
    sources: Mapping[str, SourceRecord],
    refused: Mapping[str, Standing],
    key: bytes,
) -> Iterator[ConsentLine]:
    """As the sender sees them; since when, by the word that stands; then what the customer objects to."""
    standings, _ = fold_consents(sources.values(), address_hashes(profile.golden, key), refused)
    for use, state in told.consents:
        standing = standings.get(use)
        since = standing.at if standing is not None and standing.state == state else None
        yield ConsentLine(use, state, since, _masked(profile, use.partition("|")[0]))
    for use, standing in sorted(_objections(sources.values(), refused).items()):
        if standing.state == OBJECTED:
            yield ConsentLine(use, standing.state, standing.at, "")


def _objections(sources: Iterable[SourceRecord], refused: Mapping[str, Standing]) -> dict[str, Standing]:
    """The latest word about each channel as a whole."""
    found = {use: standing for use, standing in refused.items() if is_objection(use)}
    for source in sources:
        for name, standing in source.consents.items():
            channel, purpose, _ = name.split("|")
            if purpose == OBJECTION:
                use = f"{channel}|{OBJECTION}"
                found[use] = later(found.get(use), standing)
    return found


def _masked(profile: CustomerProfile, channel: str) -> str:
    name = EMAIL if channel == EMAIL else "phone"
    return mask(name, profile.golden.get(name, ""))
