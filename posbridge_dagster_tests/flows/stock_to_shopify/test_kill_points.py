"""Whatever call a run is killed at, the next run finishes its work, and a full compare finds no difference."""

import os
import subprocess
import sys
import threading
import time
from decimal import Decimal
from pathlib import Path

import pytest

from posbridge_dagster.sandbox.faults import Fault
from posbridge_dagster_tests.flows.orders_to_shopify.both_sides import BothSides, both_sides
from posbridge_dagster_tests.flows.stock_to_shopify.stock_shop import FIRST, shelves
from posbridge_dagster_tests.flows.stock_to_shopify.whole_flow import materialised

RUN = "from posbridge_dagster.definitions import defs\ndefs.resolve_job_def('stock_to_shopify').execute_in_process(raise_on_error=False)"
PATIENCE_S, HELD_S = 60, 30
MOMENTS = [(kind, operation) for operation in ("orders", "nodes", "inventorySetQuantities") for kind in ("hang_before", "hang_after")]
ORDINARY = ("hang_after", "inventorySetQuantities")  # the moment at which a run is killed in the suite; every other is a proof


def kill_while_held(sides: BothSides, fault: Fault) -> None:
    """Run the flow in a process of its own and kill it while the answer to a call is held back."""
    sides.shopify.control.faults.append(fault)
    process = subprocess.Popen([sys.executable, "-c", RUN], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=dict(os.environ))
    ends, pause = time.monotonic() + PATIENCE_S, threading.Event()
    while process.poll() is None and time.monotonic() < ends and not _is_held(sides):
        pause.wait(0.02)
    assert process.poll() is None, "the run ended before it could be killed"
    process.kill()
    process.wait()
    sides.forget_faults()


def _is_held(sides: BothSides) -> bool:
    return any(call.held or call.fault == "hang_before" for call in list(sides.shopify.control.calls))


@pytest.mark.parametrize(
    ("kind", "operation"), [ORDINARY, *(pytest.param(*each, marks=pytest.mark.prove) for each in MOMENTS if each != ORDINARY)]
)
def test_a_run_that_was_killed_is_finished_by_the_next(tmp_path: Path, kind: str, operation: str) -> None:
    with both_sides(shelves(4, 10, locations=2), tmp_path) as sides:
        assert materialised(sides).success
        for article in range(3):
            sides.till.sandbox.floor.sell(FIRST + article, Decimal(1 + article), 1 + article % 2)
        sides.forget_calls()
        kill_while_held(sides, Fault(kind, operation=operation, times=1, seconds=HELD_S))
        assert materialised(sides).success
        last = materialised(sides, everything=True)
        assert last.success
        assert last.drift is not None
        assert last.drift.empty
        stock = sides.shopify.system.shop.stock  # type: ignore[attr-defined]
        levels = {(level.item, level.location): level.available for level in stock}
        assert sorted(levels.values()) == [7, 8, 9, 10, 10, 10, 10, 10]
