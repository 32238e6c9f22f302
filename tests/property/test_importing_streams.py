"""How a file arrives, and in which pieces it is read, changes nothing; equal contents are counted exactly."""

import gzip
import io
import json
import zipfile
from collections import Counter
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.importing.limits import DEFAULT_LIMITS, Limits
from shared.importing.occurrences import Occurrences
from shared.importing.problems import ProblemCode, RowProblem
from shared.importing.read_file import read_rows
from shared.importing.row import Row
from shared.importing.rows import RawRecord, rows_to_records

FIXED = settings(max_examples=60, derandomize=True, deadline=None)
CELL = st.text(st.sampled_from("张伟王芳abé𠮷 1２,;\"'&<[{\\\n"), max_size=8)
ROWS = st.lists(st.tuples(CELL, CELL), max_size=12)
HEADER = ("姓名", "手机")


class Drip:
    """A stream that gives as much as it likes: as a network does."""

    def __init__(self, content: bytes, sizes: Sequence[int]) -> None:
        self._stream, self._sizes, self._turn = io.BytesIO(content), sizes, 0

    def read(self, size: int = -1, /) -> bytes:
        self._turn += 1
        most = self._sizes[self._turn % len(self._sizes)]
        return self._stream.read(most if size < 0 else min(size, most))


def as_csv(rows: Sequence[Sequence[str]]) -> bytes:
    return "\n".join(",".join(row).replace("\n", "") for row in (HEADER, *rows)).encode("gb18030")


def as_html(rows: Sequence[Sequence[str]]) -> bytes:
    cells = ("".join(f"<td>{cell.replace('<', '&lt;')}</td>" for cell in row) for row in (HEADER, *rows))
    return ("<table>" + "".join(f"<tr>{row}</tr>" for row in cells) + "</table>").encode()


def as_xml(rows: Sequence[Sequence[str]]) -> bytes:
    def cell(text: str) -> str:
        escaped = text.replace("&", "&amp;").replace("<", "&lt;")
        return f'<Cell><Data ss:Type="String">{escaped}</Data></Cell>'

    body = "".join(f"<Row>{''.join(map(cell, row))}</Row>" for row in (HEADER, *rows))
    space = "urn:schemas-microsoft-com:office:spreadsheet"
    return (
        f'<?xml version="1.0"?><Workbook xmlns="{space}" xmlns:ss="{space}">'
        f'<Worksheet ss:Name="s"><Table>{body}</Table></Worksheet></Workbook>'
    ).encode()


def as_array(rows: Sequence[Sequence[str]]) -> bytes:
    return json.dumps([dict(zip(HEADER, row, strict=True)) for row in rows], ensure_ascii=False).encode()


def as_lines(rows: Sequence[Sequence[str]]) -> bytes:
    lines = (json.dumps(dict(zip(HEADER, row, strict=True))) for row in rows)
    return ("\n".join(lines) or "{}").encode()


def as_zip(rows: Sequence[Sequence[str]]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.csv", as_csv(rows))
        archive.writestr("b.xls", as_html(rows))
    return packed.getvalue()


def as_gzip(rows: Sequence[Sequence[str]]) -> bytes:
    return gzip.compress(as_array(rows), mtime=0)


def read(name: str, content: bytes, sizes: Sequence[int], piece_bytes: int) -> list[Row | RowProblem]:
    return list(read_rows(name, Drip(content, sizes), Limits(piece_bytes=piece_bytes)))


@pytest.mark.parametrize(
    ("name", "write"),
    [
        ("a.csv", as_csv), ("a.xls", as_html), ("b.xls", as_xml), ("a.json", as_array), ("a.jsonl", as_lines),
        ("a.zip", as_zip), ("a.json.gz", as_gzip),
    ],
)  # fmt: skip
@FIXED
@given(
    rows=ROWS,
    sizes=st.lists(st.integers(1, 40), min_size=1, max_size=5),
    piece_bytes=st.integers(1, 30),
)
def test_pieces_change_nothing(
    name: str, write: object, rows: list[tuple[str, str]], sizes: list[int], piece_bytes: int
) -> None:
    assert callable(write)
    content = write(rows)
    whole = list(read_rows(name, io.BytesIO(content)))
    assert read(name, content, sizes, piece_bytes) == whole


@FIXED
@given(
    content=st.binary(max_size=200),
    start=st.sampled_from(
        [b"<table><tr><td>", as_xml([("a", "b")])[:300], b'[{"name":', gzip.compress(b"name\n1\n")[:20],
         as_zip([("a", "b")])[:90], b"<html>\xd0\xd5<!--", b"<?xml version='1.0'?><!DOCTYPE"]
    ),
)  # fmt: skip
def test_any_bytes_after_a_good_beginning_give_rows_or_problems(start: bytes, content: bytes) -> None:
    for name in ("a.xls", "a.zip", "a.json"):
        found = list(read_rows(name, io.BytesIO(start + content)))
        assert all(isinstance(item, Row | RowProblem) for item in found)


@FIXED
@given(st.lists(st.sampled_from([f"content {n}" for n in range(12)]), max_size=400))
def test_equal_contents_are_counted_as_a_dict_would(contents: list[str]) -> None:
    counted, seen = Occurrences(100), Counter[str]()
    for content in contents:
        seen[content] += 1
        assert counted.count(content) == seen[content]
    assert counted.size == len(seen)


def test_counts_beyond_a_byte_are_kept() -> None:
    counted = Occurrences(2)
    assert [counted.count("a") for _ in range(1_000)] == list(range(1, 1_001))
    assert [counted.count("b") for _ in range(300)] == list(range(1, 301))
    assert counted.count("c") is None


def orders(count: int) -> list[Row | RowProblem]:
    return [Row(n, None, {"姓名": f"李雷{n % 3}", "金额": n % 2, "日期": "2026-06-01"}) for n in range(count)]


def test_file_with_more_records_without_a_number_than_fit_ends_with_a_problem() -> None:
    found = list(rows_to_records(orders(50), file="a.csv", job_id="j", limits=Limits(unnumbered_records=4)))
    assert found[-1] == RowProblem(4, ProblemCode.TOO_MANY_UNNUMBERED)
    assert len(found) == 5
    whole = list(rows_to_records(orders(50), file="a.csv", job_id="j", limits=DEFAULT_LIMITS))
    assert len(whole) == 50


def test_the_same_rows_again_get_the_same_numbers_and_equal_ones_different_numbers() -> None:
    def numbered() -> list[tuple[str, int]]:
        records: list[RawRecord] = [
            item
            for item in rows_to_records(orders(60), file="a.csv", job_id="j")
            if not isinstance(item, RowProblem)
        ]
        return [(f"{item['party']}{item['amount']}", item["occurrence"]) for item in records]

    assert numbered() == numbered()
    assert len(set(numbered())) == 60
