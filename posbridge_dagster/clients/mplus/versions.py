"""Which installation knows what: every customer runs an own version, and the protocol number stands still.

The vendor dates some service versions and his client dates the additions. What lies between is interpolated and then
rounded up to the next major number plus one, so that a feature is assumed too late rather than too early; assuming it late
costs a call, assuming it early could lose a payment that an old service reads over.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import pairwise

Version = tuple[int, ...]

DATED: tuple[tuple[str, Version], ...] = (("2021-04", (36, 0)), ("2024-11", (59, 4)), ("2025-01", (59, 6)), ("2026-07", (67, 1, 3)))
"""Service versions of known date: vendor's release notes, client history, WSDL."""

ADDED: Mapping[str, str] = {
    "findRelationV2": "2024-11",
    "createOrderV3": "2024-11",
    "payOrderV2": "2024-11",
    "getCurrentSyncMarkersV2": "2024-11",
    "getOrdersByExtOrderIds": "2025-05",
    "payments_on_create": "2025-06",
    "processInvoice": "2025-08",
    "stock_of_branches": "2025-11",
    "creditInvoiceV2": "2026-02",
}
"""The month in which an operation or member first appears in the vendor's client; 2024-11 means then or earlier."""


def parse_version(text: str) -> Version:
    """Return ``67.1.3`` as (67, 1, 3); a text without a number is the empty version, which is older than any."""
    found = re.search(r"\d+(?:\.\d+)*", text)
    return tuple(int(part) for part in found.group().split(".")) if found else ()


def show_version(version: Version) -> str:
    """Return a version as people write it."""
    return ".".join(map(str, version)) or "unknown"


def least_version(month: str) -> Version:
    """Return the service version from which something that was added in a month is taken to be there."""
    for dated, version in DATED:
        if dated == month:
            return version
    before, after = next((one, two) for one, two in pairwise(DATED) if one[0] < month < two[0])
    months = _months(after[0]) - _months(before[0])
    tenths = before[1][0] * 10 + before[1][1]
    gained = (after[1][0] * 10 + after[1][1] - tenths) * (_months(month) - _months(before[0]))
    return (-(-(tenths + gained // months) // 10) + 1, 0)


def _months(month: str) -> int:
    year, number = month.split("-")
    return int(year) * 12 + int(number)


OLDEST_SUPPORTED: Version = least_version(ADDED["createOrderV3"])
"""Below it there is no way to create an order with an idempotency key, so nothing is written at all."""


@dataclass
class Features:
    """What one installation can do, told by its service version and corrected by what it answers."""

    version: Version
    refused: set[str] = field(default_factory=set)

    def knows(self, feature: str) -> bool:
        """Whether an operation (or ``payments_on_create``, ``stock_of_branches``) may be used."""
        return feature not in self.refused and self.version >= least_version(ADDED[feature])

    def lacks(self, operation: str) -> None:
        """Note that the installation answered that it does not know the operation."""
        self.refused.add(operation)

    @property
    def knows_payments_on_create(self) -> bool:
        """Whether createOrderV3 takes payments; an older service would read over them."""
        return self.knows("payments_on_create")

    @property
    def knows_orders_by_ext_ids(self) -> bool:
        """Whether many orders can be looked up by their external ids at once."""
        return self.knows("getOrdersByExtOrderIds")

    @property
    def knows_process_invoice(self) -> bool:
        """Whether invoices can be made idempotently."""
        return self.knows("processInvoice")

    @property
    def knows_stock_of_branches(self) -> bool:
        """Whether the stock of several branches can be asked for at once."""
        return self.knows("stock_of_branches")

    @property
    def knows_find_relation_v2(self) -> bool:
        """Whether a relation can be searched for exactly."""
        return self.knows("findRelationV2")

    @property
    def knows_credit_invoice_v2(self) -> bool:
        """Whether an invoice can be credited with a date and an explanation."""
        return self.knows("creditInvoiceV2")
