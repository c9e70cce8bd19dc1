"""Products and their variants: found, made as a whole, changed in parts.

``productSet`` makes its lists equal to what is sent and so deletes what is left out; it is for products that are new and for
lists that are complete. Everything else goes through the narrower mutations, which leave alone what they do not name.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from posbridge_dagster.clients.shopify.client import ShopifyClient
from posbridge_dagster.clients.shopify.documents import document, outer_fields, response_key
from posbridge_dagster.clients.shopify.paging import Node, pages, records, whole
from posbridge_dagster.clients.shopify.search import clause

MOST_OPTIONS = 3
MOST_VARIANTS = 2048
VARIANTS_IN_A_CALL = 250
IDS_IN_A_LIST = 250


def products_by_ids(client: ShopifyClient, ids: Sequence[str]) -> dict[str, Node]:
    """Return the products with these global ids by id, as ``graphql/product_fields.graphql`` selects them; gone ones are left out.

    ``variants``, ``metafields`` and ``resourcePublicationsV2`` are plain lists that hold all there is.
    """
    of = document("products_by_id")
    there = list(product_versions(client, ids))
    return {node["id"]: node for page in records(client, of, there) for node in page}


def product_versions(client: ShopifyClient, ids: Sequence[str]) -> dict[str, str]:
    """Return when each of the products with these global ids changed last, as Shopify writes it; gone ones are left out."""
    of = document("product_versions")
    found: dict[str, str] = {}
    for start in range(0, len(ids), IDS_IN_A_LIST):
        part = list(ids[start : start + IDS_IN_A_LIST])
        nodes = client.execute(of, {"ids": part})[response_key(outer_fields(of)[0])]
        found |= {node["id"]: node["updatedAt"] for node in nodes if node}
    return found


@dataclass(frozen=True)
class Structure:
    """How many variants a product has, where Shopify says it, and the values of its options in their order, also those no variant has."""

    variants: int | None
    options: Mapping[str, Sequence[str]]


def product_structures(client: ShopifyClient, ids: Sequence[str]) -> dict[str, Structure]:
    """Return the structure of products by their global ids; gone ones are left out."""
    found: dict[str, Structure] = {}
    for start in range(0, len(ids), IDS_IN_A_LIST):
        nodes = client.execute(document("product_options"), {"ids": list(ids[start : start + IDS_IN_A_LIST])})["nodes"]
        for node in filter(None, nodes):
            options = {option["name"]: [value["name"] for value in option["optionValues"]] for option in node["options"]}
            found[node["id"]] = Structure((node["variantsCount"] or {}).get("count"), options)
    return found


def product_changes(client: ShopifyClient, since: datetime) -> Iterator[list[Node]]:
    """Yield pages of ``id`` and ``updatedAt`` of the products that changed at a moment or later.

    Search lags, so ``since`` should lie some minutes before the last reading; a product may then be given again.
    """
    return pages(client, document("product_changes"), {"search": clause("updated_at", ">=", since)})


def product_set(client: ShopifyClient, identifier: Mapping[str, Any] | None, fields: Mapping[str, Any]) -> Node:
    """Make a product, or make the one that the identifier names equal to ``fields``; return ``id``, ``updatedAt`` and ``variants``.

    An unknown custom id makes a new product, so a call with one may be sent again. Raises UserErrors.
    """
    of = document("product_set")
    variables = {"identifier": dict(identifier) if identifier else None, "input": dict(fields)}
    return whole(client, of, client.execute(of, variables, repeatable=identifier is not None), "productSet", "product")


def product_update(client: ShopifyClient, product_id: str, fields: Mapping[str, Any]) -> Node:
    """Change the given fields of a product and leave the others; return ``id`` and ``updatedAt``. Raises UserErrors."""
    variables = {"product": {"id": product_id, **fields}}
    return _product(client.execute(document("product_update"), variables, repeatable=True), "productUpdate")


def variants_create(client: ShopifyClient, product_id: str, variants: Sequence[Mapping[str, Any]]) -> list[Node]:
    """Add variants to a product, 250 a call, and return ``id``, ``sku`` and ``inventoryItem`` of each.

    Raises UserErrors for the call that was refused; an unknown outcome is settled by looking at the product.
    """
    made: list[Node] = []
    for part in _parts(variants):
        data = client.execute(document("product_variants_create"), {"productId": product_id, "variants": part})
        made += data["productVariantsBulkCreate"]["productVariants"] or []
    return made


def variants_update(client: ShopifyClient, product_id: str, variants: Sequence[Mapping[str, Any]]) -> None:
    """Change the given fields of variants (each with its ``id``), 250 a call; a call changes all of its variants or none.

    Raises UserErrors for the call that was refused.
    """
    for part in _parts(variants):
        client.execute(document("product_variants_update"), {"productId": product_id, "variants": part}, repeatable=True)


def variants_delete(client: ShopifyClient, product_id: str, variant_ids: Sequence[str]) -> None:
    """Delete variants of a product; one at least must be left. Raises UserErrors."""
    for start in range(0, len(variant_ids), VARIANTS_IN_A_CALL):
        part = list(variant_ids[start : start + VARIANTS_IN_A_CALL])
        client.execute(document("product_variants_delete"), {"productId": product_id, "variantsIds": part})


def options_reorder(client: ShopifyClient, product_id: str, options: Sequence[Mapping[str, Any]]) -> None:
    """Put the options of a product and their values into an order: ``{"name": ..., "values": [{"name": ...}]}``. Raises UserErrors."""
    client.execute(document("product_options_reorder"), {"productId": product_id, "options": list(options)}, repeatable=True)


def _parts(variants: Sequence[Mapping[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    for start in range(0, len(variants), VARIANTS_IN_A_CALL):
        yield [dict(variant) for variant in variants[start : start + VARIANTS_IN_A_CALL]]


def _product(data: Node, payload: str) -> Node:
    product: Node = data[payload]["product"]
    return product
