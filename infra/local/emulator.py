"""Runs the emulator (ministack) as a process of its own, on loopback, with an empty environment.

The emulator hands its environment and its site-packages to the functions it runs. So it gets nothing of the user's
environment, and an interpreter of its own with pinned packages.
"""

import json
import os
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config

from infra.local.faults import EmulatorFailed

ROOT = Path(__file__).parents[2]
REGION = "us-east-1"
HOST = "127.0.0.1"
START_S = 60
STOP_S = 60
"""A persistent stop writes all state: 4.5 s at 30,000 items."""


@dataclass(frozen=True, slots=True)
class Emulator:
    endpoint_url: str
    log_file: Path

    def client(self, name: str, *, timeout_s: int = 60) -> Any:
        """A boto3 client of the account's administrator."""
        return boto3.client(
            name,
            endpoint_url=self.endpoint_url,
            region_name=REGION,
            aws_access_key_id="test",
            aws_secret_access_key="test",
            config=Config(read_timeout=timeout_s, retries={"total_max_attempts": 1}),
        )


@contextmanager
def running_emulator(run_folder: Path, *, persist: bool) -> Iterator[Emulator]:
    """An emulator whose log and state live in `run_folder`; ends with the block.

    With `persist`, state is written when it stops and read at the next start. A hard kill loses what came between.
    """
    run_folder.mkdir(parents=True, exist_ok=True)
    port = _port(run_folder)
    emulator = Emulator(f"http://{HOST}:{port}", run_folder / "emulator.log")
    if persist:
        _forget_stream_positions(run_folder / "state" / "lambda.json")
    with emulator.log_file.open("ab") as log:
        process = subprocess.Popen(
            [str(_interpreter()), "-m", "ministack"],
            env=_environment(run_folder, port, persist=persist),
            cwd=run_folder,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # Ctrl-C is for the command, which then stops the emulator in order
        )
    try:
        _wait_until_healthy(process, emulator)
        yield emulator
    finally:
        _stop(process)


def _interpreter() -> Path:
    path = ROOT / ".venv-emulator" / "bin" / "python"
    if not path.exists():
        raise EmulatorFailed("there is no .venv-emulator: run `make setup`")
    return path


def _environment(run_folder: Path, port: int, *, persist: bool) -> dict[str, str]:
    scratch = run_folder / "tmp"
    scratch.mkdir(exist_ok=True)
    environment = {
        "PATH": os.defpath,
        "LANG": "C.UTF-8",
        "HOME": str(run_folder),
        "TMPDIR": str(scratch),
        "GATEWAY_PORT": str(port),
        "BIND_HOST": HOST,
        "MINISTACK_HOST": HOST,
        "STATE_DIR": str(run_folder / "state"),
        "IOT_MTLS_ENABLED": "0",
        "SFTP_ENABLED": "0",
        "LOG_LEVEL": "WARNING",
        "AUTH": "true",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": REGION,
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    if persist:
        environment |= {"PERSIST_STATE": "1", "S3_PERSIST": "1", "S3_DATA_DIR": str(run_folder / "s3")}
    return environment


def _port(run_folder: Path) -> int:
    """The port of the last run while it is free: stored queue addresses hold it."""
    kept = run_folder / "port"
    asked = int(kept.read_text()) if kept.is_file() else 0
    port = _free_port(asked) or _free_port(0)
    kept.write_text(str(port))
    return port


def _free_port(asked: int) -> int:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, asked))
        except OSError:
            return 0
        return int(probe.getsockname()[1])


def _forget_stream_positions(state: Path) -> None:
    """The emulator keeps the positions of stream readers but not the streams; a kept one would skip all changes."""
    if not state.is_file():
        return
    saved = json.loads(state.read_text(encoding="utf-8"))
    payload = saved.get("payload", saved)
    if payload.pop("dynamodb_stream_positions", None) is not None:
        state.write_text(json.dumps(saved), encoding="utf-8")


def _wait_until_healthy(process: subprocess.Popen[bytes], emulator: Emulator) -> None:
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise EmulatorFailed(f"the emulator ended with {process.returncode}; see {emulator.log_file}")
        try:
            with urllib.request.urlopen(f"{emulator.endpoint_url}/_ministack/health", timeout=2):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.05)
    raise EmulatorFailed(f"the emulator did not answer in {START_S} s; see {emulator.log_file}")


def _stop(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
