"""The demo as people run it. What it leaves behind is looked for in the folder of temporary files and among the processes."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from posbridge_dagster.cli.demo_tables import balance_table, balanced, days_table, flows_table, said_of
from posbridge_dagster.cli.screen import PAGE, screen

ROOT = Path(__file__).parents[2]
PATIENCE_S = 170
COUNTS = {"read": 35, "created": 30, "updated": 0, "unchanged": 2, "skipped": 1, "quarantined": 2, "failed": 0}


@contextmanager
def started(folder: Path, **variables: str) -> Iterator["subprocess.Popen[str]"]:
    """Start the demo with a folder of temporary files of its own; whatever is left of it at the end is killed."""
    environment = {**os.environ, "TMPDIR": str(folder), **variables}
    command = [sys.executable, "-u", "-m", "posbridge_dagster.cli", "demo"]
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        yield process
    finally:
        if process.poll() is None:
            for child in psutil.Process(process.pid).children(recursive=True):
                child.kill()
            process.kill()
        process.communicate()


def await_child(process: "subprocess.Popen[str]") -> psutil.Process:
    """Return the sandbox that the demo has started."""
    deadline, pause = time.monotonic() + PATIENCE_S, threading.Event()
    while not (children := psutil.Process(process.pid).children()):
        assert process.poll() is None and time.monotonic() < deadline, "no sandbox was started"
        pause.wait(0.05)
    return children[0]


def ended(sandbox: psutil.Process) -> bool:
    """Return whether a sandbox has ended by itself; one that has not is ended here."""
    _, alive = psutil.wait_procs([sandbox], timeout=5)
    for process in alive:
        process.kill()
    return not alive


@pytest.mark.parametrize("number", [pytest.param(signal.SIGTERM, marks=pytest.mark.prove), signal.SIGINT])
@pytest.mark.parametrize("when", ["Filling", pytest.param("first pass", marks=pytest.mark.prove)])
def test_stopped_at_any_moment_it_takes_the_sandbox_with_it_and_leaves_nothing(tmp_path: Path, number: signal.Signals, when: str) -> None:
    with started(tmp_path) as process:
        assert process.stdout is not None
        while not (line := process.stdout.readline()).startswith(when):
            assert line, "the demo ended by itself"
        sandbox = await_child(process)
        process.send_signal(number)
        rest, _ = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 1
    assert "Aborted!" in rest
    assert ended(sandbox)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.prove
def test_the_whole_demo_is_right_and_leaves_no_process_and_no_file(tmp_path: Path) -> None:
    real = {"POSBRIDGE_DATABASE_URL": f"sqlite:///{tmp_path / 'real.db'}", "SHOPIFY_API_URL": "https://example.myshopify.com"}
    with started(tmp_path, **real) as process:
        sandbox = await_child(process)
        printed, _ = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 0, printed
    assert "Both sides balance, and a second pass writes nothing." in printed
    assert "0 write calls" in printed
    assert max(map(len, printed.splitlines())) <= PAGE
    assert "…" not in printed
    assert ended(sandbox)
    assert list(tmp_path.iterdir()) == []


def test_outside_of_the_project_it_says_where_to_run(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "posbridge_dagster.cli", "demo"]
    ended = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False)
    assert ended.returncode == 1
    assert "run the demo in the folder of the project" in ended.stderr


def test_the_tables_of_a_large_week_fit_a_page() -> None:
    rows = [{"day": f"2026-10-{day}", **COUNTS, "sold": 123_456_789, "written": 123_456_789} for day in range(19, 26)]
    console = screen()
    with console.capture() as capture:
        console.print(days_table("The week", rows))
    printed = capture.get()
    assert "quarantined" in printed and "1,234,567.89" in printed and "…" not in printed
    assert "updated" not in printed and "failed" not in printed
    assert max(map(len, printed.splitlines())) <= PAGE


def test_what_a_run_came_to_fits_a_line_and_a_table() -> None:
    ended = {"created": 30, "unchanged": 2, "skipped": 1, "quarantined": 2}
    assert (
        said_of("orders_to_mplus 2026-10-19", ended)
        == "orders_to_mplus 2026-10-19: 35 read, 30 created, 2 unchanged, 1 skipped, 2 quarantined"
    )
    assert said_of("stock_to_shopify", {}) == "stock_to_shopify: nothing to do"
    console = screen()
    with console.capture() as capture:
        console.print(flows_table("All", {"categories_to_shopify": ended}))
    [line] = [line for line in capture.get().splitlines() if "categories_to_shopify" in line]
    assert line.split() == ["categories_to_shopify", "35", "30", "0", "2", "1", "2", "0"]


def test_a_cent_or_an_order_too_few_is_no_balance() -> None:
    def sides(order_id: str, cents: int) -> dict[str, object]:
        sale = {"id": "gid://shopify/Order/5", "sourceName": "pos", "total": "12.50", "cashRounding": "0.00"}
        return {"shopify": {"orders": [sale]}, "mplus": {"orders": [{"extOrderId": order_id, "totalInclAmount": cents}]}, "results": []}

    assert balanced(sides("shopify:sandbox:5", 1250))
    assert not balanced(sides("shopify:sandbox:5", 1249))
    assert not balanced(sides("till:5", 1250))
    console = screen()
    with console.capture() as capture:
        console.print(balance_table(sides("shopify:sandbox:5", 1249)))
    assert "0.01" in capture.get()
