"""What happened to a ledger in one order of commits, and the people in it: who consents, merges, moves house."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from random import Random
from typing import Literal

from shared.matching.keys import address_hashes
from shared.memory.items import MemoryItems
from shared.model.contact import Contact, ContactClass
from shared.model.source import CustomerProfile
from shared.ports import Done, Item, Key, SendOutcome, Table, Write
from shared.store.contacts import contact_from_item
from shared.store.customers import CONSENT, customer_key, put_consent, put_profile, withdraw_now
from tests.integration.ledger_builder import KEY, POLICY, USES, granted_for, suppression

PROVINCES = ("上海市", "新疆")


@dataclass(frozen=True, slots=True)
class Fact:
    """What is so from a commit on."""

    order: int
    kind: Literal["consent", "suppressed", "merged"]
    subject: tuple[str, ...]
    value: str


@dataclass(frozen=True, slots=True)
class Move:
    """A contact's row was moved to a status. `at`: as its worker knew the time."""

    order: int
    at: datetime
    contact_id: str
    status: str
    worker: int


@dataclass(frozen=True, slots=True)
class WireCall:
    """A request that reached the provider. `order`, `at`: of the last write its worker made before it."""

    order: int
    at: datetime
    called_at: datetime
    contact_id: str
    to: str
    outcome: SendOutcome
    is_delivered: bool
    worker: int
    fen: int = 0


@dataclass
class Worker:
    """One run of the sender or the sweeper. `skew`: how far its clock goes before the true one."""

    number: int
    deadline: datetime
    order: int = 0
    at: datetime | None = None
    is_broken: bool = False
    about: str = ""
    """The contact that it works on."""
    skew: timedelta = timedelta()
    wire_calls: int = 0


class History:
    """Customers and contacts over memory, with all that was committed and all that reached the provider."""

    skew = timedelta()
    """The clocks of two workers differ by twice this at most."""
    is_killed_in_time = True

    def __init__(self, chance: Random, now: Callable[[], datetime]) -> None:
        self.chance = chance
        self.instant = now
        self.items = MemoryItems()
        self.policy = POLICY
        self.order = 0
        self.moves: list[Move] = []
        self.wire: list[WireCall] = []
        self.facts: list[Fact] = []
        self.workers: list[Worker] = []
        self.contacts: dict[str, Contact] = {}
        self.profiles: dict[str, CustomerProfile] = {}
        self.addresses: dict[str, str] = {}
        """Address hash -> address."""
        self.holds: list[tuple[str, datetime, datetime]] = []
        """Name, from, until."""

    # --- people ----------------------------------------------------------------------------------------------

    def add_customer(self, number: int) -> None:
        customer_id = f"c-{number}"
        golden = {"name": "李雷", "country": "CN", "province": self.chance.choice(PROVINCES)}
        golden |= {"email": f"{customer_id}@example.com", "phone": f"+4477009{10_000 + number}"}
        profile = CustomerProfile(customer_id, 1, (f"crm#{customer_id}",), self.instant(), golden)
        self.profiles[customer_id] = profile
        self._learn(golden)
        self.items.put_if(put_profile(profile, seen_ver=None))
        uses = [use for use in USES if self.chance.random() < 0.9]
        granted = {use: value for use, value in granted_for(golden).items() if use in uses}
        self.items.put_if(put_consent(customer_id, granted))
        for use in uses:
            self.note("consent", (customer_id, use), golden[_field(use)])

    def _learn(self, golden: Mapping[str, str]) -> None:
        for channel, address_hash in address_hashes(golden, KEY).items():
            self.addresses[address_hash] = golden["email" if channel == "email" else "phone"]

    def withdraw(self, who: str | None = None) -> None:
        customer_id, use = who or self.somebody(), self.chance.choice(USES)
        self.items.update_if(withdraw_now(customer_id, [use]))
        self.note("consent", (customer_id, use), "")

    def suppress(self, who: str | None = None) -> None:
        use, profile = self.chance.choice(USES), self.profiles[who or self.somebody()]
        channel, address = use.partition("|")[0], profile.golden[_field(use)]
        self.items.put_if(suppression(channel, address))
        self.note("suppressed", (channel, address), "yes")

    def move_house(self, who: str | None = None) -> None:
        """A new address; the consents given for the old one do not stand for it."""
        customer_id = who or self.somebody()
        before = self.profiles[customer_id]
        golden = {**before.golden, "email": f"new{self.order}-{customer_id}@example.com"}
        consent = self.items.get(customer_key(customer_id, CONSENT)) or {}
        kept: Item = {use: value for use, value in consent.items() if use in USES}
        gone = [use for use in kept if use.startswith("email|") and str(kept[use]).startswith("granted")]
        renewed = granted_for(golden) if self.chance.random() < 0.3 else {}
        kept |= {use: renewed.get(use, "granted#") for use in gone}
        after = replace(before, ver=before.ver + 1, golden=golden)
        self.profiles[customer_id] = after
        self._learn(golden)
        self.items.transact([put_profile(after, seen_ver=before.ver), put_consent(customer_id, kept)])
        for use in gone:
            self.note("consent", (customer_id, use), golden["email"] if use in renewed else "")

    def merge(self, who: str | None = None) -> None:
        """The loser becomes an alias; what it had withdrawn ends for the survivor too (as join_customer does)."""
        living = [name for name, profile in self.profiles.items() if profile.alias_of is None]
        if len(living) < 2:
            return
        pair = self.chance.sample(living, 2)
        if who is not None and who not in pair:
            pair[self.chance.randrange(2)] = who
        survivor, loser = (self.profiles[name] for name in pair)
        stood = self.items.get(customer_key(loser.customer_id, CONSENT)) or {}
        withdrawn = [use for use in USES if stood.get(use) == "withdrawn"]
        aliases = tuple(sorted({*survivor.aliases, loser.customer_id, *loser.aliases}))
        joined = replace(survivor, ver=survivor.ver + 1, aliases=aliases)
        alias = replace(loser, ver=loser.ver + 1, alias_of=survivor.customer_id)
        writes: list[Write] = [
            put_profile(joined, seen_ver=survivor.ver),
            put_profile(alias, seen_ver=loser.ver),
        ]
        if withdrawn:
            writes.append(withdraw_now(survivor.customer_id, withdrawn))
        assert isinstance(self.items.transact(writes), Done)
        self.profiles |= {joined.customer_id: joined, alias.customer_id: alias}
        self.note("merged", (loser.customer_id,), survivor.customer_id)
        for use in withdrawn:
            self.note("consent", (survivor.customer_id, use), "")

    def somebody(self) -> str:
        return self.chance.choice([name for name, one in self.profiles.items() if one.alias_of is None])

    def held_at(self, instant: datetime) -> list[str]:
        """Holds that stood for so long that no attempt can have begun before them."""
        a_minute = timedelta(minutes=1)
        return [name for name, start, end in self.holds if start + a_minute < instant < end - a_minute]

    # --- notes -----------------------------------------------------------------------------------------------

    def tick(self) -> int:
        self.order += 1
        return self.order

    def note(
        self, kind: Literal["consent", "suppressed", "merged"], subject: tuple[str, ...], value: str
    ) -> None:
        self.facts.append(Fact(self.tick(), kind, subject, value))

    def stored(self, contact_id: str) -> Item:
        return self.items.get(Key(Table.CONTACTS, contact_id)) or {}

    def rows(self) -> list[Contact]:
        return [contact_from_item(item) for item in self.items.scan(Table.CONTACTS)]


def _field(use: str) -> str:
    return "email" if use.startswith("email") else "phone"


def is_counted(contact: Contact) -> bool:
    return contact.contact_class in (ContactClass.CARE, ContactClass.MARKETING)
