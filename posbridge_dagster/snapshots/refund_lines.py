"""What a refund gave back, as lines: goods, shipping, amounts beside them, cash rounding."""

from collections.abc import Iterator, Mapping
from typing import Any

from posbridge_dagster.model.identity import tail
from posbridge_dagster.snapshots.node_values import Node, linked, money

Row = dict[str, Any]

_OF_THE_SALE = ("kind", "sku", "barcode", "variant_id", "product_id", "title", "variant_title", "vendor", "tax_rate", "tax_count")


def lines_of(refund: Node, sold: Mapping[str, Row], *, on_top: bool) -> Iterator[Row]:
    """Yield what a refund gave back: its goods, its shipping, amounts beside them and the cash rounding of its money.

    ``sold`` are the lines of the order by id; with ``on_top`` prices do not include VAT. Raises KeyError for a line that is not there.
    """
    for line in refund["refundLineItems"]:
        source = sold[tail(line["lineItem"]["id"])]
        amounts = {"total_minor": money(line, "subtotalSet"), "tax_minor": money(line, "totalTaxSet")}
        yield _goods(line, source) | amounts
    for line in refund["refundShippingLines"]:
        source = sold[f"shipping:{tail(line['shippingLine']['id'])}"]
        amounts = {"total_minor": money(line, "subtotalAmountSet"), "tax_minor": money(line, "taxAmountSet")}
        yield amount_line(f"shipping:{tail(line['id'])}", "shipping", source["title"]) | of_the_sale(source) | amounts
    for adjustment in refund["orderAdjustments"]:
        tax = money(adjustment, "taxAmountSet")
        yield amount_line(f"adjustment:{tail(adjustment['id'])}", "adjustment", "Correctie") | {
            "total_minor": -money(adjustment, "amountSet"),
            "tax_minor": -tax if on_top else 0,
        }
    given = [each for each in refund["transactions"] if each["kind"] == "REFUND" and each["status"] == "SUCCESS" and not each.get("test")]
    rounded = sum(money(payment, "amountRoundingSet") for payment in given)
    if rounded:
        yield amount_line("rounding", "rounding", "Afronding") | {"total_minor": rounded}


def _goods(line: Node, source: Row) -> Row:
    """Return goods that come back; those that are not put back get a kind of their own, so that a mapping can book them elsewhere."""
    lost = source["kind"] == "article" and line["restockType"] == "NO_RESTOCK"
    return {
        **of_the_sale(source),
        "line_id": tail(line["id"]) if line.get("id") else f"line:{source['line_id']}",
        "kind": "no_restock" if lost else source["kind"],
        "quantity": line["quantity"],
        "restock_type": line["restockType"],
        "location_id": linked(line, "location"),
    }


def of_the_sale(source: Row) -> Row:
    """Return what a line that comes back has of the line that was sold."""
    return {"source_line_id": source["line_id"], **{name: source.get(name) for name in _OF_THE_SALE}}


def amount_line(line_id: str, kind: str, title: str) -> Row:
    """Return a line that is no goods, without its amount."""
    return {"line_id": line_id, "kind": kind, "title": title, "quantity": 1, "tax_minor": 0, "tax_rate": 0, "tax_count": 0}
