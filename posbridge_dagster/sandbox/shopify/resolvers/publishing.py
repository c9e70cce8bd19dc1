"""Sales channels (publications), and what is to be seen in them.

A new product or collection is in none of them: an app publishes it. Whatever has a list ``published`` can be published.
"""

from typing import Any

from posbridge_dagster.sandbox.shopify.collection_records import Collection
from posbridge_dagster.sandbox.shopify.node import Node
from posbridge_dagster.sandbox.shopify.nodes.collections import collection_node
from posbridge_dagster.sandbox.shopify.nodes.places import shop_node
from posbridge_dagster.sandbox.shopify.owners import find_owner
from posbridge_dagster.sandbox.shopify.paging import list_connection
from posbridge_dagster.sandbox.shopify.planting import CHANNELS
from posbridge_dagster.sandbox.shopify.records import Product, Published
from posbridge_dagster.sandbox.shopify.refusals import user_error
from posbridge_dagster.sandbox.shopify.registry import resolves
from posbridge_dagster.sandbox.shopify.resolvers.identifiers import numbered
from posbridge_dagster.sandbox.shopify.scalars import gid, moment_text, read_moment
from posbridge_dagster.sandbox.shopify.scene import Scene

Given = dict[str, Any]
Error = dict[str, Any]
NAMES = dict(zip(CHANNELS, ("Online Store", "Point of Sale"), strict=True))
ONLINE_STORE = CHANNELS[0]


def publication_node(number: int) -> Node:
    """Return a Publication; all of them belong to apps, only the online store publishes at a later moment."""
    name = NAMES[number]
    return Node(
        {
            "__typename": "Publication",
            "id": gid("Publication", number),
            "name": name,
            "autoPublish": False,
            "supportsFuturePublishing": number == ONLINE_STORE,
            "catalog": {"__typename": "AppCatalog", "id": gid("AppCatalog", number), "title": name, "status": "ACTIVE"},
        }
    )


@resolves("QueryRoot", "publications")
def publications(_: None, scene: Scene, catalog_type: str | None = None, **window: Any) -> Node:
    """Return the sales channels."""
    nodes = [publication_node(number) for number in NAMES] if catalog_type in (None, "APP") else []
    return list_connection(nodes, unbounded=scene.unbounded, **window)


@resolves("QueryRoot", "publicationsCount")
def publications_count(_: None, scene: Scene, catalog_type: str | None = None, limit: int | None = None) -> dict[str, Any]:
    """Return how many sales channels there are."""
    return {"count": len(NAMES) if catalog_type in (None, "APP") else 0, "precision": "EXACT"}


@resolves("QueryRoot", "publication")
def publication(_: None, scene: Scene, global_id: str) -> Node | None:
    """Return one sales channel."""
    number = numbered("Publication", global_id)
    return publication_node(number) if number in NAMES else None


@resolves("QueryRoot", "publishedProductsCount")
def published_products_count(_: None, scene: Scene, publication_id: str, limit: int | None = None) -> dict[str, Any]:
    """Return how many products are in a sales channel, up to a limit."""
    number = numbered("Publication", publication_id)
    found = sum(1 for product in scene.shop.products if is_published(product, number, scene))
    return {"count": limit, "precision": "AT_LEAST"} if limit is not None and found > limit else {"count": found, "precision": "EXACT"}


def is_published(record: Any, publication: int, scene: Scene) -> bool:
    """Return whether a record is to be seen in a channel now: published there, its moment come, and active."""
    is_shown = getattr(record, "status", "ACTIVE") == "ACTIVE"
    now = scene.shop.now()
    return is_shown and any(entry.publication == publication and entry.at <= now for entry in record.published)


@resolves("Collection", "publishedOnPublication")
@resolves("Product", "publishedOnPublication")
def published_on(source: Node, scene: Scene, publication_id: str) -> bool:
    """Return whether a record is to be seen in a channel."""
    return is_published(source.record, numbered("Publication", publication_id), scene)


@resolves("Collection", "resourcePublicationsV2")
@resolves("Product", "resourcePublicationsV2")
def resource_publications(source: Node, scene: Scene, only_published: bool = True, catalog_type: str | None = None, **window: Any) -> Node:
    """Return the channels of a record, with those it will be published to later where ``only_published`` is false."""
    now = scene.shop.now()
    entries = [entry for entry in source.record.published if entry.at <= now or not only_published]
    nodes = [
        Node(
            {
                "__typename": "ResourcePublicationV2",
                "isPublished": entry.at <= now,
                "publishDate": moment_text(entry.at),
                "publication": publication_node(entry.publication),
                "publishable": source,
            }
        )
        for entry in entries
        if catalog_type in (None, "APP")
    ]
    return list_connection(nodes, unbounded=scene.unbounded, **window)


@resolves("Collection", "availablePublicationsCount", "resourcePublicationsCount")
@resolves("Product", "availablePublicationsCount", "resourcePublicationsCount")
def resource_publications_count(source: Node, scene: Scene, only_published: bool = True) -> dict[str, Any]:
    """Return how many channels a record is in."""
    now = scene.shop.now()
    return {"count": sum(1 for entry in source.record.published if entry.at <= now or not only_published), "precision": "EXACT"}


@resolves("Collection", "unpublishedPublications")
@resolves("Product", "unpublishedPublications")
def unpublished(source: Node, scene: Scene, **window: Any) -> Node:
    """Return the channels that a record is not in."""
    inside = {entry.publication for entry in source.record.published}
    nodes = [publication_node(number) for number in NAMES if number not in inside]
    return list_connection(nodes, unbounded=scene.unbounded, **window)


def publishable(scene: Scene, global_id: str) -> Product | Collection | None:
    """Return the record that is to be published."""
    found = find_owner(scene.shop, global_id)
    return found if isinstance(found, Product | Collection) else None


@resolves("Mutation", "publishablePublish")
def publish(_: None, scene: Scene, global_id: str, given: list[Given]) -> dict[str, Any]:
    """Show a record in channels, now or in the online store from a later moment."""
    record = publishable(scene, global_id)
    errors = _errors(record, given)
    if record is None or errors:
        return _answer(scene, global_id, errors)
    numbers = [numbered("Publication", entry["publicationId"]) for entry in given]
    kept = [entry for entry in record.published if entry.publication not in numbers]
    now = scene.shop.now()
    fresh = [Published(number, read_moment(entry.get("publishDate")) or now) for number, entry in zip(numbers, given, strict=True)]
    record.published = sorted([*kept, *fresh], key=lambda entry: entry.publication)
    scene.shop.changed(record)
    return _answer(scene, global_id, [])


@resolves("Mutation", "publishableUnpublish")
def unpublish(_: None, scene: Scene, global_id: str, given: list[Given]) -> dict[str, Any]:
    """Take a record out of channels."""
    record = publishable(scene, global_id)
    errors = _errors(record, given)
    if record is None or errors:
        return _answer(scene, global_id, errors)
    numbers = {numbered("Publication", entry["publicationId"]) for entry in given}
    record.published = [entry for entry in record.published if entry.publication not in numbers]
    scene.shop.changed(record)
    return _answer(scene, global_id, [])


def _errors(record: Product | Collection | None, given: list[Given]) -> list[Error]:
    if record is None:
        return [user_error("Resource does not exist", "id")]
    errors = []
    seen: set[int] = set()
    for index, entry in enumerate(given):
        path = ("input", str(index), "publicationId")
        number = numbered("Publication", entry["publicationId"]) if entry.get("publicationId") else 0
        moment = read_moment(entry.get("publishDate"))
        if number not in NAMES:
            errors.append(user_error("Publication does not exist or is not publishable", *path))
        elif number in seen:
            errors.append(user_error("The same publication was specified more than once", *path))
        elif moment is not None and number != ONLINE_STORE:
            errors.append(user_error("Publication does not support future publishing", "input", str(index), "publishDate"))
        seen.add(number)
    return errors


def _answer(scene: Scene, global_id: str, errors: list[Error]) -> dict[str, Any]:
    record = publishable(scene, global_id)
    shown = collection_node(record, scene) if isinstance(record, Collection) else scene.product_node(record.number if record else None)
    return {"publishable": shown, "shop": shop_node(scene.shop, scene.plan), "userErrors": errors}
