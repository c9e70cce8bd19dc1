"""Metafields and their definitions."""

from hashlib import sha256

from posbridge_dagster.sandbox.shopify.metafield_types import UNIQUE_TYPES, json_value
from posbridge_dagster.sandbox.shopify.node import Node
from posbridge_dagster.sandbox.shopify.records import Definition, Metafield
from posbridge_dagster.sandbox.shopify.scalars import gid, moment_text

CATEGORIES = {
    "boolean": "TRUE_FALSE",
    "color": "COLOR",
    "date": "DATE_TIME",
    "date_time": "DATE_TIME",
    "dimension": "MEASUREMENT",
    "id": "ID",
    "json": "JSON",
    "link": "URL",
    "money": "MONEY",
    "number_decimal": "NUMBER",
    "number_integer": "NUMBER",
    "rating": "RATING",
    "url": "URL",
    "volume": "MEASUREMENT",
    "weight": "MEASUREMENT",
}


def metafield_node(entry: Metafield, owner_type: str, owner: str) -> Node:
    """Return a Metafield; its record is the global id of its owner."""
    at = moment_text(entry.at)
    return Node(
        {
            "__typename": "Metafield",
            "id": gid("Metafield", entry.number),
            "namespace": entry.namespace,
            "key": entry.key,
            "type": entry.kind,
            "value": entry.value,
            "jsonValue": json_value(entry.kind, entry.value),
            "compareDigest": compare_digest(entry),
            "ownerType": owner_type,
            "createdAt": at,
            "updatedAt": at,
        },
        record=owner,
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
            "pinnedPosition": definition.pinned,
            "type": definition_type(definition.kind),
            "access": {
                "admin": definition.admin_access,
                "storefront": definition.storefront_access,
                "customerAccount": definition.customer_access,
            },
            "capabilities": {
                "uniqueValues": {"enabled": definition.unique, "eligible": definition.kind in UNIQUE_TYPES},
                "adminFilterable": {"enabled": definition.admin_filterable, "eligible": True},
            },
            "validations": [{"name": name, "type": definition.kind, "value": value} for name, value in definition.validations],
            "validationStatus": "ALL_VALID",
        },
        record=definition,
    )


def definition_type(kind: str) -> dict[str, str]:
    """Return a MetafieldDefinitionType."""
    inner = kind.removeprefix("list.")
    category = "REFERENCE" if inner.endswith("_reference") else CATEGORIES.get(inner, "TEXT")
    return {"name": kind, "category": category}
