"""Reading never raises, never loses a row and is deterministic, whatever the bytes."""

import csv
import io
from collections.abc import Sequence

from hypothesis import given, settings
from hypothesis import strategies as st

from shared.importing.problems import RowProblem
from shared.importing.read_file import read_rows
from shared.importing.row import Row
from shared.importing.rows import rows_to_records

NAMES = st.sampled_from(["sales.csv", "工单.xlsx", "web.jsonl", "noname"])
HEADER = ("姓名", "手机", "备注", "金额(元)")
# Text of Chinese, Latin and the characters that CSV stumbles over. No lone surrogates: they have no bytes.
CELL = st.text(st.sampled_from("张伟abc 1２3,;|\t\"'\n=　é").filter(lambda char: char != "é"), max_size=12)
FIXED = settings(max_examples=150, derandomize=True, deadline=None)


@FIXED
@given(
    name=NAMES,
    content=st.binary(max_size=400),
    start=st.sampled_from([b"", b"PK\x03\x04", b"\xff\xfe", "姓名,手机\n".encode("gbk"), b'{"name":1}\n']),
)
def test_any_bytes_give_rows_or_problems_twice_the_same(name: str, content: bytes, start: bytes) -> None:
    def read() -> list[object]:
        rows = read_rows(name, io.BytesIO(start + content))
        return list(rows_to_records(rows, file=name, job_id="j"))

    assert read() == read()


@FIXED
@given(
    rows=st.lists(st.tuples(CELL, CELL, CELL, CELL), max_size=15),
    delimiter=st.sampled_from(",;\t|"),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "gb18030", "utf-16"]),
    line_break=st.sampled_from(["\n", "\r\n"]),
)
def test_what_the_csv_module_writes_is_read_back(
    rows: Sequence[tuple[str, ...]], delimiter: str, encoding: str, line_break: str
) -> None:
    text = io.StringIO()
    writer = csv.writer(text, delimiter=delimiter, lineterminator=line_break)
    writer.writerows([HEADER, *rows])
    found = list(read_rows("a.csv", io.BytesIO(text.getvalue().encode(encoding))))
    read = [tuple(item.cells.values()) for item in found if isinstance(item, Row)]
    assert read == [row for row in rows if any(cell.strip() for cell in row)]


@FIXED
@given(
    st.lists(
        st.sampled_from(
            ["张伟,1,,2", "张伟,1", ",,,", "", "合计,,,5", "a,b,c,d,e,f", 'x,"y', '"x""y",1,2,3']
        ),
        max_size=12,
    )
)
def test_every_filled_line_is_a_row_or_a_problem(lines: list[str]) -> None:
    raw = "\n".join([",".join(HEADER), *lines]).encode("gbk")
    found = list(read_rows("a.csv", io.BytesIO(raw)))
    numbers = [item.row for item in found]
    filled = [number for number, line in enumerate(lines, start=2) if line.strip(",")]
    # A quoted cell may run over lines: those lines belong to a row, or to a problem that counts them.
    over_lines = [
        item.row
        for item in found
        if (isinstance(item, Row) and any("\n" in str(cell) for cell in item.cells.values()))
        or (isinstance(item, RowProblem) and "lines=" in item.detail)
    ]
    lost = [number for number in filled if number not in numbers]
    assert all(any(start < number for start in over_lines) for number in lost)
    assert numbers == sorted(numbers)
    assert all(isinstance(item, Row | RowProblem) for item in found)
