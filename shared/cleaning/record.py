"""The entry of this room: one raw message in, one clean record out, or the reason why not (R1..R3)."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import NamedTuple, TypedDict

from shared.cleaning.booleans import clean_flag
from shared.cleaning.categories import (
    clean_dimension,
    clean_interaction_channel,
    clean_need_type,
    clean_priority,
    clean_score,
)
from shared.cleaning.common_forms import clean_instant, read_fen, remember
from shared.cleaning.consents import clean_action, clean_consent_channel, clean_purpose
from shared.cleaning.currencies import clean_currency
from shared.cleaning.field import NOTHING, Field, refused
from shared.cleaning.hints import Hints, clean_hints, hints_reader
from shared.cleaning.identity import clean_id, content_id, party_ref
from shared.cleaning.money import clean_money, convert_to_fen
from shared.cleaning.party import clean_party
from shared.cleaning.reader import Reader
from shared.cleaning.text import read_text, write_scalar
from shared.model.instants import TICK, local_day, to_tick
from shared.model.issues import Issue
from shared.model.record import (
    RECORD_KINDS,
    Complaint,
    Consent,
    ConsentAction,
    ConsentChannel,
    Interaction,
    Need,
    Order,
    Origin,
    Party,
    Profile,
    Purpose,
    Record,
    Refund,
    Satisfaction,
)
from shared.policy.schema import Policy

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_NEEDS_EVENT_DATE = frozenset({"order", "refund", "interaction", "complaint", "satisfaction"})
# DynamoDB keeps 38 digits, but JSON readers of other languages only 2**53.
_MOST_DIGITS = 15


class Cleaned(NamedTuple):
    record: Record | None
    """None iff the message is refused whole."""
    refusal: str | None
    """Why, as a code of `codes.py`."""
    issues: tuple[Issue, ...]


# Messages of one batch are received at one instant.
_to_tick_once = remember(to_tick)


class _Refusal(NamedTuple):
    code: str


class _Context(NamedTuple):
    policy: Policy
    received_at: datetime
    key: bytes
    hints: Hints
    kind: str
    is_deleted: bool
    """A record taken back needs its id, not its content."""


class _Common(TypedDict):
    system: str
    id: str
    version: int
    event_at: datetime
    recorded_at: datetime
    deleted: bool
    party: Party
    origin: Origin | None


def clean_record(raw: Mapping[str, object], *, policy: Policy, received_at: datetime, key: bytes) -> Cleaned:
    """The clean record of a raw message, or why it is refused whole; raises nothing, whatever the message.

    A bad field is refused alone, with an issue. `key` makes the ids of records and parties that come without one.
    """
    if type(raw) is not dict and not isinstance(raw, Mapping):
        return Cleaned(None, "not_an_object", ())
    reader = Reader(raw, "", policy.cleaning.max_field_characters, [])
    made = _make_record(reader, policy, received_at, key)
    if isinstance(made, _Refusal):
        return Cleaned(None, made.code, tuple(reader.issues))
    return Cleaned(made, None, tuple(reader.issues))


def _make_record(reader: Reader, policy: Policy, received_at: datetime, key: bytes) -> Record | _Refusal:
    if write_scalar(reader.source.get("schema")) != "1":
        return _Refusal("unknown_schema")
    kind = _read_kind(reader.source.get("kind"))
    if kind is None:
        return _Refusal("unknown_kind")
    system = reader.read("system", _clean_system_once)
    if system is None:
        return _Refusal("missing_system")
    hints = clean_hints(hints_reader(reader.source.get("hints"), reader), system=system, policy=policy)
    is_deleted = bool(reader.read("deleted", clean_flag))
    context = _Context(policy, _to_tick_once(received_at), key, hints, kind, is_deleted)
    common = _make_common(reader, system, context)
    return common if isinstance(common, _Refusal) else _BUILDERS[kind](reader, common, context)


def _read_kind(raw: object) -> str | None:
    if type(raw) is str and raw in _BUILDERS:
        return raw
    kind = (read_text(raw) or "").lower()
    return kind if kind in RECORD_KINDS else None


def _make_common(reader: Reader, system: str, context: _Context) -> _Common | _Refusal:
    party = _identify(reader, context)
    record_id = _read_id(reader, context)
    if party is None:
        return _Refusal("no_identity")
    if record_id is None:
        return _Refusal("bad_id")
    changed_at = reader.read("changed_at", partial(clean_instant, hints=context.hints.dates))
    event_at = _read_event_at(reader, context, changed_at)
    if event_at is None:
        return _Refusal("no_event_date")
    return _Common(
        system=system,
        id=record_id,
        version=_read_version(reader, changed_at or event_at),
        event_at=event_at,
        recorded_at=context.received_at,
        deleted=context.is_deleted,
        party=party,
        origin=_read_origin(reader),
    )


def _identify(reader: Reader, context: _Context) -> Party | None:
    """The party with a ref, its own or made from what it says; None without any identity."""
    raw = reader.source.get("party")
    source = raw if type(raw) is dict or isinstance(raw, Mapping) else {}
    party_reader = Reader(source, "party.", reader.most_characters, reader.issues)
    party = clean_party(
        party_reader,
        hints=context.hints,
        home_country=context.policy.tenant.country,
        today=local_day(context.received_at, context.hints.dates.zone),
    )
    if party.ref:
        return party
    if party.name and not (party.phone or party.email):
        party_reader.flag("name", "weak_identity")
    ref = party_ref(party, context.key)
    return None if ref is None else party.model_copy(update={"ref": ref})


def _read_id(reader: Reader, context: _Context) -> str | None:
    field = clean_id(reader.source.get("id"), "id")
    if reader.keep(field) or field.issues:
        return field.value
    occurrence = _clean_whole(reader.source.get("occurrence"), "occurrence").value
    return f"{content_id(reader.source, context.key)}-{1 if occurrence is None else occurrence}"


def _read_event_at(reader: Reader, context: _Context, changed_at: datetime | None) -> datetime | None:
    cleaning = context.policy.cleaning
    event_at = reader.read("event_at", partial(clean_instant, hints=context.hints.dates))
    if event_at and event_at.year < context.received_at.year - cleaning.oldest_event_years:
        reader.flag("event_at", "event_too_old")
        event_at = None
    if event_at is None:
        return _replace_event_at(reader, context, changed_at)
    is_later = event_at > context.received_at
    if is_later and event_at > context.received_at + timedelta(minutes=cleaning.future_tolerance_minutes):
        reader.flag("event_at", "future_event")
    return event_at


def _replace_event_at(reader: Reader, context: _Context, changed_at: datetime | None) -> datetime | None:
    if context.is_deleted:
        return changed_at or context.received_at
    if context.kind in _NEEDS_EVENT_DATE:
        return None
    reader.flag("event_at", "assumed_received_time")
    return context.received_at


def _read_version(reader: Reader, otherwise: datetime) -> int:
    field = reader.look("version", _clean_whole)
    if field.value is not None:
        return field.value
    if field.issues:
        reader.flag("version", "bad_version")
    return max(0, (otherwise - _EPOCH) // TICK)


def _read_origin(reader: Reader) -> Origin | None:
    raw = reader.source.get("origin")
    if raw is None:
        return None
    source = raw if isinstance(raw, Mapping) else {}
    file, job_id = write_scalar(source.get("file")), write_scalar(source.get("job_id"))
    row, seq = (_clean_whole(source.get(name), name).value for name in ("row", "seq"))
    if file is None or job_id is None or row is None or seq is None:
        reader.flag("origin", "bad_origin")
        return None
    return Origin(file=file, row=row, job_id=job_id, seq=seq)


def _clean_system(raw: object, path: str) -> Field[str]:
    text = (read_text(raw) or "").lower()
    # `#` parts system and id in keys.
    is_name = 0 < len(text) <= 64 and text.replace("-", "").replace("_", "").replace(".", "").isalnum()
    return Field(text) if is_name else NOTHING


_clean_system_once = remember(_clean_system)


def _clean_whole(raw: object, path: str) -> Field[int]:
    """A whole number that is not negative, such as a version."""
    text = None if isinstance(raw, bool) else read_text(raw)
    if text is None:
        return NOTHING
    digits = text.removesuffix(".0")
    is_whole = digits.isascii() and digits.isdigit() and len(digits) <= _MOST_DIGITS
    return Field(int(digits)) if is_whole else refused(path, "bad_version")


# --- one builder for each kind ---


def _profile(reader: Reader, common: _Common, context: _Context) -> Record:
    return Profile(**common)


def _order(reader: Reader, common: _Common, context: _Context) -> Record | _Refusal:
    amount = _read_amount(reader, common, context)
    if isinstance(amount, _Refusal):
        return amount
    if amount.fen is not None and amount.fen < 0:
        reader.flag("amount", "negative_order")
    return Order(**common, amount_fen=amount.fen, currency=amount.currency, stage=reader.text("stage"))


def _refund(reader: Reader, common: _Common, context: _Context) -> Record | _Refusal:
    amount = _read_amount(reader, common, context)
    if isinstance(amount, _Refusal):
        return amount
    if amount.fen is not None and amount.fen < 0:
        reader.flag("amount", "refund_sign")
    fen = None if amount.fen is None else abs(amount.fen)
    return Refund(**common, amount_fen=fen, currency=amount.currency)


_clean_currency_once = remember(clean_currency)


class _Amount(NamedTuple):
    fen: int | None
    currency: str


def _read_amount(reader: Reader, common: _Common, context: _Context) -> _Amount | _Refusal:
    """R3: in the tenant's fen; unknown currencies refuse the record, known ones without a rate leave it open."""
    home = context.policy.tenant.currency
    currency = reader.look("currency", partial(_clean_currency_once, home=home))
    quick = (
        None
        if currency.issues
        else read_fen(
            reader.source.get("amount"), currency=currency.value or home, home=home, hints=context.hints.money
        )
    )
    if quick is not None:
        return _Amount(quick, home)
    money = reader.look(
        "amount", partial(clean_money, currency=reader.keep(currency), hints=context.hints.money)
    )
    found = reader.keep(money)
    if context.is_deleted and found is None:
        return _Amount(None, currency.value or home)
    if currency.issues or any(issue.code == "unknown_currency" for issue in money.issues):
        return _Refusal("unknown_currency")
    if found is None:
        return _Refusal("no_amount")
    on = local_day(common["event_at"], context.policy.tenant.tz)
    fen = convert_to_fen(found, "amount", home=home, on=on, rates=context.policy.cleaning.rates)
    is_refused = reader.keep(fen) is None and any(issue.code != "unconverted" for issue in fen.issues)
    return _Refusal("no_amount") if is_refused else _Amount(fen.value, found.currency)


def _interaction(reader: Reader, common: _Common, context: _Context) -> Record:
    channel = reader.read("channel", clean_interaction_channel) or "other"
    return Interaction(**common, channel=channel, topic=reader.text("topic"))


def _complaint(reader: Reader, common: _Common, context: _Context) -> Record:
    is_interaction = reader.read("is_interaction", clean_flag)
    return Complaint(
        **common,
        is_interaction=is_interaction is not False,
        topic=reader.text("topic"),
        stage=reader.text("stage"),
    )


def _satisfaction(reader: Reader, common: _Common, context: _Context) -> Record | _Refusal:
    score = reader.read("score", clean_score)
    if score is None:
        return _Refusal("no_score")
    return Satisfaction(**common, score=score, dimension=reader.read("dimension", clean_dimension))


def _need(reader: Reader, common: _Common, context: _Context) -> Record:
    return Need(
        **common,
        need_type=reader.read("need_type", clean_need_type),
        priority=reader.read("priority", clean_priority),
        topic=reader.text("topic"),
        stage=reader.text("stage"),
    )


def _consent(reader: Reader, common: _Common, context: _Context) -> Record | _Refusal:
    """A grant counts only for what it names; a withdrawal that names nothing counts for everything."""
    action = reader.read("action", clean_action)
    if action is None:
        return _Refusal("no_action")
    channel, purpose = reader.read("channel", clean_consent_channel), reader.read("purpose", clean_purpose)
    if action is ConsentAction.GRANT and channel is None:
        return _Refusal("no_channel")
    if action is ConsentAction.GRANT and purpose is None:
        return _Refusal("no_purpose")
    return Consent(
        **common,
        channel=channel or ConsentChannel.ANY,
        purpose=purpose or Purpose.ANY,
        action=action,
        evidence=reader.text("evidence"),
    )


_BUILDERS: dict[str, Callable[[Reader, _Common, _Context], Record | _Refusal]] = {
    "profile": _profile,
    "order": _order,
    "refund": _refund,
    "interaction": _interaction,
    "complaint": _complaint,
    "satisfaction": _satisfaction,
    "need": _need,
    "consent": _consent,
}
