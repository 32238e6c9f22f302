"""Finds a stack that another command keeps running on the same state, so that a state never has two."""

import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from infra.local.emulator import HOST, Emulator, running_emulator
from infra.local.stack import Stack

KEPT = "session.json"


@dataclass(frozen=True, slots=True)
class Kept:
    """What is noted beside a state."""

    outputs: dict[str, str]
    outbox: Path
    fixed_at: datetime | None


def write_kept(folder: Path, kept: Kept) -> None:
    noted: dict[str, Any] = {
        "outputs": kept.outputs,
        "outbox": str(kept.outbox),
        "fixed_at": kept.fixed_at.isoformat() if kept.fixed_at else None,
    }
    (folder / KEPT).write_text(json.dumps(noted), encoding="utf-8")


def read_kept(folder: Path) -> Kept | None:
    """What is noted, or None where nothing was ever run."""
    file = folder / KEPT
    if not file.is_file():
        return None
    noted = json.loads(file.read_text(encoding="utf-8"))
    fixed_at = noted["fixed_at"]
    return Kept(
        noted["outputs"], Path(noted["outbox"]), datetime.fromisoformat(fixed_at) if fixed_at else None
    )


def running_stack(folder: Path) -> Stack | None:
    """The stack that runs on a state right now."""
    kept, port_file = read_kept(folder), folder / "port"
    if kept is None or not port_file.is_file():
        return None
    endpoint_url = f"http://{HOST}:{port_file.read_text().strip()}"
    try:
        with urllib.request.urlopen(f"{endpoint_url}/_ministack/health", timeout=2):
            return Stack(Emulator(endpoint_url, folder / "emulator.log"), kept.outputs)
    except (urllib.error.URLError, OSError):
        return None


@contextmanager
def attached_stack(folder: Path, kept: Kept) -> Iterator[Stack]:
    """The running stack of a state, or its tables brought up for as long as the block lasts."""
    running = running_stack(folder)
    if running is not None:
        yield running
        return
    with running_emulator(folder.resolve(), persist=True) as emulator:
        yield Stack(emulator, kept.outputs)
