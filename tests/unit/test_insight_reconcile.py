"""Every sum holds over a real base, and each planted break is found and named."""

from collections.abc import Callable, Mapping
from dataclasses import replace

import pytest

from shared.insight.reconcile import find_breaks, run_checks
from shared.insight.snapshot import JobLine, QuarantinedRow, Snapshot
from shared.insight.summary import describe_break
from tests.unit.insight_base import a_snapshot

Mutation = Callable[[Snapshot], Snapshot]


def first_job(snapshot: Snapshot, **changes: object) -> Snapshot:
    job = replace(snapshot.jobs[0], **changes)  # type: ignore[arg-type]
    return replace(snapshot, jobs=(job, *snapshot.jobs[1:]))


def outcomes(snapshot: Snapshot, change: Mapping[str, int]) -> Snapshot:
    counts = dict(snapshot.jobs[0].outcomes)
    for name, step in change.items():
        counts[name] = counts.get(name, 0) + step
    return first_job(snapshot, outcomes=counts)


def first_customer(snapshot: Snapshot, **changes: object) -> Snapshot:
    line = replace(snapshot.customers[0], **changes)  # type: ignore[arg-type]
    return replace(snapshot, customers=(line, *snapshot.customers[1:]))


def first_candidate(snapshot: Snapshot, **changes: object) -> Snapshot:
    line = replace(snapshot.candidates[0], **changes)  # type: ignore[arg-type]
    return replace(snapshot, candidates=(line, *snapshot.candidates[1:]))


def test_all_sums_of_a_real_base_hold() -> None:
    checks = run_checks(a_snapshot())
    assert find_breaks(a_snapshot()) == []
    # Nobody of this base owns two things to be reminded of in one message.
    trivial = {"merged_have_carriers"}
    assert {check.name for check in checks if check.whole > 0} == {check.name for check in checks} - trivial


@pytest.mark.parametrize(
    ("mutate", "names"),
    [
        pytest.param(lambda s: outcomes(s, {"new": -1}), {"records_in"}, id="a record without an outcome"),
        pytest.param(lambda s: outcomes(s, {"unchanged": 1}), {"records_in"}, id="an outcome too many"),
        pytest.param(lambda s: outcomes(s, {"lost": 1}), {"records_in"}, id="an unknown outcome"),
        pytest.param(lambda s: first_job(s, records=None), {"records_in"}, id="a file half read"),
        pytest.param(
            lambda s: outcomes(s, {"new": 1, "quarantined": -1}),
            {"quarantine_of_file", "new_records_stored"},
            id="quarantined called new",
        ),
        pytest.param(
            lambda s: replace(s, quarantined=s.quarantined[1:]),
            {"quarantine_of_file", "quality_covers"},
            id="a lost row in quarantine",
        ),
        pytest.param(
            lambda s: replace(
                s, quarantined=(*s.quarantined, QuarantinedRow("sales", "x", "sales-orders.csv#2", 9))
            ),
            {"quarantine_of_file", "quality_covers"},
            id="a row in quarantine that no job counted",
        ),
        pytest.param(
            lambda s: replace(s, entries={"sales": 3}),
            {"new_records_stored", "quality_covers"},
            id="records not stored",
        ),
        pytest.param(lambda s: first_customer(s, level=None), {"levels"}, id="a customer without level"),
        pytest.param(lambda s: first_customer(s, risk="huge"), {"risks"}, id="an unknown risk"),
        pytest.param(lambda s: first_customer(s, activity=None), {"activities"}, id="no activity"),
        pytest.param(lambda s: first_customer(s, members=()), {"members"}, id="a record of nobody"),
        pytest.param(lambda s: replace(s, customers=s.customers * 2), {"members"}, id="a record of two customers"),
        pytest.param(
            lambda s: replace(s, source_records=dict.fromkeys(s.source_records, "c-other")),
            {"members"},
            id="pointers elsewhere",
        ),
        pytest.param(
            lambda s: replace(
                s, source_records={f"{key}x" if at == 0 else key: owner for at, (key, owner) in
                                   enumerate(s.source_records.items())}
            ),
            {"members"},
            id="equal numbers, another record",
        ),
        pytest.param(lambda s: first_candidate(s, decision="forgotten"), {"decisions"}, id="an unknown decision"),
        pytest.param(
            lambda s: first_candidate(s, contact_id="Z" * 32), {"planned_have_rows"}, id="planned without a row"
        ),
        pytest.param(
            lambda s: replace(s, contacts=tuple(replace(line, status="LOST") for line in s.contacts)),
            {"statuses"},
            id="an unknown status",
        ),
        pytest.param(lambda s: replace(s, cases=()), {"tasks_have_cases"}, id="a task nobody has"),
    ],
)  # fmt: skip
def test_a_planted_break_is_found_and_named(mutate: Mutation, names: set[str]) -> None:
    breaks = find_breaks(mutate(a_snapshot()))
    assert {found.name for found in breaks} == names
    for found in breaks:
        assert found.whole != found.parts or found.unexplained
        assert describe_break(found, "zh") != describe_break(found, "en")
        assert str(found.whole) in str(found)


def test_a_break_names_both_sides_and_the_culprit() -> None:
    found = find_breaks(first_customer(a_snapshot(), level=None))[0]
    name = a_snapshot().customers[0].customer_id
    assert describe_break(found, "en") == f"customers = sum over levels: 5 ≠ 4 ({name}:none)"


def test_many_culprits_are_counted() -> None:
    nobody = tuple(replace(line, level=None) for line in a_snapshot().customers)
    found = find_breaks(replace(a_snapshot(), customers=nobody))[0]
    assert describe_break(found, "en").endswith("… +2)")


def test_a_file_read_twice_may_keep_equal_rows_once() -> None:
    again = replace(a_snapshot().jobs[0], job_id="again", outcomes={"unchanged": 12, "quarantined": 2})
    assert find_breaks(replace(a_snapshot(), jobs=(*a_snapshot().jobs, again))) == []


def test_unreadable_rows_are_quarantined_records_in() -> None:
    job = JobLine("j", "f.csv", "sales", False, 3, 2, {"new": 1, "updated": 1, "quarantined": 1})
    assert (job.records_in, job.quarantined) == (5, 3)


def test_an_empty_base_reconciles() -> None:
    empty = Snapshot(a_snapshot().at, a_snapshot().on)
    assert find_breaks(empty) == []


def test_a_record_of_two_customers_is_named_even_where_the_numbers_agree() -> None:
    one, other, *rest = a_snapshot().customers
    snapshot = replace(a_snapshot(), customers=(replace(other, members=one.members), one, *rest))
    (found,) = find_breaks(snapshot)
    assert (found.whole, found.parts) == (6, 6)
    assert {*found.unexplained} == {*one.members, *other.members}
