"""The balance of a day: everything sold on it, and given back for it so far, against what MplusKASSA has booked.

The administration is asked again, by external id and by bookkeeping day, so a document that only it knows is found as well.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from itertools import chain
from typing import Any

import dagster as dg
import pandas as pd

from posbridge_dagster.balance.compare import differences
from posbridge_dagster.balance.shapes import ENTRIES
from posbridge_dagster.balance.sides import booked, kind_of, sold
from posbridge_dagster.clients.mplus.client import MplusClient
from posbridge_dagster.clients.mplus.invoices import invoices_since
from posbridge_dagster.clients.mplus.masterdata import vat_scale
from posbridge_dagster.clients.mplus.order_changes import is_cancelled
from posbridge_dagster.clients.mplus.orders import orders_by_external_ids, orders_since
from posbridge_dagster.clients.mplus.reading import Record
from posbridge_dagster.clients.mplus.values import bare_id
from posbridge_dagster.flows.day_balance import balance_checks, balance_outs, balance_results, held_back
from posbridge_dagster.flows.failures import said_plainly
from posbridge_dagster.flows.orders_to_mplus import FLOW
from posbridge_dagster.flows.orders_to_mplus.amounts import document_totals
from posbridge_dagster.flows.orders_to_mplus.assets import DAYS, asset_in
from posbridge_dagster.flows.orders_to_mplus.returns import SOURCES, returns, sales
from posbridge_dagster.loading.mplus_order_changes import PART_OF_CANCEL
from posbridge_dagster.loading.rows import plain_rows
from posbridge_dagster.model.identity import external_id
from posbridge_dagster.settings import Settings

_SNAPSHOTS = SOURCES
_MAPPED = ("order_lines", "order_payments", "refund_lines", "refund_payments")
_INS = {
    **{f"{name}_snapshot": asset_in(name, "snapshot") for name in _SNAPSHOTS},
    **{f"{name}_mapped": asset_in(name, "mapped") for name in _MAPPED},
    **{f"{name}_result": asset_in(name, "result") for name in ("orders", "refunds")},
}


@dg.multi_asset(
    name=f"balance_{FLOW}",
    partitions_def=DAYS,
    ins=_INS,
    outs=balance_outs(FLOW),
    check_specs=balance_checks(FLOW),
)
def day_balance(
    context: dg.AssetExecutionContext, mplus: dg.ResourceParam[MplusClient], settings: dg.ResourceParam[Settings], **frames: pd.DataFrame
) -> Any:
    """Add both sides of the day up and name every record in which they differ."""
    shop = settings.shop_handle
    with said_plainly():
        here = sold_entries(frames, shop)
        documents = booked_documents(mplus, here, frames["refunds_result"], date.fromisoformat(context.partition_key), shop)
        there = booked((row for row in documents if not is_cancelled(row)), vat_scale(mplus))
    gone = cancelled_records(documents, frames, shop)
    here, there = (side[~side["record_id"].isin(gone)] for side in (here, there))
    known = held_back(pd.concat([frames["orders_result"], frames["refunds_result"]]))
    reasons = known.assign(record_id=[external_id(shop, each) for each in known["source_id"]])
    yield from balance_results(FLOW, here, there, differences(here, there, reasons))


def sold_entries(frames: dict[str, pd.DataFrame], shop: str) -> pd.DataFrame:
    """Return what the shop sold and gave back as ENTRIES: amounts from the snapshots, lines and tenders as they were mapped."""
    snapshots = {name: frames[f"{name}_snapshot"] for name in _SNAPSHOTS}
    sides = (
        (sales(snapshots), frames["order_lines_mapped"], frames["order_payments_mapped"]),
        (returns(snapshots), frames["refund_lines_mapped"], frames["refund_payments_mapped"]),
    )
    entries = []
    for source, lines, payments in sides:
        orders = source["orders"]
        ids = [external_id(shop, each) for each in orders["order_id"]]
        documents = orders[["order_id", "name"]].assign(
            external_id=ids, kind=[kind_of(each) for each in ids], total_minor=document_totals(orders)
        )
        entries.append(sold(documents, lines, payments, source["order_lines"][["order_id", "tax_rate", "tax_minor"]]))
    return ENTRIES.conform(pd.concat(entries, ignore_index=True))


def booked_documents(mplus: MplusClient, here: pd.DataFrame, refunds: pd.DataFrame, day: date, shop: str) -> list[Record]:
    """Return what MplusKASSA booked for the day: the documents of these records, and sales of the day nobody asked for.

    A credit that MplusKASSA made of an invoice has no id of ours; ``refunds``, their RESULT, tells which refund it stands for.
    """
    ids = set(here["record_id"])
    prefix = f"shopify:{shop}:"
    targets = {bare_id(row["target_id"]): external_id(shop, row["source_id"]) for row in plain_rows(refunds) if row["target_id"]}
    orders = orders_by_external_ids(mplus, sorted(ids))
    of_the_day = chain.from_iterable(rows for rows, _ in orders_since(mplus, first_day=day, last_day=day))
    invoices = (_named(row, targets) for row in chain.from_iterable(rows for rows, _ in invoices_since(mplus, first_day=day)))
    documents = list(orders.values())
    documents += [order for order in of_the_day if _is_unknown_sale(order.get("extOrderId"), prefix, ids)]
    documents += [
        invoice
        for invoice in invoices
        if invoice.get("extInvoiceId") in ids
        or invoice.get("creditedInvoiceId")
        or _is_unknown_sale(invoice.get("extInvoiceId"), prefix, ids)
    ]
    return documents


def cancelled_records(documents: Iterable[Record], frames: Mapping[str, pd.DataFrame], shop: str) -> set[str]:
    """Return the external ids of what counts on neither side: sales cancelled in both systems, and refunds that are a part of that.

    An invoice that was not paid is cancelled by a credit of its own. What only MplusKASSA has cancelled is no turnover there and
    stays a difference; a credit that no refund stands behind belongs to no record.
    """
    rows = list(documents)
    credited = {bare_id(row["creditedInvoiceId"]) for row in rows if row.get("creditedInvoiceId")}
    there = {str(row.get("extOrderId")) for row in rows if is_cancelled(row)}
    there |= {str(row["extInvoiceId"]) for row in rows if not row.get("paidAmount") and bare_id(row.get("invoiceId") or "") in credited}
    orders, refunds = frames["orders_snapshot"], frames["refunds_result"]
    here = {external_id(shop, each) for each in orders.loc[orders["cancelled_at"].notna(), "order_id"]}
    parts = {external_id(shop, each) for each in refunds.loc[refunds["code"] == PART_OF_CANCEL, "source_id"]}
    return (there & here) | parts | {""}


def _named(invoice: Record, targets: Mapping[str, str]) -> Record:
    """Return an invoice under the id of the refund that it is the target of, where it has no id of ours."""
    known = targets.get(bare_id(invoice["invoiceId"]))
    return {**invoice, "extInvoiceId": known} if known and not invoice.get("extInvoiceId") else invoice


def _is_unknown_sale(record_id: str | None, prefix: str, known: set[str]) -> bool:
    return bool(record_id) and str(record_id).startswith(prefix) and record_id not in known and kind_of(str(record_id)) == "sale"


ASSETS = [day_balance]
