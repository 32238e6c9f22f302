"""Slips that a send ledger could have, each one line of the protocol: the oracle must notice every one."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from shared.flows import send_contact, send_target, sweep_contacts
from shared.model.contact import Contact, Status
from shared.policy.schema import Policy
from shared.ports import Absent, Ambiguous, AnyOf, Check, Exists, Key, SendOutcome, Throttled, Update, Write
from shared.store import contacts as rows

Patch = Callable[[pytest.MonkeyPatch], None]
NEVER_LATE = datetime(2099, 1, 1, tzinfo=UTC)


def _no_expiry(patch: pytest.MonkeyPatch) -> None:
    hold_back, mark = send_contact._hold_back, rows.mark_sending

    def held(contact: Contact, sending: Any) -> Any:
        return hold_back(replace(contact, not_after=NEVER_LATE), sending)

    def marked(contact: Contact, *, now: datetime, check_at: datetime) -> Update:
        return replace(mark(contact, now=now, check_at=check_at), condition=rows._is_ours(contact))

    patch.setattr(send_contact, "_hold_back", held)
    patch.setattr(rows, "mark_sending", marked)


def _no_expiry_at_the_mark(patch: pytest.MonkeyPatch) -> None:
    mark = rows.mark_sending

    def marked(contact: Contact, *, now: datetime, check_at: datetime) -> Update:
        return replace(mark(contact, now=now, check_at=check_at), condition=rows._is_ours(contact))

    patch.setattr(rows, "mark_sending", marked)


def _sent_too_early(patch: pytest.MonkeyPatch) -> None:
    hold_back = send_contact._hold_back

    def held(contact: Contact, sending: Any) -> Any:
        return hold_back(replace(contact, not_before=contact.created_at), sending)

    patch.setattr(send_contact, "_hold_back", held)


def _consent_only_at_the_claim(patch: pytest.MonkeyPatch) -> None:
    checks = send_target.consent_checks

    def checked(contact: Contact, target: send_target.Target, policy: Policy) -> dict[str, Write]:
        return {} if contact.status is Status.CLAIMED else checks(contact, target, policy)

    patch.setattr(send_contact, "consent_checks", checked)


def _consent_never(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(send_contact, "consent_checks", lambda contact, target, policy: {})


def _consent_of_any_address(patch: pytest.MonkeyPatch) -> None:
    def checked(contact: Contact, target: send_target.Target, policy: Policy) -> dict[str, Write]:
        found = checks(contact, target, policy)
        if isinstance(check := found.get("consent"), Check):
            any_address = Exists(f"{contact.channel}|{policy.classes[contact.contact_class].consent}")
            found["consent"] = Check(check.key, any_address)
        return found

    checks = send_target.consent_checks
    patch.setattr(send_contact, "consent_checks", checked)


def _suppression_unread(patch: pytest.MonkeyPatch) -> None:
    def unread(key: Key, condition: object) -> Check:
        return Check(key, AnyOf((Absent("nothing"),)))

    patch.setattr(send_contact, "Check", unread)


def _merge_unseen(patch: pytest.MonkeyPatch) -> None:
    checks = send_target.consent_checks

    def checked(contact: Contact, target: send_target.Target, policy: Policy) -> dict[str, Write]:
        return {name: one for name, one in checks(contact, target, policy).items() if name != "merge"}

    def unread(target: send_target.Target) -> Check:
        return replace(unchanged(target), condition=Exists("customer_id"))

    unchanged = send_target.unchanged
    patch.setattr(send_contact, "consent_checks", checked)
    patch.setattr(send_contact, "unchanged", unread)


def _quiet_hours_ignored(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(send_contact, "closed_until", lambda contact, target, at, policy: None)


def _quiet_hours_only_at_the_claim(patch: pytest.MonkeyPatch) -> None:
    real = send_target.closed_until

    def closed(contact: Contact, target: send_target.Target, at: datetime, policy: Policy) -> datetime | None:
        return None if contact.status is Status.CLAIMED else real(contact, target, at, policy)

    patch.setattr(send_contact, "closed_until", closed)


def _cap_not_counted(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(send_contact, "cap_day", lambda contact, target, now, policy: None)


def _cap_without_merged_ids(patch: pytest.MonkeyPatch) -> None:
    def room(*args: Any, policy: Policy, **rest: Any) -> int:
        return policy.caps.messages_per_day

    patch.setattr(send_contact, "room_under_cap", room)


def _ambiguous_taken_for_unsent(patch: pytest.MonkeyPatch) -> None:
    record = send_contact._record

    def recorded(contact: Contact, built: Any, outcome: SendOutcome, sending: Any) -> Any:
        is_unsure = isinstance(outcome, Ambiguous)
        return record(contact, built, Throttled(1) if is_unsure else outcome, sending)

    patch.setattr(send_contact, "_record", recorded)


def _sweeper_without_unknown(patch: pytest.MonkeyPatch) -> None:
    decide = sweep_contacts.decide_move

    def decided(contact: Contact, policy: Policy, now: datetime) -> Any:
        if contact.status is not Status.SENDING:
            return decide(contact, policy, now)
        write = rows.release_lease(contact, check_at=now)
        return sweep_contacts._Move("released", write, is_enqueued=True)

    patch.setattr(sweep_contacts, "decide_move", decided)


def _unknown_always_sent_again(patch: pytest.MonkeyPatch) -> None:
    def moved(contact: Contact, policy: Policy, now: datetime) -> Any:
        return sweep_contacts._Move("repeated", rows.look_again(contact, check_at=now), is_enqueued=True)

    patch.setattr(sweep_contacts, "_move_unknown", moved)


def _unknown_ends_as_unsent(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(rows, "_honest", lambda contact, status: status)


def _no_wait_for_events(patch: pytest.MonkeyPatch) -> None:
    soon = timedelta(seconds=1)
    patch.setattr(send_contact, "reconcile_after", lambda contact, policy: soon)
    patch.setattr(sweep_contacts, "reconcile_after", lambda contact, policy: soon)


def _no_sweeper(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(sweep_contacts, "decide_move", lambda contact, policy, now: None)


def _claims_never_released(patch: pytest.MonkeyPatch) -> None:
    decide = sweep_contacts.decide_move

    def decided(contact: Contact, policy: Policy, now: datetime) -> Any:
        return None if contact.status is Status.CLAIMED else decide(contact, policy, now)

    patch.setattr(sweep_contacts, "decide_move", decided)


def _claim_without_condition(patch: pytest.MonkeyPatch) -> None:
    claim = rows.claim
    patch.setattr(
        rows, "claim", lambda *args, **rest: replace(claim(*args, **rest), condition=Exists("contact_id"))
    )


def _mark_not_recognised(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(send_contact, "_is_own", lambda reason, ours: False)


def _mark_without_fence(patch: pytest.MonkeyPatch) -> None:
    mark = rows.mark_sending
    patch.setattr(
        rows, "mark_sending", lambda *args, **rest: replace(mark(*args, **rest), condition=Exists("status"))
    )


def _no_deadline(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(send_contact, "_has_time", lambda besides_s, sending: True)


SINGLES: Mapping[str, Patch] = {
    "no expiry at all": _no_expiry,
    "no expiry at the mark": _no_expiry_at_the_mark,
    "not_before ignored": _sent_too_early,
    "consent only at the claim": _consent_only_at_the_claim,
    "consent never": _consent_never,
    "consent of any address": _consent_of_any_address,
    "suppression unread": _suppression_unread,
    "merge unseen": _merge_unseen,
    "quiet hours ignored": _quiet_hours_ignored,
    "quiet hours only at the claim": _quiet_hours_only_at_the_claim,
    "cap not counted": _cap_not_counted,
    "cap without merged ids": _cap_without_merged_ids,
    "ambiguous taken for unsent": _ambiguous_taken_for_unsent,
    "sweeper without UNKNOWN": _sweeper_without_unknown,
    "UNKNOWN always sent again": _unknown_always_sent_again,
    "UNKNOWN ends as unsent": _unknown_ends_as_unsent,
    "no wait for events": _no_wait_for_events,
    "no sweeper": _no_sweeper,
    "claims never released": _claims_never_released,
    "claim without condition": _claim_without_condition,
    "own mark not recognised": _mark_not_recognised,
}

TOGETHER: Mapping[str, tuple[Patch, ...]] = {
    "mark without fence, no deadline, no kill": (_mark_without_fence, _no_deadline),
}
"""Guards that back each other up: only together do they let a second message out."""
