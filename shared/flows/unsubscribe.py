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
    CONFIRM,
    ONE_CLICK,
    ask_page,
    done_page,
    pick_language,
    refusal_page,
)
from shared.messaging.unsubscribe import SCOPES, Subscription, keyring_on, verify
from shared.model.contact import Channel
from shared.model.instants import local_day, to_iso
from shared.model.source import CustomerProfile, SourceRecord
from shared.policy.schema import Policy
from shared.ports import Items, Queue, QueueName
from shared.store.customers import CONSENT, customer_key, follow_alias, withdraw_now
from shared.store.records import read_sources

BODY_BYTES: Final = 8192
OK: Final = 200
NOT_FOUND: Final = 404
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
        return Answer(OK, ask_page(tenant, language, found.channel, found.scope))
    is_all = form.get(CONFIRM) == "all"
    means_it = is_all or form.get(CONFIRM) == "scope" or form.get(ONE_CLICK[0]) == ONE_CLICK[1]
    if asked.method != "POST" or not means_it:
        return Answer(NOT_FOUND, refusal_page(tenant))
    ended = _end(found, SCOPES if is_all else (found.scope,), asked.token, at)
    return Answer(OK, done_page(tenant, language, found.channel, found.scope, is_all=is_all), ended=ended)


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


def _end(found: Subscription, scopes: tuple[str, ...], token: str, at: Unsubscribing) -> tuple[str, ...]:
    """Ends what stands, felt at once and kept in the consent ledger; a repeat finds nothing to end (U3)."""
    profile = follow_alias(at.items, found.recipient)
    if profile is None:
        return ()  # erased: nobody is left to be written to
    standing = at.items.get(customer_key(profile.customer_id, CONSENT)) or {}
    uses = {f"{found.channel}|{scope}": scope for scope in scopes}
    ended = tuple(use for use in uses if standing.get(use) not in ("withdrawn", "objected"))
    source = _source_of(profile, found.channel, at.items)
    if not ended or source is None:
        return ()
    # The ledger first: a review writes the projection anew from it.
    at.queue.post(
        QueueName.RECORDS, [_withdrawal(source, found.channel, uses[use], token, at.now) for use in ended]
    )
    at.items.update_if(withdraw_now(profile.customer_id, ended))
    return ended


def _source_of(profile: CustomerProfile, channel: Channel, items: Items) -> SourceRecord | None:
    """The source record that knows the address which the customer is written to, else any."""
    name = "email" if channel is Channel.EMAIL else "phone"
    sources = read_sources(items, profile.members)
    mine = [
        one
        for one in sources.values()
        if name in one.party and one.party[name].value == profile.golden.get(name)
    ]
    return next(iter([*mine, *sources.values()]), None)


def _withdrawal(source: SourceRecord, channel: Channel, scope: str, token: str, now: datetime) -> str:
    """A consent record of the customer's own source, with one id for one link and scope."""
    ref = source.record_id.removeprefix(f"{source.system}#")
    digest = hashlib.sha256(token.encode()).hexdigest()[:32]
    record: dict[str, Any] = {
        "schema": 1,
        "system": source.system,
        "kind": "consent",
        "id": f"unsubscribe-{digest}-{scope}",
        "event_at": to_iso(now),
        "party": {"ref": ref},
        "channel": channel.value,
        "purpose": scope,
        "action": "withdraw",
        "evidence": "unsubscribe link",
    }
    return json.dumps(record)
