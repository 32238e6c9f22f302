"""Objects of the import bucket."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any, BinaryIO, cast
from urllib.parse import unquote_plus

from shared.aws.clients import client


@dataclass(frozen=True, slots=True)
class ImportedObject:
    bucket: str
    key: str
    identity: str
    """The same delivery of the same object, whatever its message says besides."""

    @property
    def name(self) -> str:
        return PurePosixPath(self.key).name


def notified_objects(notification: Mapping[str, Any]) -> Iterator[ImportedObject]:
    """The objects of an S3 event; none for the test event that S3 posts when it is set up."""
    for record in notification.get("Records", ()):
        stored = record["s3"]["object"]
        key = unquote_plus(stored["key"])
        bucket = record["s3"]["bucket"]["name"]
        identity = "|".join((bucket, key, str(stored.get("sequencer") or stored.get("eTag"))))
        yield ImportedObject(bucket, key, identity)


def open_object(found: ImportedObject) -> BinaryIO:
    """The object's bytes as a stream."""
    body = client("s3").get_object(Bucket=found.bucket, Key=found.key)["Body"]
    return cast("BinaryIO", body)
