"""The few edges of the system: items, queues, senders, clock. Adapters do not inherit from these.

The item port is the only way to state. Conditions are data: `shared/aws` renders them as expressions, `shared/memory`
evaluates them, and one contract test holds both to the same behaviour.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Literal, Protocol

Value = str | int | bool | None | list["Value"] | dict[str, "Value"]
Item = dict[str, Value]


class Table(StrEnum):
    RECORDS = "records"
    CUSTOMERS = "customers"
    IDENTITIES = "identities"
    CONTACTS = "contacts"
    CASES = "cases"
    SUPPRESSIONS = "suppressions"
    CONTROL = "control"


@dataclass(frozen=True, slots=True)
class Schema:
    """Key attributes of a table, and of each of its indexes (hash, range)."""

    hash_key: str
    range_key: str | None
    indexes: Mapping[str, tuple[str, str | None]] = field(default_factory=dict)


SCHEMAS: dict[Table, Schema] = {
    Table.RECORDS: Schema("record_id", "sk", {"by_customer": ("customer_id", "record_id")}),
    Table.CUSTOMERS: Schema("customer_id", "sk", {"due": ("due_shard", "due_at")}),
    Table.IDENTITIES: Schema("id_key", None),
    Table.CONTACTS: Schema(
        "contact_id",
        None,
        {
            "by_customer": ("customer_id", "created_at"),
            "due": ("due_shard", "check_at"),
            "by_provider": ("provider_id", None),
        },
    ),
    Table.CASES: Schema(
        "case_id", None, {"by_customer": ("customer_id", "opened_at"), "due": ("due_shard", "check_at")}
    ),
    Table.SUPPRESSIONS: Schema("channel", "address_hash"),
    Table.CONTROL: Schema("name", "sk"),
}
"""The template declares the same; a test compares the two."""


@dataclass(frozen=True, slots=True)
class Key:
    table: Table
    pk: str
    sk: str | None = None


# --- conditions, as data -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Exists:
    attribute: str


@dataclass(frozen=True, slots=True)
class Absent:
    """True also when there is no item."""

    attribute: str


@dataclass(frozen=True, slots=True)
class Is:
    """Compares a stored attribute with a value. An absent attribute satisfies only `<>` (as DynamoDB does)."""

    attribute: str
    op: Literal["=", "<>", "<", "<=", ">", ">="]
    value: str | int | bool


@dataclass(frozen=True, slots=True)
class All:
    conditions: tuple["Condition", ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    conditions: tuple["Condition", ...]


Condition = Exists | Absent | Is | All | AnyOf


# --- writes --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Put:
    """Replaces the whole item. The key attributes are part of `item`."""

    table: Table
    item: Item
    condition: Condition | None = None


@dataclass(frozen=True, slots=True)
class Update:
    """Changes attributes of an item, and makes it if there is none. No attribute may stand in two of the four."""

    key: Key
    set: Mapping[str, Value] = field(default_factory=dict)
    set_if_absent: Mapping[str, Value] = field(default_factory=dict)
    add: Mapping[str, int] = field(default_factory=dict)
    remove: tuple[str, ...] = ()
    condition: Condition | None = None


@dataclass(frozen=True, slots=True)
class Delete:
    key: Key
    condition: Condition | None = None


@dataclass(frozen=True, slots=True)
class Check:
    """Writes nothing; a transaction fails unless the condition holds."""

    key: Key
    condition: Condition


Write = Put | Update | Delete | Check


@dataclass(frozen=True, slots=True)
class Done:
    """The write is in. `item` is the item after an Update alone (not in a transaction), else None."""

    item: Item | None = None


@dataclass(frozen=True, slots=True)
class Refused:
    """The condition did not hold. `old` is what stood there (None: no item)."""

    old: Item | None = None


@dataclass(frozen=True, slots=True)
class Cancelled:
    """A transaction wrote nothing. One entry for each write: None (held), Refused, or "conflict" (try again)."""

    reasons: tuple[Refused | Literal["conflict"] | None, ...]


@dataclass(frozen=True, slots=True)
class Query:
    """One partition of a table or index, in range-key order. Index reads are eventually consistent."""

    table: Table
    pk: str
    index: str | None = None
    begins_with: str | None = None
    at_least: str | None = None
    at_most: str | None = None
    limit: int | None = None
    newest_first: bool = False
    start: Item | None = None
    """`Page.next` of the page before."""


@dataclass(frozen=True, slots=True)
class Page:
    items: tuple[Item, ...]
    next: Item | None = None


class Items(Protocol):
    """State. Every method may raise StoreBusy (RetryError); nothing else of the store's leaves the adapter."""

    def get(self, key: Key) -> Item | None:
        """The item, strongly consistent."""
        ...

    def batch_get(self, keys: Sequence[Key]) -> dict[Key, Item]:
        """The items that exist, strongly consistent; at most 100 keys. Unprocessed keys are asked for again."""
        ...

    def query(self, query: Query) -> Page: ...

    def put_if(self, write: Put) -> Done | Refused: ...

    def update_if(self, write: Update) -> Done | Refused: ...

    def transact(self, writes: Sequence[Write]) -> Done | Cancelled:
        """All or nothing; at most 100 writes, one for each item."""
        ...

    def scan(self, table: Table) -> Iterator[Item]:
        """Every item of a table. For reports and repair on an operator's machine; no Lambda may."""
        ...


def query_all(items: Items, query: Query) -> Iterator[Item]:
    """Every item of a query, page after page."""
    page = items.query(query)
    yield from page.items
    while page.next is not None:
        page = items.query(replace(query, start=page.next))
        yield from page.items


# --- queues --------------------------------------------------------------------------------------------------


class QueueName(StrEnum):
    RECORDS = "records"
    CUSTOMERS_DUE = "customers-due"
    CONTACTS_EMAIL = "contacts-email"
    CONTACTS_SMS = "contacts-sms"
    RECEIPTS = "receipts"
    REPLIES = "replies"


class Queue(Protocol):
    def post(self, queue: QueueName, bodies: Sequence[str], *, delay_s: int = 0) -> None:
        """Posts all bodies, in batches; raises StoreBusy when some were not taken (posting again is harmless)."""
        ...


# --- senders -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Accepted:
    provider_id: str


@dataclass(frozen=True, slots=True)
class SendRefused:
    """The provider said no: surely not sent. Retrying the same message is useless."""

    reason: str


@dataclass(frozen=True, slots=True)
class Throttled:
    """Surely not sent; may be tried again later."""

    retry_after_s: int


@dataclass(frozen=True, slots=True)
class Ambiguous:
    """Nobody knows whether it was sent. Never retried blindly."""

    reason: str


SendOutcome = Accepted | SendRefused | Throttled | Ambiguous


@dataclass(frozen=True, slots=True)
class Attachment:
    """A text file that goes with a mail; `kind` is its subtype, such as `calendar`."""

    name: str
    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class EmailMessage:
    contact_id: str
    to: str
    sender: str
    sender_name: str
    subject: str
    text: str
    html: str
    headers: Mapping[str, str] = field(default_factory=dict)
    attachments: tuple[Attachment, ...] = ()


@dataclass(frozen=True, slots=True)
class SmsMessage:
    contact_id: str
    to: str
    """E.164."""
    text: str
    time_to_live_s: int


class EmailSender(Protocol):
    def send(self, message: EmailMessage) -> SendOutcome:
        """One request on the wire for each call. Raises nothing."""
        ...


class SmsSender(Protocol):
    def send(self, message: SmsMessage) -> SendOutcome:
        """One request on the wire for each call. Raises nothing."""
        ...


class Clock(Protocol):
    """The business clock: tags, plan, not_before, leases. TTL, logs and the SDK use the wall clock."""

    def now(self) -> datetime: ...
