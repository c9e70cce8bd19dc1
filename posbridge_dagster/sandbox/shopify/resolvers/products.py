"""Products and variants."""

from typing import Any

from posbridge_dagster.sandbox.shopify.node import Node
from posbridge_dagster.sandbox.shopify.nodes.goods import product_node
from posbridge_dagster.sandbox.shopify.paging import list_connection
from posbridge_dagster.sandbox.shopify.records import Product, Variant
from posbridge_dagster.sandbox.shopify.registry import resolves
from posbridge_dagster.sandbox.shopify.resolvers.identifiers import custom_id, numbered
from posbridge_dagster.sandbox.shopify.scene import Scene
from posbridge_dagster.sandbox.shopify.search.conditions import SearchField, SearchFields
from posbridge_dagster.sandbox.shopify.search.finding import Finder, SortKey

STATUS = {"active": "ACTIVE", "archived": "ARCHIVED", "draft": "DRAFT"}
PRODUCT_SORT_KEYS: dict[str, SortKey] = {
    "CREATED_AT": lambda product: product.created_at,
    "ID": "id",
    "TITLE": lambda product: product.title.lower(),
    "UPDATED_AT": "updated_at",
    "VENDOR": lambda product: product.vendor.lower(),
}
VARIANT_SORT_KEYS: dict[str, SortKey] = {"ID": "id", "SKU": lambda variant: variant.sku, "POSITION": lambda variant: variant.position}


def _products(scene: Scene) -> Finder[Product]:
    shop = scene.shop

    def variants(product: Product) -> list[Variant]:
        return [shop.variants[number] for number in product.variants]

    fields = SearchFields(
        {
            "barcode": SearchField("many", lambda product: [variant.barcode for variant in variants(product)]),
            "created_at": SearchField("moment", lambda product: product.created_at),
            "handle": SearchField("word", lambda product: product.handle),
            "id": SearchField("number", lambda product: product.number, index="id"),
            "sku": SearchField("many", lambda product: [variant.sku for variant in variants(product)]),
            "status": SearchField("choice", lambda product: product.status, STATUS),
            "tag": SearchField("many", lambda product: product.tags),
            "title": SearchField("tokens", lambda product: product.title),
            "updated_at": SearchField("moment", lambda product: product.updated_at, index="updated_at"),
            "vendor": SearchField("tokens", lambda product: product.vendor),
        },
        anywhere=lambda product: (product.title, product.vendor, *product.tags),
        timezone=shop.timezone,
    )
    return Finder(scene, shop.products, fields, PRODUCT_SORT_KEYS)


def _variants(scene: Scene) -> Finder[Variant]:
    shop = scene.shop
    fields = SearchFields(
        {
            "barcode": SearchField("word", lambda variant: variant.barcode),
            "id": SearchField("number", lambda variant: variant.number, index="id"),
            "product_id": SearchField("number", lambda variant: variant.product),
            "sku": SearchField("word", lambda variant: variant.sku),
            "title": SearchField("tokens", lambda variant: shop.products[variant.product].title),
            "updated_at": SearchField("moment", lambda variant: shop.products[variant.product].updated_at),
        },
        anywhere=lambda variant: (variant.sku, variant.barcode, shop.products[variant.product].title),
        timezone=shop.timezone,
    )
    return Finder(scene, shop.variants, fields, VARIANT_SORT_KEYS)


@resolves("QueryRoot", "products")
def products(_: None, scene: Scene, sort_key: str = "ID", saved_search_id: str | None = None, **window: Any) -> Node:
    """Return the products that a query finds."""
    return _products(scene).page("products", lambda product: product_node(product, scene.shop), sort_key=sort_key, **window)


@resolves("QueryRoot", "productsCount")
def products_count(_: None, scene: Scene, query: str | None = None, limit: int | None = None, **_unused: Any) -> dict[str, Any]:
    """Return how many products a query finds."""
    return _products(scene).count("productsCount", query, limit)


@resolves("QueryRoot", "productVariants")
def product_variants(_: None, scene: Scene, sort_key: str = "ID", saved_search_id: str | None = None, **window: Any) -> Node:
    """Return the variants that a query finds."""
    return _variants(scene).page("productVariants", lambda variant: scene.variant_node(variant.number), sort_key=sort_key, **window)


@resolves("QueryRoot", "product")
def product(_: None, scene: Scene, global_id: str) -> Node | None:
    """Return one product."""
    found = scene.shop.products.get(numbered("Product", global_id))
    return None if found is None else product_node(found, scene.shop)


@resolves("QueryRoot", "productByIdentifier")
def product_by_identifier(_: None, scene: Scene, identifier: dict[str, Any]) -> Node | None:
    """Return one product by id, handle or custom id."""
    if "id" in identifier:
        return product(None, scene, identifier["id"])
    if "handle" in identifier:
        found = next((entry for entry in scene.shop.products if entry.handle == identifier["handle"]), None)
    else:
        found = scene.shop.products.get(custom_id(scene, "PRODUCT", identifier["customId"]))
    return None if found is None else product_node(found, scene.shop)


@resolves("QueryRoot", "productVariant")
def product_variant(_: None, scene: Scene, global_id: str) -> Node | None:
    """Return one variant."""
    number = numbered("ProductVariant", global_id)
    return scene.variant_node(number) if scene.shop.variants.get(number) else None


@resolves("QueryRoot", "productVariantByIdentifier")
def product_variant_by_identifier(_: None, scene: Scene, identifier: dict[str, Any]) -> Node | None:
    """Return one variant by id or custom id."""
    if "id" in identifier:
        return product_variant(None, scene, identifier["id"])
    number = custom_id(scene, "PRODUCTVARIANT", identifier["customId"])
    return None if number is None else scene.variant_node(number)


@resolves("Product", "variants")
def variants_of_product(source: Node, scene: Scene, sort_key: str = "POSITION", **window: Any) -> Node:
    """Return the variants of a product by position."""
    nodes = [scene.variant_node(number) for number in source.record.variants]
    return list_connection(nodes, unbounded=scene.unbounded, **window)


@resolves("Product", "options", when_asked=True)
def options(source: Node, scene: Scene, first: int | None = None) -> list[Node]:
    """Return the first options of a product."""
    return list(source["options"][:first])
