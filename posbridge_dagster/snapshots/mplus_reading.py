"""A day's documents of MplusKASSA, read once and then kept up to date by sync marker.

How far a day was read is kept with its ``documents`` frame (``attrs``), so frame and marker can never part. Each later read goes
back over a few markers: one that was handed out before its transaction ended would be skipped otherwise.
"""

from collections.abc import Collection, Iterable, Mapping
from datetime import date

import pandas as pd

from posbridge_dagster.clients.mplus.client import MplusClient
from posbridge_dagster.clients.mplus.invoices import invoices_by_id, invoices_since
from posbridge_dagster.clients.mplus.masterdata import vat_scale
from posbridge_dagster.clients.mplus.orders import get_order, orders_since, sales_orders_by_id
from posbridge_dagster.clients.mplus.paging import Page
from posbridge_dagster.clients.mplus.reading import Record
from posbridge_dagster.clients.mplus.values import bare_id
from posbridge_dagster.snapshots.mplus_document_shapes import DOCUMENT_SHAPES
from posbridge_dagster.snapshots.mplus_documents import Reading, document_frames, document_id
from posbridge_dagster.snapshots.mplus_earlier_sales import earlier_sales
from posbridge_dagster.snapshots.mplus_invoice_payments import is_open

Frames = dict[str, pd.DataFrame]
ORDERS_MARK, INVOICES_MARK = "orders_marker", "invoices_marker"
OVERLAP = 20
"""Markers that are read again."""

HUNDREDTHS = 100


def day_of_documents(client: MplusClient, day: date, currency: str, stored: Mapping[str, pd.DataFrame | None], *, own: str = "") -> Frames:
    """Return the frames of a day: all of it where nothing is stored, else the stored frames with the changed documents in place.

    ``own`` is how the external ids begin of what posbridge itself wrote, of which no earlier sale is looked for. Raises the failures of
    the client; the stored frames are not touched. Nothing is finalised by reading.
    """
    known = _usable(stored)
    marks: dict[str, int] = {str(name): mark for name, mark in known["documents"].attrs.items()} if known else {}
    orders, orders_mark = _read(orders_since(client, _from(marks, ORDERS_MARK), first_day=day, last_day=day))
    invoices, invoices_mark = _read(invoices_since(client, _from(marks, INVOICES_MARK), first_day=day, last_day=day))
    orders, invoices = _unknown("order", orders, known), _unknown("invoice", invoices, known)
    orders += _paid_since(client, known, {document_id("order", row) for row in orders})
    frames = _merged(known, document_frames(orders, invoices, _reading(client, currency, orders, invoices, own, known)))
    found = {ORDERS_MARK: orders_mark, INVOICES_MARK: invoices_mark}
    frames["documents"].attrs = {name: max(mark, marks.get(name, 0)) for name, mark in found.items()}
    return frames


def _from(marks: Mapping[str, int], name: str) -> int:
    return max(0, marks.get(name, 0) - OVERLAP)


def _read(pages: Iterable[Page]) -> tuple[list[Record], int]:
    """Return all rows and the marker to ask from next; 0 where there was nothing."""
    rows: list[Record] = []
    marker = 0
    for page, next_marker in pages:
        rows += page
        marker = next_marker
    return rows, marker


def _reading(client: MplusClient, currency: str, orders: list[Record], invoices: list[Record], own: str, known: Frames | None) -> Reading:
    scale = vat_scale(client) if orders or invoices else HUNDREDTHS
    credited = invoices_by_id(client, [each["creditedInvoiceId"] for each in invoices if each.get("creditedInvoiceId")])
    here = {document_id("order", row) for row in orders} | (set(known["documents"]["document_id"]) if known else set())
    named = {bare_id(each): each for row in (*invoices, *credited.values()) for each in row.get("orderIds") or ()}
    elsewhere = sales_orders_by_id(client, [raw for bare, raw in named.items() if f"order:{bare}" not in here])
    sales = {bare for bare in named if f"order:{bare}" in here} | set(elsewhere)
    fresh = [("order", row) for row in orders] + [("invoice", row) for row in invoices if not row.get("orderIds")]
    foreign = [(document_id(kind, row), row) for kind, row in fresh if not own or not _external_id(row).startswith(own)]
    billed = [invoice_id for order in orders if is_open(order) for invoice_id in order["invoiceIds"]]
    return Reading(scale, currency, credited, sales, earlier_sales(client, foreign), invoices_by_id(client, billed))


def _external_id(row: Record) -> str:
    return str(row.get("extOrderId") or row.get("extInvoiceId") or "")


def _paid_since(client: MplusClient, known: Frames | None, fresh: Collection[str]) -> list[Record]:
    """Return the stored orders that a payment on one of their invoices came in for: the order itself does not tell."""
    if known is None:
        return []
    orders = known["documents"]
    waits = (orders["kind"] == "order") & orders["invoice_ids"].notna() & (orders["paid_minor"] < orders["total_minor"])
    waiting = orders[waits.fillna(False) & ~orders["document_id"].isin(list(fresh))]
    keys = set(waiting["document_id"])
    billed = invoices_by_id(client, [each for ids in waiting["invoice_ids"] for each in ids.split()]).values()
    paid = dict.fromkeys(order_id for invoice in billed if invoice.get("paymentList") for order_id in invoice.get("orderIds") or ())
    found = (get_order(client, order_id) for order_id in paid if f"order:{bare_id(order_id)}" in keys)
    return [order for order in found if order is not None]


def _usable(stored: Mapping[str, pd.DataFrame | None]) -> Frames | None:
    """Return the stored frames, or None where one is missing or was stored in another shape."""
    known = {name: frame for name, frame in stored.items() if frame is not None and list(frame) == list(DOCUMENT_SHAPES[name].columns)}
    return known if known.keys() == DOCUMENT_SHAPES.keys() else None


def _unknown(kind: str, rows: Iterable[Record], known: Frames | None) -> list[Record]:
    """Return the newest state of each document, those left out that are stored just so."""
    documents = known["documents"] if known else None
    there = set() if documents is None else set(zip(documents["document_id"], documents["sync_marker"], strict=True))
    newest = {document_id(kind, row): row for row in sorted(rows, key=lambda row: row["syncMarker"])}
    return [row for key, row in newest.items() if (key, row["syncMarker"]) not in there]


def _merged(known: Frames | None, fresh: Frames) -> Frames:
    if known is None:
        return fresh
    gone = fresh["documents"]["document_id"]
    return {
        name: shape.conform(pd.concat([known[name][~known[name]["document_id"].isin(gone)], fresh[name]], ignore_index=True))
        for name, shape in DOCUMENT_SHAPES.items()
    }
