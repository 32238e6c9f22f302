"""Compatible messages of one day become one: the first of them carries the others (requirements 10.7)."""

from shared.care.draft import Draft, Ruling
from shared.care.state import Why
from shared.model.contact import Decision
from shared.policy.playbooks import MOST_ITEMS

Loads = dict[str, tuple[Draft, list[Draft]]]
"""Contact id of a message that goes and may carry others -> itself, and what it carries."""


def offer(draft: Draft, ruling: Ruling, loads: Loads) -> None:
    """A message that goes may carry others from now on."""
    if draft.wish.combines and ruling.decision.makes_contact:
        loads[draft.contact_id] = (draft, [])


def join(draft: Draft, loads: Loads) -> Ruling | None:
    """Merged into the first message that can take it; None: there is none."""
    for carrier, load in loads.values():
        if _fits(draft, carrier) and len(load) < MOST_ITEMS:
            load.append(draft)
            why: Why = {"merged_into": carrier.contact_id, "combines": draft.wish.combines}
            return Ruling(Decision.MERGED, "combines", why)
    return None


def items_of(contact_id: str, loads: Loads) -> dict[str, str | int]:
    """What a message carries, flat, as its template may name it; empty for one that never carries any."""
    if contact_id not in loads:
        return {}
    _, load = loads[contact_id]
    items: dict[str, str | int] = {"items": len(load)}
    for number, draft in enumerate(load, start=1):
        wish = draft.wish
        items[f"item{number}"] = wish.template or ""
        items[f"item{number}_on"] = wish.values.get("due_on") or wish.occasion_on.isoformat()
        items[f"item{number}_product"] = wish.values.get("product", "")
    return items


def _fits(draft: Draft, carrier: Draft) -> bool:
    """Of one kind, on a channel that both may use, before the carried one is worth nothing any more."""
    return (
        draft.wish.combines is not None
        and draft.wish.combines == carrier.wish.combines
        and carrier.wish.channel in draft.usable
        and carrier.times.not_before < draft.times.not_after
    )
