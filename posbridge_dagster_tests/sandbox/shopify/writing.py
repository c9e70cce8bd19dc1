"""Documents and inputs for writing to the pretend shop, shared by the tests of its mutations."""

from decimal import Decimal
from typing import Any

from posbridge_dagster_tests.sandbox.shopify.shopfloor import Caller

MONEY = "{ shopMoney { amount currencyCode } }"
CREATE = f"""mutation ($order: OrderCreateOrderInput!, $options: OrderCreateOptionsInput) {{
  orderCreate(order: $order, options: $options) {{
    order {{ id name createdAt processedAt updatedAt displayFinancialStatus displayFulfillmentStatus sourceName sourceIdentifier
      taxesIncluded tags note discountCodes paymentGatewayNames email poNumber test
      subtotalPriceSet {MONEY} totalPriceSet {MONEY} currentTotalPriceSet {MONEY} originalTotalPriceSet {MONEY} totalTaxSet {MONEY}
      totalDiscountsSet {MONEY} totalShippingPriceSet {MONEY} totalOutstandingSet {MONEY} totalReceivedSet {MONEY}
      taxLines {{ title rate priceSet {MONEY} }}
      customer {{ id email firstName defaultAddress {{ city }} }}
      lineItems(first: 250) {{ nodes {{ id title sku quantity variant {{ id }} taxLines {{ title rate priceSet {MONEY} }}
        originalUnitPriceSet {MONEY} customAttributes {{ key value }} }} }}
      transactions {{ id kind status gateway amountSet {MONEY} location {{ id }} processedAt }}
      metafield(namespace: "mplus", key: "order_id") {{ value type }}
      fulfillmentOrders(first: 5) {{ nodes {{ id status assignedLocation {{ name }}
        lineItems(first: 250) {{ nodes {{ id totalQuantity remainingQuantity }} }} }} }} }}
    userErrors {{ field message code }} }} }}"""
DEFINE = """mutation ($definition: MetafieldDefinitionInput!) { metafieldDefinitionCreate(definition: $definition) {
  createdDefinition { id } userErrors { field message code } } }"""
REFUND = f"""mutation ($input: RefundInput!, $key: String!) {{ refundCreate(input: $input) @idempotent(key: $key) {{
  refund {{ id note createdAt processedAt totalRefundedSet {MONEY}
    refundLineItems(first: 9) {{ nodes {{ quantity restockType restocked location {{ id }} subtotalSet {MONEY} totalTaxSet {MONEY} }} }}
    refundShippingLines(first: 9) {{ nodes {{ subtotalAmountSet {MONEY} taxAmountSet {MONEY} }} }}
    orderAdjustments(first: 9) {{ nodes {{ amountSet {MONEY} }} }}
    transactions(first: 9) {{ nodes {{ id kind gateway amountSet {MONEY} parentTransaction {{ id }} }} }} }}
  order {{ id displayFinancialStatus updatedAt totalRefundedSet {MONEY} currentTotalPriceSet {MONEY} totalOutstandingSet {MONEY} }}
  userErrors {{ field message }} }} }}"""
CANCEL = """mutation ($id: ID!, $restock: Boolean!, $method: OrderCancelRefundMethodInput, $note: String) {
  orderCancel(orderId: $id, reason: OTHER, restock: $restock, refundMethod: $method, notifyCustomer: false, staffNote: $note) {
    job { id done } orderCancelUserErrors { field message code } } }"""


def bag(amount: str, currency: str = "EUR") -> dict[str, Any]:
    return {"shopMoney": {"amount": amount, "currencyCode": currency}}


def tax(title: str, rate: str, amount: str) -> dict[str, Any]:
    return {"title": title, "rate": rate, "priceSet": bag(amount)}


def line(title: str, quantity: int, price: str, **details: Any) -> dict[str, Any]:
    return {"title": title, "quantity": quantity, "priceSet": bag(price), **details}


def sale(amount: str, gateway: str = "cash", **details: Any) -> dict[str, Any]:
    return {"kind": "SALE", "status": "SUCCESS", "gateway": gateway, "amountSet": bag(amount), **details}


def made(shop: Caller, **order: Any) -> Any:
    """Return the order that an input makes."""
    payload = shop.data(CREATE, order=order)["orderCreate"]
    assert payload["userErrors"] == []
    return payload["order"]


def refused(shop: Caller, **order: Any) -> list[dict[str, Any]]:
    """Return the user errors of an input that makes no order."""
    before = len(shop.sandbox.shop.orders)
    payload = shop.data(CREATE, order=order)["orderCreate"]
    assert payload["order"] is None
    assert len(shop.sandbox.shop.orders) == before
    assert not shop.served.control.calls[-1].wrote
    return list(payload["userErrors"])


def amounts(order: dict[str, Any], *names: str) -> list[Decimal]:
    """Return sums of an order as decimals."""
    return [Decimal(order[name]["shopMoney"]["amount"]) for name in names]


def define_custom_id(shop: Caller, owner_type: str = "ORDER", key: str = "order_id") -> None:
    definition = {"name": key, "namespace": "mplus", "key": key, "ownerType": owner_type, "type": "id"}
    assert shop.data(DEFINE, definition=definition)["metafieldDefinitionCreate"]["userErrors"] == []
