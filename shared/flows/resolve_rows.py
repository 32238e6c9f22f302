"""A file that was mended and imported again: what its earlier imports put aside is resolved, row by row (R2).

The rows that are kept aside of a file stand in its order, and are met in step with reading it: one request more for a
file (and sheet) of which nothing is kept, whatever its length. An unreadable row is resolved when this import has read
past its place and found no such fault. A refused record is resolved by the record that stands at its place now, where
that says much the same; ingest does it, once it knows what became of that record. What is refused in just the same
way stays the same open row.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from typing import Any, Final

from shared.flows.message_cells import message_cells, read_raw
from shared.importing.problems import ProblemCode, RowProblem
from shared.importing.rows import RawRecord
from shared.ports import Item, Items, Put, query_all
from shared.store.control import Job
from shared.store.quarantine import (
    is_open,
    message_content,
    put_quarantine,
    quarantine_key,
    resolve_row,
    row_id,
    rows_of_file,
    system_name,
)

REPLACES, REPEATS = "replaces", "repeats"
"""Names in the origin of a message: rows that it stands for now, and the row that it would be if refused again."""
_SAME_SHARE: Final = 0.5
"""Of the values of a refused record: so many must stand in the new one, else another file has taken the name."""
_SYSTEMS_MOST: Final = 8
"""A file speaks for its own system, and for some that it names."""
_NOT_VALUES: Final = frozenset({"system", "kind", "id"})
_BROKEN_OFF: Final = frozenset(
    code.value
    for code in (
        ProblemCode.ARCHIVE_BROKEN,
        ProblemCode.ARCHIVE_UNSAFE,
        ProblemCode.MARKUP_BROKEN,
        ProblemCode.MARKUP_UNSAFE,
        ProblemCode.WORKBOOK_BROKEN,
        ProblemCode.TOO_MANY_ROWS,
        ProblemCode.TOO_MANY_UNNUMBERED,
    )
)
"""Nobody has read what comes behind these."""

Found = RawRecord | RowProblem


def put_problem(problem: RowProblem, job: Job, at: datetime) -> Put:
    """An unreadable row, kept aside with its reason."""
    return put_quarantine(
        system=job.system,
        reason=problem.code.value,
        issues=(),
        raw=json.dumps({"detail": problem.detail}),
        content=_content(problem),
        at=at,
        origin={"file": _file(problem, job), "row": problem.row},
    )


def _content(problem: RowProblem) -> str:
    return f"{problem.code.value} {problem.detail}"


def _file(found: Found, job: Job) -> str:
    if not isinstance(found, RowProblem):
        return str(found["origin"]["file"])
    return job.file if found.sheet is None else f"{job.file}#{found.sheet}"


def _row(found: Found) -> int:
    return found.row if isinstance(found, RowProblem) else int(found["origin"]["row"])


# --- while a file is read ------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Kept:
    """The open rows of a file (and sheet) in one system, each taken once."""

    rows: Iterator[Item]
    next: Item | None = None

    def __post_init__(self) -> None:
        self.next = next(self.rows, None)

    def until(self, row: int) -> Iterator[Item]:
        """Those up to this place, which is included."""
        while self.next is not None and int(str(self.next["row"])) <= row:
            item, self.next = self.next, next(self.rows, None)
            yield item


@dataclass(slots=True)
class _Walk:
    job: Job
    items: Items
    at: datetime
    kept: dict[tuple[str, str], _Kept] = field(default_factory=dict)
    is_broken: bool = False
    read: set[str] = field(default_factory=set)
    """Files (and sheets) that gave a record."""

    def settle(self, file: str, row: int, members: Sequence[Found]) -> Sequence[Found]:
        """What stands at a place now, marked with the rows it replaces; notes up to there are resolved."""
        records = [one for one in members if not isinstance(one, RowProblem)]
        if records:
            self.read.add(file)
        self.is_broken = self.is_broken or any(
            isinstance(one, RowProblem) and one.code.value in _BROKEN_OFF for one in members
        )
        named = {system_name(one.get("system")) for one in records} | {self.job.system}
        for system in sorted(named):
            kept = self._kept(system, file)
            if kept is None or kept.next is None:
                continue
            for item in list(kept.until(row)):
                self._meet(item, system, row, members)
        return members

    def _kept(self, system: str, file: str) -> _Kept | None:
        if (system, file) not in self.kept:
            if system != self.job.system and len({name for name, _ in self.kept}) >= _SYSTEMS_MOST:
                return None
            rows = query_all(self.items, rows_of_file(system, file))
            self.kept[system, file] = _Kept(item for item in rows if is_open(item))
        return self.kept[system, file]

    def _meet(self, item: Item, system: str, row: int, members: Sequence[Found]) -> None:
        if item["row"] != row:
            self._resolve_note(item, system)
            return
        same = [one for one in members if self._id_of(one) == item["sk"]]
        if same:
            _mark(same[0], REPEATS, item)
        elif not self._resolve_note(item, system):
            successor = _successor(item, members)
            if successor is not None:
                _mark(successor, REPLACES, item)

    def _id_of(self, found: Found) -> str:
        content = _content(found) if isinstance(found, RowProblem) else message_content(found)
        return row_id(_file(found, self.job), _row(found), content)

    def _resolve_note(self, item: Item, system: str) -> bool:
        if read_raw(item) is not None:
            return False
        key = quarantine_key(system, str(item["sk"]))
        self.items.update_if(resolve_row(key, by=self.job.job_id, at=self.at))
        return True

    def finish(self) -> None:
        """The file was read: notes behind its last row, or of a file that gave no row at all, are over."""
        if self.is_broken or not self.read:
            return
        self._kept(self.job.system, self.job.file)
        for (system, file), kept in self.kept.items():
            while kept.next is not None and file in {self.job.file, *self.read}:
                for item in list(kept.until(int(str(kept.next["row"])))):
                    self._resolve_note(item, system)


def resolve_rows(found: Iterable[Found], *, job: Job, items: Items, at: datetime) -> Iterator[Found]:
    """The same records and problems, marked with what they replace of earlier imports of the file."""
    walk = _Walk(job, items, at)
    for (file, row), members in groupby(found, key=lambda one: (_file(one, job), _row(one))):
        yield from walk.settle(file, row, list(members))
    walk.finish()


def _mark(found: Found, name: str, item: Item) -> None:
    if isinstance(found, RowProblem):
        return
    origin = found["origin"]
    sk = str(item["sk"])
    origin[name] = sk if name == REPEATS else [*origin.get(REPLACES, ()), sk]


def _successor(item: Item, members: Sequence[Found]) -> RawRecord | None:
    """The record at the place that says much the same: of the same kind where there is one, else the row's first."""
    records = [one for one in members if not isinstance(one, RowProblem)]
    raw = read_raw(item)
    if raw is None or not records:
        return None
    found = next((one for one in records if one.get("kind") == raw.get("kind")), records[0])
    said, says = _values(raw), _values(found)
    return found if said and len(said & says) >= _SAME_SHARE * len(said) else None


def _values(raw: Mapping[str, Any]) -> set[str]:
    return {
        text.strip() for path, text in message_cells(raw).items() if path not in _NOT_VALUES and text.strip()
    }


# --- when a record has its outcome ---------------------------------------------------------------------------


def resolve_replaced(raw: object, *, is_refused: bool, items: Items, at: datetime) -> None:
    """Ends the rows that a message stands for; the row that it is itself only when it was not refused again."""
    origin = raw.get("origin") if isinstance(raw, Mapping) else None
    if not isinstance(raw, Mapping) or not isinstance(origin, Mapping):
        return
    replaced = origin.get(REPLACES)
    names = list(replaced) if isinstance(replaced, list) else []
    names += [] if is_refused else [origin.get(REPEATS)]
    for name in names:
        if isinstance(name, str) and name:
            key = quarantine_key(system_name(raw.get("system")), name)
            items.update_if(resolve_row(key, by=str(origin.get("job_id")), at=at))
