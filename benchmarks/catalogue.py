"""What a catalogue costs: the first load one by one and in bulk, a quiet run, and a run after one article in a hundred changed.

Usage: python benchmarks/catalogue.py [--families 5000] [--articles 12000] [--paced 400] [--codes FILE]
Prints the figures and PASS or FAIL for each budget; exit status 1 when one is exceeded. ``--paced`` products are loaded one by one
against the bucket of the standard plan (100 points a second); all of them go through bulk operations. ``--codes`` also loads the
stock codes of a transaction file as a catalogue and tells how each ended.
"""

import argparse
import os
import resource
import sys
from collections import Counter
from dataclasses import replace
from datetime import date
from pathlib import Path

from _in_step import Pair, pair

from posbridge_dagster.sandbox.generator import generate_shop
from posbridge_dagster.sandbox.generator.wholesale import Size
from posbridge_dagster.sandbox.seed import FamilySeed, Seed
from posbridge_dagster.sandbox.transactions import shop_from_transactions

FLOW = "products_to_shopify"
SERVICES = 900_000
MAPPINGS = Path(__file__).parents[1] / "mappings"
STANDARD, ENTERPRISE = "standard", "enterprise"


def unknown_to_the_shop(seed: Seed) -> Seed:
    """Return a seed whose families only the till has."""
    families = [_bare(family) for family in seed.families if all(article.article_number for article in family.articles)]
    return replace(seed, families=families, orders=[])


def _bare(family: FamilySeed) -> FamilySeed:
    return replace(family, articles=tuple(replace(article, code="") for article in family.articles))


def without_bulk(home: Path) -> None:
    """Let this process use a mapping file that writes every product by itself."""
    folder = home / "mappings"
    folder.mkdir(exist_ok=True)
    text = (MAPPINGS / f"{FLOW}.yaml").read_text("utf-8")
    (folder / f"{FLOW}.yaml").write_text(text.replace("bulk_above: 500 ", "bulk_above: 1000000 "), "utf-8")
    os.environ["POSBRIDGE_MAPPINGS"] = str(folder)


def change_one_in_a_hundred(both: Pair) -> set[int]:
    """Change the price of every hundredth article; return their families."""
    books = both.administration.books.state
    changed = [number for number, card in sorted(books.articles.items()) if card.family != SERVICES and _is_sold(card.members)][::100]
    for number in changed:
        both.administration.floor.change_article(number, {"priceIncl": books.articles[number].members["priceIncl"] + 100})
    return {books.articles[number].family for number in changed}


def _is_sold(members: dict[str, object]) -> bool:
    return bool(members.get("active")) and not members.get("discontinued") and members.get("specialPrice", "PRICE-NORMAL") == "PRICE-NORMAL"


def paced(seed: Seed) -> list[tuple[str, float, float]]:
    """Load a part one by one; return how much of what the bucket allowed was left unused."""
    with pair(FLOW, "products", seed, STANDARD) as both:
        without_bulk(Path(os.environ["POSBRIDGE_HOME"]))
        cost = both.run()
        print(cost.told("paced"))
        return [cost.unused("productSet", "publishablePublish")]


def in_bulk(seed: Seed) -> list[tuple[str, float, float]]:
    """Load everything, run again, change one article in a hundred and run once more."""
    with pair(FLOW, "products", seed, ENTERPRISE) as both:
        first, quiet = both.run(), both.run()
        families = change_one_in_a_hundred(both)
        later = both.run()
        for name, cost in (("first load", first), ("quiet", quiet), ("1 % changed", later)):
            print(cost.told(name))
        owners = Counter(row.value for product in both.shop.shop.products for row in product.metafields if row.key == "mplus_product")
        updated = later.outcomes.get("updated", 0)
        return [
            ("calls to Shopify of the first load", len(first.graphql), 0.12 * len(seed.families) + 60),
            ("writes of a quiet run", quiet.writes, 0),
            (
                "calls of a quiet run to both systems",
                len(quiet.graphql) + len(quiet.soap),
                6 + len(seed.families) / 250,
            ),  # pages of our own doing
            ("writes per changed product", later.writes / max(1, updated), 1),
            ("products changed in the till and not updated", len(families) - updated, 0),
            ("products that are there twice", sum(count > 1 for count in owners.values()), 0),
        ]


def codes(file: Path) -> list[tuple[str, float, float]]:
    """Load the stock codes of a transaction file as a catalogue; return how many ended nowhere."""
    seed = unknown_to_the_shop(shop_from_transactions(file, date(2010, 12, 1), date(2010, 12, 1)))
    own = [family for family in seed.families if family.number < SERVICES]
    known = {article.article_number for family in own for article in family.articles}
    with pair(FLOW, "products", seed, ENTERPRISE) as both:
        cost = both.run()
        print(cost.told("codes"))
        variants = sum(1 for variant in both.shop.shop.variants if any(row.key == "mplus_article" for row in variant.metafields))
        print(f"{'':<11}{len(known)} codes in {len(own)} families: {variants} are variants, the others are held back with a reason")
        held = {int(row) for row in _held(both)}
        lost = len(known) - variants - sum(len(family.articles) for family in own if family.number in held)
        return [("codes that are neither a variant nor held back with a reason", abs(lost), 0)]


def _held(both: Pair) -> list[str]:
    from posbridge_dagster.settings import read_settings
    from posbridge_dagster.storage import FrameStore

    frame = FrameStore(read_settings().frames_url).read([FLOW, "products", "result"], None)
    assert frame is not None
    held = frame[~frame["outcome"].isin(["created", "updated", "unchanged"])]
    print(f"{'':<11}reasons: {dict(Counter(held['code']))}")
    return list(held["source_id"])


def main() -> int:
    """Load, look again and change a large catalogue; return 1 when a budget is exceeded."""
    arguments = argparse.ArgumentParser(description="What a catalogue costs.")
    arguments.add_argument("--families", type=int, default=5000)
    arguments.add_argument("--articles", type=int, default=12_000)
    arguments.add_argument("--paced", type=int, default=400)
    arguments.add_argument("--codes", type=Path)
    asked = arguments.parse_args()
    size = Size(families=asked.families, articles=asked.articles, groups=200, relations=100)
    seed = unknown_to_the_shop(generate_shop(1, date(2026, 11, 16), days=1, orders_per_day=0, nasty=False, size=size))
    figures = in_bulk(seed)
    if asked.paced:
        figures += paced(replace(seed, families=seed.families[: asked.paced]))
    if asked.codes:
        figures += codes(asked.codes)
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"peak memory of this process, both pretend systems included: {peak_mb:.0f} MB")
    passed = True
    for name, figure, budget in figures:
        passed &= figure <= budget
        print(f"{'PASS' if figure <= budget else 'FAIL'}  {name}: {figure:.3g} (budget {budget:g})")
    return 0 if passed else 1


if __name__ == "__main__":
    sys.exit(main())
