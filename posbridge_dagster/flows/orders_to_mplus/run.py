"""What writing needs besides the frames, and what it is about to write."""

from collections.abc import Mapping as MappingOf
from dataclasses import dataclass
from typing import Any

from posbridge_dagster.clients.mplus.client import MplusClient
from posbridge_dagster.flows.orders_to_mplus.options import OrdersToMplusOptions
from posbridge_dagster.ledger import Ledger, Owner
from posbridge_dagster.loading.item import Item
from posbridge_dagster.loading.result import ResultRow
from posbridge_dagster.mapping import Mapping
from posbridge_dagster.snapshots.fingerprint import changed_parts


@dataclass(frozen=True)
class Run:
    """What writing needs besides the frames."""

    mapping: Mapping[OrdersToMplusOptions]
    ledger: Ledger
    owner: Owner
    mplus: MplusClient
    shop: str
    run_id: str
    dry_run: bool


@dataclass(frozen=True)
class Changes:
    """Which later changes of a sent order matter: all but the parts that the mapping ignores."""

    ignored: frozenset[str]

    def between(self, before: str, after: str) -> list[str]:
        """Return the names of the parts that differ and matter."""
        return [part for part in changed_parts(before, after) if part not in self.ignored]


@dataclass(frozen=True)
class Candidate:
    """A document that may be written, or ``verdict``: why it may not."""

    document: MappingOf[str, Any]
    item: Item
    verdict: ResultRow | None
