"""What Shopify sold, line by line, as far as it may still be on its way to MplusKASSA.

How far orders were read is kept with the frame (``attrs``): the newest change seen at the source. Each later read goes back over
some minutes, because search lags. A line stays for some days, and for as long as the ledger holds its order and MplusKASSA does not.

Pieces that an edit adds to an order that is known are a row of their own: that MplusKASSA holds the order says nothing of them
until the order was sent again as it stood after the edit.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from itertools import groupby
from typing import Any

import pandas as pd

from posbridge_dagster.clients.shopify.client import ShopifyClient
from posbridge_dagster.clients.shopify.paging import Node
from posbridge_dagster.clients.shopify.sales import sales_since
from posbridge_dagster.ledger import Record, State
from posbridge_dagster.model.frames import MOMENT, TEXT, WHOLE, YES_NO, Column, FrameShape, to_arrow
from posbridge_dagster.model.identity import tail

SALES = FrameShape(
    "sales",
    ("line_id",),
    {
        "line_id": Column(TEXT, "digits of the line's gid; +1, +2 behind them for pieces that edits added"),
        "order_id": Column(TEXT, "digits of the order's gid"),
        "record_id": Column(TEXT, "record of orders_to_mplus that carries it: the order, or its exchange <order>:e<return>"),
        "location_id": Column(TEXT, "digits of the location where it was sold; empty where the order names none"),
        "variant_id": Column(TEXT, "digits of the variant's gid"),
        "sku": Column(TEXT, "SKU at the time of the sale"),
        "quantity": Column(WHOLE, "pieces sold, without those that an edit took off and those put back on the shelf"),
        "seen_at": Column(MOMENT, "when posbridge first read it, by its own clock"),
        "added_at": Column(MOMENT, "change of the order that added it; empty where it was there when the order was first read"),
        "acknowledged": Column(YES_NO, "MplusKASSA holds its record, as it stood after it was added"),
        "waits": Column(YES_NO, "the ledger holds its record and MplusKASSA does not, or not with this line"),
    },
)

RESTOCKED = ("RETURN", "CANCEL")
WAITS_AT_MOST = timedelta(days=60)
"""How long a sale is taken off that the ledger says is waiting or in quarantine: as far back as the shop shows its orders."""
OWN = "mplus:"
"""How the sourceIdentifier of orders begins that came from MplusKASSA, which knows them."""

Row = dict[str, Any]
Standing = Callable[[Collection[str]], Mapping[str, Record]]
"""Asks the ledger for records of orders_to_mplus by source id; those it does not know are absent."""


def acknowledged_sales(stored: pd.DataFrame | None, standing: Standing) -> pd.DataFrame:
    """Return the stored SALES (none where there are none) with what was acknowledged since.

    To be asked before stock is read: stock that is read later surely holds what is acknowledged here.
    """
    if stored is None or list(stored) != list(SALES.columns):
        return SALES.frame()
    rows = _rows(stored)
    records = standing(sorted({row["record_id"] for row in rows if not row["acknowledged"]}))
    frame = SALES.frame([row if row["acknowledged"] else _judged(row, records) for row in rows])
    frame.attrs = dict(stored.attrs)
    return frame


def current_sales(
    client: ShopifyClient, known: pd.DataFrame, standing: Standing, *, now: datetime, look_back: timedelta, overlap: timedelta
) -> pd.DataFrame:
    """Return the known SALES with the lines of orders that changed since; ``look_back`` is how far a first read goes.

    Lines of which the ledger knows nothing are let go after ``look_back``. ``standing`` is asked of new records.
    """
    newest = known.attrs.get("newest_at")
    since = datetime.fromisoformat(newest) - overlap if newest else now - look_back
    nodes = [node for page in sales_since(client, since) for node in page]
    return merged_sales(known, nodes, standing, now, look_back)


def merged_sales(known: pd.DataFrame, nodes: Collection[Node], standing: Standing, now: datetime, look_back: timedelta) -> pd.DataFrame:
    """Return the known lines with those of read orders in place; what was seen before keeps when that was, and how it stands."""
    parts = {line: list(rows) for line, rows in groupby(sorted(_rows(known), key=_part), key=_line)}
    known_records = {row["record_id"] for rows in parts.values() for row in rows}
    foreign = [node for node in nodes if not (node["sourceIdentifier"] or "").startswith(OWN)]
    read = [row for node in foreign for row in sale_lines(node, now, sold_after=now - look_back, known=parts)]
    added: list[Row] = []
    for row in read:
        before = _still_sold(parts.get(row["line_id"], []), row["quantity"])
        more = _added(before, row, order_is_known=row["record_id"] in known_records)
        parts[row["line_id"]] = before
        added += more
    records = standing(sorted({row["record_id"] for row in added}))
    rows = [*(row for part in parts.values() for row in part), *(_judged(row, records) for row in added)]
    frame = SALES.frame(sorted((row for row in rows if _stays(row, now, look_back)), key=_part))
    stamps = [*(node["updatedAt"] for node in nodes), known.attrs.get("newest_at", (now - look_back).isoformat())]
    frame.attrs = {"newest_at": max(datetime.fromisoformat(stamp) for stamp in stamps).astimezone(UTC).isoformat()}
    return frame


def _rows(sales: pd.DataFrame) -> list[Row]:
    rows: list[Row] = to_arrow(sales).to_pylist()
    return rows


def _line(row: Mapping[str, Any]) -> str:
    return str(row["line_id"]).partition("+")[0]


def _part(row: Mapping[str, Any]) -> tuple[str, int]:
    """Return what rows are sorted by: the line, then in the order in which its pieces were added."""
    line, _, number = str(row["line_id"]).partition("+")
    return line, int(number or 0)


def _still_sold(before: Iterable[Row], quantity: int) -> list[Row]:
    """Return the rows of a line that were seen before; pieces that went back since are missing from the last of them."""
    rows = []
    for row in before:
        rows.append({**row, "quantity": min(row["quantity"], quantity)})
        quantity -= rows[-1]["quantity"]
    return rows


def _added(before: Collection[Row], row: Row, *, order_is_known: bool) -> list[Row]:
    """Return the pieces of a line that no row stands for yet, as at most one row."""
    more = row["quantity"] - sum(each["quantity"] for each in before)
    if before and not more:
        return []
    line = f"{row['line_id']}+{len(before)}" if before else row["line_id"]
    return [{**row, "line_id": line, "quantity": more, "added_at": row["added_at"] if order_is_known else None}]


def _judged(row: Row, records: Mapping[str, Record]) -> Row:
    """Return a line with what the ledger says of its record."""
    record = records.get(row["record_id"])
    is_done = record is not None and record.state is State.DONE and _sent_with(row, record)
    return {**row, "acknowledged": is_done, "waits": record is not None and not is_done}


def _sent_with(row: Row, record: Record) -> bool:
    if row["added_at"] is None:
        return True
    return bool(record.source_version) and datetime.fromisoformat(record.source_version) >= row["added_at"]


def _stays(row: Row, now: datetime, look_back: timedelta) -> bool:
    age: timedelta = now - row["seen_at"]
    return age <= (WAITS_AT_MOST if row["waits"] else look_back)


def sale_lines(node: Node, seen_at: datetime, *, sold_after: datetime, known: Collection[str] = ()) -> Iterator[Row]:
    """Yield the lines of an order that took stock after a moment, and ``known`` ones: of the sale, and those exchanges added."""
    order_id, place, back = tail(node["id"]), node["retailLocation"], _given_back(node)
    added_by = {
        tail(line["id"]): each for each in node["returns"] for item in each["exchangeLineItems"] for line in item["lineItems"] or ()
    }
    for line in node["lineItems"]:
        line_id, variant = tail(line["id"]), line["variant"]
        exchange = added_by.get(line_id)
        is_old = datetime.fromisoformat((exchange or node)["createdAt"]) < sold_after and line_id not in known
        if is_old or (variant is None and not line["sku"]):
            continue
        yield {
            "line_id": line_id,
            "order_id": order_id,
            "record_id": f"{order_id}:e{tail(exchange['id'])}" if exchange else order_id,
            "location_id": tail(place["id"]) if place else None,
            "variant_id": tail(variant["id"]) if variant else None,
            "sku": line["sku"] or None,
            "quantity": _pieces_out(line, back[line_id, True], back[line_id, False]),
            "seen_at": seen_at,
            "added_at": datetime.fromisoformat(node["updatedAt"]).astimezone(UTC),
            "acknowledged": False,
            "waits": False,
        }


def _pieces_out(line: Node, restocked: int, written_off: int) -> int:
    """Return the pieces of a line that left the shelf: Shopify's current quantity knows edits, but misses what was written off too."""
    out = line["quantity"] - restocked
    if line.get("currentQuantity") is not None:
        out = min(out, line["currentQuantity"] + written_off)
    return int(max(0, out))


def _given_back(node: Node) -> Counter[tuple[str, bool]]:
    """Return the pieces that refunds and a cancellation gave back, by line and whether they were put on the shelf again."""
    back: Counter[tuple[str, bool]] = Counter()
    for refund in node["refunds"]:
        for row in refund["refundLineItems"]:
            back[tail(row["lineItem"]["id"]), row["restockType"] in RESTOCKED] += row["quantity"]
    return back
