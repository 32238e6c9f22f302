"""The item port on DynamoDB, by the low-level client."""

import random
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Literal, Protocol

from botocore.exceptions import ClientError

from shared.aws.expressions import Placeholders, condition_text, key_condition_text, update_text
from shared.aws.failures import BUSY_CODES, error_code, our_errors
from shared.aws.marshal import Attribute, from_attributes, to_attributes
from shared.model.errors import StoreBusy
from shared.ports import (
    SCHEMAS,
    Cancelled,
    Check,
    Delete,
    Done,
    Item,
    Key,
    Page,
    Put,
    Query,
    Refused,
    Table,
    Update,
    Write,
)

BATCH_KEYS = 100
ROUNDS_WITHOUT_PROGRESS = 5
FIRST_PAUSE_S = 0.05

CONDITION_FAILED = "ConditionalCheckFailedException"
TRANSACTION_CANCELED = "TransactionCanceledException"

Request = dict[str, Any]


class DynamoClient(Protocol):
    """What the item port asks of boto3's client; the IAM policies allow the same."""

    def get_item(self, **parameters: object) -> dict[str, Any]: ...
    def batch_get_item(self, **parameters: object) -> dict[str, Any]: ...
    def query(self, **parameters: object) -> dict[str, Any]: ...
    def scan(self, **parameters: object) -> dict[str, Any]: ...
    def put_item(self, **parameters: object) -> dict[str, Any]: ...
    def update_item(self, **parameters: object) -> dict[str, Any]: ...
    def transact_write_items(self, **parameters: object) -> dict[str, Any]: ...


class DynamoItems:
    """State in DynamoDB. `tables` holds the name of every table that is asked for.

    botocore sends a request again when its reply was lost. A transaction carries a token, so its second sending
    answers like the first. `put_if` and `update_if` have none: after a lost reply they may answer Refused
    although the write is in. Callers recognise their own write by `Refused.old` (owner, fence, version ...).

    All methods raise StoreBusy to try again; ValueError and TypeError are bugs; ConfigurationError is a missing
    table or permission.
    """

    def __init__(
        self,
        client: DynamoClient,
        tables: Mapping[Table, str],
        *,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        self._client = client
        self._tables = tables
        self._pause = pause

    def get(self, key: Key) -> Item | None:
        with our_errors():
            reply = self._client.get_item(
                TableName=self._tables[key.table], Key=_key(key), ConsistentRead=True
            )
        return _item(reply)

    def batch_get(self, keys: Sequence[Key]) -> dict[Key, Item]:
        wanted = list(dict.fromkeys(keys))
        found: dict[Key, Item] = {}
        for start in range(0, len(wanted), BATCH_KEYS):
            found.update(self._get_batch(wanted[start : start + BATCH_KEYS]))
        return found

    def _get_batch(self, keys: Sequence[Key]) -> Iterator[tuple[Key, Item]]:
        unread = self._requests(keys)
        barren_rounds = 0
        while unread:
            if barren_rounds == ROUNDS_WITHOUT_PROGRESS:
                raise StoreBusy("keys stay unprocessed")
            if barren_rounds:
                self._pause(random.uniform(0, FIRST_PAUSE_S * 2**barren_rounds))
            with our_errors():
                reply = self._client.batch_get_item(RequestItems=unread)
            unread = reply.get("UnprocessedKeys") or {}
            answers = list(self._answers(reply["Responses"]))
            barren_rounds = 0 if answers else barren_rounds + 1
            yield from answers

    def _requests(self, keys: Sequence[Key]) -> dict[str, Request]:
        requests: dict[str, Request] = {}
        for key in keys:
            request = requests.setdefault(self._tables[key.table], {"Keys": [], "ConsistentRead": True})
            request["Keys"].append(_key(key))
        return requests

    def _answers(self, responses: Mapping[str, Sequence[Any]]) -> Iterator[tuple[Key, Item]]:
        for table, name in self._tables.items():
            for attributes in responses.get(name, ()):
                item = from_attributes(attributes)
                yield _key_of(table, item), item

    def query(self, query: Query) -> Page:
        with our_errors():
            reply = self._client.query(TableName=self._tables[query.table], **_query_request(query))
        following = reply.get("LastEvaluatedKey")
        return Page(
            tuple(from_attributes(attributes) for attributes in reply["Items"]),
            from_attributes(following) if following else None,
        )

    def put_if(self, write: Put) -> Done | Refused:
        with our_errors():
            try:
                self._client.put_item(**self._request(write))
            except ClientError as error:
                return _refused(error)
        return Done()

    def update_if(self, write: Update) -> Done | Refused:
        with our_errors():
            try:
                reply = self._client.update_item(**self._request(write), ReturnValues="ALL_NEW")
            except ClientError as error:
                return _refused(error)
        return Done(from_attributes(reply["Attributes"]))

    def transact(self, writes: Sequence[Write]) -> Done | Cancelled:
        requests = [{_WORDS[type(write)]: self._request(write)} for write in writes]
        with our_errors():
            try:
                self._client.transact_write_items(TransactItems=requests)
            except ClientError as error:
                return _cancelled(error)
        return Done()

    def scan(self, table: Table) -> Iterator[Item]:
        request: Request = {"TableName": self._tables[table], "ConsistentRead": True}
        while True:
            with our_errors():
                reply = self._client.scan(**request)
            for attributes in reply["Items"]:
                yield from_attributes(attributes)
            if not reply.get("LastEvaluatedKey"):
                return
            request["ExclusiveStartKey"] = reply["LastEvaluatedKey"]

    def _request(self, write: Write) -> Request:
        places = Placeholders()
        request: Request = {}
        if isinstance(write, Put):
            request |= {"TableName": self._tables[write.table], "Item": to_attributes(write.item)}
        else:
            request |= {"TableName": self._tables[write.key.table], "Key": _key(write.key)}
        if isinstance(write, Update):
            request["UpdateExpression"] = update_text(write, places)
        if write.condition is not None:
            request["ConditionExpression"] = condition_text(write.condition, places)
            request["ReturnValuesOnConditionCheckFailure"] = "ALL_OLD"
        return request | places.parameters()


_WORDS: dict[type[Write], str] = {Put: "Put", Update: "Update", Delete: "Delete", Check: "ConditionCheck"}


def _key(key: Key) -> dict[str, Attribute]:
    schema = SCHEMAS[key.table]
    if schema.range_key is None and key.sk is None:
        return to_attributes({schema.hash_key: key.pk})
    if schema.range_key is None or key.sk is None:
        raise ValueError(f"a key of {key.table} has other attributes")
    return to_attributes({schema.hash_key: key.pk, schema.range_key: key.sk})


def _key_of(table: Table, item: Item) -> Key:
    schema = SCHEMAS[table]
    sk = None if schema.range_key is None else str(item[schema.range_key])
    return Key(table, str(item[schema.hash_key]), sk)


def _item(reply: Mapping[str, Any]) -> Item | None:
    """The item of a reply, an error or a cancellation reason; None when it has none."""
    attributes = reply.get("Item")
    return from_attributes(attributes) if attributes else None


def _query_request(query: Query) -> Request:
    places = Placeholders()
    request: Request = {
        "KeyConditionExpression": key_condition_text(query, places),
        "ScanIndexForward": not query.newest_first,
        # An index has no consistent reads.
        **({"ConsistentRead": True} if query.index is None else {"IndexName": query.index}),
    }
    if query.limit is not None:
        request["Limit"] = query.limit
    if query.start is not None:
        request["ExclusiveStartKey"] = to_attributes(query.start)
    return request | places.parameters()


def _refused(error: ClientError) -> Refused:
    if error_code(error) != CONDITION_FAILED:
        raise error
    return Refused(_item(error.response))


def _cancelled(error: ClientError) -> Cancelled:
    reasons: Sequence[Mapping[str, Any]] = error.response.get("CancellationReasons", [])
    if error_code(error) != TRANSACTION_CANCELED or not reasons:
        raise error
    return Cancelled(tuple(_reason(reason) for reason in reasons))


def _reason(reason: Mapping[str, Any]) -> Refused | Literal["conflict"] | None:
    code = reason.get("Code", "None")
    if code == "None":
        return None
    if code == "ConditionalCheckFailed":
        return Refused(_item(reason))
    if code == "TransactionConflict":
        return "conflict"
    if code in BUSY_CODES:
        raise StoreBusy(code)
    raise ValueError(f"a write of the transaction is invalid: {code}")
