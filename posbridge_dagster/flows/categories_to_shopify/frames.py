"""The frames of the flow as the UI tells them: what each is, and what each of its columns says."""

from typing import Any

from posbridge_dagster.flows.categories_to_shopify import FLOW
from posbridge_dagster.flows.categories_to_shopify.shapes import KNOWN_COLLECTIONS, KNOWN_PRODUCTS, MAPPED_COLLECTIONS, MAPPED_MEMBERS
from posbridge_dagster.flows.stages import Stage
from posbridge_dagster.flows.telling import told_frame
from posbridge_dagster.loading.result import RESULT
from posbridge_dagster.snapshots.mplus_groups import FAMILY_ARTICLES, GROUPS

_MPLUS, _SHOPIFY, _MAPPING = "mplus", "shopify", "pandas"
_FRAMES = {
    ("groups", "snapshot"): (
        GROUPS,
        _MPLUS,
        "The tree of article groups as it is now, with the products of each, kept current by sync marker; deleted ones are kept as such.",
    ),
    ("family_articles", "snapshot"): (FAMILY_ARTICLES, _MPLUS, "The articles of each product, and the groups it is in."),
    ("known_products", "snapshot"): (KNOWN_PRODUCTS, _SHOPIFY, "The product of the shop that each product of a group is, by link or SKU."),
    ("known_collections", "snapshot"): (KNOWN_COLLECTIONS, "sql", "The collections that groups were written as before."),
    ("collections", "mapped"): (
        MAPPED_COLLECTIONS,
        _MAPPING,
        "The groups as collections of Shopify. A row with an outcome may not be written and says why.",
    ),
    ("collection_products", "mapped"): (MAPPED_MEMBERS, _MAPPING, "The products of each collection."),
    ("collections", "result"): (
        RESULT,
        _SHOPIFY,
        "How each group ended: created, updated, unchanged, skipped, quarantined or failed, with the collection it is.",
    ),
}


def told(frame: str, stage: Stage) -> dict[str, Any]:
    """Return what Dagster shows of a frame, as arguments of an output: key, group, kinds, tags, sentence, columns."""
    shape, system, says = _FRAMES[frame, stage]
    return told_frame(FLOW, frame, stage, shape, says, [system], "shopify" if stage == "result" else "")
