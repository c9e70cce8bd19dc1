"""The mapped frames as records that are kept in step: one per family that may be written, with a field for each thing it says."""

from collections.abc import Mapping as MappingOf
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import pandas as pd

from posbridge_dagster.flows.products_to_shopify.options import ProductsToShopifyOptions
from posbridge_dagster.flows.products_to_shopify.shapes import EMPTY, FOR_SALE
from posbridge_dagster.flows.products_to_shopify.vocabulary import PRODUCT_FIELDS, VARIANT_FIELDS
from posbridge_dagster.loading.fields import Kept
from posbridge_dagster.loading.product_content import features, of_article
from posbridge_dagster.loading.rows import plain_rows, rows_by
from posbridge_dagster.mapping import Mapping

Flow = Mapping[ProductsToShopifyOptions]
Row = MappingOf[str, Any]
PRICE = "price"


def product_items(mapped: MappingOf[str, pd.DataFrame], mapping: Flow, administration: str) -> list[Kept]:
    """Return the products without a verdict as kept records, by family number."""
    products = mapped["products"]
    variants, features_ = rows_by(mapped["variants"], "family_number"), rows_by(mapped["features"], "family_number")
    policies = _Policies(mapping)
    return [
        _item(product, variants.get(product["family_number"], []), features_.get(product["family_number"], []), policies, administration)
        for product in plain_rows(products[products["outcome"] == ""])
    ]


class _Policies:
    """Which fields the mapping file fills, and when each is written."""

    def __init__(self, mapping: Flow) -> None:
        options = mapping.settings
        self.product = {name: on for name, on in mapping.policies("products").items() if name in PRODUCT_FIELDS}
        self.variant = {name: on for name, on in mapping.policies("variants").items() if name in VARIANT_FIELDS}
        self.channels, self.publish_on = options.publish, options.publish_on


def _item(product: Row, variants: Sequence[Row], features_: Sequence[Row], policies: _Policies, administration: str) -> Kept:
    number, names = str(product["family_number"]), list(product["option_names"] or [])
    payload = {
        "family": product["family_number"],
        "state": product["state"],
        "names": names,
        "product": {name: _product_value(name, product[name]) for name in policies.product},
        "variants": {str(row["article_number"]): _content(row, policies) for row in variants},
        "features": [_feature(row) for row in features_],
    }
    item = Kept(
        source_id=number,
        external_id=f"{administration}:{number}",
        name=product["title"] or "",
        fields={},
        payload=payload,
        source={"family_number": product["family_number"], "articles": [row["article_number"] for row in variants]},
    )
    fields, on = _fields(item, product, [row for row in variants if row["for_sale"]], policies)
    return Kept(item.source_id, item.external_id, item.name, fields, on, payload, item.source)


def _fields(item: Kept, product: Row, on_sale: list[Row], policies: _Policies) -> tuple[dict[str, Any], dict[str, str]]:
    """Return the fields and their policies. A product that is not for sale has no structure, so its variants stay as they are."""
    content = item.payload
    if product["state"] == EMPTY:
        return {"status": content["product"].get("status")}, {}
    fields: dict[str, Any] = dict(content["product"])
    on: dict[str, str] = dict(policies.product)
    if product["state"] == FOR_SALE:
        fields["options"] = _options(content["names"], on_sale)
        fields["variants"] = sorted(row["article_number"] for row in on_sale)
        fields["publications"], on["publications"] = list(policies.channels), policies.publish_on
    shown = [str(row["article_number"]) for row in on_sale] if product["state"] == FOR_SALE else list(content["variants"])
    for number in shown:
        for name, value in content["variants"][number].items():
            if name in policies.variant or (name == "option_values" and product["state"] == FOR_SALE):
                fields[of_article(number, name)] = value
                on[of_article(number, name)] = policies.variant.get(name, "always")
    for number in ("0", *shown):
        for name, feature in features(item, number):
            fields[name], on[name] = feature["value"], feature["on"]
    return fields, on


def _options(names: list[str], on_sale: list[Row]) -> list[dict[str, Any]]:
    """Return the options, each with its values in the till's sequence."""
    return [
        {"name": name, "values": list(dict.fromkeys(row["option_values"][place] for row in on_sale))} for place, name in enumerate(names)
    ]


def _content(row: Row, policies: _Policies) -> dict[str, Any]:
    """Return a variant's fields, with what else is needed to find it and to tell it apart."""
    fields = {name: _variant_value(row[name]) for name in policies.variant}
    return {**fields, "option_values": list(row["option_values"] or []), "ext_article_id": row["ext_article_id"]}


def _feature(row: Row) -> dict[str, Any]:
    return {"article": str(row["article_number"]), **{name: row[name] for name in ("namespace", "key", "type", "value", "on")}}


def _product_value(name: str, value: Any) -> Any:
    if name != "tags":
        return value or None
    tags = (tag.strip() for tag in (value or "").split(","))
    return sorted({tag.casefold(): tag for tag in tags if tag}.values())


def _variant_value(value: Any) -> Any:
    """Return a value as JSON has it: exact decimals as plain text, an empty text as nothing."""
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    return None if value == "" else value
