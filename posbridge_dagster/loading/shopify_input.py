"""A mapped order as the input of Shopify's ``orderCreate``.

Amounts leave here as exact decimal text. Nothing mails a customer, and stock is left alone: it has a flow of its own.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from posbridge_dagster.clients.shopify.custom_ids import custom_id_metafield
from posbridge_dagster.model.money import decimal_amount

Row = Mapping[str, Any]
Input = dict[str, Any]

_ADDRESS = {
    "first_name": "firstName",
    "last_name": "lastName",
    "company": "company",
    "address1": "address1",
    "zip": "zip",
    "city": "city",
    "country": "countryCode",
}
_PLACE = ("company", "address1", "zip", "city")


def gid(kind: str, digits: str) -> str:
    """Return the global id of a record: ``("Order", "5001")`` is ``gid://shopify/Order/5001``."""
    return f"gid://shopify/{kind}/{digits}"


def source_identifier(custom_id: str) -> str:
    """Return the mark of an order that came from MplusKASSA: ``mplus:<administration>:<id>``."""
    return f"mplus:{custom_id}"


def order_input(payload: Mapping[str, Any], key: str) -> Input:
    """Return an item's payload (order, lines, payments) as an OrderCreateOrderInput; ``key`` is that of the custom id."""
    order, lines = payload["order"], payload["lines"]
    currency = order["currency"]
    parts: Input = {
        "sourceIdentifier": source_identifier(order["custom_id"]),
        "metafields": [custom_id_metafield(key, order["custom_id"])],
        "customAttributes": [{"key": "MplusKASSA", "value": order["number"] or order["document_id"]}],
        "processedAt": order["processed_at"],
        "currency": currency,
        "taxesIncluded": order["taxes_included"],
        "name": order["name"],
        "note": order["note"],
        "tags": tags(order["tags"]),
        "poNumber": order["po_number"],
        "customer": {"toAssociate": {"id": gid("Customer", order["customer_id"])}} if order["customer_id"] else None,
        "companyLocationId": gid("CompanyLocation", order["company_location_id"]) if order["company_location_id"] else None,
        "billingAddress": address_input(order, "billing_"),
        "shippingAddress": address_input(order, "shipping_"),
        "lineItems": [_line(line, order) for line in lines if line["kind"] != "shipping"],
        "shippingLines": [_shipping(line, currency) for line in lines if line["kind"] == "shipping"],
        "transactions": [_transaction(payment, order) for payment in payload["payments"]],
        "financialStatus": _financial_status(order),
        "fulfillment": {"locationId": gid("Location", order["location_id"]), "notifyCustomer": False} if order["delivered"] else None,
    }
    return {name: part for name, part in parts.items() if part not in (None, "", [])}


def address_input(row: Row, prefix: str = "") -> Input | None:
    """Return the filled columns of an address as a MailingAddressInput, None where it names no place."""
    if not any(row[f"{prefix}{column}"] for column in _PLACE):
        return None
    return {member: row[f"{prefix}{column}"] for column, member in _ADDRESS.items() if row[f"{prefix}{column}"]}


def tags(text: str | None) -> list[str]:
    """Return tags that stand with commas between them as a list."""
    return [tag.strip() for tag in (text or "").split(",") if tag.strip()]


def money(minor: int, currency: str) -> Input:
    """Return an amount as a MoneyBagInput in the shop's currency."""
    return {"shopMoney": {"amount": str(decimal_amount(minor, currency)), "currencyCode": currency}}


def _line(line: Row, order: Row) -> Input:
    parts = {
        "variantId": gid("ProductVariant", line["variant_id"]) if line["variant_id"] else None,
        "title": line["title"],
        "quantity": line["quantity"],
        "priceSet": money(line["price_minor"], order["currency"]),
        "taxLines": _tax_lines(line, order["currency"]),
        "taxable": bool(line["tax_rate"]),
        "requiresShipping": not order["delivered"],
    }
    return {name: part for name, part in parts.items() if part is not None}


def _shipping(line: Row, currency: str) -> Input:
    price = money(line["total_minor"], currency)
    return {"title": line["title"], "priceSet": price, "taxLines": _tax_lines(line, currency)}


def _tax_lines(line: Row, currency: str) -> list[Input]:
    if not line["tax_rate"] or not line["tax_title"]:
        return []
    rate = Decimal(line["tax_rate"]).scaleb(-4)
    return [{"title": line["tax_title"], "rate": str(rate), "priceSet": money(line["tax_minor"], currency)}]


def _transaction(payment: Row, order: Row) -> Input:
    return {
        "kind": "SALE",
        "status": "SUCCESS",
        "gateway": payment["gateway"],
        "amountSet": money(payment["amount_minor"], order["currency"]),
        "processedAt": payment["paid_at"] or order["processed_at"],
        "locationId": gid("Location", order["location_id"]),
    }


def _financial_status(order: Row) -> str | None:
    """Return the status where Shopify cannot tell it from the payments: without any it would leave it empty."""
    if order["paid_minor"]:
        return None
    return "PENDING" if order["total_minor"] else "PAID"
