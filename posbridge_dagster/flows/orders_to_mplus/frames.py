"""The frames of the flow as the UI tells them: what each is, and what each of its columns says."""

from typing import Any

from posbridge_dagster.flows.orders_to_mplus import FLOW
from posbridge_dagster.flows.orders_to_mplus.shapes import (
    ARTICLES,
    MAPPED_CUSTOMERS,
    MAPPED_LINES,
    MAPPED_ORDERS,
    MAPPED_PAYMENTS,
    RELATIONS,
)
from posbridge_dagster.flows.stages import Stage
from posbridge_dagster.flows.telling import told_frame
from posbridge_dagster.loading.result import RESULT
from posbridge_dagster.model.frames import FrameShape
from posbridge_dagster.snapshots.order_shapes import SHAPES

_SHOPIFY, _MPLUS, _MAPPING = "shopify", "mplus", "pandas"

MAPPED = {shape.name: shape for shape in (MAPPED_CUSTOMERS, MAPPED_LINES, MAPPED_PAYMENTS, MAPPED_ORDERS)}
MAPPED_RETURNS = {"refunds": "orders", "refund_lines": "order_lines", "refund_payments": "order_payments"}
"""The mapped frames of refunds and exchanges, and which frame of sales each is like."""

_SHAPES: dict[Stage, dict[str, FrameShape]] = {
    "snapshot": {**SHAPES, "articles": ARTICLES, "relations": RELATIONS},
    "mapped": {**MAPPED, **{name: MAPPED[like] for name, like in MAPPED_RETURNS.items()}},
    "result": {"customers": RESULT, "orders": RESULT, "refunds": RESULT},
}

_SAYS: dict[tuple[str, Stage], str] = {
    ("orders", "snapshot"): (
        "The orders of the day as Shopify holds them, one row each, with their money in cents and a fingerprint of their content."
    ),
    ("order_lines", "snapshot"): (
        "The lines of the day's orders as Shopify holds them. Shipping, tips and cash rounding are lines too, "
        "so that the lines of an order add up to what was paid."
    ),
    ("order_taxes", "snapshot"): "The VAT of each line as the shop computed it, one row for each rate.",
    ("order_payments", "snapshot"): (
        "Every payment of the day's orders, also those that were refused or only reserved; money_minor says what counts."
    ),
    ("refunds", "snapshot"): "The refunds made on the day's orders so far.",
    ("refund_lines", "snapshot"): "What each refund gave back: goods, shipping and other amounts, one row each.",
    ("refund_payments", "snapshot"): "The payments by which refunds were given back; money_minor says what counts.",
    ("exchanges", "snapshot"): "The returns on the day's orders for which new goods were taken.",
    ("customers", "snapshot"): "The customers of the day's orders as Shopify holds them; a walk-in sale has none.",
    ("articles", "snapshot"): "The articles of MplusKASSA that the lines of the day may mean.",
    ("relations", "snapshot"): "The relations of MplusKASSA that the customers of the day may be.",
    ("customers", "mapped"): "The customers of the day as MplusKASSA should hold them. A row with an outcome may not go there.",
    ("order_lines", "mapped"): (
        "The lines in MplusKASSA's terms: an article, a number of pieces and a price, which multiply to exactly what was paid."
    ),
    ("order_payments", "mapped"): "The money received for each payment method of MplusKASSA, change taken off.",
    ("orders", "mapped"): "The orders of the day as MplusKASSA should hold them. A row with an outcome may not go there and says why.",
    ("refunds", "mapped"): (
        "The refunds and exchanges of the day's orders as MplusKASSA should hold them: documents with negative amounts, each with its own "
        "id. A row with an outcome may not go there and says why."
    ),
    ("refund_lines", "mapped"): "What they give back and, for an exchange, what was taken instead, in MplusKASSA's terms.",
    ("refund_payments", "mapped"): "The money given back for each payment method of MplusKASSA; negative.",
    ("customers", "result"): (
        "How each customer of the day ended: found, created or updated as a relation of MplusKASSA, or left alone with a reason."
    ),
    ("orders", "result"): (
        "How each order of the day ended: created, updated, unchanged, skipped, quarantined or failed, "
        "with its number in MplusKASSA or the reason why it has none."
    ),
    ("refunds", "result"): "How each refund and exchange of the day's orders ended, whenever it was made.",
}


def told(frame: str, stage: Stage) -> dict[str, Any]:
    """Return what Dagster shows of a frame, as arguments of an asset or an output: key, group, kinds, tags, sentence, columns."""
    read = _MPLUS if frame in ("articles", "relations") else _SHOPIFY
    system = {"snapshot": read, "mapped": _MAPPING, "result": _MPLUS}[stage]
    writes = _MPLUS if stage == "result" else ""
    return told_frame(FLOW, frame, stage, _SHAPES[stage][frame], _SAYS[frame, stage], [system], writes)
