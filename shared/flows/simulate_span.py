"""A span of care over a base that answers: every review as it will be, told in plain rows."""

from collections.abc import Iterable, Iterator

from shared.flows.decide_review import Known
from shared.flows.foresee import Foreseen, Respond, Span, Told, foresee
from shared.insight.year import Decided, Reviewed
from shared.model.instants import local_day
from shared.policy.schema import Policy


def simulate_span(
    base: Iterable[Known],
    policy: Policy,
    key: bytes,
    span: Span,
    *,
    respond: Respond | None = None,
    happenings: Iterable[tuple[str, Told]] = (),
) -> Iterator[Reviewed]:
    """The reviews of `foresee` as rows for `year.gather`."""
    for step in foresee(base, policy, key, span, respond=respond, happenings=happenings):
        yield _reviewed(step, policy)


def _reviewed(step: Foreseen, policy: Policy) -> Reviewed:
    zone = policy.tenant.tz
    on, tags, before = local_day(step.at, zone), step.decided.tags.tags, step.before.tags.tags
    names = ("level", "risk", "activity")
    flips = [name for name in names if tags and before and getattr(tags, name) != getattr(before, name)]
    candidates = step.decided.care.candidates if step.decided.care else ()
    return Reviewed(
        customer_id=step.before.profile.customer_id,
        on=on,
        cell=f"{tags.level}.{tags.risk}" if tags else "",
        flips=tuple(flips),
        decided=tuple(
            Decided(
                contact_id=each.contact_id,
                on=local_day(each.not_before, zone) if each.decision.makes_contact else on,
                channel=each.channel.value,
                decision=each.decision.value,
                is_made=each.decision.makes_contact,
                cost_fen=each.cost_fen,
                minutes=each.minutes,
            )
            for each in candidates
        ),
    )
