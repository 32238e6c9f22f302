"""The entry of this room: one raw message in, one clean record out, or the reason why not (R1..R3)."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import partial
from typing import Any, NamedTuple

from shared.cleaning.assets import clean_asset_id, read_asset, read_service
from shared.cleaning.booleans import clean_flag
from shared.cleaning.categories import (
    clean_dimension,
    clean_interaction_channel,
    clean_need_type,
    clean_priority,
    clean_score,
)
from shared.cleaning.common_amounts import plain_fen, read_fen
from shared.cleaning.common_days import plain_instant
from shared.cleaning.common_forms import is_plain_id, plain_word, remember
from shared.cleaning.consents import clean_action, clean_consent_channel, clean_purpose
from shared.cleaning.currencies import clean_currency
from shared.cleaning.dates import clean_instant
from shared.cleaning.field import NOTHING, Field
from shared.cleaning.hints import Habits, find_habits, read_hints
from shared.cleaning.identity import clean_id, content_id, party_ref
from shared.cleaning.message import Message
from shared.cleaning.money import clean_money, convert_to_fen
from shared.cleaning.origin import clean_whole, read_origin
from shared.cleaning.party import clean_party
from shared.cleaning.reader import read_value
from shared.cleaning.text import read_text, write_scalar
from shared.model.instants import TICK, local_day, to_tick
from shared.model.issues import Issue
from shared.model.record import (
    RECORD_KINDS,
    Asset,
    Complaint,
    Consent,
    ConsentAction,
    ConsentChannel,
    Interaction,
    Need,
    Order,
    Party,
    Profile,
    Purpose,
    Record,
    Refund,
    Satisfaction,
    Service,
    trust,
)
from shared.policy.schema import Policy

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_NEEDS_EVENT_DATE = frozenset({"order", "refund", "interaction", "complaint", "satisfaction", "service"})


class Cleaned(NamedTuple):
    record: Record | None
    """None iff the message is refused whole."""
    refusal: str | None
    """Why, as a code of `codes.py`."""
    issues: tuple[Issue, ...]


# Three times as fast as by its name.
_make_cleaned = tuple.__new__


class _Refusal(NamedTuple):
    code: str


# Messages of one batch are received at one instant.
_to_tick_once = remember(to_tick)


def clean_record(raw: Mapping[str, object], *, policy: Policy, received_at: datetime, key: bytes) -> Cleaned:
    """The clean record of a raw message, or why it is refused whole; raises nothing, whatever the message.

    A bad field is refused alone, with an issue. `key` makes the ids of records and parties that come without one.
    """
    if type(raw) is not dict:
        if not isinstance(raw, Mapping):
            return Cleaned(None, "not_an_object", ())
        raw = dict(raw)
    issues: list[Issue] = []
    made = _make_record(raw, issues, find_habits(policy), _to_tick_once(received_at), key)
    if isinstance(made, _Refusal):
        return Cleaned(None, made.code, tuple(issues))
    return _make_cleaned(Cleaned, (made, None, tuple(issues) if issues else ()))


def _make_record(
    raw: dict[str, object], issues: list[Issue], habits: Habits, received_at: datetime, key: bytes
) -> Record | _Refusal:
    schema = raw.get("schema")
    if (type(schema) is not int or schema != 1) and write_scalar(schema) != "1":
        return _Refusal("unknown_schema")
    kind = raw.get("kind")
    if type(kind) is not str or kind not in _BUILDERS:
        kind = _read_kind(kind)
    if kind is None:
        return _Refusal("unknown_kind")
    said = raw.get("system")
    system = _plain_system(said) if type(said) is str and habits.takes_plain else None
    if system is None:
        system = _read_system(said, issues, habits)
    if system is None:
        return _Refusal("missing_system")
    hints, found = read_hints(raw.get("hints"), system, habits)
    if found:
        issues.extend(found)
    message = Message(raw, issues, habits, hints, kind, received_at, key, habits.takes_plain)
    if raw.get("deleted") is not None:
        message.is_deleted = bool(message.read("deleted", clean_flag))
    common = _make_common(message, system)
    return common if isinstance(common, _Refusal) else _BUILDERS[kind](message, common)


def _read_system(raw: object, issues: list[Issue], habits: Habits) -> str | None:
    system, found = read_value(raw, "system", _clean_system, habits.most_characters)
    issues.extend(found)
    return system


def _read_kind(raw: object) -> str | None:
    kind = (read_text(raw) or "").lower()
    return kind if kind in RECORD_KINDS else None


def _make_common(message: Message, system: str) -> dict[str, Any] | _Refusal:
    """The fields of every kind."""
    party = _identify(message)
    record_id = _read_id(message)
    if party is None:
        return _Refusal("no_identity")
    if record_id is None:
        return _Refusal("bad_id")
    get, received_at = message.source.get, message.received_at
    changed_at = None if get("changed_at") is None else _read_instant(message, "changed_at")
    event_at = _read_event_at(message, changed_at)
    if event_at is None:
        return _Refusal("no_event_date")
    version = None if get("version") is None else _read_version(message)
    return {
        "system": system,
        "id": record_id,
        "version": _milliseconds(changed_at or event_at) if version is None else version,
        "event_at": event_at,
        "recorded_at": received_at,
        "deleted": message.is_deleted,
        "party": party,
        "origin": None if get("origin") is None else read_origin(message),
        "kind": message.kind,
    }


def _identify(message: Message) -> Party | None:
    """The party with a ref, its own or made from what it says; None without any identity."""
    raw = message.source.get("party")
    party = clean_party(raw if type(raw) is dict or isinstance(raw, Mapping) else {}, message)
    if party.ref:
        return party
    if party.name and not (party.phone or party.email):
        message.flag("party.name", "weak_identity")
    ref = party_ref(party, message.key)
    return None if ref is None else party.model_copy(update={"ref": ref})


def _read_id(message: Message) -> str | None:
    raw = message.source.get("id")
    if type(raw) is str and is_plain_id(raw):
        return raw
    if raw is None and message.kind == "asset":
        number = clean_asset_id(message.source.get("asset_id"), "asset_id").value
        # The number of an asset outlives what is said of it; a plate tells who drives, so that no key may hold it.
        if number:
            return content_id({"asset_id": number}, message.key)
    value, issues = clean_id(raw, "id")
    if value or issues:
        message.issues.extend(issues)
        return value
    occurrence = clean_whole(message.source.get("occurrence"), "occurrence").value
    return f"{content_id(message.source, message.key)}-{1 if occurrence is None else occurrence}"


def _read_instant(message: Message, name: str) -> datetime | None:
    raw = message.source.get(name)
    if raw is None:
        return None
    hints, habits = message.hints.dates, message.habits
    at = plain_instant(raw, hints) if type(raw) is str and message.takes_plain else None
    if at is not None:
        return at
    field = read_value(raw, name, partial(clean_instant, hints=hints), habits.most_characters)
    return message.keep(field)


def _read_event_at(message: Message, changed_at: datetime | None) -> datetime | None:
    raw, received_at = message.source.get("event_at"), message.received_at
    event_at = plain_instant(raw, message.hints.dates) if type(raw) is str and message.takes_plain else None
    if event_at is None and raw is not None:
        event_at = _read_instant(message, "event_at")
    if event_at and event_at.year < received_at.year - message.habits.oldest_event_years:
        message.flag("event_at", "event_too_old")
        event_at = None
    if event_at is None:
        return _replace_event_at(message, changed_at)
    if event_at > received_at and event_at > received_at + message.habits.future_tolerance:
        message.flag("event_at", "future_event")
    return event_at


def _replace_event_at(message: Message, changed_at: datetime | None) -> datetime | None:
    if message.is_deleted:
        return changed_at or message.received_at
    if message.kind in _NEEDS_EVENT_DATE:
        return None
    if message.kind == "asset" and changed_at:
        return changed_at
    message.flag("event_at", "assumed_received_time")
    return message.received_at


def _read_version(message: Message) -> int | None:
    field = message.look("version", clean_whole)
    if field.value is None and field.issues:
        message.flag("version", "bad_version")
    return field.value


def _milliseconds(at: datetime) -> int:
    since = (at - _EPOCH) // TICK
    return since if since > 0 else 0


def _clean_system(raw: object, path: str) -> Field[str]:
    text = (read_text(raw) or "").lower()
    # `#` parts system and id in keys.
    is_name = 0 < len(text) <= 64 and text.replace("-", "").replace("_", "").replace(".", "").isalnum()
    return Field(text) if is_name else NOTHING


_plain_system = plain_word(_clean_system)


# --- one builder for each kind ---


def _profile(message: Message, common: dict[str, Any]) -> Record:
    return trust(Profile, common)


def _order(message: Message, common: dict[str, Any]) -> Record | _Refusal:
    amount = _read_amount(message, common["event_at"])
    if isinstance(amount, _Refusal):
        return amount
    fen, currency = amount
    if fen is not None and fen < 0:
        message.flag("amount", "negative_order")
    stage = None if message.source.get("stage") is None else message.text("stage")
    common["amount_fen"], common["currency"], common["stage"] = fen, currency, stage
    return trust(Order, common)


def _refund(message: Message, common: dict[str, Any]) -> Record | _Refusal:
    amount = _read_amount(message, common["event_at"])
    if isinstance(amount, _Refusal):
        return amount
    fen, currency = amount
    if fen is not None and fen < 0:
        message.flag("amount", "refund_sign")
    common["amount_fen"], common["currency"] = None if fen is None else abs(fen), currency
    return trust(Refund, common)


_clean_currency_once = remember(clean_currency)


def _read_amount(message: Message, event_at: datetime) -> tuple[int | None, str] | _Refusal:
    """R3: in the tenant's fen; unknown currencies refuse the record, known ones without a rate leave it open."""
    home, get = message.habits.currency, message.source.get
    raw, said, hints = get("amount"), get("currency"), message.hints.money
    if said is not None and said != home:
        return _read_other_amount(message, event_at)
    fen = plain_fen(raw, home, hints)
    if fen is not None:
        return fen, home
    found = read_fen(raw, "amount", home=home, hints=hints) if type(raw) is str else None
    if found is None:
        return _read_other_amount(message, event_at)
    fen = message.keep(found)
    return _Refusal("no_amount") if fen is None and not message.is_deleted else (fen, home)


def _read_other_amount(message: Message, event_at: datetime) -> tuple[int | None, str] | _Refusal:
    home = message.habits.currency
    currency = message.look("currency", partial(_clean_currency_once, home=home))
    clean = partial(clean_money, currency=message.keep(currency), hints=message.hints.money)
    money = message.look("amount", clean)
    found = message.keep(money)
    if message.is_deleted and found is None:
        return None, currency.value or home
    if currency.issues or any(issue.code == "unknown_currency" for issue in money.issues):
        return _Refusal("unknown_currency")
    if found is None:
        return _Refusal("no_amount")
    on = local_day(event_at, message.habits.zone)
    rates = message.habits.policy.cleaning.rates
    fen = convert_to_fen(found, "amount", home=home, on=on, rates=rates)
    is_refused = message.keep(fen) is None and any(issue.code != "unconverted" for issue in fen.issues)
    return _Refusal("no_amount") if is_refused else (fen.value, found.currency)


def _interaction(message: Message, common: dict[str, Any]) -> Record:
    common["channel"] = message.read("channel", clean_interaction_channel) or "other"
    common["topic"], common["stage"] = message.text("topic"), message.text("stage")
    return trust(Interaction, common)


def _complaint(message: Message, common: dict[str, Any]) -> Record:
    common["is_interaction"] = message.read("is_interaction", clean_flag) is not False
    common["topic"], common["stage"] = message.text("topic"), message.text("stage")
    return trust(Complaint, common)


def _satisfaction(message: Message, common: dict[str, Any]) -> Record | _Refusal:
    score = message.read("score", clean_score)
    if score is None:
        return _Refusal("no_score")
    common["score"], common["dimension"] = score, message.read("dimension", clean_dimension)
    return trust(Satisfaction, common)


def _need(message: Message, common: dict[str, Any]) -> Record:
    common["need_type"] = message.read("need_type", clean_need_type)
    common["priority"] = message.read("priority", clean_priority)
    common["topic"], common["stage"] = message.text("topic"), message.text("stage")
    return trust(Need, common)


def _consent(message: Message, common: dict[str, Any]) -> Record | _Refusal:
    """A grant counts only for what it names; a withdrawal that names nothing counts for everything."""
    action = message.read("action", clean_action)
    if action is None:
        return _Refusal("no_action")
    channel, purpose = message.read("channel", clean_consent_channel), message.read("purpose", clean_purpose)
    if action is ConsentAction.GRANT and channel is None:
        return _Refusal("no_channel")
    if action is ConsentAction.GRANT and purpose is None:
        return _Refusal("no_purpose")
    common["channel"], common["purpose"] = channel or ConsentChannel.ANY, purpose or Purpose.ANY
    common["action"], common["evidence"] = action, message.text("evidence")
    return trust(Consent, common)


def _asset(message: Message, common: dict[str, Any]) -> Record | _Refusal:
    common |= read_asset(message)
    is_known = common["asset_id"] or common["product"] or message.is_deleted
    return trust(Asset, common) if is_known else _Refusal("no_asset")


def _service(message: Message, common: dict[str, Any]) -> Record:
    return trust(Service, common | read_service(message))


_BUILDERS: dict[str, Callable[[Message, dict[str, Any]], Record | _Refusal]] = {
    "profile": _profile,
    "order": _order,
    "refund": _refund,
    "interaction": _interaction,
    "complaint": _complaint,
    "satisfaction": _satisfaction,
    "need": _need,
    "consent": _consent,
    "asset": _asset,
    "service": _service,
}
