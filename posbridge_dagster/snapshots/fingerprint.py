"""What an order says, as one short hash per part: a change is seen in the content, never in a time stamp.

Shopify's ``updatedAt`` moves without a change of content, so only these parts tell whether an order is another than the
one that was sent, and which part it is.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

Row = Mapping[str, Any]

_ADDRESS_PARTS = ("first_name", "last_name", "company", "address1", "address2", "postal_code", "city", "country")
_ORDER_PARTS = {
    "customer": ("customer_key", "email"),
    "billing": tuple(f"billing_{part}" for part in _ADDRESS_PARTS),
    "shipping": tuple(f"shipping_{part}" for part in _ADDRESS_PARTS),
    "note": ("note",),
    "tags": ("tags",),
    "place": ("location_id", "source_name"),
    "totals": ("total_minor", "tax_minor", "rounding_minor", "currency"),
    "cancelled": ("cancelled_at",),
}
_ADDED = {"total_minor": "exchanged_minor", "tax_minor": "exchanged_tax_minor", "rounding_minor": "exchanged_rounding_minor"}
_LINE = ("line_id", "kind", "sku", "title", "quantity", "total_minor", "tax_rate", "tax_minor")
_PAYMENT = ("payment_id", "gateway", "money_minor")


def order_fingerprint(order: Row, lines: Sequence[Row], payments: Sequence[Row]) -> str:
    """Return the hashes of an order's parts as JSON with sorted keys.

    Refunds and exchanges are records of their own: what they give back or add is no part of it.
    """
    sale = {**order, **{column: order[column] - (order.get(added) or 0) for column, added in _ADDED.items() if order.get(column)}}
    parts = {name: _hash([sale.get(column) for column in columns]) for name, columns in _ORDER_PARTS.items()}
    own_lines = [line for line in lines if not line.get("return_id") and (line.get("kind") != "rounding" or line["total_minor"])]
    parts["lines"] = _hash([[line.get(column) for column in _LINE] for line in own_lines])
    paid = [payment for payment in payments if payment["money_minor"] and not payment.get("return_id")]
    parts["payments"] = _hash([[payment[column] for column in _PAYMENT] for payment in paid])
    return json.dumps(parts, sort_keys=True)


def changed_parts(before: str, after: str) -> list[str]:
    """Return the names of the parts in which two fingerprints differ, in alphabetical order."""
    old, new = json.loads(before or "{}"), json.loads(after or "{}")
    return sorted(name for name in old.keys() | new.keys() if old.get(name) != new.get(name))


def _hash(value: object) -> str:
    return hashlib.sha256(json.dumps(value, default=str).encode()).hexdigest()[:12]
