"""What became of the records of an import job: counted exactly in a few reads, however many records it has.

The outcomes of a hundred records stand in one item, a leaf. A full leaf is counted in the node above it, a full node
in the one above that. Nothing is counted twice: each child has its own place in its node, and only a replay, which
moves outcomes out of quarantine, may change what stands there. Whoever fills a leaf, or finds it full, counts it: a
crash in between is mended by the delivery that follows, or by the sweep.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from shared.ports import Absent, AnyOf, Is, Item, Items, Key, Refused, Table, Update

OUTCOMES: Final = ("new", "updated", "unchanged", "quarantined")
_LETTERS: Final = dict(zip(OUTCOMES, "nusq", strict=True))
"""As stored: a full leaf is below 1 KB, one write unit."""
WIDTH: Final = 100
"""Records of a leaf, and children of a node."""
_SHARDS: Final = 16
"""Partitions that the items of a job are spread over."""
OPEN_READ: Final = 1_000
"""Items of one height that are not full and are read at most; the keys of ten requests."""
_KEYS_AT_ONCE: Final = 100

_Counts = tuple[int, ...]
"""Records by outcome, in the order of OUTCOMES."""


# --- write ---------------------------------------------------------------------------------------------------


def note_outcomes(items: Items, job_id: str, outcomes: Mapping[int, str]) -> None:
    """Keeps what became of records of a job, by ordinal: one write for each leaf touched, one more for each filled.

    The first outcome stands: a second delivery changes nothing.
    """
    leaves: dict[int, dict[str, Any]] = {}
    for seq, outcome in outcomes.items():
        leaves.setdefault(seq // WIDTH, {})[f"s{seq % WIDTH}"] = _LETTERS[outcome]
    for leaf, values in sorted(leaves.items()):
        done = items.update_if(Update(_key(job_id, 0, leaf), set_if_absent=values))
        _count_up(items, job_id, 0, leaf, done.item if not isinstance(done, Refused) else done.old)


def move_outcome(items: Items, job_id: str, seq: int, outcome: str) -> None:
    """A record of a job that was quarantined has another outcome now: the sum of the job stays."""
    leaf, name = seq // WIDTH, f"s{seq % WIDTH}"
    may_move = AnyOf((Absent(name), Is(name, "=", _LETTERS["quarantined"])))
    done = items.update_if(Update(_key(job_id, 0, leaf), set={name: _LETTERS[outcome]}, condition=may_move))
    _count_up(items, job_id, 0, leaf, done.old if isinstance(done, Refused) else done.item)


def _count_up(items: Items, job_id: str, height: int, index: int, item: Item | None) -> None:
    """Counts an item that is full in the node above it, and so on upwards; doing it again changes nothing."""
    while item is not None and _is_full(item, height):
        counts = _count(item, height)
        (index, child), height = divmod(index, WIDTH), height + 1
        # Outcomes of a full item change only from quarantined to something else: fewer of these is newer.
        quarantined = counts[-1]
        is_newer = AnyOf((Absent(f"q{child}"), Is(f"q{child}", ">", quarantined)))
        values: dict[str, Any] = {f"c{child}": list(counts[:-1]), f"q{child}": quarantined}
        done = items.update_if(Update(_key(job_id, height, index), set=values, condition=is_newer))
        item = done.old if isinstance(done, Refused) else done.item


def _key(job_id: str, height: int, index: int) -> Key:
    return Key(Table.CONTROL, f"PROGRESS#{job_id}#{index % _SHARDS:02d}", f"{height}#{index:010d}")


# --- read ----------------------------------------------------------------------------------------------------


def count_outcomes(
    items: Items, job_id: str, records: int, *, most: int | None = OPEN_READ, is_mending: bool = False
) -> Counter[str]:
    """How many of the first so many records of a job have which outcome.

    What is full is not read again: a job that is done costs an item or two for each power of a hundred. Of what is not, the
    oldest `most` items of each height are read (None: all), so that the sum may be too small while more are under
    way, and is never too large. Mending counts what a crash has left uncounted.
    """
    total: Counter[str] = Counter()
    widths = _widths(records)
    open_items = [0] if widths else []
    for height in reversed(range(len(widths))):
        children: list[int] = []
        for index, item in _read(items, job_id, height, open_items[:most]):
            if is_mending and height + 1 < len(widths):
                _count_up(items, job_id, height, index, item)
            total.update(dict(zip(OUTCOMES, _count(item, height), strict=True)))
            if height:
                children += _open_children(item, index, widths[height - 1])
        open_items = children
    return +total


def _widths(records: int) -> list[int]:
    """How many items of each height a job of so many records has."""
    widths = [-(-records // WIDTH)] if records else []
    while widths and widths[-1] > 1:
        widths.append(-(-widths[-1] // WIDTH))
    return widths


def _read(items: Items, job_id: str, height: int, indexes: Sequence[int]) -> Iterator[tuple[int, Item]]:
    for at in range(0, len(indexes), _KEYS_AT_ONCE):
        keys = {_key(job_id, height, index): index for index in indexes[at : at + _KEYS_AT_ONCE]}
        found = items.batch_get(list(keys))
        yield from ((index, found.get(key, {})) for key, index in keys.items())


def _open_children(item: Item, index: int, width: int) -> Iterator[int]:
    first = index * WIDTH
    for child in range(min(WIDTH, width - first)):
        if f"q{child}" not in item:
            yield first + child


def _places(item: Item, letter: str) -> Iterator[Any]:
    return (value for name, value in item.items() if name[0] == letter and name[1:].isdigit())


def _is_full(item: Item, height: int) -> bool:
    return sum(1 for _ in _places(item, "q" if height else "s")) == WIDTH


def _count(item: Item, height: int) -> _Counts:
    if not height:
        letters = Counter(_places(item, "s"))
        return tuple(letters[letter] for letter in _LETTERS.values())
    used = [sum(column) for column in zip(*_places(item, "c"), strict=True)] or [0] * (len(OUTCOMES) - 1)
    return (*used, sum(_places(item, "q")))
