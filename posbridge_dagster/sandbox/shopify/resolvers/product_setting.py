"""``productSet``: a product made, or made equal to an input, at once or by a job that is asked for later."""

from typing import Any

from posbridge_dagster.sandbox.shopify.metafield_values import name_of, write_metafields
from posbridge_dagster.sandbox.shopify.node import Node
from posbridge_dagster.sandbox.shopify.nodes.goods import product_node
from posbridge_dagster.sandbox.shopify.product_replacing import read_replacement, replace
from posbridge_dagster.sandbox.shopify.records import Product
from posbridge_dagster.sandbox.shopify.refusals import user_error
from posbridge_dagster.sandbox.shopify.registry import resolves
from posbridge_dagster.sandbox.shopify.resolvers.identifiers import custom_id, numbered
from posbridge_dagster.sandbox.shopify.scalars import gid
from posbridge_dagster.sandbox.shopify.scene import Scene

Given = dict[str, Any]
Error = dict[str, Any]


@resolves("Mutation", "productSet")
def set_product(_: None, scene: Scene, given: Given, identifier: Given | None = None, synchronous: bool = True) -> dict[str, Any]:
    """Make a product, or make the one that the identifier finds equal to the input; later where not ``synchronous``."""
    wanted = {name: value for name, value in (identifier or {}).items() if value is not None}
    if synchronous or scene.in_bulk:
        product, errors = _set(scene, wanted, given)
        shown = None if product is None else product_node(product, scene.shop)
        return {"product": shown, "productSetOperation": None, "userErrors": errors}
    operation = scene.shop.product_operations.start("ProductSetOperation")

    def work() -> None:
        product, errors = _set(scene, wanted, given)
        operation.finish(product.number if product else None, errors)

    scene.shop.jobs.start(work, float(scene.switches.get("job_seconds", 0)))
    started = {"__typename": operation.kind, "id": gid(operation.kind, operation.number), "status": "CREATED"}
    return {"product": None, "productSetOperation": Node({**started, "product": None, "userErrors": []}), "userErrors": []}


def _set(scene: Scene, wanted: Given, given: Given) -> tuple[Product | None, list[Error]]:
    """Return the product that came of an input, or why there is none."""
    problem = _mismatch(wanted, given)
    if problem is not None:
        return None, [problem]
    known, problem = _identified(scene, wanted, given)
    if problem is not None:
        return None, [problem]
    replacement = read_replacement(scene.shop, known, given)
    if replacement.errors:
        return None, replacement.errors
    product = replace(scene.shop, known, given, replacement)
    custom = wanted.get("customId")
    if known is None and custom and given.get("metafields") is None:
        write_metafields(scene.shop, product, [{**custom, "type": "id"}])
    scene.variants.clear()
    return product, []


def _mismatch(wanted: Given, given: Given) -> Error | None:
    """Return why identifier and input do not belong together."""
    if wanted and given.get("id"):
        return user_error("The id field is not allowed if identifier is provided.", "input", code="ID_NOT_ALLOWED")
    if "handle" in wanted:
        if not given.get("handle"):
            message = "The input field corresponding to the identifier is required."
            return user_error(message, "input", code="MISSING_FIELD_REQUIRED")
        if given["handle"] != wanted["handle"]:
            message = "The identifier value does not match the value of the corresponding field in the input."
            return user_error(message, "input", code="INPUT_MISMATCH")
    custom = wanted.get("customId")
    if custom and given.get("metafields") is not None:
        named = [(name_of(entry), entry.get("value")) for entry in given["metafields"]]
        if (name_of(custom), custom["value"]) not in named:
            message = "The input argument `metafields` (if present) must contain the `customId` value."
            return user_error(message, "input", code="METAFIELD_MISMATCH")
    return None


def _identified(scene: Scene, wanted: Given, given: Given) -> tuple[Product | None, Error | None]:
    """Return the product that is meant; an unknown id is an error, an unknown handle or custom id makes a product."""
    shop, asked = scene.shop, wanted.get("id") or given.get("id")
    if asked:
        found = shop.products.get(numbered("Product", asked))
        path = ("identifier", "id") if "id" in wanted else ("input", "id")
        return found, None if found else user_error("Product does not exist", *path, code="PRODUCT_DOES_NOT_EXIST")
    if "handle" in wanted:
        return shop.products.get(shop.products_by_handle.get(wanted["handle"])), None
    if "customId" in wanted:
        return shop.products.get(custom_id(scene, "PRODUCT", wanted["customId"])), None
    return None, None


@resolves("QueryRoot", "productOperation")
def product_operation(_: None, scene: Scene, global_id: str) -> Node | None:
    """Return how far an asynchronous productSet or productDelete is."""
    found = scene.shop.product_operations.find(global_id)
    if found is None:
        return None
    product = scene.shop.products.get(found.product)
    node = Node(
        {
            "__typename": found.kind,
            "id": gid(found.kind, found.number),
            "status": "COMPLETE" if found.is_done else "ACTIVE",
            "product": None if product is None else product_node(product, scene.shop),
            "userErrors": found.errors,
        }
    )
    if found.kind == "ProductDeleteOperation":
        node["deletedProductId"] = gid("Product", found.product) if found.is_done and found.product else None
    return node
