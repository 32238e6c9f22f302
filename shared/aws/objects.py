"""Objects of the import bucket."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from io import SEEK_CUR, SEEK_END, BufferedReader, RawIOBase
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, BinaryIO, Protocol, cast
from urllib.parse import unquote_plus

from botocore.exceptions import ClientError

from shared.aws.clients import client
from shared.aws.failures import error_code, our_errors
from shared.model.errors import StoreBusy

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

PART_BYTES = 4 * 1024 * 1024
"""One request fetches so much. A body that is read for minutes would be cut by the other side."""
_EMPTY, _REPLACED = "InvalidRange", "PreconditionFailed"
_TOTAL = re.compile(r"/(\d+)$")


class S3Client(Protocol):
    """What reading an object needs of boto3's client; the IAM policy allows the same."""

    def get_object(self, **parameters: object) -> dict[str, Any]: ...


@dataclass(frozen=True, slots=True)
class ImportedObject:
    bucket: str
    key: str
    identity: str
    """The same delivery of the same object, whatever its message says besides."""
    size: int | None = None
    """Bytes, as notified."""

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
        yield ImportedObject(bucket, key, identity, stored.get("size"))


def open_object(found: ImportedObject) -> BinaryIO:
    """The object's bytes, to be read from any place.

    Raises:
        StoreBusy: while it is read, when S3 is busy or the object was replaced: the next attempt begins anew.
    """
    parts = ObjectParts(client("s3"), found)
    return cast("BinaryIO", BufferedReader(parts, PART_BYTES))


class ObjectParts(RawIOBase):
    """An object as a file whose every read is one request, all of the same version of it."""

    def __init__(self, s3: S3Client, found: ImportedObject) -> None:
        self._s3, self._found = s3, found
        self._place = 0
        self._etag: str | None = None
        self._size: int | None = None

    @property
    def size(self) -> int:
        """Bytes in all."""
        if self._size is None:
            self._fetch(0, 1)
        return self._size or 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._place

    def seek(self, offset: int, whence: int = 0, /) -> int:
        start = {SEEK_CUR: self._place, SEEK_END: self.size if whence == SEEK_END else 0}.get(whence, 0)
        self._place = max(0, start + offset)
        return self._place

    def readinto(self, buffer: "WriteableBuffer") -> int:
        target = memoryview(buffer)
        if not len(target) or (self._size is not None and self._place >= self._size):
            return 0
        part = self._fetch(self._place, len(target))
        target[: len(part)] = part
        self._place += len(part)
        return len(part)

    def _fetch(self, start: int, length: int) -> bytes:
        same = {} if self._etag is None else {"IfMatch": self._etag}
        with our_errors():
            try:
                reply = self._s3.get_object(
                    Bucket=self._found.bucket,
                    Key=self._found.key,
                    Range=f"bytes={start}-{start + length - 1}",
                    **same,
                )
            except ClientError as error:
                if error_code(error) == _REPLACED:
                    raise StoreBusy("the object was replaced") from error
                if error_code(error) != _EMPTY:
                    raise
                self._size = self._size or start
                return b""
            part: bytes = reply["Body"].read()
        total = _TOTAL.search(reply.get("ContentRange", ""))
        self._size = int(total[1]) if total else start + len(part)
        self._etag = reply.get("ETag")
        return part
