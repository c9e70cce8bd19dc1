"""A flow without days between both systems on real sockets: run by Dagster, killed, disturbed, and looked at from outside."""

import multiprocessing
import os
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

import dagster as dg

from posbridge_dagster.clients.shopify.documents import derived, document
from posbridge_dagster.definitions import defs
from posbridge_dagster.ledger import Ledger
from posbridge_dagster.loading.rows import plain_rows
from posbridge_dagster.resources import open_ledger, shopify_client
from posbridge_dagster.sandbox.faults import Call, Fault
from posbridge_dagster.sandbox.seed import Seed
from posbridge_dagster.settings import read_settings
from posbridge_dagster.storage import FrameStore
from posbridge_dagster_tests.flows.one_day import instance
from posbridge_dagster_tests.flows.orders_to_shopify.both_sides import BothSides, both_sides

QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
PATIENCE_S = 240.0
Row = dict[str, Any]
Edit = Callable[[dict[str, Row]], None]

_FORKS = multiprocessing.get_context("forkserver")
_FORKS.set_forkserver_preload(["posbridge_dagster.definitions"])


@dataclass(frozen=True)
class Ran:
    """How one run ended, as its result table, its checks and its failure say."""

    success: bool
    rows: dict[str, Row]
    checks: dict[str, bool]
    failure: str

    def outcomes(self) -> dict[str, str]:
        """Return outcome by source id."""
        return {key: row["outcome"] for key, row in self.rows.items()}

    def counts(self) -> dict[str, int]:
        """Return how many records ended how; what did not happen is left out."""
        outcomes = list(self.outcomes().values())
        return {outcome: outcomes.count(outcome) for outcome in sorted(set(outcomes))}


@dataclass
class InStep:
    """Both systems, and the flow between them."""

    sides: BothSides
    flow: str
    frame: str
    reading_op: str
    writing_op: str

    def run(self, *, read_everything: bool = False, dry_run: bool = False) -> Ran:
        """Materialise the whole flow through Dagster, in this process."""
        ops = {self.reading_op: {"config": {"read_everything": read_everything}}, self.writing_op: {"config": {"dry_run": dry_run}}}
        job = defs.resolve_job_def(self.flow)
        result = job.execute_in_process({**QUIET, "ops": ops}, instance=self.sides.instance, raise_on_error=False)
        failures = [event.step_failure_data.error for event in result.all_events if event.is_step_failure]
        checks = {check.check_name: check.passed for check in result.get_asset_check_evaluations()}
        return Ran(result.success, self.results(), checks, str(failures[0].message) if failures and failures[0] else "")

    def results(self) -> dict[str, Row]:
        """Return the rows of the stored result by source id."""
        frame = FrameStore(read_settings().frames_url).read([self.flow, self.frame, "result"], None)
        return {} if frame is None else {row["source_id"]: row for row in plain_rows(frame)}

    def process(self) -> BaseProcess:
        """Return a process, not started yet, that runs the flow; its exit status is 0 when the run ended well, 1 when not."""
        process: BaseProcess = _FORKS.Process(target=_main, args=(dict(os.environ), self.flow))
        return process

    def killed_at(self, fault: Fault, moment: Callable[[Call], bool]) -> None:
        """Start a run, wait until the shop has a call of which the moment is true, and kill it."""
        self.sides.shopify.control.faults.append(fault)
        process = self.process()
        process.start()
        deadline, pause = time.monotonic() + PATIENCE_S, threading.Event()
        while not any(moment(call) for call in list(self.sides.shopify.control.calls)):
            assert time.monotonic() < deadline, "the moment to kill never came"
            assert process.is_alive(), f"the run ended before it could be killed, with status {process.exitcode}"
            pause.wait(0.005)
        process.kill()
        process.join(PATIENCE_S)
        self.sides.shopify.control.clear("faults")

    def asked(self) -> dict[str, int]:
        """Return how often each operation was asked of either system."""
        names = [call.operation for served in (self.sides.shopify, self.sides.mplus) for call in served.control.calls]
        return {name: names.count(name) for name in sorted(set(names))}

    def execute(self, query: str, **variables: Any) -> Row:
        """Ask the shop something of the test's own, or change something as a person would; return the data of the answer."""
        client = shopify_client(read_settings())
        try:
            return client.execute(derived(query, document("shop")), variables, repeatable=False)
        finally:
            client.close()

    @contextmanager
    def ledger(self) -> Iterator[Ledger]:
        """Open the ledger."""
        with open_ledger(read_settings()) as ledger:
            yield ledger

    def quarantined(self) -> dict[str, str]:
        """Return the reason code of each record in quarantine."""
        with self.ledger() as ledger:
            return {entry.source_id: entry.code for entry in ledger.quarantined(self.flow)}


@contextmanager
def in_step(
    seed: Seed, home: Path, *, flow: str, frame: str, ops: tuple[str, str], mapping: Edit | None = None, **environment: str
) -> Iterator[InStep]:
    """Serve both systems, filled from a seed, with an empty home; ``ops`` are the ops that read and write."""
    with both_sides(seed, home, mapping=mapping, **environment) as sides:
        sides.instance = instance()
        yield InStep(sides, flow, frame, *ops)


def next_second() -> None:
    """Wait until the clock shows another second than now: Shopify tells moments of change in whole seconds."""
    begun, pause = int(time.time()), threading.Event()
    while int(time.time()) == begun:
        pause.wait(0.01)


def _main(environment: Mapping[str, str], flow: str) -> None:
    """Run the flow with these settings and end the process."""
    os.environ.clear()
    os.environ.update(environment)
    with dg.DagsterInstance.ephemeral() as instance:
        result = defs.resolve_job_def(flow).execute_in_process(QUIET, instance=instance, raise_on_error=False)
    sys.exit(0 if result.success else 1)
