"""What Shopify sold, line by line, as far as it may still be on its way to MplusKASSA.

How far orders were read is kept with the frame (``attrs``): the newest change seen at the source. Each later read goes back over
some minutes, because search lags. A line stays for as long as nobody acknowledged it, and a day longer.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pandas as pd

from posbridge_dagster.clients.shopify.client import ShopifyClient
from posbridge_dagster.clients.shopify.paging import Node
from posbridge_dagster.clients.shopify.sales import sales_since
from posbridge_dagster.model.frames import MOMENT, TEXT, WHOLE, YES_NO, Column, FrameShape
from posbridge_dagster.model.identity import tail

SALES = FrameShape(
    "sales",
    ("line_id",),
    {
        "line_id": Column(TEXT, "digits of the line's gid"),
        "order_id": Column(TEXT, "digits of the order's gid"),
        "record_id": Column(TEXT, "record of orders_to_mplus that carries it: the order, or its exchange <order>:e<return>"),
        "location_id": Column(TEXT, "digits of the location where it was sold; empty where the order names none"),
        "variant_id": Column(TEXT, "digits of the variant's gid"),
        "sku": Column(TEXT, "SKU at the time of the sale"),
        "quantity": Column(WHOLE, "pieces sold, those put back on the shelf taken off"),
        "seen_at": Column(MOMENT, "when posbridge first read it, by its own clock"),
        "acknowledged": Column(YES_NO, "MplusKASSA holds its record"),
    },
)

RESTOCKED = ("RETURN", "CANCEL")
KEPT_AFTER = timedelta(days=1)
OWN = "mplus:"
"""How the sourceIdentifier of orders begins that came from MplusKASSA, which knows them."""

Acknowledged = Callable[[Collection[str]], Collection[str]]


def acknowledged_sales(stored: pd.DataFrame | None, acknowledged: Acknowledged) -> pd.DataFrame:
    """Return the stored SALES (none where there are none) with what was acknowledged since.

    To be asked before stock is read: stock that is read later surely holds what is acknowledged here.
    """
    known = SALES.frame() if stored is None or list(stored) != list(SALES.columns) else stored
    open_lines = known[~known["acknowledged"].astype(bool)]
    done = set(acknowledged(sorted(set(open_lines["record_id"]))))
    frame = known.assign(acknowledged=known["acknowledged"].astype(bool) | known["record_id"].isin(list(done)).astype(bool))
    frame = SALES.conform(frame)
    frame.attrs = dict(stored.attrs) if stored is not None and len(known) == len(stored) else {}
    return frame


def current_sales(
    client: ShopifyClient, known: pd.DataFrame, acknowledged: Acknowledged, *, now: datetime, look_back: timedelta, overlap: timedelta
) -> pd.DataFrame:
    """Return the known SALES with the lines of orders that changed since; ``look_back`` is how far a first read goes.

    Lines that nobody acknowledged within ``look_back`` are let go. ``acknowledged`` is asked of new records.
    """
    newest = known.attrs.get("newest_at")
    since = datetime.fromisoformat(newest) - overlap if newest else now - look_back
    nodes = [node for page in sales_since(client, since) for node in page]
    foreign = [node for node in nodes if not (node["sourceIdentifier"] or "").startswith(OWN)]
    rows = {row["line_id"]: row for node in foreign for row in sale_lines(node, now, sold_after=now - look_back)}
    return merged_sales(known, rows, nodes, acknowledged, now - look_back, now - KEPT_AFTER)


def merged_sales(
    known: pd.DataFrame,
    rows: dict[str, dict[str, Any]],
    nodes: list[Node],
    acknowledged: Acknowledged,
    oldest: datetime,
    oldest_done: datetime,
) -> pd.DataFrame:
    """Return the known lines with new and changed ones in place; a line keeps when it was first seen, and that it is acknowledged."""
    before = {line: (seen, bool(done)) for line, seen, done in zip(known["line_id"], known["seen_at"], known["acknowledged"], strict=True)}
    fresh_records = {row["record_id"] for row in rows.values() if row["line_id"] not in before}
    done = set(acknowledged(sorted(fresh_records)))
    for row in rows.values():
        seen_at, was_done = before.get(row["line_id"], (row["seen_at"], False))
        row["seen_at"], row["acknowledged"] = seen_at, was_done or row["record_id"] in done
    frame = known
    if rows:
        kept = known[~known["line_id"].isin(list(rows))]
        frame = SALES.conform(pd.concat([kept, SALES.frame(rows.values())], ignore_index=True)) if len(kept) else SALES.frame(rows.values())
    is_done = frame["acknowledged"].astype(bool)
    stays = (frame["seen_at"] >= pd.Timestamp(oldest)) & (~is_done | (frame["seen_at"] >= pd.Timestamp(oldest_done)))
    frame = SALES.conform(frame[stays.astype(bool)].reset_index(drop=True))
    stamps = [*(node["updatedAt"] for node in nodes), known.attrs.get("newest_at", oldest.isoformat())]
    newest = max(datetime.fromisoformat(stamp) for stamp in stamps)
    frame.attrs = {"newest_at": newest.astimezone(UTC).isoformat()}
    return frame


def sale_lines(node: Node, seen_at: datetime, *, sold_after: datetime) -> Iterator[dict[str, Any]]:
    """Yield the lines of an order that took stock after a moment: those of the sale, and those that exchanges added later."""
    order_id, place, back = tail(node["id"]), node["retailLocation"], _restocked(node)
    added_by = {
        tail(line["id"]): each for each in node["returns"] for item in each["exchangeLineItems"] for line in item["lineItems"] or ()
    }
    for line in node["lineItems"]:
        line_id, variant = tail(line["id"]), line["variant"]
        exchange = added_by.get(line_id)
        if datetime.fromisoformat((exchange or node)["createdAt"]) < sold_after or (variant is None and not line["sku"]):
            continue
        yield {
            "line_id": line_id,
            "order_id": order_id,
            "record_id": f"{order_id}:e{tail(exchange['id'])}" if exchange else order_id,
            "location_id": tail(place["id"]) if place else None,
            "variant_id": tail(variant["id"]) if variant else None,
            "sku": line["sku"] or None,
            "quantity": max(0, line["quantity"] - back[line_id]),
            "seen_at": seen_at,
            "acknowledged": False,
        }


def _restocked(node: Node) -> Counter[str]:
    """Return the pieces of each line that a refund or a cancellation put back on the shelf."""
    back: Counter[str] = Counter()
    for refund in node["refunds"]:
        for row in refund["refundLineItems"]:
            if row["restockType"] in RESTOCKED:
                back[tail(row["lineItem"]["id"])] += row["quantity"]
    return back
