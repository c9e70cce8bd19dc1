"""Orders handed over: all of what is open, or some pieces of some lines with a packing slip of their own."""

from decimal import Decimal
from uuid import UUID

from posbridge_dagster.sandbox.mplus.cashdesk import invoice_of
from posbridge_dagster.sandbox.mplus.context import Context, Perform, identifier
from posbridge_dagster.sandbox.mplus.quantities import quantity_of
from posbridge_dagster.sandbox.mplus.reading import Message
from posbridge_dagster.sandbox.mplus.records import ZERO, Order
from posbridge_dagster.sandbox.mplus.rendering import delivery_state
from posbridge_dagster.sandbox.mplus.warehouse import deliver


def deliver_order(request: Message, context: Context) -> Message:
    """Deliver all that is open; turnover type INVOICE invoices it too."""
    return _delivered("DELIVER-ORDER-RESULT", request["request"], None, context)


def deliver_order_v2(request: Message, context: Context) -> Message:
    """Deliver the lines that are named; an order can be invoiced once all of it is delivered."""
    delivery = request["request"].get("orderDelivery", {})
    lines = (delivery.get("lineList") or {}).get("line", [])
    return _delivered("DELIVER-ORDER-V2-RESULT", delivery, lines, context)


def _delivered(prefix: str, asked: Message, lines: list[Message] | None, context: Context) -> Message:
    id_ = identifier(asked.get("orderId"))
    order = context.books.state.orders.get(id_) if id_ else None
    turnover = asked.get("turnoverType", "")
    result, text = _objection(order, turnover)
    pieces: dict[UUID, Decimal] = {}
    if order and lines is not None and not result:
        pieces, text = _pieces(order, lines)
        result = "FAILED" if text else ""
    if order is None or result:
        return {"result": f"{prefix}-{result}", "errorMessage": text}
    answer: Message = {"result": f"{prefix}-OK", "errorMessage": "", "packingSlipId": deliver(order, context, pieces or None)}
    order.change_counter += 1
    context.wrote = True
    if turnover.endswith("INVOICE") and delivery_state(order) == "COMPLETE":
        answer["invoiceId"] = invoice_of(order, context).id
    else:
        context.books.keep_order(order)
    return answer


def _objection(order: Order | None, turnover: str) -> tuple[str, str]:
    if order is None:
        return "FAILED", "the order does not exist"
    if order.cancelled:
        return "FAILED", "the order is cancelled"
    if delivery_state(order) == "COMPLETE":
        return "ALREADY-DELIVERED", "the order has been delivered already"
    if turnover.endswith("RECEIPT"):
        return "FAILED", "this installation keeps no receipts"
    return "", ""


def _pieces(order: Order, lines: list[Message]) -> tuple[dict[UUID, Decimal], str]:
    """Return what is to be delivered by line id, and why it cannot be; the reason is empty where it can."""
    known = {line.id: line for line in order.lines}
    pieces: dict[UUID, Decimal] = {}
    for asked in lines:
        line = known.get(identifier(asked.get("lineId")) or UUID(int=0))
        if line is None:
            return {}, f"the order has no line {asked.get('lineId')}"
        pieces[line.id] = pieces.get(line.id, ZERO) + quantity_of(asked.get("quantity", 0), asked.get("decimalPlaces"))
        if not ZERO < pieces[line.id] <= line.quantity - line.delivered:
            return {}, f"{pieces[line.id]} of line {line.text} cannot be delivered, {line.quantity - line.delivered} are open"
    return pieces, "" if pieces else "no line is named"


OPERATIONS: dict[str, Perform] = {"deliverOrder": deliver_order, "deliverOrderV2": deliver_order_v2}
