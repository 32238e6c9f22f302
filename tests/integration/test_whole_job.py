"""The whole job over memory: real handlers, wired as the template says, on the sample files."""

import json
from collections import Counter
from typing import Any

import pytest

from events.samples.generate import FILES, customers
from shared.flows.import_progress import import_progress
from shared.matching.keys import identity_keys
from shared.ports import Key, QueueName, Table
from shared.store.control import read_holds
from tests.integration.memory_world import KEY, World

pytestmark = pytest.mark.filterwarnings("ignore:No application metrics")


def import_samples(world: World) -> Counter[str]:
    """Outcomes of all records of the three files, after everything that is due was done."""
    known = {progress.job.job_id for progress in import_progress(world.items)}
    for name, make in FILES.items():
        world.drop_file(name, make())
    world.settle()
    world.sweep()
    counts: Counter[str] = Counter()
    for progress in import_progress(world.items):
        if progress.job.job_id not in known:
            assert progress.is_complete
            counts.update(progress.outcomes)
    return counts


def customer_of(world: World, phone: str | None, email: str | None) -> str:
    party = {name: value for name, value in (("phone", phone), ("email", email)) if value}
    for id_key in identity_keys(party, KEY):
        item: Any = world.items.get(Key(Table.IDENTITIES, id_key))
        for record_id in item["members"] if item else ():
            record = world.items.get(Key(Table.RECORDS, record_id, "RECORD"))
            assert record is not None
            return str(record["customer_id"])
    raise AssertionError("nobody has this phone or email")


def test_every_customer_of_the_samples_lands_in_the_intended_cell(world: World) -> None:
    import_samples(world)
    found = {}
    intended = {}
    for person in customers():
        customer_id = customer_of(world, person.phone, person.email)
        tags = world.items.get(Key(Table.CUSTOMERS, customer_id, "TAGS"))
        assert tags is not None
        found[person.number] = (tags["level"], tags["risk"])
        intended[person.number] = (person.level, person.risk)
    assert found == intended
    assert len(set(found.values())) == 12


def test_a_second_import_of_the_same_files_changes_nothing_and_sends_nothing(world: World) -> None:
    first = import_samples(world)
    state = {
        table: sorted(map(str, world.items.scan(table))) for table in Table if table is not Table.CONTROL
    }
    sent = len(world.email.attempts) + len(world.sms.attempts)
    second = import_samples(world)
    assert (second["new"], second["updated"]) == (0, 0)
    assert second["quarantined"] == first["quarantined"]
    assert second.total() == first.total()
    assert state == {
        table: sorted(map(str, world.items.scan(table))) for table in Table if table is not Table.CONTROL
    }
    assert sent > 0
    assert len(world.email.attempts) + len(world.sms.attempts) == sent


def test_every_planned_message_is_sent_once_and_every_candidate_has_a_decision(world: World) -> None:
    import_samples(world)
    contacts = {str(item["contact_id"]): item for item in world.items.scan(Table.CONTACTS)}
    attempts = [message.contact_id for message, _ in world.email.attempts]
    attempts += [message.contact_id for message, _ in world.sms.attempts]
    assert len(attempts) == len(set(attempts))
    sent = {name for name, item in contacts.items() if item["status"] == "SENT"}
    tasks = {name for name in sent if contacts[name]["channel"] in ("call", "visit")}
    assert sent - tasks == set(attempts)
    decided = [
        decision
        for item in world.rows(Table.CUSTOMERS, "DAY#")
        for decision in json.loads(str(item["decisions"]))
    ]
    made = {
        decision["contact_id"]
        for decision in decided
        if decision["decision"] in ("planned", "quiet_deferred")
    }
    assert made == set(contacts)
    assert all(decision["rule"] for decision in decided)
    at_work = {decision["plan_step"].split(".")[1] for decision in decided if decision["contact_id"] in made}
    assert at_work >= {
        "complaint", "birthday", "repair_followup", "insurance_renewal", "inspection_due", "warranty_end", "first_service",
        "periodic_service", "usage_tips",
    }  # fmt: skip


def test_nothing_is_planned_while_a_file_is_being_imported(world: World) -> None:
    name, make = next(iter(FILES.items()))
    world.drop_file(name, make())
    assert any(hold.startswith("import#") for hold in read_holds(world.items))
    world.settle()
    assert world.rows(Table.CUSTOMERS, "TAGS")
    assert not world.rows(Table.CONTACTS)
    world.sweep()
    assert not read_holds(world.items)
    assert list(world.items.scan(Table.CONTACTS))


def test_one_bad_message_fails_alone_and_is_quarantined_with_its_reason(world: World) -> None:
    good = {
        "schema": 1,
        "system": "crm",
        "kind": "profile",
        "id": "1",
        "event_at": "2026-06-01",
        "party": {"ref": "1", "name": "张三", "phone": "13800001234"},
    }
    world.post_records("{not json", "[]", {"schema": 1, "kind": "order", "system": "crm"}, good)
    world.post(QueueName.CUSTOMERS_DUE, ["nonsense"])
    world.settle()
    reasons = Counter(item["reason"] for item in world.items.scan(Table.CONTROL) if "reason" in item)
    assert reasons["bad_json"] == 1
    assert reasons["not_an_object"] == 1
    assert reasons["malformed_wake_up"] == 1
    assert sum(reasons.values()) == 4
    assert len(world.rows(Table.RECORDS, "RECORD")) == 1
    assert not world.dead


def test_an_event_takes_three_functions_to_its_tags_and_two_more_to_a_message(world: World) -> None:
    party = {"ref": "1", "name": "李雷", "email": "lilei@example.com", "country": "CN", "province": "上海市"}
    base = {"schema": 1, "system": "crm", "event_at": "2026-01-05", "party": party}
    orders = [{**base, "kind": "order", "id": f"o{n}", "amount": "30万元"} for n in range(2)]
    consent = {
        **base,
        "kind": "consent",
        "id": "c1",
        "channel": "email",
        "purpose": "care",
        "action": "grant",
    }
    world.post_records(consent, *orders)
    world.settle()
    assert list(dict.fromkeys(world.hops)) == [
        "IngestRecords",
        "WakeReview",
        "ReviewCustomer",
        "WakeSender",
        "SendContact",
    ]
    assert [message.to for message in world.email.accepted] == ["lilei@example.com"]
