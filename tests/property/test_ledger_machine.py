"""The send ledger as a state machine: hypothesis looks for the shortest story that breaks a promise, and shrinks it."""

from contextlib import suppress
from datetime import timedelta
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from shared.flows.cancel_contacts import cancel_planned
from shared.flows.recover import Restored, recover
from shared.model.contact import OPEN, RANKS, ContactClass, Status
from shared.model.errors import StoreBusy
from shared.ports import Accepted, Ambiguous, SendOutcome, SendRefused, Throttled
from tests.integration.ledger_builder import POLICY, Crash, Interposed, LedgerWorld, raises

STEPS = st.sampled_from(("CLAIMED", "SENDING", "SENT", "UNKNOWN", "PENDING", "FAILED"))
FAULTS = st.sampled_from(
    ("none", "none", "crash before", "crash after", "busy before", "busy after", "again")
)
OUTCOMES: tuple[SendOutcome, ...] = (
    Accepted("p"),
    Ambiguous("ReadTimeoutError"),
    Throttled(5),
    SendRefused("MessageRejected"),
)
NAMES = ("M0", "M1", "M2")
UNSENT = (Status.EXPIRED, Status.FAILED, Status.SUPPRESSED, Status.CANCELLED)


class Provider:
    """Keeps every request, with what was told of it."""

    def __init__(self) -> None:
        self.attempts: list[tuple[Any, SendOutcome]] = []
        self.next_outcome: SendOutcome = OUTCOMES[0]

    def send(self, message: Any) -> SendOutcome:
        self.attempts.append((message, self.next_outcome))
        return self.next_outcome


class Ledger(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.world = LedgerWorld()
        self.provider = Provider()
        self.world.email = self.provider  # type: ignore[assignment]
        self.ranks: dict[str, int] = {}
        self.is_withdrawn = False

    @initialize(kinds=st.tuples(*[st.sampled_from(("care", "service"))] * len(NAMES)))
    def begin(self, kinds: tuple[str, ...]) -> None:
        for name, kind, valid_s in zip(NAMES, kinds, (4000, 90_000, 200_000), strict=True):
            end = self.world.clock.now() + timedelta(seconds=valid_s)
            self.world.add_contact(name, contact_class=kind, not_after=end)

    @rule(
        name=st.sampled_from(NAMES),
        outcome=st.sampled_from(OUTCOMES),
        step=STEPS,
        fault=FAULTS,
        left_s=st.sampled_from((30.0, 30.0, 14.0)),
    )
    def wake(self, name: str, outcome: SendOutcome, step: str, fault: str, left_s: float) -> None:
        self.provider.next_outcome = outcome
        before = len(self.provider.attempts)
        with suppress(Crash, StoreBusy):
            self.world.send(name, items=_faulty(self.world, step, fault), time_left=lambda: left_s)
        assert len(self.provider.attempts) <= before + 1, "two requests of one attempt"
        if self.is_withdrawn and len(self.provider.attempts) > before:
            assert self.world.row(name).contact_class is ContactClass.SERVICE, "sent after an opt-out"
        if len(self.provider.attempts) > before:
            assert self.world.clock.now() < self.world.row(name).not_after, "sent after its end"

    @rule(seconds=st.sampled_from((1, 60, 120, 400, 1000, 4000, 50_000)))
    def wait(self, seconds: int) -> None:
        self.world.advance(seconds=seconds)

    @rule()
    def sweep(self) -> None:
        self.world.sweep().raise_errors()

    @rule()
    def withdraw(self) -> None:
        self.world.withdraw()
        self.is_withdrawn = True

    @rule()
    def cancel(self) -> None:
        cancel_planned("c-1", "operator", items=self.world.items, policy=POLICY)

    @rule()
    def recover(self) -> None:
        now = self.world.clock.now()
        recover(Restored(now, now), items=self.world.items, policy=POLICY, now=now)

    @invariant()
    def at_most_once_is_once(self) -> None:
        for name in NAMES:
            may_be_out = [one for one in self._outcomes(name) if isinstance(one, Accepted | Ambiguous)]
            if may_be_out and self.world.row(name).contact_class is ContactClass.CARE:
                assert len(may_be_out) == 1, f"{name} sent again"

    @invariant()
    def what_may_be_out_is_never_called_unsent(self) -> None:
        for name in NAMES:
            may_be_out = any(isinstance(one, Accepted | Ambiguous) for one in self._outcomes(name))
            row = self.world.row(name) if self.world.item(name) else None
            assert row is None or not (may_be_out and row.status in UNSENT), f"{name} is {row and row.status}"

    @invariant()
    def an_end_is_an_end(self) -> None:
        for name in NAMES:
            item = self.world.item(name)
            if not item:
                continue
            rank = RANKS[Status(str(item["status"]))]
            before = self.ranks.get(name, 0)
            assert before < RANKS[Status.SENT] or rank >= before, f"{name} went back from {before} to {rank}"
            self.ranks[name] = rank
            assert ("due_shard" in item) == (Status(str(item["status"])) in OPEN)

    @invariant()
    def nobody_is_counted_twice_a_day(self) -> None:
        assert 0 <= self.world.counted() <= POLICY.caps.messages_per_day

    def _outcomes(self, name: str) -> list[SendOutcome]:
        return [outcome for message, outcome in self.provider.attempts if message.contact_id == name]


def _faulty(world: LedgerWorld, step: str, fault: str) -> Interposed:
    kind, _, moment = fault.partition(" ")
    if kind == "again":
        return Interposed(world.items, again=frozenset({step}))
    if kind == "none":
        return Interposed(world.items)
    trap = {step: raises(Crash() if kind == "crash" else StoreBusy("by chance"))}
    return Interposed(world.items, before=trap) if moment == "before" else Interposed(world.items, after=trap)


def test_no_story_breaks_a_promise() -> None:
    run_state_machine_as_test(
        Ledger, settings=settings(max_examples=25, stateful_step_count=25, derandomize=True, deadline=None)
    )
