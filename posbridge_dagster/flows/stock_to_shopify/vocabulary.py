"""The words that `mappings/stock_to_shopify.yaml` may use: source frames and columns, target fields, settings."""

from posbridge_dagster.flows.stock_to_shopify import FLOW
from posbridge_dagster.flows.stock_to_shopify.options import StockToShopifyOptions
from posbridge_dagster.flows.stock_to_shopify.shapes import STOCK_LEVELS
from posbridge_dagster.mapping import SourceFrame, TargetField, TargetFrame, Vocabulary
from posbridge_dagster.snapshots.mplus_stock import STOCK_ARTICLES

_FIELDS = {
    "managed": TargetField(kind="yes_no", required=True, says="posbridge keeps this level; false leaves it to the shop"),
    "safety_margin": TargetField(kind="whole", required=True, says="pieces that are kept back from the shop"),
}

VOCABULARY = Vocabulary(
    flow=FLOW,
    sources={
        "levels": SourceFrame(STOCK_LEVELS, parents={"articles": "article_number"}),
        "articles": SourceFrame(STOCK_ARTICLES),
    },
    targets={"levels": TargetFrame(base="levels", key=("level_id",), fields=_FIELDS)},
    settings=StockToShopifyOptions,
    records=("levels",),
)
