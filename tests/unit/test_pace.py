"""The pace of a provider: shares of all containers together stay within the rate."""

from random import Random

import pytest

from shared.runtime.pace import MOST_WAIT_S, wait_for_turn


class Container:
    """One container on a clock of the test."""

    def __init__(self, now_s: float) -> None:
        self.now_s = now_s
        self.turns: dict[str, float] = {}

    def wait(self, rate: int, concurrency: int) -> float:
        return wait_for_turn(
            "sms", rate, concurrency, clock=lambda: self.now_s, sleep=self.sleep, turns=self.turns
        )

    def sleep(self, seconds: float) -> None:
        self.now_s += seconds


@pytest.mark.parametrize(("rate", "concurrency"), [(14, 5), (10, 10), (1, 2), (100, 3)])
def test_all_containers_together_keep_within_the_rate(rate: int, concurrency: int) -> None:
    chance = Random(1)
    sent: list[float] = []
    for _ in range(concurrency):
        container = Container(chance.uniform(0, 1))
        while container.now_s < 60:
            wait_s = container.wait(rate, concurrency)
            if wait_s:
                container.sleep(wait_s)
                continue
            sent.append(container.now_s)
            container.sleep(chance.choice((0.0, 0.05, 0.3)))
    sent.sort()
    for start in range(55):
        in_five_seconds = sum(start <= at < start + 5 for at in sent)
        assert in_five_seconds <= 5 * rate + concurrency
    if rate < 50:
        assert len(sent) > 0.75 * 60 * min(rate, concurrency / 0.117)


def test_a_turn_that_comes_late_gives_the_message_back_and_takes_nothing() -> None:
    container = Container(0.0)
    container.turns["sms"] = MOST_WAIT_S + 1
    assert container.wait(1, 1) == MOST_WAIT_S + 1
    assert container.turns == {"sms": MOST_WAIT_S + 1}
    assert container.now_s == 0


def test_without_a_rate_nobody_waits() -> None:
    container = Container(0.0)
    assert [container.wait(0, 5) for _ in range(100)] == [0.0] * 100


def test_the_first_message_of_a_container_goes_at_once() -> None:
    container = Container(7.0)
    assert container.wait(1, 2) == 0.0
    assert container.now_s == 7.0
