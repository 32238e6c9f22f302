"""Who a contact goes to, as it stands at the moment of sending: address, hours, room under the cap, consent."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from shared.care.holds import is_held
from shared.care.hours import Verdict, address_zone, next_open, recipient_zones
from shared.matching.keys import address_hashes
from shared.model.contact import Channel, Contact
from shared.model.instants import local_day, start_of_day
from shared.model.source import CustomerProfile
from shared.policy.schema import Policy
from shared.ports import Absent, Check, Is, Items, Write
from shared.store.customers import CONSENT, PROFILE, cap_key, customer_key, follow_alias
from shared.store.replies import held_key


@dataclass(frozen=True, slots=True)
class Target:
    profile: CustomerProfile
    address: str
    address_hash: str
    zones: tuple[ZoneInfo, ...]
    """All must be open (Q3); the first one dates the cap."""


def is_on_hold(contact: Contact, holds: Collection[str]) -> bool:
    """Whether a person or the reputation fuse stopped the tenant, the channel, the class or the plan of a contact.

    Names: `tenant`, `channel#email`, `class#care`, `class#marketing#email`, `plan#basic.` (the plan steps that begin so).
    """
    plans = [name.removeprefix("plan#") for name in holds if name.startswith("plan#")]
    return (
        "tenant" in holds
        or f"class#{contact.contact_class}" in holds
        or any(contact.plan_step.startswith(plan) for plan in plans)
        or is_held(holds, contact)
    )


def find_target(contact: Contact, *, items: Items, policy: Policy, key: bytes) -> Target | None:
    """The customer's address today, after merges; None: there is none."""
    profile = follow_alias(items, contact.customer_id)
    if profile is None:
        return None
    golden = profile.golden
    address = golden.get("email" if contact.channel is Channel.EMAIL else "phone")
    if not address:
        return None
    country = golden.get("country")
    zones = recipient_zones(address_zone(country, golden.get("province")), country, policy.tenant.tz)
    return Target(profile, address, address_hashes(golden, key)[contact.channel], zones)


def waits_for_a_person(contact: Contact, target: Target, *, items: Items, policy: Policy) -> bool:
    """The number answered something that a person has not decided about yet: optional texts to it wait (K3)."""
    if contact.channel is not Channel.SMS or policy.classes[contact.contact_class].consent == "none":
        return False
    return items.get(held_key(f"phone#{target.address_hash}")) is not None


def closed_until(contact: Contact, target: Target, at: datetime, policy: Policy) -> datetime | None:
    """When the recipient's window opens next (never: `not_after`); None: it is open at that instant (Q2)."""
    if not policy.classes[contact.contact_class].quiet_hours:
        return None
    opening = next_open(at, target.zones, policy.hours.windows(contact.channel))
    return None if opening.verdict is Verdict.SEND else opening.at or contact.not_after


def next_day_open(contact: Contact, target: Target, now: datetime, policy: Policy) -> datetime:
    """The first instant of the recipient's next day at which the contact may go."""
    zone = target.zones[0]
    tomorrow = start_of_day(local_day(now, zone) + timedelta(days=1), zone)
    return closed_until(contact, target, tomorrow, policy) or tomorrow


def cap_day(contact: Contact, target: Target, now: datetime, policy: Policy) -> date | None:
    """The recipient's day against which a contact must still be counted; None: it counts already, or never."""
    today = local_day(now, target.zones[0])
    is_capped = policy.classes[contact.contact_class].cap != "none"
    return today if is_capped and contact.cap_on != today else None


def room_under_cap(contact: Contact, target: Target, day: date, *, items: Items, policy: Policy) -> int:
    """How much the survivor's own counter may hold on a day: the cap less what was counted under merged ids."""
    cap = policy.classes[contact.contact_class].cap
    most = int(getattr(policy.caps, cap))
    aliases = target.profile.aliases
    if not aliases:
        return most
    counters = items.batch_get([cap_key(alias, day, cap) for alias in aliases])
    return most - sum(int(str(item["n"])) for item in counters.values())


def unchanged(target: Target) -> Check:
    """The customer still is as it was read: a merge adds what was counted under the other id."""
    return Check(customer_key(target.profile.customer_id, PROFILE), Is("ver", "=", target.profile.ver))


def consent_checks(contact: Contact, target: Target, policy: Policy) -> dict[str, Write]:
    """Consent stands for this very address at the instant of the write, under the id that a withdrawal finds."""
    purpose = policy.classes[contact.contact_class].consent
    if purpose == "none":
        return {}
    customer_id = target.profile.customer_id
    granted = Is(f"{contact.channel}|{purpose}", "=", f"granted#{target.address_hash}")
    return {
        "merge": Check(customer_key(customer_id, PROFILE), Absent("alias_of")),
        "consent": Check(customer_key(customer_id, CONSENT), granted),
    }
