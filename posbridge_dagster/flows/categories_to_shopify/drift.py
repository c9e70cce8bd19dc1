"""How the collections of groups are looked at in the shop."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from posbridge_dagster.clients.shopify.client import ShopifyClient
from posbridge_dagster.clients.shopify.collections import collection_changes, collections_by_id
from posbridge_dagster.flows.categories_to_shopify import FLOW
from posbridge_dagster.loading.collection_fields import PRODUCTS, collection_digest
from posbridge_dagster.loading.fields import Kept
from posbridge_dagster.loading.shopify_collections import SEEN, ShopifyCollections
from posbridge_dagster.loading.shopify_input import gid
from posbridge_dagster.model.identity import tail

Node = dict[str, Any]


@dataclass(frozen=True)
class ShopsCollections:
    """The Shop of a look at collections."""

    client: ShopifyClient
    writer: ShopifyCollections
    flow: str = FLOW
    seen: str = SEEN

    def changes(self, since: datetime) -> Iterable[tuple[str, str]]:
        """Yield the collections that changed, with the moment."""
        for page in collection_changes(self.client, since):
            yield from ((tail(collection["id"]), collection["updatedAt"]) for collection in page)

    def read(self, target_ids: Collection[str]) -> Mapping[str, Node]:
        """Return the collections with these ids."""
        found = collections_by_id(self.client, [gid("Collection", each) for each in target_ids])
        return {tail(key): node for key, node in found.items()}

    def number(self, item: Kept) -> str:
        """Return the number of the group."""
        return str(item.payload["group_number"])

    def digest(self, node: Node) -> str:
        """Return a digest of what a collection says; its members are no part of it."""
        return collection_digest(node)

    def differing(self, item: Kept, node: Node, *, is_edited: bool) -> Collection[str]:
        """Return the fields in which a collection is another than the group; its members are always compared."""
        differing = set(self.writer.differing(item, node))
        return differing if is_edited else differing & {PRODUCTS}
