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
from posbridge_dagster.balance.sides import sold
from posbridge_dagster.clients.shopify.client import ShopifyClient
from posbridge_dagster.flows.day_balance import balance_checks, balance_outs, balance_results, held_back
from posbridge_dagster.flows.failures import said_plainly
from posbridge_dagster.flows.orders_to_shopify import FLOW
from posbridge_dagster.flows.orders_to_shopify.assets import DAYS, asset_in
from posbridge_dagster.flows.orders_to_shopify.selection import OF_ANOTHER
from posbridge_dagster.flows.orders_to_shopify.shop_side import ShopSide, day_in_shop
from posbridge_dagster.ledger import Ledger
from posbridge_dagster.loading.shopify_input import source_identifier
from posbridge_dagster.settings import Settings

VAT_BY_SHARE = "refund_vat_share"
VAT_SHARE_OF_TOTAL = 100
"""The hundredth part of a credit: how much of its VAT may be a matter of sharing out."""
CREDIT_UNPAID, NOTHING_LEFT, REFUNDED_BY_HAND = "credit_unpaid", "nothing_left_to_give_back", "refunded_in_shopify"
_INS = {
    "documents": asset_in("documents", "snapshot"),
    "document_taxes": asset_in("document_taxes", "snapshot"),
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
    documents = own_documents(frames["orders"])
    with said_plainly():
        there = _held(shopify, ledger, settings, documents, (window.start, window.end))
    here = booked_entries(documents, frames)
    ids = dict(zip(documents["document_id"], documents["external_id"], strict=True))
    known = held_back(frames["result"])
    found = differences(here, there.entries, known.assign(record_id=known["source_id"].map(ids).astype("string[pyarrow]")))
    yield from balance_results(FLOW, here, there.entries, _said(found, documents, there))


def own_documents(orders: pd.DataFrame) -> pd.DataFrame:
    """Return the documents of MAPPED_ORDERS that are this flow's own, with ``external_id``, ``name`` and what ``kind`` they are."""
    own = orders[~orders["code"].isin(OF_ANOTHER)]
    credit = own["kind"] == "credit"
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
    return without_refund_lines(sold(*(table.rename(columns={"document_id": "order_id"}) for table in tables)))


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


def _said(found: pd.DataFrame, documents: pd.DataFrame, there: ShopSide) -> pd.DataFrame:
    """Return DIFFERENCES with the reasons that no result can know: what only the other side tells."""
    unpaid = documents.loc[(documents["kind"] == "refund") & (documents["paid_minor"].fillna(0) == 0), "external_id"]
    by_hand = found["record_id"].isin(there.by_hand)
    found = explained(found, by_hand, REFUNDED_BY_HAND, "it was given back in Shopify by hand, and MplusKASSA has no credit of it")
    nothing_left = found["record_id"].isin(there.exhausted) & found["measure"].isin(["gross", "tender", "vat"])
    found = explained(found, nothing_left, NOTHING_LEFT, "more was credited than had been paid, and Shopify gives back what was paid")
    share = "the money is the same; Shopify takes VAT back by the share of its line, after all discounts"
    found = explained(found, vat_by_share(found, documents), VAT_BY_SHARE, share)
    tender = found["record_id"].isin(unpaid) & (found["measure"] == "tender")
    return explained(found, tender, CREDIT_UNPAID, "MplusKASSA does not say how the credit was paid out; Shopify had to")


def vat_by_share(found: pd.DataFrame, documents: pd.DataFrame) -> "pd.Series[bool]":
    """Return which DIFFERENCES are VAT of a credit whose money agrees, off by no more than discounts shared out can move it.

    ``documents`` has external_id and total_minor. More than one percent of the credit, and a cent, is a fault to look at.
    """
    totals = documents.set_index("external_id")["total_minor"].abs().groupby(level=0).max()
    allowed = totals.reindex(found["record_id"]).fillna(0).set_axis(found.index) // VAT_SHARE_OF_TOTAL + 1
    differing = found.loc[found["measure"] == "gross", "record_id"]
    is_vat_of_credit = (found["kind"] == "refund") & (found["measure"] == "vat")
    return is_vat_of_credit & ~found["record_id"].isin(differing) & (found["difference"].abs() <= allowed)


ASSETS = [day_balance]
