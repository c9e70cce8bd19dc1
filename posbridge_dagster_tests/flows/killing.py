"""A run of a day that is killed at a chosen call, run again, and looked at from the other side."""

import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from posbridge_dagster.sandbox.faults import Call, Fault
from posbridge_dagster.sandbox.seed import Seed
from posbridge_dagster_tests.flows.bookkeeping import held, sold
from posbridge_dagster_tests.flows.coupling import Coupling, Edit, paired

PATIENCE_S = 240.0
Moment = Callable[[Call], bool]


@dataclass(frozen=True)
class Scene:
    """A day in a shop, the document its sales become, and the age of the service they go to."""

    seed: Seed
    day: str
    version: str = "67.1.3"
    mapping: Edit | None = None

    def calls(self, home: Path) -> list[Call]:
        """Return the calls that a run nobody disturbs makes to MplusKASSA, in order."""
        with paired(self.seed, home, mapping=self.mapping, service_version=self.version) as coupling:
            finished(coupling, self.day)
            assert_exactly_once(self, coupling)
            return list(coupling.mplus.control.calls)

    def survives(self, home: Path, fault: Fault, moment: Moment) -> None:
        """Kill a run at a moment, run the day again and find everything there once."""
        with paired(self.seed, home, mapping=self.mapping, service_version=self.version) as coupling:
            coupling.mplus.control.faults.append(fault)
            process = coupling.process(self.day)
            process.start()
            await_call(coupling, moment)
            process.kill()
            process.join(PATIENCE_S)
            coupling.mplus.control.clear("faults")
            finished(coupling, self.day)
            assert_exactly_once(self, coupling)


def after_write(scene: Scene, home: Path, write: int) -> None:
    """Kill a run whose n-th write was carried out and not answered yet."""
    scene.survives(home, Fault("hang_after", write=write), lambda call: call.held)


def before_call(scene: Scene, home: Path, call: int) -> None:
    """Kill a run that waits for a call which was never carried out."""
    scene.survives(home, Fault("hang_before", call=call), lambda each: each.fault == "hang_before")


def await_call(coupling: Coupling, moment: Moment) -> None:
    """Wait until MplusKASSA has a call of which the moment is true."""
    deadline, pause = time.monotonic() + PATIENCE_S, threading.Event()
    while not any(moment(call) for call in list(coupling.mplus.control.calls)):
        assert time.monotonic() < deadline, "the moment to kill never came"
        pause.wait(0.005)


def finished(coupling: Coupling, day: str) -> None:
    """Run a day in a process of its own to a good end."""
    process = coupling.process(day)
    process.start()
    process.join(PATIENCE_S)
    assert process.exitcode == 0


def assert_exactly_once(scene: Scene, coupling: Coupling) -> None:
    """Every sale is there once with its lines and payments, nobody is a relation twice, and nothing is left over."""
    documents = {**coupling.orders(), **coupling.invoices()}
    assert set(documents) == {str(order.number) for order in scene.seed.orders}
    for order in scene.seed.orders:
        document = documents[str(order.number)]
        assert held(document) == sold(order, scene.seed)
        assert document.get("deliveryState", "COMPLETE") == "COMPLETE"
    emails = Counter(relation["email"].lower() for relation in coupling.relations().values() if relation.get("email"))
    assert set(emails.values()) <= {1}
    booked_off = sum(int(line["quantity"]) for document in documents.values() for line in document["lines"])
    pieces = sum(line.quantity for order in scene.seed.orders for line in order.lines)
    assert booked_off == pieces
    assert coupling.quarantined() == {}
    rows = coupling.results("orders", scene.day).values()
    assert {row["outcome"] for row in rows} <= {"created", "unchanged"}
    assert all(row["written_minor"] == row["amount_minor"] for row in rows)
