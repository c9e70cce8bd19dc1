"""Brings the mapped frames of a day together with the ledger and the client that writes them."""

from collections.abc import Iterable, Iterator
from collections.abc import Mapping as MappingOf
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd

from posbridge_dagster.clients.mplus.client import MplusClient
from posbridge_dagster.flows.orders_to_mplus import FLOW
from posbridge_dagster.flows.orders_to_mplus.options import OrdersToMplusOptions
from posbridge_dagster.ledger import Ledger, Owner, QuarantineEntry
from posbridge_dagster.loading.mplus_customers import CustomerLoader
from posbridge_dagster.loading.mplus_invoices import MplusInvoices
from posbridge_dagster.loading.mplus_orders import MplusOrders
from posbridge_dagster.loading.once import Item, Loader, Writer
from posbridge_dagster.loading.result import ResultRow, result_frame
from posbridge_dagster.loading.rows import plain_rows, rows_by
from posbridge_dagster.loading.unfinished import settle_unfinished
from posbridge_dagster.mapping import Mapping
from posbridge_dagster.model.outcome import Outcome
from posbridge_dagster.snapshots.fingerprint import changed_parts

Frames = MappingOf[str, pd.DataFrame]


@dataclass(frozen=True)
class Run:
    """What writing needs besides the frames."""

    mapping: Mapping[OrdersToMplusOptions]
    ledger: Ledger
    owner: Owner
    mplus: MplusClient
    shop: str
    run_id: str
    dry_run: bool


@dataclass(frozen=True)
class Changes:
    """Which later changes of a sent order matter: all but the parts that the mapping ignores."""

    ignored: frozenset[str]

    def between(self, before: str, after: str) -> list[str]:
        """Return the names of the parts that differ and matter."""
        return [part for part in changed_parts(before, after) if part not in self.ignored]


def write_customers(run: Run, customers: pd.DataFrame, orders: pd.DataFrame, relations: pd.DataFrame) -> pd.DataFrame:
    """Return RESULT, one row per customer of the day; ``target_id`` is the relation number.

    Customers whose orders are all skipped or quarantined are not written: ``skipped`` with code no_order.
    """
    wanted = set(orders.loc[(orders["outcome"] == "") & orders["customer_key"].notna(), "customer_key"])
    rows = plain_rows(customers)
    loader = CustomerLoader(FLOW, run.ledger, run.owner, run.mplus, run.shop, run.run_id, run.mapping.policies("customers"), run.dry_run)
    written = loader.load([row for row in rows if row["customer_key"] in wanted and not row["outcome"]], plain_rows(relations))
    by_key = {row.source_id: row for row in written}
    results = [by_key.get(row["customer_key"]) or _customer_verdict(row, row["customer_key"] in wanted) for row in rows]
    _keep_in_quarantine(run, [(result, row) for result, row in zip(results, rows, strict=True) if row["outcome"]])
    return result_frame(results)


def write_orders(run: Run, sources: Frames, mapped: Frames, customers: pd.DataFrame) -> pd.DataFrame:
    """Return RESULT, one row per order of the day, in the order of the sales.

    What was sent before is never judged again: only what is new, or was not sent yet, can be skipped or quarantined by a verdict.
    """
    debtors = {row["source_id"]: row for row in plain_rows(customers)}
    items: dict[str, Item] = {}
    verdicts: dict[str, ResultRow] = {}
    documents: dict[str, list[Item]] = {"order": [], "invoice": []}
    for order, item in _items(sources, mapped, debtors, dry_run=run.dry_run):
        items[item.source_id] = item
        documents[order["document"]].append(item)
        if verdict := _verdict(order, debtors, dry_run=run.dry_run):
            verdicts[item.source_id] = verdict
    loader = Loader(FLOW, run.ledger, run.owner, run.run_id, run.dry_run)
    writers: dict[str, Writer] = {"order": MplusOrders(run.mplus), "invoice": MplusInvoices(run.mplus)}
    if not run.dry_run:
        for document, writer in writers.items():
            stopped = [item for item in documents[document] if item.source_id in verdicts]
            settle_unfinished(run.ledger, FLOW, run.owner, stopped, verdicts, writer)
    readable = [item for item in items.values() if item.source_fingerprint]
    results = verdicts | loader.sent(readable, Changes(frozenset(run.mapping.settings.ignore_changes)))
    for document, writer in writers.items():
        results |= {
            row.source_id: row for row in loader.load([item for item in documents[document] if item.source_id not in results], writer)
        }
    _keep_in_quarantine(run, [(row, dict(items[key].source)) for key, row in verdicts.items() if results[key] is row])
    _let_go(run, results.values())
    return result_frame(results[order_id] for order_id in mapped["orders"]["order_id"])


def _items(
    sources: Frames, mapped: Frames, debtors: MappingOf[str, dict[str, Any]], *, dry_run: bool
) -> Iterator[tuple[dict[str, Any], Item]]:
    """Yield each mapped order with all that may be sent of it."""
    lines, payments = rows_by(mapped["order_lines"], "order_id"), rows_by(mapped["order_payments"], "order_id")
    source_orders, source_lines = rows_by(sources["orders"], "order_id"), rows_by(sources["order_lines"], "order_id")
    for row in plain_rows(mapped["orders"]):
        order_id = row["order_id"]
        order = row | {"relation_number": _relation_number(row, debtors)}
        payload = {"order": order, "lines": lines.get(order_id, []), "payments": payments.get(order_id, [])}
        source = {"order": source_orders[order_id][0], "lines": source_lines.get(order_id, [])}
        yield order, _item(order, payload, source)


def _relation_number(order: MappingOf[str, Any], debtors: MappingOf[str, dict[str, Any]]) -> int | None:
    if order["customer_key"] is None:
        return int(order["default_debtor"])
    number = debtors[order["customer_key"]]["target_id"]
    return int(number) if number else None


def _verdict(order: MappingOf[str, Any], debtors: MappingOf[str, dict[str, Any]], *, dry_run: bool) -> ResultRow | None:
    """Return why an order may not be written: what the mapping says, or that its customer is not there; None where it may."""
    if order["outcome"]:
        return _order_verdict(order, Outcome(order["outcome"]), order["code"], order["reason"])
    if order["relation_number"] is not None:
        return None
    debtor = debtors[order["customer_key"]]
    if dry_run and debtor["outcome"] == Outcome.CREATED:
        return None
    if debtor["outcome"] == Outcome.FAILED:
        return _order_verdict(order, Outcome.FAILED, "customer_failed", f"its customer could not be written: {debtor['reason']}")
    return _order_verdict(order, Outcome.QUARANTINED, "customer_quarantined", f"its customer is in quarantine: {debtor['reason']}")


def _item(order: MappingOf[str, Any], payload: MappingOf[str, Any], source: MappingOf[str, Any]) -> Item:
    return Item(
        source_id=order["order_id"],
        external_id=order["external_id"],
        name=order["name"],
        day=order["day"],
        amount_minor=order["total_minor"],
        currency=order["currency"],
        source_fingerprint=order["source_fingerprint"],
        payload_fingerprint=order["payload_fingerprint"],
        payload=payload,
        source=source,
    )


def _order_verdict(order: MappingOf[str, Any], outcome: Outcome, code: str, reason: str) -> ResultRow:
    return ResultRow(
        source_id=order["order_id"],
        outcome=outcome,
        name=order["name"],
        code=code,
        reason=reason,
        amount_minor=order["total_minor"],
        currency=order["currency"] or "",
        day=order["day"],
    )


def _customer_verdict(customer: MappingOf[str, Any], wanted: bool) -> ResultRow:
    if wanted:
        return ResultRow(customer["customer_key"], Outcome(customer["outcome"]), code=customer["code"], reason=customer["reason"])
    return ResultRow(customer["customer_key"], Outcome.SKIPPED, code="no_order", reason="none of its orders will be written")


def _let_go(run: Run, results: Iterable[ResultRow]) -> None:
    """Take out of quarantine what needs nobody any more: put back as it was sent, or skipped since."""
    settled = [row.source_id for row in results if row.outcome in (Outcome.UNCHANGED, Outcome.SKIPPED)]
    if not run.dry_run:
        run.ledger.resolve(FLOW, settled)


def _keep_in_quarantine(run: Run, verdicts: list[tuple[ResultRow, dict[str, Any]]]) -> None:
    """Put what may not be written where a person finds it, with what the source said."""
    if run.dry_run:
        return
    entries = [
        QuarantineEntry(
            row.source_id,
            row.code,
            row.reason,
            source_payload=source,
            day=date.fromisoformat(row.day) if row.day else None,
            amount_minor=row.amount_minor,
            currency=row.currency,
        )
        for row, source in verdicts
        if row.outcome is Outcome.QUARANTINED
    ]
    run.ledger.quarantine(FLOW, entries, run.run_id)
