"""The frames of the flow as the UI tells them: what each is, and what each of its columns says."""

from typing import Any

from posbridge_dagster.flows.products_to_shopify import FLOW
from posbridge_dagster.flows.products_to_shopify.shapes import MAPPED_SHAPES, SHOP, SHOP_CHANGES
from posbridge_dagster.flows.stages import Stage
from posbridge_dagster.flows.telling import told_frame
from posbridge_dagster.loading.result import RESULT
from posbridge_dagster.model.frames import FrameShape
from posbridge_dagster.snapshots.mplus_product_shapes import PRODUCT_SHAPES

READ = (*PRODUCT_SHAPES, "shop", "shop_changes")

_MPLUS, _SHOPIFY, _MAPPING = "mplus", "shopify", "pandas"

_SHAPES: dict[Stage, dict[str, FrameShape]] = {
    "snapshot": {**PRODUCT_SHAPES, "shop": SHOP, "shop_changes": SHOP_CHANGES},
    "mapped": MAPPED_SHAPES,
    "result": {"products": RESULT},
}

_SAYS: dict[tuple[str, Stage], str] = {
    ("families", "snapshot"): "The families (products) of MplusKASSA, which group articles.",
    ("articles", "snapshot"): "The articles of MplusKASSA: what is sold, with prices in cents.",
    ("custom_fields", "snapshot"): "The custom fields of the articles that hold a value, as text with their data type.",
    ("sales_prices", "snapshot"): "The prices of the articles on price lists, with the days they hold.",
    ("shop", "snapshot"): "What the shop is: whether its prices include VAT, and its currency.",
    ("shop_changes", "snapshot"): "The linked products that people changed in Shopify since the last look, as Shopify holds them now.",
    ("variants", "mapped"): "The articles as variants: price as the shop has it, values of the options, place in the till's sequence.",
    ("features", "mapped"): "The custom fields that become metafields, with their type.",
    ("products", "mapped"): "The families as Shopify should hold them. A row with an outcome may not go there and says why.",
    ("products", "result"): (
        "How each family ended: created, updated, unchanged, skipped, quarantined or failed, with the fields that changed or the reason."
    ),
}


def told(frame: str, stage: Stage) -> dict[str, Any]:
    """Return what Dagster shows of a frame, as arguments of an output: key, group, kinds, tags, sentence, columns."""
    read = _SHOPIFY if frame in ("shop", "shop_changes") else _MPLUS
    system = {"snapshot": read, "mapped": _MAPPING, "result": _SHOPIFY}[stage]
    return told_frame(FLOW, frame, stage, _SHAPES[stage][frame], _SAYS[frame, stage], [system], "shopify" if stage == "result" else "")
