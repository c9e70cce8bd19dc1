"""The frames of the flow as the UI tells them: what each is, and what each of its columns says."""

from typing import Any

from posbridge_dagster.flows.stages import Stage
from posbridge_dagster.flows.stock_to_shopify import FLOW
from posbridge_dagster.flows.stock_to_shopify.shapes import MAPPED_LEVELS, STOCK_DRIFT
from posbridge_dagster.flows.telling import told_frame
from posbridge_dagster.loading.result import RESULT
from posbridge_dagster.model.frames import FrameShape
from posbridge_dagster.snapshots.mplus_stock import STOCK, STOCK_ARTICLES
from posbridge_dagster.snapshots.shopify_items import ITEMS
from posbridge_dagster.snapshots.shopify_sales import SALES

READ = ("stock", "articles", "items", "sales")
"""In the order in which they are stored. Sales come last: a sale may only be known as acknowledged once the stock that was read
after it is safe, so a run that dies in between reads that stock again."""

_MPLUS, _SHOPIFY, _MAPPING = "mplus", "shopify", "pandas"

_SHAPES: dict[Stage, dict[str, FrameShape]] = {
    "snapshot": {"sales": SALES, "articles": STOCK_ARTICLES, "stock": STOCK, "items": ITEMS},
    "mapped": {"levels": MAPPED_LEVELS},
    "result": {"levels": RESULT, "stock_drift": STOCK_DRIFT},
}

_SAYS: dict[tuple[str, Stage], str] = {
    ("sales", "snapshot"): "What Shopify sold lately, line by line, and whether MplusKASSA knows it.",
    ("articles", "snapshot"): "The articles of MplusKASSA, as far as stock is concerned.",
    ("stock", "snapshot"): "MplusKASSA's stock of every article at every branch that sells to the shop.",
    ("items", "snapshot"): "The inventory item of the shop that each article is.",
    ("levels", "mapped"): (
        "The pieces that Shopify should hold of each article at each location. A row with an outcome is left alone and says why."
    ),
    ("levels", "result"): (
        "How each level ended: created, updated, unchanged, skipped, quarantined or failed, with what changed or the reason why not."
    ),
    ("stock_drift", "result"): (
        "Every level that a full compare found wrong in the last 90 days: since when, the likely cause, and whether it was repaired."
    ),
}


def told(frame: str, stage: Stage) -> dict[str, Any]:
    """Return what Dagster shows of a frame, as arguments of an output: key, group, kinds, tags, sentence, columns."""
    read = _SHOPIFY if frame in ("sales", "items") else _MPLUS
    system = {"snapshot": read, "mapped": _MAPPING, "result": _SHOPIFY}[stage]
    return told_frame(FLOW, frame, stage, _SHAPES[stage][frame], _SAYS[frame, stage], [system], "shopify" if stage == "result" else "")
