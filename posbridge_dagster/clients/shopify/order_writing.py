"""Orders made and amended.

Shopify has no key that would make a creation safe to repeat. Every order therefore carries a custom id, an outcome that is
not known is settled by looking for that id (``custom_ids.order_by_custom_id``), and no flag that mails a customer is left to
its default.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from posbridge_dagster.clients.failures import Busy, RemoteFailure, UnknownOutcome
from posbridge_dagster.clients.shopify.client import ShopifyClient
from posbridge_dagster.clients.shopify.custom_ids import ID_TYPE, NAMESPACE
from posbridge_dagster.clients.shopify.deadline import Deadline
from posbridge_dagster.clients.shopify.documents import document
from posbridge_dagster.clients.shopify.paging import Node, records, whole

# A trial or development shop takes five orders a minute; a queue of 150 orders is let in within this time.
TURN = Deadline(total_s=1800.0)
_NOTHING = "0.0"


@dataclass(frozen=True)
class WrittenLine:
    """A line as Shopify keeps it; a custom line may have no SKU.

    ``left`` is how many of its pieces did not come back, ``price`` what a piece cost, as decimal text in the shop's currency.
    """

    id: str
    sku: str | None
    title: str
    quantity: int
    left: int
    price: str


@dataclass(frozen=True)
class Totals:
    """What Shopify reckons an order to, as decimal text in the shop's currency, trailing zeros dropped ("10.0")."""

    currency: str
    total: str
    subtotal: str
    tax: str
    shipping: str
    discounts: str
    received: str
    outstanding: str


@dataclass(frozen=True)
class OrderCreated:
    """An order as it stands in the shop. ``tax_lines``, ``transactions`` and ``fulfilments`` are nodes as Shopify gives them."""

    id: str
    name: str
    source_identifier: str | None
    financial_status: str | None
    fulfilment_status: str
    cancelled_at: str | None
    taxes_included: bool
    totals: Totals
    tax_lines: list[Node]
    lines: list[WrittenLine]
    transactions: list[Node]
    fulfilments: list[Node]


def create_order(
    client: ShopifyClient, order: Mapping[str, Any], options: Mapping[str, Any] | None = None, *, turn: Deadline | None = None
) -> OrderCreated:
    """Create an order and return it with all of its lines.

    ``order`` is an OrderCreateOrderInput; it must say ``taxesIncluded`` (Shopify takes a missing one for no, and would add the
    tax to Dutch prices) and hold the metafield of its custom id. ``options`` are OrderCreateOptionsInput; stock is left alone
    unless they say otherwise. A shop that takes no more orders now is waited for until the end of ``turn``.

    Raises Busy when its turn never came, UserErrors with path and code for what Shopify refuses, UnknownOutcome when the
    order may have been made (also when it was and could not be read back): look it up before anything else. ValueError for an
    order that would not be safe to send.
    """
    _require_safe(order)
    variables = {"order": _unmailed(order), "options": _options(options)}
    of = document("order_create")
    data = _in_turn(client, variables, turn or TURN)
    node = data["orderCreate"]["order"]
    if node is None:
        raise UnknownOutcome("neither an order nor a refusal came back", system="Shopify", operation=of.name, code="no_order")
    try:
        return _order(whole(client, of, data, "orderCreate", "order"))
    except RemoteFailure as failure:
        message = f"{node['id']} was made and could not be read back: {failure.reason}"
        raise UnknownOutcome(
            message, system="Shopify", operation=of.name, code="unread", advice="Look it up by its custom id."
        ) from failure


def written_order(client: ShopifyClient, order_id: str) -> OrderCreated:
    """Return an order that is there already, as ``create_order`` would. Raises UnknownOutcome when no order has the global id."""
    return _order(next(records(client, document("written_orders"), [order_id]))[0])


def written_orders(client: ShopifyClient, order_ids: Sequence[str]) -> Iterator[OrderCreated]:
    """Yield the orders with these global ids as ``written_order`` does; those that somebody deleted are left out."""
    for page in records(client, document("written_orders"), order_ids, all_there=False):
        yield from (_order(node) for node in page)


def order_update(client: ShopifyClient, fields: Mapping[str, Any]) -> Node:
    """Amend an order (OrderInput with its ``id``) and return it as ``graphql/order_identity.graphql`` selects it.

    ``tags``, ``customAttributes`` and ``localizedFields`` replace what is there. Raises UserErrors.
    """
    data = client.execute(document("order_update"), {"input": dict(fields)}, repeatable=True)
    updated: Node = data["orderUpdate"]["order"]
    return updated


def tags_add(client: ShopifyClient, gid: str, tags: Sequence[str]) -> None:
    """Add tags to an order, a customer or a product; those it has already stay. Raises UserErrors, Refused for another kind of id."""
    client.execute(document("tags_add"), {"id": gid, "tags": list(tags)}, repeatable=True)


def _in_turn(client: ShopifyClient, variables: Mapping[str, Any], turn: Deadline) -> Node:
    """Send the order until it is let in: a refusal for being busy means that nothing was made."""
    ends_at = turn.clock() + turn.total_s
    while True:
        try:
            return client.execute(document("order_create"), variables)
        except Busy as busy:
            if turn.clock() >= ends_at:
                raise
            turn.sleep(busy.wait_s)


def _require_safe(order: Mapping[str, Any]) -> None:
    if not isinstance(order.get("taxesIncluded"), bool):
        raise ValueError("an order must say whether its prices include tax (taxesIncluded)")
    own = (field for field in order.get("metafields") or () if field.get("namespace") == NAMESPACE and field.get("type") == ID_TYPE)
    if not any(field.get("value") for field in own):
        raise ValueError(f"an order must carry its custom id, a metafield of type {ID_TYPE} in {NAMESPACE}; else it could be made twice")


def _unmailed(order: Mapping[str, Any]) -> Node:
    fulfilment = order.get("fulfillment")
    return {**order, "fulfillment": {**fulfilment, "notifyCustomer": False}} if fulfilment else dict(order)


def _options(options: Mapping[str, Any] | None) -> Node:
    return {"inventoryBehaviour": "BYPASS", **(options or {}), "sendReceipt": False, "sendFulfillmentReceipt": False}


def _order(node: Node) -> OrderCreated:
    return OrderCreated(
        id=node["id"],
        name=node["name"],
        source_identifier=node["sourceIdentifier"],
        financial_status=node["displayFinancialStatus"],
        fulfilment_status=node["displayFulfillmentStatus"],
        cancelled_at=node["cancelledAt"],
        taxes_included=node["taxesIncluded"],
        totals=_totals(node),
        tax_lines=node["taxLines"],
        lines=[_line(line) for line in node["lineItems"]],
        transactions=node["transactions"],
        fulfilments=node["fulfillments"],
    )


def _line(node: Node) -> WrittenLine:
    price = str(node["originalUnitPriceSet"]["shopMoney"]["amount"])
    return WrittenLine(node["id"], node["sku"], node["title"], node["quantity"], node["refundableQuantity"], price)


def _totals(node: Node) -> Totals:
    def amount(name: str) -> str:
        money = node[name]  # null where there is nothing of the kind
        return str(money["shopMoney"]["amount"]) if money else _NOTHING

    return Totals(
        currency=node["totalPriceSet"]["shopMoney"]["currencyCode"],
        total=amount("totalPriceSet"),
        subtotal=amount("subtotalPriceSet"),
        tax=amount("totalTaxSet"),
        shipping=amount("totalShippingPriceSet"),
        discounts=amount("totalDiscountsSet"),
        received=amount("totalReceivedSet"),
        outstanding=amount("totalOutstandingSet"),
    )
