"""Collections and their sources."""

import re
from typing import Any

from posbridge_dagster.sandbox.shopify.collection_members import members
from posbridge_dagster.sandbox.shopify.collection_records import Collection, Condition, Selection, Side, Source
from posbridge_dagster.sandbox.shopify.node import Node
from posbridge_dagster.sandbox.shopify.resolvers.identifiers import numbered
from posbridge_dagster.sandbox.shopify.scalars import cents_of, gid, moment_text, money
from posbridge_dagster.sandbox.shopify.scene import Scene

MARKUP = re.compile(r"<[^>]*>")


def collection_node(collection: Collection, scene: Scene) -> Node:
    """Return a Collection."""
    return Node(
        {
            "__typename": "Collection",
            "id": gid("Collection", collection.number),
            "legacyResourceId": str(collection.number),
            "title": collection.title,
            "handle": collection.handle,
            "descriptionHtml": collection.description_html,
            "sortOrder": collection.sort_order,
            "templateSuffix": collection.template_suffix or None,
            "seo": {"title": collection.seo_title or None, "description": collection.seo_description or None},
            "updatedAt": moment_text(collection.updated_at),
        },
        record=collection,
        sources=lambda: [source_node(source, scene) for source in collection.sources],
        productsCount=lambda: {"count": len(members(scene.shop, collection)), "precision": "EXACT"},
    )


def plain_text(markup: str) -> str:
    """Return a text without its markup, in one line."""
    return " ".join(MARKUP.sub(" ", markup).split())


def source_node(source: Source, scene: Scene) -> Node:
    """Return a source of its type."""
    values = {
        "__typename": source.kind,
        "id": gid(source.kind, source.number),
        "title": source.title,
        "description": source.description or None,
        "app": None,
    }
    if not source.target:
        parts = [scene.shop.collections[number] for number in source.collections]
        return Node(values, record=source, collections=lambda: [collection_node(part, scene) for part in parts])
    return Node(
        {**values, "shareable": False, "targetType": source.target},
        record=source,
        inclusion=lambda: _side_node(source.inclusion, "Inclusion", scene),
        exclusion=lambda: _exclusion(source.exclusion, scene),
    )


def _exclusion(side: Side, scene: Scene) -> Node | None:
    return _side_node(side, "Exclusion", scene) if side.conditions or side.selections else None


def _side_node(side: Side, name: str, scene: Scene) -> Node:
    return Node(
        {
            "__typename": f"CollectionSource{name}",
            "conditions": [_condition_node(condition, name, scene) for condition in side.conditions],
            "matchType": (side.match_type or "ALL") if side.conditions else None,
        },
        record=side,
    )


def selection_node(selection: Selection, kind: str, scene: Scene) -> Node:
    """Return a product that was chosen by hand, to be in (``Inclusion``) or out (``Exclusion``)."""
    variants = [gid("ProductVariant", number) for number in selection.variants]
    return Node(
        {"__typename": f"Collection{kind}ProductSelection", "variantIds": variants or None},
        product=lambda: scene.product_node(selection.product),
    )


def _condition_node(condition: Condition, name: str, scene: Scene) -> Node:
    kind = f"CollectionSource{name}Condition{condition.kind[0].upper()}{condition.kind[1:]}"
    values: dict[str, Any] = {
        "__typename": kind,
        "id": gid(kind, condition.number),
        "relation": condition.relation,
        "matchType": condition.match_type or "ANY",
        "values": condition.values,
    }
    if condition.kind == "variantPrice":
        values["value"] = money(cents_of(condition.values[0]), scene.shop.currency)
    elif condition.kind == "variantInventory":
        values["value"] = int(condition.values[0])
    elif condition.kind == "collection":
        found = [scene.shop.collections.get(numbered("Collection", value)) for value in condition.values]
        values["values"] = [collection_node(entry, scene) for entry in found if entry is not None]
    return Node(values)
