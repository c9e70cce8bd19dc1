"""Which products are in a collection, and in what order."""

from collections.abc import Callable
from decimal import Decimal
from operator import eq, gt, lt
from typing import Any

from posbridge_dagster.sandbox.shopify.collection_records import Collection, Condition, Side, Source
from posbridge_dagster.sandbox.shopify.planting import variant_title
from posbridge_dagster.sandbox.shopify.records import Product
from posbridge_dagster.sandbox.shopify.scalars import gid
from posbridge_dagster.sandbox.shopify.shop import Shop

TEXTS: dict[str, Callable[[Shop, Product], list[str]]] = {
    "productStatus": lambda shop, product: [product.status],
    "productTag": lambda shop, product: product.tags,
    "productTitle": lambda shop, product: [product.title],
    "productType": lambda shop, product: [product.product_type],
    "productVendor": lambda shop, product: [product.vendor],
    "variantTitle": lambda shop, product: [variant_title(shop.variants[number]) for number in product.variants],
}
NUMBERS: dict[str, Callable[[Shop, Product], list[Any]]] = {
    "variantPrice": lambda shop, product: [Decimal(shop.variants[number].price_cents) / 100 for number in product.variants],
    "variantInventory": lambda shop, product: [shop.stock.available(number) for number in product.variants],
}
COMPARED: dict[str, Callable[[str, str], bool]] = {
    "EQUALS": eq,
    "TAGGED_WITH": eq,
    "CONTAINS": lambda text, value: value in text,
    "STARTS_WITH": lambda text, value: text.startswith(value),
    "ENDS_WITH": lambda text, value: text.endswith(value),
}
OPPOSITES = {"NOT_EQUALS": "EQUALS", "NOT_TAGGED_WITH": "TAGGED_WITH", "DOES_NOT_CONTAIN": "CONTAINS"}
ORDERED: dict[str, Callable[[Any, Any], bool]] = {"EQUALS": eq, "GREATER_THAN": gt, "LESS_THAN": lt}
SORTS = {"TITLE": "ALPHA_ASC", "PRICE": "PRICE_ASC", "CREATED": "CREATED", "MANUAL": "MANUAL", "ID": "ID"}


def holds(shop: Shop, product: Product, condition: Condition) -> bool:
    """Return whether a condition is true of a product."""
    if condition.kind == "collection":
        return any(product.number in members(shop, shop.collections[number]) for number in _collections(shop, condition))
    is_opposite = condition.relation in OPPOSITES
    relation = OPPOSITES.get(condition.relation, condition.relation)
    if condition.kind in NUMBERS:
        value = Decimal(condition.values[0])
        return any(ORDERED[relation](held, value) for held in NUMBERS[condition.kind](shop, product)) != is_opposite
    texts = [text.lower() for text in TEXTS[condition.kind](shop, product)]
    compare = COMPARED[relation]
    hits = [any(compare(text, value.lower()) for text in texts) != is_opposite for value in condition.values]
    return all(hits) if condition.match_type == "ALL" else any(hits)


def _collections(shop: Shop, condition: Condition) -> list[int]:
    known = {gid("Collection", collection.number): collection.number for collection in shop.collections}
    return [known[value] for value in condition.values if value in known]


def _chosen(shop: Shop, side: Side) -> list[int]:
    """Return the products that one side of a source means: those chosen by hand in their order, then those of the conditions."""
    by_hand = [selection.product for selection in side.selections if shop.products.get(selection.product)]
    if not side.conditions:
        return by_hand
    matches = any if side.match_type == "ANY" else all
    ruled = [product.number for product in shop.products if matches(holds(shop, product, condition) for condition in side.conditions)]
    return list(dict.fromkeys([*by_hand, *ruled]))


def source_members(shop: Shop, source: Source, above: tuple[int, ...] = ()) -> list[int]:
    """Return the products of a source. ``above`` are collections whose members are being found: none is its own part."""
    if source.target:
        left_out = set(_chosen(shop, source.exclusion))
        return [number for number in _chosen(shop, source.inclusion) if number not in left_out]
    known = [shop.collections.get(number) for number in source.collections if number not in above]
    return [number for part in known if part is not None for number in members(shop, part, above)]


def members(shop: Shop, collection: Collection, above: tuple[int, ...] = ()) -> list[int]:
    """Return the products of a collection, each once, in the order of its sources."""
    if collection.before is not None:
        return [number for number in collection.before if shop.products.get(number)]
    within = (*above, collection.number)
    return list(dict.fromkeys(number for source in collection.sources for number in source_members(shop, source, within)))


def in_order(shop: Shop, collection: Collection, sort_key: str = "COLLECTION_DEFAULT") -> list[int]:
    """Return the members in an order; what sells best or is most relevant is not known here, they stand as they were added."""
    numbers = members(shop, collection)
    wanted = collection.sort_order if sort_key == "COLLECTION_DEFAULT" else SORTS.get(sort_key, "")
    if wanted == "MANUAL":
        places = {number: place for place, number in enumerate(collection.order)}
        return sorted(numbers, key=lambda number: places.get(number, len(places)))
    keys: dict[str, Callable[[int], Any]] = {
        "ALPHA": lambda number: shop.products[number].title.lower(),
        "CREATED": lambda number: (shop.products[number].created_at, number),
        "ID": lambda number: number,
        "PRICE": lambda number: min((shop.variants[entry].price_cents for entry in shop.products[number].variants), default=0),
    }
    key = keys.get(wanted.removesuffix("_ASC").removesuffix("_DESC"))
    return numbers if key is None else sorted(numbers, key=key, reverse=wanted.endswith("_DESC"))
