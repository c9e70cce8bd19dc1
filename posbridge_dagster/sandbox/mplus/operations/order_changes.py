"""Changing an order that is there: only while nothing of it was delivered, invoiced or cancelled."""

from dataclasses import replace
from decimal import Decimal
from typing import Any
from uuid import UUID

from posbridge_dagster.sandbox.mplus.context import Context, Perform, identifier
from posbridge_dagster.sandbox.mplus.drafts import Draft, Refused, check, draft_in_cents, lines_of
from posbridge_dagster.sandbox.mplus.operations.orders import REPRICING
from posbridge_dagster.sandbox.mplus.pricing import document_totals
from posbridge_dagster.sandbox.mplus.reading import Message
from posbridge_dagster.sandbox.mplus.records import Line, Order
from posbridge_dagster.sandbox.mplus.rendering import delivery_state, order_message, order_string
from posbridge_dagster.sandbox.mplus.warehouse import release, reserve

_KEPT = {
    "relationNumber": "relation_number",
    "employeeNumber": "employee_number",
    "entryBranchNumber": "entry_branch",
    "financialBranchNumber": "financial_branch",
    "workplaceNumber": "workplace",
    "reference": "reference",
    "vatMethod": "vat_method",
    "financialDate": "financial_date",
}
"""The members that stay as they are when a change leaves them out, and where a draft and an order hold them."""


def update_order_v2(request: Message, context: Context) -> Message:
    """Change an order that was read just before; lines that are left out of the list are removed."""
    asked = request["request"]
    wire = asked.get("order", {})
    order = context.books.state.orders.get(identifier(wire.get("orderId")) or UUID(int=0))
    if order is None:
        return _answer("NOT-FOUND", "the order does not exist")
    if (wire.get("changeCounter"), wire.get("versionNumber")) != (order.change_counter, order.version_number):
        return _answer("ORDER-HAS-CHANGED", "the order has been changed since it was read", order)
    draft = _draft(wire, order, context, any(asked.get(flag) for flag in REPRICING))
    try:
        _check(draft, order, context)
    except Refused as refusal:
        return _answer("FAILED", str(refusal), order)
    lines = _lines(wire, draft, order, context)
    if not _change(order, draft, lines, context):
        return _answer("NO-CHANGES", "", order) | {"order": order_message(order, context.books)}
    return _answer("OK", "", order) | {"order": order_message(order, context.books)}


def _draft(wire: Message, order: Order, context: Context, reprice: bool) -> Draft:
    """Return what is asked for, with what is left out as it stands."""
    draft = draft_in_cents(wire, order.external_id, context, reprice)
    kept: dict[str, Any] = {name: getattr(order, name) for member, name in _KEPT.items() if member not in wire}
    return replace(draft, **kept, members={**order.members, **draft.members})


def _check(draft: Draft, order: Order, context: Context) -> None:
    if order.cancelled:
        raise Refused(["the order is cancelled"])
    if order.invoice_ids or delivery_state(order) != "NOTHING":
        raise Refused(["the order has been delivered or invoiced and cannot be changed"])
    check(draft, context.books)


def _lines(wire: Message, draft: Draft, order: Order, context: Context) -> list[Line]:
    """Return the lines that the order shall have; one that names a known lineId keeps it."""
    if "lineList" not in wire:
        return order.lines
    known = {line.id for line in order.lines}
    named = [identifier(line.get("lineId")) for line in wire["lineList"].get("line", [])]
    fresh = lines_of(draft, context.books)
    return [replace(line, id=id_) if id_ in known and id_ else line for line, id_ in zip(fresh, named, strict=True)]


def _change(order: Order, draft: Draft, lines: list[Line], context: Context) -> bool:
    """Give the order its new content and return whether it is another than before."""
    incl, excl, vat = document_totals(lines, draft.vat_method)
    after = {name: getattr(draft, name) for name in _KEPT.values()} | {"members": draft.members}
    if all(getattr(order, name) == value for name, value in after.items()) and _content(lines) == _content(order.lines):
        return False
    release(order, context)
    for name, value in (after | {"lines": lines, "total_incl": incl, "total_excl": excl, "vat_totals": vat}).items():
        setattr(order, name, value)
    reserve(order, context)
    order.change_counter += 1
    order.version_number += 1
    context.books.keep_order(order)
    context.wrote = True
    return True


def _content(lines: list[Line]) -> list[tuple[int, str, Decimal, int, int, int]]:
    return [(line.article_number, line.text, line.quantity, line.price, line.vat_code, line.total_incl) for line in lines]


def _answer(result: str, text: str, order: Order | None = None) -> Message:
    info = {"orderId": order.id if order else "", "orderString": order_string(order) if order else "", "orderQueued": False}
    return {"result": f"UPDATE-ORDER-RESULT-{result}", "errorMessage": text, "info": info}


OPERATIONS: dict[str, Perform] = {"updateOrderV2": update_order_v2}
