"""Features: custom fields that become metafields, each with the type that its data type asks for."""

from collections.abc import Mapping

import pandas as pd

from posbridge_dagster.flows.products_to_shopify.options import FeatureRule, ProductsToShopifyOptions
from posbridge_dagster.flows.products_to_shopify.shapes import MAPPED_FEATURES

OF_PRODUCT = 0
TEXT_LINE = "single_line_text_field"
TYPES: Mapping[str, str] = {
    "DATA-TYPE-INT": "number_integer",
    "DATA-TYPE-DECIMAL": "number_decimal",
    "DATA-TYPE-BOOL": "boolean",
    "DATA-TYPE-DATE": "date",
    "DATA-TYPE-DATETIME": "date_time",
    "DATA-TYPE-MULTISELECTINT": "list.number_integer",
    "DATA-TYPE-ARRAY": "multi_line_text_field",
    "DATA-TYPE-TEXT-ARRAY": "multi_line_text_field",
}


def map_features(assortment: Mapping[str, pd.DataFrame], custom_fields: pd.DataFrame, options: ProductsToShopifyOptions) -> pd.DataFrame:
    """Return MAPPED_FEATURES: a row for each feature of each product or variant, with an empty value where there is none.

    A feature of the product takes the value of its first article that has one. The type of a custom
    field that no article has is not known and empty.
    """
    rows = [row for rule in options.features for row in _rows(rule, assortment, custom_fields)]
    return MAPPED_FEATURES.frame(rows)


def _rows(rule: FeatureRule, assortment: Mapping[str, pd.DataFrame], custom_fields: pd.DataFrame) -> list[dict[str, object]]:
    fields = custom_fields[custom_fields["name"] == rule.custom_field]
    kind = rule.type or ("" if fields.empty else TYPES.get(str(fields["data_type"].mode().iloc[0]), TEXT_LINE))
    values = {article: _value(value, kind) for article, value in zip(fields["article_number"], fields["value"], strict=True)}
    common = {"namespace": rule.namespace, "key": rule.key, "name": rule.name or rule.custom_field, "type": kind, "on": rule.on}
    pairs = _pairs(assortment["articles"])
    if rule.of == "variant":
        return [{"family_number": family, "article_number": article, "value": values.get(article), **common} for family, article in pairs]
    first: dict[int, str | None] = {}
    for family, article in pairs:
        first[family] = first.get(family) or values.get(article)
    return [{"family_number": family, "article_number": OF_PRODUCT, "value": value, **common} for family, value in first.items()]


def _pairs(articles: pd.DataFrame) -> list[tuple[int, int]]:
    """Return family and number of the articles, those for sale first, in the till's sequence."""
    rows = articles.sort_values("for_sale", ascending=False, kind="stable")
    return [(int(family), int(article)) for family, article in zip(rows["family_number"], rows["article_number"], strict=True)]


def _value(value: object, kind: str) -> str | None:
    """Return a value as its metafield holds it: text of one line has no line breaks, an empty text is no value."""
    if not isinstance(value, str) or not value.strip():
        return None
    return " ".join(value.split()) if kind == TEXT_LINE else value
