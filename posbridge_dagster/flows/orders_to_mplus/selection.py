"""Which orders the mapping leaves out, and those that it may not leave out without a word."""

from collections.abc import Mapping as MappingOf

import pandas as pd

from posbridge_dagster.flows.orders_to_mplus.options import OrdersToMplusOptions
from posbridge_dagster.flows.verdicts import quarantine
from posbridge_dagster.mapping import Mapping
from posbridge_dagster.model.money import decimal_amount

Frames = MappingOf[str, pd.DataFrame]


def selected_out(sold: Frames, mapping: Mapping[OrdersToMplusOptions]) -> list[pd.DataFrame]:
    """Return verdicts for the orders of ``sold`` that the mapping does not select, and for those that it must not forget.

    An order is left out because it was cancelled only when its money went back: what was kept, such as a fee, would be booked nowhere.
    """
    orders = sold["orders"]
    kept = _money_kept(orders)
    left_out = mapping.select(sold, "orders")
    if not kept.any():
        return [left_out]
    as_if_not_cancelled = orders.assign(cancelled_at=orders["cancelled_at"].mask(kept != 0))
    still_out = mapping.select({**sold, "orders": as_if_not_cancelled}, "orders")
    by_cancel = left_out["order_id"].isin(orders.loc[kept != 0, "order_id"]) & ~left_out["order_id"].isin(still_out["order_id"])
    rows = orders.assign(kept=kept)[orders["order_id"].isin(left_out.loc[by_cancel, "order_id"])]
    said = [
        f"cancelled before it was sent, but {decimal_amount(int(amount), currency)} {currency} of its money were not given back"
        for amount, currency in zip(rows["kept"], rows["currency"], strict=True)
    ]
    return [left_out[~by_cancel], quarantine(rows[["order_id"]], "cancelled_with_money", said)]


def foreign_currency(orders: pd.DataFrame, options: OrdersToMplusOptions) -> pd.DataFrame:
    """Return a verdict for orders in another currency than the administration's: it would book their amounts as its own."""
    rows = orders[orders["currency"].notna() & (orders["currency"] != options.currency)]
    reason = "its amounts are in " + rows["currency"] + f", and the administration keeps {options.currency}"
    return quarantine(rows[["order_id"]], "foreign_currency", reason)


def _money_kept(orders: pd.DataFrame) -> pd.Series:
    """Return what is left of the money of each cancelled order; 0 for the others."""
    return (orders["received_minor"] - orders["refunded_minor"]).where(orders["cancelled_at"].notna(), 0).fillna(0)
