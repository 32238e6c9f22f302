"""A headless Chromium, spoken to over its DevTools pipe: what a page shows and loads, and what a click does."""

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-extensions",
    "--no-first-run",
    "--no-default-browser-check",
    "--disable-background-networking",
    "--remote-debugging-pipe",
)


def find_chromium() -> str | None:
    names = ("chromium", "chromium-browser", "google-chrome", "chrome")
    return next((found for name in names if (found := shutil.which(name))), None)


@dataclass
class Browser:
    """One page. `requests` are the addresses that it asked for, `faults` what it refused or failed to load."""

    read_fd: int
    write_fd: int
    session: str = ""
    requests: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    _sent: int = 0
    _left: bytes = b""
    _events: list[str] = field(default_factory=list)

    def open(self, url: str) -> None:
        """Goes to a page and waits until it is there."""
        self._events.clear()
        self.ask("Page.navigate", url=url)
        self._wait_for("Page.loadEventFired")

    def click(self, selector: str) -> None:
        """Clicks what a person would click, and waits for the page that follows."""
        self._events.clear()
        self.run(f"document.querySelector({json.dumps(selector)}).click()")
        self._wait_for("Page.loadEventFired")

    def run(self, script: str) -> Any:  # noqa: ANN401 (JSON)
        answer = self.ask("Runtime.evaluate", expression=script, returnByValue=True)
        return answer["result"].get("value")

    def text(self) -> str:
        return str(self.run("document.body.innerText"))

    def ask(self, method: str, **params: object) -> dict[str, Any]:
        """The answer to a command; events that come before it are noted."""
        self._sent += 1
        told: dict[str, Any] = {"id": self._sent, "method": method, "params": params}
        if self.session:
            told["sessionId"] = self.session
        os.write(self.write_fd, json.dumps(told).encode() + b"\0")
        while True:
            message = self._next()
            if message.get("id") == self._sent:
                assert "error" not in message, message
                return dict(message["result"])

    def _wait_for(self, event: str) -> None:
        while event not in self._events:
            self._next()

    def _next(self) -> dict[str, Any]:
        while b"\0" not in self._left:
            got = os.read(self.read_fd, 65536)
            assert got, "the browser is gone"
            self._left += got
        line, _, self._left = self._left.partition(b"\0")
        message: dict[str, Any] = json.loads(line)
        self._note(message.get("method", ""), message.get("params", {}))
        return message

    def _note(self, event: str, params: dict[str, Any]) -> None:
        self._events.append(event)
        if event == "Network.requestWillBeSent":
            self.requests.append(params["request"]["url"])
        if event in ("Network.loadingFailed", "Log.entryAdded"):
            self.faults.append(json.dumps(params)[:300])


@contextmanager
def a_browser(chromium: str, folder: Path) -> Iterator[Browser]:
    """A browser with one empty page, gone at the end of the block."""
    to_browser, from_us = os.pipe()
    from_browser, to_us = os.pipe()
    # Chromium reads commands from descriptor 3 and writes to 4.
    script = f'exec "$0" "$@" 3</proc/self/fd/{to_browser} 4>/proc/self/fd/{to_us}'
    process = subprocess.Popen(
        ["/bin/sh", "-c", script, chromium, *FLAGS, f"--user-data-dir={folder}", "about:blank"],
        pass_fds=(to_browser, to_us),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    os.close(to_browser)
    os.close(to_us)
    try:
        browser = Browser(from_browser, from_us)
        target = browser.ask("Target.createTarget", url="about:blank")["targetId"]
        browser.session = browser.ask("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Network", "Log"):
            browser.ask(f"{domain}.enable")
        yield browser
    finally:
        process.terminate()
        process.wait(timeout=10)
        os.close(from_us)
        os.close(from_browser)
