from typing import Any

import pytest
from botocore.exceptions import (
    ClientError,
    EndpointConnectionError,
    ParamValidationError,
    ReadTimeoutError,
)

from shared.aws.expressions import Placeholders, condition_text, update_text
from shared.aws.items import ROUNDS_WITHOUT_PROGRESS, DynamoItems
from shared.aws.marshal import from_attribute, to_attribute, to_attributes
from shared.model.errors import ConfigurationError, StoreBusy
from shared.ports import (
    Absent,
    All,
    AnyOf,
    Cancelled,
    Check,
    Delete,
    Is,
    Item,
    Key,
    Put,
    Query,
    Refused,
    Table,
    Update,
    Value,
)

TABLES = {table: f"guanxi-{table}" for table in Table}
PLACE = Key(Table.IDENTITIES, "phone#1")
ITEM: Item = {"id_key": "phone#1", "ver": 2}


class FakeDynamo:
    """Answers each call with the next of its replies, and keeps the requests."""

    def __init__(self, *replies: dict[str, Any] | Exception) -> None:
        self.replies = list(replies)
        self.requests: list[dict[str, Any]] = []

    def _answer(self, **parameters: object) -> dict[str, Any]:
        self.requests.append(parameters)
        reply = self.replies.pop(0)
        if isinstance(reply, Exception):
            raise reply
        return reply

    get_item = batch_get_item = query = scan = _answer
    put_item = update_item = transact_write_items = _answer


def error(code: str, status: int = 400, **more: Any) -> ClientError:
    response: Any = {"Error": {"Code": code}, "ResponseMetadata": {"HTTPStatusCode": status}, **more}
    return ClientError(response, "UpdateItem")


def items_on(*replies: dict[str, Any] | Exception) -> tuple[DynamoItems, FakeDynamo, list[float]]:
    client, pauses = FakeDynamo(*replies), list[float]()
    return DynamoItems(client, TABLES, pause=pauses.append), client, pauses


ERRORS = [
    pytest.param(error("ProvisionedThroughputExceededException"), StoreBusy, id="provisioned throughput"),
    pytest.param(error("ThrottlingException"), StoreBusy, id="throttled"),
    pytest.param(error("RequestLimitExceeded"), StoreBusy, id="account limit"),
    pytest.param(error("TransactionConflictException"), StoreBusy, id="conflict of a single write"),
    pytest.param(error("TransactionInProgressException"), StoreBusy, id="transaction in progress"),
    pytest.param(error("InternalServerError", 500), StoreBusy, id="server's fault"),
    pytest.param(error("", 503), StoreBusy, id="unavailable without a code"),
    pytest.param(ReadTimeoutError(endpoint_url="https://x.example"), StoreBusy, id="no reply"),
    pytest.param(EndpointConnectionError(endpoint_url="https://x.example"), StoreBusy, id="no connection"),
    pytest.param(error("ValidationException"), ValueError, id="invalid"),
    pytest.param(ParamValidationError(report="x"), ValueError, id="invalid before it is sent"),
    pytest.param(error("ResourceNotFoundException"), ConfigurationError, id="no table"),
    pytest.param(error("AccessDeniedException"), ConfigurationError, id="denied"),
]


@pytest.mark.parametrize(("failure", "ours"), ERRORS)
def test_errors_of_every_call_come_out_in_our_words(failure: Exception, ours: type[Exception]) -> None:
    items, _, _ = items_on(*[failure] * 7)
    for call in (
        lambda: items.get(PLACE),
        lambda: items.batch_get([PLACE]),
        lambda: items.query(Query(Table.IDENTITIES, "x")),
        lambda: items.put_if(Put(Table.IDENTITIES, ITEM)),
        lambda: items.update_if(Update(PLACE, set={"a": 1})),
        lambda: items.transact([Delete(PLACE)]),
        lambda: list(items.scan(Table.IDENTITIES)),
    ):
        with pytest.raises(ours):
            call()


def cancelled(*codes: str, old: Item | None = None) -> ClientError:
    reasons: list[dict[str, Any]] = [{"Code": code} for code in codes]
    if old is not None:
        reasons[0]["Item"] = to_attributes(old)
    return error("TransactionCanceledException", CancellationReasons=reasons)


@pytest.mark.parametrize(
    ("failure", "expected"),
    [
        pytest.param(
            cancelled("ConditionalCheckFailed", "None", old=ITEM), (Refused(ITEM), None), id="refused"
        ),
        pytest.param(cancelled("ConditionalCheckFailed", "None"), (Refused(None), None), id="no item"),
        pytest.param(cancelled("None", "TransactionConflict"), (None, "conflict"), id="conflict"),
        pytest.param(
            cancelled("ConditionalCheckFailed", "TransactionConflict"),
            (Refused(None), "conflict"),
            id="refused and conflict",
        ),
    ],
)
def test_a_cancelled_transaction_has_one_reason_for_each_write(
    failure: ClientError, expected: tuple[object, ...]
) -> None:
    items, _, _ = items_on(failure)
    writes = [Update(PLACE, set={"a": 1}, condition=Is("ver", "=", 1)), Delete(Key(Table.IDENTITIES, "b"))]
    assert items.transact(writes) == Cancelled(expected)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("failure", "ours"),
    [
        pytest.param(cancelled("None", "ThrottlingError"), StoreBusy, id="throttled"),
        pytest.param(cancelled("ProvisionedThroughputExceeded", "None"), StoreBusy, id="throughput"),
        pytest.param(cancelled("ValidationError", "None"), ValueError, id="invalid"),
        pytest.param(cancelled("None", "ItemCollectionSizeLimitExceeded"), ValueError, id="collection"),
    ],
)
def test_a_transaction_cancelled_for_other_reasons_is_an_error(
    failure: ClientError, ours: type[Exception]
) -> None:
    items, _, _ = items_on(failure)
    with pytest.raises(ours):
        items.transact([Check(PLACE, Absent("x")), Delete(Key(Table.IDENTITIES, "b"))])


def test_a_refused_write_shows_what_stood_there() -> None:
    items, client, _ = items_on(error("ConditionalCheckFailedException", Item=to_attributes(ITEM)))
    assert items.put_if(Put(Table.IDENTITIES, ITEM, Absent("id_key"))) == Refused(ITEM)
    assert client.requests[0]["ReturnValuesOnConditionCheckFailure"] == "ALL_OLD"


KEYS = [Key(Table.IDENTITIES, f"k{n}") for n in range(3)]


def responses(*keys: Key) -> dict[str, Any]:
    return {TABLES[Table.IDENTITIES]: [to_attributes({"id_key": key.pk}) for key in keys]}


def unprocessed(*keys: Key) -> dict[str, Any]:
    return {TABLES[Table.IDENTITIES]: {"Keys": [to_attributes({"id_key": key.pk}) for key in keys]}}


def test_unprocessed_keys_are_asked_for_again() -> None:
    items, client, pauses = items_on(
        {"Responses": responses(KEYS[0]), "UnprocessedKeys": unprocessed(KEYS[1], KEYS[2])},
        {"Responses": {}, "UnprocessedKeys": unprocessed(KEYS[1], KEYS[2])},
        {"Responses": responses(KEYS[2])},
    )
    assert items.batch_get(KEYS) == {KEYS[0]: {"id_key": "k0"}, KEYS[2]: {"id_key": "k2"}}
    assert client.requests[1]["RequestItems"] == unprocessed(KEYS[1], KEYS[2])
    # The first round brought something: only the barren one is followed by a pause.
    assert len(pauses) == 1


def test_keys_that_stay_unprocessed_make_the_store_busy() -> None:
    barren = {"Responses": {}, "UnprocessedKeys": unprocessed(*KEYS)}
    items, client, pauses = items_on(*[barren] * (ROUNDS_WITHOUT_PROGRESS + 1))
    with pytest.raises(StoreBusy):
        items.batch_get(KEYS)
    assert len(client.requests) == ROUNDS_WITHOUT_PROGRESS
    assert max(pauses) < 2


def test_many_keys_are_asked_for_a_hundred_at_a_time_and_each_once() -> None:
    items, client, _ = items_on(*[{"Responses": {}}] * 3)
    keys = [Key(Table.CONTROL, f"k{n}", "s") for n in range(201)]
    items.batch_get(keys + keys)
    asked = [len(request["RequestItems"]["guanxi-control"]["Keys"]) for request in client.requests]
    assert asked == [100, 100, 1]
    assert all(request["RequestItems"]["guanxi-control"]["ConsistentRead"] for request in client.requests)


def test_reads_of_a_table_are_consistent_and_of_an_index_are_not() -> None:
    items, client, _ = items_on({}, {"Items": []}, {"Items": []})
    items.get(PLACE)
    items.query(Query(Table.CONTACTS, "c"))
    items.query(Query(Table.CONTACTS, "c", index="due"))
    assert [request.get("ConsistentRead") for request in client.requests] == [True, True, None]


def test_a_scan_reads_page_after_page() -> None:
    last = to_attributes({"id_key": "k0"})
    items, client, _ = items_on(
        {"Items": [last], "LastEvaluatedKey": last}, {"Items": [to_attributes({"id_key": "k1"})]}
    )
    assert [item["id_key"] for item in items.scan(Table.IDENTITIES)] == ["k0", "k1"]
    assert client.requests[1]["ExclusiveStartKey"] == last


@pytest.mark.parametrize(
    ("value", "attribute"),
    [
        pytest.param("", {"S": ""}, id="text"),
        pytest.param(-7, {"N": "-7"}, id="number"),
        pytest.param(True, {"BOOL": True}, id="true is no number"),
        pytest.param(None, {"NULL": True}, id="none"),
        pytest.param([1, "a"], {"L": [{"N": "1"}, {"S": "a"}]}, id="list"),
        pytest.param({"a": {"b": []}}, {"M": {"a": {"M": {"b": {"L": []}}}}}, id="map"),
    ],
)
def test_values_and_attributes_are_each_other(value: Value, attribute: dict[str, Any]) -> None:
    assert to_attribute(value) == attribute
    assert from_attribute(attribute) == value


@pytest.mark.parametrize(
    ("attribute", "ours"),
    [
        pytest.param({"N": "1.5"}, ValueError, id="fraction"),
        pytest.param({"SS": ["a"]}, TypeError, id="set"),
        pytest.param({"B": b"a"}, TypeError, id="bytes"),
    ],
)
def test_attributes_that_no_adapter_writes_are_errors(
    attribute: dict[str, Any], ours: type[Exception]
) -> None:
    with pytest.raises(ours):
        from_attribute(attribute)


def test_expressions_hold_placeholders_only() -> None:
    places = Placeholders()
    condition = All((Is("status", "=", "x"), AnyOf((Absent("owner"), Is("lease", "<", "t")))))
    assert condition_text(condition, places) == ("(#n0 = :v0 AND (attribute_not_exists(#n1) OR #n2 < :v1))")
    assert places.parameters() == {
        "ExpressionAttributeNames": {"#n0": "status", "#n1": "owner", "#n2": "lease"},
        "ExpressionAttributeValues": {":v0": {"S": "x"}, ":v1": {"S": "t"}},
    }


def test_an_update_has_one_clause_of_each_kind() -> None:
    update = Update(
        PLACE, set={"a": 1, "b": None}, set_if_absent={"c": "x"}, add={"n": -1}, remove=("d", "e")
    )
    assert update_text(update, Placeholders()) == (
        "SET #n0 = :v0, #n1 = :v1, #n2 = if_not_exists(#n2, :v2) ADD #n3 :v3 REMOVE #n4, #n5"
    )


def test_one_condition_alone_has_no_parentheses() -> None:
    # DynamoDB: "The expression has redundant parentheses".
    assert condition_text(All((AnyOf((Absent("a"),)),)), Placeholders()) == "attribute_not_exists(#n0)"
