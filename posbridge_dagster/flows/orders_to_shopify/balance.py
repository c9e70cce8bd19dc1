"""The balance of a day: every document booked on it against what the shop holds of it, asked for again.

What the ledger knows is asked for by id, which sees what was written a moment ago. What the ledger does not know is searched by
its moment of sale, so that an order that was made twice is found as well.
"""

from datetime import datetime
from typing import Any

import dagster as dg
import pandas as pd

from posbridge_dagster.balance.compare import differences, explained
from posbridge_dagster.balance.shapes import ENTRIES
from posbridge_dagster.balance.sides import cancellations, sold
from posbridge_dagster.clients.shopify.client import ShopifyClient
from posbridge_dagster.flows.day_balance import balance_checks, balance_outs, balance_results, held_back
from posbridge_dagster.flows.failures import said_plainly
from posbridge_dagster.flows.orders_to_shopify import FLOW
from posbridge_dagster.flows.orders_to_shopify.assets import DAYS, asset_in
from posbridge_dagster.flows.orders_to_shopify.exchanges import TAKEN_BACK, told_apart
from posbridge_dagster.flows.orders_to_shopify.known_differences import another_way, paid_together, vat_by_share
from posbridge_dagster.flows.orders_to_shopify.mapping_file import read_mapping
from posbridge_dagster.flows.orders_to_shopify.selection import OF_ANOTHER
from posbridge_dagster.flows.orders_to_shopify.shop_side import ShopSide, day_in_shop
from posbridge_dagster.ledger import Ledger
from posbridge_dagster.loading.shopify_input import source_identifier
from posbridge_dagster.settings import Settings
from posbridge_dagster.snapshots.mplus_document_shapes import DOCUMENT_SHAPES

VAT_BY_SHARE, ANOTHER_WAY, PAID_TOGETHER = "refund_vat_share", "given_back_another_way", "paid_together"
CREDIT_UNPAID, NOTHING_LEFT = "credit_unpaid", "nothing_left_to_give_back"
REFUNDED_BY_HAND, CANCELLED_BY_HAND = "refunded_in_shopify", "cancelled_in_shopify"
_INS = {
    **{name: asset_in(name, "snapshot") for name in DOCUMENT_SHAPES},
    **{name: asset_in(name, "mapped") for name in ("orders", "order_lines", "order_payments")},
    "result": asset_in("orders", "result"),
}


@dg.multi_asset(name=f"balance_{FLOW}", partitions_def=DAYS, ins=_INS, outs=balance_outs(FLOW), check_specs=balance_checks(FLOW))
def day_balance(
    context: dg.AssetExecutionContext,
    shopify: dg.ResourceParam[ShopifyClient],
    ledger: dg.ResourceParam[Ledger],
    settings: dg.ResourceParam[Settings],
    **frames: pd.DataFrame,
) -> Any:
    """Add both sides of the day up and name every document in which they differ."""
    window = context.partition_time_window
    frames |= told_apart({name: frames[name] for name in DOCUMENT_SHAPES}, read_mapping(settings))
    documents = own_documents(frames["orders"])
    with said_plainly():
        there = _held(shopify, ledger, settings, documents, (window.start, window.end))
    here = booked_entries(documents, frames)
    ids = dict(zip(documents["document_id"], documents["external_id"], strict=True))
    known = held_back(frames["result"])
    found = differences(here, there.entries, known.assign(record_id=known["source_id"].map(ids).astype("string[pyarrow]")))
    yield from balance_results(FLOW, here, there.entries, _said(found, documents, frames["document_taxes"], there))


def own_documents(orders: pd.DataFrame) -> pd.DataFrame:
    """Return the documents of MAPPED_ORDERS that are this flow's own, with ``external_id``, ``name`` and what ``kind`` they are."""
    own = orders[~orders["code"].isin(OF_ANOTHER)]
    credit = own["kind"].isin(TAKEN_BACK)
    return own.assign(
        external_id=[source_identifier(each) for each in own["custom_id"]],
        name=own["number"].fillna(own["document_id"]),
        kind=["refund" if each else "sale" for each in credit],
    )


def booked_entries(documents: pd.DataFrame, frames: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Return what MplusKASSA booked as ENTRIES: amounts from the snapshot, lines and tenders as they were mapped; credits are negative."""
    sign = documents.set_index("document_id")["kind"].map({"sale": 1, "refund": -1}).astype("int64[pyarrow]")
    lines, payments = (
        _signed(frames[name], sign, column) for name, column in (("order_lines", "quantity"), ("order_payments", "amount_minor"))
    )
    lines = lines[lines["kind"] != "shipping"]
    taxes = frames["document_taxes"].rename(columns={"vat_rate": "tax_rate", "vat_minor": "tax_minor"})
    totals = frames["documents"].set_index("document_id")["total_minor"]
    documents = documents.assign(total_minor=totals.reindex(documents["document_id"]).array)
    tables = (documents, lines, payments.rename(columns={"gateway": "method"}), taxes)
    entries = without_refund_lines(sold(*(table.rename(columns={"document_id": "order_id"}) for table in tables)))
    gone = documents[documents["cancelled"].fillna(False) & (documents["kind"] == "sale")]
    return ENTRIES.conform(pd.concat([entries, cancellations(gone)], ignore_index=True))


def without_refund_lines(entries: pd.DataFrame) -> pd.DataFrame:
    """Return ENTRIES without the number of lines of refunds: a line that was sold as two comes back as one."""
    return ENTRIES.conform(entries[(entries["kind"] != "refund") | (entries["measure"] != "lines")])


def _signed(rows: pd.DataFrame, sign: "pd.Series[int]", column: str) -> pd.DataFrame:
    rows = rows[rows["document_id"].isin(sign.index)]
    return rows.assign(**{column: rows[column] * sign.reindex(rows["document_id"]).array})


def _held(
    shopify: ShopifyClient, ledger: Ledger, settings: Settings, documents: pd.DataFrame, window: tuple[datetime, datetime]
) -> ShopSide:
    return day_in_shop(shopify, ledger, documents, window, settings.administration_name, settings.zone)


def _said(found: pd.DataFrame, documents: pd.DataFrame, taxes: pd.DataFrame, there: ShopSide) -> pd.DataFrame:
    """Return DIFFERENCES with the reasons that no result can know: what only the other side tells."""
    by_hand = found["record_id"].isin(there.by_hand)
    found = explained(found, by_hand, REFUNDED_BY_HAND, "it was given back in Shopify by hand, and MplusKASSA has no credit of it")
    gone = (found["measure"] == "cancelled") & (found["difference"] < 0)
    found = explained(found, gone, CANCELLED_BY_HAND, "it was cancelled in Shopify by hand, and MplusKASSA still has it")
    way = "the money is the same; Shopify gives back by the way it was paid"
    found = explained(found, another_way(found), ANOTHER_WAY, way)
    at_once = "Shopify takes part payments from Plus shops only, so they were recorded as one when all was paid"
    found = explained(found, paid_together(found), PAID_TOGETHER, at_once)
    less = found["record_id"].isin(there.exhausted) & (found["kind"] == "refund") & (found["difference"] < 0)
    nothing_left = less & found["measure"].isin(["gross", "tender"])
    found = explained(found, nothing_left, NOTHING_LEFT, "more was credited than had been paid, and Shopify gives back what was paid")
    refunds = documents[documents["kind"] == "refund"].rename(columns={"external_id": "record_id"})
    credited = taxes.merge(refunds[["document_id", "record_id", "taxes_included"]], on="document_id")
    share = "Shopify takes back the share of its line, after all discounts, cut to the cent"
    found = explained(found, vat_by_share(found, credited, there.goods_back), VAT_BY_SHARE, share)
    unpaid = found["record_id"].isin(refunds.loc[refunds["paid_minor"].fillna(0) == 0, "record_id"])
    paid_out = "MplusKASSA does not say how the credit was paid out; Shopify had to"
    return explained(found, unpaid & (found["measure"] == "tender"), CREDIT_UNPAID, paid_out)


ASSETS = [day_balance]
