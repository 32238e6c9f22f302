"""Tables for tests, made from the port's schemas."""

from typing import Any

from shared.ports import SCHEMAS, Schema, Table


def create_tables(client: Any, prefix: str = "") -> dict[Table, str]:
    """Makes every table; the name of each."""
    names = {table: f"{prefix}{table}" for table in Table}
    for table, name in names.items():
        client.create_table(TableName=name, BillingMode="PAY_PER_REQUEST", **_layout(SCHEMAS[table]))
    return names


def _layout(schema: Schema) -> dict[str, Any]:
    views = [(schema.hash_key, schema.range_key), *schema.indexes.values()]
    attributes = sorted({name for view in views for name in view if name})
    indexes = [
        {"IndexName": index, "KeySchema": _key_schema(*keys), "Projection": {"ProjectionType": "ALL"}}
        for index, keys in schema.indexes.items()
    ]
    return {
        "KeySchema": _key_schema(schema.hash_key, schema.range_key),
        "AttributeDefinitions": [{"AttributeName": name, "AttributeType": "S"} for name in attributes],
        **({"GlobalSecondaryIndexes": indexes} if indexes else {}),
    }


def _key_schema(hash_key: str, range_key: str | None) -> list[dict[str, str]]:
    ranges = [] if range_key is None else [{"AttributeName": range_key, "KeyType": "RANGE"}]
    return [{"AttributeName": hash_key, "KeyType": "HASH"}, *ranges]
