"""How the customers of relations are looked at in the shop."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from posbridge_dagster.clients.shopify.client import ShopifyClient
from posbridge_dagster.clients.shopify.customers import customer_changes, customers_by_id
from posbridge_dagster.loading.customer_fields import RECORDS, customer_digest, differing_fields
from posbridge_dagster.loading.fields import Kept
from posbridge_dagster.loading.shopify_customers import SEEN
from posbridge_dagster.loading.shopify_input import gid
from posbridge_dagster.model.identity import tail

Node = dict[str, Any]


@dataclass(frozen=True)
class ShopsCustomers:
    """The Shop of a look at customers."""

    client: ShopifyClient
    flow: str = RECORDS
    seen: str = SEEN

    def changes(self, since: datetime) -> Iterable[tuple[str, str]]:
        """Yield the customers that changed, with the moment."""
        for page in customer_changes(self.client, since):
            yield from ((tail(customer["id"]), customer["updatedAt"]) for customer in page)

    def read(self, target_ids: Collection[str]) -> Mapping[str, Node]:
        """Return the customers with these ids."""
        found = customers_by_id(self.client, [gid("Customer", each) for each in target_ids])
        return {tail(key): node for key, node in found.items()}

    def number(self, item: Kept) -> str:
        """Return the number of the relation."""
        return str(item.payload["relation_number"])

    def digest(self, node: Node) -> str:
        """Return a digest of what a customer says."""
        return customer_digest(node)

    def differing(self, item: Kept, node: Node, *, is_edited: bool) -> Collection[str]:
        """Return the fields in which an edited customer is another than the relation."""
        return differing_fields(item, node) if is_edited else ()
