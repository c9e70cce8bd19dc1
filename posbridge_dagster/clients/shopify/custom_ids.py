"""Records found by the id that MplusKASSA gave them, kept in a metafield of type ``id``.

Unlike a search these look-ups see what was written a moment ago. They need a definition of the metafield, made once per
kind of record before the first value is written: a value without a definition can block the definition for ever.
"""

from collections.abc import Mapping, Sequence
from typing import Literal

from graphql import print_ast

from posbridge_dagster.clients.failures import Misconfigured
from posbridge_dagster.clients.shopify.client import ShopifyClient
from posbridge_dagster.clients.shopify.documents import Document, derived, document, outer_fields
from posbridge_dagster.clients.shopify.errors import UserErrors
from posbridge_dagster.clients.shopify.paging import Node, pages

NAMESPACE = "posbridge"
ID_TYPE = "id"
LOOKUPS_IN_A_CALL = 50

OwnerType = Literal["ORDER", "CUSTOMER", "PRODUCT", "PRODUCTVARIANT", "COLLECTION", "LOCATION", "COMPANY"]


def ensure_definition(client: ShopifyClient, owner_type: OwnerType, key: str, name: str) -> bool:
    """Make the definition of a custom id unless it is there; return whether it was made now. ``name`` is what people see.

    Raises Misconfigured when the key is taken by a metafield of another kind, UserErrors for any other refusal.
    """
    if _is_defined(client, owner_type, key):
        return False
    definition = {"ownerType": owner_type, "namespace": NAMESPACE, "key": key, "name": name, "type": ID_TYPE}
    try:
        client.execute(document("metafield_definition_create"), {"definition": definition}, repeatable=True)
    except UserErrors as failure:
        if failure.code == "UNSTRUCTURED_ALREADY_EXISTS":
            raise _blocked(owner_type, key, "holds values that were written without a definition") from failure
        if not _is_defined(client, owner_type, key):
            raise
        return False  # taken: another run made it a moment ago
    return True


def custom_id(key: str, value: str) -> Node:
    """Return the identifier of a record by its custom id, as the look-ups and upserts of Shopify take it."""
    return {"customId": {"namespace": NAMESPACE, "key": key, "value": value}}


def custom_id_metafield(key: str, value: str) -> Node:
    """Return the metafield that gives a new record its custom id."""
    return {"namespace": NAMESPACE, "key": key, "type": ID_TYPE, "value": value}


def order_by_custom_id(client: ShopifyClient, key: str, value: str) -> Node | None:
    """Return the order with a custom id as ``graphql/order_identity.graphql`` selects it, None when there is none.

    Raises Misconfigured when the definition is missing.
    """
    return orders_by_custom_ids(client, key, [value]).get(value)


def orders_by_custom_ids(client: ShopifyClient, key: str, values: Sequence[str]) -> dict[str, Node]:
    """Return the orders with these custom ids by id, 50 look-ups a call at a point each; ids that no order has are left out.

    Raises Misconfigured when the definition is missing.
    """
    return _by_custom_ids(client, document("order_by_identifier"), key, values)


def customers_by_custom_ids(client: ShopifyClient, key: str, values: Sequence[str]) -> dict[str, Node]:
    """Return ``id`` and ``updatedAt`` of the customers with these custom ids by id; ids that no customer has are left out.

    Raises Misconfigured when the definition is missing.
    """
    return _by_custom_ids(client, document("customer_identity"), key, values)


def products_by_custom_ids(client: ShopifyClient, key: str, values: Sequence[str]) -> dict[str, Node]:
    """Return ``id`` and ``updatedAt`` of the products with these custom ids by id; ids that no product has are left out.

    Raises Misconfigured when the definition is missing.
    """
    return _by_custom_ids(client, document("product_identity"), key, values)


def _by_custom_ids(client: ShopifyClient, single: Document, key: str, values: Sequence[str]) -> dict[str, Node]:
    return look_up(client, single, {value: custom_id(key, value) for value in values})


def look_up(client: ShopifyClient, single: Document, identifiers: Mapping[str, Node]) -> dict[str, Node]:
    """Return what a look-up of one record finds for each identifier, by its name; 50 look-ups a call, names without a record left out."""
    names = list(identifiers)
    found: dict[str, Node] = {}
    for start in range(0, len(names), LOOKUPS_IN_A_CALL):
        part = names[start : start + LOOKUPS_IN_A_CALL]
        data = client.execute(many(single, len(part)), {f"i{number}": identifiers[name] for number, name in enumerate(part)})
        found |= {name: node for number, name in enumerate(part) if (node := data[f"n{number}"])}
    return found


def many(single: Document, count: int) -> Document:
    """Return the document that makes a look-up ``count`` times, by ``$i0``, ``$i1`` and so on, answered as ``n0``, ``n1`` and so on."""
    field, definition = outer_fields(single)[0], single.operation.variable_definitions[0]
    asked, kind = print_ast(field.selection_set) if field.selection_set else "", print_ast(definition.type)
    variables = ", ".join(f"$i{number}: {kind}" for number in range(count))
    fields = " ".join(f"n{number}: {field.name.value}(identifier: $i{number}) {asked}" for number in range(count))
    return derived(f"query {single.name}{count}({variables}) {{ {fields} }}", single)


def _is_defined(client: ShopifyClient, owner_type: OwnerType, key: str) -> bool:
    listing = pages(client, document("metafield_definitions"), {"ownerType": owner_type, "namespace": NAMESPACE})
    kinds = {row["key"]: row["type"]["name"] for page in listing for row in page}
    if kinds.get(key, ID_TYPE) != ID_TYPE:
        raise _blocked(owner_type, key, f"is defined as {kinds[key]}")
    return key in kinds


def _blocked(owner_type: OwnerType, key: str, why: str) -> Misconfigured:
    return Misconfigured(
        f"the metafield {NAMESPACE}.{key} of {owner_type.lower()}s {why}",
        system="Shopify",
        operation="MetafieldDefinitionCreate",
        code="custom_id_blocked",
        advice="Remove it under Settings, Custom data in the shop's admin; posbridge needs it as a unique id.",
    )
