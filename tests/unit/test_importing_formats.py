"""Formats beside plain CSV, JSON Lines and XLSX: encodings of East and West, markup under .xls, arrays, archives."""

import gzip
import io
import json
import zipfile
from typing import Any

import pytest
from openpyxl import Workbook  # type: ignore[import-untyped]

from shared.importing.encodings import find_encoding
from shared.importing.limits import DEFAULT_LIMITS, Limits
from shared.importing.problems import RowProblem
from shared.importing.read_file import read_rows
from shared.importing.row import Row

PLAIN = "姓名,手机,邮箱\n张伟,13800000001,wei@example.com\n"
CELLS = {"姓名": "张伟", "手机": "13800000001", "邮箱": "wei@example.com"}


class Forward:
    """A stream that can only be read forwards, as an HTTP body."""

    def __init__(self, content: bytes) -> None:
        self._stream = io.BytesIO(content)

    def read(self, size: int = -1, /) -> bytes:
        return self._stream.read(size)


def read(
    content: bytes | str, name: str = "file.csv", limits: Limits = DEFAULT_LIMITS
) -> list[Row | RowProblem]:
    raw = content.encode() if isinstance(content, str) else content
    return list(read_rows(name, io.BytesIO(raw), limits))


def cells_of(found: list[Row | RowProblem]) -> list[dict[str, object]]:
    return [item.cells for item in found if isinstance(item, Row)]


def codes_of(found: list[Row | RowProblem]) -> list[tuple[int, str]]:
    return [(item.row, item.code.value) for item in found if isinstance(item, RowProblem)]


# --- encodings -----------------------------------------------------------------------------------------------

TAIWAN = "姓名,手機,電郵,地址\n陳小明,0912345678,ming@example.com,臺北市中正區重慶南路一段122號\n"
MAINLAND = "姓名,手机,地址\n邓婷,13800000001,上海市浦东新区世纪大道8号\n"


@pytest.mark.parametrize(
    ("text", "encoding", "expected"),
    [
        pytest.param(TAIWAN, "big5", "big5", id="Big5"),
        pytest.param(TAIWAN, "cp950", "big5", id="Big5 of Windows"),
        pytest.param("姓名,地址\n陳大文,香港九龍深水埗欽州街\n", "big5hkscs", "big5", id="Big5 of Hong Kong"),
        pytest.param(TAIWAN, "gbk", "gb18030", id="traditional characters in GBK"),
        pytest.param(TAIWAN, "utf-8", "utf-8", id="traditional characters in UTF-8"),
        pytest.param(MAINLAND, "gb2312", "gb18030", id="GB 2312"),
        pytest.param(MAINLAND, "gb18030", "gb18030", id="GB 18030"),
        pytest.param("姓名,备注\n张伟,𠮷野家㐂\n", "gb18030", "gb18030", id="characters of four bytes"),
        pytest.param("Name;Stadt\nMüller;Köln\nGroßmann;Düsseldorf\n", "cp1252", "cp1252", id="German"),
        pytest.param("Nom;Ville\nRenée Lefèvre;Orléans\n", "cp1252", "cp1252", id="French"),
        pytest.param("Nome;Cidade\nJoão Conceição;São Paulo\n", "cp1252", "cp1252", id="Portuguese"),
        pytest.param("Name;City\nÅse Ærø;Malmö\n", "cp1252", "cp1252", id="Nordic"),
        pytest.param("Name,Price\nAnn,£12\nBob,€9\n", "cp1252", "cp1252", id="only signs"),
        pytest.param("Name,Note\nAnn,it’s – “fine”\n", "cp1252", "cp1252", id="quotation marks of Word"),
        pytest.param("Name;Stadt\nMüller;Köln\n", "utf-8", "utf-8", id="German in UTF-8"),
    ],
)
def test_encoding_is_told_from_the_bytes(text: str, encoding: str, expected: str) -> None:
    assert find_encoding(text.encode(encoding)) == expected


@pytest.mark.parametrize(
    "word", "客户 公司 联系人 张伟 王芳 男 姓名 中国 上海 鑫 婷 手机号码 订单 金额".split()
)
def test_a_single_word_of_gbk_is_taken_for_gbk(word: str) -> None:
    assert find_encoding(word.encode("gbk")) == "gb18030"


@pytest.mark.parametrize("encoding", ["big5", "cp950"])
def test_big5_is_read(encoding: str) -> None:
    [row] = cells_of(read(TAIWAN.encode(encoding)))
    assert list(row.values())[0] == "陳小明"
    assert "臺北市中正區重慶南路一段122號" in row.values()


def test_western_text_is_read() -> None:
    assert cells_of(read("Name;Email\nJosé Müller;jm@example.com\n".encode("cp1252"))) == [
        {"Name": "José Müller", "Email": "jm@example.com"}
    ]


@pytest.mark.parametrize(
    "damaged",
    [b"\xff\xfe broken,1,\n", b"Jos\xe9,2,\n", "王芳,3,\n".encode("gbk")],
    ids=["bytes", "latin", "gbk"],
)
@pytest.mark.parametrize("place", ["head", "late"])
def test_one_damaged_line_does_not_change_how_the_others_are_read(damaged: bytes, place: str) -> None:
    ascii_rows = b"".join(b"person%d,%d,p%d@example.com\n" % (n, n, n) for n in range(5_000))
    before = ascii_rows if place == "late" else b""
    good = "Renée,5,\n张伟,6,\n".encode() * 3
    found = read(b"name,mobile,email\n" + before + damaged + good)
    assert [code for _, code in codes_of(found)] == ["undecodable"]
    assert [row["name"] for row in cells_of(found)][-2:] == ["Renée", "张伟"]


def test_western_names_in_utf_8_survive_a_damaged_line() -> None:
    found = read("name,mobile\nJosé,1\nRenée,2\n".encode() + b"Andr\xe9,3\n")
    assert [row["name"] for row in cells_of(found)] == ["José", "Renée"]
    assert codes_of(found) == [(4, "undecodable")]


def test_utf_16_without_a_mark_is_read_also_when_it_is_all_chinese() -> None:
    text = "姓名,备注\n" + "张伟,非常满意的老客户请优先处理\n" * 50
    assert len(cells_of(read(text.encode("utf-16-be")))) == 50


# --- HTML under the name .xls --------------------------------------------------------------------------------

PAGE = """<html xmlns:x="urn:schemas-microsoft-com:office:excel"><head>
<meta http-equiv="Content-Type" content="text/html; charset={charset}"><style>td {{mso-number-format:"\\@"}}</style>
<script>var a = "<td>not a cell</td>";</script></head><body>
<table border=1><tr><th colspan=3>客户列表</th></tr>
<tr><th>姓名</th><th>手机</th><th>公司</th></tr>
<tr><td>张&nbsp;伟</td><td x:num="13800000001">1.38E+10</td><td>甲&amp;乙<br>有限公司</td></tr>
<tr><td>王芳<td>13800000002<td>
</table></body></html>"""


@pytest.mark.parametrize(
    ("charset", "encoding"), [("utf-8", "utf-8"), ("gb2312", "gbk"), ("big5", "utf-8-sig")]
)
def test_html_table_is_read_as_excel_shows_it(charset: str, encoding: str) -> None:
    found = read(PAGE.format(charset=charset).encode(encoding), "客户.xls")
    assert found == [
        RowProblem(1, "above_header"),  # type: ignore[arg-type]
        Row(3, None, {"姓名": "张\xa0伟", "手机": "13800000001", "公司": "甲&乙\n有限公司"}),
        Row(4, None, {"姓名": "王芳", "手机": "13800000002", "公司": None}),
    ]


def test_html_in_big5_that_says_so_is_read() -> None:
    page = '<html><meta charset="big5"><table><tr><td>姓名<td>手機<tr><td>黃<td>1</table>'
    assert list(cells_of(read(page.encode("big5"), "a.xls"))[0].values()) == ["黃", "1"]


def test_cells_that_span_rows_keep_the_columns_below_in_place() -> None:
    page = "<table><tr><td>姓名<td>订单号<td>金额<tr><td rowspan=2>张伟<td>o1<td>5<tr><td>o2<td>6</table>"
    assert [list(row.values()) for row in cells_of(read(page, "a.xls"))] == [
        ["张伟", "o1", "5"],
        [None, "o2", "6"],
    ]


def test_a_table_within_a_layout_table_is_read() -> None:
    page = "<table><tr><td><table><tr><td>姓名<td>手机<tr><td>张伟<td>1</table></table>"
    assert cells_of(read(page, "a.xls")) == [{"姓名": "张伟", "手机": "1"}]


@pytest.mark.parametrize(
    ("page", "code"),
    [
        pytest.param("<html><body>登录已过期</body></html>", "unknown_format", id="no table"),
        pytest.param("<table><tr><td>姓名<td" + " x" * 300_000, "markup_broken", id="tag without an end"),
        pytest.param("<table><tr><td>姓名<!--" + "x" * 600_000, "markup_broken", id="comment without an end"),
        pytest.param(
            "<table><tr><td>姓名<td>手机<tr><td>" + "长" * 40_000 + "<td>1</table>",
            "oversized_cell",
            id="cell",
        ),
        pytest.param("<table><tr>" + "<td>姓名" * 600 + "</table>", "no_header", id="columns"),
        pytest.param(
            "<table><tr><td>姓名<tr><td colspan=99999999>张伟</table>", "too_many_columns", id="span"
        ),
        pytest.param("<table><tr><td>姓名<td>手机<tr><td>张\0伟<td>1</table>", "nul_character", id="NUL"),
    ],
)
def test_hostile_pages_are_refused_in_bounded_memory(page: str, code: str) -> None:
    assert codes_of(read(page, "a.xls"))[-1][1] == code


# --- Excel 2003 XML ------------------------------------------------------------------------------------------

BOOK = """<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?>
<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet" xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet">
<Worksheet ss:Name="客户"><Table>
<Row><Cell><Data ss:Type="String">姓名</Data></Cell><Cell><Data ss:Type="String">手机</Data></Cell>
<Cell><Data ss:Type="String">日期</Data></Cell><Cell><Data ss:Type="String">金额</Data></Cell></Row>
<Row ss:Index="5"><Cell><Data ss:Type="String">张<B>伟</B>&#x4e00;</Data></Cell>
<Cell ss:Index="3"><Data ss:Type="DateTime">2026-06-01T00:00:00.000</Data></Cell>
<Cell><Data ss:Type="Number">12.50</Data></Cell></Row>
<Row><Cell ss:MergeAcross="1"><Data ss:Type="String">王芳</Data></Cell>
<Cell><Data ss:Type="DateTime">2026-06-01T09:30:00.000</Data></Cell><Cell><Data ss:Type="Number">3</Data></Cell></Row>
</Table></Worksheet><Worksheet ss:Name="空"/><Worksheet ss:Name="评价"><Table>
<Row><Cell><Data ss:Type="String">姓名</Data></Cell><Cell><Data ss:Type="String">评分</Data></Cell></Row>
<Row><Cell><Data ss:Type="String">李娜</Data></Cell><Cell><Data ss:Type="Number">13800000000000000001</Data></Cell></Row>
</Table></Worksheet></Workbook>"""


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gbk"])
def test_xml_workbook_is_read_sheet_by_sheet(encoding: str) -> None:
    found = read(BOOK.encode(encoding), "客户.xls")
    assert [item for item in found if isinstance(item, Row)] == [
        Row(5, "客户", {"姓名": "张伟一", "手机": None, "日期": "2026-06-01", "金额": 12.5}),
        Row(6, "客户", {"姓名": "王芳", "手机": None, "日期": "2026-06-01T09:30:00", "金额": 3}),
        Row(2, "评价", {"姓名": "李娜", "评分": 13800000000000000001}),
    ]
    assert [(item.sheet, item.code.value) for item in found if isinstance(item, RowProblem)] == [
        ("空", "empty_file")
    ]


BOMB = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]>' + BOOK[
    21:
].replace("李娜", "&b;")


@pytest.mark.parametrize(
    ("book", "code"),
    [
        pytest.param(BOMB, "markup_unsafe", id="entities"),
        pytest.param(
            BOOK[21:].replace("?>", '?><!DOCTYPE x SYSTEM "file:///etc/passwd">', 1),
            "markup_unsafe",
            id="DTD",
        ),
        pytest.param(BOOK[:-40], "markup_broken", id="cut off"),
        pytest.param(BOOK.replace("</Cell>", "</Sell>", 3), "markup_broken", id="not well-formed"),
        pytest.param(BOOK.replace("李娜", "&nbsp;"), "markup_broken", id="unknown entity"),
        pytest.param(
            BOOK.replace('<Row ss:Index="5">', f'<Row a="{"x" * 600_000}">'), "markup_broken", id="tag"
        ),
    ],
)
def test_hostile_xml_is_refused_and_expands_nothing(book: str, code: str) -> None:
    prefix = '<?xml version="1.0"?>' if not book.startswith("<?xml") else ""
    assert codes_of(read(prefix + book, "a.xls"))[-1][1] == code


# --- JSON arrays ---------------------------------------------------------------------------------------------

OBJECTS = [
    {"name": f'n"[{{,\\{n}', "phone": str(n), "note": {"a": [1, 2]} if n == 3 else None} for n in range(20)
]


@pytest.mark.parametrize("indent", [None, 2], ids=["one line", "pretty"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gbk"])
def test_json_array_is_read_element_by_element(indent: int | None, encoding: str) -> None:
    objects: list[dict[str, Any]] = [*OBJECTS, {"name": "张伟"}]
    found = read(json.dumps(objects, indent=indent, ensure_ascii=False).encode(encoding), "a.json")
    assert cells_of(found) == objects
    assert [item.row for item in found] == list(range(1, 22))


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        pytest.param("[]", [], id="empty"),
        pytest.param('[{"name": 1},]', [], id="a comma too many at the end"),
        pytest.param(
            '[{"name": 1}, {broken}, 5]', [(2, "bad_json"), (3, "not_an_object")], id="bad elements"
        ),
        pytest.param('[{"name": 1}, {"name": 2', [(2, "bad_json")], id="cut off"),
        pytest.param(
            '[{"name": "' + "x" * 300_000 + '"}, {"name": 2}]', [(1, "oversized_row")], id="oversized"
        ),
        pytest.param('[{"name": ' + "[" * 100_000 + "]" * 100_000 + "}]", [(1, "bad_json")], id="deep"),
        pytest.param('[{"name": NaN}]', [(1, "bad_json")], id="no number"),
    ],
)
def test_bad_elements_are_reported_with_their_place(text: str, codes: list[tuple[int, str]]) -> None:
    assert codes_of(read(text, "a.json")) == codes


# --- archives ------------------------------------------------------------------------------------------------


def pack(members: dict[str, bytes], *, compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", compression) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return packed.getvalue()


def workbook() -> bytes:
    book: Any = Workbook()
    book.active.append(["姓名", "手机"])
    book.active.append(["李娜", 1])
    packed = io.BytesIO()
    book.save(packed)
    return packed.getvalue()


@pytest.mark.parametrize("encoding", ["utf-8", "gbk", "utf-16"])
def test_gzip_is_read_whatever_is_in_it(encoding: str) -> None:
    assert cells_of(read(gzip.compress(PLAIN.encode(encoding)), "file.csv.gz")) == [CELLS]
    assert cells_of(read(gzip.compress(b'{"name": "Ann"}\n'), "file.jsonl.gz")) == [{"name": "Ann"}]


def test_gzip_of_several_parts_is_one_file() -> None:
    raw = gzip.compress(PLAIN.encode()) + gzip.compress("王芳,2,\n".encode()) + b"\0" * 512
    assert [row["姓名"] for row in cells_of(read(raw, "a.csv.gz"))] == ["张伟", "王芳"]


def test_zip_of_several_files_is_read_file_by_file() -> None:
    members = {
        "导出/": b"",
        "导出/客户.csv": PLAIN.encode("gbk"),
        "__MACOSX/._客户.csv": b"junk",
        "b.jsonl": b'{"name": "Ann"}\n{broken\n',
        "c.xlsx": workbook(),
        "说明.pdf": b"%PDF-1.7",
    }
    found = read(pack(members), "导出.zip")
    assert [(item.sheet, item.row) for item in found if isinstance(item, Row)] == [
        ("客户.csv", 2), ("b.jsonl", 1), ("c.xlsx#Sheet", 2),
    ]  # fmt: skip
    assert [(item.sheet, item.code.value) for item in found if isinstance(item, RowProblem)] == [
        ("b.jsonl", "bad_json"), ("说明.pdf", "unknown_format"),
    ]  # fmt: skip


def test_zip_that_can_only_be_read_forwards_is_held_up_to_a_limit() -> None:
    packed = pack({"a.csv": PLAIN.encode()})
    assert cells_of(list(read_rows("a.zip", Forward(packed)))) == [CELLS]
    found = list(read_rows("a.zip", Forward(packed), Limits(workbook_bytes=20)))
    assert codes_of(found) == [(0, "workbook_too_big")]


def test_names_of_chinese_windows_are_read() -> None:
    raw = pack({"ABCD.csv": PLAIN.encode()}).replace(b"ABCD", "客户".encode("gbk"))
    assert [item.sheet for item in read(raw, "a.zip")] == ["客户.csv"]


def test_workbook_under_another_name_is_a_workbook() -> None:
    assert cells_of(read(workbook(), "导出.zip")) == [{"姓名": "李娜", "手机": 1}]
    assert cells_of(read(workbook(), "export")) == [{"姓名": "李娜", "手机": 1}]


@pytest.mark.parametrize(
    ("content", "name", "codes"),
    [
        pytest.param(gzip.compress(PLAIN.encode())[:-12], "a.csv.gz", ["archive_broken"], id="gzip cut off"),
        pytest.param(gzip.compress(b"\0" * 60_000_000), "a.csv.gz", ["archive_unsafe"], id="gzip bomb"),
        pytest.param(pack({"a.csv": b"\0" * 60_000_000}), "a.zip", ["archive_unsafe"], id="zip bomb"),
        pytest.param(
            pack({f"{n}.csv": b"" for n in range(1_001)}), "a.zip", ["archive_unsafe"], id="entries"
        ),
        pytest.param(pack({"a.zip": pack({"b.csv": b"1"})}), "a.zip", ["nested_archive"], id="zip in zip"),
        pytest.param(pack({"a.csv.gz": gzip.compress(b"1")}), "a.zip", ["nested_archive"], id="gzip in zip"),
        pytest.param(gzip.compress(gzip.compress(b"1")), "a.csv.gz", ["nested_archive"], id="gzip in gzip"),
        pytest.param(gzip.compress(pack({"a.csv": b"1"})), "a.zip.gz", ["nested_archive"], id="zip in gzip"),
        pytest.param(pack({}), "a.zip", ["empty_file"], id="empty"),
        pytest.param(b"PK\x03\x04garbage", "a.zip", ["archive_broken"], id="no directory"),
        pytest.param(pack({"a.csv": b"1"})[:-30], "a.zip", ["archive_broken"], id="zip cut off"),
    ],
)
def test_archives_that_are_damaged_or_hostile_are_refused(
    content: bytes, name: str, codes: list[str]
) -> None:
    assert [code for _, code in codes_of(read(content, name))] == codes


def test_encrypted_zip_is_refused() -> None:
    raw = bytearray(pack({"a.csv": b"1,2"}))
    raw[raw.rfind(b"PK\x01\x02") + 8] |= 1
    assert codes_of(read(bytes(raw), "a.zip")) == [(0, "archive_encrypted")]


def test_overlapping_files_are_refused() -> None:
    raw = bytearray(pack({"a.csv": bytes(range(200)), "b.csv": bytes(range(200))}))
    second = raw.rfind(b"PK\x01\x02")
    raw[second + 42 : second + 46] = (0).to_bytes(4, "little")
    assert codes_of(read(bytes(raw), "a.zip")) == [(0, "archive_unsafe")]


def test_directory_that_would_fill_the_memory_is_not_read() -> None:
    raw = bytearray(pack({"a.csv": b"1"}))
    raw[-10:-6] = (50_000_000).to_bytes(4, "little")
    assert codes_of(read(bytes(raw), "a.zip")) == [(0, "archive_unsafe")]


def test_a_damaged_file_of_a_zip_leaves_the_others() -> None:
    raw = bytearray(
        pack({"a.csv": PLAIN.encode() * 50, "b.csv": PLAIN.encode()}, compression=zipfile.ZIP_STORED)
    )
    place = raw.find("张伟".encode()) + 2
    raw[place] ^= 0x55
    found = read(bytes(raw), "a.zip")
    assert ("a.csv", "archive_broken") in [
        (item.sheet, item.code.value) for item in found if isinstance(item, RowProblem)
    ]
    assert [item.sheet for item in found if isinstance(item, Row)][-1] == "b.csv"


def test_a_bomb_that_begins_as_a_table_ends_with_a_problem_where_reading_stopped() -> None:
    raw = gzip.compress(("姓名,手机\n" + "张伟,1\n" * 50).encode() + b"," * 60_000_000)
    found = read(raw, "a.csv.gz")
    assert len(cells_of(found)) >= 49
    assert codes_of(found) == [(len(found) + 1, "archive_unsafe")]
