"""A shop's day in which two tills and Shopify sell the same goods, while orders and stock travel between them.

The clock is a pretend one and moves with every call that the flow makes, so sales happen between its calls as well. Three
counts are kept of each article: what really lies on the shelf, what each system thinks, and what the shop would offer if every
run of the flow had known everything at the moment it asked MplusKASSA for its stock (``fair``). A piece that Shopify sells
although the shelf is empty is blamed on the sync when ``fair`` had been used up as well; else no sync that looks once a minute
could have prevented it.
"""

import heapq
import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

from posbridge_dagster.clients.failures import RemoteFailure
from posbridge_dagster.clients.mplus.client import MplusClient
from posbridge_dagster.clients.mplus.reading import Record
from posbridge_dagster.clients.patience import Patience
from posbridge_dagster.clients.shopify.client import ShopifyClient
from posbridge_dagster.clients.shopify.documents import Document
from posbridge_dagster.sandbox.faults import Fault
from posbridge_dagster_tests.flows.stock_to_shopify.stock_shop import FIRST, Clock, StockShop, outcomes, shelves, stock_shop

LONGEST_CALL_S, LONGEST_LAG_S = 4.0, 600.0
FAULTS = ("error_before", "error_after", "reset_before", "reset_after", "server_fault", "throttled", "garbage_after")
IMPATIENT = Patience(attempts=1)
"""A call that fails is not tried again, so that the flow itself has to get over it."""
ASKS_FOR_STOCK = "getStockHistoryV2"


@dataclass
class Day:
    """What happened, and what is to come, by the pretend clock in seconds from the beginning."""

    clock: Clock
    chance: random.Random
    shelf: dict[int, int]
    fair: dict[int, int]
    to_come: list[tuple[float, int, Callable[[], None]]] = field(default_factory=list)
    known_then: dict[int, int] = field(default_factory=dict)
    sold_since: Counter[int] = field(default_factory=Counter)
    sold: Counter[str] = field(default_factory=Counter)
    oversold: int = 0
    caused: int = 0
    failed_runs: int = 0
    seconds: float = 0.0
    _order: int = 0

    def plan(self, at: float, deed: Callable[[], None]) -> None:
        self._order += 1
        heapq.heappush(self.to_come, (at, self._order, deed))

    def pass_time(self, seconds: float) -> None:
        """Let time pass, and do what is due in it."""
        until = self.seconds + seconds
        while self.to_come and self.to_come[0][0] <= until:
            at, _, deed = heapq.heappop(self.to_come)
            self._move_to(at)
            deed()
        self._move_to(until)

    def stock_is_asked_for(self) -> None:
        """Remember what an all-knowing sync would learn at this moment."""
        self.known_then, self.sold_since = dict(self.shelf), Counter()

    def in_step(self, articles: set[int]) -> None:
        """Say that the run brought these articles to what it knew."""
        self.fair |= {article: self.known_then[article] - self.sold_since[article] for article in articles}

    def _move_to(self, moment: float) -> None:
        if moment > self.seconds:
            self.clock.wait(moment - self.seconds)
            self.seconds = moment


_day: list[Day] = []  # the day that the clients of this simulation live in


class SlowShopify(ShopifyClient):
    """Takes its pretend time for every call."""

    def execute(self, document: Document, *arguments: Any, **named: Any) -> dict[str, Any]:
        _day[-1].pass_time(_day[-1].chance.uniform(0.1, LONGEST_CALL_S))
        return super().execute(document, *arguments, **named)


class SlowMplus(MplusClient):
    """Takes its pretend time for every call, and tells when stock is asked for."""

    def call(self, operation: str, *arguments: Any, **named: Any) -> Record:
        _day[-1].pass_time(_day[-1].chance.uniform(0.1, LONGEST_CALL_S))
        if operation == ASKS_FOR_STOCK and not _day[-1].known_then:
            _day[-1].stock_is_asked_for()
        return super().call(operation, *arguments, **named)


def simulate(
    home: Path, *, sales: int, minutes: int, articles: int, stock: int, faults: float = 0.05, seed: int = 7, **settings: Any
) -> Day:
    """Return a finished day: so many attempts to buy, two of three at the tills, and a run of the flow every minute."""
    chance, clock = random.Random(seed), Clock()
    numbers = [FIRST + n for n in range(articles)]
    day = Day(clock, chance, dict.fromkeys(numbers, stock), dict.fromkeys(numbers, stock))
    _day.append(day)
    with stock_shop(shelves(articles, stock), home, clock=clock, clients=(SlowShopify, SlowMplus), patience=IMPATIENT, **settings) as shop:
        shop.run(release_brake=True)
        for served in (shop.shopify, shop.mplus):
            served.control.faults += [Fault(kind, operation=each, share=faults / len(FAULTS)) for kind in FAULTS for each in _DISTURBED]
        _plan_sales(day, shop, sales, minutes)
        while day.seconds < minutes * 60 or day.to_come:
            started = day.seconds
            _one_run(day, shop)
            day.pass_time(max(0.0, 60 - (day.seconds - started)))
        shop.forget_faults()
        _settled(day, shop)
    _day.pop()
    return day


_DISTURBED = ("orders", "nodes", "inventorySetQuantities", "getStockHistoryV2", "getStock", "getOrders")
"""The flow's own calls; those of the tills and of the order flow are not its business."""


def _plan_sales(day: Day, shop: StockShop, sales: int, minutes: int) -> None:
    for number in range(sales):
        at = day.seconds + day.chance.uniform(0, minutes * 60)
        article = day.chance.choice(list(day.shelf))
        day.plan(at, _buy_in_shop(day, shop, article) if number % 3 == 0 else _buy_at_till(day, shop, article))
    for _ in range(sales // 25):
        day.plan(day.chance.uniform(0, minutes * 60), _deliver(day, shop, day.chance.choice(list(day.shelf)), 3))


def _buy_at_till(day: Day, shop: StockShop, article: int) -> Callable[[], None]:
    def buy() -> None:
        if day.shelf[article] > 0:  # who stands at a till has the goods in his hands
            day.shelf[article] -= 1
            day.sold["till"] += 1
            shop.sell_at_till(article)

    return buy


def _buy_in_shop(day: Day, shop: StockShop, article: int) -> Callable[[], None]:
    def buy() -> None:
        if shop.available(article) <= 0:
            return
        if day.shelf[article] <= 0:
            day.oversold += 1
            day.caused += day.fair[article] <= 0
        day.shelf[article] -= 1  # below zero: the buyer waits for the next delivery
        day.fair[article] -= 1
        day.sold_since[article] += 1
        day.sold["shop"] += 1
        number = shop.sell_in_shop(article)
        arrives = day.seconds + day.chance.uniform(1, LONGEST_LAG_S)
        day.plan(arrives, lambda: shop.send(number, article))
        day.plan(arrives + day.chance.uniform(0, LONGEST_CALL_S * 4), lambda: shop.close(number))

    return buy


def _deliver(day: Day, shop: StockShop, article: int, pieces: int) -> Callable[[], None]:
    def deliver() -> None:
        day.shelf[article] += pieces
        shop.till.floor.receive(article, Decimal(pieces))

    return deliver


def _one_run(day: Day, shop: StockShop) -> None:
    day.known_then = {}
    try:
        ended = shop.run(release_brake=True)
    except RemoteFailure:
        day.failed_runs += 1
        return
    right = {level for level, outcome in outcomes(ended).items() if outcome in ("created", "updated", "unchanged")}
    day.in_step({article for article in day.shelf if f"{article}:1" in right})


def _settled(day: Day, shop: StockShop) -> None:
    """Run until everything has arrived, and hold the end of the day against the shelf."""
    day.clock.wait(1200)
    shop.run(release_brake=True)
    ended = shop.run(everything=True, release_brake=True)
    assert ended.drift is not None and ended.drift.empty, ended.drift
    left = {article: max(0, pieces) for article, pieces in day.shelf.items()}
    assert {article: shop.available(article) for article in day.shelf} == left
