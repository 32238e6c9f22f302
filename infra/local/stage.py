"""Stages what is deployed: `.build/code` (functions + shared) and `.build/layers/<name>/python`, with bytecode.

The artifact is a copy, never the checkout: the checkout may hold reports and local state with personal data.
Bytecode is compiled here because /var/task is read-only: without it, every cold start compiles again.

    python -m infra.local.stage [--runtime python3.13 --architecture arm64]
"""

import argparse
import fcntl
import hashlib
import platform
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

ROOT = Path(__file__).parents[2]
BUILD = ROOT / ".build"
REQUIREMENTS = ROOT / "infra" / "requirements"
SOURCES = ("functions", "shared")
LEFT_OUT = ("memory", "tests", "__pycache__", "*.pyc", ".*")
"""`shared/memory` is for simulators and tests."""
WHEELS = {"arm64": "manylinux2014_aarch64", "x86_64": "manylinux2014_x86_64"}


@dataclass(frozen=True, slots=True)
class Target:
    """What Lambda runs: a runtime like `python3.13`, and `arm64` or `x86_64`."""

    runtime: str
    architecture: str

    @property
    def minor(self) -> str:
        return self.runtime.removeprefix("python")


def this_machine() -> Target:
    """The target whose code this interpreter can run; the embedded stack uses it."""
    arm = platform.machine().lower() in ("arm64", "aarch64")
    minor = f"{sys.version_info.major}.{sys.version_info.minor}"
    return Target(f"python{minor}", "arm64" if arm else "x86_64")


def layer_names() -> tuple[str, ...]:
    """The layers, by their requirement files."""
    return tuple(sorted(path.stem.removeprefix("layer-") for path in REQUIREMENTS.glob("layer-*.txt")))


def stage(target: Target, build: Path = BUILD) -> Path:
    """The build folder, brought up to date. What has not changed is not done again; two that stage take turns."""
    build.mkdir(parents=True, exist_ok=True)
    with (build / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        _stage(target, build)
    return build


def _stage(target: Target, build: Path) -> None:
    _refresh(build / "code", _hash_of(_code_parts(target)), partial(_copy_code, target=target))
    for name in layer_names():
        pins = REQUIREMENTS / f"layer-{name}.txt"
        digest = _hash_of([repr(target).encode(), str(_is_native(target)).encode(), pins.read_bytes()])
        _refresh(build / "layers" / name, digest, partial(_install, pins=pins, target=target))


def _refresh(folder: Path, digest: str, fill: Callable[[Path], None]) -> None:
    stamp = folder.with_name(f"{folder.name}.stamp")
    if folder.is_dir() and stamp.is_file() and stamp.read_text() == digest:
        return
    folder.parent.mkdir(parents=True, exist_ok=True)
    fresh = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    fresh.chmod(0o755)
    fill(fresh)
    stamp.unlink(missing_ok=True)
    shutil.rmtree(folder, ignore_errors=True)
    fresh.rename(folder)
    stamp.write_text(digest)


def _code_parts(target: Target) -> Iterable[bytes]:
    yield repr((target, LEFT_OUT, _is_native(target))).encode()
    for source in SOURCES:
        for path in sorted((ROOT / source).rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts:
                yield path.relative_to(ROOT).as_posix().encode()
                yield path.read_bytes()


def _hash_of(parts: Iterable[bytes]) -> str:
    digest = hashlib.sha256()
    for part in parts:
        digest.update(len(part).to_bytes(8, "big") + part)
    return digest.hexdigest()


def _copy_code(folder: Path, target: Target) -> None:
    for source in SOURCES:
        shutil.copytree(ROOT / source, folder / source, ignore=shutil.ignore_patterns(*LEFT_OUT))
    _compile(folder, target)


def _install(folder: Path, pins: Path, target: Target) -> None:
    packages = folder / "python"
    pip = [sys.executable, "-m", "pip", "install", "-qq", "--disable-pip-version-check"]
    where = [] if _is_native(target) else ["--platform", WHEELS[target.architecture]]
    where += [] if _is_native(target) else ["--python-version", target.minor, "--implementation", "cp"]
    chosen = ["--no-deps", "--only-binary=:all:", "--no-compile", "--require-hashes", "-r", str(pins)]
    subprocess.run([*pip, "--target", str(packages), *where, *chosen], check=True)
    shutil.rmtree(packages / "bin", ignore_errors=True)
    _compile(folder, target)


def _is_native(target: Target) -> bool:
    return target == this_machine()


def _compile(folder: Path, target: Target) -> None:
    """Bytecode of another minor version would be ignored, so only the target's own interpreter writes it."""
    python = _interpreter(target)
    if python is None:
        print(
            f"no {target.runtime} here: staged without bytecode, cold starts will be slower", file=sys.stderr
        )
        return
    command = [python, "-m", "compileall", "-q", "-j", "0", "--invalidation-mode", "unchecked-hash"]
    # -s: tracebacks and bytecode must not carry the path of the machine that built them
    subprocess.run([*command, "-s", str(folder), str(folder)], check=True)


def _interpreter(target: Target) -> str | None:
    if target.runtime == this_machine().runtime:
        return sys.executable
    found = shutil.which(target.runtime)
    # A version manager's shim is found, but does not run unless that version is active.
    if found and subprocess.run([found, "-c", ""], capture_output=True, check=False).returncode == 0:
        return found
    return None


def main() -> None:
    here = this_machine()
    parser = argparse.ArgumentParser(description="Stages code and layers into .build/.")
    parser.add_argument("--runtime", default=here.runtime)
    parser.add_argument("--architecture", default=here.architecture, choices=sorted(WHEELS))
    asked = parser.parse_args()
    target = Target(asked.runtime, asked.architecture)
    print(stage(target))
    if _interpreter(target) is None:
        print(f"no {target.runtime} here: staged without bytecode, cold starts take longer", file=sys.stderr)


if __name__ == "__main__":
    main()
