"""MplusKASSA's orders and invoices as frames.

A document that cannot be read is kept as one row with a ``fault``; it never hides the others. Whether prices include VAT is the
document's own matter (``vat_method``): line totals are kept both ways.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pandas as pd

from posbridge_dagster.clients.mplus.values import bare_id, percentage, quantity_value
from posbridge_dagster.snapshots.content import parts_fingerprint
from posbridge_dagster.snapshots.mplus_document_shapes import DOCUMENT_SHAPES
from posbridge_dagster.snapshots.mplus_invoice_payments import paid_on_invoices

Document = Mapping[str, Any]
Rows = dict[str, list[dict[str, Any]]]

CREDIT = "INVOICE-TYPE-CREDIT-INVOICE"
DELIVERED = "ORDER-DELIVERY-STATE-COMPLETE"
CANCELLED, PARTLY_CANCELLED = "ORDER-CANCEL-STATE-COMPLETE", "ORDER-CANCEL-STATE-PARTIAL"
_ADDRESS = {
    "name": "name",
    "contact": "contact",
    "company_name": "companyName",
    "address": "address",
    "zipcode": "zipcode",
    "city": "city",
    "country": "country",
}


@dataclass(frozen=True)
class Reading:
    """What reading needs besides the documents: the scale of percentages, the currency, and the invoices that credits name.

    ``orders`` are the bare ids of the sales orders among those that invoices name: a table's order is none and is never listed.
    ``earlier`` are, by the document's id, the sales that goods may have come from which it takes back, ``invoices`` those of orders
    that their own payments do not cover, by bare id.
    """

    percent_scale: int
    currency: str
    credited: Mapping[str, Document]
    orders: Collection[str] = frozenset()
    earlier: Mapping[str, Sequence[str]] = field(default_factory=dict)
    invoices: Mapping[str, Document] = field(default_factory=dict)


def document_frames(orders: Iterable[Document], invoices: Iterable[Document], reading: Reading) -> dict[str, pd.DataFrame]:
    """Return documents as the frames of ``mplus_document_shapes``, one frame per name."""
    rows: Rows = {name: [] for name in DOCUMENT_SHAPES}
    for kind, documents in (("order", orders), ("invoice", invoices)):
        for document in documents:
            try:
                one = _rows(kind, document, reading)
            except (KeyError, TypeError, ValueError, ArithmeticError) as error:
                one = {"documents": [_unreadable(kind, document, reading, error)]}
            for name, part in one.items():
                rows[name].extend(part)
    return {name: shape.frame(rows[name]) for name, shape in DOCUMENT_SHAPES.items()}


def document_id(kind: str, document: Document) -> str:
    """Return the id of a document in its flow: ``order:<id>`` or ``invoice:<id>``."""
    return f"{kind}:{bare_id(document[f'{kind}Id'])}"


def _rows(kind: str, document: Document, reading: Reading) -> Rows:
    key = document_id(kind, document)
    lines = [_line(line, kind, key, position, reading) for position, line in enumerate(document["lineList"], 1)]
    taxes = [_tax(group, key, position, reading) for position, group in enumerate(document["vatGroupList"], 1)]
    paid = [*document["paymentList"], *(paid_on_invoices(document, reading.invoices) if kind == "order" else ())]
    payments = [_payment(payment, key, position) for position, payment in enumerate(paid, 1)]
    head = _head(kind, document, reading) | {
        "total_minor": document["totalInclAmount"],
        "total_excl_minor": document["totalExclAmount"],
        "vat_method": document["vatMethod"],
        "paid_minor": sum(payment["amount_minor"] for payment in payments),
        "line_count": len(lines),
        "payment_count": len(payments),
    }
    head["fingerprint"] = _fingerprint(head, lines, taxes, payments)
    return {"documents": [head], "document_lines": lines, "document_taxes": taxes, "document_payments": payments}


def _head(kind: str, document: Document, reading: Reading) -> dict[str, Any]:
    """Return what an unreadable document has too: who, when and where."""
    is_credit = kind == "invoice" and (document.get("invoiceType") == CREDIT or bool(document.get("creditedInvoiceId")))
    external_id = document.get("extOrderId" if kind == "order" else "extInvoiceId") or None
    credited = reading.credited.get(bare_id(document.get("creditedInvoiceId") or "")) if is_credit else None
    origins = [external_id, *document.get("extOrderIds", ())]
    if credited:
        origins += [credited.get("extInvoiceId"), *credited.get("extOrderIds", ())]
    day = document["financialDate"]
    return {
        "document_id": document_id(kind, document),
        "kind": "credit" if is_credit else kind,
        "number": document.get("transactionString"),
        "external_id": external_id,
        "origins": " ".join(origin for origin in origins if origin) or None,
        "order_ids": " ".join(_sales_orders(document, reading)) or None,
        "invoice_ids": " ".join(document.get("invoiceIds") or ()) or None,
        "credited_id": _credited_id(credited, reading) if credited else None,
        "earlier_ids": " ".join(reading.earlier.get(document_id(kind, document), ())) or None,
        "day": day.isoformat() if day else None,
        "entered_at": _moment(document.get("entryTimestamp")),
        "document_type": document.get("orderType" if kind == "order" else "invoiceType"),
        "relation_number": document.get("relationNumber"),
        "employee_number": document.get("employeeNumber"),
        "branch_number": document.get("financialBranchNumber") or document.get("entryBranchNumber"),
        "workplace_number": document.get("workplaceNumber"),
        "reference": document.get("reference") or None,
        "delivery_method": document.get("deliveryMethod"),
        "delivered": kind == "invoice" or document.get("deliveryState") == DELIVERED,
        "cancelled": document.get("cancelState") == CANCELLED,
        "partly_cancelled": document.get("cancelState") == PARTLY_CANCELLED,
        **_address("invoice", document),
        **_address("delivery", document),
        "currency": reading.currency,
        "sync_marker": document.get("syncMarker"),
    }


def _credited_id(credited: Document, reading: Reading) -> str | None:
    """Return what a credit takes back; an invoice of several orders names none of them."""
    orders = _sales_orders(credited, reading)
    if len(orders) > 1:
        return None
    return f"order:{orders[0]}" if orders else document_id("invoice", credited)


def _sales_orders(document: Document, reading: Reading) -> list[str]:
    """Return the bare ids of the sales orders that an invoice was made of."""
    return [order_id for order_id in map(bare_id, document.get("orderIds") or ()) if order_id in reading.orders]


def _line(line: Document, kind: str, key: str, position: int, reading: Reading) -> dict[str, Any]:
    data = line.get("data") or {}
    quantity = quantity_value(data.get("quantity", 0), data.get("decimalPlaces"))
    delivered = quantity_value(data.get("deliveredQuantity", 0), data.get("deliveredDecimalPlaces"))
    return {
        "document_id": key,
        "line_id": bare_id(line.get("lineId") or str(position)),
        "position": position,
        "article_number": line["articleNumber"],
        "text": line.get("text") or None,
        "quantity": quantity,
        "delivered": quantity if kind == "invoice" else delivered,
        "price_minor": data.get("price", 0),
        "discount_minor": data.get("discountAmount", 0),
        "total_minor": data.get("totalInclAmount", 0),
        "total_excl_minor": data.get("totalExclAmount", 0),
        "vat_code": data.get("vatCode"),
        "vat_rate": _rate(data["vatPercentage"], reading) if "vatPercentage" in data else None,
        "line_type": line.get("lineType"),
    }


def _tax(group: Document, key: str, position: int, reading: Reading) -> dict[str, Any]:
    percent = percentage(group["vatPercentage"], reading.percent_scale)
    return {
        "document_id": key,
        "position": position,
        "country": group.get("countryIso3"),
        "vat_code": group["vatCode"],
        "vat_rate": _rate(group["vatPercentage"], reading),
        "percentage": f"{percent.normalize():f}%",
        "excl_minor": group["exclAmount"],
        "vat_minor": group["vatAmount"],
    }


def _payment(payment: Document, key: str, position: int) -> dict[str, Any]:
    return {
        "document_id": key,
        "payment_id": bare_id(payment.get("paymentId") or str(position)),
        "method": payment["method"],
        "amount_minor": payment["amount"],
        "paid_at": _moment(payment.get("entryTimestamp")),
        "reference": payment.get("externalReference") or payment.get("description") or None,
    }


def _rate(raw: int, reading: Reading) -> int:
    return int(percentage(raw, reading.percent_scale) * Decimal(100))


def _moment(value: datetime | None) -> datetime | None:
    return value.astimezone(UTC) if value is not None else None


def _address(prefix: str, document: Document) -> dict[str, Any]:
    address = document.get(f"{prefix}Address") or {}
    return {f"{prefix}_{column}": address.get(member) or None for column, member in _ADDRESS.items()}


def _fingerprint(head: Document, lines: Iterable[Document], taxes: Iterable[Document], payments: Iterable[Document]) -> str:
    """Return the hash of each part of a document that a later change may concern."""
    return parts_fingerprint(
        {
            "debtor": [head["relation_number"]],
            "addresses": [head[f"{prefix}_{column}"] for prefix in ("invoice", "delivery") for column in _ADDRESS],
            "reference": [head["reference"]],
            "place": [head["branch_number"]],
            "totals": [head[name] for name in ("total_minor", "total_excl_minor", "vat_method", "currency")],
            "lines": [[line[name] for name in ("article_number", "text", "quantity", "total_minor", "vat_code")] for line in lines],
            "taxes": [[tax[name] for name in ("vat_code", "vat_rate", "vat_minor")] for tax in taxes],
            "payments": [[payment["method"], payment["amount_minor"]] for payment in payments],
            "delivery": [head["delivered"], [] if head["delivered"] else [line["delivered"] for line in lines]],
            "cancellation": [head["cancelled"], head["partly_cancelled"]],
        }
    )


def _unreadable(kind: str, document: Document, reading: Reading, error: Exception) -> dict[str, Any]:
    return _head(kind, document, reading) | {"fault": f"{type(error).__name__}: {error}"}
