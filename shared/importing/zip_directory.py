"""What the directory of a zip gives away before anything is unpacked."""

from collections.abc import Sequence
from itertools import pairwise
from zipfile import ZipInfo

ENCRYPTED = 0x1
"""The bit of an entry's flags."""


def overlap(entries: Sequence[ZipInfo]) -> bool:
    """Two entries share bytes: one packed text stands for many."""
    by_offset = sorted(entries, key=lambda entry: entry.header_offset)
    return any(one.header_offset + one.compress_size > two.header_offset for one, two in pairwise(by_offset))
