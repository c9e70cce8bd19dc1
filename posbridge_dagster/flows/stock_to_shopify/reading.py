"""Reads everything that a run decides on, in the order that keeps a sale from being missed.

First what MplusKASSA has acknowledged, then its stock: an order that counts as acknowledged is surely in the stock that is read
after it. The newest sales are read once more when the levels of the shop have been read (see loading/shopify_levels.py).
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pandas as pd

from posbridge_dagster.clients.mplus.client import MplusClient
from posbridge_dagster.clients.shopify.client import ShopifyClient
from posbridge_dagster.flows.configuring import EVERYTHING
from posbridge_dagster.flows.stock_to_shopify.in_flight import InFlight, articles_on_their_way, pieces_in_flight
from posbridge_dagster.flows.stock_to_shopify.options import StockToShopifyOptions
from posbridge_dagster.ledger import Ledger, LevelKey, Record
from posbridge_dagster.loading.shopify_levels import utc_now
from posbridge_dagster.snapshots.mplus_stock import STOCK, current_articles, current_stock
from posbridge_dagster.snapshots.shopify_items import ITEMS, current_items
from posbridge_dagster.snapshots.shopify_sales import SALES, acknowledged_sales, current_sales

ORDERS = "orders_to_mplus"
"""The flow whose records say what MplusKASSA has acknowledged."""
SHORTEST_OVERLAP = timedelta(minutes=2)
MISSED, READ_AT = "missed", "read_at"
"""Notes of the stock frame beside EVERYTHING: the articles that had moved without a sign, and when reading began."""

Frames = dict[str, pd.DataFrame]


@dataclass(frozen=True)
class Reader:
    """Both systems, the ledger and the choices of the mapping; ``clock`` returns aware UTC."""

    mplus: MplusClient
    shopify: ShopifyClient
    ledger: Ledger
    options: StockToShopifyOptions
    clock: Callable[[], datetime] = utc_now

    def read(self, stored: Mapping[str, pd.DataFrame | None], *, everything: bool = False) -> Frames:
        """Return the frames ``sales``, ``articles``, ``stock`` and ``items``: the stored ones brought up to date, or all anew.

        Raises the failures of the clients; the stored frames are not touched.
        """
        now = self.clock()
        sales = acknowledged_sales(stored.get("sales"), self.standing)
        before = sales
        if self.options.in_flight:
            sales = self.newest_sales(sales, now)
        items = _shaped(stored.get("items"))
        fresh = sales[(sales["seen_at"] >= pd.Timestamp(now)).astype(bool)].assign(acknowledged=False)
        again = articles_on_their_way(before, items) | articles_on_their_way(sales, items) | articles_on_their_way(fresh, items)
        again |= self._just_acknowledged(stored.get("sales"), items)
        articles = current_articles(self.mplus, None if everything else stored.get("articles"))
        stock = self._stock(stored.get("stock"), again, everything=everything)
        stock.attrs = {**stock.attrs, READ_AT: now.isoformat()}
        items = current_items(self.shopify, self.ledger, articles, None if everything else stored.get("items"))
        return {"sales": sales, "articles": articles, "stock": stock, "items": items}

    def standing(self, record_ids: Collection[str]) -> Mapping[str, Record]:
        """Return what the ledger says of records of orders; what is done there MplusKASSA surely holds."""
        return self.ledger.records(ORDERS, record_ids)

    def newest_sales(self, known: pd.DataFrame, now: datetime, *, ask_ledger: bool = True) -> pd.DataFrame:
        """Return SALES up to this moment; without asking the ledger, what is new counts as not acknowledged."""
        lag = max(SHORTEST_OVERLAP, timedelta(minutes=self.options.search_minutes))
        asked = self.standing if ask_ledger else _nothing
        look_back = timedelta(days=self.options.in_flight_days)
        return current_sales(self.shopify, known, asked, now=now, look_back=look_back, overlap=lag)

    def _just_acknowledged(self, stored: pd.DataFrame | None, items: pd.DataFrame) -> set[int]:
        """Return the articles that waited when the last run looked: their stock changes with the acknowledgement."""
        return articles_on_their_way(stored, items) if stored is not None and list(stored) == list(SALES.columns) else set()

    def _stock(self, stored: pd.DataFrame | None, again: Collection[int], *, everything: bool) -> pd.DataFrame:
        options = self.options
        stock = current_stock(self.mplus, options.branches, stored, again, watch_orders=options.watch_orders)
        first = stored is None or list(stored) != list(STOCK.columns)
        missed: list[int] = []
        if everything and not first:
            whole = current_stock(self.mplus, options.branches, None)
            missed, stock = moved_without_a_sign(stock, whole), whole
        stock.attrs = {**stock.attrs, EVERYTHING: everything or first, MISSED: missed}
        return stock


def moved_without_a_sign(followed: pd.DataFrame, whole: pd.DataFrame) -> list[int]:
    """Return the articles whose amounts differ between a frame kept current by what moved and one read as a whole."""
    columns = ["article_number", "branch_number", "free", "reserved", "incoming"]
    both = pd.concat([followed[columns], whole[columns]], ignore_index=True)
    return sorted({int(number) for number in both.drop_duplicates(keep=False)["article_number"]})


@dataclass
class SalesInFlight:
    """The sales of a snapshot, and on ``refresh`` those that were made since."""

    reader: Reader
    sales: pd.DataFrame
    items: pd.DataFrame
    counted: InFlight = field(init=False)

    def __post_init__(self) -> None:
        self._count()

    def refresh(self) -> None:
        """Read the newest sales; what is new counts as not acknowledged, because the stock was read before."""
        if self.reader.options.in_flight:
            self.sales = self.reader.newest_sales(self.sales, self.reader.clock(), ask_ledger=False)
            self._count()

    def pieces(self, key: LevelKey) -> int:
        """Return the pieces of a level that MplusKASSA does not know to be sold."""
        return self.counted.pieces(key)

    def taken_since(self, key: LevelKey, moment: datetime) -> int:
        """Return the pieces the shop took off a level by sales first seen after a moment."""
        return self.counted.taken_since(key, moment)

    def _count(self) -> None:
        self.counted = pieces_in_flight(self.sales, self.items, self.reader.options)


def _shaped(items: pd.DataFrame | None) -> pd.DataFrame:
    return items if items is not None and list(items) == list(ITEMS.columns) else ITEMS.frame()


def _nothing(_: Collection[str]) -> Mapping[str, Record]:
    return {}
