"""The frames of the flow as the UI tells them: what each is, and what each of its columns says."""

from typing import Any

from posbridge_dagster.flows.orders_to_shopify import FLOW
from posbridge_dagster.flows.orders_to_shopify.shapes import MAPPED_SHAPES, VARIANTS
from posbridge_dagster.flows.stages import Stage
from posbridge_dagster.flows.telling import told_frame
from posbridge_dagster.loading.result import RESULT
from posbridge_dagster.model.frames import FrameShape
from posbridge_dagster.snapshots.mplus_document_shapes import DOCUMENT_SHAPES, RELATIONS

_MPLUS, _SHOPIFY, _MAPPING = ("mplus",), ("shopify",), ("pandas",)  # a node has room for three, and its frame is one of them

_SHAPES: dict[Stage, dict[str, FrameShape]] = {
    "snapshot": {**DOCUMENT_SHAPES, "relations": RELATIONS, "variants": VARIANTS},
    "mapped": MAPPED_SHAPES,
    "result": {"customers": RESULT, "orders": RESULT},
}

_SAYS: dict[tuple[str, Stage], str] = {
    ("documents", "snapshot"): (
        "The orders, invoices and credits of the financial date as MplusKASSA holds them, one row each, "
        "with their money in cents and a fingerprint of their content."
    ),
    ("document_lines", "snapshot"): "The lines of the documents, with and without VAT; article 0 is a line of text.",
    ("document_taxes", "snapshot"): "The VAT of the documents by rate, as MplusKASSA computed it.",
    ("document_payments", "snapshot"): "What was paid on the documents, and given back.",
    ("relations", "snapshot"): "The relations of MplusKASSA that the documents are billed to.",
    ("variants", "snapshot"): "The variant of the shop that each article of the documents is.",
    ("customers", "mapped"): "The relations as customers of Shopify.",
    ("order_lines", "mapped"): "The lines in Shopify's terms: discounts are taken off and VAT is shared out, to the cent.",
    ("order_payments", "mapped"): "The money received by gateway, money given back taken off.",
    ("orders", "mapped"): "The documents as Shopify should hold them. A row with an outcome may not go there and says why.",
    ("customers", "result"): "How each relation ended: found, created or updated as a customer, or left alone with a reason.",
    ("orders", "result"): (
        "How each document ended: created (an order, or a refund for a credit), updated, unchanged, skipped, quarantined or failed, "
        "with its name in Shopify or the reason why it has none."
    ),
}


def told(frame: str, stage: Stage) -> dict[str, Any]:
    """Return what Dagster shows of a frame, as arguments of an output: key, group, kinds, tags, sentence, columns."""
    read = _SHOPIFY if frame == "variants" else _MPLUS
    kinds = {"snapshot": read, "mapped": _MAPPING, "result": _SHOPIFY}[stage]
    return told_frame(FLOW, frame, stage, _SHAPES[stage][frame], _SAYS[frame, stage], kinds, "shopify" if stage == "result" else "")
