"""Do the amounts of an order add up? Integer cents, no tolerance: what does not balance is not written."""

import pandas as pd

from posbridge_dagster.flows.verdicts import quarantine
from posbridge_dagster.model.money import decimal_amount


def document_totals(orders: pd.DataFrame) -> pd.Series:
    """Return what each order comes to in MplusKASSA: its total plus the cash rounding of what was paid, in cents."""
    return orders["total_minor"] + orders["rounding_minor"]


def gross_totals(lines: pd.DataFrame, orders: pd.DataFrame) -> pd.Series:
    """Return the total of each line with VAT: where the shop's prices exclude it, the line's own tax is added."""
    on_top = orders.loc[orders["taxes_included"].eq(False).fillna(False), "order_id"]
    return lines["total_minor"] + lines["tax_minor"].where(lines["order_id"].isin(on_top), 0)


def amount_problems(orders: pd.DataFrame, lines: pd.DataFrame) -> pd.DataFrame:
    """Return a verdict for each readable order whose lines or payments do not add up, with the difference.

    lines_missing: fewer lines were read than the order counts. does_not_add_up: lines are not the total. overpaid,
    paid_does_not_add_up: the money received is more than the total, or not the total of an order that Shopify calls paid.
    """
    readable = orders[orders["fault"].isna()]
    gross = gross_totals(lines, orders).groupby(lines["order_id"]).sum()
    counted = lines.groupby("order_id").size()
    key = readable["order_id"]
    totals = document_totals(readable)
    missing = readable["line_count"] - _per_order(counted, key)
    off = _per_order(gross, key) - totals
    unpaid = totals - readable["received_minor"]
    settled = readable["financial_status"].isin(["PAID", "PARTIALLY_REFUNDED", "REFUNDED"])
    return pd.concat(
        [
            _verdicts(readable, missing, missing != 0, "lines_missing", "{difference} of its lines were not read", money=False),
            _verdicts(readable, off, off != 0, "does_not_add_up", "its lines differ from its total by {difference}"),
            _verdicts(readable, -unpaid, unpaid < 0, "overpaid", "the payments exceed the total by {difference}"),
            _verdicts(readable, unpaid, (unpaid > 0) & settled, "paid_does_not_add_up", "it is called paid but {difference} are missing"),
        ],
        ignore_index=True,
    )


def _per_order(values: pd.Series, key: pd.Series) -> pd.Series:
    """Return a value per order id in the order of a key column; 0 where an order has none."""
    return values.reindex(key, fill_value=0).set_axis(key.index)


def _verdicts(orders: pd.DataFrame, difference: pd.Series, where: pd.Series, code: str, text: str, *, money: bool = True) -> pd.DataFrame:
    rows = orders[where]
    amounts = difference[where]
    if money:
        said = [f"{decimal_amount(int(amount), currency)} {currency}" for amount, currency in zip(amounts, rows["currency"], strict=True)]
    else:
        said = [str(amount) for amount in amounts]
    return quarantine(rows[["order_id"]], code, [text.format(difference=each) for each in said])
