"""The words that `mappings/products_to_mplus.yaml` may use: source frames and columns, target fields, settings."""

from posbridge_dagster.flows.products_to_mplus import FLOW
from posbridge_dagster.flows.products_to_mplus.options import ProductsToMplusOptions
from posbridge_dagster.flows.products_to_mplus.shapes import SHOP_PRODUCTS, SHOP_VARIANTS
from posbridge_dagster.mapping import SourceFrame, TargetField, TargetFrame, Vocabulary
from posbridge_dagster.mapping.vocabulary import TargetKind


def _field(says: str, kind: TargetKind = "text", *, required: bool = False) -> TargetField:
    return TargetField(kind=kind, required=required, says=says)


FAMILY_FIELDS = {"description": _field("name of the family", required=True), "long_text": _field("long text")}

ARTICLE_FIELDS = {
    "description": _field("name of the article", required=True),
    "colour": _field("colour"),
    "size": _field("size"),
    "barcode": _field("barcode"),
    "brand": _field("brand"),
    "long_text": _field("long text"),
    "price_minor": _field("price with VAT, cents", "whole"),
    "price_excl_minor": _field("price without VAT, cents", "whole"),
    "purchase_minor": _field("purchase price without VAT, cents", "whole"),
    "vat_code": _field("VAT code of the administration", "whole", required=True),
    "turnover_group": _field("turnover group, 0 to 999", "whole"),
    "active": _field("it is sold", "yes_no"),
    "webshop": _field("it is in the webshop", "yes_no"),
    "stock_article": _field("stock is kept of it", "yes_no"),
}

VOCABULARY = Vocabulary(
    flow=FLOW,
    sources={
        "shop_products": SourceFrame(SHOP_PRODUCTS),
        "shop_variants": SourceFrame(SHOP_VARIANTS, parents={"shop_products": "product_id"}),
    },
    targets={
        "families": TargetFrame(base="shop_products", key=("product_id",), fields=FAMILY_FIELDS),
        "articles": TargetFrame(base="shop_variants", key=("variant_id",), fields=ARTICLE_FIELDS),
    },
    settings=ProductsToMplusOptions,
    records=("shop_products",),
)
