"""Runs Dagster's command line many times from one process that has loaded the libraries; each run is a process of its own.

Started with a JSON list of runs on standard input (arguments and environment); prints for each its status, the seconds it
took and what it printed. The definitions are not loaded before a run, so each reads its own settings.
"""

import importlib
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

PATIENCE_S = 120


@dataclass(frozen=True)
class Printed:
    """How a command ended: exit status, seconds, and both streams in the order in which they were written."""

    status: int
    seconds: float
    text: str

    @property
    def last_line(self) -> str:
        """The last line that says anything."""
        return [line for line in self.text.splitlines() if line.strip()][-1]


def dagster(runs: Mapping[str, tuple[Sequence[str], Mapping[str, str]]]) -> dict[str, Printed]:
    """Run `dagster` with these arguments and variables, one after the other, and return how each ended, by name."""
    asked = json.dumps([{"arguments": list(arguments), "environment": dict(extra)} for arguments, extra in runs.values()])
    process = subprocess.run(
        [sys.executable, __file__], input=asked, capture_output=True, text=True, timeout=PATIENCE_S, check=False, env=_clean()
    )
    assert process.returncode == 0, process.stderr
    return {name: Printed(**printed) for name, printed in zip(runs, json.loads(process.stdout), strict=True)}


def _clean() -> dict[str, str]:
    ours = ("POSBRIDGE_", "SHOPIFY_", "MPLUS_", "DAGSTER_")
    return {name: value for name, value in os.environ.items() if not name.startswith(ours)}


def _run(arguments: list[str], environment: dict[str, str]) -> dict[str, Any]:
    with tempfile.TemporaryFile() as sink:
        started = time.monotonic()
        child = os.fork()
        if child == 0:
            os.dup2(sink.fileno(), 1)
            os.dup2(sink.fileno(), 2)
            os.environ.update(environment)
            from dagster._cli import cli

            cli(arguments, prog_name="dagster")
        _, status = os.waitpid(child, 0)
        sink.seek(0)
        text = sink.read().decode()
    return {"status": os.waitstatus_to_exitcode(status), "seconds": time.monotonic() - started, "text": text}


def _load_what_takes_long() -> None:
    """Load libraries, and what of posbridge reads no setting while it is loaded."""
    for module in ("dagster._cli", "posbridge_dagster.instance", "posbridge_dagster.resources", "posbridge_dagster.mapping"):
        importlib.import_module(module)


if __name__ == "__main__":
    _load_what_takes_long()
    print(json.dumps([_run(**run) for run in json.load(sys.stdin)]))
