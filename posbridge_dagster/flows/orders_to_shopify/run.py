"""What writing needs besides the frames, and what it is about to write."""

from dataclasses import dataclass

from posbridge_dagster.clients.shopify.client import ShopifyClient
from posbridge_dagster.flows.orders_to_shopify.exchanges import TAKEN_BACK
from posbridge_dagster.flows.orders_to_shopify.options import OrdersToShopifyOptions
from posbridge_dagster.ledger import Ledger, Owner
from posbridge_dagster.loading.item import Item
from posbridge_dagster.loading.result import ResultRow
from posbridge_dagster.mapping import Mapping
from posbridge_dagster.snapshots.fingerprint import changed_parts

STEPS = frozenset({"payments", "delivery", "cancellation"})
"""Parts of a document whose later change is carried out on the order."""


@dataclass(frozen=True)
class Run:
    """What writing needs besides the frames."""

    mapping: Mapping[OrdersToShopifyOptions]
    ledger: Ledger
    owner: Owner
    shopify: ShopifyClient
    administration: str
    run_id: str
    dry_run: bool

    @property
    def wants_companies(self) -> bool:
        """Whether the mapping makes companies of companies."""
        return self.mapping.settings.companies == "b2b"


@dataclass(frozen=True)
class Changes:
    """Which later changes of a sent document are no step and matter: all but the parts that the mapping ignores."""

    ignored: frozenset[str]

    def between(self, before: str, after: str) -> list[str]:
        """Return the names of the parts that differ and matter."""
        return [part for part in changed_parts(before, after) if part not in self.ignored | STEPS]


@dataclass(frozen=True)
class Candidate:
    """A document that may be written, or ``verdict``: why it may not."""

    kind: str
    item: Item
    verdict: ResultRow | None

    @property
    def is_refund(self) -> bool:
        """Whether it gives back what another document sold."""
        return self.kind in TAKEN_BACK
