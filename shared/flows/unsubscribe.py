"""Answers the link at the end of a message: GET asks, POST ends (RFC 8058, U1..U5)."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from email import message_from_bytes
from typing import Any, Final
from urllib.parse import parse_qs

from shared.messaging.preference_page import (
    AGAIN,
    ALL,
    CONFIRM,
    ONE_CLICK,
    SCOPE,
    Language,
    ask_page,
    done_page,
    pick_language,
    refusal_page,
    shown_text,
    wanted_page,
)
from shared.messaging.unsubscribe import SCOPES, Subscription, keyring_on, verify
from shared.model.contact import Channel
from shared.model.instants import local_day, to_iso
from shared.model.source import CustomerProfile, SourceRecord
from shared.policy.schema import Policy
from shared.ports import Is, Items, Queue, QueueName, Update
from shared.store.customers import CONSENT, customer_key, follow_alias, withdraw_now
from shared.store.records import read_sources

BODY_BYTES: Final = 8192
OK: Final = 200
NOT_FOUND: Final = 404
WITHDRAWN: Final = "withdrawn"
ASKED_AGAIN: Final = "asked_again"
"""Of a use, until the next review: no send takes it for a grant."""
SECURITY_HEADERS: Final = {
    "Content-Type": "text/html; charset=utf-8",
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex",
}


@dataclass(frozen=True, slots=True)
class Asked:
    """An HTTP request, as far as it matters; names of headers in small letters."""

    method: str
    token: str
    headers: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    body: str
    headers: Mapping[str, str] = field(default_factory=lambda: SECURITY_HEADERS)
    ended: tuple[str, ...] = ()
    """Uses that ended with this very request, such as `email|care`."""
    wanted: tuple[str, ...] = ()
    """Uses that are wanted again, by this very request."""


@dataclass(frozen=True, slots=True)
class Unsubscribing:
    items: Items
    queue: Queue
    policy: Policy
    key: bytes
    """The master secret, of which the keys of the links are derived."""
    now: datetime


def answer_link(asked: Asked, at: Unsubscribing) -> Answer:
    """The page, or what was done. Only a POST that says so changes anything (U2)."""
    tenant, form = at.policy.tenant, _read_form(asked)
    today = local_day(at.now, tenant.tz)
    found = verify(
        asked.token,
        tenant.id,
        keyring_on(at.key, today),
        on=today,
        valid_days=at.policy.unsubscribe.valid_days,
    )
    if found is None:
        return Answer(NOT_FOUND, refusal_page(tenant))
    language = pick_language(
        asked.headers.get("accept-language", ""), form.get("lang") or asked.query.get("lang", "")
    )
    if asked.method in ("GET", "HEAD"):
        is_ended = _state(found, at.items) == WITHDRAWN
        return Answer(OK, ask_page(tenant, language, found.channel, found.scope, is_ended=is_ended))
    choice = SCOPE if form.get(ONE_CLICK[0]) == ONE_CLICK[1] else form.get(CONFIRM)
    if asked.method != "POST" or choice not in (SCOPE, ALL, AGAIN):
        return Answer(NOT_FOUND, refusal_page(tenant))
    word = _Word(found, asked.token, at.now, _proof(found, language, is_page=CONFIRM in form))
    if choice == AGAIN:
        wanted = _want_again(word, at)
        comes = bool(wanted) or _state(found, at.items).startswith((ASKED_AGAIN, "granted"))
        page = wanted_page(tenant, language, found.channel, found.scope) if comes else refusal_page(tenant)
        return Answer(OK if comes else NOT_FOUND, page, wanted=wanted)
    ended = _end(word, SCOPES if choice == ALL else (found.scope,), at)
    page = done_page(tenant, language, found.channel, found.scope, is_all=choice == ALL)
    return Answer(OK, page, ended=ended)


@dataclass(frozen=True, slots=True)
class _Word:
    """What somebody said by a link, with what proves it."""

    found: Subscription
    token: str
    at: datetime
    proof: dict[str, str]


def _proof(found: Subscription, language: Language, *, is_page: bool) -> dict[str, str]:
    """A mail program shows no text of ours; the page shows one, in a language (C9)."""
    if not is_page:
        return {"how": "link"}
    shown = shown_text(language, found.channel, found.scope)
    return {"how": "page", "locale": language, "text_sha256": hashlib.sha256(shown.encode()).hexdigest()}


def _state(found: Subscription, items: Items) -> str:
    """What the projection says of the link's use."""
    profile = follow_alias(items, found.recipient)
    standing = {} if profile is None else items.get(customer_key(profile.customer_id, CONSENT)) or {}
    return str(standing.get(f"{found.channel}|{found.scope}", ""))


def _read_form(asked: Asked) -> dict[str, str]:
    """The fields of a small urlencoded or multipart body; empty for anything else."""
    kind, body = asked.headers.get("content-type", ""), asked.body
    if asked.method != "POST" or len(body) > BODY_BYTES:
        return {}
    if kind.startswith("multipart/form-data"):
        return _read_multipart(kind, body)
    fields = parse_qs(body.decode(errors="replace"), max_num_fields=10) if body.count(b"&") < 10 else {}
    return {name: values[0] for name, values in fields.items()}


def _read_multipart(kind: str, body: bytes) -> dict[str, str]:
    message = message_from_bytes(b"Content-Type: " + kind.encode(errors="replace") + b"\r\n\r\n" + body)
    fields = {}
    for part in message.walk() if message.is_multipart() else ():
        name = part.get_param("name", header="content-disposition")
        payload = part.get_payload(decode=True)
        if isinstance(name, str) and isinstance(payload, bytes):
            fields[name] = payload.decode(errors="replace").strip()
    return fields


def _end(word: _Word, scopes: tuple[str, ...], at: Unsubscribing) -> tuple[str, ...]:
    """Ends what stands, felt at once and kept in the consent ledger; a repeat finds nothing to end (U3)."""
    found = word.found
    profile = follow_alias(at.items, found.recipient)
    if profile is None:
        return ()  # erased: nobody is left to be written to
    standing = at.items.get(customer_key(profile.customer_id, CONSENT)) or {}
    uses = {f"{found.channel}|{scope}": scope for scope in scopes}
    ended = tuple(use for use in uses if standing.get(use) not in (WITHDRAWN, "objected"))
    source = _source_of(profile, found.channel, at.items)
    if not ended or source is None:
        return ()
    # The ledger first: a review writes the projection anew from it.
    at.queue.post(QueueName.RECORDS, [_record(source, word, uses[use], "withdraw") for use in ended])
    at.items.update_if(withdraw_now(profile.customer_id, ended))
    return ended


def _want_again(word: _Word, at: Unsubscribing) -> tuple[str, ...]:
    """Asks for the link's own use again, for the address it goes to: only where it was withdrawn, never over an objection.

    It counts from the next review on: a grant is never felt before its word is in the ledger.
    """
    found = word.found
    profile = follow_alias(at.items, found.recipient)
    name = _address_name(found.channel)
    address = profile.golden.get(name) if profile else None
    if profile is None or address is None:
        return ()
    use = f"{found.channel}|{found.scope}"
    source = _source_of(profile, found.channel, at.items)
    if source is None or _state(found, at.items) != WITHDRAWN:
        return ()
    at.queue.post(QueueName.RECORDS, [_record(source, word, found.scope, "grant", **{name: address})])
    key = customer_key(profile.customer_id, CONSENT)
    at.items.update_if(Update(key, set={use: ASKED_AGAIN}, condition=Is(use, "=", WITHDRAWN)))
    return (use,)


def _address_name(channel: Channel) -> str:
    return "email" if channel is Channel.EMAIL else "phone"


def _source_of(profile: CustomerProfile, channel: Channel, items: Items) -> SourceRecord | None:
    """The source record that knows the address which the customer is written to, else any."""
    name = _address_name(channel)
    sources = read_sources(items, profile.members)
    mine = [
        one
        for one in sources.values()
        if name in one.party and one.party[name].value == profile.golden.get(name)
    ]
    return next(iter([*mine, *sources.values()]), None)


def _record(source: SourceRecord, word: _Word, scope: str, action: str, **party: str) -> str:
    """A consent record of the customer's own source, with one id for one link, scope and action."""
    ref = source.record_id.removeprefix(f"{source.system}#")
    digest = hashlib.sha256(word.token.encode()).hexdigest()[:32]
    verb = "unsubscribe" if action == "withdraw" else "resubscribe"
    record: dict[str, Any] = {
        "schema": 1,
        "system": source.system,
        "kind": "consent",
        "id": f"{verb}-{digest}-{scope}",
        "event_at": to_iso(word.at),
        "party": {"ref": ref, **party},
        "channel": word.found.channel.value,
        "purpose": scope,
        "action": action,
        "evidence": "unsubscribe link" if word.proof["how"] == "link" else "preference page",
        "proof": word.proof,
    }
    return json.dumps(record)
