"""The frames of the flow beside the catalogue: what the shop is and what changed there, and what Shopify should hold.

``outcome`` of a mapped product is empty where it may be written, else ``skipped`` or ``quarantined`` with ``code`` and ``reason``.
"""

import pyarrow as pa

from posbridge_dagster.mapping.kinds import DECIMAL
from posbridge_dagster.model.frames import TEXT, WHOLE, YES_NO, Column, FrameShape
from posbridge_dagster.snapshots.mplus_product_shapes import ARTICLES, FAMILIES, TEXTS

FOR_SALE, RETIRED, EMPTY = "for_sale", "retired", "empty"

SOLD_ARTICLES = FrameShape(
    "articles",
    ARTICLES.key,
    {
        **ARTICLES.columns,
        "for_sale": Column(YES_NO, "active, not discontinued, on the webshop where that is asked, with a price to sell at"),
        "shop_price_minor": Column(WHOLE, "price today, with or without VAT as the shop has its prices"),
        "shop_compare_at_minor": Column(WHOLE, "base price while a reduction holds, in the same terms"),
    },
)

SOLD_FAMILIES = FrameShape(
    "families",
    FAMILIES.key,
    {
        **FAMILIES.columns,
        "lead_article": Column(WHOLE, "its first article, whose brand and texts may stand for the family"),
        "article_count": Column(WHOLE, "articles for sale"),
        "state": Column(TEXT, "for_sale; retired: none of its articles is for sale; empty: it has no article"),
    },
)

SHOP = FrameShape(
    "shop",
    ("shop",),
    {
        "shop": Column(TEXT, "handle of the shop"),
        "taxes_included": Column(YES_NO, "prices in the shop include VAT"),
        "currency": Column(TEXT, "ISO 4217"),
    },
)

SHOP_CHANGES = FrameShape(
    "shop_changes",
    ("product_id",),
    {
        "product_id": Column(TEXT, "digits of the product's gid"),
        "family_number": Column(WHOLE, "family it is linked to"),
        "updated_at": Column(TEXT, "when it changed last, as Shopify writes it; empty = it is gone"),
        "content": Column(TEXT, "the product as Shopify gives it, JSON"),
    },
)

VERDICT = {
    "outcome": Column(TEXT, "empty = to be written; skipped or quarantined otherwise"),
    "code": Column(TEXT, "stable reason code"),
    "reason": Column(TEXT, "one sentence for people"),
}

MAPPED_PRODUCTS = FrameShape(
    "products",
    ("family_number",),
    {
        "family_number": Column(WHOLE, "family of MplusKASSA"),
        "state": Column(TEXT, "for_sale, retired or empty"),
        **{name: Column(TEXT) for name in ("title", "description", "vendor", "product_type", "tags", "status", "handle")},
        "option_names": Column(TEXTS, "names of its options; none = a simple product"),
        **VERDICT,
    },
)

MAPPED_VARIANTS = FrameShape(
    "variants",
    ("article_number",),
    {
        "article_number": Column(WHOLE, "article of MplusKASSA"),
        "family_number": Column(WHOLE, "row of products"),
        "position": Column(WHOLE, "place in the product, from 1, in the till's sequence"),
        "for_sale": Column(YES_NO, "the variant should be there"),
        "ext_article_id": Column(TEXT, "another SKU it may be found by"),
        **{name: Column(TEXT) for name in ("sku", "barcode")},
        "price": Column(DECIMAL, "as the shop has prices, with or without VAT"),
        "compare_at": Column(DECIMAL, "price before a reduction, in the same terms"),
        "cost": Column(DECIMAL, "purchase price"),
        "weight": Column(DECIMAL),
        "weight_unit": Column(TEXT, "GRAMS, KILOGRAMS, OUNCES or POUNDS"),
        "taxable": Column(YES_NO),
        "tracked": Column(YES_NO, "Shopify keeps stock of it"),
        "requires_shipping": Column(YES_NO),
        "inventory_policy": Column(TEXT, "CONTINUE sells without stock, DENY does not"),
        "option_values": Column(pa.list_(TEXT), "values of the product's options, in their order"),
    },
)

MAPPED_FEATURES = FrameShape(
    "features",
    ("family_number", "article_number", "namespace", "key"),
    {
        "family_number": Column(WHOLE, "row of products"),
        "article_number": Column(WHOLE, "row of variants; 0 = a metafield of the product"),
        "namespace": Column(TEXT),
        "key": Column(TEXT),
        "name": Column(TEXT, "what people see"),
        "type": Column(TEXT, "type of the metafield"),
        "value": Column(TEXT, "empty = it should not be there"),
        "on": Column(TEXT, "create, update or always"),
    },
)

MAPPED_SHAPES = {shape.name: shape for shape in (MAPPED_VARIANTS, MAPPED_FEATURES, MAPPED_PRODUCTS)}
