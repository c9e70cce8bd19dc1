"""A sale in the shop becomes an order in MplusKASSA by itself: sensor, daemon, run worker, all as in production."""

import os
import shutil
import signal
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from posbridge_dagster_tests.flows.coupling import Coupling, paired
from posbridge_dagster_tests.flows.little_shop import little_shop, sale

ROOT = Path(__file__).parents[3]
SALES = 10
BUDGET_S = 20.0
PATIENCE_S = 180.0


@contextmanager
def daemon(coupling: Coupling) -> Iterator["subprocess.Popen[bytes]"]:
    """Run Dagster's daemon with the project's own dagster.yaml and workspace.yaml; it and all it started end with the block."""
    home = coupling.home / "dagster"
    home.mkdir()
    shutil.copy(ROOT / "dagster.yaml", home)
    environment = {**os.environ, **coupling.environment, "DAGSTER_HOME": str(home), "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "dagster._daemon", "run", "-w", str(ROOT / "workspace.yaml")]
    with (coupling.home / "daemon.log").open("wb") as log:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log, start_new_session=True)
    try:
        yield process
    finally:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def arrival_s(coupling: Coupling, process: "subprocess.Popen[bytes]", number: int) -> float:
    """Sell something now and return the seconds until MplusKASSA has it."""
    started, pause = time.monotonic(), threading.Event()
    coupling.sell(replace(sale(number), created_at=datetime.now(UTC)))
    while str(number) not in coupling.orders():
        log = coupling.home / "daemon.log"
        assert process.poll() is None, log.read_text()[-3000:]
        assert time.monotonic() < started + PATIENCE_S, log.read_text()[-3000:]
        pause.wait(0.1)
    return time.monotonic() - started


@pytest.mark.prove
@pytest.mark.timeout(1800)
def test_a_sale_arrives_within_twenty_seconds(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with paired(little_shop(), tmp_path) as coupling, daemon(coupling) as process:
        arrival_s(coupling, process, 1)  # the daemon comes up meanwhile
        seconds = sorted(arrival_s(coupling, process, number) for number in range(2, SALES + 2))
        p95 = statistics.quantiles(seconds, n=20, method="inclusive")[-1]
        with capsys.disabled():
            print(f"\nsale to order: median {statistics.median(seconds):.1f} s, p95 {p95:.1f} s over {SALES} sales")
        assert p95 <= BUDGET_S
        assert len(coupling.orders()) == SALES + 1
        assert coupling.quarantined() == {}
