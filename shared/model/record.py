"""The clean record: a tagged union, one schema for each kind, whatever system it came from (R1)."""

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter


class NeedType(StrEnum):
    PRODUCT = "product"
    SERVICE = "service"
    PRICE = "price"


class ConsentChannel(StrEnum):
    EMAIL = "email"
    SMS = "sms"
    PHONE = "phone"
    ANY = "any"


class Purpose(StrEnum):
    CARE = "care"
    MARKETING = "marketing"
    ANY = "any"


class ConsentAction(StrEnum):
    GRANT = "grant"
    WITHDRAW = "withdraw"
    OBJECT = "object"
    """A customer-level objection: no contact of any optional kind on the channel, whatever was granted."""


class Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class Party(Frozen):
    """Who a record is about, as that one record says it. None means: this record does not say."""

    ref: str | None = None
    """The customer's id in the source system."""
    name: str | None = None
    title: str | None = None
    company: str | None = None
    industry: str | None = None
    employees: int | None = None
    """People the company employs; of a range the lower end."""
    phone: str | None = None
    """E.164."""
    email: str | None = None
    country: str | None = None
    """ISO 3166 alpha-2."""
    province: str | None = None
    city: str | None = None
    language: Literal["zh", "en"] | None = None
    birthday_on: date | None = None
    lunar_birthday: str | None = None
    """`MM-DD` of the Chinese calendar, in a leap month `LMM-DD`."""
    first_cooperation_on: date | None = None
    address: str | None = None
    """One line, as the record says it."""
    id_number_hash: str | None = None
    """`kind#hash` of an identity document or a company's registration; the number itself is not kept."""


class Origin(Frozen):
    """Where a record came from, when it came in a file."""

    file: str
    row: int
    """1-based line or sheet row, as the person sees it."""
    job_id: str
    seq: int
    """0-based ordinal of the record in its job."""


class _Record(Frozen):
    system: str
    id: str
    version: int = 0
    """Orders the versions of one id: the source's own number, else its change time, else the event time (ms)."""
    event_at: datetime
    recorded_at: datetime
    deleted: bool = False
    party: Party
    origin: Origin | None = None


class Profile(_Record):
    kind: Literal["profile"] = "profile"


class Order(_Record):
    kind: Literal["order"] = "order"
    amount_fen: int | None = None
    """In the tenant's currency; None where no rate is known: such an amount decides no level."""
    currency: str
    stage: str | None = None


class Refund(_Record):
    kind: Literal["refund"] = "refund"
    amount_fen: int | None = None
    """Positive: what was given back."""
    currency: str


class Interaction(_Record):
    kind: Literal["interaction"] = "interaction"
    channel: str
    """call, visit, chat, ticket, email, sms, web, app, other."""
    topic: str | None = None
    stage: str | None = None


class Complaint(_Record):
    kind: Literal["complaint"] = "complaint"
    is_interaction: bool = True
    topic: str | None = None
    stage: str | None = None


class Satisfaction(_Record):
    kind: Literal["satisfaction"] = "satisfaction"
    score: int = Field(ge=1, le=5)
    dimension: str | None = None


class Need(_Record):
    kind: Literal["need"] = "need"
    need_type: NeedType | None = None
    priority: Literal["high", "medium", "low"] | None = None
    topic: str | None = None
    stage: str | None = None


class Asset(_Record):
    """What a customer owns and we look after; its id is made of the asset's number where the source gives it no other."""

    kind: Literal["asset"] = "asset"
    asset_id: str | None = None
    product: str | None = None
    bought_on: date | None = None
    warranty_ends_on: date | None = None
    insurance_ends_on: date | None = None
    inspection_due_on: date | None = None
    mileage_km: int | None = None


class Service(_Record):
    """Maintenance that was done on an asset, or a repair."""

    kind: Literal["service"] = "service"
    asset_id: str | None = None
    service_type: Literal["maintenance", "repair"] | None = None
    in_warranty: bool | None = None
    mileage_km: int | None = None


class Consent(_Record):
    kind: Literal["consent"] = "consent"
    channel: ConsentChannel
    purpose: Purpose
    action: ConsentAction
    evidence: str | None = None


Record = Profile | Order | Refund | Interaction | Complaint | Satisfaction | Need | Consent | Asset | Service
RECORD_KINDS = (
    "profile", "order", "refund", "interaction", "complaint", "satisfaction", "need", "consent", "asset", "service",
)  # fmt: skip
record_adapter: TypeAdapter[Record] = TypeAdapter(Annotated[Record, Field(discriminator="kind")])


Model = TypeVar("Model", bound=Frozen)
_make = object.__new__
_set_values = BaseModel.__dict__["__dict__"].__set__
_set_names = BaseModel.__dict__["__pydantic_fields_set__"].__set__
_set_extra = BaseModel.__dict__["__pydantic_extra__"].__set__
_set_private = BaseModel.__dict__["__pydantic_private__"].__set__
_NAMES: dict[type[Frozen], set[str]] = {}


def trust(model: type[Model], values: dict[str, Any]) -> Model:
    """The model of values that their makers have proved: what `model(**values)` gives, without proving them again.

    Every field is there, in the order of the model. A test holds both equal, in values and in bytes.
    """
    made = _make(model)
    _set_values(made, values)
    # No record is ever changed, so that all of a kind may share the names of their fields.
    _set_names(made, _NAMES.get(model) or _NAMES.setdefault(model, set(model.model_fields)))
    _set_extra(made, None)
    _set_private(made, None)
    return made
