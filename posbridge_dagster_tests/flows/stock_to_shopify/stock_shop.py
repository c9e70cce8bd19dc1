"""A till and a shop on real sockets with the stock flow's own functions between them, and everything that can happen to stock."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import uuid4

import pandas as pd

from posbridge_dagster.clients.mplus.client import MplusClient
from posbridge_dagster.clients.patience import Patience
from posbridge_dagster.clients.shopify.client import ShopifyClient
from posbridge_dagster.clients.shopify.pace import Pace
from posbridge_dagster.clients.shopify.token import FixedToken
from posbridge_dagster.flows.stock_to_shopify.in_flight import pieces_in_flight
from posbridge_dagster.flows.stock_to_shopify.mapped import map_levels
from posbridge_dagster.flows.stock_to_shopify.options import StockToShopifyOptions
from posbridge_dagster.flows.stock_to_shopify.reading import ORDERS, Reader
from posbridge_dagster.flows.stock_to_shopify.vocabulary import VOCABULARY
from posbridge_dagster.flows.stock_to_shopify.write import Ended, Run, write_levels
from posbridge_dagster.ledger import Closing, Intent, Ledger, LevelKey, Levels, Owner, State
from posbridge_dagster.mapping import Mapping, load_mapping
from posbridge_dagster.sandbox.mplus import MplusSandbox
from posbridge_dagster.sandbox.running import Served, running
from posbridge_dagster.sandbox.seed import ArticleSeed, FamilySeed, LineSeed, LocationSeed, OrderSeed, RelationSeed, Seed
from posbridge_dagster.sandbox.shopify import ShopifySandbox
from posbridge_dagster_tests.sandbox.mplus.till import Till, line, order

MAPPING = Path(__file__).parents[3] / "mappings" / "stock_to_shopify.yaml"
FIRST = 200_001
QUICK = Patience(budget_s=20.0, attempts=3, first_wait_s=0.001, longest_wait_s=0.002)
Frames = dict[str, pd.DataFrame]


@dataclass
class Clock:
    """A clock that stands still until it is told to move on."""

    now: datetime = field(default_factory=lambda: datetime.now(UTC).replace(microsecond=0))

    def __call__(self) -> datetime:
        return self.now

    def wait(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


def shelves(articles: int, stock: int, *, locations: int = 1) -> Seed:
    """Return a shop with so many articles, FIRST and up, of each so many pieces at every branch."""
    families = [
        FamilySeed(2000 + n, f"Artikel {n}", (ArticleSeed(FIRST + n, str(FIRST + n), f"Artikel {n}", 1000, stock=stock),))
        for n in range(articles)
    ]
    places = [LocationSeed(number, f"Winkel {number}", number) for number in range(1, locations + 1)]
    return Seed(families=families, locations=places, relations=[RelationSeed(1, "Kassaklant")])


@dataclass
class StockShop:
    """Both systems, the ledger and the frames that the runs of one test leave each other."""

    shopify: Served
    mplus: Served
    ledger: Ledger
    clock: Callable[[], datetime]
    mapping: Mapping[StockToShopifyOptions]
    shopify_client: ShopifyClient
    mplus_client: MplusClient
    frames: Frames = field(default_factory=dict)
    sold: int = 0
    order_flow: Owner = field(default_factory=lambda: Owner.of_this_process("orders"))

    @property
    def reader(self) -> Reader:
        return Reader(self.mplus_client, self.shopify_client, self.ledger, self.mapping.settings, self.clock)

    @property
    def shop(self) -> ShopifySandbox:
        assert isinstance(self.shopify.system, ShopifySandbox)
        return self.shopify.system

    @property
    def till(self) -> MplusSandbox:
        assert isinstance(self.mplus.system, MplusSandbox)
        return self.mplus.system

    def read(self, *, everything: bool = False) -> pd.DataFrame:
        """Read both systems, keep the frames as a run does, and return what the levels should be."""
        frames = self.reader.read(self.frames, everything=everything)
        self.frames = frames
        return self.mapped()

    def mapped(self) -> pd.DataFrame:
        """Return the mapped levels of the frames that are kept."""
        in_flight = pieces_in_flight(self.frames["sales"], self.frames["items"], self.mapping.settings)
        return map_levels(self.frames, self.mapping, in_flight)

    def run(self, *, everything: bool = False, dry_run: bool = False, release_brake: bool = False) -> Ended:
        """Run the whole flow once, without Dagster."""
        levels = self.read(everything=everything)
        return self.write(levels, dry_run=dry_run, release_brake=release_brake)

    def write(self, levels: pd.DataFrame, *, dry_run: bool = False, release_brake: bool = False) -> Ended:
        """Write levels that were read before."""
        run = Run(self.reader, str(uuid4()), dry_run=dry_run, release_brake=release_brake)
        return write_levels(run, levels, self.frames)

    def sell_in_shop(self, article: int = FIRST, quantity: int = 1, location: int | None = 1) -> int:
        """Sell at Shopify's till, which takes it off the level; return the number of the order."""
        self.sold += 1
        number = 800_000 + self.sold
        lines = (LineSeed("Artikel", quantity, 1000, code=str(article)),)
        self.shop.shop.sell(OrderSeed(number, f"#{number}", self.clock(), location, lines))
        return number

    def sell_at_till(self, article: int = FIRST, quantity: int = 1, branch: int = 1) -> None:
        """Sell at MplusKASSA's till."""
        self.till.floor.sell(article, Decimal(quantity), branch)

    def acknowledge(self, number: int, article: int = FIRST, quantity: int = 1, *, deliver: bool = True) -> None:
        """Do what orders_to_mplus does with an order: send it and close its record."""
        self.send(number, article, quantity, deliver=deliver)
        self.close(number)

    def send(self, number: int, article: int = FIRST, quantity: int = 1, *, deliver: bool = True) -> None:
        """Let an order arrive in MplusKASSA; the ledger holds its intent."""
        self.ledger.claim(ORDERS, [Intent(str(number), "s", "p")], self.order_flow)
        till = Till(self.mplus)
        made = till.ask("createOrderV3", idempotencyKey=str(number), order=order(f"shopify:{number}", line(article, quantity)))
        if deliver:
            assert till.ask("deliverOrder", orderId=made["info/orderId"])["result"] == "DELIVER-ORDER-RESULT-OK"

    def close(self, number: int) -> None:
        """Let the ledger know that MplusKASSA holds an order."""
        self.ledger.close_records(ORDERS, [Closing(str(number), State.DONE, "created", target_id="x")], self.order_flow)

    def available(self, article: int = FIRST, location: int = 1) -> int:
        """Return what the shop says it can sell."""
        level = self.shop.shop.stock.level(self.item(article), location)
        return 0 if level is None else level.available

    def set_by_hand(self, quantity: int, article: int = FIRST, location: int = 1) -> None:
        """Let a person set a level in the shop's admin."""
        self.shop.shop.stock.set_available(self.item(article), location, quantity, self.clock())

    def item(self, article: int) -> int:
        """Return the number of the article's inventory item."""
        return self.shop.shop.variants_by_sku[str(article)].number

    def cursors(self) -> dict[LevelKey, int | None]:
        """Return what the ledger says the shop acknowledged."""
        return {key: level.quantity for key, level in Levels(self.ledger).all().items()}

    def calls(self, operation: str) -> int:
        """Return how often an operation was asked for."""
        return sum(1 for served in (self.shopify, self.mplus) for call in served.control.calls if call.operation == operation)

    def forget_calls(self) -> None:
        """Empty the logs of calls."""
        for served in (self.shopify, self.mplus):
            served.control.clear("calls")

    def forget_faults(self) -> None:
        """Let both systems work again."""
        for served in (self.shopify, self.mplus):
            served.control.clear("faults")


def outcomes(ended: Ended) -> dict[str, str]:
    """Return outcome, or code where there is one, by level."""
    rows = zip(ended.result["source_id"], ended.result["outcome"], ended.result["code"], strict=True)
    return {source: code or outcome for source, outcome, code in rows}


def drift(ended: Ended) -> dict[str, tuple[str, bool]]:
    """Return cause and whether it was repaired of each difference that a compare found."""
    assert ended.drift is not None
    rows = zip(ended.drift["level_id"], ended.drift["cause"], ended.drift["repaired"], strict=True)
    return {level: (cause, bool(repaired)) for level, cause, repaired in rows}


@contextmanager
def stock_shop(
    seed: Seed,
    home: Path,
    *,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    clients: tuple[type[ShopifyClient], type[MplusClient]] = (ShopifyClient, MplusClient),
    plan: str = "enterprise",
    patience: Patience = QUICK,
    **settings: Any,
) -> Iterator[StockShop]:
    """Serve both systems with an empty ledger; ``settings`` stand in for those of the mapping file."""
    mapping = load_mapping(MAPPING, VOCABULARY)
    options = mapping.settings.model_copy(update={"locations": {str(each.number): [each.number] for each in seed.locations}, **settings})
    mapping = Mapping(VOCABULARY, options, mapping.declaration, mapping.fingerprint)
    shop = ShopifySandbox(seed, clock=clock)
    shop.switches["plan"] = plan
    make_shopify, make_mplus = clients
    with running(shop) as shopify, running(MplusSandbox(seed, clock=clock)) as mplus, _ledger(home) as ledger:
        shopify_client = make_shopify(shopify.url, FixedToken("shpat_sandbox"), patience=patience, pace=Pace())
        mplus_client = make_mplus(mplus.url, "sandbox", "sandbox-secret", patience=patience)
        yield StockShop(shopify, mplus, ledger, clock, mapping, shopify_client, mplus_client)
        shopify_client.close()
        mplus_client.close()


@contextmanager
def _ledger(home: Path) -> Iterator[Ledger]:
    with Ledger.open(f"sqlite:///{home / 'ledger.db'}", shop="amsterdam", administration="main") as ledger:
        yield ledger
