"""The payments of the documents as transactions of Shopify."""

from collections.abc import Mapping as MappingOf

import pandas as pd

from posbridge_dagster.flows.orders_to_shopify.exchanges import TAKEN_BACK
from posbridge_dagster.flows.orders_to_shopify.options import OrdersToShopifyOptions
from posbridge_dagster.flows.verdicts import quarantine, verdicts_of_problems
from posbridge_dagster.mapping import Mapping
from posbridge_dagster.model.money import decimal_amount

_KEY = "document_id"


def map_payments(frames: MappingOf[str, pd.DataFrame], mapping: Mapping[OrdersToShopifyOptions]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the money received per gateway, and a verdict for each payment that has a fault.

    Payments of nothing are left out. Several payments by one gateway stay apart unless money was given back on it (change):
    then they are one. The payments of credits and returns are what was given back, so their sign is turned.
    """
    counted = frames["document_payments"][frames["document_payments"]["amount_minor"] != 0]
    mapped = mapping.apply("order_payments", {**frames, "document_payments": counted})
    payments = counted.merge(mapped.frame, on=[_KEY, "payment_id"])
    given = frames["documents"].loc[frames["documents"]["kind"].isin(TAKEN_BACK), _KEY]
    payments["amount_minor"] = payments["amount_minor"].where(~payments[_KEY].isin(given), -payments["amount_minor"])
    gateway = payments["gateway"].fillna("")
    given_back = (payments["amount_minor"] < 0).groupby([payments[_KEY], gateway]).transform("any")
    apart = payments["payment_id"].where(~given_back, "together")
    payments = payments.groupby([_KEY, gateway, apart], sort=False, as_index=False).agg(
        payment_id=("payment_id", "first"), gateway=("gateway", "first"), amount_minor=("amount_minor", "sum"), paid_at=("paid_at", "min")
    )
    negative = payments[payments["amount_minor"] < 0]
    problems = quarantine(negative[[_KEY]], "money_given_back", "more money was given back by one way of paying than came in by it")
    return payments[payments["amount_minor"] > 0], pd.concat([verdicts_of_problems(mapped.problems, _KEY), problems], ignore_index=True)


def payment_problems(documents: pd.DataFrame) -> pd.DataFrame:
    """Return a verdict for each sale on which more was paid than it comes to, with the difference."""
    rows = documents[documents["fault"].isna() & ~documents["kind"].isin(TAKEN_BACK)]
    over = rows["paid_minor"] - rows["total_minor"].clip(lower=0)
    rows, over = rows[over > 0], over[over > 0]
    reasons = [
        f"the payments exceed the total by {decimal_amount(int(amount), currency)} {currency}"
        for amount, currency in zip(over, rows["currency"], strict=True)
    ]
    return quarantine(rows[[_KEY]], "overpaid", reasons)
