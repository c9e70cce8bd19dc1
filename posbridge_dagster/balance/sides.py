"""What either side holds, as ENTRIES: one row per record, measure and part."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import pandas as pd

from posbridge_dagster.balance.shapes import ENTRIES

_ABOUT = ["external_id", "name", "kind"]


def kind_of(record_id: str) -> str:
    """Return what a document is by its external id: a sale, or the refund (``:r``) or exchange (``:e``) of one."""
    last = record_id.rsplit(":", 1)[-1]
    return {"r": "refund", "e": "exchange"}.get(last[:1], "sale")


def sold(documents: pd.DataFrame, lines: pd.DataFrame, payments: pd.DataFrame, taxes: pd.DataFrame) -> pd.DataFrame:
    """Return what the shop sold or gave back as ENTRIES.

    ``documents`` has order_id, external_id, name, kind and total_minor; ``lines`` order_id and quantity, ``payments`` order_id, method
    and amount_minor as they should be written; ``taxes`` order_id, tax_rate and tax_minor as the shop computed them.
    """
    parts = [
        _entries(documents.assign(amount=1), "documents"),
        _entries(documents.assign(amount=documents["total_minor"]), "gross"),
        _entries(_of(documents, lines).assign(amount=1, part=""), "lines"),
        _entries(_of(documents, lines).assign(part="").rename(columns={"quantity": "amount"}), "pieces"),
        _entries(_of(documents, payments).rename(columns={"amount_minor": "amount", "method": "part"}), "tender"),
        _entries(_of(documents, taxes).rename(columns={"tax_minor": "amount", "tax_rate": "part"}), "vat"),
    ]
    return _added_up(pd.concat(parts, ignore_index=True))


def cancellations(documents: pd.DataFrame) -> pd.DataFrame:
    """Return documents (external_id, name, kind), all of them cancelled, as ENTRIES of that alone."""
    return ENTRIES.conform(_entries(documents.assign(amount=1), "cancelled"))


def booked(documents: Iterable[Mapping[str, Any]], units_per_percent: int) -> pd.DataFrame:
    """Return orders or invoices of MplusKASSA as ENTRIES; ``units_per_percent`` is the scale of its VAT percentages (100 or 1)."""
    return ENTRIES.frame(row for document in documents for row in _rows(document, units_per_percent))


def _rows(document: Mapping[str, Any], units_per_percent: int) -> Iterator[dict[str, Any]]:
    record_id = str(document.get("extOrderId") or document.get("extInvoiceId") or "")
    about = {"record_id": record_id, "name": str(document.get("transactionString") or ""), "kind": kind_of(record_id)}
    yield about | {"measure": "documents", "part": "", "amount": 1}
    yield about | {"measure": "gross", "part": "", "amount": int(document.get("totalInclAmount") or 0)}
    for line in document["lineList"]:
        yield about | {"measure": "lines", "part": "", "amount": 1}
        yield about | {"measure": "pieces", "part": "", "amount": _pieces(line)}
    for group in document["vatGroupList"]:
        rate = int(group["vatPercentage"]) * 100 // units_per_percent
        yield about | {"measure": "vat", "part": str(rate), "amount": int(group.get("vatAmount") or 0)}
    for payment in document["paymentList"]:
        yield about | {"measure": "tender", "part": str(payment["method"]), "amount": int(payment["amount"])}


def _pieces(line: Mapping[str, Any]) -> int:
    data = line.get("data") or {}
    return int(data.get("quantity") or 0) // int(10 ** int(data.get("decimalPlaces") or 0))


def _of(documents: pd.DataFrame, children: pd.DataFrame) -> pd.DataFrame:
    return children.merge(documents[["order_id", *_ABOUT]], on="order_id", suffixes=("_of_child", ""))


def _entries(rows: pd.DataFrame, measure: str) -> pd.DataFrame:
    part = rows["part"].astype("string[pyarrow]") if "part" in rows else ""
    about = {"record_id": rows["external_id"], "name": rows["name"], "kind": rows["kind"]}
    return pd.DataFrame({**about, "measure": measure, "part": part, "amount": rows["amount"]})


def _added_up(entries: pd.DataFrame) -> pd.DataFrame:
    sums: pd.DataFrame = entries.groupby(["record_id", "name", "kind", "measure", "part"])["amount"].sum().reset_index()
    return ENTRIES.conform(sums)
