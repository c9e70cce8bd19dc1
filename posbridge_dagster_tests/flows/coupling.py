"""A pretend shop and a pretend administration on real sockets, with the flow between them run by Dagster."""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import dagster as dg
import pandas as pd
import pytest
import yaml

from posbridge_dagster.definitions import defs
from posbridge_dagster.flows.orders_to_mplus import FLOW
from posbridge_dagster.loading.rows import plain_rows
from posbridge_dagster.resources import open_ledger
from posbridge_dagster.sandbox.mplus import MplusSandbox
from posbridge_dagster.sandbox.running import Served, running
from posbridge_dagster.sandbox.seed import OrderSeed, Seed
from posbridge_dagster.sandbox.shopify import ShopifySandbox
from posbridge_dagster.settings import read_settings
from posbridge_dagster.storage import FrameStore

SHIPPED = Path(__file__).parents[2] / "mappings" / f"{FLOW}.yaml"
JOB = defs.resolve_job_def(FLOW)
INSTANCE = dg.DagsterInstance.ephemeral()  # one for all tests: its connection must not end in the thread of a sandbox
QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
WRITERS = ("write_customers", "write_orders")


@dataclass(frozen=True)
class Run:
    """How one run of a day ended, as its result tables, its checks and its failure say."""

    success: bool
    orders: dict[str, dict[str, Any]]
    customers: dict[str, dict[str, Any]]
    checks: dict[str, bool]
    failure: str

    def outcomes(self) -> dict[str, str]:
        """Return outcome by order number."""
        return {number: row["outcome"] for number, row in self.orders.items()}


@dataclass
class Coupling:
    """Both systems and the home of one test; everything is looked at from outside."""

    shopify: Served
    mplus: Served
    home: Path

    def run(self, day: str, *, read_everything: bool = False, dry_run: bool = False) -> Run:
        """Materialise the whole flow for a day through Dagster."""
        ops: dict[str, Any] = {name: {"config": {"dry_run": dry_run}} for name in WRITERS}
        ops["read_shopify_orders"] = {"config": {"read_everything": read_everything}}
        result = JOB.execute_in_process({**QUIET, "ops": ops}, partition_key=day, instance=INSTANCE, raise_on_error=False)
        failures = [event.event_specific_data.error for event in result.all_events if event.is_step_failure]  # type: ignore[union-attr]
        return Run(
            result.success,
            self._results("orders", day),
            self._results("customers", day),
            {check.check_name: check.passed for check in result.get_asset_check_evaluations()},
            str(failures[0].message) if failures and failures[0] else "",
        )

    def frame(self, name: str, stage: str, day: str) -> pd.DataFrame:
        """Return a stored frame; it must be there."""
        frame = FrameStore(read_settings().frames_url).read([FLOW, name, stage], day)
        assert frame is not None, f"{name}/{stage} of {day} was never made"
        return frame

    def stored(self) -> list[str]:
        """Return the files in the home that hold frames, by name."""
        return sorted(str(path.relative_to(self.home)) for path in self.home.glob("frames/**/*.parquet"))

    def orders(self) -> dict[str, dict[str, Any]]:
        """Return MplusKASSA's orders by the number of the Shopify order; an order that is there twice fails."""
        return _by_number(self.mplus.system.state()["orders"], "extOrderId")

    def invoices(self) -> dict[str, dict[str, Any]]:
        """Return MplusKASSA's invoices of the shop's own ids, by the number of the Shopify order."""
        rows = [row for row in self.mplus.system.state()["invoices"] if row["extInvoiceId"]]
        return _by_number(rows, "extInvoiceId")

    def relations(self) -> dict[int, dict[str, Any]]:
        """Return MplusKASSA's relations by number."""
        return {row["relationNumber"]: row for row in self.mplus.system.state()["relations"]}

    def stock(self, article: int, branch: int = 1) -> tuple[str, str]:
        """Return what is on the shelf and what is reserved."""
        rows = self.mplus.system.state()["stock"]
        return next((row["physical"], row["reserved"]) for row in rows if (row["articleNumber"], row["branchNumber"]) == (article, branch))

    def writes(self) -> list[str]:
        """Return the operations that changed anything in either system, in order."""
        return [call.operation for served in (self.shopify, self.mplus) for call in served.control.calls if call.wrote]

    def asked(self) -> list[str]:
        """Return every operation that MplusKASSA was asked, in order."""
        return [call.operation for call in self.mplus.control.calls]

    def forget_calls(self) -> None:
        """Empty the logs of calls."""
        for served in (self.shopify, self.mplus):
            served.control.clear("calls")

    def sell(self, order: OrderSeed) -> None:
        """Sell something more; the shop hears of it now."""
        self._shop().add_order(order)

    def change(self, number: int, **members: Any) -> None:
        """Change members of an order in the shop, now."""
        shop = self._shop().shop
        order = shop.orders.get(number)
        assert order is not None
        for name, value in members.items():
            setattr(order, name, value)
        shop.changed(order)

    def change_customer(self, number: int, **members: Any) -> None:
        """Change members of a customer in the shop, now."""
        shop = self._shop().shop
        customer = shop.customers.get(number)
        assert customer is not None
        for name, value in members.items():
            setattr(customer, name, value)
        shop.changed(customer)

    def edit_mapping(self, edit: Callable[[dict[str, Any]], None]) -> None:
        """Change the mapping file; the next run reads it."""
        file = self.home / "mappings" / SHIPPED.name
        document = _on_is_a_word(yaml.safe_load(file.read_text("utf-8")))
        edit(document)
        file.write_text(yaml.safe_dump(document, allow_unicode=True, sort_keys=False), "utf-8")

    def quarantined(self) -> dict[str, str]:
        """Return the reason code of each record in quarantine."""
        with open_ledger(read_settings()) as ledger:
            return {entry.source_id: entry.code for entry in ledger.quarantined(FLOW)}

    def _shop(self) -> ShopifySandbox:
        assert isinstance(self.shopify.system, ShopifySandbox)
        return self.shopify.system

    def _results(self, name: str, day: str) -> dict[str, dict[str, Any]]:
        frame = FrameStore(read_settings().frames_url).read([FLOW, name, "result"], day)
        return {} if frame is None else {row["source_id"]: row for row in plain_rows(frame)}


@contextmanager
def coupled(
    seed: Seed,
    home: Path,
    *,
    mapping: Callable[[dict[str, Any]], None] | None = None,
    service_version: str = "67.1.3",
    **environment: str,
) -> Iterator[Coupling]:
    """Serve both systems, filled from a seed, with an empty home; ``mapping`` edits the shipped mapping file in place.

    When the block ends, MplusKASSA must not have found fault with any request that the newest service would take.
    """
    shop, administration = ShopifySandbox(seed), MplusSandbox(seed)
    shop.switches["plan"] = "enterprise"
    administration.switches["service_version"] = service_version
    with running(shop) as shopify, running(administration) as mplus, pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith(("POSBRIDGE_", "SHOPIFY_", "MPLUS_"))]:
            patch.delenv(name)
        patch.setenv("POSBRIDGE_HOME", str(home))
        patch.setenv("POSBRIDGE_MAPPINGS", str(home / "mappings"))
        patch.setenv("SHOPIFY_API_URL", shopify.url)
        patch.setenv("MPLUS_API_URL", mplus.url)
        for name, value in environment.items():
            patch.setenv(name, value)
        coupling = Coupling(shopify, mplus, home)
        (home / "mappings").mkdir(parents=True, exist_ok=True)
        shutil.copy(SHIPPED, home / "mappings")
        if mapping:
            coupling.edit_mapping(mapping)
        yield coupling
        notes = {note for call in mplus.control.calls for note in call.notes}
        assert not notes or service_version != "67.1.3", notes


def _on_is_a_word(value: Any) -> Any:
    """Return a document in which the key that YAML 1.1 reads as true is ``on`` again."""
    if isinstance(value, list):
        return [_on_is_a_word(each) for each in value]
    return {"on" if key is True else key: _on_is_a_word(each) for key, each in value.items()} if isinstance(value, dict) else value


def _by_number(rows: list[dict[str, Any]], member: str) -> dict[str, dict[str, Any]]:
    numbers = [row[member].rpartition(":")[2] for row in rows]
    assert len(numbers) == len(set(numbers)), f"MplusKASSA holds a {member} twice"
    return dict(zip(numbers, rows, strict=True))
