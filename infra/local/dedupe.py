"""`guanxi dedupe`: which rows of a table are one person. `guanxi learn`: what the levels of agreement are worth in it.

Nothing leaves the machine, no labels are asked for: the weights are learned from the file itself.
"""

import csv
import os
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import NamedTuple

from infra.local.faults import LocalFault
from infra.local.person_columns import Columns, choose_columns, extras_of, to_party
from shared.importing.problems import ProblemCode, RowProblem
from shared.importing.read_file import read_rows
from shared.importing.row import Row
from shared.matching.learn import for_everybody
from shared.matching.match_file import Matched, match_file
from shared.matching.profile import Profile, make_profile
from shared.matching.score import Score
from shared.matching.weights import Weights, load_weights, read_weights, write_weights
from shared.policy.load import load_policy

_SEED = 20261122
_NO_ROWS = frozenset(
    {ProblemCode.EMPTY_ROW, ProblemCode.EMPTY_FILE, ProblemCode.NO_HEADER, ProblemCode.ABOVE_HEADER}
)


class NotReadable(LocalFault):
    """The file holds no table of people that we can read."""


class NotWritable(LocalFault):
    """The answer cannot be written where it was asked for."""


class _Table(NamedTuple):
    numbers: list[str]
    """Row as the person sees it, with the sheet where there are several."""
    rows: list[Mapping[str, object] | None]
    """None: a row that could not be read."""
    problems: list[RowProblem]


def dedupe_file(
    file: Path,
    out: Path,
    *,
    id_column: str | None = None,
    review: Path | None = None,
    weights: Path | None = None,
) -> int:
    """Writes row (or the cell of the id column) and cluster for every row of the file."""
    _check_places(file, [out] if review is None else [out, review])
    table = _read_table(file)
    names = _names(table, id_column)
    _warn_of_repeats(names, id_column)
    columns, matched, places = _match(table, weights, [id_column] if id_column else [])
    _write_clusters(out, id_column, names, _all_clusters(len(table.rows), matched, places))
    if review is not None:
        _write_review(review, matched, [names[place] for place in places])
    _say_summary(table, columns, matched)
    return 0


def learn_file(file: Path, out: Path, *, weights: Path | None = None) -> int:
    """Writes the weights learned from the file, without any value that belongs to one person."""
    _check_places(file, [out])
    table = _read_table(file)
    columns, matched, _ = _match(table, weights, [])
    out.write_text(write_weights(for_everybody(matched.weights)) + "\n", encoding="utf-8")
    _say_summary(table, columns, matched)
    return 0


def _check_places(file: Path, outs: Sequence[Path]) -> None:
    """Said before minutes of work: an answer that cannot be written, or that would lie on the table it is about."""
    places = [file.resolve(), *(out.resolve() for out in outs)]
    for number, place in enumerate(places[1:], start=1):
        if place in places[:number]:
            raise NotWritable(_why("overwrites", str(outs[number - 1])))
        if place.is_dir() or not place.parent.is_dir():
            raise NotWritable(_why("is_folder" if place.is_dir() else "no_folder", str(outs[number - 1])))
        if not os.access(place if place.exists() else place.parent, os.W_OK):
            raise NotWritable(_why("not_allowed", str(outs[number - 1])))


def _match(
    table: _Table, weights: Path | None, kept_out: Sequence[str]
) -> tuple[Columns, Matched, list[int]]:
    """The columns, the clusters of the rows that could be read, and where these stand."""
    places = [place for place, row in enumerate(table.rows) if row is not None]
    rows = [row for row in table.rows if row is not None]
    columns = choose_columns(rows, kept_out)
    if not columns.parts:
        raise NotReadable(_why("no_known_column"))
    _say(f"columns: {_show_columns(columns)}")
    region = load_policy().tenant.country
    profiles = [_profile_of(row, columns, region) for row in rows]
    extras = tuple(f"extra:{heading}" for heading in columns.extras)
    start = _load(weights)
    matched = match_file(
        profiles, start, version=start.version, draw=Random(_SEED).randrange, extras=extras, progress=_say
    )
    return columns, matched, places


def _profile_of(row: Mapping[str, object], columns: Columns, region: str) -> Profile:
    profile = make_profile(to_party(row, columns, region), None)
    return replace(profile, extras=extras_of(row, columns)) if columns.extras else profile


def _load(weights: Path | None) -> Weights:
    if weights is None:
        return load_weights()
    try:
        return read_weights(weights.read_text(encoding="utf-8"))
    except (OSError, ValueError, KeyError) as error:
        raise NotReadable(_why("not_weights", f"{weights} ({type(error).__name__})")) from error


def _read_table(file: Path) -> _Table:
    table = _Table([], [], [])
    try:
        with file.open("rb") as stream:
            for found in read_rows(file.name, stream):
                _take(found, table)
    except OSError as error:
        code = "no_such_file" if isinstance(error, FileNotFoundError) else "not_readable"
        raise NotReadable(_why(code, f"{file} ({error.strerror})")) from error
    if not any(table.rows):
        problem = table.problems[0].code if table.problems else ProblemCode.EMPTY_FILE
        raise NotReadable(_why(str(problem.value), str(file)))
    return table


_WHY = {
    "no_such_file": "there is no such file / 文件不存在",
    "not_readable": "cannot be read / 无法读取",
    "empty_file": "the file is empty / 文件是空的",
    "no_header": "no row names columns that are known: given_name, surname, phone ... / 没有可识别的表头：姓名、手机……",
    "no_known_column": "no column is known: given_name, surname, phone ... / 没有可识别的列：姓名、手机……",
    "no_such_column": "there is no column of this name / 没有这个列",
    "not_weights": "not a file of weights / 不是权重文件",
    "overwrites": "would overwrite another file of this run / 会覆盖本次运行的另一个文件",
    "is_folder": "is a folder / 是文件夹",
    "no_folder": "there is no such folder / 文件夹不存在",
    "not_allowed": "not allowed to write there / 没有写入权限",
}
"""Code -> what a person reads. A code of the importer that is not here speaks for itself."""


def _why(code: str, about: str = "") -> str:
    """`code: what it is about: in words`."""
    return ": ".join(filter(None, (code, about, _WHY.get(code, "no rows to compare / 没有可比较的行"))))


def _take(found: Row | RowProblem, table: _Table) -> None:
    number = f"{found.sheet}:{found.row}" if found.sheet else str(found.row)
    if isinstance(found, Row):
        table.numbers.append(number)
        table.rows.append(found.cells)
        return
    table.problems.append(found)
    if found.code not in _NO_ROWS and found.row:
        table.numbers.append(number)
        table.rows.append(None)


def _names(table: _Table, id_column: str | None) -> list[str]:
    """What each row is called in the answer. A row that could not be read, or has no id, goes by its number."""
    if id_column is None:
        return table.numbers
    if not any(row is not None and id_column in row for row in table.rows):
        raise NotReadable(_why("no_such_column", id_column))
    cells = [row.get(id_column) if row is not None else None for row in table.rows]
    return [
        f"row {number}" if cell is None or cell == "" else str(cell).strip()
        for number, cell in zip(table.numbers, cells, strict=True)
    ]


def _warn_of_repeats(names: Sequence[str], id_column: str | None) -> None:
    """Rows are answered in their order: whoever meets one id twice can still count the lines."""
    repeated = {name: count for name, count in Counter(names).items() if count > 1}
    if repeated:
        rows = sum(repeated.values())
        _say(
            f"duplicate_ids: {id_column}: {len(repeated)} values name {rows} rows; lines stand in the order of the file"
            f" / {len(repeated)} 个编号重复，涉及 {rows} 行；结果按原文件顺序排列"
        )


def _all_clusters(size: int, matched: Matched, places: Sequence[int]) -> Iterator[int]:
    """Numbers in the order of first appearance; a row that could not be read is a cluster of its own."""
    cluster_of = dict(zip(places, matched.clusters, strict=True))
    names: dict[int, int] = {}
    for place in range(size):
        yield names.setdefault(cluster_of.get(place, -1 - place), len(names) + 1)


def _write_clusters(out: Path, id_column: str | None, names: Sequence[str], clusters: Iterator[int]) -> None:
    with out.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow((id_column or "row", "cluster_id"))
        writer.writerows(zip(names, clusters, strict=True))


def _write_review(out: Path, matched: Matched, names: Sequence[str]) -> None:
    with out.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(("one", "other", "log2_odds", "rule", "evidence"))
        writer.writerows(
            (names[one], names[other], f"{score.total:.2f}", score.rule or "", _show_levels(score))
            for one, other, score in matched.review
        )


def _show_levels(score: Score) -> str:
    return "; ".join(f"{name} {level}" for name, level in score.levels.items())


def _say_summary(table: _Table, columns: Columns, matched: Matched) -> None:
    clusters = len(set(matched.clusters))
    unread = sum(row is None for row in table.rows)
    _say(
        f"{len(table.rows)} rows: {clusters + unread} people, {len(matched.review)} pairs to review, {unread} rows not read"
    )
    if columns.ignored:
        _say(f"not compared: {', '.join(columns.ignored)}")


def _show_columns(columns: Columns) -> str:
    known = [f"{part} = {' + '.join(headings)}" for part, headings in columns.parts]
    return ", ".join(known + [f"{heading} (other)" for heading in columns.extras])


def _say(message: str) -> None:
    print(message, file=sys.stderr)
