"""Money given back on an order, and the payments it can come from.

Shopify knows the key of a refund for 24 hours only: sent again the next day, the same refund is made a second time. The
caller therefore keeps the outcome and looks at the refunds of the order (``orders.refund_details``) before an old one is
sent again.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from posbridge_dagster.clients.failures import Refused, UnknownOutcome
from posbridge_dagster.clients.shopify.client import ShopifyClient
from posbridge_dagster.clients.shopify.documents import document
from posbridge_dagster.clients.shopify.paging import Node, whole

_TAKEN = ("SALE", "CAPTURE")
_SETTLED = ("SUCCESS", "PENDING")


@dataclass(frozen=True)
class Payment:
    """A payment that money can be given back on; amounts in the shop's currency."""

    transaction_id: str
    gateway: str
    amount: Decimal
    refunded: Decimal

    @property
    def left(self) -> Decimal:
        """What has not been given back yet."""
        return self.amount - self.refunded


@dataclass(frozen=True)
class RefundCreated:
    """A refund as it stands in the shop: the money as decimal text, ``node`` as ``graphql/refund_create.graphql`` selects it."""

    id: str
    total: str
    currency: str
    order_status: str | None
    node: Node


def payments_of(transactions: Sequence[Node]) -> list[Payment]:
    """Return the payments among the transactions of an order, in their order, with what was given back on each."""
    return [
        Payment(row["id"], row["gateway"] or "", _amount(row), _refunded(row["id"], transactions))
        for row in transactions
        if row["kind"] in _TAKEN and row["status"] == "SUCCESS"
    ]


def refund_transactions(
    order_id: str, payments: Sequence[Payment], amount: Decimal, wished: Sequence[tuple[str, Decimal]] = ()
) -> list[Node]:
    """Return the ``transactions`` of a refund that give an amount back on these payments, each up to what is left of it.

    ``wished`` are gateways with what should go back by each; what they cannot bear goes back on the payments in their order.
    Raises Refused when less than the amount is left.
    """
    given: dict[str, Decimal] = defaultdict(Decimal)
    missing = amount
    for gateway, wish in [*wished, (None, amount)]:
        rest = min(wish, missing)
        for payment in payments:
            part = min(payment.left - given[payment.transaction_id], rest) if gateway in (None, payment.gateway) else Decimal(0)
            given[payment.transaction_id] += part
            rest, missing = rest - part, missing - part
    if missing > 0:
        raise Refused(
            f"{amount} is to be given back and only {amount - missing} of the payments is left",
            system="Shopify",
            operation="RefundCreate",
            code="over_refund",
            advice="Compare the refunds of the order in both systems.",
        )
    return [_back(order_id, payment, given[payment.transaction_id]) for payment in payments if given[payment.transaction_id] > 0]


def _back(order_id: str, payment: Payment, amount: Decimal) -> Node:
    origin = {"orderId": order_id, "parentId": payment.transaction_id, "gateway": payment.gateway}
    return {**origin, "kind": "REFUND", "amount": str(amount)}


def create_refund(client: ShopifyClient, fields: Mapping[str, Any], key: str) -> RefundCreated:
    """Give money back (RefundInput) and return the refund with all of its lines.

    ``key`` is the same for every sending of the same refund and of no other; it protects for 24 hours. Without
    ``transactions`` only lines and stock are recorded. The customer is not mailed.

    Raises UserErrors for what Shopify refuses (this mutation has no codes), UnknownOutcome when no refund came back, and
    ValueError for an empty key.
    """
    if not key.strip():
        raise ValueError("a refund needs a key that stays the same whenever it is sent again")
    of = document("refund_create")
    data = client.execute(of, {"input": {**fields, "notify": False}, "key": key})
    answer = data["refundCreate"]
    if answer["refund"] is None:
        raise UnknownOutcome("neither a refund nor a refusal came back", system="Shopify", operation=of.name, code="no_refund")
    refund = whole(client, of, data, "refundCreate", "refund")
    money = refund["totalRefundedSet"]["shopMoney"]
    return RefundCreated(
        refund["id"], money["amount"], money["currencyCode"], (answer["order"] or {}).get("displayFinancialStatus"), refund
    )


def _refunded(payment_id: str, transactions: Sequence[Node]) -> Decimal:
    backs = (row for row in transactions if row["kind"] == "REFUND" and row["status"] in _SETTLED)
    return sum((_amount(row) for row in backs if (row["parentTransaction"] or {}).get("id") == payment_id), Decimal(0))


def _amount(transaction: Node) -> Decimal:
    return Decimal(transaction["amountSet"]["shopMoney"]["amount"])
