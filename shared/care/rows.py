"""The rows that a decided candidate becomes: a contact of the send ledger, and a case for what a person does.

Neither holds a name, a number or an address.
"""

from datetime import date, datetime

from shared.care.state import Candidate, CareState
from shared.model.case import Case, CaseKind
from shared.model.contact import Contact, Status
from shared.model.tags import Level
from shared.policy.schema import Policy

_KINDS = {
    "complaint": CaseKind.COMPLAINT,
    "score_drop": CaseKind.CAUSE_ANALYSIS,
    "first_order": CaseKind.VERIFICATION,
}


def make_contact(candidate: Candidate, state: CareState, policy: Policy, now: datetime) -> Contact:
    """A message is PENDING; a task is SENT with its case and counts for its day at once."""
    is_task = candidate.channel.is_task
    return Contact(
        contact_id=candidate.contact_id,
        customer_id=state.customer_id,
        plan_step=candidate.plan_step,
        occasion_on=candidate.occasion_on,
        channel=candidate.channel,
        contact_class=candidate.contact_class,
        purpose=candidate.purpose,
        template=candidate.template or "",
        locale=_locale(state.reach.language, policy),
        created_at=now,
        not_before=candidate.not_before,
        not_after=candidate.not_after,
        check_at=candidate.not_before,
        status=Status.SENT if is_task else Status.PENDING,
        # A message counts for the day on which it is sent: the sender writes that.
        cap_on=candidate.cap_on if is_task else None,
        why=dict(candidate.why),
        values=dict(candidate.values),
        about=candidate.about,
        sent_at=now if is_task else None,
    )


def make_case(
    candidate: Candidate, state: CareState, policy: Policy, last_contact_on: date | None, now: datetime
) -> Case:
    """The task of a person, late after `due_at`."""
    task = candidate.task or ""
    return Case(
        case_id=candidate.contact_id,
        customer_id=state.customer_id,
        kind=_kind(candidate, policy),
        channel=candidate.channel,
        owner=policy.owners[Level(candidate.owner) if candidate.owner else state.level].name,
        title=task,
        start_at=candidate.not_before,
        due_at=candidate.not_after,
        opened_at=now,
        brief={
            "task": task,
            "level": state.level.value,
            "risk": state.risk.value,
            "goal": policy.plan[state.level][state.risk].goal,
            "last_contact_on": last_contact_on.isoformat() if last_contact_on else None,
            "plan_step": candidate.plan_step,
            "policy": policy.version,
            **_play_brief(candidate),
        },
    )


def _kind(candidate: Candidate, policy: Policy) -> str:
    """An answer to a complaint, an analysis and a verification are counted by themselves (R28..R30)."""
    trigger = policy.playbooks[candidate.playbook].trigger.kind if candidate.playbook else ""
    return _KINDS.get(trigger, CaseKind.TASK).value


def _play_brief(candidate: Candidate) -> dict[str, str | int | None]:
    """Which playbook asks, about what, and whether the clock of R30 runs; nothing for a task of the matrix."""
    if candidate.playbook is None:
        return {}
    return {
        "playbook": candidate.playbook,
        "rule": candidate.why.get("asked_by"),
        "about": candidate.about,
        "deadline": candidate.why.get("deadline"),
    }


def _locale(language: str, policy: Policy) -> str:
    languages = policy.tenant.languages
    return next((known for known in languages if known == language), languages[0])
