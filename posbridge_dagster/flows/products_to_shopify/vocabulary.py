"""The words that `mappings/products_to_shopify.yaml` may use: source frames and columns, target fields, settings."""

from posbridge_dagster.flows.products_to_shopify import FLOW
from posbridge_dagster.flows.products_to_shopify.options import ProductsToShopifyOptions
from posbridge_dagster.flows.products_to_shopify.shapes import SOLD_ARTICLES, SOLD_FAMILIES
from posbridge_dagster.mapping import SourceFrame, TargetField, TargetFrame, Vocabulary
from posbridge_dagster.mapping.vocabulary import TargetKind
from posbridge_dagster.model.frames import FrameShape

LEAD = FrameShape("lead", SOLD_ARTICLES.key, SOLD_ARTICLES.columns)


def _field(says: str, kind: TargetKind = "text", *, required: bool = False) -> TargetField:
    return TargetField(kind=kind, required=required, says=says)


PRODUCT_FIELDS = {
    "title": _field("title, 255 characters at most", required=True),
    "description": _field("description, HTML"),
    "vendor": _field("vendor, 255 characters at most"),
    "product_type": _field("product type, 255 characters at most"),
    "tags": _field("comma between tags; tags that people added stay"),
    "status": _field("ACTIVE, DRAFT or ARCHIVED", required=True),
    "handle": _field("part of the address in the online store; empty = Shopify makes one of the title"),
}

VARIANT_FIELDS = {
    "sku": _field("SKU", required=True),
    "barcode": _field("barcode"),
    "price": _field("price, with or without VAT as the shop has prices", "decimal", required=True),
    "compare_at": _field("price before a reduction", "decimal"),
    "cost": _field("cost of one piece, without VAT", "decimal"),
    "weight": _field("weight in weight_unit", "decimal"),
    "weight_unit": _field("GRAMS, KILOGRAMS, OUNCES or POUNDS"),
    "taxable": _field("VAT is charged on it", "yes_no"),
    "tracked": _field("Shopify keeps stock of it", "yes_no"),
    "requires_shipping": _field("it is a thing that is sent", "yes_no"),
    "inventory_policy": _field("CONTINUE sells without stock, DENY does not"),
}

VOCABULARY = Vocabulary(
    flow=FLOW,
    sources={
        "families": SourceFrame(SOLD_FAMILIES, parents={"lead": "lead_article"}),
        "lead": SourceFrame(LEAD),
        "articles": SourceFrame(SOLD_ARTICLES, parents={"families": "family_number"}),
    },
    targets={
        "products": TargetFrame(base="families", key=("family_number",), fields=PRODUCT_FIELDS),
        "variants": TargetFrame(base="articles", key=("article_number",), fields=VARIANT_FIELDS),
    },
    settings=ProductsToShopifyOptions,
    records=("families",),
)
