"""What either side holds, as ENTRIES: one row per record, measure and part."""

from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

from posbridge_dagster.balance.shapes import ENTRIES

Frames = Mapping[str, pd.DataFrame]


def sold(documents: pd.DataFrame, lines: pd.DataFrame, payments: pd.DataFrame, taxes: pd.DataFrame, kind: str) -> pd.DataFrame:
    """Return what the shop sold (or gave back) as ENTRIES.

    ``documents`` has order_id, external_id, name and total_minor; ``lines`` order_id and quantity, ``payments`` order_id, method and
    amount_minor as they should be written; ``taxes`` order_id, tax_rate and tax_minor as the shop computed them.
    """
    parts = [
        _entries(documents.assign(amount=1), "documents"),
        _entries(documents.assign(amount=documents["total_minor"]), "gross"),
        _entries(_of(documents, lines).assign(amount=1), "lines"),
        _entries(_of(documents, lines).rename(columns={"quantity": "amount"}), "pieces"),
        _entries(_of(documents, payments).rename(columns={"amount_minor": "amount", "method": "part"}), "tender"),
        _entries(_of(documents, taxes).rename(columns={"tax_minor": "amount", "tax_rate": "part"}), "vat"),
    ]
    return _added_up(pd.concat(parts, ignore_index=True), kind)


def booked(orders: Iterable[Mapping[str, Any]], units_per_percent: int, prefix: str) -> pd.DataFrame:
    """Return what MplusKASSA booked for the shop as ENTRIES: orders whose extOrderId starts with ``prefix``.

    ``units_per_percent`` is the scale of its VAT percentages (100 or 1). Documents with ``:r`` in their id are refunds.
    """
    rows: list[dict[str, Any]] = []
    for order in orders:
        record_id = str(order.get("extOrderId") or "")
        if not record_id.startswith(prefix):
            continue
        total = int(order.get("totalInclAmount") or 0)
        kind = "refund" if ":r" in record_id.removeprefix(prefix) else "sale"
        about = {"record_id": record_id, "name": str(order.get("transactionString") or ""), "kind": kind}
        rows.append(about | {"measure": "documents", "part": "", "amount": 1})
        rows.append(about | {"measure": "gross", "part": "", "amount": total})
        for line in order["lineList"]:
            rows.append(about | {"measure": "lines", "part": "", "amount": 1})
            rows.append(about | {"measure": "pieces", "part": "", "amount": _pieces(line)})
        for group in order["vatGroupList"]:
            rate = int(group["vatPercentage"]) * 100 // units_per_percent
            rows.append(about | {"measure": "vat", "part": str(rate), "amount": int(group.get("vatAmount") or 0)})
        for payment in order["paymentList"]:
            rows.append(about | {"measure": "tender", "part": str(payment["method"]), "amount": int(payment["amount"])})
    return ENTRIES.frame(rows)


def _pieces(line: Mapping[str, Any]) -> int:
    data = line.get("data") or {}
    return int(data.get("quantity") or 0) // int(10 ** int(data.get("decimalPlaces") or 0))


def _of(documents: pd.DataFrame, children: pd.DataFrame) -> pd.DataFrame:
    return children.merge(documents[["order_id", "external_id", "name"]], on="order_id", suffixes=("_of_child", ""))


def _entries(rows: pd.DataFrame, measure: str) -> pd.DataFrame:
    part = rows["part"].astype("string[pyarrow]") if "part" in rows else ""
    return pd.DataFrame(
        {"record_id": rows["external_id"], "name": rows["name"], "measure": measure, "part": part, "amount": rows["amount"]}
    )


def _added_up(entries: pd.DataFrame, kind: str) -> pd.DataFrame:
    sums = entries.groupby(["record_id", "name", "measure", "part"], as_index=False)["amount"].sum()
    return ENTRIES.conform(sums.assign(kind=kind))
