"""The words that `mappings/categories_to_shopify.yaml` may use: source columns, target fields, settings."""

from posbridge_dagster.flows.categories_to_shopify import FLOW
from posbridge_dagster.flows.categories_to_shopify.options import CategoriesToShopifyOptions
from posbridge_dagster.mapping import SourceFrame, TargetField, TargetFrame, Vocabulary
from posbridge_dagster.snapshots.mplus_groups import GROUPS


def _text(says: str, *, required: bool = False) -> TargetField:
    return TargetField(kind="text", required=required, says=says)


_COLLECTION_FIELDS = {
    "title": _text("title of the collection", required=True),
    "description": _text("text of the collection, may be HTML"),
    "handle": _text("handle; where two groups have the same, the later one's ends in its number"),
    "sort_order": _text("how Shopify sorts the products: MANUAL, ALPHA_ASC, BEST_SELLING, CREATED_DESC, PRICE_ASC and others"),
    "template_suffix": _text("theme template of the collection"),
}

VOCABULARY = Vocabulary(
    flow=FLOW,
    sources={"groups": SourceFrame(GROUPS)},
    targets={"collections": TargetFrame(base="groups", key=("group_number",), fields=_COLLECTION_FIELDS)},
    settings=CategoriesToShopifyOptions,
)
