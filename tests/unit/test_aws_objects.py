"""An object of the bucket, read part by part."""

import io
import re
import zipfile
from typing import Any

import pytest
from botocore.exceptions import ClientError, IncompleteReadError

from shared.aws.give_back import give_back
from shared.aws.objects import ImportedObject, ObjectParts, notified_objects
from shared.importing.read_file import read_rows
from shared.importing.row import Row
from shared.model.errors import StoreBusy

FOUND = ImportedObject("bucket", "incoming/a.csv", "bucket|incoming/a.csv|1")


class FakeS3:
    """One object, served by ranges as S3 does; may be replaced after so many requests."""

    def __init__(self, content: bytes, *, replaced_after: int | None = None, breaks: bool = False) -> None:
        self.content, self.replaced_after, self.breaks = content, replaced_after, breaks
        self.ranges: list[str] = []

    def get_object(self, **parameters: Any) -> dict[str, Any]:
        assert (parameters["Bucket"], parameters["Key"]) == ("bucket", "incoming/a.csv")
        self.ranges.append(parameters["Range"])
        is_new = self.replaced_after is not None and len(self.ranges) > self.replaced_after
        etag = "new" if is_new else "old"
        if parameters.get("IfMatch", etag) != etag:
            raise client_error("PreconditionFailed", 412)
        found = re.fullmatch(r"bytes=(\d+)-(\d+)", parameters["Range"])
        assert found
        first, last = int(found[1]), int(found[2])
        if first >= len(self.content):
            raise client_error("InvalidRange", 416)
        if self.breaks:
            raise IncompleteReadError(actual_bytes=1, expected_bytes=2)
        part = self.content[first : last + 1]
        served = f"bytes {first}-{first + len(part) - 1}/{len(self.content)}"
        return {"Body": io.BytesIO(part), "ContentRange": served, "ETag": etag}


def client_error(code: str, status: int) -> ClientError:
    metadata: Any = {"HTTPStatusCode": status}
    return ClientError({"Error": {"Code": code}, "ResponseMetadata": metadata}, "GetObject")


def opened(s3: FakeS3, part_bytes: int = 10) -> io.BufferedReader:
    return io.BufferedReader(ObjectParts(s3, FOUND), part_bytes)


def read_all(s3: FakeS3) -> bytes:
    stream = opened(s3)
    return b"".join(iter(lambda: stream.read(7), b""))


def test_an_object_is_read_whole_in_parts_of_one_version() -> None:
    s3 = FakeS3(bytes(range(35)))
    assert read_all(s3) == bytes(range(35))
    assert s3.ranges == ["bytes=0-9", "bytes=10-19", "bytes=20-29", "bytes=30-39"]


def test_reading_a_little_fetches_a_part_at_a_time() -> None:
    s3 = FakeS3(bytes(100))
    stream = opened(s3)
    assert [len(stream.read(4)) for _ in range(25)] == [4] * 25
    assert stream.read(4) == b""
    assert s3.ranges == [f"bytes={n}-{n + 9}" for n in range(0, 100, 10)]


def test_an_empty_object_is_empty() -> None:
    assert read_all(FakeS3(b"")) == b""


def test_a_zip_is_read_where_it_lies() -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("a.csv", "姓名,手机\n张伟,1\n")
        archive.writestr("b.csv", "x" * 100_000)
    s3 = FakeS3(packed.getvalue())
    stream = opened(s3, 4_096)
    found = [row for row in read_rows("a.zip", stream) if isinstance(row, Row)]
    assert [row.sheet for row in found] == ["a.csv"]


def test_an_object_that_was_replaced_while_it_was_read_is_not_mixed() -> None:
    with pytest.raises(StoreBusy):
        read_all(FakeS3(bytes(100), replaced_after=2))


def test_a_connection_that_breaks_is_tried_again_later() -> None:
    with pytest.raises(StoreBusy):
        read_all(FakeS3(bytes(100), breaks=True))


def test_the_size_of_an_object_comes_with_its_notification() -> None:
    one = {
        "s3": {"bucket": {"name": "b"}, "object": {"key": "incoming/%E5%AE%A2.csv", "size": 7, "eTag": "e"}}
    }
    (found,) = notified_objects({"Records": [one]})
    assert (found.name, found.size, found.identity) == ("客.csv", 7, "b|incoming/客.csv|e")


def test_a_message_is_given_back_at_once() -> None:
    class FakeSqs:
        asked: dict[str, object]

        def change_message_visibility(self, **parameters: object) -> dict[str, Any]:
            self.asked = parameters
            return {}

    sqs = FakeSqs()
    give_back(sqs, url="https://sqs.example.com/imports", receipt_handle="r1")
    assert sqs.asked == {
        "QueueUrl": "https://sqs.example.com/imports", "ReceiptHandle": "r1", "VisibilityTimeout": 0,
    }  # fmt: skip
