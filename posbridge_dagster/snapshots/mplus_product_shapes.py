"""The frames MplusKASSA's catalogue is kept in: families, their articles, the articles' custom fields and sales prices.

``*_minor`` columns are cents, rates are hundredths of a percent (2100 is 21 %). An article says itself which family it is in.
"""

import pyarrow as pa

from posbridge_dagster.model.frames import TEXT, WHOLE, YES_NO, Column, FrameShape

QUANTITY = pa.decimal128(18, 6)
TEXTS = pa.list_(TEXT)

FAMILIES = FrameShape(
    "families",
    ("family_number",),
    {
        "family_number": Column(WHOLE, "productNumber"),
        "description": Column(TEXT, "name of the family"),
        "long_text": Column(TEXT, "extraText"),
        "groups": Column(TEXTS, "numbers of the article groups it is in"),
        "group_positions": Column(TEXTS, "its place in a group, as <group number>:<place>"),
        "sync_marker": Column(WHOLE, "marker of the family itself"),
    },
)

ARTICLES = FrameShape(
    "articles",
    ("article_number",),
    {
        "article_number": Column(WHOLE, "articleNumber"),
        "family_number": Column(WHOLE, "row of families"),
        "ext_article_id": Column(TEXT, "extArticleId"),
        "plu_number": Column(TEXT, "pluNumber, text that may look like a number"),
        "active": Column(YES_NO, "not switched off; absent counts as active"),
        "discontinued": Column(YES_NO, "no longer sold once the stock is gone"),
        "webshop": Column(YES_NO, "marked for the webshop"),
        "stock_article": Column(YES_NO, "stock is kept of it; absent counts as kept"),
        "description": Column(TEXT, "name of the article"),
        "colour": Column(TEXT),
        "colour_position": Column(WHOLE, "colourSequenceNumber"),
        "size": Column(TEXT),
        "size_position": Column(WHOLE, "sizeSequenceNumber"),
        "invoice_text": Column(TEXT),
        "receipt_text": Column(TEXT),
        "display_text": Column(TEXT),
        "long_text": Column(TEXT, "extraText"),
        "barcode": Column(TEXT, "first barcode"),
        "brand": Column(TEXT, "brandName"),
        "turnover_group": Column(WHOLE, "turnoverGroup, 0 to 999"),
        "categories": Column(TEXTS, "numbers of its categories"),
        "vat_code": Column(WHOLE, "empty for a composite of several rates"),
        "vat_rate": Column(WHOLE, "hundredths of a percent"),
        "price_minor": Column(WHOLE, "base price with VAT"),
        "price_excl_minor": Column(WHOLE, "base price without VAT"),
        "purchase_minor": Column(WHOLE, "purchase price without VAT"),
        "special_price": Column(TEXT, "PRICE-NORMAL, PRICE-FREE, PRICE-NOT-FOR-SALE ..."),
        "unit": Column(TEXT, "unit it is sold in"),
        "si_unit": Column(TEXT, "SI unit of its quantity"),
        "content_quantity": Column(QUANTITY, "what one piece holds, in content_unit"),
        "content_unit": Column(TEXT, "such as gram or liter"),
        "supplier_number": Column(WHOLE, "relation of the supplier"),
        "supplier_name": Column(TEXT),
        "supplier_article": Column(TEXT, "the supplier's number of it"),
        "minimum_age": Column(WHOLE, "age that is checked, in years"),
        "currency": Column(TEXT, "ISO 4217, by setting"),
        "sync_marker": Column(WHOLE),
        "fault": Column(TEXT, "why it cannot be read; empty when it can"),
    },
)

CUSTOM_FIELDS = FrameShape(
    "custom_fields",
    ("article_number", "name"),
    {
        "article_number": Column(WHOLE, "row of articles"),
        "name": Column(TEXT, "fieldName"),
        "position": Column(WHOLE, "its place in the till's list"),
        "data_type": Column(
            TEXT, "DATA-TYPE-STRING, -INT, -DECIMAL, -BOOL, -DATE, -DATETIME, -MULTISELECTINT, -ARRAY, -TEXT-ARRAY, -UNKNOWN"
        ),
        "value": Column(TEXT, "text; decimals without needless zeros, true/false, ISO days and UTC moments, [1, 2] for several"),
    },
)

SALES_PRICES = FrameShape(
    "sales_prices",
    ("article_number", "position"),
    {
        "article_number": Column(WHOLE, "row of articles"),
        "position": Column(WHOLE, "its place in the till's list"),
        "price_number": Column(WHOLE, "number of the price list"),
        "name": Column(TEXT, "name of the price list"),
        "first_day": Column(TEXT, "first day it holds, YYYY-MM-DD; empty = always"),
        "last_day": Column(TEXT, "last day it holds, YYYY-MM-DD; empty = for ever"),
        "price_minor": Column(WHOLE, "with VAT"),
        "price_excl_minor": Column(WHOLE, "without VAT"),
        "minimum_quantity": Column(WHOLE, "pieces from which it holds"),
    },
)

PRODUCT_SHAPES = {shape.name: shape for shape in (FAMILIES, ARTICLES, CUSTOM_FIELDS, SALES_PRICES)}
