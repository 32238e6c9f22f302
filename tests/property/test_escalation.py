"""Escalation against a slow oracle, and once per step whatever happens between the sweeps (R38)."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import cache

from chinese_calendar import is_workday  # type: ignore[import-untyped]
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.care.case_times import escalation_at
from shared.flows.finish_task import Desk, finish_task
from shared.flows.post_to_staff import BY_MAIL, Mailroom
from shared.flows.sweep_cases import sweep_cases
from shared.memory.items import MemoryItems
from shared.memory.senders import MemoryEmailSender
from shared.model.case import Case
from shared.model.errors import StoreBusy
from shared.policy.load import load_policy
from shared.ports import (
    Ambiguous,
    Done,
    Item,
    Key,
    Put,
    QueueName,
    Refused,
    SendOutcome,
    Throttled,
    Update,
    Write,
)
from shared.store.cases import put_case, read_case

POLICY = load_policy()
BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
MINUTES_OF_HALF_A_YEAR = 182 * 24 * 60


@cache
def is_worked(day: date) -> bool:
    return bool(is_workday(day))


def is_worked_minute(at: datetime) -> bool:
    """Shanghai has no daylight saving time: the wall clock is UTC + 8."""
    local = at + timedelta(hours=8)
    return 9 <= local.hour < 18 and is_worked(local.date())


def oracle(case: Case, percent: int) -> datetime:
    """Counts minute by minute."""
    total, at = 0, case.start_at
    while at < case.due_at:
        total += is_worked_minute(at)
        at += MINUTE
    wanted, at = total * percent / 100, case.start_at
    passed = 0
    while passed < wanted:
        passed += is_worked_minute(at)
        at += MINUTE
    # Half a minute is where an odd number of minutes has its half.
    return at - MINUTE * (passed - wanted)


def a_case(start: int, length: int, title: str = "check_in_call") -> Case:
    begun = BEGIN + start * MINUTE
    due = begun + length * MINUTE
    return Case("T" * 32, "c-1", "task", "call", "Sales lead", title, begun, due, begun)


@settings(derandomize=True, max_examples=40, deadline=None)
@given(
    start=st.integers(0, MINUTES_OF_HALF_A_YEAR),
    length=st.integers(1, 10 * 24 * 60),
    percent=st.sampled_from([50, 100, 150]),
)
def test_the_instant_of_a_step_is_the_one_that_counting_finds(start: int, length: int, percent: int) -> None:
    case = a_case(start, length)
    if any(is_worked_minute(case.start_at + n * MINUTE) for n in range(length)):
        assert escalation_at(case, percent, POLICY) == oracle(case, percent)


@settings(derandomize=True, max_examples=100, deadline=None)
@given(start=st.integers(0, MINUTES_OF_HALF_A_YEAR), length=st.integers(-60, 60 * 24 * 60))
def test_steps_never_go_back(start: int, length: int) -> None:
    case = a_case(start, length)
    instants = [escalation_at(case, percent, POLICY) for percent in (0, 50, 100, 150)]
    assert instants == sorted(instants)
    assert instants[0] >= case.start_at


# --- once ----------------------------------------------------------------------------------------------------


class Posted:
    """A queue that keeps what it is given."""

    def __init__(self) -> None:
        self.bodies: list[str] = []

    def post(self, queue: QueueName, bodies: Sequence[str], *, delay_s: int = 0) -> None:
        self.bodies += bodies


class Flaky:
    """Memory whose writes are sometimes lost, done though their reply is lost, or forestalled by a rival's."""

    def __init__(
        self, inner: MemoryItems, fates: Callable[[], str], rival: Callable[[], object] = lambda: None
    ) -> None:
        self._inner, self._fates, self._rival = inner, fates, rival

    def __getattr__(self, name: str) -> object:
        return getattr(self._inner, name)

    def get(self, key: Key) -> Item | None:
        return self._inner.get(key)

    def put_if(self, write: Put) -> Done | Refused:
        return self._fated(lambda: self._inner.put_if(write))  # type: ignore[return-value]

    def update_if(self, write: Update) -> Done | Refused:
        return self._fated(lambda: self._inner.update_if(write))  # type: ignore[return-value]

    def transact(self, writes: Sequence[Write]) -> object:
        return self._fated(lambda: self._inner.transact(writes))

    def _fated(self, write: Callable[[], object]) -> object:
        fate = self._fates()
        if fate == "before":
            raise StoreBusy("lost before")
        if fate == "race":
            self._rival()
        done = write()
        if fate == "after":
            raise StoreBusy("lost after")
        return done


FATES = st.lists(st.sampled_from(["ok", "ok", "ok", "before", "after", "race"]), max_size=60)
ANSWERS = st.lists(st.sampled_from([Throttled(1), Ambiguous("x")]), max_size=2)


@settings(derandomize=True, max_examples=80, deadline=None)
@given(fates=FATES, pauses=st.lists(st.integers(0, 90), min_size=8, max_size=20), answers=ANSWERS)
def test_each_step_is_taken_once_and_told_whatever_is_lost(
    fates: list[str], pauses: list[int], answers: list[SendOutcome]
) -> None:
    items, fate = MemoryItems(), iter(fates)
    mail = MemoryEmailSender(answers)
    case = replace(a_case(0, 120, "first_response"), kind="complaint")
    items.put_if(put_case(case))
    now = case.start_at

    def rival() -> None:
        """The same schedule, in another container, at the same time."""
        sweep_cases(Mailroom(items, POLICY, now, {BY_MAIL: lambda: mail.send}), Posted())

    flaky = Flaky(items, lambda: next(fate, "ok"), rival)
    for pause in [*pauses, 500, 500, 500, 500, 500]:
        now += pause * MINUTE
        room = Mailroom(flaky, POLICY, now, {BY_MAIL: lambda: mail.send})  # type: ignore[arg-type]
        sweep_cases(room, Posted())
        sweep_cases(room, Posted())  # the schedule came twice
    found = read_case(items, case.case_id)
    assert found is not None
    assert [one.percent for one in found.told] == [50, 100, 150]
    assert found.steps == 3
    tries = POLICY.tasks.mail_tries
    assert all(one.mailed_at or one.how == "digest" for one in found.told)
    assert len(mail.accepted) <= 3 + sum(fate != "ok" for fate in fates)
    assert len(mail.attempts) <= 3 * tries


@settings(derandomize=True, max_examples=80, deadline=None)
@given(
    told=st.lists(
        st.tuples(st.sampled_from(["done", "refused", "no_answer"]), st.sampled_from(["a", "b"])),
        min_size=1,
        max_size=8,
    ),
    fates=FATES,
)
def test_a_task_ends_once_and_keeps_the_outcome_that_came_first(
    told: list[tuple[str, str]], fates: list[str]
) -> None:
    items, fate = MemoryItems(), iter(fates)
    case = a_case(0, 600)
    items.put_if(put_case(case))

    answers: list[dict[str, object]] = []

    def rival() -> None:
        """A colleague who records something else at the same time."""
        request = {"case_id": case.case_id, "outcome": "refused", "by": "Mr Li"}
        answers.append(finish_task(request, Desk(items, Posted(), POLICY, case.due_at)))

    flaky = Flaky(items, lambda: next(fate, "ok"), rival)
    desk = Desk(flaky, Posted(), POLICY, case.due_at)  # type: ignore[arg-type]
    ended: list[str] = []
    for outcome, note in told:
        request = {"case_id": case.case_id, "outcome": outcome, "by": "Ms Wu", "note": note}
        for _ in range(3):  # the caller tries again when the store was busy
            try:
                answers.append(finish_task(request, desk))
                break
            except StoreBusy:
                continue
        found = read_case(items, case.case_id)
        assert found is not None
        if found.finish is not None:
            ended.append(found.finish.request)
    assert len(set(ended)) <= 1
    # Whoever was told that it is over was told the outcome that stands.
    over = {one["outcome"] for one in answers if one.get("status") in ("done", "closed")}
    assert len(over - {"no_answer"}) <= 1
    final = read_case(items, case.case_id)
    assert final is not None
    assert len({one.request for one in final.tries}) == len(final.tries) <= POLICY.tasks.tries
    assert final.ver == len(final.tries) + (final.finish is not None and final.finish.outcome != "no_answer")
