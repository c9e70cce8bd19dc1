"""The frames of the flow as the UI tells them: what each is, and what each of its columns says."""

from typing import Any

from posbridge_dagster.flows.customers_to_shopify import FLOW
from posbridge_dagster.flows.customers_to_shopify.shapes import KNOWN_CUSTOMERS, MAPPED_CUSTOMERS
from posbridge_dagster.flows.stages import Stage
from posbridge_dagster.flows.telling import told_frame
from posbridge_dagster.loading.result import RESULT
from posbridge_dagster.snapshots.mplus_relations import RELATIONS

_FRAMES = {
    ("relations", "snapshot"): (RELATIONS, "mplus", "All relations of MplusKASSA as they are now, kept current by sync marker."),
    ("known_customers", "snapshot"): (
        KNOWN_CUSTOMERS,
        "sql",
        "The customers of the shop that relations are known to be: written by posbridge, or linked by an order.",
    ),
    ("customers", "mapped"): (
        MAPPED_CUSTOMERS,
        "pandas",
        "The relations as customers of Shopify. A row with an outcome may not be written and says why.",
    ),
    ("customers", "result"): (
        RESULT,
        "shopify",
        "How each relation ended: created, updated, unchanged, skipped, quarantined or failed, with the customer it is.",
    ),
}


def told(frame: str, stage: Stage) -> dict[str, Any]:
    """Return what Dagster shows of a frame, as arguments of an output: key, group, kinds, tags, sentence, columns."""
    shape, system, says = _FRAMES[frame, stage]
    return told_frame(FLOW, frame, stage, shape, says, [system], "shopify" if stage == "result" else "")
