"""The morning mail of each person: what is due, late, escalated or new, with the brief of each task (R25, R38).

Asked every quarter of an hour, it sends in the first one after the policy's hour on a working day, each once. What was
lost in between is sent by a later one, until the hours of the digest are over.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

from shared.care.case_people import owner_of, person_for
from shared.care.case_times import is_digest_time, last_digest_at
from shared.flows.post_to_staff import BY_ROBOT, Mailroom, Posted, post_once, scheme_of
from shared.flows.read_brief import read_brief
from shared.insight.brief import Brief
from shared.insight.digest import SECTIONS, Digest, Look, News, Parts, section_of, write_digest
from shared.insight.notice import write_notice
from shared.messaging.values import html_value, one_line
from shared.model.case import Case
from shared.model.instants import local_day
from shared.policy.matrix import Owner
from shared.policy.schema import Policy
from shared.ports import Attachment, EmailMessage, Items
from shared.store.cases import open_cases
from shared.store.control import read_holds
from shared.store.staff_mail import MailKey

CALENDAR_FILE = "tasks.ics"
IMPORTING = "import#"
ERRORS_SHOWN = 10


@dataclass(frozen=True, slots=True)
class Digested:
    """What came of a run."""

    outcome: Literal["sent", "not_now", "importing"]
    mails: dict[str, int] = field(default_factory=dict)
    """How many ended how."""
    errors: tuple[Exception, ...] = ()

    def raise_errors(self) -> None:
        """ExceptionGroup where a digest could not be made; the others have gone (X3)."""
        if self.errors:
            raise ExceptionGroup(f"{len(self.errors)} digests not sent", self.errors[:ERRORS_SHOWN])


@dataclass(slots=True)
class Desk:
    """One person's cases, each with its section."""

    person: Owner
    cases: list[tuple[str, Case]] = field(default_factory=list)


def send_digests(mailroom: Mailroom) -> Digested:
    """Sends what is to be sent now; CalendarMissing for a year without a table of working days (R39)."""
    policy, now = mailroom.policy, mailroom.now
    if not is_digest_time(now, policy):
        return Digested("not_now")
    if any(name.startswith(IMPORTING) for name in read_holds(mailroom.items)):
        return Digested("importing")  # a customer known by half has half of a brief, and soon other tasks
    mails: dict[str, int] = {}
    errors: list[Exception] = []
    for desk in gather_desks(open_cases(mailroom.items, page=policy.due.page), policy, now):
        try:
            posted = _send(desk, mailroom)
            mails[posted] = mails.get(posted, 0) + 1
        except Exception as error:
            errors.append(error)
    return Digested("sent", mails, tuple(errors))


def gather_desks(cases: Iterable[Case], policy: Policy, now: datetime) -> list[Desk]:
    """Who is told of what today: each person by address, the most urgent first."""
    desks: dict[str, Desk] = {}
    news = News(now, last_digest_at(now, policy), policy.tenant.tz)
    for case in cases:
        for role, person in _people(case, policy):
            section = section_of(case, role, news)
            if section is not None:
                desk = desks.setdefault(person.email.casefold(), Desk(person))
                desk.cases.append((section, case))
    order = list(SECTIONS)
    for desk in desks.values():
        desk.cases.sort(key=lambda found: (order.index(found[0]), found[1].due_at, found[1].case_id))
    return [desks[address] for address in sorted(desks)]


def _people(case: Case, policy: Policy) -> list[tuple[str, Owner]]:
    """The owner, and who else was told of it so far; nobody twice."""
    owner = owner_of(case, policy)
    found = [("owner", owner)]
    for told in case.told:
        person = person_for(told.role, case, policy)
        if person.email not in {one.email for _, one in found}:
            found.append((told.role, person))
    return found


def _send(desk: Desk, mailroom: Mailroom) -> Posted:
    today = local_day(mailroom.now, mailroom.policy.tenant.tz)
    key = MailKey(today, mail_name("digest", today, desk.person.email))
    return post_once(lambda: make_mail(_digest(desk, mailroom), key.name, mailroom.policy), key, mailroom)


def _digest(desk: Desk, mailroom: Mailroom) -> Digest:
    policy, now = mailroom.policy, mailroom.now
    shown = desk.cases[: policy.tasks.digest_rows]
    briefs = tuple((section, _brief(case, mailroom.items, policy, now)) for section, case in shown)
    today = local_day(now, policy.tenant.tz)
    return Digest(desk.person.name, desk.person.email, today, now, briefs, len(desk.cases))


def _brief(case: Case, items: Items, policy: Policy, now: datetime) -> Brief:
    return read_brief(case, items=items, policy=policy, now=now)


def mail_name(kind: str, day: date, what: str) -> str:
    """Such as `digest-2026-06-30-3f2a...`: the mail's id on the wire and in the ledger, which names nobody."""
    return f"{kind}-{day.isoformat()}-{hashlib.sha256(what.casefold().encode()).hexdigest()[:20]}"


def make_mail(digest: Digest, name: str, policy: Policy) -> EmailMessage:
    """The message of a digest, in the tenant's first language; for a group, without names."""
    if scheme_of(digest.address) == BY_ROBOT:
        return _make_notice(digest, name, policy)
    parts = write_digest(digest, look_of(policy))
    return EmailMessage(
        contact_id=name,
        to=digest.address,
        sender=policy.tenant.reply_email,
        sender_name=one_line(_tenant_name(policy)),
        subject=one_line(parts.subject),
        text=parts.text,
        html=parts.html,
        headers={"X-Auto-Response-Suppress": "All"},
        attachments=_attachments(parts),
    )


def _make_notice(digest: Digest, name: str, policy: Policy) -> EmailMessage:
    return EmailMessage(
        contact_id=name,
        to=digest.address,
        sender=policy.tenant.reply_email,
        sender_name=one_line(_tenant_name(policy)),
        subject="",
        text=write_notice(digest, look_of(policy)),
        html="",
    )


def _attachments(parts: Parts) -> tuple[Attachment, ...]:
    return (Attachment(CALENDAR_FILE, "calendar", parts.calendar),)


def look_of(policy: Policy) -> Look:
    return Look(policy.tenant.languages[0], policy.tenant.tz, _tenant_name(policy), html_value)


def _tenant_name(policy: Policy) -> str:
    tenant = policy.tenant
    return tenant.name_zh if tenant.languages[0] == "zh" else tenant.name_en
