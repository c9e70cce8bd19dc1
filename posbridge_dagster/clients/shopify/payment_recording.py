"""Payments that were taken elsewhere, recorded on an order."""

from datetime import datetime
from decimal import Decimal

from posbridge_dagster.clients.shopify.client import ShopifyClient
from posbridge_dagster.clients.shopify.documents import document
from posbridge_dagster.clients.shopify.paging import Node
from posbridge_dagster.clients.shopify.search import instant


def record_payment(
    client: ShopifyClient, order_id: str, way: str, amount: Decimal | None, currency: str, paid_at: datetime | None = None
) -> Node:
    """Record a payment on an order and return the order as ``graphql/order_identity.graphql`` selects it.

    ``way`` is the name of the way of paying; without an ``amount`` all that is open is paid. An amount of one's own is taken by
    Plus shops only. Sent twice it is recorded twice: after a lost answer the order's transactions tell.

    Raises UserErrors with a code, such as AMOUNT_EXCEEDS_BALANCE, and UnknownOutcome when it may have been recorded.
    """
    variables = {
        "id": order_id,
        "amount": None if amount is None else {"amount": str(amount), "currencyCode": currency},
        "paymentMethodName": way,
        "processedAt": instant(paid_at) if paid_at else None,
    }
    order: Node = client.execute(document("order_create_manual_payment"), variables)["orderCreateManualPayment"]["order"]
    return order
