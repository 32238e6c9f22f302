"""Takes in what somebody answered to an SMS: ends, restores, explains, or holds until a person has read it (K1..K4)."""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final

from shared.matching.keys import keyed_hash
from shared.messaging.replies import READ_CHARACTERS, ReplyAction, read_reply
from shared.model.contact import Channel, Contact, ContactClass, make_contact_id
from shared.model.errors import LostRace
from shared.model.instants import from_iso, local_day, to_iso
from shared.model.source import CustomerProfile, SourceRecord, Standing
from shared.policy.schema import Policy
from shared.ports import Delete, Done, Is, Items, Queue, QueueName, Write
from shared.store.consent_log import read_words
from shared.store.contacts import put_contact
from shared.store.customers import follow_alias, withdraw_now
from shared.store.identities import read_keys
from shared.store.quarantine import put_quarantine
from shared.store.records import read_sources
from shared.store.refusals import put_refusal, refusal_key
from shared.store.replies import Held, put_held, put_reply, reply_digest, reply_key
from shared.store.suppressions import suppress, suppression_key

BY: Final = "replies"
"""Who refuses at an address where no source record does."""
STOPPED: Final = "reply"
"""Why a number is suppressed: its owner said so."""
PARKED: Final = "parked"
REPEATED: Final = "repeated"
HELP_TEMPLATE: Final = "reply_help"
SCOPES: Final = ("care", "marketing")

_NUMBER = re.compile(r"\+?[1-9]\d{6,14}")
_INBOUND_CHARACTERS: Final = 200
_WITHDRAWN: Final = "withdrawn"
_DAY_S: Final = 86_400


@dataclass(frozen=True, slots=True)
class Inbound:
    """One reply, as the provider tells it."""

    number: str
    """E.164, of who wrote."""
    text: str
    inbound_id: str
    at: datetime
    previous_id: str = ""
    """The provider's id of our message that it answers, where it knows."""


@dataclass(frozen=True, slots=True)
class Replying:
    items: Items
    queue: Queue
    policy: Policy
    key: bytes
    now: datetime


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a reply: its action, `repeated` or `parked`. No word of it, no number."""

    outcome: str
    customers: int = 0


@dataclass(frozen=True, slots=True)
class _Case:
    """A reply with what is known of its number."""

    inbound: Inbound
    action: ReplyAction
    digest: str
    place: str
    sources: tuple[SourceRecord, ...]
    profiles: tuple[CustomerProfile, ...]

    @property
    def address_hash(self) -> str:
        return self.place.partition("#")[2]


def take_reply(body: str, sent_at: datetime | None, at: Replying) -> Taken:
    """What became of one message of the queue. Raises only RetryError; what is no reply is kept aside, whole."""
    inbound = parse_inbound(body, sent_at or at.now)
    if inbound is not None and inbound.at > at.now:
        inbound = replace(
            inbound, at=at.now
        )  # the provider's clock, or one that the embedded stack holds fixed
    if inbound is None:
        at.items.put_if(
            put_quarantine(
                system=BY, reason="malformed_reply", issues=(), raw=body, content=body, at=at.now, origin=None
            )
        )
        return Taken(PARKED)
    digest = reply_digest(inbound.inbound_id)
    if at.items.get(reply_key(digest)) is not None:
        return Taken(REPEATED)
    case = _look_up(inbound, digest, at)
    # What is posted has ids of its own and may come twice; the row below is written once.
    bodies = _records(case, at)
    if bodies:
        at.queue.post(QueueName.RECORDS, bodies)
    noted = put_reply(digest, action=case.action, place=case.place, at=inbound.at)
    if not isinstance(at.items.transact([noted, *_writes(case, at)]), Done):
        raise LostRace("the reply's items changed")
    return Taken(case.action, len(case.profiles))


# --- what came -----------------------------------------------------------------------------------------------


def parse_inbound(body: str, sent_at: datetime) -> Inbound | None:
    """A two-way SMS of End User Messaging, raw or in the envelope of SNS; None for anything else."""
    told = _object(body)
    if told is not None and isinstance(told.get("Message"), str):
        sent_at = _instant(told.get("Timestamp")) or sent_at
        told = _object(told["Message"])
    if told is None:
        return None
    number, text, inbound_id = (
        told.get(key) for key in ("originationNumber", "messageBody", "inboundMessageId")
    )
    if not (isinstance(number, str) and isinstance(text, str) and isinstance(inbound_id, str)):
        return None
    if not _NUMBER.fullmatch(number) or not 0 < len(inbound_id) <= _INBOUND_CHARACTERS:
        return None
    previous = told.get("previousPublishedMessageId")
    return Inbound(
        number="+" + number.lstrip("+"),
        text=text[:READ_CHARACTERS],
        inbound_id=inbound_id,
        at=sent_at,
        previous_id=previous if isinstance(previous, str) else "",
    )


def _object(text: str) -> dict[str, Any] | None:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _instant(text: object) -> datetime | None:
    try:
        return from_iso(str(text))
    except ValueError:
        return None


def _look_up(inbound: Inbound, digest: str, at: Replying) -> _Case:
    place = f"phone#{keyed_hash('phone', inbound.number, at.key)}"
    members = read_keys(at.items, [place])[place].members
    sources = tuple(one for _, one in sorted(read_sources(at.items, members).items()) if not one.deleted)
    owners = dict.fromkeys(one.customer_id for one in sources)
    profiles = {found.customer_id: found for owner in owners if (found := follow_alias(at.items, owner))}
    ordered = sorted(profiles.values(), key=lambda one: (one.founded_at, one.customer_id))
    return _Case(inbound, read_reply(inbound.text), digest, place, sources, tuple(ordered))


# --- what is posted: consent records and an interaction of each source that knows the number ------------------


def _records(case: _Case, at: Replying) -> list[str]:
    if case.action is ReplyAction.OPT_OUT:
        return [_consent(one, case, "any", "withdraw") for one in case.sources]
    if case.action is ReplyAction.OPT_IN:
        return [
            _consent(one, case, scope, "grant")
            for one in case.sources
            for scope in restorable(at.items, one, case.address_hash)
        ]
    return [_record(one, case, {"kind": "interaction", "channel": "sms"}) for one in case.sources[:1]]


def restorable(items: Items, source: SourceRecord, address_hash: str) -> list[str]:
    """What a START restores: purposes that would stand granted had no reply ended them; nothing else."""
    names = {scope: f"{Channel.SMS}|{scope}|{address_hash}" for scope in SCOPES}
    last: dict[str, str] = {}
    for word in read_words(items, [source.record_id]):
        for scope, name in names.items():
            if name in word.uses and not (word.how == "reply" and word.uses[name].state == _WITHDRAWN):
                last[scope] = word.uses[name].state
    return [scope for scope in SCOPES if last.get(scope) == "granted"]


def _consent(source: SourceRecord, case: _Case, purpose: str, action: str) -> str:
    proof = {"how": "reply", "message_id": case.inbound.previous_id}
    told = {
        "kind": "consent",
        "channel": Channel.SMS.value,
        "purpose": purpose,
        "action": action,
        "evidence": f"reply by SMS: {case.action}",
        "proof": {name: value for name, value in proof.items() if value},
    }
    return _record(source, case, told, suffix=f"-{purpose}", phone=case.inbound.number)


def _record(
    source: SourceRecord, case: _Case, told: Mapping[str, Any], *, suffix: str = "", **party: str
) -> str:
    """A record of the customer's own source; the same reply gives the same id, at the same instant."""
    ref = source.record_id.removeprefix(f"{source.system}#")
    record = {
        "schema": 1,
        "system": source.system,
        "id": f"reply-{case.digest}{suffix}",
        "event_at": to_iso(case.inbound.at),
        "party": {"ref": ref, **party},
        **told,
    }
    return json.dumps(record)


# --- what is written at once ---------------------------------------------------------------------------------


def _writes(case: _Case, at: Replying) -> list[Write]:
    match case.action:
        case ReplyAction.OPT_OUT:
            return stop_number(case.place, [one.customer_id for one in case.profiles], case.inbound.at)
        case ReplyAction.OPT_IN:
            return _open_number(case, at.items)
        case ReplyAction.HELP:
            return _answer(case, at)
        case ReplyAction.REVIEW:
            return [put_held(Held(case.place, case.inbound.text, case.digest, case.inbound.at))]
    return []


def stop_number(place: str, customer_ids: Iterable[str], said_at: datetime) -> list[Write]:
    """No SMS goes to the number from this very write on, whoever has it, now or after a later import."""
    uses = [f"{Channel.SMS}|{scope}" for scope in SCOPES]
    refused = {use: Standing(_WITHDRAWN, said_at) for use in uses}
    return [
        # A bounce that stands there stays the reason.
        suppress(Channel.SMS, place.partition("#")[2], reason=STOPPED, at=said_at),
        put_refusal(place, BY, refused),
        *(withdraw_now(customer_id, uses) for customer_id in customer_ids),
    ]


def _open_number(case: _Case, items: Items) -> list[Write]:
    """Takes back what an earlier reply has stopped; a bounce or a complaint stays."""
    suppression = suppression_key(Channel.SMS, case.address_hash)
    stands = items.get(suppression) or {}
    is_ours = stands.get("reason") == STOPPED
    writes: list[Write] = [Delete(suppression, Is("reason", "=", STOPPED))] if is_ours else []
    if f"by {BY}" in (items.get(refusal_key(case.place)) or {}):
        writes.append(put_refusal(case.place, BY, {}))
    return writes


def _answer(case: _Case, at: Replying) -> list[Write]:
    """One service message, to the oldest customer with the number: nobody else has a row of the ledger."""
    found: Sequence[CustomerProfile] = case.profiles[:1]
    return [_help_row(profile, case, at) for profile in found]


def _help_row(profile: CustomerProfile, case: _Case, at: Replying) -> Write:
    tenant, today = at.policy.tenant, local_day(at.now, at.policy.tenant.tz)
    language = profile.golden.get("language", "")
    contact = Contact(
        contact_id="",
        customer_id=profile.customer_id,
        plan_step=f"reply.help.{case.digest[:8]}",
        occasion_on=today,
        channel=Channel.SMS,
        contact_class=ContactClass.SERVICE,
        purpose="service",
        template=HELP_TEMPLATE,
        locale=language if language in tenant.languages else tenant.languages[0],
        created_at=at.now,
        not_before=at.now,
        not_after=at.now + timedelta(days=at.policy.classes[ContactClass.SERVICE].valid_days),
        check_at=at.now,
        why={"rule": "K4", "policy": at.policy.version},
    )
    named = make_contact_id(
        tenant=tenant.id,
        customer_id=profile.customer_id,
        plan_step=contact.plan_step,
        occasion_on=today,
        channel=Channel.SMS,
    )
    expires_at = int(at.now.timestamp()) + at.policy.sending.row_days * _DAY_S
    return put_contact(replace(contact, contact_id=named), expires_at=expires_at)
