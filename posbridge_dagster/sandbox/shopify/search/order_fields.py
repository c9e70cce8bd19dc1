"""What orders can be searched and sorted by."""

from collections.abc import Mapping

from posbridge_dagster.sandbox.shopify.nodes.fulfillment import fulfillment_status
from posbridge_dagster.sandbox.shopify.order_records import Order
from posbridge_dagster.sandbox.shopify.reckoning import reckon
from posbridge_dagster.sandbox.shopify.search.conditions import SearchField, SearchFields
from posbridge_dagster.sandbox.shopify.search.finding import SortKey
from posbridge_dagster.sandbox.shopify.shop import Shop

FINANCIAL = {
    "authorized": "AUTHORIZED",
    "expired": "EXPIRED",
    "paid": "PAID",
    "partially_paid": "PARTIALLY_PAID",
    "partially_refunded": "PARTIALLY_REFUNDED",
    "pending": "PENDING",
    "refunded": "REFUNDED",
    "unpaid": ("AUTHORIZED", "PARTIALLY_PAID", "PENDING"),
    "voided": "VOIDED",
}
FULFILLMENT = {
    "fulfilled": "FULFILLED",
    "shipped": "FULFILLED",
    "unfulfilled": ("UNFULFILLED", "PARTIALLY_FULFILLED"),
    "unshipped": "UNFULFILLED",
    "partial": "PARTIALLY_FULFILLED",
    "on_hold": "ON_HOLD",
}
STATUS = {"open": "open", "closed": "closed", "cancelled": "cancelled", "not_closed": ("open", "cancelled")}
TEST = {"true": True, "false": False}


def order_status(order: Order) -> str:
    """Return whether an order is open, closed or cancelled."""
    if order.cancelled_at:
        return "cancelled"
    return "closed" if order.closed_at else "open"


def financial_status(order: Order) -> str:
    """Return the displayed payment state; an order that has none counts as pending."""
    return reckon(order).financial_status or "PENDING"


def order_search_fields(timezone: str) -> SearchFields:
    """Return the search fields of orders; days are those of the shop's time zone."""
    return SearchFields(
        {
            "created_at": SearchField("moment", lambda order: order.created_at, index="created_at"),
            "processed_at": SearchField("moment", lambda order: order.business_moment, index="processed_at"),
            "updated_at": SearchField("moment", lambda order: order.updated_at, index="updated_at"),
            "id": SearchField("number", lambda order: order.number, index="id"),
            "name": SearchField("tokens", lambda order: order.name),
            "status": SearchField("choice", order_status, STATUS),
            "financial_status": SearchField("choice", financial_status, FINANCIAL),
            "fulfillment_status": SearchField("choice", fulfillment_status, FULFILLMENT),
            "source_name": SearchField("word", lambda order: order.source_name),
            "source_identifier": SearchField("word", lambda order: order.source_identifier),
            "location_id": SearchField("number", lambda order: order.location),
            "customer_id": SearchField("number", lambda order: order.customer),
            "email": SearchField("tokens", lambda order: order.email),
            "sku": SearchField("many", lambda order: [line.sku for line in order.lines if line.sku]),
            "tag": SearchField("many", lambda order: order.tags),
            "test": SearchField("choice", lambda order: order.test, TEST),
            "gateway": SearchField("many", lambda order: [entry.gateway for entry in order.transactions]),
            "po_number": SearchField("word", lambda order: order.po_number),
        },
        anywhere=lambda order: (order.name, order.email, order.note, *order.tags),
        timezone=timezone,
    )


def order_sort_keys(shop: Shop) -> Mapping[str, SortKey]:
    """Return the sort keys of orders. What is not among them sorts by id."""

    def buyer_name(order: Order) -> str:
        buyer = shop.customers.get(order.customer)
        return "" if buyer is None else f"{buyer.last_name}, {buyer.first_name}".lower()

    return {
        "CREATED_AT": "created_at",
        "PROCESSED_AT": "processed_at",
        "UPDATED_AT": "updated_at",
        "ID": "id",
        "ORDER_NUMBER": "id",
        "CUSTOMER_NAME": buyer_name,
        "FINANCIAL_STATUS": financial_status,
        "FULFILLMENT_STATUS": lambda order: fulfillment_status(order),
        "TOTAL_PRICE": lambda order: reckon(order).total,
        "CURRENT_TOTAL_PRICE": lambda order: reckon(order).current_total,
        "TOTAL_ITEMS_QUANTITY": lambda order: sum(line.quantity for line in order.goods),
        "PO_NUMBER": lambda order: order.po_number,
    }
