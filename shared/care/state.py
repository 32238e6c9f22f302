"""What care decides from and what it decides: plain data, one customer, one instant."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from shared.model.case import Case
from shared.model.contact import Channel, Contact, ContactClass, Decision
from shared.model.facts import Fact
from shared.model.tags import Level, Risk

Why = dict[str, str | int | None]


@dataclass(frozen=True, slots=True)
class Ledger:
    """What the plan remembers of a customer between two runs. Days are the tenant's."""

    cell: str | None = None
    """`<level>.<risk>`; None: never planned."""
    cell_since_on: date | None = None
    plan_due_on: date | None = None
    """Day of the open occasion."""
    last_contact_on: date | None = None
    """The last contact of any kind that `plan_due_on` already reflects: a later one moves the plan on."""
    entry_step_on: date | None = None
    first_contact_made: bool = False


@dataclass(frozen=True, slots=True)
class Reach:
    """How a customer can be reached; the flags say that a usable address exists."""

    email: bool
    sms: bool
    phone: bool
    country: str | None
    zone: str | None
    """IANA name, when the address says it."""
    language: str
    province: str | None = None


@dataclass(frozen=True, slots=True)
class CareState:
    tenant_id: str
    customer_id: str
    aliases: tuple[str, ...]
    level: Level
    risk: Risk
    reach: Reach
    consents: Mapping[str, str]
    """`email|care` -> `granted` or `withdrawn`; absence says nothing."""
    objections: frozenset[str]
    """Channels (`email`, `sms`, `phone`) or `any`."""
    do_not_contact: bool
    personalisation_off: bool
    last_interaction_on: date | None
    ledger: Ledger
    made: frozenset[str]
    """Contact ids already in the send ledger under this customer or its aliases."""
    counted: Mapping[str, Mapping[str, int]]
    """Cap name -> ISO day of the recipient -> contacts already counted, days ahead included."""
    first_import_open: bool
    spread_by: str = ""
    """What spreads first contacts over days; empty: the customer id. The flow gives what no order of arrival changes."""
    facts: tuple[Fact, ...] = ()
    """Of all members; playbooks start from them."""
    birthday_on: date | None = None
    lunar_birthday: str | None = None
    """`MM-DD` of the Chinese calendar, `L` before it in a leap month (`L04-08`); it beats `birthday_on`."""
    first_order_on: date | None = None
    last_order_on: date | None = None
    stage: str | None = None
    """Of the life of a customer (R53), a value of `shared.tagging.traits`."""
    stage_since_on: date | None = None
    """None: it was so at first sight, which is no change."""
    suppressed: frozenset[Channel] = frozenset()
    """Channels whose address bounced, complained or opted out (C5): no message of any class goes there."""
    holdout_share: int | None = None
    """0..99, the same for ever: below `holdout.percent` the customer is held out. None: never held out."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """One contact that the plan wanted, and the one decision about it."""

    contact_id: str
    plan_step: str
    occasion_on: date
    channel: Channel
    contact_class: ContactClass
    purpose: str
    template: str | None
    task: str | None
    not_before: datetime
    not_after: datetime
    decision: Decision
    rule: str
    """A requirement or rule (`R24`, `Q2`), or the path of the policy value that decided."""
    why: Why
    cost_fen: int
    """0 unless the decision makes a contact, as for `minutes`: sums over all candidates are what is spent."""
    minutes: int
    cap_on: date | None = None
    """The recipient's day that this contact counts for; None when it makes no contact or has no cap."""
    priority: int = 0
    playbook: str | None = None
    """None: the matrix asks for it."""
    values: Mapping[str, str | int] = field(default_factory=dict)
    """What the template may name (shared/policy/playbooks.py)."""
    about: str | None = None
    """The fact that it is about."""
    owner: str | None = None
    """The level whose owner does the task; None: the customer's own."""
    last_on: date = date.max
    """Of a playbook: the last day on which it is wanted."""


@dataclass(frozen=True, slots=True)
class CareDay:
    candidates: tuple[Candidate, ...]
    contacts: tuple[Contact, ...]
    cases: tuple[Case, ...]
    ledger: Ledger
    next_due_at: datetime | None
    """When to decide again if nothing happens before."""
    uses_first_import_room: bool = False
