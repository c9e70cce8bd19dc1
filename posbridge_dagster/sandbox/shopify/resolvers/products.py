"""Products and variants."""

from typing import Any

from posbridge_dagster.sandbox.shopify.node import Node
from posbridge_dagster.sandbox.shopify.nodes.goods import picture_node, product_node
from posbridge_dagster.sandbox.shopify.paging import list_connection
from posbridge_dagster.sandbox.shopify.records import Product, Variant
from posbridge_dagster.sandbox.shopify.registry import resolves
from posbridge_dagster.sandbox.shopify.resolvers.identifiers import custom_id, numbered
from posbridge_dagster.sandbox.shopify.scene import Scene
from posbridge_dagster.sandbox.shopify.search.finding import Finder
from posbridge_dagster.sandbox.shopify.search.goods_fields import (
    product_search_fields,
    product_sort_keys,
    variant_search_fields,
    variant_sort_keys,
)


def _products(scene: Scene) -> Finder[Product]:
    return Finder(scene, scene.shop.products, product_search_fields(scene.shop), product_sort_keys(scene.shop))


def _variants(scene: Scene) -> Finder[Variant]:
    return Finder(scene, scene.shop.variants, variant_search_fields(scene.shop), variant_sort_keys(scene.shop))


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


@resolves("QueryRoot", "productVariantsCount")
def product_variants_count(_: None, scene: Scene, query: str | None = None, limit: int | None = None) -> dict[str, Any]:
    """Return how many variants a query finds."""
    return _variants(scene).count("productVariantsCount", query, limit)


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
        found = scene.shop.products.get(scene.shop.products_by_handle.get(identifier["handle"]))
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
    """Return the variants of a product by position, or by another sort key."""
    numbers = list(source.record.variants)
    value = variant_sort_keys(scene.shop).get(sort_key, "id")
    if sort_key != "POSITION":
        numbers.sort(key=lambda number: number if isinstance(value, str) else value(scene.shop.variants[number]))
    nodes = [scene.variant_node(number) for number in numbers]
    return list_connection(nodes, unbounded=scene.unbounded, **window)


@resolves("Product", "media")
def media(source: Node, scene: Scene, sort_key: str = "POSITION", query: str | None = None, **window: Any) -> Node:
    """Return the images of a product in their order."""
    nodes = [picture_node(picture) for picture in source.record.pictures]
    return list_connection(nodes, unbounded=scene.unbounded, **window)


@resolves("Product", "description", when_asked=True)
def description(source: Node, scene: Scene, truncate_at: int | None = None) -> str:
    """Return the description without its tags, cut where it is asked to be."""
    text: str = source["description"]
    return text if truncate_at is None or len(text) <= truncate_at else f"{text[: max(truncate_at - 3, 0)]}..."


@resolves("Product", "options", when_asked=True)
def options(source: Node, scene: Scene, first: int | None = None) -> list[Node]:
    """Return the first options of a product."""
    return list(source["options"][:first])
