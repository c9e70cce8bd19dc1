"""Single values of a Shopify answer: money bags, timestamps, rates, addresses, linked ids."""

from collections.abc import Mapping
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import Any

from posbridge_dagster.model.identity import tail
from posbridge_dagster.model.money import minor_units

Node = Mapping[str, Any]

_cached_minor_units = lru_cache(maxsize=65536)(minor_units)


def money(node: Node, member: str) -> int:
    """Return the shop money of a money bag in minor units; an absent bag is 0."""
    bag = node.get(member)
    if not bag:
        return 0
    shop = bag["shopMoney"]
    return _cached_minor_units(str(shop["amount"]), shop["currencyCode"])


def moment(text: str | None) -> datetime | None:
    """Return a Shopify timestamp as an aware moment."""
    return datetime.fromisoformat(text) if text else None


def rate(tax: Node) -> int:
    """Return a rate such as 0.21 as 2100; Shopify states it as a fraction of one."""
    return int((Decimal(str(tax["rate"] or 0)) * 10000).quantize(Decimal(1), ROUND_HALF_UP))


def rounding(node: Node) -> int:
    """Return the cash rounding of what was paid for an order, in minor units."""
    return money(node.get("totalCashRoundingAdjustment") or {}, "paymentSet")


def linked(node: Node, member: str) -> str | None:
    """Return the digits of the id of a linked node, or None where there is none."""
    other = node.get(member)
    return tail(other["id"]) if other else None


def address_columns(prefix: str, address: Node | None) -> dict[str, Any]:
    """Return an address as columns with a prefix; an absent address is empty."""
    address = address or {}
    members = {
        "first_name": "firstName",
        "last_name": "lastName",
        "company": "company",
        "address1": "address1",
        "address2": "address2",
        "postal_code": "zip",
        "city": "city",
        "country": "countryCodeV2",
        "phone": "phone",
    }
    return {f"{prefix}_{column}": address.get(member) for column, member in members.items()}
