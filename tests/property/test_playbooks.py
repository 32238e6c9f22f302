"""A year of all playbooks over random customers: what is promised holds, and no day is missed or asked for in vain."""

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from shared.care.care_day import care_day
from shared.care.fold_facts import fold_facts
from shared.care.playbooks import standing_ids
from shared.care.state import Candidate, CareDay, CareState
from shared.model.contact import ContactClass, Decision
from shared.model.facts import Fact, FactKind
from shared.model.instants import local_day, start_of_day
from shared.model.tags import Level, Risk
from shared.policy.playbooks import MOST_ITEMS, TEMPLATE_VALUES, Holdout
from tests.unit.care_builder import POLICY, SHANGHAI, a_ledger, a_reach, a_state

START = datetime(2025, 3, 2, 16, tzinfo=UTC)  # midnight in Shanghai
YEAR = timedelta(days=365)
FIRST_ON = date(2025, 3, 3)
HOLDING = POLICY.model_copy(update={"holdout": Holdout(percent=20, care=True)})
USES = tuple(f"{channel}|{purpose}" for channel in ("email", "sms") for purpose in ("care", "marketing"))
PLACES = (("CN", "Asia/Shanghai", "zh"), ("US", "America/New_York", "en"), ("NZ", "Pacific/Auckland", "en"))
DONE = {Decision.PLANNED, Decision.QUIET_DEFERRED, Decision.MERGED}
DAYS = st.integers(-200, 364).map(lambda n: FIRST_ON + timedelta(days=n))
MAYBE = st.none() | DAYS


def instant(day: date, hours: int) -> datetime:
    return start_of_day(day, SHANGHAI) + timedelta(hours=hours)


INSTANTS = st.builds(instant, DAYS, st.integers(0, 23))


def assets() -> st.SearchStrategy[Fact]:
    return st.builds(
        Fact,
        kind=st.just(FactKind.ASSET),
        fact_id=st.sampled_from(("shop#a1", "shop#a2")),
        at=st.just(START - timedelta(days=1)),
        asset_id=st.sampled_from(("A1", "A2")),
        product=st.just("X3"),
        bought_on=MAYBE,
        warranty_ends_on=MAYBE,
        insurance_ends_on=MAYBE,
        inspection_due_on=MAYBE,
        mileage_km=st.none() | st.integers(0, 30_000),
    )


def doings() -> st.SearchStrategy[Fact]:
    return st.builds(
        Fact,
        kind=st.sampled_from((FactKind.SERVICE, FactKind.COMPLAINT, FactKind.TALK, FactKind.SCORE)),
        fact_id=st.integers(0, 9).map(lambda n: f"desk#{n}"),
        at=INSTANTS,
        asset_id=st.sampled_from(("A1", "A2", None)),
        mileage_km=st.none() | st.integers(0, 30_000),
        is_repair=st.sampled_from((True, False, None)),
        in_warranty=st.sampled_from((True, None)),
        stage=st.sampled_from(("open", "closed", "minuted", None)),
        score=st.integers(1, 5),
    )


def build(
    cell: tuple[Level, Risk],
    place: tuple[str, str, str],
    facts: list[Fact],
    uses: set[str],
    days: list[date | None],
    share: int,
) -> CareState:
    country, zone, language = place
    level, risk = cell
    born_on, lunar_on, order_on, stage_on = days
    changes: dict[str, Any] = {
        "reach": a_reach(country=country, zone=zone, language=language),
        "consents": dict.fromkeys(uses, "granted"),
        "facts": fold_facts(facts),
        "birthday_on": born_on,
        "lunar_birthday": lunar_on and f"{lunar_on.month:02d}-{min(lunar_on.day, 30):02d}",
        "first_order_on": order_on,
        "stage": "left" if stage_on else None,
        "stage_since_on": stage_on,
        "holdout_share": share,
        "ledger": a_ledger(f"{level}.{risk}", "2025-03-20", "2025-02-20"),
    }
    return a_state(level, risk, **changes)


STATES = st.builds(
    build,
    cell=st.tuples(st.sampled_from(list(Level)), st.sampled_from(list(Risk))),
    place=st.sampled_from(PLACES),
    facts=st.lists(assets() | doings(), max_size=6),
    uses=st.sets(st.sampled_from(USES)) | st.just(set(USES)),
    days=st.lists(MAYBE, min_size=4, max_size=4),
    share=st.integers(0, 99),
)


@dataclass
class Year:
    """One customer for a year, with what was made fed back."""

    state: CareState
    days: list[tuple[datetime, CareState, CareDay]] = field(default_factory=list)

    def review(self, now: datetime) -> datetime | None:
        day = care_day(self.state, HOLDING, now)
        self.days.append((now, self.state, day))
        counted = {name: Counter(days) for name, days in self.state.counted.items()}
        for one in day.candidates:
            if one.cap_on:
                cap = HOLDING.classes[one.contact_class].cap
                counted.setdefault(cap, Counter())[one.cap_on.isoformat()] += 1
        made = self.state.made | {one.contact_id for one in day.candidates if one.decision in DONE}
        self.state = replace(self.state, counted=counted, made=made, ledger=day.ledger)
        return day.next_due_at

    @property
    def words(self) -> dict[str, Candidate]:
        """The last word on each candidate; what was made stays made."""
        found: dict[str, Candidate] = {}
        for _, _, day in self.days:
            for one in day.candidates:
                if one.contact_id not in found or found[one.contact_id].decision not in DONE:
                    found[one.contact_id] = one
        return found


def by_due(state: CareState) -> Year:
    """Reviews only when the last one said so."""
    year, due_at = Year(state), START
    while due_at < START + YEAR:
        next_at = year.review(due_at)
        assert next_at is None or next_at > due_at
        due_at = next_at or START + YEAR
    return year


def day_by_day(state: CareState) -> Year:
    """Reviews at each midnight, and when a fact happens."""
    year = Year(state)
    instants = {start_of_day(FIRST_ON + timedelta(days=n), SHANGHAI) for n in range(365)}
    instants |= {fact.at + timedelta(milliseconds=1) for fact in state.facts}
    for now in sorted(one for one in instants if START <= one < START + YEAR):
        year.review(now)
    return year


@settings(max_examples=25, deadline=None, derandomize=True)
@given(STATES)
def test_reviews_at_the_due_instants_find_all_that_a_look_at_every_day_finds(state: CareState) -> None:
    quick, thorough = by_due(state), day_by_day(state)
    assert len(quick.days) <= len(thorough.days)

    def made(year: Year) -> dict[str, tuple[Decision, datetime]]:
        words = year.words.items()
        return {name: (one.decision, one.not_before) for name, one in words if one.decision in DONE}

    assert made(quick) == made(thorough)
    assert quick.words.keys() == thorough.words.keys()


@settings(max_examples=60, deadline=None, derandomize=True)
@given(STATES)
def test_a_year_of_playbooks_keeps_every_promise(state: CareState) -> None:
    year = by_due(state)
    rows = [row for _, _, day in year.days for row in day.contacts]
    assert len({row.contact_id for row in rows}) == len(rows)
    for now, before, day in year.days:
        assert len({one.contact_id for one in day.candidates}) == len(day.candidates)
        for one in day.candidates:
            check_candidate(one, before, day, now)
    check_caps(year)
    check_sums(year, len(rows))


def check_candidate(one: Candidate, state: CareState, day: CareDay, now: datetime) -> None:
    assert one.rule
    assert one.why["policy"] == HOLDING.version
    if one.decision is Decision.MERGED:
        (carrier,) = [other for other in day.candidates if other.contact_id == one.why["merged_into"]]
        assert carrier.decision.makes_contact
        assert carrier.priority <= one.priority
        assert int(carrier.values["items"]) <= MOST_ITEMS
    if one.decision is Decision.CAPPED:
        check_displaced(one, day)
    if one.decision.makes_contact and not one.channel.is_task:
        check_message(one, state, now)
    if one.playbook and not one.channel.is_task:
        assert set(one.values) >= set(TEMPLATE_VALUES[one.template or ""])


def check_displaced(held: Candidate, day: CareDay) -> None:
    """Whoever took the place in this run has no lower priority."""
    cap = HOLDING.classes[held.contact_class].cap
    taken = [one for one in day.candidates if one.cap_on and one.cap_on.isoformat() == held.why["cap_on"]]
    assert all(
        one.priority <= held.priority for one in taken if HOLDING.classes[one.contact_class].cap == cap
    )


def check_message(one: Candidate, state: CareState, now: datetime) -> None:
    zone = ZoneInfo(state.reach.zone or "")
    for moment in (one.not_before, one.not_after - timedelta(milliseconds=1)):
        assert "08:00" <= f"{moment.astimezone(zone):%H:%M}" < "20:00"
    assert now - timedelta(milliseconds=1) <= one.not_before < one.not_after
    if one.contact_class in (ContactClass.CARE, ContactClass.MARKETING):
        assert state.consents.get(f"{one.channel}|{one.contact_class}") == "granted"
        assert not (state.holdout_share or 0) < 20
    if one.playbook:
        assert local_day(one.not_after - timedelta(milliseconds=1), zone) <= one.last_on


def check_caps(year: Year) -> None:
    counts: Counter[tuple[str, date]] = Counter()
    for _, _, day in year.days:
        for one in day.candidates:
            if one.cap_on:
                counts[HOLDING.classes[one.contact_class].cap, one.cap_on] += 1
    assert all(number <= 1 for number in counts.values())


def check_sums(year: Year, rows: int) -> None:
    """Every candidate of the year ended in exactly one state; those that go are the rows."""
    words = year.words
    ends = Counter(one.decision for one in words.values())
    assert sum(ends.values()) == len(words)
    assert ends[Decision.PLANNED] + ends[Decision.QUIET_DEFERRED] == rows
    # No message is held back for want of room for ever: what the cap held is over by now, or waits for its last days.
    assert ends[Decision.STAGGERED] == ends[Decision.NO_CALENDAR] == 0


@settings(max_examples=25, deadline=None, derandomize=True)
@given(STATES)
def test_forgetting_all_but_what_stands_makes_nothing_twice(state: CareState) -> None:
    """The ids that a customer must remember are those that what is known of them may ask for again."""
    plain, forgetful = by_due(state), Year(state)
    due_at: datetime | None = START
    while due_at is not None and due_at < START + YEAR:
        next_at = forgetful.review(due_at)
        kept = standing_ids(forgetful.state, HOLDING, due_at)
        matrix = {row.contact_id for _, _, day in forgetful.days[-3:] for row in day.contacts}
        forgetful.state = replace(forgetful.state, made=forgetful.state.made & (kept | matrix))
        due_at = next_at
    assert [day.contacts for _, _, day in forgetful.days] == [day.contacts for _, _, day in plain.days]
