"""Products that an app makes, changes and deletes, a field at a time."""

from typing import Any

from posbridge_dagster.sandbox.shopify.joining import join, joining_errors, leave
from posbridge_dagster.sandbox.shopify.metafield_values import metafield_errors, write_metafields
from posbridge_dagster.sandbox.shopify.node import Node
from posbridge_dagster.sandbox.shopify.nodes.goods import product_node
from posbridge_dagster.sandbox.shopify.nodes.places import shop_node
from posbridge_dagster.sandbox.shopify.product_drafts import add_pictures, keep_product, new_product, product_errors
from posbridge_dagster.sandbox.shopify.product_options import arranged, default_options, option_errors
from posbridge_dagster.sandbox.shopify.records import Product
from posbridge_dagster.sandbox.shopify.refusals import user_error
from posbridge_dagster.sandbox.shopify.registry import resolves
from posbridge_dagster.sandbox.shopify.resolvers.identifiers import custom_id, numbered
from posbridge_dagster.sandbox.shopify.scalars import gid
from posbridge_dagster.sandbox.shopify.scene import Scene
from posbridge_dagster.sandbox.shopify.shelf import put_variant, take_product
from posbridge_dagster.sandbox.shopify.variant_drafts import new_variant, stock_variant

Given = dict[str, Any]
Error = dict[str, Any]


@resolves("Mutation", "productCreate")
def create_product(_: None, scene: Scene, product: Given | None = None, media: list[Given] | None = None) -> dict[str, Any]:
    """Make a product with one variant: the first value of each of its options."""
    shop, given = scene.shop, product or {}
    listed = given.get("productOptions") or []
    errors = product_errors(shop, given, None, ())
    errors += option_errors(listed, ("product", "productOptions"))
    errors += metafield_errors(shop, "PRODUCT", given.get("metafields") or [], ("product", "metafields"))
    errors += joining_errors(shop, given.get("collectionsToJoin") or [], "product", "collectionsToJoin")
    shown = shop_node(shop, scene.plan)
    if errors:
        return {"product": None, "shop": shown, "userErrors": errors}
    made = new_product(shop)
    keep_product(shop, made, given)
    made.options = arranged(shop, listed) if listed else default_options(shop)
    shop.add_product(made, [])
    first = new_variant(shop, made, [option.values[0].name for option in made.options])
    put_variant(shop, made, first)
    stock_variant(shop, first, {}, is_new=True)
    write_metafields(shop, made, given.get("metafields") or [])
    join(shop, made, given.get("collectionsToJoin") or [])
    add_pictures(shop, made, media or [])
    shop.changed(made)
    return {"product": product_node(made, shop), "shop": shown, "userErrors": []}


@resolves("Mutation", "productUpdate")
def update_product(
    _: None, scene: Scene, product: Given | None = None, identifier: Given | None = None, media: list[Given] | None = None
) -> dict[str, Any]:
    """Change what is named of a product; metafields and media are added to those that are there."""
    shop, given = scene.shop, product or {}
    known = _identified(scene, given, identifier or {})
    if known is None:
        return {"product": None, "userErrors": [user_error("Product does not exist", "id")]}
    errors = product_errors(shop, given, known, ())
    errors += metafield_errors(shop, "PRODUCT", given.get("metafields") or [], ("product", "metafields"), known.number)
    errors += joining_errors(shop, given.get("collectionsToJoin") or [], "product", "collectionsToJoin")
    if errors:
        return {"product": product_node(known, shop), "userErrors": errors}
    keep_product(shop, known, given)
    write_metafields(shop, known, given.get("metafields") or [])
    join(shop, known, given.get("collectionsToJoin") or [])
    leave(shop, known, given.get("collectionsToLeave") or [])
    add_pictures(shop, known, media or [])
    shop.changed(known)
    return {"product": product_node(known, shop), "userErrors": []}


def _identified(scene: Scene, given: Given, identifier: Given) -> Product | None:
    shop = scene.shop
    asked = identifier.get("id") or given.get("id")
    if asked:
        return shop.products.get(numbered("Product", asked))
    if identifier.get("handle"):
        return shop.products.get(shop.products_by_handle.get(identifier["handle"]))
    if identifier.get("customId"):
        return shop.products.get(custom_id(scene, "PRODUCT", identifier["customId"]))
    return None


@resolves("Mutation", "productChangeStatus")
def change_status(_: None, scene: Scene, product_id: str, status: str) -> dict[str, Any]:
    """Change the status of a product."""
    known = scene.shop.products.get(numbered("Product", product_id))
    if known is None:
        return {"product": None, "userErrors": [user_error("Product does not exist", "productId", code="PRODUCT_NOT_FOUND")]}
    known.status = status
    scene.shop.changed(known)
    return {"product": product_node(known, scene.shop), "userErrors": []}


@resolves("Mutation", "productDelete")
def delete_product(_: None, scene: Scene, given: Given, synchronous: bool = True) -> dict[str, Any]:
    """Delete a product with its variants; later where not ``synchronous``. What was sold of it stays in the orders."""
    shop = scene.shop
    known = shop.products.get(numbered("Product", given["id"]))
    answer: dict[str, Any] = {"deletedProductId": None, "productDeleteOperation": None, "shop": shop_node(shop, scene.plan)}
    if known is None:
        return {**answer, "userErrors": [user_error("Product does not exist", "id")]}
    if synchronous:
        take_product(shop, known)
        return {**answer, "deletedProductId": gid("Product", known.number), "userErrors": []}
    operation = shop.product_operations.start("ProductDeleteOperation")

    def work() -> None:
        if shop.products.get(known.number) is not None:
            take_product(shop, known)
        operation.finish(known.number, [])

    shop.jobs.start(work, float(scene.switches.get("job_seconds", 0)))
    started = {"__typename": operation.kind, "id": gid(operation.kind, operation.number), "status": "CREATED"}
    pending = Node({**started, "product": None, "deletedProductId": None, "userErrors": []})
    return {**answer, "productDeleteOperation": pending, "userErrors": []}
