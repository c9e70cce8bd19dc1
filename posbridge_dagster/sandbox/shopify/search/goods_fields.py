"""What products and variants can be searched and sorted by."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from posbridge_dagster.sandbox.shopify.collection_members import members
from posbridge_dagster.sandbox.shopify.nodes.goods import is_for_sale, is_simple
from posbridge_dagster.sandbox.shopify.planting import CHANNELS, variant_title
from posbridge_dagster.sandbox.shopify.records import Product, Variant
from posbridge_dagster.sandbox.shopify.search.conditions import SearchField, SearchFields
from posbridge_dagster.sandbox.shopify.search.finding import SortKey
from posbridge_dagster.sandbox.shopify.shop import Shop

STATUS = {"active": "ACTIVE", "archived": "ARCHIVED", "draft": "DRAFT", "unlisted": "UNLISTED"}
PUBLISHED = {"published": True, "unpublished": False, "online_store_channel": True, "any": (True, False)}
TRUTH = {"true": True, "false": False}


def product_search_fields(shop: Shop) -> SearchFields:
    """Return the search fields of products, with a metafield's for each definition that filters."""

    def variants(product: Product) -> list[Variant]:
        return [shop.variants[number] for number in product.variants]

    return SearchFields(
        {
            "barcode": SearchField("many", lambda product: [variant.barcode for variant in variants(product)]),
            "collection_id": SearchField("many", _collections_of(shop)),
            "created_at": SearchField("moment", lambda product: product.created_at),
            "gift_card": SearchField("choice", lambda product: product.gift_card, TRUTH),
            "handle": SearchField("listed", lambda product: product.handle),
            "has_only_default_variant": SearchField("choice", is_simple, TRUTH),
            "id": SearchField("number", lambda product: product.number, index="id"),
            "inventory_total": SearchField(
                "number", lambda product: sum(shop.stock.available(entry.number) for entry in variants(product) if entry.tracked)
            ),
            "out_of_stock_somewhere": SearchField(
                "choice", lambda product: any(not is_for_sale(entry, shop) for entry in variants(product)), TRUTH
            ),
            "product_type": SearchField("listed", lambda product: product.product_type),
            "publication_ids": SearchField("many", lambda product: [str(entry.publication) for entry in product.published]),
            "published_at": SearchField("moment", _online_since),
            "published_status": SearchField("choice", lambda product: _online_since(product) is not None, PUBLISHED),
            "sku": SearchField("many", lambda product: [variant.sku for variant in variants(product)]),
            "status": SearchField("choice", lambda product: product.status, STATUS),
            "tag": SearchField("many", lambda product: product.tags),
            "tag_not": SearchField("none", lambda product: product.tags),
            "title": SearchField("tokens", lambda product: product.title),
            "tracks_inventory": SearchField("choice", lambda product: any(entry.tracked for entry in variants(product)), TRUTH),
            "updated_at": SearchField("moment", lambda product: product.updated_at, index="updated_at"),
            "variant_id": SearchField("many", lambda product: [str(number) for number in product.variants]),
            "variant_title": SearchField("many", lambda product: [variant_title(variant) for variant in variants(product)]),
            "vendor": SearchField("tokens", lambda product: product.vendor),
            **_metafield_fields(shop),
        },
        anywhere=lambda product: (product.title, product.vendor, product.product_type, *product.tags, *_skus(variants(product))),
        timezone=shop.timezone,
        has_metafields=True,
    )


def _collections_of(shop: Shop) -> Callable[[Product], list[str]]:
    """Return a reader of the numbers of a product's collections, found out for all products when it is first asked."""
    known: dict[int, list[str]] = {}

    def read(product: Product) -> list[str]:
        if not known:
            known[0] = []
            for collection in shop.collections:
                for number in members(shop, collection):
                    known.setdefault(number, []).append(str(collection.number))
        return known.get(product.number, [])

    return read


def _online_since(product: Product) -> Any:
    return next((entry.at for entry in product.published if entry.publication == CHANNELS[0]), None)


def _skus(variants: Iterable[Variant]) -> list[str]:
    return [variant.sku for variant in variants if variant.sku]


def _metafield_fields(shop: Shop) -> dict[str, SearchField]:
    """Return a search field ``metafields.namespace.key`` for each definition that is made for filtering."""

    def reader(namespace: str, key: str) -> SearchField:
        def values(owner: Product) -> list[str]:
            return [entry.value for entry in owner.metafields if (entry.namespace, entry.key) == (namespace, key)]

        return SearchField("many", values)

    known = [entry for entry in shop.definitions.values() if entry.owner_type == "PRODUCT" and entry.admin_filterable]
    return {f"metafields.{entry.namespace}.{entry.key}": reader(entry.namespace, entry.key) for entry in known}


def product_sort_keys(shop: Shop) -> Mapping[str, SortKey]:
    """Return the sort keys of products. What is not among them sorts by id."""
    return {
        "CREATED_AT": lambda product: product.created_at,
        "ID": "id",
        "INVENTORY_TOTAL": lambda product: sum(shop.stock.available(number) for number in product.variants),
        "PRODUCT_TYPE": lambda product: product.product_type.lower(),
        "PUBLISHED_AT": lambda product: _online_since(product) or product.created_at,
        "TITLE": lambda product: product.title.lower(),
        "UPDATED_AT": "updated_at",
        "VENDOR": lambda product: product.vendor.lower(),
    }


def variant_search_fields(shop: Shop) -> SearchFields:
    """Return the search fields of variants."""

    def product(variant: Variant) -> Product:
        return shop.products[variant.product]

    def option(position: int) -> SearchField:
        return SearchField("word", lambda variant: variant.options[position] if position < len(variant.options) else "")

    return SearchFields(
        {
            "barcode": SearchField("word", lambda variant: variant.barcode),
            "id": SearchField("number", lambda variant: variant.number, index="id"),
            "inventory_quantity": SearchField("number", lambda variant: shop.stock.available(variant.number)),
            "location_id": SearchField("many", lambda variant: [str(level.location) for level in shop.stock.levels(variant.number)]),
            "option1": option(0),
            "option2": option(1),
            "option3": option(2),
            "product_id": SearchField("number", lambda variant: variant.product),
            "product_ids": SearchField("listed", lambda variant: str(variant.product)),
            "product_status": SearchField("choice", lambda variant: product(variant).status, STATUS),
            "product_type": SearchField("word", lambda variant: product(variant).product_type),
            "sku": SearchField("word", lambda variant: variant.sku, index="sku"),
            "tag": SearchField("many", lambda variant: product(variant).tags),
            "tag_not": SearchField("none", lambda variant: product(variant).tags),
            "taxable": SearchField("choice", lambda variant: variant.taxable, TRUTH),
            "title": SearchField("tokens", lambda variant: f"{product(variant).title} {variant_title(variant)}"),
            "updated_at": SearchField("moment", lambda variant: variant.updated_at, index="updated_at"),
            "vendor": SearchField("listed", lambda variant: product(variant).vendor),
        },
        anywhere=lambda variant: (variant.sku, variant.barcode, product(variant).title, *variant.options),
        timezone=shop.timezone,
    )


def variant_sort_keys(shop: Shop) -> Mapping[str, SortKey]:
    """Return the sort keys of variants. What is not among them sorts by id."""
    return {
        "FULL_TITLE": lambda variant: f"{shop.products[variant.product].title} - {variant_title(variant)}".lower(),
        "ID": "id",
        "INVENTORY_QUANTITY": lambda variant: shop.stock.available(variant.number),
        "POSITION": lambda variant: variant.position,
        "SKU": lambda variant: variant.sku,
        "TITLE": lambda variant: variant_title(variant).lower(),
    }
