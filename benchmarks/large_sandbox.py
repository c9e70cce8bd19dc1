"""Fills both pretend systems with a large shop and measures, in processor time, that and how MplusKASSA tells its catalogue.

Run: ``python benchmarks/large_sandbox.py``; the exit status is 1 when something takes longer than its budget.
"""

import sys
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import requests

sys.path.insert(0, str(Path(__file__).parents[1]))

from posbridge_dagster.sandbox.generator import generate_shop
from posbridge_dagster.sandbox.generator.wholesale import Size
from posbridge_dagster.sandbox.mplus import MplusSandbox
from posbridge_dagster.sandbox.running import running
from posbridge_dagster.sandbox.seed import Seed
from posbridge_dagster.sandbox.shopify import ShopifySandbox

SIZE = Size(families=5000, articles=12_000, groups=200, relations=8000)
PAGE = 1000
ROUNDS = 3
START_S, PRODUCTS_S, STOCK_S = 10.0, 0.4, 0.2
ENVELOPE = '<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/" xmlns:n="urn:mplusqapi"><e:Body>{}</e:Body></e:Envelope>'


def timed(act: Callable[[], Any]) -> tuple[float, Any]:
    """Return how many seconds of processor time something took, client and server together, and what came of it."""
    started = time.process_time()
    left = act()
    return time.process_time() - started, left


def shop() -> Seed:
    """Return a large shop with a quiet day."""
    return generate_shop(1, date(2026, 11, 16), days=1, orders_per_day=0, nasty=False, size=SIZE)


def asking(url: str, call: str, inside: str) -> Callable[[], int]:
    """Return a call that tells how many bytes came."""
    body = ENVELOPE.format(f"<n:{call}><n:request>{inside}</n:request></n:{call}>").encode()
    return lambda: len(requests.post(f"{url}/?ident=sandbox&secret=sandbox-secret", data=body, timeout=60).content)


def main() -> int:
    """Measure, print, and return the exit status."""
    seed_s, seed = timed(shop)
    mplus_s, mplus = timed(lambda: MplusSandbox(seed))
    shopify_s, _ = timed(lambda: ShopifySandbox(seed))
    numbers = "".join(f"<n:articleNumbers>{number}</n:articleNumbers>" for number in sorted(mplus.books.state.articles)[-PAGE:])
    with running(mplus) as served:
        products = asking(
            served.url, "getProducts", f"<n:pluNumbers/><n:syncMarker>0</n:syncMarker><n:syncMarkerLimit>{PAGE}</n:syncMarkerLimit>"
        )
        stock = asking(served.url, "getStock", f"<n:branchNumber>1</n:branchNumber><n:articleNumbers>{numbers}</n:articleNumbers>")
        products_s, products_bytes = min(timed(products) for _ in range(ROUNDS))
        stock_s, stock_bytes = min(timed(stock) for _ in range(ROUNDS))
    start_s = seed_s + mplus_s + shopify_s
    held = f"{seed.report['articles']} articles, {len(seed.relations)} relations"
    print(f"seed {seed_s:.2f} s, MplusKASSA {mplus_s:.2f} s, Shopify {shopify_s:.2f} s: {held}")
    passed = True
    for name, seconds, budget, size in (
        ("start-up", start_s, START_S, 0),
        (f"getProducts of {PAGE} articles", products_s, PRODUCTS_S, products_bytes),
        (f"getStock of {PAGE} articles", stock_s, STOCK_S, stock_bytes),
    ):
        passed &= seconds <= budget
        told = f", {size / 1e6:.1f} MB" if size else ""
        print(f"{'PASS' if seconds <= budget else 'FAIL'} {name}: {seconds:.3f} s (budget {budget:g} s){told}")
    return 0 if passed else 1


if __name__ == "__main__":
    sys.exit(main())
