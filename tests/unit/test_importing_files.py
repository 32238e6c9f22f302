"""Files to rows: encodings, separators, headings, and every way in which a row can be unreadable."""

import io
import json
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterable
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from openpyxl import Workbook  # type: ignore[import-untyped]

from shared.importing.encodings import find_encoding
from shared.importing.limits import DEFAULT_LIMITS, Limits
from shared.importing.problems import TEXTS, ProblemCode, RowProblem, describe_problem
from shared.importing.read_csv import find_delimiter
from shared.importing.read_file import read_rows
from shared.importing.read_xlsx import to_cell
from shared.importing.row import Row

PLAIN = "姓名,手机,邮箱\n张伟,13800000001,wei@example.com\n"


def read(
    content: bytes | str, name: str = "file.csv", limits: Limits = DEFAULT_LIMITS
) -> list[Row | RowProblem]:
    raw = content.encode() if isinstance(content, str) else content
    return list(read_rows(name, io.BytesIO(raw), limits))


def rows_of(found: Iterable[Row | RowProblem]) -> list[Row]:
    return [item for item in found if isinstance(item, Row)]


def codes_of(found: Iterable[Row | RowProblem]) -> list[tuple[int, str]]:
    return [(item.row, item.code) for item in found if isinstance(item, RowProblem)]


# --- text ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "encoding",
    ["utf-8", "utf-8-sig", "gbk", "gb18030", "gb2312", "utf-16", "utf-16-le", "utf-16-be"],
)
def test_every_usual_encoding_gives_the_same_rows(encoding: str) -> None:
    [row] = rows_of(read(PLAIN.encode(encoding)))
    assert row == Row(2, None, {"姓名": "张伟", "手机": "13800000001", "邮箱": "wei@example.com"})


def test_utf_16_big_endian_with_a_mark_is_read() -> None:
    assert len(rows_of(read(b"\xfe\xff" + PLAIN.encode("utf-16-be")))) == 1


@pytest.mark.parametrize(
    ("head", "encoding"),
    [
        pytest.param(b"name,phone\n1,2\n", None, id="ASCII tells nothing"),
        pytest.param("姓名".encode(), "utf-8", id="UTF-8"),
        pytest.param("姓名\n".encode() * 5 + "\xe5\xa7".encode("latin-1"), "utf-8", id="one damaged line"),
        pytest.param("姓名".encode("gbk"), "gb18030", id="GBK"),
        pytest.param(
            "姓名\n联通\n伟\n".encode("gbk"), "gb18030", id="GBK that passes as UTF-8 here and there"
        ),
        pytest.param("a,b\n".encode("utf-16-le"), "utf-16-le", id="UTF-16 without a mark"),
    ],
)
def test_encoding_is_found_by_the_first_bytes(head: bytes, encoding: str | None) -> None:
    assert find_encoding(head) == encoding


def test_gbk_that_begins_after_a_long_ascii_head_is_read() -> None:
    ascii_rows = "".join(f"person{i},{13800000000 + i},p{i}@example.com\n" for i in range(4_000))
    raw = f"name,mobile,email\n{ascii_rows}".encode() + "张伟,13800000001,\n".encode("gbk")
    assert rows_of(read(raw))[-1].cells["name"] == "张伟"


def test_damaged_line_of_a_utf_8_file_is_reported_and_not_turned_into_mojibake() -> None:
    raw = PLAIN.encode() + "王芳,138".encode()[:-4] + b"\xff\n" + "李娜,2,\n".encode()
    found = read(raw)
    assert [row.cells["姓名"] for row in rows_of(found)] == ["张伟", "李娜"]
    assert codes_of(found) == [(3, "undecodable")]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_separator_is_found(delimiter: str) -> None:
    [row] = rows_of(read(PLAIN.replace(",", delimiter).encode("gbk")))
    assert list(row.cells.values()) == ["张伟", "13800000001", "wei@example.com"]


def test_separator_is_chosen_by_known_headings_and_not_by_counting() -> None:
    lines = ["姓名;地址;手机", "张伟;A,B,C,D,E,F;1", "王芳;A,B,C,D,E,F;2"]
    assert find_delimiter(lines) == ";"


def test_hint_line_of_excel_names_the_separator() -> None:
    [row] = rows_of(read("sep=|\n姓名|手机\n张伟|1,5\n"))
    assert row == Row(3, None, {"姓名": "张伟", "手机": "1,5"})


@pytest.mark.parametrize("line_break", ["\n", "\r\n", "\r"])
def test_every_line_break_counts_as_one_line(line_break: str) -> None:
    found = read(f"姓名,手机{line_break}张伟,1{line_break}{line_break}王芳,2{line_break}".encode("gbk"))
    assert [row.row for row in rows_of(found)] == [2, 4]
    assert codes_of(found) == [(3, "empty_row")]


def test_headings_are_found_below_a_title() -> None:
    found = read("客户名单,,\n,,\n2026年\n姓名,手机,备注\n张伟,1,好\n")
    assert rows_of(found) == [Row(5, None, {"姓名": "张伟", "手机": "1", "备注": "好"})]
    assert codes_of(found) == [(1, "above_header"), (3, "above_header")]


def test_quoted_cells_keep_separators_quotes_and_line_breaks() -> None:
    found = read('姓名,公司,手机\n张伟,"甲,""乙""\n有限公司",1\n王芳,,2\n')
    assert [(row.row, row.cells["公司"]) for row in rows_of(found)] == [(2, '甲,"乙"\n有限公司'), (4, "")]


def test_quotation_mark_inside_a_cell_is_a_character() -> None:
    [row] = rows_of(read('姓名,备注,手机\n张伟,12" 屏幕,1\n'))
    assert row.cells["备注"] == '12" 屏幕'


def test_quote_that_is_never_closed_costs_one_row() -> None:
    body = "".join(f"客户{i},公司,{i}\n" for i in range(200))
    found = read(f'姓名,公司,手机\n坏,"没有闭合,0\n{body}')
    assert codes_of(found) == [(2, "unclosed_quote")]
    assert [row.row for row in rows_of(found)] == list(range(3, 203))


def test_row_with_more_cells_than_headings_is_ragged() -> None:
    assert codes_of(read("姓名,手机\n张伟,1,2,3\n")) == [(2, "ragged_row")]


def test_empty_cells_beyond_the_headings_are_nothing() -> None:
    assert rows_of(read("姓名,手机\n张伟,1,,\n")) == [Row(2, None, {"姓名": "张伟", "手机": "1"})]


def test_missing_cells_at_the_end_are_empty() -> None:
    # Excel leaves out the separators of trailing empty cells.
    assert rows_of(read("姓名,手机,邮箱,备注\n张伟,1\n"))[0].cells["备注"] is None


def test_row_cut_in_two_by_a_line_break_is_not_read_as_two() -> None:
    found = read("姓名,公司,手机,邮箱,备注\n张伟,甲\n乙公司,1,,\n王芳,丙,2,,\n")
    assert codes_of(found) == [(2, "cut_row"), (3, "cut_row")]
    assert [row.row for row in rows_of(found)] == [4]


def test_empty_rows_are_one_problem_each_run_and_none_at_the_end() -> None:
    found = read("姓名,手机\n,\n　,\n张伟,1\n,\n,\n")
    assert [item for item in found if isinstance(item, RowProblem)] == [
        RowProblem(2, ProblemCode.EMPTY_ROW, "rows=2")
    ]


@pytest.mark.parametrize("word", ["合计", "总 计", "Total", "小计:"])
def test_row_of_totals_is_no_record(word: str) -> None:
    assert codes_of(read(f"姓名,金额\n张伟,1\n{word},1\n")) == [(3, "total_row")]


def test_customer_that_is_called_total_is_no_row_of_totals() -> None:
    assert len(rows_of(read("公司,姓名,金额\nTotal,Anne,5\n"))) == 1


def test_nul_characters_are_reported() -> None:
    assert codes_of(read("姓名,手机\n张\0伟,1\n王芳,2\n")) == [(2, "nul_character")]


def test_oversized_rows_and_cells_are_reported_and_the_rest_is_read() -> None:
    limits = Limits(line_characters=200, cell_characters=50)
    long_cell, long_line = "长" * 60, "长" * 500
    found = read(f"姓名,手机\n{long_cell},1\n{long_line},2\n王芳,3\n".encode("gbk"), limits=limits)
    assert codes_of(found) == [(2, "oversized_cell"), (3, "oversized_row")]
    assert [row.row for row in rows_of(found)] == [4]


@pytest.mark.parametrize("cell", ["长" * 140_000, f'"{"长" * 140_000}"'], ids=["plain", "quoted"])
def test_cell_beyond_the_csv_modules_own_limit_is_reported(cell: str) -> None:
    found = read(f"姓名,手机\n{cell},1\n王芳,3\n".encode("utf-16"))
    assert codes_of(found) == [(2, "oversized_cell")]
    assert [row.row for row in rows_of(found)] == [3]


def test_known_heading_that_stands_twice_refuses_the_table() -> None:
    found = read("姓名,手机,手 机\n张伟,1,2\n")
    assert found == [RowProblem(1, ProblemCode.DUPLICATE_HEADER, "手 机")]


def test_unknown_headings_may_repeat_or_be_empty() -> None:
    [row] = rows_of(read("姓名,备注,备注,,手机\n张伟,a,b,c,1\n"))
    assert row.cells == {"姓名": "张伟", "备注": "a", "备注#3": "b", "#4": "c", "手机": "1"}


def test_table_without_any_known_heading_is_reported() -> None:
    assert codes_of(read("甲,乙\n1,2\n")) == [(1, "no_header")]


def test_too_many_columns_are_refused() -> None:
    found = read("姓名," + ",".join(f"列{i}" for i in range(600)) + "\n")
    assert codes_of(found) == [(1, "too_many_columns")]


def test_long_file_is_read_row_by_row() -> None:
    class Endless(io.RawIOBase):
        """Would never end: only a reader that streams gives a row."""

        waiting = PLAIN.encode()

        def readable(self) -> bool:
            return True

        def readinto(self, buffer: Any) -> int:
            self.waiting += "王芳,2,x@example.com\n".encode() * 100
            size = min(len(buffer), len(self.waiting))
            buffer[:size], self.waiting = self.waiting[:size], self.waiting[size:]
            return size

    found = read_rows("endless.csv", io.BufferedReader(Endless()))
    assert [next(found).row for _ in range(3_000)][-1] == 3_001


# --- formats -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        pytest.param("a.csv", b"", "empty_file", id="empty"),
        pytest.param("a.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "old_excel", id="old Excel"),
        pytest.param("a.csv", b"%PDF-1.7", "unknown_format", id="PDF named CSV"),
        pytest.param("a.xls", b"<html><table>", "unknown_format", id="HTML named Excel"),
        pytest.param("a.csv.gz", b"\x1f\x8b\x08", "archive_broken", id="gzip cut off"),
        pytest.param("a.csv.zst", b"\x28\xb5\x2f\xfd", "unknown_format", id="zstandard"),
        pytest.param("a.xls", b"<?xml version='1.0'?><note/>", "unknown_format", id="XML of another kind"),
        pytest.param("a.xlsx", b"PK\x03\x04garbage", "workbook_broken", id="broken zip"),
    ],
)
def test_files_that_are_no_tables_are_refused_whole(name: str, content: bytes, code: str) -> None:
    assert codes_of(read(content, name)) == [(0, code)]


def test_content_decides_before_the_name() -> None:
    assert rows_of(read('{"name": "Ann"}\n', "list.csv")) == [Row(1, None, {"name": "Ann"})]
    assert rows_of(read("姓名,手机\n张伟,1\n", "list.xlsx"))[0].row == 2


def test_every_problem_has_words_in_both_languages() -> None:
    assert set(TEXTS) == set(ProblemCode)
    for code in ProblemCode:
        zh, en = describe_problem(code, "zh"), describe_problem(code, "en")
        assert en.isascii() and not zh.isascii()


# --- JSON Lines ----------------------------------------------------------------------------------------------


def test_bad_json_lines_are_reported_with_their_numbers() -> None:
    lines = [
        '{"name": "Ann"}',
        "",
        "{broken",
        "[1]",
        "null",
        '{"score": NaN}',
        '{"a": ' * 90_000,
        '{"name": "张伟"}',
    ]
    found = read("\n".join(lines), "a.jsonl")
    assert [row.row for row in rows_of(found)] == [1, 8]
    assert codes_of(found) == [
        (3, "bad_json"), (4, "not_an_object"), (5, "not_an_object"), (6, "bad_json"), (7, "oversized_row"),
    ]  # fmt: skip


def test_deeply_nested_line_is_reported() -> None:
    assert codes_of(read('{"a":' + "[" * 50_000 + "\n", "a.jsonl")) == [(1, "bad_json")]


def test_json_lines_in_gbk_are_read() -> None:
    assert rows_of(read('{"姓名": "张伟"}\n'.encode("gbk")))[0].cells == {"姓名": "张伟"}


def test_workbook_reader_is_loaded_only_for_workbooks() -> None:
    code = "import sys, shared.importing.rows, shared.importing.read_file as r; sys.exit('openpyxl' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


# --- workbooks -----------------------------------------------------------------------------------------------


def workbook(fill: Callable[[Any], None]) -> bytes:
    book: Any = Workbook()
    fill(book)
    packed = io.BytesIO()
    book.save(packed)
    return packed.getvalue()


def test_every_visible_sheet_is_read_with_typed_dates_as_iso_text() -> None:
    def fill(book: Any) -> None:
        book.active.title = "工单"
        book.active.append(["工单列表"])
        book.active.append(["姓名", "联系电话", "日期", "金额"])
        book.active.append(["张伟", 13800000001, datetime.fromisoformat("2026-06-01 09:30"), 12.5])
        book.active.append([None, None, None, None])
        book.active.append(["王芳", 13800000002.0, date(2026, 6, 2), 3.0])
        book.create_sheet("空白")
        book.create_sheet("评价").append(["姓名", "评分"])
        book["评价"].append(["李娜", 5])
        book.create_sheet("隐藏").append(["姓名", "评分"])
        book["隐藏"].sheet_state = "hidden"

    found = read(workbook(fill), "a.xlsx")
    assert rows_of(found) == [
        Row(
            3,
            "工单",
            {"姓名": "张伟", "联系电话": 13800000001, "日期": "2026-06-01T09:30:00", "金额": 12.5},
            1900,
        ),
        Row(5, "工单", {"姓名": "王芳", "联系电话": 13800000002, "日期": "2026-06-02", "金额": 3}, 1900),
        Row(2, "评价", {"姓名": "李娜", "评分": 5}, 1900),
    ]
    problems = [(item.sheet, item.code) for item in found if isinstance(item, RowProblem)]
    assert problems == [
        ("工单", "above_header"), ("工单", "empty_row"), ("空白", "empty_file"), ("隐藏", "hidden_sheet"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        pytest.param(datetime.fromisoformat("2026-01-02"), "2026-01-02", id="date cell"),
        pytest.param(
            datetime.fromisoformat("2026-01-02 00:00:05"), "2026-01-02T00:00:05", id="just after midnight"
        ),
        pytest.param(time(9, 5), "09:05:00", id="time"),
        pytest.param(timedelta(hours=30), "1 day, 6:00:00", id="duration"),
        pytest.param(1.0, 1, id="whole float"),
        pytest.param(True, True, id="boolean"),
        pytest.param(None, None, id="empty"),
    ],
)
def test_typed_cells_become_plain_values(value: object, cell: object) -> None:
    assert to_cell(value) == cell
    assert type(to_cell(value)) is type(cell)


def _zip(entries: dict[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return packed.getvalue()


@pytest.mark.parametrize(
    ("entries", "limits", "code"),
    [
        pytest.param({"xl/a.xml": b" " * 2_000_000}, DEFAULT_LIMITS, "workbook_unsafe", id="ratio"),
        pytest.param(
            {f"xl/{i}.xml": b"" for i in range(1_001)}, DEFAULT_LIMITS, "workbook_unsafe", id="entries"
        ),
        pytest.param(
            {"a.xml": bytes(range(256))}, Limits(unpacked_bytes=255), "workbook_too_big", id="sizes"
        ),
        pytest.param(
            {"a.xml": bytes(range(256))}, Limits(workbook_bytes=100), "workbook_too_big", id="packed"
        ),
        pytest.param(
            {"a.xml": b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]><x/>'},
            DEFAULT_LIMITS,
            "workbook_unsafe",
            id="entities",
        ),
        pytest.param({"readme.txt": b"just a zip"}, DEFAULT_LIMITS, "workbook_broken", id="no workbook"),
    ],
)
def test_bombs_are_refused_by_their_zip_directory(
    entries: dict[str, bytes], limits: Limits, code: str
) -> None:
    [(_, found)] = codes_of(read(_zip(entries), "a.xlsx", limits))
    assert found == code


def test_overlapping_entries_are_refused() -> None:
    raw = bytearray(_zip({"a.xml": bytes(range(200)), "b.xml": bytes(range(200))}))
    # The second directory entry points at the first file.
    second = raw.rfind(b"PK\x01\x02")
    raw[second + 42 : second + 46] = (0).to_bytes(4, "little")
    assert codes_of(read(bytes(raw), "a.xlsx")) == [(0, "workbook_unsafe")]


def test_sheet_that_lies_about_its_size_is_read_by_its_cells() -> None:
    def fill(book: Any) -> None:
        book.active.append(["姓名", "手机"])
        book.active.append(["张伟", 1])

    packed = io.BytesIO(workbook(fill))
    parts = {name: zipfile.ZipFile(packed).read(name) for name in zipfile.ZipFile(packed).namelist()}
    sheet = "xl/worksheets/sheet1.xml"
    parts[sheet] = parts[sheet].replace(b'ref="A1:B2"', b'ref="A1:XFD1048576"')
    assert rows_of(read(_zip(parts), "a.xlsx")) == [Row(2, "Sheet", {"姓名": "张伟", "手机": 1}, 1900)]


def test_rows_that_a_sheet_leaves_out_still_count() -> None:
    def fill(book: Any) -> None:
        book.active.append(["姓名", "手机"])
        book.active.cell(row=7, column=1, value="张伟")

    found = read(workbook(fill), "a.xlsx")
    assert rows_of(found) == [Row(7, "Sheet", {"姓名": "张伟", "手机": None}, 1900)]
    assert [item for item in found if isinstance(item, RowProblem)] == [
        RowProblem(2, ProblemCode.EMPTY_ROW, "rows=5", "Sheet")
    ]


def test_rows_beyond_the_limit_are_reported_once() -> None:
    def fill(book: Any) -> None:
        for row in [["姓名", "手机"], ["张伟", 1], ["王芳", 2], ["李娜", 3]]:
            book.active.append(row)

    found = read(workbook(fill), "a.xlsx", Limits(workbook_rows=3))
    assert len(rows_of(found)) == 2
    assert codes_of(found) == [(4, "too_many_rows")]


def test_workbook_that_breaks_while_it_is_read_reports_where() -> None:
    packed = io.BytesIO(workbook(lambda book: book.active.append(["姓名", "手机"])))
    parts = {name: zipfile.ZipFile(packed).read(name) for name in zipfile.ZipFile(packed).namelist()}
    parts["xl/worksheets/sheet1.xml"] = parts["xl/worksheets/sheet1.xml"][:-30]
    assert [code for _, code in codes_of(read(_zip(parts), "a.xlsx"))] == ["workbook_broken"]


def test_json_lines_of_objects_survive_a_round_trip() -> None:
    objects = [{"name": f"n{i}", "score": i, "ok": True, "none": None} for i in range(50)]
    raw = "\n".join(json.dumps(item) for item in objects)
    assert [row.cells for row in rows_of(read(raw, "a.ndjson"))] == objects
