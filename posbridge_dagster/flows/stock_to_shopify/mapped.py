"""From stock per branch to what Shopify should hold per location: pure functions on frames.

Every level is in the mapped frame exactly once, with an empty outcome or with the reason why it is left alone.
"""

from collections.abc import Mapping as MappingOf

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from posbridge_dagster.flows.stock_to_shopify.in_flight import InFlight
from posbridge_dagster.flows.stock_to_shopify.options import StockToShopifyOptions
from posbridge_dagster.flows.stock_to_shopify.shapes import MAPPED_LEVELS, STOCK_LEVELS
from posbridge_dagster.flows.verdicts import first_verdicts, verdicts_of_problems
from posbridge_dagster.ledger import LevelKey
from posbridge_dagster.mapping import Mapping
from posbridge_dagster.model.frames import TEXT, WHOLE, to_arrow, to_pandas
from posbridge_dagster.model.outcome import Outcome
from posbridge_dagster.snapshots.mplus_stock import AMOUNT

Flow = Mapping[StockToShopifyOptions]
KEY = "level_id"


def stock_levels(stock: pd.DataFrame, options: StockToShopifyOptions) -> pd.DataFrame:
    """Return STOCK_LEVELS: the stock of each location's branches added up."""
    pairs = [(branch, location) for location, branches in options.locations.items() for branch in branches]
    served = pa.table(
        {"branch_number": pa.array([pair[0] for pair in pairs], WHOLE), "location_id": pa.array([pair[1] for pair in pairs], TEXT)}
    )
    rows = to_arrow(stock).join(served, "branch_number", join_type="inner")
    summed = rows.group_by(["article_number", "location_id"]).aggregate(
        [("free", "sum"), ("reserved", "sum"), ("incoming", "sum"), ("day_stock", "max")]
    )
    columns = {
        "article_number": summed["article_number"],
        "location_id": summed["location_id"],
        **{name: summed[f"{name}_sum"].cast(AMOUNT) for name in ("free", "reserved", "incoming")},
        "day_stock": summed["day_stock_max"],
    }
    columns["level_id"] = pc.binary_join_element_wise(summed["article_number"].cast(TEXT), summed["location_id"], ":")
    whole = pa.table({name: columns[name] for name in STOCK_LEVELS.columns}).sort_by(
        [("article_number", "ascending"), ("location_id", "ascending")]
    )
    return STOCK_LEVELS.conform(to_pandas(whole))


def map_levels(frames: MappingOf[str, pd.DataFrame], mapping: Flow, in_flight: InFlight) -> pd.DataFrame:
    """Return MAPPED_LEVELS from the frames ``stock``, ``articles`` and ``items`` of a snapshot."""
    options = mapping.settings
    levels = stock_levels(frames["stock"], options)
    sources = {"levels": levels, "articles": frames["articles"]}
    mapped = mapping.apply("levels", sources)
    named = frames["articles"][["article_number", "description", "stock_article"]].rename(columns={"description": "name"})
    whole = levels.merge(mapped.frame, on=KEY).merge(named, on="article_number", how="left")
    whole = whole.merge(frames["items"][["article_number", "item_id", "candidates"]], on="article_number", how="left")
    verdicts = first_verdicts(
        [
            *_left_alone(whole, options),
            mapping.select(sources, "levels"),
            mapping.judge(sources, "levels"),
            verdicts_of_problems(mapped.problems, KEY),
            *_not_in_shop(whole),
        ],
        KEY,
    )
    whole["safety_margin"] = whole["safety_margin"].fillna(0)
    whole["amount"] = _whole_pieces(whole, options) - whole["safety_margin"]
    keys = [LevelKey(*pair) for pair in zip(whole["article_number"], whole["location_id"], strict=True)]
    whole["in_flight"] = pd.array([in_flight.pieces(key) for key in keys], dtype="int64[pyarrow]")
    whole["quantity"] = (whole["amount"] - whole["in_flight"]).clip(lower=0)
    whole = whole.merge(verdicts, on=KEY, how="left").fillna({"outcome": "", "code": "", "reason": ""})
    return MAPPED_LEVELS.conform(whole.sort_values(["article_number", "location_id"], ignore_index=True))


def _whole_pieces(levels: pd.DataFrame, options: StockToShopifyOptions) -> "pd.Series[int]":
    """Return what may be sold by the formula, fractions of a piece left out (towards less)."""
    amount = levels["free"]
    if options.formula == "free_minus_reserved" and not options.free_is_net:
        amount = amount - levels["reserved"]
    elif options.formula == "free_plus_incoming":
        amount = amount + levels["incoming"]
    floored = pc.floor(pa.array(amount, from_pandas=True)).cast(WHOLE)
    return pd.Series(pd.arrays.ArrowExtensionArray(floored), index=levels.index)


def _left_alone(levels: pd.DataFrame, options: StockToShopifyOptions) -> list[pd.DataFrame]:
    """Return the verdicts on levels that nobody wants kept in step."""
    is_stocked = levels["stock_article"].fillna(True).astype(bool)
    verdicts = [
        _verdict(levels[~is_stocked], Outcome.SKIPPED, "no_stock_article", "MplusKASSA keeps no stock of the article"),
        _verdict(levels[~levels["managed"].fillna(True).astype(bool)], Outcome.SKIPPED, "not_managed", "the mapping leaves it to the shop"),
    ]
    below = levels[levels["safety_margin"].fillna(0) < 0]
    says = "its safety margin is below zero, which would offer pieces that are not there; correct the mapping"
    verdicts.append(_verdict(below, Outcome.QUARANTINED, "margin_below_zero", says))
    if options.day_stock == "skip":
        verdicts.append(_verdict(levels[levels["day_stock"].astype(bool)], Outcome.SKIPPED, "day_stock", "its stock is a daily allotment"))
    return verdicts


def _not_in_shop(levels: pd.DataFrame) -> list[pd.DataFrame]:
    """Return the verdicts on levels whose article is not exactly one item of the shop."""
    without = levels[levels["item_id"].isna()]
    several = without["candidates"].fillna(0) > 1
    reasons = [f"{count} variants of the shop have its SKU" for count in without.loc[several, "candidates"]]
    shared = levels[levels["item_id"].notna() & levels.duplicated(["item_id", "location_id"], keep=False)]
    same = [f"item {item} of the shop is linked to several articles" for item in shared["item_id"]]
    return [
        _verdict(without[several], Outcome.QUARANTINED, "ambiguous_sku", reasons),
        _verdict(shared, Outcome.QUARANTINED, "shared_item", same),
        _verdict(without[~several], Outcome.SKIPPED, "unknown_article", "no variant of the shop has its number or extArticleId as SKU"),
    ]


def _verdict(rows: pd.DataFrame, outcome: Outcome, code: str, reason: str | list[str]) -> pd.DataFrame:
    return rows[[KEY]].assign(outcome=outcome.value, code=code, reason=reason)
