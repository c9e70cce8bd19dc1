"""What a day of 1,000 sales costs: calls to either system, Shopify's points, seconds; and what a second look at it costs.

Customers and articles are known to MplusKASSA, the shop is on the standard plan (100 points a second) and the flow is run by
Dagster as it always is.

Usage: python benchmarks/orders_to_mplus.py [--orders 1000] [--plan standard]
Prints the figures and PASS or FAIL for each budget; exit status 1 when one is exceeded.
"""

import argparse
import os
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from posbridge_dagster.sandbox.faults import Call
from posbridge_dagster.sandbox.generator import generate_shop
from posbridge_dagster.sandbox.mplus import MplusSandbox
from posbridge_dagster.sandbox.running import Served, running
from posbridge_dagster.sandbox.shopify import ShopifySandbox

DAY = date(2025, 10, 20)
SOAP_CALLS_PER_ORDER = 1.1
SHOPIFY_CALLS_PER_1000 = 14
POINTS_PER_ORDER = 10
QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}


@dataclass(frozen=True)
class Cost:
    """What one run asked of both systems."""

    seconds: float
    soap: list[Call]
    graphql: list[Call]

    @property
    def points(self) -> float:
        return sum(call.cost or 0.0 for call in self.graphql)

    @property
    def writes(self) -> int:
        return sum(call.wrote for call in self.soap + self.graphql)


def run_day(shopify: Served, mplus: Served) -> Cost:
    """Run the flow for the day and return what it cost; raises SystemExit when it fails."""
    import dagster as dg

    from posbridge_dagster.definitions import defs
    from posbridge_dagster.flows.orders_to_mplus import FLOW

    for served in (shopify, mplus):
        served.control.clear("calls")
    started = time.monotonic()
    with dg.DagsterInstance.ephemeral() as instance:
        result = defs.resolve_job_def(FLOW).execute_in_process(
            QUIET, partition_key=DAY.isoformat(), instance=instance, raise_on_error=False
        )
    if not result.success or not all(check.passed for check in result.get_asset_check_evaluations()):
        sys.exit("the run failed, or a check did")
    return Cost(time.monotonic() - started, list(mplus.control.calls), list(shopify.control.calls))


def told(calls: Iterable[Call]) -> str:
    """Return calls by operation as text, the most frequent first."""
    return ", ".join(f"{count} {name}" for name, count in Counter(call.operation for call in calls).most_common())


def judged(orders: int, first: Cost, second: Cost, state: dict[str, Any]) -> bool:
    """Print the figures beside their budgets and return whether all are kept."""
    calls_allowed = max(1, -(-SHOPIFY_CALLS_PER_1000 * orders // 1000))
    figures = [
        ("SOAP calls per order", len(first.soap) / orders, SOAP_CALLS_PER_ORDER),
        ("Shopify calls", len(first.graphql), calls_allowed),
        ("Shopify points per order", first.points / orders, POINTS_PER_ORDER),
        ("writes of the second run", second.writes, 0),
        ("orders missing", orders - state["counts"]["orders"], 0),
    ]
    print(f"first run   {first.seconds:6.1f} s  {told(first.soap)}; {told(first.graphql)}; {first.points:.0f} points")
    print(f"second run  {second.seconds:6.1f} s  {told(second.soap)}; {told(second.graphql)}; {second.points:.0f} points")
    for name, figure, budget in figures:
        print(f"{'PASS' if figure <= budget else 'FAIL'}  {name}: {figure:.3g} (budget {budget:g})")
    return all(figure <= budget for _, figure, budget in figures)


def main() -> int:
    """Run a day of sales twice and print what it cost; return 1 when a budget is exceeded."""
    arguments = argparse.ArgumentParser(description="What a day of sales costs.")
    arguments.add_argument("--orders", type=int, default=1000)
    arguments.add_argument("--plan", default="standard")
    asked = arguments.parse_args()
    seed = generate_shop(1, DAY, days=1, orders_per_day=asked.orders, known_share=1.0, online_share=0.0, nasty=False)
    shop = ShopifySandbox(seed)
    shop.switches["plan"] = asked.plan
    with running(shop) as shopify, running(MplusSandbox(seed)) as mplus, tempfile.TemporaryDirectory() as home:
        os.environ |= {"POSBRIDGE_HOME": home, "SHOPIFY_API_URL": shopify.url, "MPLUS_API_URL": mplus.url}
        os.environ |= {"POSBRIDGE_MAPPINGS": str(Path(__file__).parents[1] / "mappings")}
        first, second = run_day(shopify, mplus), run_day(shopify, mplus)
        return 0 if judged(asked.orders, first, second, mplus.system.state()) else 1


if __name__ == "__main__":
    sys.exit(main())
