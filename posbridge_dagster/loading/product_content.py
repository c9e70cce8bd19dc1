"""A kept product as the inputs of Shopify's mutations, and as it compares with what Shopify holds.

A kept product's payload has ``custom_id``, ``family``, ``state``, ``names`` (of its options), ``product`` (fields), ``variants``
(fields by article number, with ``option_values`` and ``ext_article_id``) and ``features``. Its fields are those of the product, and
``<article>.<field>`` for each variant. Values are as the mapping gives them; Shopify's own forms ("10.0", sorted tags) compare equal.
"""

import json
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from posbridge_dagster.clients.shopify.custom_ids import custom_id_metafield
from posbridge_dagster.clients.shopify.paging import Node
from posbridge_dagster.loading.fields import Kept

PRODUCT_KEY, ARTICLE_KEY = "mplus_product", "mplus_article"
STRUCTURE = ("options", "variants", "publications")
FEATURE = "feature."
DEFAULT_OPTION, DEFAULT_VALUE = "Title", "Default Title"

_PRODUCT = {
    "title": "title",
    "description": "descriptionHtml",
    "vendor": "vendor",
    "product_type": "productType",
    "status": "status",
    "handle": "handle",
}
_VARIANT = {
    "barcode": "barcode",
    "price": "price",
    "compare_at": "compareAtPrice",
    "taxable": "taxable",
    "inventory_policy": "inventoryPolicy",
}
_ITEM = {"cost": "cost", "tracked": "tracked", "requires_shipping": "requiresShipping", "sku": "sku"}
_CLEARED = {"barcode": ""}
_WEIGHT = ("weight", "weight_unit")
_NUMBERS = ("price", "compare_at", "cost", "weight")
_SHOPIFYS_OWN = ("handle", "status", "vendor")  # Shopify fills these in where nothing is said
_NEVER_EMPTIED = (*_SHOPIFYS_OWN, *_ITEM, "taxable", "inventory_policy")

Input = dict[str, Any]


def of_article(number: int | str, field: str) -> str:
    """Return the name of a variant's field among those of its product."""
    return f"{number}.{field}"


def article_custom_id(item: Kept, number: int | str) -> str:
    """Return the custom id of an article, in the administration of its product's."""
    return f"{item.external_id.rpartition(':')[0]}:{number}"


def is_simple(item: Kept) -> bool:
    """Whether the product has no options: one variant without a name."""
    return not item.payload["names"]


def new_product(item: Kept, due: Collection[str], articles: Collection[str]) -> Input:
    """Return a ProductSetInput that makes the product, with the fields that are due, with variants of these articles."""
    fields = {name: value for name, value in item.payload["product"].items() if name in due}
    metafields = [custom_id_metafield(PRODUCT_KEY, item.external_id), *new_features(item, "0", due)]
    return {
        **product_update_input(fields),
        **({"tags": fields["tags"]} if fields.get("tags") else {}),
        "metafields": metafields,
        "productOptions": option_inputs(item),
        "variants": [{"position": position, **set_variant(item, number, due)} for position, number in enumerate(articles, 1)],
    }


def product_update_input(fields: Mapping[str, Any]) -> Input:
    """Return fields of a product (without its tags) under Shopify's names; an empty text clears; what Shopify fills in is left out."""
    named = {_PRODUCT[name]: value for name, value in fields.items() if name in _PRODUCT}
    own = {_PRODUCT[name] for name in _SHOPIFYS_OWN}
    return {name: value if value is not None else "" for name, value in named.items() if value or name not in own}


def option_inputs(item: Kept) -> list[Input]:
    """Return the options with their values, in the till's sequence, as OptionSetInput."""
    if is_simple(item):
        return [{"name": DEFAULT_OPTION, "position": 1, "values": [{"name": DEFAULT_VALUE}]}]
    return [
        {"name": option["name"], "position": position, "values": [{"name": value} for value in option["values"]]}
        for position, option in enumerate(item.fields["options"], 1)
    ]


def set_variant(item: Kept, number: str, due: Collection[str]) -> Input:
    """Return a new variant as a ProductVariantSetInput, which takes the SKU beside the item."""
    variant = variant_input(item, number, due, new=True)
    stock = dict(variant.get("inventoryItem", {}))
    sku = stock.pop("sku", None)
    return {**variant, **({"inventoryItem": stock} if stock else {}), **({"sku": sku} if sku else {})}


def variant_input(item: Kept, number: str, due: Collection[str], *, new: bool) -> Input:
    """Return the due fields of a variant as a ProductVariantsBulkInput; a new one also gets what it cannot be without."""
    content = item.payload["variants"][number]
    chosen = {name: value for name, value in content.items() if of_article(number, name) in due}
    variant: Input = {_VARIANT[name]: _cleared(name, value) for name, value in chosen.items() if name in _VARIANT}
    stock: Input = {_ITEM[name]: _cleared(name, value) for name, value in chosen.items() if name in _ITEM}
    if any(name in chosen for name in _WEIGHT) and content.get("weight") and content.get("weight_unit"):
        weight = {"unit": content["weight_unit"], "value": float(content["weight"])}  # a weight is no money: Shopify takes a Float
        stock["measurement"] = {"weight": weight}
    if stock:
        variant["inventoryItem"] = stock
    if new or "option_values" in chosen:
        variant["optionValues"] = option_values(item, number)
    if new:
        custom_id = custom_id_metafield(ARTICLE_KEY, article_custom_id(item, number))
        variant["metafields"] = [custom_id, *new_features(item, number, due)]
    return variant


def option_values(item: Kept, number: str) -> list[Input]:
    """Return the values of a variant's options as VariantOptionValueInput."""
    if is_simple(item):
        return [{"optionName": DEFAULT_OPTION, "name": DEFAULT_VALUE}]
    values = item.payload["variants"][number]["option_values"]
    return [{"optionName": name, "name": value} for name, value in zip(item.payload["names"], values, strict=True)]


def chosen_values(variant: Node) -> list[Input]:
    """Return the values that a variant of Shopify has, as VariantOptionValueInput."""
    return [{"optionName": selected["name"], "name": selected["value"]} for selected in variant["selectedOptions"]]


def alike(values: Sequence[Input]) -> tuple[str, ...]:
    """Return values in the form in which two variants of a product may not be the same."""
    return tuple(value["name"].casefold() for value in values)


def with_values_of(option: Input, variants: Sequence[Node]) -> Input:
    """Return an option (OptionSetInput) that has the values of these variants, too, after its own."""
    own = [value["name"] for value in option["values"]]
    theirs = [chosen["name"] for variant in variants for chosen in chosen_values(variant) if chosen["optionName"] == option["name"]]
    return {**option, "values": [{"name": name} for name in dict.fromkeys([*own, *theirs])]}


def features(item: Kept, number: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield the features of the product (number 0) or of a variant, each with the name of its field."""
    for feature in item.payload["features"]:
        if feature["article"] == number:
            name = f"{FEATURE}{feature['namespace']}.{feature['key']}"
            yield name if number == "0" else of_article(number, name), feature


def new_features(item: Kept, number: str, due: Collection[str]) -> list[Input]:
    """Return the due features of a new product or variant as MetafieldInput."""
    return [metafield_input(feature) for name, feature in features(item, number) if name in due]


def metafield_input(feature: Mapping[str, Any]) -> Input:
    """Return a feature as a MetafieldInput."""
    return {name: feature[name] for name in ("namespace", "key", "type", "value")}


def with_tags(found: Node, tags: Collection[str]) -> list[str]:
    """Return the tags to send so that ours are there and none that people added is lost."""
    there = {tag.casefold() for tag in found["tags"]}
    return [*found["tags"], *(tag for tag in tags if tag.casefold() not in there)]


def product_value(name: str, wanted: Any, found: Node) -> Any:
    """Return what stands in a field of a product in Shopify; of its tags those that are ``wanted``, for the others are people's."""
    if name == "tags":
        there = {tag.casefold() for tag in found["tags"]}
        return [tag for tag in wanted or () if tag.casefold() in there]
    return found[_PRODUCT[name]] or None


def variant_value(name: str, found: Node) -> Any:
    """Return what stands in a field of a variant in Shopify, numbers as plain text; a variant without options has no values."""
    item = found["inventoryItem"]
    if name == "option_values":
        values = [option["value"] for option in found["selectedOptions"]]
        return [] if values == [DEFAULT_VALUE] else values
    if name in _WEIGHT:
        weight = (item["measurement"] or {}).get("weight") or {}
        return weight.get("unit") if name == "weight_unit" else _plain(weight.get("value"))
    if name == "cost":
        return _plain((item["unitCost"] or {}).get("amount"))
    if name in ("price", "compare_at"):
        return _plain(found[_VARIANT[name]])
    there = found["sku"] if name == "sku" else item[_ITEM[name]] if name in _ITEM else found[_VARIANT[name]]
    return None if there == "" else there


def feature_value(feature: Mapping[str, Any], metafields: Collection[Node]) -> str | None:
    """Return the value of a feature in Shopify, None where it is not there."""
    name = (feature["namespace"], feature["key"])
    return next((each["value"] for each in metafields if (each["namespace"], each["key"]) == name), None)


def is_left(name: str, content: Mapping[str, Any]) -> bool:
    """Whether a field of a product or of a variant stays as it is in Shopify, because ``content`` has no value for it."""
    if name in _WEIGHT:
        return not (content.get("weight") and content.get("weight_unit"))
    return name in _NEVER_EMPTIED and content.get(name) in (None, "")


def product_differs(name: str, wanted: Any, found: Node) -> bool:
    """Return whether a field of a product is another in Shopify."""
    there = product_value(name, wanted, found)
    if name == "tags":
        return len(there) < len(wanted or ())
    if is_left(name, {name: wanted}):
        return False
    return _text(wanted) != _text(there)


def variant_differs(name: str, content: Mapping[str, Any], found: Node) -> bool:
    """Return whether a field of a variant is another in Shopify."""
    wanted, there = content.get(name), variant_value(name, found)
    if name == "option_values":
        return bool((there or [DEFAULT_VALUE]) != (wanted or [DEFAULT_VALUE]))
    if is_left(name, content):
        return False
    if name in _NUMBERS:
        return _number(there) != _number(wanted)
    return _text(there) != _text(wanted)


def feature_differs(feature: Mapping[str, Any], metafields: Collection[Node]) -> bool:
    """Return whether a feature is another in Shopify, or is there where it should not be."""
    there = feature_value(feature, metafields)
    if there and feature["value"] and feature["type"] in _READ_AS:
        read = _READ_AS[feature["type"]]
        return bool(read(there) != read(feature["value"]))
    return _text(there) != _text(feature["value"])


_READ_AS: Mapping[str, Callable[[str], Any]] = {
    "number_decimal": Decimal,
    "number_integer": Decimal,
    "date_time": datetime.fromisoformat,
    "list.number_integer": json.loads,
}
"""How the values of a type compare, because Shopify writes them in its own form."""


def _cleared(name: str, value: Any) -> Any:
    return _CLEARED.get(name) if value is None else value


def _text(value: Any) -> str:
    return "" if value is None else " ".join(str(value).split())


def _plain(value: Any) -> str | None:
    """Return a number as the mapping writes it."""
    number = _number(value)
    return None if number is None else f"{number.normalize():f}"


def _number(value: Any) -> Decimal | None:
    return None if value in (None, "") else Decimal(str(value))
