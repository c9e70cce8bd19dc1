"""A real browser, driven as a person does it: look for words on the page, point at them, click, type."""

import base64
import json
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import requests
from websockets.sync.client import ClientConnection, connect

PATIENCE_S = 120.0
SIZE = (1600, 900)
QUIET = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)

# The innermost elements on the screen whose own text is these words, the last drawn last: a dialog lies over the page.
_FIND = """
(words => [...document.querySelectorAll('button, a, span, div, label, td, input, h1')]
  .filter(each => (each.placeholder || each.innerText || '').trim() === words)
  .filter(each => ![...each.children].some(child => (child.innerText || '').trim() === words))
  .map(each => each.getBoundingClientRect())
  .filter(box => box.width && box.height && box.top >= 0 && box.top < innerHeight)
  .map(box => [box.x + box.width / 2, box.y + box.height / 2]))
"""


class Browser:
    """One page of a headless Chromium, through its own debugging protocol."""

    def __init__(self, connection: ClientConnection) -> None:
        self._connection = connection
        self._number = 0

    def ask(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Return the answer of one command of the protocol; a refused one fails."""
        self._number += 1
        self._connection.send(json.dumps({"id": self._number, "method": method, "params": parameters}))
        while True:
            answer: dict[str, Any] = json.loads(self._connection.recv(timeout=PATIENCE_S))
            if answer.get("id") == self._number:  # anything else is an event
                assert "error" not in answer, answer["error"]
                result: dict[str, Any] = answer["result"]
                return result

    def value(self, expression: str) -> Any:
        """Return what JavaScript makes of an expression in the page."""
        return self.ask("Runtime.evaluate", expression=expression, returnByValue=True)["result"].get("value")

    def open(self, url: str) -> None:
        """Go to an address."""
        self.ask("Page.navigate", url=url)

    def text(self) -> str:
        """Return all that can be read on the page."""
        return str(self.value("document.body ? document.body.innerText : ''"))

    def wait_for(self, words: str, *, patience_s: float = PATIENCE_S) -> str:
        """Wait until words can be read, and return the page's text; it fails with what stands there instead."""
        ends = time.monotonic() + patience_s
        while words not in (text := self.text()):
            assert time.monotonic() < ends, f"{words!r} never came; the page says: {text[:1500]}"
            time.sleep(0.2)
        return text

    def click(self, words: str, *, which: int = -1) -> None:
        """Click the middle of the element that says exactly these words; of several the one drawn last."""
        ends = time.monotonic() + PATIENCE_S
        while not (places := self.value(f"{_FIND}({json.dumps(words)})")):
            assert time.monotonic() < ends, f"nothing to click says {words!r}; the page says: {self.text()[:1500]}"
            time.sleep(0.2)
        x, y = places[which]
        for kind in ("mouseMoved", "mousePressed", "mouseReleased"):
            self.ask("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1)

    def fill(self, field: str, words: str) -> None:
        """Put words into the first field that a CSS selector finds, in the place of what stands there, and press Enter."""
        focus = f"(field => !!field && (field.focus(), field.select(), true))(document.querySelector({json.dumps(field)}))"
        ends = time.monotonic() + PATIENCE_S
        while not self.value(focus):
            assert time.monotonic() < ends, f"no field {field}; the page says: {self.text()[:1500]}"
            time.sleep(0.2)
        self.ask("Input.insertText", text=words)
        for kind in ("keyDown", "keyUp"):
            self.ask("Input.dispatchKeyEvent", type=kind, key="Enter", code="Enter", windowsVirtualKeyCode=13)

    def picture(self, file: Path) -> None:
        """Keep what the window shows as a PNG file."""
        file.write_bytes(base64.b64decode(self.ask("Page.captureScreenshot", format="png")["data"]))


def chromium() -> str | None:
    """Return where the browser is, or nothing where none is installed."""
    return os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")


@contextmanager
def browser(folder: Path) -> Iterator[Browser]:
    """Start a browser with an empty profile in a folder; it ends with the block."""
    window = f"--window-size={SIZE[0]},{SIZE[1]}"
    command = [str(chromium()), *QUIET, window, f"--user-data-dir={folder}", "--remote-debugging-port=0", "about:blank"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        with connect(_page(folder, process), max_size=None) as connection:
            yield Browser(connection)
    finally:
        process.terminate()
        process.wait(30)


def _page(folder: Path, process: "subprocess.Popen[bytes]") -> str:
    told, ends = folder / "DevToolsActivePort", time.monotonic() + PATIENCE_S
    while not (told.exists() and told.read_text().strip()):
        assert process.poll() is None, "the browser ended at once"
        assert time.monotonic() < ends, "the browser never came up"
        time.sleep(0.1)
    port = told.read_text().split()[0]
    pages = requests.get(f"http://127.0.0.1:{port}/json/list", timeout=30).json()
    return str(next(page["webSocketDebuggerUrl"] for page in pages if page["type"] == "page"))
