"""How far the two sides may differ on a document whose money agrees, and why.

A till computes the VAT of a credit from the prices on the credit, once per rate. Shopify takes back the share of VAT that the line
of the order has, which was stated when it was sold. The two differ by what follows, and by no more:

- at that rate another amount went back, because a discount of the sale was shared out over its lines: VAT of that difference;
- a line's share of the VAT of its sale was rounded to a cent, and its part that comes back is cut to a cent: two cents a line;
- the till rounds once per rate: a cent.
"""

from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pandas as pd

from posbridge_dagster.loading.rows import plain_rows
from posbridge_dagster.loading.shopify_payments import TOGETHER

CENTS_A_LINE = 2
CENTS_A_RATE = 1
_WHOLE = 10_000
"""Rates are hundredths of a percent."""

Row = dict[str, Any]
Key = tuple[str, int]
"""Record and rate."""


def vat_by_share(found: pd.DataFrame, credited: pd.DataFrame, taken_back: pd.DataFrame) -> "pd.Series[bool]":
    """Return which DIFFERENCES are VAT of a refund that follows from how each side computes it.

    ``credited`` is the VAT of the credits by rate as the till has it (record_id, taxes_included, vat_rate, excl_minor and vat_minor,
    negative), ``taken_back`` are the lines of the refunds in Shopify (record_id, tax_rate, total_minor as the order states prices).
    """
    here, there = _credited(credited), _taken_back(taken_back)
    included = {row["record_id"]: row["taxes_included"] for row in plain_rows(credited)}

    def follows(row: Row) -> bool:
        if row["kind"] != "refund" or row["measure"] != "vat":
            return False
        key = (row["record_id"], int(row["part"]))
        theirs = there.get(key, [])
        off = _vat(sum(theirs) - here.get(key, 0), int(row["part"]), included=included.get(row["record_id"], True))
        return bool(abs(row["difference"] - off) <= CENTS_A_LINE * len(theirs) + CENTS_A_RATE)

    return pd.Series([follows(row) for row in plain_rows(found)], index=found.index, dtype=bool)


def another_way(found: pd.DataFrame) -> "pd.Series[bool]":
    """Return which DIFFERENCES are tenders of a refund that come to nothing together: the money went back by other ways."""
    tenders = (found["measure"] == "tender") & (found["kind"] == "refund")
    sums = found["difference"].where(tenders, 0).groupby(found["record_id"]).transform("sum")
    return tenders & (sums == 0)


def paid_together(found: pd.DataFrame) -> "pd.Series[bool]":
    """Return which DIFFERENCES are tenders of a sale of which the shop holds one payment, named by all the ways of the till."""
    tenders = (found["measure"] == "tender") & (found["kind"] == "sale")
    together = tenders & found["part"].str.contains(TOGETHER, regex=False).fillna(False)
    sums = found["difference"].where(tenders, 0).groupby(found["record_id"]).transform("sum")
    return tenders & (sums == 0) & found["record_id"].isin(found.loc[together, "record_id"])


def _credited(taxes: pd.DataFrame) -> dict[Key, int]:
    """Return what was credited at each rate, as the documents state prices."""
    worth: dict[Key, int] = {}
    for row in plain_rows(taxes):
        key = (row["record_id"], row["vat_rate"])
        worth[key] = worth.get(key, 0) - row["excl_minor"] - (row["vat_minor"] if row["taxes_included"] else 0)
    return worth


def _taken_back(lines: pd.DataFrame) -> dict[Key, list[int]]:
    """Return the totals of the lines of each record and rate."""
    worth: dict[Key, list[int]] = {}
    for row in plain_rows(lines[["record_id", "tax_rate", "total_minor"]]):
        worth.setdefault((row["record_id"], row["tax_rate"]), []).append(row["total_minor"])
    return worth


def _vat(minor: int, rate: int, *, included: bool) -> int:
    """Return the VAT that belongs to an amount with VAT in it, or without."""
    return int((Decimal(minor * rate) / (_WHOLE + rate if included else _WHOLE)).quantize(Decimal(1), ROUND_HALF_UP))
