"""Orders: making, paying and cancelling them."""

from posbridge_dagster.sandbox.mplus.cashdesk import Paid, pay_order
from posbridge_dagster.sandbox.mplus.context import Context, Perform, identifier
from posbridge_dagster.sandbox.mplus.drafts import Draft, Refused, check, document_members, draft_in_cents, lines_of
from posbridge_dagster.sandbox.mplus.masterdata import DELIVERY_METHODS, PAYMENT_METHODS
from posbridge_dagster.sandbox.mplus.reading import Message
from posbridge_dagster.sandbox.mplus.records import ZERO, Order
from posbridge_dagster.sandbox.mplus.rendering import order_message, order_string
from posbridge_dagster.sandbox.mplus.warehouse import release, reserve

TABLE_ORDER = "ORDER-TYPE-TABLE-ORDER"
REPRICING = ("applySalesAndActions", "applySalesPrices", "applyPriceGroups")


def create_order(request: Message, context: Context) -> Message:
    """Make an order; the oldest form of the call, without the order in its answer."""
    try:
        order = _made(request, context)
    except Declined as declined:
        return declined.answer
    return {**_success(order), "errorMessage": ""}


def create_order_v2(request: Message, context: Context) -> Message:
    """Make an order and return it."""
    try:
        order = _made(request["request"], context)
    except Declined as declined:
        return declined.answer
    return {**_success(order), "order": order_message(order, context.books)}


def create_order_v3(request: Message, context: Context) -> Message:
    """Make an order and, where ``prepay`` or payments are sent, pay it; a failed payment leaves the order behind."""
    asked = request["request"]
    try:
        order = _made(asked, context)
    except Declined as declined:
        return declined.answer
    answer = _success(order)
    payments = (asked.get("paymentList") or {}).get("payment", [])
    if "prepay" in asked or payments:
        paid = pay_order(order, payments, bool(asked.get("prepay")), context)
        answer["payResult"] = f"PAY-ORDER-RESULT-{paid.result}"
        if paid.invoice:
            answer["invoiceId"] = paid.invoice.id
        if paid.result != "OK":
            answer |= {"result": "CREATE-ORDER-RESULT-PAYMENT-FAILED", "errorMessage": paid.text}
    return {**answer, "order": order_message(order, context.books)}


class Declined(Exception):
    """An order that is not made; ``answer`` says why in the words of the API."""

    def __init__(self, result: str, text: str) -> None:
        super().__init__(text)
        info = {"orderId": "", "orderString": ""}
        self.answer: Message = {"result": f"CREATE-ORDER-RESULT-{result}", "errorMessage": text, "info": info}


def _success(order: Order) -> Message:
    info = {"orderId": order.id, "orderString": order_string(order), "orderQueued": False}
    return {"result": "CREATE-ORDER-RESULT-OK", "info": info}


def _made(asked: Message, context: Context) -> Order:
    wire = asked.get("order", {})
    external_id = wire.get("extOrderId", "")
    if external_id and external_id in context.books.orders_by_ext:
        raise Declined("EXT-ORDER-ID-ALREADY-EXISTS", f"extOrderId {external_id!r} has been used already")
    draft = draft_in_cents(wire, external_id, context, any(asked.get(flag) for flag in REPRICING))
    kind = wire.get("orderType", "ORDER-TYPE-SALES-ORDER")
    try:
        _check_order(draft, kind)
        check(draft, context.books)
    except Refused as refusal:
        raise Declined("FAILED", str(refusal)) from refusal
    order = Order(**document_members(draft, lines_of(draft, context.books), "order", context.books), order_type=kind)
    reserve(order, context)
    context.books.keep_order(order)
    context.wrote = True
    return order


def _check_order(draft: Draft, kind: str) -> None:
    reasons = []
    has_table = bool(draft.members.get("tableNumber"))
    if has_table != (kind == TABLE_ORDER):
        reasons.append(f"{kind} {'must not have' if has_table else 'needs'} a table number")
    for name, known in (("deliveryMethod", DELIVERY_METHODS), ("paymentMethod", PAYMENT_METHODS)):
        code = draft.members.get(name)
        if code and code not in known:
            reasons.append(f"{name} {code!r} does not exist")
    if reasons:
        raise Refused(reasons)


def pay(request: Message, context: Context) -> Message:
    """Pay an order: as a deposit, or off, which delivers and invoices it."""
    asked = request.get("request", request)
    order = _order(asked, context)
    if order is None:
        paid = Paid("FAILED", "the order does not exist")
    else:
        payments = (asked.get("paymentList") or {}).get("payment", [])
        paid = pay_order(order, payments, bool(asked.get("prepay")), context)
    answer: Message = {"result": f"PAY-ORDER-RESULT-{paid.result}", "errorMessage": paid.text}
    return answer | ({"invoiceId": paid.invoice.id} if paid.invoice else {})


def cancel_order(request: Message, context: Context) -> Message:
    """Cancel an order; a second call takes the cancel back."""
    asked = request["request"]
    order = _order(asked, context)
    if order is None:
        return _cancelled("NOT-FOUND", "the order does not exist")
    if text := _cancel_objection(order, asked, context):
        return _cancelled("FAILED", text)
    order.cancelled = not order.cancelled
    for line in order.lines:
        line.cancelled = line.quantity if order.cancelled else ZERO
    (release if order.cancelled else reserve)(order, context)
    order.change_counter += 1
    order.version_number += 1
    context.books.keep_order(order)
    context.wrote = True
    return _cancelled("OK" if order.cancelled else "UNDO-CANCEL-OK", "")


def _cancel_objection(order: Order, asked: Message, context: Context) -> str:
    state = context.books.state
    workplace = asked.get("workplace", {})
    branch = state.branches.get(workplace.get("branchNumber", 0))
    if branch is None or workplace.get("workplaceNumber") not in branch.workplaces:
        return "the workplace does not exist"
    if asked.get("employee", {}).get("employeeNumber") not in state.employees:
        return "the employee does not exist"
    if order.invoice_ids or order.packing_slips:
        return "the order has been delivered or invoiced; it needs a credit"
    return "money was paid on the order; give it back first" if order.paid else ""


def _cancelled(result: str, text: str) -> Message:
    return {"result": f"CANCEL-ORDER-RESULT-{result}", "message": text}


def _order(asked: Message, context: Context) -> Order | None:
    id_ = identifier(asked.get("orderId"))
    return context.books.state.orders.get(id_) if id_ else None


OPERATIONS: dict[str, Perform] = {
    "createOrder": create_order,
    "createOrderV2": create_order_v2,
    "createOrderV3": create_order_v3,
    "payOrder": pay,
    "payOrderV2": pay,
    "cancelOrderV2": cancel_order,
}
