"""Documents that sell goods and take others back, told as two: a sale, and a return.

An order of Shopify takes no negative line, so what came back is a refund on the order that it was bought on. The value that is
exchanged pays the sale and is paid out by the return, under a way of paying of its own (``EXCHANGED``); what the customer added,
or got, stands where it moved. Both together are the document, to the cent and in each rate of VAT: lines keep the VAT that MplusKASSA
gave them, and the sale has the rest of what it computed for the whole document.
"""

from collections.abc import Collection, Sequence
from collections.abc import Mapping as MappingOf
from typing import Any

import pandas as pd

from posbridge_dagster.flows.orders_to_shopify.lines import INCLUSIVE, goods
from posbridge_dagster.flows.orders_to_shopify.options import OrdersToShopifyOptions
from posbridge_dagster.loading.rows import plain_rows, rows_by
from posbridge_dagster.mapping import Mapping
from posbridge_dagster.snapshots.mplus_document_shapes import DOCUMENT_SHAPES

EXCHANGED = "RUIL"
"""Payment method of the value of goods that were exchanged; the mapping names its gateway."""
RETURN = "return"
"""Kind of a document, or of a part of one, that takes goods back without naming their sale."""
TAKEN_BACK = ("credit", RETURN)
"""Kinds whose amounts are what is given back."""
_PART = ":return"
_SALES = ("order", "invoice")

Row = dict[str, Any]
Frames = MappingOf[str, pd.DataFrame]
Rows = dict[str, list[Row]]


def whole_id(document_id: str) -> str:
    """Return the id of the document that a record is, or is a part of."""
    return document_id.removesuffix(_PART)


def told_apart(frames: Frames, mapping: Mapping[OrdersToShopifyOptions]) -> dict[str, pd.DataFrame]:
    """Return the snapshot frames of a day with exchanges in two parts, and pure returns as what they are.

    What the mapping calls a discount never comes back. A document stays whole, for its fault to be named, whose lines are not its
    total, or of whose goods MplusKASSA knows no earlier sale to the relation. ``delivered`` of a return says that the goods are back.
    """
    documents = frames["documents"]
    is_sale = documents["kind"].isin(_SALES) & documents["fault"].isna()
    lines = goods(frames["document_lines"])
    suspects = set(lines.loc[lines["quantity"] < 0, "document_id"]) & set(documents.loc[is_sale, "document_id"])
    if not suspects:
        return dict(frames)
    kinds = mapping.apply("order_lines", {**frames, "document_lines": lines[lines["document_id"].isin(suspects)]}).frame
    discounts = set(kinds.loc[kinds["kind"] == "discount", "line_id"])
    parts: Rows = {name: [] for name in DOCUMENT_SHAPES}
    children = {name: rows_by(frames[name], "document_id") for name in DOCUMENT_SHAPES if name != "documents"}
    for document in plain_rows(documents[documents["document_id"].isin(suspects)]):
        whole = {"documents": [document], **{name: rows.get(document["document_id"], []) for name, rows in children.items()}}
        for name, rows in _parts(whole, discounts).items():
            parts[name] += rows
    rest = {name: frames[name][~frames[name]["document_id"].isin(suspects)] for name in DOCUMENT_SHAPES}
    shapes = DOCUMENT_SHAPES.items()
    told = {name: shape.conform(pd.concat([rest[name], shape.frame(parts[name])], ignore_index=True)) for name, shape in shapes}
    return {**frames, **told}


def _parts(whole: Rows, discounts: Collection[str]) -> Rows:
    """Return a document as it is, as a return, or as a sale and a return."""
    (document,) = whole["documents"]
    lines = whole["document_lines"]
    back = [row for row in lines if _comes_back(row, is_discount=row["line_id"] in discounts)]
    taken = {row["line_id"] for row in back}
    sold = [row for row in lines if row["line_id"] not in taken]
    if not back or not document["earlier_ids"] or _stated(document, lines) != _stated_total(document):
        return whole
    if not any(row["quantity"] > 0 and (row["article_number"] or row["total_minor"]) for row in sold):
        return whole | {"documents": [{**document, "kind": RETURN, "delivered": _is_back(document)}]}
    return _sale_and_return(whole, sold, back)


def _is_back(document: Row) -> bool:
    """Whether goods that come back on a document are there: all of it was handed over, or paid to the cent."""
    is_paid = document["payment_count"] > 0 and document["paid_minor"] == document["total_minor"]
    return bool(document["delivered"] or is_paid)


def _comes_back(line: Row, *, is_discount: bool) -> bool:
    """Whether a line takes goods back; a discount that is taken back goes with them."""
    if is_discount:
        return bool(line["total_minor"] > 0)
    return bool(line["quantity"] < 0 and line["total_minor"] <= 0 and line["article_number"])


def _sale_and_return(whole: Rows, sold: Sequence[Row], back: Sequence[Row]) -> Rows:
    (document,) = whole["documents"]
    taxes, taxes_back = _taxes(whole["document_taxes"], sold, back)
    given = _totals(document, back, taxes_back)
    taken = {name: document[name] - given[name] for name in given}
    exchanged = min(taken["total_minor"], -given["total_minor"])
    moved, apart = whole["document_payments"], [_exchanged(document, exchanged)] if exchanged and _is_back(document) else []
    paid, paid_out = (moved, []) if document["total_minor"] >= 0 else ([], moved)
    sale = _part(document, {}, taken, sold, taxes, apart + paid)
    turned = [{**row, "amount_minor": -row["amount_minor"]} for row in apart]
    came_back = _part(
        document, {"document_id": document["document_id"] + _PART, "kind": RETURN}, given, back, taxes_back, turned + paid_out
    )
    return {name: sale[name] + came_back[name] for name in sale}


def _part(document: Row, own: Row, totals: Row, lines: Sequence[Row], taxes: Sequence[Row], payments: Sequence[Row]) -> Rows:
    key = {"document_id": own.get("document_id", document["document_id"])}
    counts = {"line_count": len(lines), "payment_count": len(payments), "paid_minor": sum(row["amount_minor"] for row in payments)}
    children = {"document_lines": lines, "document_taxes": taxes, "document_payments": payments}
    return {
        "documents": [{**document, **own, **totals, **counts}],
        **{name: [row | key for row in rows] for name, rows in children.items()},
    }


def _taxes(taxes: Sequence[Row], sold: Sequence[Row], back: Sequence[Row]) -> tuple[list[Row], list[Row]]:
    """Return the VAT of both parts by rate: the lines that came back have their own, the others the rest; never below nothing."""
    kept, given = [], []
    for tax in taxes:
        mine, others = ([row for row in rows if row["vat_code"] == tax["vat_code"] and row["total_minor"]] for rows in (back, sold))
        vat = sum(row["total_minor"] - row["total_excl_minor"] for row in mine) if others else tax["vat_minor"] if mine else 0
        vat = min(vat, tax["vat_minor"])
        excl = sum(row["total_excl_minor"] for row in mine)
        kept.append({**tax, "vat_minor": tax["vat_minor"] - vat, "excl_minor": tax["excl_minor"] - excl})
        given.append({**tax, "vat_minor": vat, "excl_minor": excl})
    return [row for row in kept if row["vat_minor"] or row["excl_minor"]], [row for row in given if row["vat_minor"] or row["excl_minor"]]


def _totals(document: Row, lines: Sequence[Row], taxes: Sequence[Row]) -> Row:
    stated, vat = _stated(document, lines), sum(row["vat_minor"] for row in taxes)
    if document["vat_method"] == INCLUSIVE:
        return {"total_minor": stated, "total_excl_minor": stated - vat}
    return {"total_minor": stated + vat, "total_excl_minor": stated}


def _stated(document: Row, lines: Any) -> int:
    """Return what lines come to as their document states prices, with or without VAT."""
    column = "total_minor" if document["vat_method"] == INCLUSIVE else "total_excl_minor"
    return sum(row[column] for row in lines)


def _stated_total(document: Row) -> int:
    return int(document["total_minor"] if document["vat_method"] == INCLUSIVE else document["total_excl_minor"])


def _exchanged(document: Row, minor: int) -> Row:
    return {
        "document_id": document["document_id"],
        "payment_id": "exchanged",
        "method": EXCHANGED,
        "amount_minor": minor,
        "paid_at": document["entered_at"],
        "reference": None,
    }
