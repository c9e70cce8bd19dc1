"""A pretend shop and a pretend administration on real sockets, with the flow between them run by Dagster."""

import multiprocessing
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml

from posbridge_dagster.flows.orders_to_mplus import FLOW
from posbridge_dagster.flows.stages import Stage, frame_key
from posbridge_dagster.ledger import Ledger
from posbridge_dagster.loading.rows import plain_rows
from posbridge_dagster.sandbox.mplus import MplusSandbox
from posbridge_dagster.sandbox.running import Served, running
from posbridge_dagster.sandbox.seed import OrderSeed, Seed
from posbridge_dagster.sandbox.shopify import ShopifySandbox
from posbridge_dagster.storage import FrameStore
from posbridge_dagster_tests.flows import one_day
from posbridge_dagster_tests.flows.one_day import Ended

SHIPPED = Path(__file__).parents[2] / "mappings" / f"{FLOW}.yaml"
NEWEST = "67.1.3"
Edit = Callable[[dict[str, Any]], None]

_FORKS = multiprocessing.get_context("forkserver")
_FORKS.set_forkserver_preload([f"{__package__}.warm"])


@dataclass(frozen=True)
class Run:
    """How one run of a day ended, as its result tables, its checks and its failure say."""

    ended: Ended
    orders: dict[str, dict[str, Any]]
    customers: dict[str, dict[str, Any]]

    @property
    def success(self) -> bool:
        return self.ended.success

    @property
    def checks(self) -> dict[str, bool]:
        return self.ended.checks

    @property
    def failure(self) -> str:
        return self.ended.failure

    def outcomes(self) -> dict[str, str]:
        """Return outcome by order number."""
        return {number: row["outcome"] for number, row in self.orders.items()}


@dataclass
class Coupling:
    """Both systems and the home of one test; everything is looked at from outside."""

    shopify: Served
    mplus: Served
    home: Path
    environment: dict[str, str]

    def run(self, day: str, *, read_everything: bool = False, dry_run: bool = False) -> Run:
        """Materialise the whole flow for a day through Dagster, in this process (inside ``coupled`` only)."""
        return self.seen(day, one_day.run_day(day, read_everything=read_everything, dry_run=dry_run))

    def process(self, day: str) -> BaseProcess:
        """Return a process, not started yet, that runs a day; its exit status is 0 when the run ended well, 1 when not."""
        process: BaseProcess = _FORKS.Process(target=one_day.main, args=(self.environment, day))
        return process

    def seen(self, day: str, ended: Ended) -> Run:
        """Return a run with the results that are stored for its day."""
        return Run(ended, self.results("orders", day), self.results("customers", day))

    def results(self, name: str, day: str) -> dict[str, dict[str, Any]]:
        """Return the rows of a stored result by source id; none where it was never made."""
        frame = self._frames().read(frame_key(FLOW, name, "result").path, day)
        return {} if frame is None else {row["source_id"]: row for row in plain_rows(frame)}

    def frame(self, name: str, stage: Stage, day: str) -> pd.DataFrame:
        """Return a stored frame; it must be there."""
        frame = self._frames().read(frame_key(FLOW, name, stage).path, day)
        assert frame is not None, f"{name}/{stage} of {day} was never made"
        return frame

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

    def edit_mapping(self, edit: Edit) -> None:
        """Change the mapping file; the next run reads it."""
        file = self.home / "mappings" / SHIPPED.name
        document = _on_is_a_word(yaml.safe_load(file.read_text("utf-8")))
        edit(document)
        file.write_text(yaml.safe_dump(document, allow_unicode=True, sort_keys=False), "utf-8")

    def ledger(self) -> Ledger:
        """Open the ledger of the home."""
        return Ledger.open(f"sqlite:///{self.home / 'ledger.db'}", shop="sandbox", administration="sandbox")

    def quarantined(self) -> dict[str, str]:
        """Return the reason code of each record in quarantine."""
        with self.ledger() as ledger:
            return {entry.source_id: entry.code for entry in ledger.quarantined(FLOW)}

    def _shop(self) -> ShopifySandbox:
        assert isinstance(self.shopify.system, ShopifySandbox)
        return self.shopify.system

    def _frames(self) -> FrameStore:
        return FrameStore(str(self.home / "frames"))


@contextmanager
def paired(seed: Seed, home: Path, *, mapping: Edit | None = None, service_version: str = NEWEST, **environment: str) -> Iterator[Coupling]:
    """Serve both systems, filled from a seed, with an empty home; ``mapping`` edits the shipped mapping file in place.

    When the block ends, MplusKASSA must not have found fault with any request that the newest service would take.
    """
    shop, administration = ShopifySandbox(seed), MplusSandbox(seed)
    shop.switches["plan"] = "enterprise"
    administration.switches["service_version"] = service_version
    (home / "mappings").mkdir(parents=True, exist_ok=True)
    shutil.copy(SHIPPED, home / "mappings")
    with running(shop) as shopify, running(administration) as mplus:
        variables = {
            "POSBRIDGE_HOME": str(home),
            "POSBRIDGE_MAPPINGS": str(home / "mappings"),
            "SHOPIFY_API_URL": shopify.url,
            "MPLUS_API_URL": mplus.url,
            **environment,
        }
        coupling = Coupling(shopify, mplus, home, variables)
        if mapping:
            coupling.edit_mapping(mapping)
        yield coupling
        notes = {note for call in mplus.control.calls for note in call.notes}
        assert not notes or service_version != NEWEST, notes


@contextmanager
def coupled(
    seed: Seed, home: Path, *, mapping: Edit | None = None, service_version: str = NEWEST, **environment: str
) -> Iterator[Coupling]:
    """Pair both systems as ``paired`` does and make them those of this process's environment."""
    with (
        paired(seed, home, mapping=mapping, service_version=service_version, **environment) as coupling,
        pytest.MonkeyPatch.context() as patch,
    ):
        for name in [name for name in os.environ if name.startswith(one_day.OURS)]:
            patch.delenv(name)
        for name, value in coupling.environment.items():
            patch.setenv(name, value)
        yield coupling


def shipped_mapping() -> dict[str, Any]:
    """Return the shipped mapping file as plain values, to be changed and written again."""
    document: dict[str, Any] = _on_is_a_word(yaml.safe_load(SHIPPED.read_text("utf-8")))
    return document


def _on_is_a_word(value: Any) -> Any:
    """Return a document in which the key that YAML 1.1 reads as true is ``on`` again."""
    if isinstance(value, list):
        return [_on_is_a_word(each) for each in value]
    return {"on" if key is True else key: _on_is_a_word(each) for key, each in value.items()} if isinstance(value, dict) else value


def _by_number(rows: list[dict[str, Any]], member: str) -> dict[str, dict[str, Any]]:
    numbers = [row[member].rpartition(":")[2] for row in rows]
    assert len(numbers) == len(set(numbers)), f"MplusKASSA holds a {member} twice"
    return dict(zip(numbers, rows, strict=True))
