"""Collections and their members, by the ``sources`` model of API version 2026-07 and later.

A collection that is filled by hand has one source whose ``inclusion.selections`` are its products. Who adds and removes members
must know the id of that source; a list in one call holds 250 at most, and Shopify may carry an update out in its own time.
Collections have no error codes: their user errors are sentences.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from posbridge_dagster.clients.failures import Misconfigured, Refused, UnknownOutcome
from posbridge_dagster.clients.shopify.client import ShopifyClient
from posbridge_dagster.clients.shopify.custom_ids import custom_id, look_up
from posbridge_dagster.clients.shopify.deadline import Deadline
from posbridge_dagster.clients.shopify.documents import document
from posbridge_dagster.clients.shopify.paging import Node, pages, records
from posbridge_dagster.clients.shopify.search import clause

MEMBERS_IN_A_CALL = 250
REFUSED_PLANS = ("Starter", "Retail")
"""Plans on which Shopify lets no app write collections (access note of the mutations in the 2026-10 schema)."""

PATIENCE = Deadline(total_s=120.0, first_nap_s=0.2, longest_nap_s=5.0)


def require_collections(client: ShopifyClient) -> None:
    """Raise Misconfigured, naming the plan, when the shop is on one that lets no app write collections."""
    plan = str(client.execute(document("shop"))["shop"]["plan"]["publicDisplayName"])
    if any(refused.lower() in plan.lower() for refused in REFUSED_PLANS):
        raise Misconfigured(
            f"the shop is on the plan {plan}, on which Shopify lets no app write collections",
            system="Shopify",
            operation="collectionCreate",
            code="plan_without_collections",
            advice="Stop the schedules and the sensor of categories_to_shopify, or move the shop to another plan.",
        )


def collections_by_custom_ids(client: ShopifyClient, key: str, values: Sequence[str]) -> dict[str, Node]:
    """Return the collections with these custom ids by id, as ``graphql/collection_fields.graphql`` selects them; others are left out.

    ``parent`` is the metafield ``posbridge.mplus_parent``. Strongly consistent. Raises Misconfigured when the definition is missing.
    """
    return look_up(client, document("collection_by_identifier"), {value: custom_id(key, value) for value in dict.fromkeys(values)})


def collections_by_id(client: ShopifyClient, collection_ids: Sequence[str]) -> dict[str, Node]:
    """Return the collections with these global ids by id, in the shape of ``collections_by_custom_ids``; those gone are left out."""
    found = records(client, document("collections_by_id"), collection_ids, all_there=False)
    return {collection["id"]: collection for page in found for collection in page}


def collection_changes(client: ShopifyClient, since: datetime) -> Iterator[list[Node]]:
    """Yield pages of ``id`` and ``updatedAt`` of the collections that changed at a moment or later; search lags, so look back a little."""
    return pages(client, document("collection_changes"), {"search": clause("updated_at", ">=", since)})


def collection_members(client: ShopifyClient, source_id: str) -> list[str]:
    """Return the global ids of the products that a source selects, all of them, in their order."""
    members: list[str] = []
    after: str | None = None
    while True:
        asked = {"sourceId": source_id, "first": MEMBERS_IN_A_CALL, "after": after}
        source = client.execute(document("collection_members"), asked)["node"]
        if source is None:
            raise Refused(f"{source_id} is gone", system="Shopify", operation="CollectionMembers", code="source_gone")
        page = source["inclusion"]["selections"]
        members += [selection["product"]["id"] for selection in page["nodes"] if selection["product"]]
        if not page["pageInfo"]["hasNextPage"]:
            return members
        if page["pageInfo"]["endCursor"] in (None, after):
            raise UnknownOutcome("there is a next page and no way to it", system="Shopify", operation="CollectionMembers", code="cursor")
        after = page["pageInfo"]["endCursor"]


def collection_create(client: ShopifyClient, fields: Mapping[str, Any]) -> Node:
    """Create a collection (CollectionCreateInput) and return it in the shape of ``collections_by_custom_ids``.

    Never sent again after an unknown outcome: look it up by its custom id. Raises UserErrors.
    """
    made: Node = client.execute(document("collection_create"), {"collection": dict(fields)})["collectionCreate"]["collection"]
    return made


def collection_update(client: ShopifyClient, collection_id: str, fields: Mapping[str, Any], deadline: Deadline | None = None) -> Node:
    """Change the given fields of a collection (CollectionUpdateInput), wait until Shopify has done so, and return it.

    Sending the same twice does no harm, as long as no source is created. Raises UserErrors, and UnknownOutcome when it takes too long.
    """
    repeatable = "sourcesToCreate" not in fields
    variables = {"collection": {"id": collection_id, **fields}}
    answer = client.execute(document("collection_update"), variables, repeatable=repeatable)["collectionUpdate"]
    if answer["job"] and not answer["job"]["done"]:
        _wait(client, answer["job"]["id"], deadline or PATIENCE)
    changed: Node = answer["collection"]
    return changed


def collection_delete(client: ShopifyClient, collection_id: str) -> None:
    """Delete a collection. Raises UserErrors, also when it is gone already."""
    client.execute(document("collection_delete"), {"input": {"id": collection_id}}, repeatable=True)


def unpublish(client: ShopifyClient, thing_id: str, publication_ids: Sequence[str]) -> None:
    """Take a product or collection off sales channels; where it is not on one, nothing happens. Raises UserErrors."""
    targets = [{"publicationId": publication_id} for publication_id in publication_ids]
    client.execute(document("unpublish"), {"id": thing_id, "input": targets}, repeatable=True)


def products_present(client: ShopifyClient, product_ids: Sequence[str]) -> set[str]:
    """Return which of these global ids are products of the shop."""
    found = records(client, document("products_present"), product_ids, at_once=MEMBERS_IN_A_CALL, all_there=False)
    return {product["id"] for page in found for product in page}


def _wait(client: ShopifyClient, job_id: str, deadline: Deadline) -> None:
    for _ in deadline.rounds():
        job = client.execute(document("job"), {"id": job_id})["job"]
        if job is None or job["done"]:
            return
    raise UnknownOutcome(
        f"the collection was not updated within {deadline.total_s:g} s",
        system="Shopify",
        operation="CollectionUpdate",
        code="deadline",
        advice="It may still be; the next run looks at it again.",
    )
