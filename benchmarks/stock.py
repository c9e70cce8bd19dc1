"""What 10,000 stock levels cost: the first run, a quiet one, one in which 1 % changed, and one beside a catalogue that is loaded.

5,000 articles at 2 locations of a sandbox shop on the standard plan (2,000 points, 100 restored per second); the flow runs as a
Dagster job. The catalogue is another client with a pace of its own, as another process would have, that asks as fast as it may.

Usage: python benchmarks/stock.py [--articles 5000]
Prints calls, points and seconds of each run, and PASS or FAIL for each budget; exit status 1 when one is not kept.
"""

import argparse
import os
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from posbridge_dagster.sandbox.mplus import MplusSandbox
from posbridge_dagster.sandbox.running import Served, running
from posbridge_dagster.sandbox.seed import ArticleSeed, FamilySeed, LocationSeed, RelationSeed, Seed
from posbridge_dagster.sandbox.shopify import ShopifySandbox

FIRST, LOCATIONS, STOCK = 200_001, 2, 20
FIRST_WRITES, CHANGED_WRITES, LONGEST_DELAY_S = 45, 5, 60.0
WRITE = "inventorySetQuantities"
QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
MAPPINGS = Path(__file__).parents[1] / "mappings"


@dataclass(frozen=True)
class Cost:
    """What one run took."""

    seconds: float
    writes: int
    shopify_calls: int
    mplus_calls: int
    points: float


def shop_of(articles: int) -> Seed:
    """Return a shop with so many articles at two locations."""
    goods = [ArticleSeed(FIRST + n, str(FIRST + n), f"Artikel {n}", 1000, stock=STOCK) for n in range(articles)]
    families = [FamilySeed(2000 + n, article.description, (article,)) for n, article in enumerate(goods)]
    places = [LocationSeed(number, f"Winkel {number}", number) for number in range(1, LOCATIONS + 1)]
    return Seed(families=families, locations=places, relations=[RelationSeed(1, "Kassaklant")])


@contextmanager
def served(articles: int) -> Iterator[tuple[Served, Served]]:
    """Serve both systems; the shop has the items and no stock of them yet."""
    seed = shop_of(articles)
    shop = ShopifySandbox(seed)
    for variant in list(shop.shop.variants):
        shop.shop.stock.forget(variant.number)
    with tempfile.TemporaryDirectory() as home, running(shop) as shopify, running(MplusSandbox(seed)) as mplus:
        os.environ |= {"POSBRIDGE_HOME": home, "POSBRIDGE_MAPPINGS": str(MAPPINGS)}
        os.environ |= {"SHOPIFY_API_URL": shopify.url, "MPLUS_API_URL": mplus.url}
        yield shopify, mplus


def run(shopify: Served, mplus: Served) -> Cost:
    """Run the flow once and return what it took."""
    from posbridge_dagster.definitions import defs

    for each in (shopify, mplus):
        each.control.clear("calls")
    started = time.perf_counter()
    ended = defs.resolve_job_def("stock_to_shopify").execute_in_process(QUIET, raise_on_error=False)
    seconds = time.perf_counter() - started
    if not ended.success:
        raise SystemExit("the run failed")
    ours = [call for call in shopify.control.calls if call.operation != "productVariants" or not _loading.is_set()]
    writes = sum(1 for call in ours if call.operation == WRITE)
    return Cost(seconds, writes, len(ours), len(mplus.control.calls), sum(call.cost or 0 for call in ours))


_loading = threading.Event()


def load_catalogue(url: str, pages: list[float]) -> None:
    """Read the variants of the shop over and over, last in line, until nobody wants it any more."""
    from posbridge_dagster.clients.shopify.client import ShopifyClient
    from posbridge_dagster.clients.shopify.pace import Pace
    from posbridge_dagster.clients.shopify.token import FixedToken
    from posbridge_dagster.clients.shopify.variants import variants

    client = ShopifyClient(url, FixedToken("shpat_sandbox"), pace=Pace()).last_in_line()
    while _loading.is_set():
        for _ in variants(client):
            pages.append(time.perf_counter())
            if not _loading.is_set():
                break
    client.close()


def beside_a_catalogue(shopify: Served, mplus: Served) -> Cost:
    """Run the flow while a catalogue has used up its share of the points and goes on asking."""
    _loading.set()
    pages: list[float] = []
    loader = threading.Thread(target=load_catalogue, args=(shopify.url, pages))
    loader.start()
    deadline = time.monotonic() + 120
    while _rate(pages) > 4 and time.monotonic() < deadline:  # at first the bucket is full; then it gives two pages a second
        time.sleep(0.5)
    cost = run(shopify, mplus)
    _loading.clear()
    loader.join()
    return cost


def _rate(pages: list[float]) -> float:
    """Return pages per second over the last seconds; many before there were enough."""
    return 99.0 if len(pages) < 30 else 10 / (time.perf_counter() - pages[-10])


def sell_one_percent(mplus: Served, articles: int) -> None:
    """Sell a piece of one article in a hundred at each branch."""
    till = mplus.system
    assert isinstance(till, MplusSandbox)
    for number in range(0, articles, 100):
        for branch in range(1, LOCATIONS + 1):
            till.floor.sell(FIRST + number, Decimal(1), branch)


def tell(name: str, cost: Cost) -> None:
    calls = f"{cost.writes} writes of {cost.shopify_calls} Shopify calls for {cost.points:.0f} points, {cost.mplus_calls} MplusKASSA calls"
    print(f"{name:>28}: {cost.seconds:6.2f} s, {calls}")


def verdict(kept: bool, what: str) -> bool:
    print(f"{'PASS' if kept else 'FAIL'}  {what}")
    return kept


def main() -> int:
    """Print the figures; return the exit status."""
    arguments = argparse.ArgumentParser(description="What 10,000 stock levels cost.")
    arguments.add_argument("--articles", type=int, default=5000)
    articles = arguments.parse_args().articles
    with served(articles) as (shopify, mplus):
        first, _, quiet = (run(shopify, mplus) for _ in range(3))
        sell_one_percent(mplus, articles)
        changed = run(shopify, mplus)
        sell_one_percent(mplus, articles)
        delayed = beside_a_catalogue(shopify, mplus)
    for name, cost in (("first run", first), ("quiet run", quiet), ("1 % changed", changed), ("1 % beside a catalogue", delayed)):
        tell(name, cost)
    kept = [
        verdict(first.writes <= FIRST_WRITES, f"first run: {first.writes} write calls, at most {FIRST_WRITES}"),
        verdict(quiet.writes == 0, f"quiet run: {quiet.writes} write calls, none"),
        verdict(changed.writes <= CHANGED_WRITES, f"1 % changed: {changed.writes} write calls, at most {CHANGED_WRITES}"),
        verdict(
            delayed.seconds - changed.seconds <= LONGEST_DELAY_S,
            f"beside a catalogue: {delayed.seconds - changed.seconds:.1f} s later, at most {LONGEST_DELAY_S:.0f} s",
        ),
    ]
    return 0 if all(kept) else 1


if __name__ == "__main__":
    sys.exit(main())
