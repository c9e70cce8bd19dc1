"""What 8,000 relations cost: the first load, a quiet run, and a run after one in a hundred changed.

A quarter are companies; some have no e-mail address, share a telephone number or an e-mail address, or are retired.

Usage: python benchmarks/customers.py [--relations 8000] [--plan enterprise] [--paced 600]
Prints the figures and PASS or FAIL for each budget; exit status 1 when one is exceeded. ``--paced`` relations are also loaded against
the bucket of the standard plan (100 points a second).
"""

import argparse
import sys
from collections import Counter
from datetime import date

from _in_step import pair

from posbridge_dagster.sandbox.generator import generate_shop
from posbridge_dagster.sandbox.generator.wholesale import Size
from posbridge_dagster.sandbox.seed import Seed


def people(relations: int) -> Seed:
    """Return a till with so many relations, and a shop that knows some of them."""
    return generate_shop(1, date(2025, 10, 20), days=1, orders_per_day=0, nasty=False, size=Size(relations=relations))


def loaded(relations: int) -> tuple[str, float, float]:
    """Load relations against the bucket of the standard plan; return how much of what it allowed was left unused."""
    with pair("customers_to_shopify", "customers", people(relations), "standard") as both:
        cost = both.run()
        print(cost.told("paced"))
        return cost.unused("customerSet", "metafieldsSet")


def main() -> int:
    """Load, look again and change many relations; return 1 when a budget is exceeded."""
    arguments = argparse.ArgumentParser(description="What many relations cost.")
    arguments.add_argument("--relations", type=int, default=8000)
    arguments.add_argument("--plan", default="enterprise")
    arguments.add_argument("--paced", type=int, default=600)
    asked = arguments.parse_args()
    paced = [loaded(asked.paced)] if asked.paced else []
    seed = people(asked.relations)
    with pair("customers_to_shopify", "customers", seed, asked.plan) as both:
        first, quiet = both.run(), both.run()
        changed = [relation.number for relation in seed.relations if relation.email and relation.active][:: max(1, 100)]
        for number in changed:
            both.administration.floor.change_relation(number, {"city": "Verhuisdorp", "address": f"Nieuweweg {number}"})
        later = both.run()
        for name, cost in (("first load", first), ("quiet", quiet), ("changed", later)):
            print(cost.told(name))
        emails = Counter(customer.email.lower() for customer in both.shop.shop.customers if customer.email)
        made = first.outcomes.get("created", 0) + first.outcomes.get("updated", 0)
        both.figures = [
            *paced,
            ("writes per customer of the first load", first.writes / made, 1.1),
            ("points per customer of the first load", first.points / made, 18),
            ("writes of a quiet run", quiet.writes, 0),
            ("calls to Shopify of a quiet run", len(quiet.graphql), 40),
            ("writes per changed relation", later.writes / max(1, later.outcomes.get("updated", 0)), 1),
            ("relations changed and not updated", len(changed) - later.outcomes.get("updated", 0), 0.05 * len(changed)),
            ("e-mail addresses that are there twice", sum(count > 1 for count in emails.values()), 0),
        ]
        return 0 if both.judged() else 1


if __name__ == "__main__":
    sys.exit(main())
