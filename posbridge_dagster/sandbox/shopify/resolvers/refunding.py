"""Refunds that an app makes. A key is demanded; the same key within 24 hours gives the same refund and changes nothing."""

from typing import Any

from posbridge_dagster.sandbox.shopify.idempotency import earlier_use, fingerprint
from posbridge_dagster.sandbox.shopify.node import Node
from posbridge_dagster.sandbox.shopify.nodes.orders import order_node
from posbridge_dagster.sandbox.shopify.order_drafts import number_in
from posbridge_dagster.sandbox.shopify.order_records import Order, Refund, RefundLine, Transaction
from posbridge_dagster.sandbox.shopify.order_stock import moving_stock
from posbridge_dagster.sandbox.shopify.reckoning import INCOMING, Reckoning, reckon
from posbridge_dagster.sandbox.shopify.records import UsedKey
from posbridge_dagster.sandbox.shopify.refusals import user_error
from posbridge_dagster.sandbox.shopify.registry import resolves
from posbridge_dagster.sandbox.shopify.resolvers.identifiers import numbered
from posbridge_dagster.sandbox.shopify.resolvers.orders import find_order
from posbridge_dagster.sandbox.shopify.scalars import cents_of, gid, price_text, read_moment
from posbridge_dagster.sandbox.shopify.scene import Scene

Given = dict[str, Any]
Error = dict[str, Any]
RESTOCKING = ("RETURN", "CANCEL")
SIGNS = {"EUR": "€", "GBP": "£"}


@resolves("Mutation", "refundCreate")
def create_refund(_: None, scene: Scene, given: Given) -> dict[str, Any]:
    """Give money or goods of an order back. Money needs a transaction; without one only lines are taken back."""
    order = find_order(scene, numbered("Order", given["orderId"]))
    if order is None:
        return {"refund": None, "order": None, "userErrors": [user_error("Order does not exist", "orderId")]}
    used = earlier_use(scene.shop.used_keys, scene.key, given, scene.shop.now())
    if used is not None:
        return _shown(scene, order, used.made)
    errors = _errors(scene, order, reckon(order), given)
    if errors:
        return {"refund": None, "order": order_node(order, scene), "userErrors": errors}
    with moving_stock(scene.shop, order):
        refund = _made(scene, order, given)
    if scene.key:
        scene.shop.used_keys[scene.key] = UsedKey(scene.key, fingerprint(given), refund.number, scene.shop.now())
    scene.shop.changed(order)
    return _shown(scene, order, refund.number)


def _shown(scene: Scene, order: Order, number: int) -> dict[str, Any]:
    node = order_node(order, scene)
    refund: Node = next(entry for entry in node["refunds"] if entry["id"] == gid("Refund", number))
    return {"refund": refund, "order": node, "userErrors": []}


def _errors(scene: Scene, order: Order, sums: Reckoning, given: Given) -> list[Error]:
    if given.get("currency") not in (None, scene.currency_of(order)):
        return [user_error(f"Currency must be {scene.currency_of(order)}", "currency")]
    return _line_errors(scene, sums, given) + _shipping_errors(sums, given) + _money_errors(scene, order, sums, given)


def _line_errors(scene: Scene, sums: Reckoning, given: Given) -> list[Error]:
    errors = []
    taken: dict[int, int] = {}
    for index, entry in enumerate(given.get("refundLineItems") or []):
        where = ("refundLineItems", str(index))
        line = sums.by_line.get(number_in(entry["lineItemId"]) or 0)
        if line is None:
            errors.append(user_error("Line item does not exist", *where, "lineItemId"))
            continue
        taken[line.line.number] = taken.get(line.line.number, 0) + entry["quantity"]
        if entry["quantity"] <= 0:
            errors.append(user_error("Quantity must be greater than 0", *where, "quantity"))
        elif taken[line.line.number] > line.kept:
            errors.append(user_error("Quantity cannot refund more items than were purchased", *where, "quantity"))
        if (entry.get("restockType") or "NO_RESTOCK") in RESTOCKING and number_in(entry.get("locationId")) not in scene.shop.locations:
            errors.append(user_error("Location can't be blank", *where, "locationId"))
    return errors


def _shipping_errors(sums: Reckoning, given: Given) -> list[Error]:
    amount = _shipping_cents(sums, given)
    if amount < 0 or amount > sums.shipping - sums.returned_shipping:
        return [user_error("Shipping refund amount is greater than the shipping that is left to refund", "shipping", "amount")]
    return []


def _shipping_cents(sums: Reckoning, given: Given) -> int:
    shipping = given.get("shipping") or {}
    if shipping.get("fullRefund"):
        return sums.shipping - sums.returned_shipping
    return cents_of(shipping["amount"]) if shipping.get("amount") is not None else 0


def _money_errors(scene: Scene, order: Order, sums: Reckoning, given: Given) -> list[Error]:
    """Return what is wrong with the money, in the words that were recorded; more than was paid is refused whatever is allowed."""
    entries = given.get("transactions") or []
    for entry in entries:
        if entry["kind"] != "REFUND":
            return [user_error(f"Kind {entry['kind'].lower()} is not a valid transaction")]
        if _parent(order, entry) is None or entry["orderId"] != gid("Order", order.number):
            return [user_error("Transactions require a parent_id associated with the order", "transactions")]
        if cents_of(entry["amount"]) <= 0:
            return [user_error("Amount must be greater than zero", "transactions")]
    wanted, left = sum(cents_of(entry["amount"]) for entry in entries), sums.received - sums.refunded
    if wanted > left:
        sign = SIGNS.get(scene.currency_of(order), "$")
        return [user_error(f"Refund amount {sign}{price_text(wanted)} is greater than net payment received {sign}{price_text(left)}")]
    return []


def _parent(order: Order, entry: Given) -> Transaction | None:
    number = number_in(entry.get("parentId"))
    found = next((known for known in order.transactions if known.number == number), None)
    return found if found is not None and found.kind in INCOMING and found.status == "SUCCESS" else None


def _made(scene: Scene, order: Order, given: Given) -> Refund:
    now = scene.shop.now()
    sums = reckon(order)
    processed_at = read_moment(given.get("processedAt")) or now
    refund = Refund(scene.shop.next_refund(), now, [], [], _shipping_cents(sums, given), given.get("note") or "", processed_at)
    for position, entry in enumerate(given.get("refundLineItems") or [], 1):
        restock_type = entry.get("restockType") or "NO_RESTOCK"
        restocked = restock_type in RESTOCKING
        line = sums.by_line[number_in(entry["lineItemId"]) or 0].line
        number = refund.number * 1000 + position
        place = number_in(entry.get("locationId"))
        refund.lines.append(RefundLine(number, line.number, entry["quantity"], restocked, restock_type, place))
    for entry in given.get("transactions") or []:
        parent = _parent(order, entry)
        if parent is not None:
            refund.transactions.append(pay_back(order, parent, cents_of(entry["amount"]), refund))
    order.refunds.append(refund)
    return refund


def pay_back(order: Order, parent: Transaction, cents: int, refund: Refund) -> int:
    """Give money back by the gateway it came in, whatever was asked for, and return the number of the transaction."""
    number = order.part(len(order.transactions) + 1)
    at = refund.processed_at or refund.created_at
    order.transactions.append(Transaction(number, "REFUND", "SUCCESS", parent.gateway, cents, 0, at, parent.location, parent.number))
    order.stated_status = ""
    return number
