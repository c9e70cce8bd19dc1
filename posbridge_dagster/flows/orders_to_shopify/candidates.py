"""The mapped documents as records that may be written, or with the verdict why they may not."""

from collections.abc import Mapping as MappingOf
from typing import Any

import pandas as pd

from posbridge_dagster.flows.orders_to_shopify.exchanges import TAKEN_BACK, whole_id
from posbridge_dagster.flows.orders_to_shopify.run import Candidate, Run
from posbridge_dagster.loading.customer_fields import record_id
from posbridge_dagster.loading.once import Item
from posbridge_dagster.loading.result import ResultRow
from posbridge_dagster.loading.rows import plain_rows, rows_by
from posbridge_dagster.loading.shopify_companies import LINK as COMPANY
from posbridge_dagster.model.outcome import Outcome

Frames = MappingOf[str, pd.DataFrame]


def candidates_of(run: Run, sources: Frames, mapped: Frames, customers: MappingOf[str, dict[str, Any]]) -> list[Candidate]:
    """Return the documents of the mapped frames with all that their writers need; ``customers`` are rows of RESULT by record."""
    lines, payments = rows_by(mapped["order_lines"], "document_id"), rows_by(mapped["order_payments"], "document_id")
    companies = _companies(run, mapped["orders"])
    documents, source_lines = rows_by(sources["documents"], "document_id"), rows_by(sources["document_lines"], "document_id")
    candidates = []
    for row in plain_rows(mapped["orders"]):
        key = row["document_id"]
        customer = customers.get(record_id(row["relation_number"])) if row["relation_number"] is not None else None
        order = {
            **row,
            "customer_id": customer["target_id"] if customer else "",
            "company_location_id": companies.get(str(row["relation_number"]), ""),
        }
        payload = {"order": order, "lines": lines.get(key, []), "payments": payments.get(key, [])}
        whole = whole_id(key)
        source = {"document": documents[whole][0], "lines": source_lines.get(whole, [])}
        candidates.append(Candidate(row["kind"], _item(row, payload, source), _verdict(row, customer)))
    return candidates


def _companies(run: Run, orders: pd.DataFrame) -> dict[str, str]:
    """Return the company location of each relation that is a company, where the mapping wants companies."""
    numbers = orders.loc[orders["is_company"].fillna(False), "relation_number"].dropna() if run.wants_companies else []
    return run.ledger.links(COMPANY, {str(number) for number in numbers})


def _verdict(order: MappingOf[str, Any], customer: MappingOf[str, Any] | None) -> ResultRow | None:
    """Return why a document may not be written: what the mapping says, or that its customer is not there; None where it may."""
    if order["outcome"]:
        return row_of_document(order, Outcome(order["outcome"]), order["code"], order["reason"])
    if customer is None or order["kind"] in TAKEN_BACK:
        return None
    if customer["outcome"] == Outcome.FAILED:
        return row_of_document(order, Outcome.FAILED, "customer_failed", f"its customer could not be written: {customer['reason']}")
    if customer["outcome"] == Outcome.QUARANTINED:
        return row_of_document(order, Outcome.QUARANTINED, "customer_quarantined", f"its customer is in quarantine: {customer['reason']}")
    return None


def _item(order: MappingOf[str, Any], payload: MappingOf[str, Any], source: MappingOf[str, Any]) -> Item:
    return Item(
        source_id=order["document_id"],
        external_id=order["custom_id"],
        name=order["number"] or "",
        day=order["day"],
        amount_minor=_amount(order),
        currency=order["currency"],
        source_fingerprint=order["source_fingerprint"] or "",
        payload_fingerprint=order["payload_fingerprint"],
        payload=payload,
        source=source,
    )


def _amount(order: MappingOf[str, Any]) -> Any:
    """Return what a document adds to the day: what is taken back takes away."""
    total = order["total_minor"]
    return -total if order["kind"] in TAKEN_BACK and total is not None else total


def row_of_document(order: MappingOf[str, Any], outcome: Outcome, code: str, reason: str, changes: str = "") -> ResultRow:
    """Return how a document (a row of MAPPED_ORDERS) ended as a row of RESULT."""
    return ResultRow(
        source_id=order["document_id"],
        outcome=outcome,
        name=order["number"] or "",
        code=code,
        reason=reason,
        amount_minor=_amount(order),
        currency=order["currency"] or "",
        day=order["day"] or "",
        changes=changes,
    )
