"""Stored traits equal those judged afresh at every local midnight, and change exactly when announced."""

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from random import Random

import pytest

from shared.model.history import History
from shared.model.instants import TICK, local_day
from shared.model.tags import Mark, Reason
from shared.policy.load import load_policy
from shared.policy.schema import Policy
from shared.tagging.fold import Happening, Kind, add_events
from shared.tagging.review import review_tags
from shared.tagging.traits import Background, judge_traits, next_trait_change, values
from tests.property.tagging_oracle import midnights, months_back

BEGIN = datetime(2024, 1, 10, 7, 30, tzinfo=UTC)
DAYS = 500
CUSTOMERS = 6
KINDS: tuple[Kind, ...] = (
    "order",
    "order",
    "refund",
    "interaction",
    "interaction",
    "complaint",
    "need",
    "need",
)
WORDS = {"need": ("price", "product", "service"), "interaction": ("call", "email", "web")}
Trait = tuple[tuple[str, str], ...]


def a_happening(random: Random) -> Happening:
    """Of the year before BEGIN or of the 60 days after it, often at midnight."""
    at = BEGIN + timedelta(minutes=random.randrange(-365 * 1440, 60 * 1440))
    if random.random() < 0.3:
        at = at.replace(hour=16, minute=0)
    kind = random.choice(KINDS)
    word = random.choice(WORDS[kind]) if kind in WORDS else None
    return Happening(kind, at, random.choice([600_000, 700_000, 5_000_000]), word=word)


def judged(history: History, background: Background, policy: Policy, at: datetime) -> Trait:
    return values(traits_at(history, background, policy, at))


def traits_at(
    history: History, background: Background, policy: Policy, at: datetime, earlier: Sequence[Reason] = ()
) -> tuple[Reason, ...]:
    return judge_traits(history, review_tags(history, policy, at).tags, background, policy, at, earlier)


def announced(history: History, background: Background, policy: Policy, at: datetime) -> datetime | None:
    """When the next review is due: a tag or a trait changes."""
    review = review_tags(history, policy, at)
    trait_at = next_trait_change(history, review.tags, background, policy, at, review.next_change_at)
    return trait_at or review.next_change_at


@pytest.mark.parametrize("zone", ["Asia/Shanghai", "America/New_York"])
def test_stored_traits_are_never_out_of_date(zone: str) -> None:
    random, default = Random(f"traits {zone}"), load_policy()
    policy = default.model_copy(update={"tenant": default.tenant.model_copy(update={"zone": zone})})
    dawns = [dawn for dawn in midnights(zone).values() if BEGIN < dawn < BEGIN + timedelta(days=DAYS)]
    for _ in range(CUSTOMERS):
        happenings = [a_happening(random) for _ in range(random.choice([0, 2, 6, 15]))]
        history = add_events(History(), happenings, BEGIN, policy.tenant.tz)
        marked = BEGIN + timedelta(hours=random.randrange(3000))
        background = Background(marks=[Mark("vip", "A", BEGIN, marked)])
        check(
            history, background, policy, sorted([BEGIN, marked, *dawns, *(e.at + TICK for e in happenings)])
        )


def check(history: History, background: Background, policy: Policy, instants: list[datetime]) -> None:
    at = BEGIN
    stored, due = traits_at(history, background, policy, at), announced(history, background, policy, at)
    for now in (instant for instant in instants if instant > BEGIN):
        fresh = traits_at(history, background, policy, now)
        if due is not None and now >= due:
            assert now == due
            at, stored, due = now, fresh, announced(history, background, policy, now)
        assert values(fresh) == values(stored), (at, now, due)
        # What is known of before saves work, and no number of what stands behind the values.
        assert traits_at(history, background, policy, now, stored) == fresh


def test_the_need_is_what_a_plain_count_says() -> None:
    random, policy = Random("needs"), load_policy()
    zone = policy.tenant.tz
    for _ in range(200):
        told = [a_happening(random) for _ in range(random.randrange(12))]
        now = BEGIN + timedelta(days=random.randrange(400))
        oldest: date = months_back(local_day(now, zone), policy.traits.need_months)
        needs = [e for e in told if e.kind == "need" and e.at < now and local_day(e.at, zone) >= oldest]
        traits = dict(judged(add_events(History(), told, BEGIN, zone), Background(), policy, now))
        assert traits["need"] == plain_plurality(needs)


def plain_plurality(needs: list[Happening]) -> str:
    counts = Counter(need.word for need in needs)
    tied = [need for need in needs if counts[need.word] == max(counts.values())]
    return str(max(tied, key=lambda need: (need.at, need.word)).word) if tied else "unknown"
