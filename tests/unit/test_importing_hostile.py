"""Files as nobody should send them: each says what is wrong and where, and the rows around it come in."""

import gzip
import io
import json
import tracemalloc
import zipfile
from collections.abc import Callable
from typing import Any

import pytest
from openpyxl import Workbook  # type: ignore[import-untyped]
from openpyxl.utils.datetime import CALENDAR_MAC_1904  # type: ignore[import-untyped]

from shared.importing.encodings import find_encoding
from shared.importing.limits import Limits
from shared.importing.problems import RowProblem
from shared.importing.read_file import read_rows
from shared.importing.row import Row
from shared.importing.rows import rows_to_records

HEADS = "客户编号,姓名,手机,订单号,金额,日期\n"
ONE = "1,李雷,13912340001,o1,100,2026-06-01\n"
TWO = "2,韩梅梅,13912340002,o2,200,2026-06-02\n"
TABLE = HEADS + ONE + TWO


def read(content: bytes | str, name: str = "orders.csv", **limits: int) -> list[Any]:
    """In order: the order number of each record, (row, code) of each problem."""
    raw = content if isinstance(content, bytes) else content.encode()
    rows = read_rows(name, io.BytesIO(raw), Limits(**limits))
    return [
        (found.row, found.code.value) if isinstance(found, RowProblem) else found.get("id", "none")
        for found in rows_to_records(rows, file=name, job_id="j")
    ]


def names(content: bytes, name: str = "orders.csv") -> list[Any]:
    return [row.cells.get("name", row.cells.get("姓名")) for row in read_rows(name, io.BytesIO(content))
            if isinstance(row, Row)]  # fmt: skip


# --- text ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        pytest.param(TABLE, ["o1", "o2"], id="plain"),
        pytest.param(b"\xef\xbb\xbf" + TABLE.encode("gbk"), ["o1", "o2"], id="mark of UTF-8 before GBK"),
        pytest.param(b"\xef\xbb\xbf" + TABLE.encode(), ["o1", "o2"], id="mark of UTF-8"),
        pytest.param(TABLE.replace("\n", "\r"), ["o1", "o2"], id="lines end with CR"),
        pytest.param(HEADS + ONE[:-1] + "\r\n" + TWO[:-1] + "\r", ["o1", "o2"], id="three kinds of line end"),
        pytest.param(HEADS + ONE.replace("李雷", '"李\r\n雷"') + TWO, ["o1", "o2"], id="line break in a quoted cell"),
        pytest.param(HEADS + ONE.replace("李雷", '"李雷') + TWO, [(2, "unclosed_quote"), "o2"], id="quote not closed"),
        pytest.param(HEADS + ONE.replace("李雷", "李\0雷") + TWO, [(2, "nul_character"), "o2"], id="NUL in a cell"),
        pytest.param(TABLE + "\0" * 5_000, ["o1", "o2", (4, "nul_character")], id="NULs at the end"),
        pytest.param(TABLE + "\x1a", ["o1", "o2"], id="end mark of DOS"),
        pytest.param(HEADS + ONE[:-1] + ",8\n" + TWO, [(2, "ragged_row"), "o2"], id="one cell too many"),
        pytest.param(HEADS + "1," * 90_000 + "\n" + TWO, [(2, "ragged_row"), "o2"], id="90,000 cells in a row"),
        pytest.param(HEADS + "1," + "x" * 300_000 + "\n" + TWO, [(2, "oversized_row"), "o2"], id="endless line"),
        pytest.param(HEADS + ONE.replace("李雷", "x" * 40_000) + TWO, [(2, "oversized_cell"), "o2"], id="huge cell"),
        pytest.param("," * 90_000 + "\n" + TABLE, ["o1", "o2"], id="a row of separators above"),
        pytest.param("c," * 100_000 + "\n" + TWO, [(1, "no_header")], id="100,000 unknown headings"),
        pytest.param("姓名," + "c," * 100_000 + "\n" + TWO, [(1, "too_many_columns")], id="100,000 columns"),
        pytest.param("销售报表\n导出：2026\n\n" + TABLE, [(1, "above_header"), (2, "above_header"), "o1", "o2"],
                     id="headings in line 4"),
        pytest.param(TABLE + TABLE, ["o1", "o2", (4, "repeated_header"), "o1", "o2"], id="two exports joined"),
        pytest.param("姓名,手机,手机\n李雷,1,2\n", [(1, "duplicate_header")], id="a heading twice"),
        pytest.param("订单号,,姓名,,金额\no7,x,李雷,y,100\n", ["o7"], id="headings without text"),
        pytest.param("订单号,金额（万元）,日期(UTC)\no7,1.5,2026-06-01\n", ["o7"], id="headings with units"),
        pytest.param(HEADS, [(1, "no_rows")], id="only headings"),
        pytest.param("", [(0, "empty_file")], id="nothing"),
        pytest.param("\ufeff", [(0, "empty_file")], id="only the mark"),
        pytest.param(" \n\n\r\n  ", [(0, "empty_file")], id="only line ends"),
        pytest.param(ONE + TWO, [(1, "no_header")], id="no headings"),
        pytest.param("x" * 600_000, [(1, "oversized_row"), (1, "no_header")], id="one line and nothing else"),
        pytest.param(HEADS.encode("gbk") + ONE.encode("gbk") + b"2,\xff\xff,139,o2,2,2026-06-02\n",
                     ["o1", (3, "undecodable")], id="a line of another encoding"),
        pytest.param("sep=;\n" + TABLE.replace(",", ";"), ["o1", "o2"], id="Excel's hint"),
        pytest.param('"SEP=;"\n' + TABLE.replace(",", ";"), ["o1", "o2"], id="Excel's hint in quotes"),
        pytest.param("sep=^\n" + TABLE.replace(",", "^"), ["o1", "o2"], id="an odd separator, announced"),
        pytest.param(TABLE.replace(",", "\t"), ["o1", "o2"], id="tabs"),
        pytest.param(TABLE.replace(",", "|"), ["o1", "o2"], id="bars"),
        pytest.param(TABLE.replace(",", ";").replace("100", "1.200,50"), ["o1", "o2"], id="decimal commas"),
        pytest.param(HEADS + ONE.replace("1391", '="1391').replace("0001", '0001"'), ["o1"], id="Excel's text formula"),
    ],
)  # fmt: skip
def test_text_is_read_around_what_is_wrong(content: bytes | str, expected: list[Any]) -> None:
    assert read(content) == expected


def test_excels_text_formula_is_the_text() -> None:
    (row,) = read_rows("a.csv", io.BytesIO('姓名,手机\n李雷,"=""00139"""\n'.encode()))
    assert isinstance(row, Row)
    assert row.cells["手机"] == "00139"


JAPANESE = (
    "id,name,phone,amount,date\n1,山田太郎,0312345678,1000,2026/06/01\n2,ソニー株式会社,031,1,2026/06/01\n"
)


@pytest.mark.parametrize(
    ("text", "encoding", "expected"),
    [
        pytest.param(JAPANESE, "cp932", ["山田太郎", "ソニー株式会社"], id="Shift JIS"),
        pytest.param("id,name\n1,José Müller\n2,Zoë Straße\n", "latin-1", ["José Müller", "Zoë Straße"], id="Latin 1"),
        pytest.param("id,name\n1,“Renée” O’Neil\n", "cp1252", ["“Renée” O’Neil"], id="Windows-1252"),
        pytest.param("id,name\n1,張國榮\n2,電話公司\n", "gbk", ["張國榮", "電話公司"], id="traditional characters in GBK"),
    ],
)  # fmt: skip
def test_names_in_other_encodings_are_not_mangled(text: str, encoding: str, expected: list[str]) -> None:
    assert names(text.encode(encoding)) == expected


COMMON = (
    "王伟李娜张敏刘静陈丽杨强赵磊黄军周洋吴勇徐艳孙杰马涛朱明胡超郭秀英何霞高平林刚罗桂英梁宋谢唐韩曹许邓"
)


@pytest.mark.parametrize("start", range(0, len(COMMON) - 3, 3))
def test_short_chinese_names_in_gbk_are_not_taken_for_japanese(start: int) -> None:
    text = f"id,name\n1,{COMMON[start : start + 3]}\n"
    assert find_encoding(text.encode("gbk")) != "cp932"


def test_what_stands_above_missing_headings_takes_bounded_memory() -> None:
    class Endless(io.RawIOBase):
        """Two million lines without a heading."""

        left = 2_000_000

        def readable(self) -> bool:
            return True

        def readinto(self, buffer: Any) -> int:
            size = min(len(buffer), self.left)
            buffer[:size], self.left = (b"\xff\n" * size)[:size], self.left - size
            return size

    tracemalloc.start()
    found = list(read_rows("a.csv", io.BufferedReader(Endless())))
    _, peak_bytes = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert {item.code.value for item in found if isinstance(item, RowProblem)} == {"undecodable", "no_header"}
    assert peak_bytes < 8_000_000


# --- JSON ----------------------------------------------------------------------------------------------------

LINE = '{"客户编号":"1","姓名":"李雷","订单号":"o1","金额":100,"日期":"2026-06-01"}'


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        pytest.param("{bad", (2, "bad_json"), id="no JSON"),
        pytest.param("[1, 2]", (2, "not_an_object"), id="a list"),
        pytest.param('"x"', (2, "not_an_object"), id="a text"),
        pytest.param(LINE.replace("100", "NaN"), (2, "bad_json"), id="NaN"),
        pytest.param(LINE.replace("100", "1e999"), (2, "bad_json"), id="beyond any number"),
        pytest.param(LINE.replace("100", "9" * 5_000), (2, "bad_json"), id="5,000 digits"),
        pytest.param(LINE.replace('"李雷"', '{"a": 1}'), (2, "nested_value"), id="nested"),
        pytest.param(LINE.replace('"姓名"', '"姓名":"甲","姓名"'), (2, "duplicate_key"), id="a name twice"),
        pytest.param("[" * 100_000, (2, "bad_json"), id="nested without end"),
        pytest.param("{}", (2, "no_known_column"), id="empty"),
        pytest.param(LINE + LINE, (2, "bad_json"), id="two objects on one line"),
        pytest.param('{"x":"' + "x" * 300_000 + '"}', (2, "oversized_row"), id="endless"),
    ],
)
def test_one_bad_json_line_stops_no_other(line: str, expected: tuple[int, str]) -> None:
    assert read(f"{LINE}\n{line}\n{LINE}\n", "a.jsonl") == ["o1", expected, "o1"]


@pytest.mark.parametrize(
    ("number", "value"),
    [
        pytest.param("0.1", 0.1, id="a float that is short enough"),
        pytest.param("12345678901234567.25", "12345678901234567.25", id="more digits than a float keeps"),
        pytest.param("-0.0", 0.0, id="minus nothing"),
    ],
)
def test_json_numbers_keep_all_their_digits(number: str, value: object) -> None:
    (row,) = read_rows("a.jsonl", io.BytesIO(LINE.replace("100", number).encode()))
    assert isinstance(row, Row)
    assert row.cells["金额"] == value


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        pytest.param(f"[{LINE},{{bad}},{LINE}]", ["o1", (2, "bad_json"), "o1"], id="a bad element"),
        pytest.param(f"[{LINE},{LINE}", ["o1", (2, "bad_json")], id="cut off"),
        pytest.param("[]", [], id="empty"),
    ],
)
def test_json_arrays_are_read_around_what_is_wrong(content: str, expected: list[Any]) -> None:
    assert read(content, "a.json") == expected


# --- packed --------------------------------------------------------------------------------------------------


def pack(members: dict[str, bytes | str]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return out.getvalue()


LONG = HEADS + "".join(f"{n},李雷,{n * 7919},o{n},{n},2026-06-01\n" for n in range(3_000))


def test_a_gzip_that_is_cut_off_gives_whole_rows_and_then_the_reason() -> None:
    found = read(gzip.compress(LONG.encode())[:-3_000], "orders.csv.gz")
    *rows, last = found
    assert rows == [f"o{n}" for n in range(len(rows))]
    assert 100 < len(rows) < 3_000
    assert last == (len(rows) + 2, "archive_broken")


@pytest.mark.parametrize(
    ("content", "name", "expected"),
    [
        pytest.param(gzip.compress(HEADS.encode()) + gzip.compress((ONE + TWO).encode()), "a.csv.gz", ["o1", "o2"],
                     id="two gzips one after the other"),
        pytest.param(gzip.compress(TABLE.encode()) + b"rest", "a.csv.gz", ["o1", "o2"], id="something after a gzip"),
        pytest.param(gzip.compress(TABLE.encode())[:-8] + bytes(8), "a.csv.gz", [(0, "archive_broken")], id="wrong sum"),
        pytest.param(gzip.compress(bytes(60_000_000)), "a.csv.gz", [(0, "archive_unsafe")], id="gzip bomb"),
        pytest.param(gzip.compress(b""), "a.csv.gz", [(0, "empty_file")], id="empty gzip"),
        pytest.param(gzip.compress(gzip.compress(TABLE.encode())), "a.csv.gz", [(0, "nested_archive")], id="twice"),
        pytest.param(pack({"a.csv": bytes(60_000_000)}), "a.zip", [(0, "archive_unsafe")], id="zip bomb"),
        pytest.param(pack({"a.csv": TABLE, "b.zip": pack({})}), "a.zip", ["o1", "o2", (0, "nested_archive")],
                     id="an archive beside a table"),
        pytest.param(pack({"a.csv": TABLE})[:-30], "a.zip", [(0, "archive_broken")], id="zip cut off"),
    ],
)  # fmt: skip
def test_archives_are_read_around_what_is_wrong(content: bytes, name: str, expected: list[Any]) -> None:
    assert read(content, name) == expected


# --- workbooks -----------------------------------------------------------------------------------------------


def workbook(fill: Callable[[Any], None]) -> bytes:
    book, out = Workbook(), io.BytesIO()
    fill(book)
    book.save(out)
    return out.getvalue()


def fill(book: Any) -> None:
    sheet = book.active
    sheet.append(HEADS.strip().split(","))
    sheet.append([1, "李雷", 13912340001, "o1", 100, 46174])


def fill_and_more(book: Any) -> None:
    fill(book)
    book.create_sheet("空")
    book.create_chartsheet("图")


def with_sheet(change: Callable[[bytes], bytes]) -> bytes:
    """A workbook whose sheet was changed behind Excel's back."""
    packed = zipfile.ZipFile(io.BytesIO(workbook(fill)))
    name = "xl/worksheets/sheet1.xml"
    return pack(
        {one: change(packed.read(one)) if one == name else packed.read(one) for one in packed.namelist()}
    )


LAUGHS = b'<!DOCTYPE a [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        pytest.param(with_sheet(lambda xml: LAUGHS + xml), [(0, "workbook_unsafe")], id="entities"),
        pytest.param(with_sheet(lambda xml: b"<!--" + b" " * 5_000 + b"-->" + LAUGHS + xml), [(0, "workbook_unsafe")],
                     id="entities behind a long comment"),
        pytest.param(with_sheet(lambda xml: (LAUGHS + xml).decode().encode("utf-16")), [(0, "workbook_unsafe")],
                     id="entities in UTF-16"),
        pytest.param(with_sheet(lambda xml: xml[:600]), [(1, "workbook_broken")], id="cut off"),
        pytest.param(with_sheet(lambda xml: xml + bytes(90_000_000)), [(0, "workbook_unsafe")], id="bomb"),
        pytest.param(b"\xd0\xcf\x11\xe0" + bytes(600), [(0, "old_excel")], id="old or encrypted"),
        pytest.param(workbook(fill_and_more), ["o1", (0, "empty_file")], id="an empty sheet and a chart"),
    ],
)  # fmt: skip
def test_workbooks_are_read_around_what_is_wrong(content: bytes, expected: list[Any]) -> None:
    assert read(content, "orders.xlsx") == expected


@pytest.mark.parametrize("epoch", [1900, 1904])
def test_a_date_that_is_a_plain_number_says_from_when_its_days_are_counted(epoch: int) -> None:
    def with_epoch(book: Any) -> None:
        book.epoch = CALENDAR_MAC_1904 if epoch == 1904 else book.epoch
        fill(book)

    rows = read_rows("orders.xlsx", io.BytesIO(workbook(with_epoch)))
    (record,) = rows_to_records(rows, file="orders.xlsx", job_id="j")
    assert not isinstance(record, RowProblem)
    assert (record["event_at"], record["hints"]) == (46174, {"epoch": epoch})


def test_a_merged_cell_fills_its_first_row_only() -> None:
    def merged(book: Any) -> None:
        fill(book)
        book.active.append([None, None, None, "o2", 200, "2026-06-02"])
        book.active.merge_cells("A2:A3")

    assert read(workbook(merged), "orders.xlsx") == ["o1", "o2"]


def test_what_goes_on_the_queue_is_always_json() -> None:
    lines = [LINE.replace("100", number) for number in ("1e308", "-1.5", "12345678901234567.25", "1E400")]
    rows = read_rows("a.jsonl", io.BytesIO("\n".join(lines).encode()))
    for found in rows_to_records(rows, file="a.jsonl", job_id="j"):
        if not isinstance(found, RowProblem):
            json.dumps(found, allow_nan=False)
