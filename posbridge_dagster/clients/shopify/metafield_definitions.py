"""Definitions of metafields: the type and the name that people see, made before the first value is written."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from posbridge_dagster.clients.failures import Misconfigured
from posbridge_dagster.clients.shopify.client import ShopifyClient
from posbridge_dagster.clients.shopify.custom_ids import OwnerType
from posbridge_dagster.clients.shopify.documents import document
from posbridge_dagster.clients.shopify.errors import UserErrors
from posbridge_dagster.clients.shopify.paging import pages

_BLOCKED = {"UNSTRUCTURED_ALREADY_EXISTS": "holds values that were written without a definition"}


@dataclass(frozen=True)
class Definition:
    """What a metafield of an owner must be: ``kind`` is Shopify's type, ``name`` what people see."""

    owner_type: OwnerType
    namespace: str
    key: str
    name: str
    kind: str


def ensure_definitions(client: ShopifyClient, wanted: Collection[Definition]) -> int:
    """Make the definitions that are not there and return how many that were; one list is read per owner and namespace.

    Raises Misconfigured when a metafield is defined with another type, UserErrors for any other refusal.
    """
    made = 0
    for owner_type, namespace in sorted({(each.owner_type, each.namespace) for each in wanted}):
        there = _kinds(client, owner_type, namespace)
        for definition in wanted:
            if (definition.owner_type, definition.namespace) == (owner_type, namespace):
                made += _ensure(client, definition, there)
    return made


def are_defined(client: ShopifyClient, wanted: Collection[Definition]) -> bool:
    """Return whether all of these definitions are there, whatever their type."""
    return all(each.key in _kinds(client, each.owner_type, each.namespace) for each in wanted)


def _ensure(client: ShopifyClient, wanted: Definition, there: Mapping[str, str]) -> int:
    if wanted.key in there:
        if there[wanted.key] != wanted.kind:
            raise _blocked(wanted, f"is defined as {there[wanted.key]} and would have to be {wanted.kind}")
        return 0
    definition = {
        "ownerType": wanted.owner_type,
        "namespace": wanted.namespace,
        "key": wanted.key,
        "name": wanted.name,
        "type": wanted.kind,
    }
    try:
        client.execute(document("metafield_definition_create"), {"definition": definition}, repeatable=True)
    except UserErrors as failure:
        if failure.code in _BLOCKED:
            raise _blocked(wanted, _BLOCKED[failure.code]) from failure
        if _kinds(client, wanted.owner_type, wanted.namespace).get(wanted.key) != wanted.kind:
            raise
        return 0  # taken: another run made it a moment ago
    return 1


def _kinds(client: ShopifyClient, owner_type: OwnerType, namespace: str) -> dict[str, str]:
    listing = pages(client, document("metafield_definitions"), {"ownerType": owner_type, "namespace": namespace})
    return {row["key"]: row["type"]["name"] for page in listing for row in page}


def _blocked(wanted: Definition, why: str) -> Misconfigured:
    return Misconfigured(
        f"the metafield {wanted.namespace}.{wanted.key} of {wanted.owner_type.lower()}s {why}",
        system="Shopify",
        operation="MetafieldDefinitionCreate",
        code="definition_blocked",
        advice="Change its key or type in the mapping file, or remove it under Settings, Custom data in the shop's admin.",
    )
