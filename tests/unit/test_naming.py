"""What no tracked file may name: places of one machine, hosts of package indexes, tools that helped to write it."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
# Written in pieces: this file is searched, too.
MACHINE = ("/wo" + "rk/", "/ro" + "ot/", "/ho" + "me/", "/Us" + "ers/", "/tmp/" + "bash", "C:" + "\\Users")
INDEXES = ("py" + "pi.org", "python" + "hosted", "py" + "pi.python", "anaconda" + ".org", "simple" + "index")
TOOLS = (
    "cl" + "aude",
    "anth" + "ropic",
    "chat" + "gpt",
    "open" + "ai",
    "co" + "pilot",
    "code" + "x",
    "gem" + "ini",
)
ATTRIBUTION = ("co-authored" + "-by", "generated" + " with", "generated" + " by ai")
ANYWHERE = re.compile("|".join(map(re.escape, (*MACHINE, *INDEXES, *ATTRIBUTION))), re.IGNORECASE)
AS_WORD = re.compile(rf"(?<![a-z])(?:{'|'.join(TOOLS)})(?![a-z])", re.IGNORECASE)
BINARY = {".xlsx", ".png", ".ico", ".zip"}


def tracked() -> list[Path]:
    """Files under version control; without it (an unpacked archive), nothing to look at."""
    done = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=False,
    )
    if done.returncode != 0:
        pytest.skip("not a working copy")
    names = done.stdout.decode().split("\0")
    return [ROOT / name for name in names if name and (ROOT / name).is_file()]


def faults_in(text: str) -> list[str]:
    return [
        f"{number}: {line.strip()[:100]}"
        for number, line in enumerate(text.splitlines(), start=1)
        if ANYWHERE.search(line) or AS_WORD.search(line)
    ]


def test_no_file_names_a_machine_an_index_or_a_tool() -> None:
    files = tracked()
    assert len(files) > 100
    found = {}
    for file in files:
        name = file.relative_to(ROOT).as_posix()
        text = "" if file.suffix in BINARY else file.read_text(encoding="utf-8", errors="replace")
        if faults := faults_in(text) + faults_in(name):
            found[name] = faults
    assert found == {}


@pytest.mark.parametrize(
    "line",
    [
        pytest.param("see /wo" + "rk/main/x.py", id="place"),
        pytest.param("https://py" + "pi.org/simple", id="index"),
        pytest.param("files.python" + "hosted.org", id="file host"),
        pytest.param("written by Cl" + "aude", id="tool"),
        pytest.param("Co-Authored" + "-By: somebody", id="attribution"),
    ],
)
def test_faults_are_found(line: str) -> None:
    assert faults_in(line)


@pytest.mark.parametrize(
    "line", ["network/main", "a codexes", "reopenaired", "in the root/ folder of the archive"]
)
def test_ordinary_words_are_no_faults(line: str) -> None:
    assert faults_in(line) == []
