"""What 500 documents of five days at the tills cost on their way to the shop, and what a second look at them costs.

Orders, invoices and credits of every kind (companies, foreign VAT, deposits, parts handed over, cancelled, credited in parts); the
flow is run by Dagster as it always is, and both sides of each day are added up.

Usage: python benchmarks/orders_to_shopify.py [--documents 500]
Prints the figures and PASS or FAIL for each budget; exit status 1 when one is exceeded.
"""

import argparse
import os
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from posbridge_dagster.sandbox.faults import Call
from posbridge_dagster.sandbox.generator import generate_shop
from posbridge_dagster.sandbox.mplus import MplusSandbox
from posbridge_dagster.sandbox.running import Served, running
from posbridge_dagster.sandbox.seed import LocationSeed
from posbridge_dagster.sandbox.shopify import ShopifySandbox

DAYS = [date(2025, 10, 20) + timedelta(days=offset) for offset in range(5)]
SHOPIFY_CALLS_PER_DOCUMENT = 2.0
SOAP_CALLS_PER_DAY = 12
QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}


@dataclass(frozen=True)
class Cost:
    """What one job asked of both systems for all days, and how many of its asset checks did not pass."""

    seconds: float
    soap: list[Call]
    graphql: list[Call]
    failed_checks: int

    @property
    def writes(self) -> int:
        return sum(call.wrote for call in self.soap + self.graphql)


def run_days(job: str, shopify: Served, mplus: Served, assets: Sequence[str] = ()) -> Cost:
    """Run a job for each day and return what it cost; ``assets`` are those whose second word of the key is among them."""
    import dagster as dg

    from posbridge_dagster.definitions import defs

    for served in (shopify, mplus):
        served.control.clear("calls")
    definition = defs.resolve_job_def(job)
    chosen = [key for key in definition.asset_layer.executable_asset_keys if key.path[1] in assets] or None
    started, failed = time.monotonic(), 0
    with dg.DagsterInstance.ephemeral() as instance:
        for day in DAYS:
            result = definition.execute_in_process(QUIET, partition_key=day.isoformat(), instance=instance, asset_selection=chosen)
            failed += sum(not check.passed for check in result.get_asset_check_evaluations())
    return Cost(time.monotonic() - started, list(mplus.control.calls), list(shopify.control.calls), failed)


def told(name: str, cost: Cost) -> str:
    """Return the seconds and calls of a job as text, the most frequent calls first."""
    calls = Counter(call.operation for call in cost.soap + cost.graphql).most_common(8)
    return f"{name:<12}{cost.seconds:6.1f} s  {', '.join(f'{count} {operation}' for operation, count in calls)}"


def main() -> int:
    """Bring some days of documents to the shop twice and print what it cost; return 1 when a budget is exceeded."""
    arguments = argparse.ArgumentParser(description="What documents of the tills cost on their way to the shop.")
    arguments.add_argument("--documents", type=int, default=500)
    documents = arguments.parse_args().documents
    seed = generate_shop(1, DAYS[0], days=1, orders_per_day=0, known_share=1.0, nasty=False)
    seed.locations.append(LocationSeed(3, "Laden Berlin", 3, country="DE"))
    shop, administration = ShopifySandbox(seed), MplusSandbox(seed)
    shop.switches["plan"] = "enterprise"
    print(f"booked: {administration.book_days(DAYS, documents)}")
    with running(shop) as shopify, running(administration) as mplus, tempfile.TemporaryDirectory() as home:
        os.environ |= {"POSBRIDGE_HOME": home, "SHOPIFY_API_URL": shopify.url, "MPLUS_API_URL": mplus.url}
        os.environ |= {"POSBRIDGE_MAPPINGS": str(Path(__file__).parents[1] / "mappings")}
        first, second = (run_days("orders_to_shopify", shopify, mplus) for _ in range(2))
        balance = run_days("balance", shopify, mplus, ["orders_to_shopify"])
    for name, cost in (("first run", first), ("second run", second), ("balance", balance)):
        print(told(name, cost))
    figures = [
        ("Shopify calls per document", len(first.graphql) / documents, SHOPIFY_CALLS_PER_DOCUMENT),
        ("SOAP calls per day", len(first.soap) / len(DAYS), SOAP_CALLS_PER_DAY),
        ("writes of the second run", second.writes, 0),
        ("Shopify calls of the second run", len(second.graphql), 0),
        ("days that do not balance, checks that fail", first.failed_checks + second.failed_checks + balance.failed_checks, 0),
    ]
    for name, figure, budget in figures:
        print(f"{'PASS' if figure <= budget else 'FAIL'}  {name}: {figure:.3g} (budget {budget:g})")
    return 0 if all(figure <= budget for _, figure, budget in figures) else 1


if __name__ == "__main__":
    sys.exit(main())
