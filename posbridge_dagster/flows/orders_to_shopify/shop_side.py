"""What the shop holds of a day's documents, asked for again."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from zoneinfo import ZoneInfo

import pandas as pd

from posbridge_dagster.balance.shapes import ENTRIES
from posbridge_dagster.balance.sides import cancellations, sold
from posbridge_dagster.clients.shopify.client import ShopifyClient
from posbridge_dagster.clients.shopify.orders import order_identities, orders_still_there
from posbridge_dagster.clients.shopify.search import all_of, any_of, clause
from posbridge_dagster.flows.orders_to_shopify import FLOW
from posbridge_dagster.ledger import Ledger
from posbridge_dagster.loading.shopify_input import gid, source_identifier
from posbridge_dagster.loading.shopify_refunds import ON_ORDER, document_named_in
from posbridge_dagster.model.identity import tail
from posbridge_dagster.snapshots.bulk_or_pages import with_refunds
from posbridge_dagster.snapshots.orders import order_frames

Frames = Mapping[str, pd.DataFrame]
Window = tuple[datetime, datetime]
NAMED_IN_A_SEARCH = 25


@dataclass(frozen=True)
class ShopSide:
    """The shop's ENTRIES of a day.

    ``by_hand`` are the records of refunds that no document asked for, ``exhausted`` those on whose order nothing is left of what was
    paid. ``goods_back`` are the lines of the refunds: record_id, tax_rate and the total as the order states prices.
    """

    entries: pd.DataFrame
    by_hand: Collection[str]
    exhausted: Collection[str]
    goods_back: pd.DataFrame


def day_in_shop(
    client: ShopifyClient, ledger: Ledger, documents: pd.DataFrame, window: Window, administration: str, zone: ZoneInfo
) -> ShopSide:
    """Return what the shop holds of documents (document_id, external_id, kind, credited_id), and orders of ours nobody knows of.

    Those are found by search: orders that carry the mark of one of the documents, or of any and were sold in ``window``, the
    local day.
    """
    records = ledger.records(FLOW, [*documents["document_id"], *documents["credited_id"].dropna()])
    targets = {key: record.target_id for key, record in records.items() if record.target_id}
    sales = documents[documents["kind"] == "sale"]
    names = {targets[key]: name for key, name in zip(sales["document_id"], sales["external_id"], strict=True) if key in targets}
    names |= _strays(client, ledger, list(sales["external_id"]), window, administration)
    credited = [targets[key] for key in documents["credited_id"].dropna() if key in targets]
    credited += [str(detail[ON_ORDER]) for detail in (record.detail or {} for record in records.values()) if ON_ORDER in detail]
    ids = [gid("Order", each) for each in dict.fromkeys([*names, *credited])]
    nodes = chain.from_iterable(with_refunds(client, page) for page in orders_still_there(client, ids))
    frames = order_frames(nodes, zone)
    refunds = _refunds(frames, names, set(documents["external_id"]))
    orders = frames["orders"].set_index("order_id")
    spent = orders.index[orders["refunded_minor"] >= orders["received_minor"]]
    return ShopSide(
        ENTRIES.conform(pd.concat([_sales(frames, names), _refunded(frames, refunds)], ignore_index=True)),
        set(refunds.loc[refunds["by_hand"], "external_id"]),
        set(refunds.loc[refunds["of_order"].isin(spent), "external_id"]),
        _goods_back(frames, refunds),
    )


def _goods_back(frames: Frames, refunds: pd.DataFrame) -> pd.DataFrame:
    lines = frames["refund_lines"].merge(refunds[["refund_id", "external_id"]], on="refund_id")
    return lines[["external_id", "tax_rate", "total_minor"]].rename(columns={"external_id": "record_id"})


def _strays(client: ShopifyClient, ledger: Ledger, ids: Sequence[str], window: Window, administration: str) -> dict[str, str]:
    """Return a name by digits for each order that carries our mark and is not the order that the ledger has of it."""
    mark = source_identifier(f"{administration}:")
    of_the_day = all_of(clause("processed_at", ">=", window[0]), clause("processed_at", "<", window[1]))
    doubles = (any_of(*(clause("source_identifier", "=", each) for each in part)) for part in _parts(ids))
    pages = (page for search in chain([of_the_day], doubles) for page in order_identities(client, search))
    found = {tail(node["id"]): node for page in pages for node in page if (node["sourceIdentifier"] or "").startswith(mark)}
    keys = {f"{kind}:{node['sourceIdentifier'].removeprefix(mark)}" for node in found.values() for kind in ("order", "invoice")}
    known = {record.target_id for record in ledger.records(FLOW, keys).values()}
    return {digits: f"{node['sourceIdentifier']} {node['name']}" for digits, node in found.items() if digits not in known}


def _parts(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    return (ids[start : start + NAMED_IN_A_SEARCH] for start in range(0, len(ids), NAMED_IN_A_SEARCH))


def _sales(frames: Frames, names: Mapping[str, str]) -> pd.DataFrame:
    orders = frames["orders"][frames["orders"]["order_id"].isin(names)]
    documents = orders.assign(external_id=[names[each] for each in orders["order_id"]], kind="sale")
    lines, payments = frames["order_lines"], frames["order_payments"]
    paid = payments.assign(amount_minor=payments["money_minor"]).rename(columns={"gateway": "method"})
    taxes = frames["order_taxes"]
    entries = sold(documents, lines[lines["kind"] != "shipping"], paid[paid["amount_minor"] != 0], taxes)
    return ENTRIES.conform(pd.concat([entries, cancellations(documents[documents["cancelled_at"].notna()])], ignore_index=True))


def _refunds(frames: Frames, names: Mapping[str, str], wanted: Collection[str]) -> pd.DataFrame:
    """Return the refunds of the day's credits, and those made by hand on the day's orders; each stands for itself as ``order_id``.

    Shopify also keeps a cancellation as a refund, one without money; it says no more than that the order is cancelled.
    """
    refunds = frames["refunds"]
    marks = [document_named_in(note) for note in refunds["note"].fillna("")]
    of_orders = refunds["order_id"]
    ids = [
        mark or f"{names.get(order, '')} refund {refund}"
        for mark, order, refund in zip(marks, of_orders, refunds["refund_id"], strict=True)
    ]
    orders = frames["orders"].set_index("order_id")
    cancelled = of_orders.isin(orders.index[orders["cancelled_at"].notna()]) & (refunds["money_minor"] == 0)
    rows = refunds.assign(
        of_order=of_orders,
        order_id=refunds["refund_id"],
        external_id=pd.array(ids, dtype="string[pyarrow]"),
        by_hand=pd.array([not mark for mark in marks], dtype="bool[pyarrow]") & ~cancelled,
        name=orders["name"].reindex(of_orders).array,
        kind="refund",
    )
    return rows[rows["external_id"].isin(wanted) | (rows["by_hand"] & rows["of_order"].isin(names))]


def _refunded(frames: Frames, refunds: pd.DataFrame) -> pd.DataFrame:
    """Return refunds as ENTRIES, negative: the money that went back, or what was taken off where no money could."""
    lines, payments = frames["refund_lines"], frames["refund_payments"]
    goods = lines[lines["source_line_id"].notna() & (lines["kind"] != "shipping")]
    on_top = frames["orders"].loc[frames["orders"]["taxes_included"].eq(False).fillna(False), "order_id"]
    tax = lines["tax_minor"].where(lines["order_id"].isin(on_top), 0)
    taken_off = (
        (lines["total_minor"] + tax).groupby(lines["refund_id"]).sum().reindex(refunds["order_id"], fill_value=0).set_axis(refunds.index)
    )
    total = -refunds["money_minor"].where(refunds["money_minor"] != 0, taken_off)
    tables = (
        goods.assign(quantity=-goods["quantity"]),
        payments.assign(amount_minor=-payments["money_minor"]).rename(columns={"gateway": "method"}),
        lines.assign(tax_minor=-lines["tax_minor"]),
    )
    children = (table.drop(columns="order_id").rename(columns={"refund_id": "order_id"}) for table in tables)
    entries = sold(refunds.assign(total_minor=total), *children)
    return entries[entries["measure"] != "lines"]
