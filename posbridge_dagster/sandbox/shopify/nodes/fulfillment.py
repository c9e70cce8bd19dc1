"""Goods on their way to the customer: fulfilments, and the fulfilment order that says what is still to be done."""

from collections.abc import Callable
from typing import Any

from posbridge_dagster.sandbox.shopify.node import Node
from posbridge_dagster.sandbox.shopify.nodes.payments import place_node
from posbridge_dagster.sandbox.shopify.order_records import Fulfillment, Line, Order
from posbridge_dagster.sandbox.shopify.scalars import gid, moment_text
from posbridge_dagster.sandbox.shopify.scene import Scene

LABELS = {"FULFILLED": "FULFILLED", "PARTIAL": "PARTIALLY_FULFILLED", "RESTOCKED": "RESTOCKED"}
Lines = Callable[[], dict[str, Node]]
OPEN_ACTIONS = ("CREATE_FULFILLMENT", "HOLD", "MOVE")


def fulfillment_status(order: Order) -> str:
    """Return the displayed state of the goods: what was handed over, else what an app said of it."""
    if order.fulfilled:
        return "FULFILLED"
    if order.fulfillments:
        return "PARTIALLY_FULFILLED"
    return LABELS.get(order.fulfillment_label, "UNFULFILLED")


def fulfillment_nodes(order: Order, scene: Scene, lines: Lines) -> list[Node]:
    """Return the fulfilments of an order that hold goods; ``lines`` gives its line nodes by id."""
    return [_fulfillment_node(order, entry, position, scene, lines) for position, entry in enumerate(order.fulfillments, 1) if entry.lines]


def _fulfillment_node(order: Order, entry: Fulfillment, position: int, scene: Scene, lines: Lines) -> Node:
    at = moment_text(entry.at)
    shipped = {number for number, _ in entry.lines}
    return Node(
        {
            "__typename": "Fulfillment",
            "id": gid("Fulfillment", entry.number),
            "legacyResourceId": str(entry.number),
            "name": f"{order.name}-F{position}",
            "status": "SUCCESS",
            "displayStatus": "FULFILLED",
            "createdAt": at,
            "updatedAt": at,
            "deliveredAt": None,
            "totalQuantity": sum(quantity for _, quantity in entry.lines),
            "requiresShipping": any(line.requires_shipping for line in order.goods if line.number in shipped),
            "trackingInfo": [
                {"company": company or None, "number": number or None, "url": url or None} for company, number, url in entry.tracking
            ],
        },
        record=order,
        line_nodes=lambda: _fulfillment_lines(entry, lines()),
        location=lambda: place_node(entry.location, scene),
    )


def _fulfillment_lines(entry: Fulfillment, lines: dict[str, Node]) -> list[Node]:
    nodes = []
    for number, quantity in entry.lines:
        line = lines[gid("LineItem", number)]
        values = {
            "__typename": "FulfillmentLineItem",
            "id": gid("FulfillmentLineItem", number),
            "quantity": quantity,
            "lineItem": line,
            "originalTotalSet": line["originalTotalSet"],
            "discountedTotalSet": line["discountedTotalSet"],
        }
        nodes.append(Node(values))
    return nodes


def fulfillment_order_number(order: Order) -> int:
    """Return the number of the fulfilment order: an order has one, at the place that sold it."""
    return order.part(1)


def place_of(order: Order, scene: Scene) -> int:
    """Return the number of the location that is to hand the goods over: the order's, else the shop's first."""
    return order.location or min(scene.shop.locations, default=0)


def fulfillment_order_nodes(order: Order, scene: Scene, lines: Lines) -> list[Node]:
    """Return the fulfilment order of an order that has goods; ``lines`` gives its line nodes by id."""
    if not order.goods:
        return []
    status = fulfillment_order_status(order)
    place = place_node(place_of(order, scene), scene)
    actions = OPEN_ACTIONS if status != "CLOSED" else ()
    return [
        Node(
            {
                "__typename": "FulfillmentOrder",
                "id": gid("FulfillmentOrder", fulfillment_order_number(order)),
                "status": status,
                "requestStatus": "UNSUBMITTED",
                "orderId": gid("Order", order.number),
                "orderName": order.name,
                "createdAt": moment_text(order.created_at),
                "updatedAt": moment_text(order.updated_at),
                "deliveryMethod": None,
                "supportedActions": [{"action": action, "externalUrl": None} for action in actions],
                "assignedLocation": _assigned(place),
            },
            record=order,
            line_nodes=lambda: _order_lines(order, lines()),
            fulfillment_nodes=lambda: fulfillment_nodes(order, scene, lines),
        )
    ]


def fulfillment_order_status(order: Order) -> str:
    """Return whether goods are still to be handed over: CLOSED when not, IN_PROGRESS when some were."""
    if not any(order.to_hand_over().values()):
        return "CLOSED"
    return "IN_PROGRESS" if order.fulfillments else "OPEN"


def _assigned(place: Node | None) -> dict[str, Any]:
    address = place["address"] if place else {}
    names = ("address1", "address2", "city", "countryCode", "phone", "zip")
    return {"name": place["name"] if place else "", "location": place, **{name: address.get(name) for name in names}}


def _order_lines(order: Order, lines: dict[str, Node]) -> list[Node]:
    left, done = order.to_hand_over(), order.handed_over()
    return [_order_line(line, left[line.number], done.get(line.number, 0), lines[gid("LineItem", line.number)]) for line in order.goods]


def _order_line(line: Line, left: int, done: int, node: Node) -> Node:
    return Node(
        {
            "__typename": "FulfillmentOrderLineItem",
            "id": gid("FulfillmentOrderLineItem", line.number),
            "remainingQuantity": left,
            "totalQuantity": left + done,
            "lineItem": node,
            "sku": line.sku or None,
            "productTitle": line.title,
            "requiresShipping": line.requires_shipping,
            "inventoryItemId": None if line.variant is None else gid("InventoryItem", line.variant),
            "variant": node["variant"],
        }
    )
