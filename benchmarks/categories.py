"""What 200 groups in four levels with 5,000 families cost: the first load, a quiet run, and a run after one in a hundred moved.

The shop has all products already, found by SKU; with products_to_shopify before it they are linked and that search falls away.

Usage: python benchmarks/categories.py [--groups 200] [--families 5000] [--plan enterprise] [--paced 300]
Prints the figures and PASS or FAIL for each budget; exit status 1 when one is exceeded. ``--paced`` groups, with twice as many
families, are also loaded against the bucket of the standard plan (100 points a second).
"""

import argparse
import sys
from datetime import date

from _in_step import pair

from posbridge_dagster.sandbox.generator import generate_shop
from posbridge_dagster.sandbox.generator.wholesale import Size
from posbridge_dagster.sandbox.seed import Seed


def tree(groups: int, families: int) -> Seed:
    """Return a till with a tree of so many groups, and a shop that has its products."""
    size = Size(families=families, groups=groups, levels=4)
    return generate_shop(1, date(2025, 10, 20), days=1, orders_per_day=0, nasty=False, size=size)


def loaded(groups: int) -> tuple[str, float, float]:
    """Load groups against the bucket of the standard plan; return how much of what it allowed was left unused."""
    with pair("categories_to_shopify", "collections", tree(groups, 2 * groups), "standard") as both:
        cost = both.run()
        print(cost.told("paced"))
        return cost.unused("collectionCreate", "publishablePublish")


def main() -> int:
    """Load, look again and change a large tree of groups; return 1 when a budget is exceeded."""
    arguments = argparse.ArgumentParser(description="What many groups cost.")
    arguments.add_argument("--groups", type=int, default=200)
    arguments.add_argument("--families", type=int, default=5000)
    arguments.add_argument("--plan", default="enterprise")
    arguments.add_argument("--paced", type=int, default=300)
    asked = arguments.parse_args()
    paced = [loaded(asked.paced)] if asked.paced else []
    seed = tree(asked.groups, asked.families)
    with pair("categories_to_shopify", "collections", seed, asked.plan) as both:
        first, quiet = both.run(), both.run()
        moved = [family for family in seed.families if family.groups][:: max(1, 100)]
        target = seed.groups[-1].number
        for family in moved:
            both.administration.floor.show_product(family.number, [target])
        touched = {group for family in moved for group in family.groups} | {target}
        later = both.run()
        for name, cost in (("first load", first), ("quiet", quiet), ("moved", later)):
            print(cost.told(name))
        groups = {group.number: set(group.products) for group in both.administration.books.state.groups.values()}
        collections = {
            int(row.value.partition(":")[2]): collection
            for collection in both.shop.shop.collections
            for row in collection.metafields
            if row.key == "mplus_group"
        }
        held = sum(len(collections[number].sources[0].inclusion.selections) for number in groups)
        wanted = sum(len(products) for products in groups.values())
        both.figures = [
            *paced,
            ("calls to Shopify of the first load", len(first.graphql), 2.5 * len(groups)),
            ("collections missing", len(groups.keys() - collections.keys()), 0),
            ("members missing or too many", abs(wanted - held), 0),
            ("writes per group of the first load", first.writes / len(groups), 2.2),
            ("writes of a quiet run", quiet.writes, 0),
            ("calls to Shopify of a quiet run", len(quiet.graphql), 20),
            ("writes per group whose members moved", later.wrote("collectionUpdate") / len(touched), 1.1),
        ]
        return 0 if both.judged() else 1


if __name__ == "__main__":
    sys.exit(main())
