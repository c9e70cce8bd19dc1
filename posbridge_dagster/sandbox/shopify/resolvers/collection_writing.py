"""Collections that an app makes, changes and deletes; shops of the smallest plans have none that an app may write.

What Shopify does with a handle that another collection has is not known from a recording; here it is refused.
"""

from collections.abc import Callable, Iterator
from typing import Any

from posbridge_dagster.sandbox.shopify.access import access_denied
from posbridge_dagster.sandbox.shopify.collection_members import in_order, members
from posbridge_dagster.sandbox.shopify.collection_records import Collection, Selection
from posbridge_dagster.sandbox.shopify.collection_sources import change_sources, creation_errors, new_source, source_by_hand, update_errors
from posbridge_dagster.sandbox.shopify.metafield_values import metafield_errors, write_metafields
from posbridge_dagster.sandbox.shopify.nodes.collections import collection_node
from posbridge_dagster.sandbox.shopify.nodes.places import shop_node
from posbridge_dagster.sandbox.shopify.refusals import bad_request, user_error
from posbridge_dagster.sandbox.shopify.registry import resolves
from posbridge_dagster.sandbox.shopify.resolvers.identifiers import numbered
from posbridge_dagster.sandbox.shopify.scalars import gid
from posbridge_dagster.sandbox.shopify.scene import Scene
from posbridge_dagster.sandbox.shopify.shelf import forget_custom_ids, handle_of

Given = dict[str, Any]
Error = dict[str, Any]
LONGEST = {"title": 255, "handle": 255}
PLANS_WITHOUT = frozenset({"starter", "retail"})
PLAN_NOTES = {
    "collectionCreate": " Also: The app must have access to the input fields used to create the collection. Further, the store must"
    " not be on the Starter or Retail plans and user must have a permission to create collection.",
    "collectionUpdate": " Also: The app must have access to the input fields used to update the collection. Further, the store must"
    " not be on the Starter or Retail plans and user must have a permission to update collection.",
    "collectionDelete": " Also: The store must not be on the Starter or Retail plans and user must have a permission to delete collection.",
    "collectionAddProducts": " Also: The store must not be on the Starter or Retail plans and user must have a permission to add products"
    " to a collection.",
}
NOT_MANUAL = "Can't reorder products unless collection is manually sorted"


def _allow(scene: Scene, field: str) -> None:
    """Raise Refusal where the shop's plan has no collections that may be written."""
    if scene.plan in PLANS_WITHOUT:
        raise access_denied(field, ("write_products",), PLAN_NOTES[field])


def _errors(scene: Scene, given: Given, known: Collection | None) -> Iterator[Error]:
    title, handle = given.get("title"), given.get("handle")
    if title is not None and not title.strip():
        yield user_error("Title can't be blank", "title")
    for name, longest in LONGEST.items():
        if len(given.get(name) or "") > longest:
            yield user_error(f"{name.title()} is too long (maximum is {longest} characters)", name)
    holder = scene.shop.collections.by_handle.get(handle_of(handle)) if handle else None
    if holder is not None and (known is None or holder != known.number):
        yield user_error("Handle has already been taken", "handle")
    yield from metafield_errors(scene.shop, "COLLECTION", given.get("metafields") or [], ("metafields",), known.number if known else None)


@resolves("Mutation", "collectionCreate")
def create_collection(_: None, scene: Scene, collection: Given | None = None) -> dict[str, Any]:
    """Make a collection with its sources. Nobody sees it until it is published."""
    _allow(scene, "collectionCreate")
    if collection is None:
        raise bad_request("collection must be specified on collectionCreate")
    shop, given = scene.shop, collection
    targets = given.get("sources") or []
    errors = [*_errors(scene, given, None), *creation_errors(shop, targets, "sources")]
    if errors:
        return {"collection": None, "userErrors": errors}
    now = shop.now()
    handle = handle_of(given["handle"]) if given.get("handle") else shop.collections.free_handle(handle_of(given["title"]))
    made = Collection(shop.next_number(), given["title"].strip(), handle, now, now, now)
    made.sources = [new_source(shop, target) for target in targets]
    _describe(made, given)
    shop.collections.add(made)
    write_metafields(shop, made, given.get("metafields") or [])
    shop.changed(made)
    return {"collection": collection_node(made, scene), "userErrors": []}


def _describe(collection: Collection, given: Given) -> None:
    """Bring what is no source and no handle in line with a description; what it leaves out stays."""
    if given.get("title") is not None:
        collection.title = given["title"].strip()
    for name, attribute in (("descriptionHtml", "description_html"), ("templateSuffix", "template_suffix")):
        if name in given:
            setattr(collection, attribute, given[name] or "")
    if given.get("sortOrder"):
        collection.sort_order = given["sortOrder"]
    seo = given.get("seo") or {}
    for name, attribute in (("title", "seo_title"), ("description", "seo_description")):
        if name in seo:
            setattr(collection, attribute, seo[name] or "")


@resolves("Mutation", "collectionUpdate")
def update_collection(_: None, scene: Scene, collection: Given | None = None) -> dict[str, Any]:
    """Change a collection; where its sources change, its members follow when the job is done."""
    _allow(scene, "collectionUpdate")
    shop, given = scene.shop, collection or {}
    if not given.get("id"):
        raise bad_request("id must be specified on collectionUpdate")
    known = shop.collections.get(numbered("Collection", given["id"]))
    if known is None:
        return {"collection": None, "job": None, "userErrors": [user_error("Collection does not exist")]}
    errors = [*_errors(scene, given, known), *update_errors(shop, known, given)]
    if errors:
        return {"collection": collection_node(known, scene), "job": None, "userErrors": errors}
    _describe(known, given)
    if given.get("handle"):
        shop.collections.rename(known, handle_of(given["handle"]))
    write_metafields(shop, known, given.get("metafields") or [])
    job = _worked_off(scene, known, lambda: change_sources(shop, known, given))
    shop.changed(known)
    return {"collection": collection_node(known, scene), "job": job, "userErrors": []}


def _worked_off(scene: Scene, collection: Collection, change: Callable[[], bool]) -> dict[str, Any] | None:
    """Change the sources now and let the members follow later; return the job, or None where nothing changed."""
    shop, seconds = scene.shop, float(scene.switches.get("job_seconds", 0))
    before = members(shop, collection)
    if not change():
        return None
    collection.before = before

    def work() -> None:
        collection.before = None

    return {"__typename": "Job", "id": shop.jobs.start(work, seconds), "done": False}


@resolves("Mutation", "collectionDelete")
def delete_collection(_: None, scene: Scene, given: Given) -> dict[str, Any]:
    """Delete a collection; its products stay."""
    _allow(scene, "collectionDelete")
    shown = shop_node(scene.shop, scene.plan)
    known = scene.shop.collections.get(numbered("Collection", given["id"]))
    if known is None:
        return {"deletedCollectionId": None, "shop": shown, "userErrors": [user_error("Collection does not exist", "id")]}
    scene.shop.collections.discard(known)
    forget_custom_ids(scene.shop, known)
    scene.shop.writes += 1
    return {"deletedCollectionId": gid("Collection", known.number), "shop": shown, "userErrors": []}


@resolves("Mutation", "collectionAddProducts")
def add_products(_: None, scene: Scene, global_id: str, product_ids: list[str]) -> dict[str, Any]:
    """Choose products by hand, at once. Deprecated, but there."""
    _allow(scene, "collectionAddProducts")
    known, error = _by_hand(scene, global_id, "add products to")
    if known is None or error:
        return {"collection": None, "userErrors": [error]}
    _select(scene, known, product_ids)
    scene.shop.changed(known)
    return {"collection": collection_node(known, scene), "userErrors": []}


@resolves("Mutation", "collectionAddProductsV2")
def add_products_later(_: None, scene: Scene, global_id: str, product_ids: list[str]) -> dict[str, Any]:
    """Choose products by hand, by a job; one that does not exist is passed over."""
    known, error = _by_hand(scene, global_id, "add products to")
    if known is None or error:
        return {"job": None, "userErrors": [error]}
    job = _worked_off(scene, known, lambda: _select(scene, known, product_ids))
    scene.shop.changed(known)
    return {"job": job, "userErrors": []}


@resolves("Mutation", "collectionRemoveProducts")
def remove_products(_: None, scene: Scene, global_id: str, product_ids: list[str]) -> dict[str, Any]:
    """Choose products no longer, by a job."""
    known, error = _by_hand(scene, global_id, "remove products from")
    if known is None or error:
        return {"job": None, "userErrors": [error]}
    gone = {numbered("Product", entry) for entry in product_ids}

    def take_out() -> bool:
        for source in known.sources:
            side = source.inclusion
            side.selections = [selection for selection in side.selections if selection.product not in gone]
        return True

    job = _worked_off(scene, known, take_out)
    scene.shop.changed(known)
    return {"job": job, "userErrors": []}


def _by_hand(scene: Scene, global_id: str, what: str) -> tuple[Collection | None, Error]:
    """Return the collection whose products are chosen by hand, or why they cannot be."""
    known = scene.shop.collections.get(numbered("Collection", global_id))
    if known is None:
        return None, user_error("Collection does not exist", "id", code="COLLECTION_DOES_NOT_EXIST")
    if known.is_smart:
        return None, user_error(f"Can't manually {what} a smart collection", "id", code="CANT_ADD_TO_SMART_COLLECTION")
    return known, {}


def _select(scene: Scene, collection: Collection, product_ids: list[str]) -> bool:
    """Choose products that are there and are not chosen already."""
    source = source_by_hand(scene.shop, collection)
    known = {selection.product for selection in source.inclusion.selections}
    numbers = dict.fromkeys(numbered("Product", entry) for entry in product_ids)
    fresh = [number for number in numbers if number not in known and scene.shop.products.get(number)]
    source.inclusion.selections += [Selection(number) for number in fresh]
    return True


@resolves("Mutation", "collectionReorderProducts")
def reorder_products(_: None, scene: Scene, global_id: str, moves: list[Given]) -> dict[str, Any]:
    """Move members of a collection that is sorted by hand, one after the other, by a job."""
    shop = scene.shop
    known = shop.collections.get(numbered("Collection", global_id))
    if known is None:
        return {"job": None, "userErrors": [user_error("The collection was not found.", "id", code="COLLECTION_NOT_FOUND")]}
    if known.sort_order != "MANUAL" or known.is_smart:
        return {"job": None, "userErrors": [user_error(NOT_MANUAL, "id", code="MANUALLY_SORTED_COLLECTION")]}
    numbers = in_order(shop, known)
    wanted = [(numbered("Product", move["id"]), int(move["newPosition"])) for move in moves]
    if any(number not in numbers for number, _ in wanted):
        return {"job": None, "userErrors": [user_error("The move is invalid.", "moves", code="INVALID_MOVE")]}
    for number, position in wanted:
        numbers.remove(number)
        numbers.insert(position, number)

    def work() -> None:
        known.order = numbers

    job = shop.jobs.start(work, float(scene.switches.get("job_seconds", 0)))
    shop.changed(known)
    return {"job": {"__typename": "Job", "id": job, "done": False}, "userErrors": []}
