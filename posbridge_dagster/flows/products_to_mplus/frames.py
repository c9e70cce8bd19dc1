"""The frames of the flow as the UI tells them: what each is, and what each of its columns says."""

from typing import Any

from posbridge_dagster.flows.products_to_mplus import FLOW
from posbridge_dagster.flows.products_to_mplus.shapes import MAPPED_SHAPES, SHOP_SHAPES
from posbridge_dagster.flows.stages import Stage
from posbridge_dagster.flows.telling import told_frame
from posbridge_dagster.loading.result import RESULT
from posbridge_dagster.model.frames import FrameShape

_MPLUS, _SHOPIFY, _MAPPING = "mplus", "shopify", "pandas"

_SHAPES: dict[Stage, dict[str, FrameShape]] = {"snapshot": SHOP_SHAPES, "mapped": MAPPED_SHAPES, "result": {"families": RESULT}}

_SAYS: dict[tuple[str, Stage], str] = {
    ("shop_products", "snapshot"): "The products of the shop.",
    ("shop_variants", "snapshot"): "The variants of the products, with prices in cents.",
    ("articles", "mapped"): "The variants as articles; the article number is the SKU.",
    ("families", "mapped"): "The products as MplusKASSA should hold them. A row with an outcome may not go there and says why.",
    ("families", "result"): (
        "How each product ended: created, updated, unchanged, skipped, quarantined or failed, with the number of its family or the reason."
    ),
}


def told(frame: str, stage: Stage) -> dict[str, Any]:
    """Return what Dagster shows of a frame, as arguments of an output: key, group, kinds, tags, sentence, columns."""
    system = {"snapshot": _SHOPIFY, "mapped": _MAPPING, "result": _MPLUS}[stage]
    return told_frame(FLOW, frame, stage, _SHAPES[stage][frame], _SAYS[frame, stage], [system], "mplus" if stage == "result" else "")
