"""Whatever call the process is killed at, the next run finishes the day: every document once, with its money."""

import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from posbridge_dagster.sandbox.faults import Fault
from posbridge_dagster_tests.flows.little_shop import BAG, BOOK
from posbridge_dagster_tests.flows.orders_to_shopify.both_sides import BothSides, both_sides
from posbridge_dagster_tests.flows.orders_to_shopify.test_balance import balanced
from posbridge_dagster_tests.flows.orders_to_shopify.test_whole_flow import assert_balanced
from posbridge_dagster_tests.flows.orders_to_shopify.till_day import FIRST_DAY, Counter, bag, line, till_shop

RUN = (
    "from posbridge_dagster.definitions import defs\n"
    f"defs.resolve_job_def('orders_to_shopify').execute_in_process(partition_key='{FIRST_DAY}', raise_on_error=False)"
)
PATIENCE_S = 60
ORDINARY = 5  # the write at which a run is killed in the suite; every other is a proof


def kill_at_write(sides: BothSides, write: int) -> None:
    """Run the day in a process of its own and kill it while the answer to this write is held back."""
    sides.forget_calls()  # the writes of this run are counted from 1
    sides.shopify.control.faults.append(Fault("hang_after", write=write, times=1, seconds=PATIENCE_S))
    process = subprocess.Popen([sys.executable, "-c", RUN], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    ends, pause = time.monotonic() + PATIENCE_S, threading.Event()
    while process.poll() is None and time.monotonic() < ends and not any(call.held for call in sides.shopify.control.calls):
        pause.wait(0.02)
    assert process.poll() is None, f"the run ended before its write {write}"
    process.kill()
    process.wait()
    sides.forget_faults()


@pytest.mark.prove
@pytest.mark.parametrize("write", range(1, 6))
def test_what_happened_to_sent_documents_is_finished_by_the_run_after_a_killed_one(tmp_path: Path, write: int) -> None:
    with both_sides(till_shop(), tmp_path) as sides:
        at = Counter(sides.till)
        paid, handed_over = at.order("paid later", FIRST_DAY, bag), at.order("handed over later", FIRST_DAY, line(BOOK, 3, 1250))
        sold = at.invoice("credited later", FIRST_DAY, line(BAG, 2), paid=3990)
        assert sides.run(FIRST_DAY).success
        at.pay(paid, 1000)
        at.pay(paid, 995, method="CONTANT")
        at.deliver_part(handed_over, l1=2)
        at.credit_part(sold, FIRST_DAY, l1=1)
        at.credit_part(sold, FIRST_DAY, l1=1)
        kill_at_write(sides, write)
        run = sides.run(FIRST_DAY)
        assert run.success, run.failure
        assert_balanced(sides, at.booked)
        assert balanced()[0] == 0
        assert len(sides.refunds(sides.orders()[sold.document_id.partition(":")[2]])) == 2


@pytest.mark.parametrize("write", [ORDINARY, *(pytest.param(each, marks=pytest.mark.prove) for each in range(1, 13) if each != ORDINARY)])
def test_a_day_whose_process_was_killed_is_finished_by_the_next_run(tmp_path: Path, write: int) -> None:
    with both_sides(till_shop(), tmp_path) as sides:
        at = Counter(sides.till)
        at.credit(at.order("credited", FIRST_DAY, bag, paid=1995), FIRST_DAY)
        at.cancel(at.order("cancelled", FIRST_DAY, bag))
        at.invoice("invoice", FIRST_DAY, line(BOOK, 2, 1250), paid=2500)
        for number in range(3):
            at.order(f"paid {number}", FIRST_DAY, line(BOOK, 1 + number, 1250), paid=1250 * (1 + number))
        kill_at_write(sides, write)
        run = sides.run(FIRST_DAY)
        assert run.success, run.failure
        assert_balanced(sides, at.booked)
