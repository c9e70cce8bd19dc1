"""How much of what Shopify's bucket allows a saturated reader really uses, and that it is never refused.

Two clients in two threads read the orders of a sandbox shop over and over. Allowed is the full bucket plus everything
restored until the last answer; spent is what Shopify charged. A call must find what it asks for (956 points) and is charged
less, so at the end of every run some 650 points lie ready: the share grows with the length of the run.

Usage: python benchmarks/throttled_reading.py [--plan standard|advanced|plus] [--seconds 90]
Prints one line of figures; exit status 1 when less than 95 % was used or an answer was THROTTLED.
"""

import argparse
import sys
import threading
import time
from datetime import UTC, datetime, timedelta

from posbridge_dagster.clients.shopify.client import ShopifyClient
from posbridge_dagster.clients.shopify.orders import orders
from posbridge_dagster.clients.shopify.token import FixedToken
from posbridge_dagster.sandbox.running import running
from posbridge_dagster.sandbox.seed import ArticleSeed, FamilySeed, LineSeed, LocationSeed, OrderSeed, PaymentSeed, Seed
from posbridge_dagster.sandbox.shopify import ShopifySandbox

ORDERS = 1000
LINES = 3
PLANS = {"standard": (2000, 100), "advanced": (4000, 200), "plus": (20_000, 1000)}  # points in the bucket, points per second
READERS = 2
WANTED_SHARE = 0.95


def shop() -> Seed:
    """Return a shop of small sales, enough for seven pages."""
    opened = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=12)
    lines = tuple(LineSeed("Beker", 1, 121, code="100") for _ in range(LINES))
    sales = [
        OrderSeed(number, f"#{number}", opened + timedelta(seconds=number), 1, lines, (PaymentSeed("cash", 121 * LINES),))
        for number in range(1, ORDERS + 1)
    ]
    return Seed(
        families=[FamilySeed(1, "Beker", (ArticleSeed(100, "100", "Beker", 121),))], locations=[LocationSeed(1, "Utrecht", 1)], orders=sales
    )


def read_until(client: ShopifyClient, ends_at: float) -> None:
    while True:
        for _ in orders(client, "source_name:pos"):
            if time.monotonic() >= ends_at:
                return


def saturate(plan: str, seconds: float) -> tuple[list[ShopifyClient], float]:
    """Read as fast as the plan allows; return the clients and the seconds until the last answer."""
    system = ShopifySandbox(shop(), token="shpat_bench")
    system.switches["plan"] = plan
    with running(system) as served:
        clients = [ShopifyClient(served.url, FixedToken("shpat_bench")) for _ in range(READERS)]
        started = time.monotonic()
        readers = [threading.Thread(target=read_until, args=(client, started + seconds)) for client in clients]
        for reader in readers:
            reader.start()
        for reader in readers:
            reader.join()
        return clients, time.monotonic() - started


def main() -> int:
    """Print the figures; return the exit status."""
    arguments = argparse.ArgumentParser(description="How much of the bucket a saturated reader uses.")
    arguments.add_argument("--plan", choices=PLANS, default="advanced")
    arguments.add_argument("--seconds", type=float, default=90.0)
    asked = arguments.parse_args()
    bucket, restore_per_s = PLANS[asked.plan]
    clients, elapsed = saturate(asked.plan, asked.seconds)
    done = [client.statistics for client in clients]
    spent, allowed = sum(each.points_actual for each in done), bucket + restore_per_s * elapsed
    calls, throttled = sum(each.calls for each in done), sum(each.throttled for each in done)
    print(f"{calls} calls in {elapsed:.1f} s: {spent:.0f} of {allowed:.0f} points = {spent / allowed:.1%}, {throttled} THROTTLED")
    return 0 if spent / allowed >= WANTED_SHARE and not throttled else 1


if __name__ == "__main__":
    sys.exit(main())
