"""A pretend till and a pretend shop on real sockets, with the flow between them run by Dagster and looked at from outside."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
import yaml

from posbridge_dagster.clients.shopify.orders import orders, refund_details
from posbridge_dagster.definitions import defs
from posbridge_dagster.flows.orders_to_shopify import FLOW
from posbridge_dagster.ledger import State
from posbridge_dagster.loading.rows import plain_rows
from posbridge_dagster.resources import open_ledger, shopify_client
from posbridge_dagster.sandbox.mplus import MplusSandbox
from posbridge_dagster.sandbox.running import Served, running
from posbridge_dagster.sandbox.seed import Seed
from posbridge_dagster.sandbox.shopify import ShopifySandbox
from posbridge_dagster.settings import read_settings
from posbridge_dagster.storage import FrameStore
from posbridge_dagster_tests.sandbox.mplus.till import Till

MAPPINGS = Path(__file__).parents[3] / "mappings"
QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
Row = dict[str, Any]


@dataclass(frozen=True)
class Run:
    """How one run of a day ended, as its result tables, its checks and its failure say."""

    success: bool
    rows: dict[str, Row]
    customers: dict[str, Row]
    checks: dict[str, bool]
    failure: str

    def outcomes(self) -> dict[str, str]:
        """Return outcome by document id."""
        return {key: row["outcome"] for key, row in self.rows.items()}

    def codes(self) -> set[str]:
        """Return the reason codes of the documents."""
        return {row["code"] for row in self.rows.values()}


@dataclass
class BothSides:
    """Both systems and the home of one test."""

    shopify: Served
    mplus: Served
    home: Path
    instance: dg.DagsterInstance = field(default_factory=dg.DagsterInstance.ephemeral)

    @property
    def till(self) -> Till:
        """A till that books by SOAP."""
        return Till(self.mplus)

    def run(self, day: str, *, dry_run: bool = False, flow: str = FLOW) -> Run:
        """Materialise a whole flow for a day through Dagster."""
        config: dict[str, Any] = dict(QUIET)
        if flow == FLOW:
            config["ops"] = {"write_shopify_orders": {"config": {"dry_run": dry_run}}}
        result = defs.resolve_job_def(flow).execute_in_process(config, partition_key=day, instance=self.instance, raise_on_error=False)
        failures = [event.event_specific_data.error for event in result.all_events if event.is_step_failure]  # type: ignore[union-attr]
        return Run(
            result.success,
            self._results(flow, "orders", day),
            self._results(flow, "customers", day),
            {check.check_name: check.passed for check in result.get_asset_check_evaluations()},
            str(failures[0].message) if failures and failures[0] else "",
        )

    def orders(self) -> dict[str, Row]:
        """Return the shop's orders by the document they came from, as Shopify tells them; a document that is there twice fails."""
        self.shopify.system.switches["search_lag_s"] = 0.0
        client = shopify_client(read_settings())
        rows = [row for page in orders(client, "") for row in page if (row["sourceIdentifier"] or "").startswith("mplus:")]
        client.close()
        keys = [row["sourceIdentifier"].rpartition(":")[2] for row in rows]
        assert len(keys) == len(set(keys)), "a document of MplusKASSA is in the shop twice"
        return dict(zip(keys, rows, strict=True))

    def refunds(self, order: Row) -> list[Row]:
        """Return the refunds of an order with their lines."""
        client = shopify_client(read_settings())
        (found,) = next(refund_details(client, [order["id"]]))
        client.close()
        refunds: list[Row] = found["refunds"]
        return refunds

    def writes(self) -> list[str]:
        """Return the operations that changed anything in either system, in order."""
        return [call.operation for served in (self.shopify, self.mplus) for call in served.control.calls if call.wrote]

    def forget_calls(self) -> None:
        """Empty the logs of calls."""
        for served in (self.shopify, self.mplus):
            served.control.clear("calls")

    def forget_faults(self) -> None:
        """Let both systems work again."""
        for served in (self.shopify, self.mplus):
            served.control.clear("faults")

    def quarantined(self) -> dict[str, str]:
        """Return the reason code of each record in quarantine."""
        with open_ledger(read_settings()) as ledger:
            return {entry.source_id: entry.code for entry in ledger.quarantined(FLOW)}

    def unfinished(self) -> set[State]:
        """Return the states of the ledger that are not an ending."""
        with open_ledger(read_settings()) as ledger:
            return {State.FAILED} if ledger.unfinished_days(FLOW) else set()

    def _results(self, flow: str, name: str, day: str) -> dict[str, Row]:
        frame = FrameStore(read_settings().frames_url).read([flow, name, "result"], day)
        return {} if frame is None else {row["source_id"]: row for row in plain_rows(frame)}


@contextmanager
def both_sides(
    seed: Seed, home: Path, *, mapping: Callable[[dict[str, Row]], None] | None = None, **environment: str
) -> Iterator[BothSides]:
    """Serve both systems, filled from a seed, with an empty home; ``mapping`` edits the mapping files, by flow, in place."""
    shop, administration = ShopifySandbox(seed), MplusSandbox(seed)
    shop.switches["plan"] = "enterprise"
    with running(shop) as shopify, running(administration) as mplus, pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith(("POSBRIDGE_", "SHOPIFY_", "MPLUS_"))]:
            patch.delenv(name)
        patch.setenv("POSBRIDGE_HOME", str(home))
        patch.setenv("POSBRIDGE_MAPPINGS", str(_mappings(home, mapping) if mapping else MAPPINGS))
        patch.setenv("POSBRIDGE_RETRY_BUDGET_S", "10")
        patch.setenv("SHOPIFY_API_URL", shopify.url)
        patch.setenv("MPLUS_API_URL", mplus.url)
        for name, value in environment.items():
            patch.setenv(name, value)
        yield BothSides(shopify, mplus, home)


def amount(node: Row, member: str) -> Decimal:
    """Return the shop money of a money bag."""
    return Decimal(node[member]["shopMoney"]["amount"])


def _mappings(home: Path, edit: Callable[[dict[str, Row]], None]) -> Path:
    documents = {path.stem: _on_is_a_word(yaml.safe_load(path.read_text("utf-8"))) for path in MAPPINGS.glob("*.yaml")}
    edit(documents)
    folder = home / "mappings"
    folder.mkdir(parents=True, exist_ok=True)
    for flow, document in documents.items():
        (folder / f"{flow}.yaml").write_text(yaml.safe_dump(document, allow_unicode=True, sort_keys=False), "utf-8")
    return folder


def _on_is_a_word(value: Any) -> Any:
    """Return a document in which the key that YAML 1.1 reads as true is ``on`` again."""
    if isinstance(value, list):
        return [_on_is_a_word(each) for each in value]
    return {"on" if key is True else key: _on_is_a_word(each) for key, each in value.items()} if isinstance(value, dict) else value
