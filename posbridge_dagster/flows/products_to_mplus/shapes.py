"""The frames of the flow: the shop's products and variants, and the families and articles they should be.

``outcome`` of a mapped family is empty where it may be written, else ``skipped`` or ``quarantined`` with ``code`` and ``reason``.
"""

from posbridge_dagster.model.frames import TEXT, WHOLE, YES_NO, Column, FrameShape
from posbridge_dagster.snapshots.mplus_product_shapes import TEXTS

SHOP_PRODUCTS = FrameShape(
    "shop_products",
    ("product_id",),
    {
        "product_id": Column(TEXT, "digits of the product's gid"),
        "title": Column(TEXT),
        "description": Column(TEXT, "HTML"),
        "vendor": Column(TEXT),
        "product_type": Column(TEXT),
        "tags": Column(TEXTS),
        "status": Column(TEXT, "ACTIVE, DRAFT, ARCHIVED or UNLISTED"),
        "custom_id": Column(TEXT, "family it came from, <administration>:<number>; empty = made in the shop"),
        "taxes_included": Column(YES_NO, "prices in the shop include VAT"),
        "updated_at": Column(TEXT, "when it changed last, as Shopify writes it"),
    },
)

SHOP_VARIANTS = FrameShape(
    "shop_variants",
    ("variant_id",),
    {
        "variant_id": Column(TEXT, "digits of the variant's gid"),
        "product_id": Column(TEXT, "row of shop_products"),
        "item_id": Column(TEXT, "digits of the inventory item's gid"),
        "position": Column(WHOLE, "place in the product"),
        "sku": Column(TEXT),
        "barcode": Column(TEXT),
        "price_minor": Column(WHOLE, "cents, with VAT; empty where the shop has prices without"),
        "price_excl_minor": Column(WHOLE, "cents, without VAT; empty where the shop has prices with it"),
        "cost_minor": Column(WHOLE, "cents"),
        "taxable": Column(YES_NO),
        "tracked": Column(YES_NO, "Shopify keeps stock of it"),
        "colour": Column(TEXT, "value of the option that is the colour"),
        "size": Column(TEXT, "value of the option that is the size"),
        "currency": Column(TEXT, "ISO 4217"),
    },
)

SHOP_SHAPES = {shape.name: shape for shape in (SHOP_VARIANTS, SHOP_PRODUCTS)}

VERDICT = {
    "outcome": Column(TEXT, "empty = to be written; skipped or quarantined otherwise"),
    "code": Column(TEXT, "stable reason code"),
    "reason": Column(TEXT, "one sentence for people"),
}

MAPPED_FAMILIES = FrameShape(
    "families",
    ("product_id",),
    {
        "product_id": Column(TEXT, "product of the shop"),
        "description": Column(TEXT, "name of the family"),
        "long_text": Column(TEXT),
        **VERDICT,
    },
)

MAPPED_ARTICLES = FrameShape(
    "articles",
    ("variant_id",),
    {
        "variant_id": Column(TEXT, "variant of the shop"),
        "product_id": Column(TEXT, "row of families"),
        "item_id": Column(TEXT, "inventory item of the shop"),
        "article_number": Column(WHOLE, "the SKU"),
        **{name: Column(TEXT) for name in ("description", "colour", "size", "barcode", "brand", "long_text")},
        "price_minor": Column(WHOLE, "cents, with VAT"),
        "price_excl_minor": Column(WHOLE, "cents, without VAT"),
        "purchase_minor": Column(WHOLE, "cents"),
        "vat_code": Column(WHOLE),
        "turnover_group": Column(WHOLE),
        "active": Column(YES_NO),
        "webshop": Column(YES_NO),
        "stock_article": Column(YES_NO),
    },
)

MAPPED_SHAPES = {shape.name: shape for shape in (MAPPED_ARTICLES, MAPPED_FAMILIES)}
