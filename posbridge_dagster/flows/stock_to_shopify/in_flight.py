"""What Shopify sold and MplusKASSA does not know yet, by level.

MplusKASSA's free amount still counts such pieces. They are taken off at every location that sells from the same shelves, and
at all of them where an order names no location that is known.
"""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import datetime

import pandas as pd

from posbridge_dagster.flows.stock_to_shopify.options import StockToShopifyOptions
from posbridge_dagster.ledger import LevelKey

Sold = tuple[datetime, int]


@dataclass(frozen=True)
class InFlight:
    """Pieces on their way to MplusKASSA, and every sale the shop itself took off a level, by when posbridge first saw it."""

    waiting: Counter[LevelKey] = field(default_factory=Counter)
    taken: dict[LevelKey, list[Sold]] = field(default_factory=dict)

    def pieces(self, key: LevelKey) -> int:
        """Return how many pieces of a level MplusKASSA does not know to be sold."""
        return self.waiting[key]

    def taken_since(self, key: LevelKey, moment: datetime) -> int:
        """Return how many pieces the shop took off a level by sales that were first seen after a moment."""
        return sum(pieces for seen_at, pieces in self.taken.get(key, ()) if seen_at > moment)


def pieces_in_flight(sales: pd.DataFrame, items: pd.DataFrame, options: StockToShopifyOptions) -> InFlight:
    """Return what the lines of SALES take from each level, their articles found through ITEMS; nothing where the setting is off."""
    if not options.in_flight or sales.empty:
        return InFlight()
    waiting: Counter[LevelKey] = Counter()
    taken: defaultdict[LevelKey, list[Sold]] = defaultdict(list)
    columns = ("location_id", "variant_id", "sku", "quantity", "seen_at", "acknowledged")
    article_of = _articles(items)
    for location, variant, sku, quantity, seen_at, acknowledged in zip(*(sales[name] for name in columns), strict=True):
        article = article_of.get(f"variant {variant}") or article_of.get(f"sku {sku}")
        if article is None or not quantity:
            continue
        place = location if isinstance(location, str) else None
        for each in [place] if place in options.locations else options.locations:
            taken[LevelKey(article, str(each))].append((seen_at.to_pydatetime(), int(quantity)))
        if not acknowledged:
            waiting.update({LevelKey(article, each): int(quantity) for each in options.shared_with(place)})
    return InFlight(waiting, dict(taken))


def articles_on_their_way(sales: pd.DataFrame, items: pd.DataFrame) -> set[int]:
    """Return the articles of the lines that nobody has acknowledged."""
    article_of = _articles(items)
    lines = sales[~sales["acknowledged"].astype(bool)]
    found = {
        article_of.get(f"variant {variant}") or article_of.get(f"sku {sku}")
        for variant, sku in zip(lines["variant_id"], lines["sku"], strict=True)
    }
    return {article for article in found if article is not None}


def _articles(items: pd.DataFrame) -> dict[str, int]:
    """Return article numbers by variant and, for variants that are gone, by SKU."""
    by_sku = {f"sku {number}": int(number) for number in items["article_number"]}
    linked = items[items["variant_id"].notna()]
    return by_sku | {
        f"variant {variant}": int(number) for variant, number in zip(linked["variant_id"], linked["article_number"], strict=True)
    }
