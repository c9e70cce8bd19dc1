"""The lines of an order, and every other amount of it as a line: shipping, tips, cash rounding."""

from typing import Any

from posbridge_dagster.model.identity import tail
from posbridge_dagster.snapshots.node_values import Node, money, rate, rounding


def order_lines(node: Node, order_id: str) -> list[dict[str, Any]]:
    """Return the rows of ``order_lines`` of one order, in the order of the receipt."""
    tip = money(node, "totalTipReceivedSet")
    tips = _tips(node, tip)
    rows = [_line(line, is_tip=line["id"] in tips) for line in node["lineItems"]]
    rows += [_shipping_line(line) for line in node.get("shippingLines") or ()]
    if tip and not any(row["kind"] == "tip" for row in rows):
        rows.append(_amount_line("tip", tip))
    if rounded := rounding(node):
        rows.append(_amount_line("rounding", rounded))
    return [{"order_id": order_id, "position": position, **row} for position, row in enumerate(rows, 1)]


def _tips(node: Node, tip: int) -> set[str]:
    """Return the ids of lines that are tips: they have no variant, cannot be fulfilled and make up the tip of the order.

    There may be several, one for each payment. Where other lines look the same, one of just the tip is it.
    """
    outside = {line["id"] for line in node.get("nonFulfillableLineItems") or ()}
    amounts = {
        line["id"]: money(line, "originalTotalSet") for line in node["lineItems"] if line["id"] in outside and not line.get("variant")
    }
    if not tip or sum(amounts.values()) == tip:
        return set(amounts) if tip else set()
    return {line_id for line_id, amount in amounts.items() if amount == tip}


def _line(line: Node, *, is_tip: bool) -> dict[str, Any]:
    variant, product = line.get("variant") or {}, line.get("product") or {}
    discount = sum(money(share, "allocatedAmountSet") for share in line.get("discountAllocations") or ())
    kind = "tip" if is_tip else "gift_card" if line["isGiftCard"] else "article" if variant or line.get("sku") else "custom"
    return {
        "line_id": tail(line["id"]),
        "kind": kind,
        "sku": line.get("sku"),
        "barcode": variant.get("barcode"),
        "variant_id": tail(variant["id"]) if variant else None,
        "product_id": tail(product["id"]) if product else None,
        "title": line["title"],
        "variant_title": line.get("variantTitle"),
        "vendor": line.get("vendor"),
        "quantity": line["quantity"],
        "current_quantity": line.get("currentQuantity"),
        "unit_price_minor": money(line, "originalUnitPriceSet"),
        "discount_minor": discount,
        "total_minor": money(line, "originalTotalSet") - discount,
        **_tax_columns(line),
    }


def _shipping_line(line: Node) -> dict[str, Any]:
    price, discounted = money(line, "originalPriceSet"), money(line, "discountedPriceSet")
    return {
        "line_id": f"shipping:{tail(line['id'])}",
        "kind": "shipping",
        "title": line["title"],
        "quantity": 1,
        "current_quantity": 1,
        "unit_price_minor": price,
        "discount_minor": price - discounted,
        "total_minor": discounted,
        **_tax_columns(line),
    }


def _amount_line(kind: str, amount: int) -> dict[str, Any]:
    return {
        "line_id": kind,
        "kind": kind,
        "title": {"tip": "Fooi", "rounding": "Afronding"}[kind],
        "quantity": 1,
        "current_quantity": 1,
        "unit_price_minor": amount,
        "discount_minor": 0,
        "total_minor": amount,
        "tax_minor": 0,
        "tax_rate": 0,
        "tax_count": 0,
    }


def _tax_columns(line: Node) -> dict[str, int]:
    taxes = line.get("taxLines") or ()
    return {
        "tax_minor": sum(money(tax, "priceSet") for tax in taxes),
        "tax_rate": sum(rate(tax) for tax in taxes),
        "tax_count": len(taxes),
    }


def order_taxes(node: Node, order_id: str) -> list[dict[str, Any]]:
    """Return the rows of ``order_taxes`` of one order."""
    lines = [(tail(line["id"]), line) for line in node["lineItems"]]
    lines += [(f"shipping:{tail(line['id'])}", line) for line in node.get("shippingLines") or ()]
    return [
        {
            "order_id": order_id,
            "line_id": line_id,
            "position": position,
            "title": tax.get("title"),
            "tax_rate": rate(tax),
            "tax_minor": money(tax, "priceSet"),
        }
        for line_id, line in lines
        for position, tax in enumerate(line.get("taxLines") or (), 1)
    ]
