"""The sandbox of the demo: both pretend systems in a process of their own, and nothing of the real settings in reach."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import chdir, contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import click
import requests

START_S = 60
STOP_S = 20
STOPPING = (signal.SIGTERM, signal.SIGINT)
_OURS = ("POSBRIDGE_", "SHOPIFY_", "MPLUS_", "DAGSTER_")


class Systems:
    """The two sandbox systems, seen through their control endpoints."""

    def __init__(self, announcement: Mapping[str, Any]) -> None:
        self.environment: dict[str, str] = dict(announcement["environment"])
        self._urls = [self.environment[f"{name}_API_URL"] for name in ("SHOPIFY", "MPLUS")]

    def forget_calls(self) -> None:
        """Empty the logs of calls."""
        for url in self._urls:
            _ask("DELETE", url, "calls")

    def writes(self) -> int:
        """Return how many calls changed something since the logs were emptied."""
        return sum(call["wrote"] for url in self._urls for call in _ask("GET", url, "calls"))

    def both_sides(self, results: list[dict[str, Any]]) -> dict[str, Any]:
        """Return what either system holds by itself, and the results that explain a difference."""
        shopify, mplus = (_ask("GET", url, "state") for url in self._urls)
        return {"shopify": shopify, "mplus": mplus, "results": results}


@contextmanager
def sandbox(folder: Path, first_day: date, days: int, orders_per_day: int) -> Iterator[Systems]:
    """Run both systems until the block ends, however it ends; raises click.ClickException when they do not start."""
    ready, log = folder / "ready.json", folder / "sandbox.log"
    command = [sys.executable, "-m", "posbridge_dagster.cli", "sandbox", "--shopify-port", "0", "--mplus-port", "0", "--plan", "plus"]
    command += ["--first-day", first_day.isoformat(), "--days", str(days), "--orders-per-day", str(orders_per_day)]
    process = None
    with log.open("w") as sink:
        try:
            with _held_back():
                process = subprocess.Popen([*command, "--ready-file", str(ready)], stdout=sink, stderr=sink, stdin=subprocess.DEVNULL)
            _await_ready(process, ready, log)
            yield Systems(json.loads(ready.read_text()))
        finally:
            if process is not None:
                _end(process)


@contextmanager
def alone(folder: Path, mappings: Path) -> Iterator[None]:
    """Let no setting of the environment or of `.env` be seen, so that the demo cannot reach a real ledger, store or system."""
    kept = dict(os.environ)
    for name in [name for name in kept if name.startswith(_OURS)]:
        del os.environ[name]
    os.environ.update(POSBRIDGE_HOME=str(folder / "home"), POSBRIDGE_MAPPINGS=str(mappings))
    try:
        with chdir(folder):
            yield
    finally:
        os.environ.clear()
        os.environ.update(kept)


def _ask(method: str, url: str, what: str) -> Any:
    with requests.Session() as session:
        session.trust_env = False  # a proxy has no business on loopback
        return session.request(method, f"{url}/control/{what}", timeout=60).json()


@contextmanager
def _held_back() -> Iterator[None]:
    """Let no signal come between a process that starts and the name it is ended by; it is delivered when the block ends.

    The process inherits this. That does no harm: the sandbox holds the same signals back and fetches them when it serves.
    """
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, STOPPING)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)


def _await_ready(process: "subprocess.Popen[bytes]", ready: Path, log: Path) -> None:
    ends = time.monotonic() + START_S
    while not ready.exists():
        if process.poll() is not None or time.monotonic() > ends:
            raise click.ClickException(f"the sandbox did not start: {log.read_text()[-2000:].strip()}")
        time.sleep(0.1)


def _end(process: "subprocess.Popen[bytes]") -> None:
    process.terminate()
    try:
        process.wait(timeout=STOP_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
