"""Brings the mapped frames of a day together with the ledger and the client that writes them."""

from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Mapping as MappingOf
from dataclasses import replace
from datetime import date, datetime
from typing import Any

import pandas as pd

from posbridge_dagster.flows.orders_to_mplus import FLOW
from posbridge_dagster.flows.orders_to_mplus.run import Candidate, Changes, Run
from posbridge_dagster.flows.orders_to_mplus.write_changes import (
    HANDED_OVER,
    NOTHING_GIVEN_BACK,
    GivenBack,
    changed_documents,
    write_changes,
)
from posbridge_dagster.ledger import QuarantineEntry, State
from posbridge_dagster.loading.item import Item
from posbridge_dagster.loading.mplus_credits import MplusCredits
from posbridge_dagster.loading.mplus_customers import CustomerLoader
from posbridge_dagster.loading.mplus_invoices import MplusInvoices
from posbridge_dagster.loading.mplus_orders import MplusOrders, prepay_of
from posbridge_dagster.loading.once import Loader, Writer
from posbridge_dagster.loading.result import ResultRow, result_frame
from posbridge_dagster.loading.rows import plain_rows, rows_by
from posbridge_dagster.loading.unfinished import settle_unfinished
from posbridge_dagster.model.outcome import Outcome

Frames = MappingOf[str, pd.DataFrame]
Rows = list[dict[str, Any]]


def write_customers(run: Run, customers: pd.DataFrame, orders: pd.DataFrame, relations: pd.DataFrame) -> pd.DataFrame:
    """Return RESULT, one row per customer of the day; ``target_id`` is the relation number.

    Customers whose orders are all skipped or quarantined are not written: ``skipped`` with code no_order. One whose writing was
    cut short is brought to its end all the same.
    """
    wanted = set(orders.loc[(orders["outcome"] == "") & orders["customer_key"].notna(), "customer_key"])
    rows = plain_rows(customers)
    records = run.ledger.records(FLOW, [row["customer_key"] for row in rows])
    wanted |= {key for key, record in records.items() if record.state is State.INTENT}
    policies, rule = run.mapping.policies("customers"), run.mapping.fingerprint
    loader = CustomerLoader(FLOW, run.ledger, run.owner, run.mplus, run.shop, run.run_id, policies, run.dry_run, rule)
    written = loader.load([row for row in rows if row["customer_key"] in wanted and not row["outcome"]], plain_rows(relations))
    by_key = {row.source_id: row for row in written}
    results = [by_key.get(row["customer_key"]) or _customer_verdict(row, row["customer_key"] in wanted) for row in rows]
    _keep_in_quarantine(run, [(result, row) for result, row in zip(results, rows, strict=True) if row["outcome"]])
    return result_frame(results)


def write_orders(run: Run, sources: Frames, mapped: Frames, customers: pd.DataFrame, given_back: GivenBack) -> pd.DataFrame:
    """Return RESULT, one row per order of the day, in the order of the sales; ``given_back`` is what came back of them."""
    debtors = {row["source_id"]: row for row in plain_rows(customers)}
    source_orders, source_lines = rows_by(sources["orders"], "order_id"), rows_by(sources["order_lines"], "order_id")
    candidates = []
    for row, lines, payments in documents(mapped):
        order = {**row, "relation_number": _relation_number(row, debtors)}
        source = {"order": source_orders[row["order_id"]][0], "lines": source_lines.get(row["order_id"], [])}
        candidates.append(Candidate(order, item_of(order, lines, payments, source), _verdict(order, debtors, dry_run=run.dry_run)))
    return result_frame(write_documents(run, candidates, given_back))


def documents(mapped: Frames) -> Iterator[tuple[dict[str, Any], Rows, Rows]]:
    """Yield each mapped document with its lines and payments, in the order of the frame."""
    lines, payments = rows_by(mapped["order_lines"], "order_id"), rows_by(mapped["order_payments"], "order_id")
    for row in plain_rows(mapped["orders"]):
        yield row, lines.get(row["order_id"], []), payments.get(row["order_id"], [])


def write_documents(run: Run, candidates: Sequence[Candidate], given_back: GivenBack = NOTHING_GIVEN_BACK) -> list[ResultRow]:
    """Write what may be written, once, and return one row per candidate in the order given.

    What was sent before is never judged again: only what is new, or was not sent yet, can be skipped or quarantined by a
    verdict. Of what was sent, changes are written or quarantined, as the mapping says.
    """
    items = {candidate.item.source_id: candidate.item for candidate in candidates}
    verdicts = {candidate.item.source_id: candidate.verdict for candidate in candidates if candidate.verdict}
    changes = Changes(frozenset(run.mapping.settings.ignore_changes))
    changed = changed_documents(run, candidates, changes)
    loader = Loader(FLOW, run.ledger, run.owner, run.run_id, run.dry_run)
    writers = _writers(run)
    kinds = {kind: [each.item for each in candidates if each.document["document"] == kind] for kind in writers}
    if not run.dry_run:
        for kind, writer in writers.items():
            stopped = [item for item in kinds[kind] if item.source_id in verdicts and item.source_id not in changed]
            settle_unfinished(run.ledger, FLOW, run.owner, stopped, verdicts, writer)
    readable = [item for item in items.values() if item.source_fingerprint and item.source_id not in changed]
    held_back = {key: row.reason for key, row in verdicts.items()} if run.mapping.settings.changed_after_send == "update" else {}
    results = verdicts | loader.sent(readable, changes, held_back) | write_changes(run, candidates, changed, given_back)
    for kind, writer in writers.items():
        results |= {row.source_id: row for row in loader.load([item for item in kinds[kind] if item.source_id not in results], writer)}
    standing = [(key, row) for key, row in verdicts.items() if results[key] is row]
    _keep_in_quarantine(run, [(replace(row, day=items[key].run_day), dict(items[key].source)) for key, row in standing])
    _let_go(run, results.values())
    return [results[key] for key in items]


def _writers(run: Run) -> dict[str, Writer]:
    return {"order": MplusOrders(run.mplus), "invoice": MplusInvoices(run.mplus), "credit": MplusCredits(run.mplus)}


def _relation_number(order: MappingOf[str, Any], debtors: MappingOf[str, dict[str, Any]]) -> int | None:
    if order["customer_key"] is None:
        return int(order["default_debtor"])
    number = debtors[order["customer_key"]]["target_id"]
    return int(number) if number else None


def _verdict(order: MappingOf[str, Any], debtors: MappingOf[str, dict[str, Any]], *, dry_run: bool) -> ResultRow | None:
    """Return why an order may not be written: what the mapping says, or that its customer is not there; None where it may."""
    if order["outcome"]:
        return verdict_row(order, Outcome(order["outcome"]), order["code"], order["reason"])
    if order["relation_number"] is not None:
        return None
    debtor = debtors[order["customer_key"]]
    if dry_run and debtor["outcome"] == Outcome.CREATED:
        return None
    if debtor["outcome"] == Outcome.FAILED:
        return verdict_row(order, Outcome.FAILED, "customer_failed", f"its customer could not be written: {debtor['reason']}")
    return verdict_row(order, Outcome.QUARANTINED, "customer_quarantined", f"its customer is in quarantine: {debtor['reason']}")


def item_of(order: MappingOf[str, Any], lines: Rows, payments: Rows, source: MappingOf[str, Any]) -> Item:
    """Return a mapped document with a relation number as a record to be written."""
    return Item(
        source_id=order["order_id"],
        external_id=order["external_id"],
        name=order["name"],
        day=order["day"],
        amount_minor=order["total_minor"],
        currency=order["currency"],
        source_fingerprint=order["source_fingerprint"],
        payload_fingerprint=order["payload_fingerprint"],
        payload={"order": order, "lines": lines, "payments": payments},
        source=source,
        run_day=order["run_day"],
        kept={
            "relation_number": order["relation_number"],
            "document": order["document"],
            HANDED_OVER: prepay_of(order) is False,
        },
        version=_version(source.get("order") or {}),
    )


def _version(source: MappingOf[str, Any]) -> str:
    """Return as of which change an order was read: stock tells by it whether pieces that an edit added were sent."""
    changed_at: datetime | None = source.get("updated_at")
    return changed_at.isoformat() if changed_at else ""


def verdict_row(order: MappingOf[str, Any], outcome: Outcome, code: str, reason: str) -> ResultRow:
    """Return that a mapped document may not be written, as a row of RESULT."""
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
