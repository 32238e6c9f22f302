"""What can be wrong with a row or a file before it is cleaned: codes, and the words for people."""

from enum import StrEnum
from typing import Literal, NamedTuple


class ProblemCode(StrEnum):
    EMPTY_FILE = "empty_file"
    UNKNOWN_FORMAT = "unknown_format"
    OLD_EXCEL = "old_excel"
    WORKBOOK_TOO_BIG = "workbook_too_big"
    WORKBOOK_BROKEN = "workbook_broken"
    WORKBOOK_UNSAFE = "workbook_unsafe"
    TOO_MANY_ROWS = "too_many_rows"
    HIDDEN_SHEET = "hidden_sheet"
    NO_HEADER = "no_header"
    NO_ROWS = "no_rows"
    REPEATED_HEADER = "repeated_header"
    DUPLICATE_HEADER = "duplicate_header"
    ABOVE_HEADER = "above_header"
    TOO_MANY_COLUMNS = "too_many_columns"
    EMPTY_ROW = "empty_row"
    TOTAL_ROW = "total_row"
    RAGGED_ROW = "ragged_row"
    CUT_ROW = "cut_row"
    UNCLOSED_QUOTE = "unclosed_quote"
    UNDECODABLE = "undecodable"
    NUL_CHARACTER = "nul_character"
    OVERSIZED_ROW = "oversized_row"
    OVERSIZED_CELL = "oversized_cell"
    BAD_JSON = "bad_json"
    DUPLICATE_KEY = "duplicate_key"
    NOT_AN_OBJECT = "not_an_object"
    NESTED_VALUE = "nested_value"
    NO_KNOWN_COLUMN = "no_known_column"
    TWO_AMOUNTS = "two_amounts"
    UNCLEAR_CONSENT = "unclear_consent"
    TOO_MANY_UNNUMBERED = "too_many_unnumbered"
    ARCHIVE_BROKEN = "archive_broken"
    ARCHIVE_UNSAFE = "archive_unsafe"
    ARCHIVE_ENCRYPTED = "archive_encrypted"
    NESTED_ARCHIVE = "nested_archive"
    MARKUP_BROKEN = "markup_broken"
    MARKUP_UNSAFE = "markup_unsafe"


class RowProblem(NamedTuple):
    """A row (or, as row 0, a whole file) that could not be read. `detail` holds counts and headings, no cell."""

    row: int
    code: ProblemCode
    detail: str = ""
    sheet: str | None = None


TEXTS: dict[ProblemCode, tuple[str, str]] = {
    ProblemCode.EMPTY_FILE: ("文件或工作表是空的", "The file or sheet is empty"),
    ProblemCode.UNKNOWN_FORMAT: (
        "不是可读取的表格；请另存为 CSV 或 Excel 工作簿(.xlsx)",
        "Not a table we can read; save it as CSV or as an Excel workbook (.xlsx)",
    ),
    ProblemCode.OLD_EXCEL: (
        "旧版 Excel(.xls)或加密的工作簿；请另存为不加密的 .xlsx",
        "An old (.xls) or encrypted workbook; save it as an unencrypted .xlsx",
    ),
    ProblemCode.WORKBOOK_TOO_BIG: (
        "工作簿太大；请另存为 CSV",
        "The workbook is too big; save it as CSV",
    ),
    ProblemCode.WORKBOOK_BROKEN: ("工作簿已损坏", "The workbook is damaged"),
    ProblemCode.WORKBOOK_UNSAFE: (
        "工作簿的内部结构可疑，未打开",
        "The inside of the workbook is suspicious; it was not opened",
    ),
    ProblemCode.TOO_MANY_ROWS: (
        "工作簿行数太多，此行及以后未读取；请另存为 CSV",
        "Too many rows: this one and all after it were not read; save the workbook as CSV",
    ),
    ProblemCode.HIDDEN_SHEET: ("隐藏的工作表未读取", "A hidden sheet was not read"),
    ProblemCode.NO_HEADER: (
        "没有找到认识的列名，整张表未读取",
        "No heading was recognised; nothing of this table was read",
    ),
    ProblemCode.NO_ROWS: ("只有列名，没有数据行", "Only headings, with no row below them"),
    ProblemCode.REPEATED_HEADER: ("列名又出现一次，不是记录", "The headings once more, not a record"),
    ProblemCode.DUPLICATE_HEADER: (
        "列名重复，整张表未读取；请改名后重新导入",
        "A heading stands there twice; nothing of this table was read: rename one and import again",
    ),
    ProblemCode.ABOVE_HEADER: ("列名上方的内容未读取", "This row stands above the headings and was not read"),
    ProblemCode.TOO_MANY_COLUMNS: ("列太多", "Too many columns"),
    ProblemCode.EMPTY_ROW: ("空行", "Empty row"),
    ProblemCode.TOTAL_ROW: ("合计行，不是客户记录", "A row of totals, not a record"),
    ProblemCode.RAGGED_ROW: ("单元格比列名多", "More cells than headings"),
    ProblemCode.CUT_ROW: (
        "一行似乎被换行切成两行",
        "This row and its neighbour look like one row cut in two by a line break",
    ),
    ProblemCode.UNCLOSED_QUOTE: ("引号没有闭合", "A quotation mark is never closed"),
    ProblemCode.UNDECODABLE: ("文字编码无法识别", "The characters of this row cannot be read"),
    ProblemCode.NUL_CHARACTER: ("含有空字符(NUL)", "The row holds NUL characters"),
    ProblemCode.OVERSIZED_ROW: ("行太长", "The row is too long"),
    ProblemCode.OVERSIZED_CELL: ("单元格内容太长", "A cell is too long"),
    ProblemCode.BAD_JSON: ("不是有效的 JSON", "Not valid JSON"),
    ProblemCode.DUPLICATE_KEY: ("同一字段名出现两次", "A name stands there twice in one object"),
    ProblemCode.NOT_AN_OBJECT: ("这一行不是 JSON 对象", "This line is not a JSON object"),
    ProblemCode.NESTED_VALUE: ("列中含有嵌套的对象", "A column holds an object instead of a value"),
    ProblemCode.NO_KNOWN_COLUMN: ("没有认识的字段", "Holds no field that we know"),
    ProblemCode.TWO_AMOUNTS: (
        "两个金额列都有值但不相等",
        "Two amount columns are filled and do not agree",
    ),
    ProblemCode.UNCLEAR_CONSENT: (
        "同意一栏的内容看不懂，未记录同意",
        "A consent cell could not be understood; no consent was recorded",
    ),
    ProblemCode.TOO_MANY_UNNUMBERED: (
        "没有编号的记录太多，此行及以后未读取；请拆分文件或加上编号列",
        "Too many records without a number: this one and all after it were not read; split the file or add a number",
    ),
    ProblemCode.ARCHIVE_BROKEN: (
        "压缩文件已损坏，此处及以后未读取",
        "The compressed file is damaged; nothing from here on was read",
    ),
    ProblemCode.ARCHIVE_UNSAFE: (
        "压缩文件可疑(解压后过大)，此处及以后未读取",
        "The compressed file is suspicious (it grows too much); nothing from here on was read",
    ),
    ProblemCode.ARCHIVE_ENCRYPTED: (
        "压缩文件有密码；请去掉密码后重新导入",
        "The compressed file has a password; remove it and import again",
    ),
    ProblemCode.NESTED_ARCHIVE: (
        "压缩文件里还有压缩文件，未读取；请解压后重新导入",
        "A compressed file within a compressed file was not read; unpack it and import again",
    ),
    ProblemCode.MARKUP_BROKEN: (
        "网页或 XML 表格已损坏，此处及以后未读取",
        "The HTML or XML table is damaged; nothing from here on was read",
    ),
    ProblemCode.MARKUP_UNSAFE: (
        "XML 表格含有实体声明，未读取",
        "The XML table declares entities; it was not read",
    ),
}


def describe_problem(code: ProblemCode, locale: Literal["zh", "en"]) -> str:
    """What a person reads for a code."""
    zh, en = TEXTS[code]
    return zh if locale == "zh" else en
