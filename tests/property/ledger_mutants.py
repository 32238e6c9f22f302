"""Slips that a send ledger could have, each one line of the protocol: the oracle must notice every one."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from shared.flows import move_contact as moving
from shared.flows import record_outcome as recording
from shared.flows import record_receipt as recording_events
from shared.flows import send_contact, send_target, sweep_contacts
from shared.model.contact import Contact, Status
from shared.model.instants import to_iso
from shared.policy.limits import Budget
from shared.policy.schema import Policy
from shared.ports import (
    Absent,
    Ambiguous,
    AnyOf,
    Check,
    Exists,
    Is,
    Key,
    SendOutcome,
    Throttled,
    Update,
    Write,
)
from shared.store import budgets, receipts
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
    record = recording.record_outcome

    def recorded(contact: Contact, outcome: SendOutcome, sending: Any, **rest: Any) -> Any:
        is_unsure = isinstance(outcome, Ambiguous)
        return record(contact, Throttled(1) if is_unsure else outcome, sending, **rest)

    patch.setattr(send_contact, "record_outcome", recorded)


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
    patch.setattr(recording, "reconcile_after", lambda contact, policy: soon)
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

    def marked(contact: Contact, *, now: datetime, check_at: datetime) -> Update:
        in_time = Is("not_after", ">", to_iso(now))
        return replace(mark(contact, now=now, check_at=check_at), condition=in_time)

    patch.setattr(rows, "mark_sending", marked)


def _no_deadline(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(send_contact, "_has_time", lambda besides_s, sending: True)


def _short_lease(patch: pytest.MonkeyPatch) -> None:
    claim, mark = rows.claim, rows.mark_sending

    def claimed(contact: Contact, *, check_at: datetime, **rest: Any) -> Update:
        return claim(contact, check_at=check_at - timedelta(seconds=98), **rest)

    def marked(contact: Contact, *, now: datetime, check_at: datetime) -> Update:
        return mark(contact, now=now, check_at=now + timedelta(seconds=1))

    patch.setattr(rows, "claim", claimed)
    patch.setattr(rows, "mark_sending", marked)


def _budget_unchecked(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(budgets, "_room", lambda spending: None)


def _every_shard_holds_the_whole_budget(patch: pytest.MonkeyPatch) -> None:
    def whole(budget: Budget, shard: int) -> budgets.Share:
        return budgets.Share(budget.most_messages, budget.most_fen)

    patch.setattr(budgets, "share_of", whole)


def _budget_not_given_back(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(moving, "give_back_writes", lambda spent: [])


def _budget_given_back_when_nobody_knows(patch: pytest.MonkeyPatch) -> None:
    record = recording.record_outcome

    def recorded(contact: Contact, outcome: SendOutcome, sending: Any, *, spent: Any, **rest: Any) -> Any:
        if isinstance(outcome, Ambiguous) and spent:
            sending.items.transact([budgets.give_back(one) for one in spent])
        return record(contact, outcome, sending, spent=spent, **rest)

    patch.setattr(send_contact, "record_outcome", recorded)


def _cap_given_back_when_nobody_knows(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(moving, "UNSENT", moving.UNSENT | {Status.UNKNOWN})


def _holds_ignored(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(send_contact, "is_on_hold", lambda contact, holds: False)


def _event_without_rank(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(receipts, "_below", lambda status: Exists("contact_id"))


def _bounces_do_not_suppress(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(recording_events, "_suppress", lambda receipt, channel, at: False)


def _record_over_an_event(patch: pytest.MonkeyPatch) -> None:
    record = rows.record_sent

    def recorded(contact: Contact, **rest: Any) -> Update:
        return replace(record(contact, **rest), condition=Is("fence", "=", contact.fence))

    patch.setattr(rows, "record_sent", recorded)


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
    "budget unchecked": _budget_unchecked,
    "every shard holds the whole budget": _every_shard_holds_the_whole_budget,
    "budget not given back": _budget_not_given_back,
    "budget given back when nobody knows": _budget_given_back_when_nobody_knows,
    "cap given back when nobody knows": _cap_given_back_when_nobody_knows,
    "holds ignored": _holds_ignored,
    "event without rank": _event_without_rank,
    "record over an event": _record_over_an_event,
    "bounces do not suppress": _bounces_do_not_suppress,
}

TOGETHER: Mapping[str, tuple[Patch, ...]] = {
    "mark without fence, no deadline, no kill": (_mark_without_fence, _no_deadline),
    "short lease, mark without fence, no kill": (_short_lease, _mark_without_fence),
    "short lease, mark without fence, no deadline, no kill": (
        _short_lease,
        _mark_without_fence,
        _no_deadline,
    ),
}
"""Guards that back each other up: only together do they let a second message out."""

SURVIVE_ALONE: Mapping[str, Patch] = {
    "mark without fence": _mark_without_fence,
    "no deadline": _no_deadline,
    "short lease": _short_lease,
}
"""What the others still catch when one of them is gone: depth, not a hole in the proof."""
