"""A day of many cases that is run again and again: what each run said, wrote and left behind, for all tests that look at it."""

from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from posbridge_dagster.flows.orders_to_mplus import FLOW
from posbridge_dagster.ledger import Quarantined
from posbridge_dagster_tests.flows.coupling import Coupling, Run
from posbridge_dagster_tests.flows.little_shop import BAG, BOOK, DAY, SIGN

Rows = dict[str, dict[str, Any]]


@dataclass(frozen=True)
class Step:
    """One run of the day, and how both systems and the ledger stood right after it.

    ``refunds`` are results by record, ``documents`` MplusKASSA's orders by record, ``entries`` the quarantine by record,
    ``stock`` what is on the shelf and what is reserved in the first branch by article. ``writes`` are this run's own.
    """

    run: Run
    refunds: Rows
    documents: Rows
    entries: dict[str, Quarantined]
    stock: dict[int, tuple[str, str]]
    writes: list[str]
    faults: list[str]

    def quarantined(self) -> dict[str, str]:
        """Return the reason code of each record in quarantine."""
        return {record: entry.code for record, entry in self.entries.items()}


def step(coupling: Coupling, *, read_everything: bool = False, dry_run: bool = False) -> Step:
    """Run the day once more and keep what it left behind."""
    systems = [(served.control, len(served.control.calls)) for served in (coupling.shopify, coupling.mplus)]
    run = coupling.run(DAY, read_everything=read_everything, dry_run=dry_run)
    calls = [call for control, before in systems for call in control.calls[before:]]
    with coupling.ledger() as ledger:
        entries = {entry.source_id: entry for entry in ledger.quarantined(FLOW)}
    return Step(
        run,
        coupling.results("refunds", DAY),
        documents(coupling),
        entries,
        {article: coupling.stock(article) for article in (BAG, BOOK, SIGN)},
        [call.operation for call in calls if call.wrote],
        [f"{call.operation} {call.fault}" for call in calls if call.fault],
    )


def documents(coupling: Coupling) -> Rows:
    """Return MplusKASSA's orders by the record of the shop that each stands for; a record that is there twice fails."""
    rows = coupling.mplus.system.state()["orders"]
    by_record = {row["extOrderId"].removeprefix("shopify:sandbox:"): deepcopy(row) for row in rows}
    assert len(by_record) == len(rows), "MplusKASSA holds an order twice"
    return by_record


def succeeded(*steps: Step) -> None:
    """Fail with the message of the first run that failed."""
    for each in steps:
        assert each.run.success, each.run.failure
