"""Metafields and their definitions."""

import json
from hashlib import sha256

from posbridge_dagster.sandbox.shopify.node import Node
from posbridge_dagster.sandbox.shopify.records import Definition, Metafield
from posbridge_dagster.sandbox.shopify.scalars import gid, moment_text

UNIQUE_KINDS = ("id", "number_integer", "single_line_text_field", "url")
JSON_KINDS = ("boolean", "json", "number_integer")


def metafield_node(entry: Metafield, owner_type: str) -> Node:
    """Return a Metafield."""
    at = moment_text(entry.at)
    is_json = entry.kind in JSON_KINDS or entry.kind.startswith("list.")
    return Node(
        {
            "__typename": "Metafield",
            "id": gid("Metafield", entry.number),
            "namespace": entry.namespace,
            "key": entry.key,
            "type": entry.kind,
            "value": entry.value,
            "jsonValue": json.loads(entry.value) if is_json else entry.value,
            "compareDigest": compare_digest(entry),
            "ownerType": owner_type,
            "createdAt": at,
            "updatedAt": at,
        }
    )


def compare_digest(entry: Metafield) -> str:
    """Return the digest that a compare-and-set of a value is held against."""
    return sha256(f"{entry.kind}\0{entry.value}".encode()).hexdigest()


def definition_node(definition: Definition) -> Node:
    """Return a MetafieldDefinition."""
    return Node(
        {
            "__typename": "MetafieldDefinition",
            "id": gid("MetafieldDefinition", definition.number),
            "namespace": definition.namespace,
            "key": definition.key,
            "name": definition.name,
            "description": definition.description or None,
            "ownerType": definition.owner_type,
            "pinnedPosition": None,
            "type": {"name": definition.kind, "category": "ID" if definition.kind == "id" else "TEXT"},
            "capabilities": {
                "uniqueValues": {"enabled": definition.unique, "eligible": definition.kind in UNIQUE_KINDS},
                "adminFilterable": {"enabled": definition.admin_filterable, "eligible": True},
            },
        }
    )
