"""Brings the mapped frames of a day together with the ledger and the client that writes them."""

from collections.abc import Iterable, Sequence
from collections.abc import Mapping as MappingOf
from datetime import date

import pandas as pd

from posbridge_dagster.flows.orders_to_shopify import FLOW
from posbridge_dagster.flows.orders_to_shopify.candidates import candidates_of
from posbridge_dagster.flows.orders_to_shopify.run import STEPS, Candidate, Changes, Run
from posbridge_dagster.flows.orders_to_shopify.taken_back import with_orders
from posbridge_dagster.ledger import QuarantineEntry
from posbridge_dagster.loading.once import Item, Loader, Writer
from posbridge_dagster.loading.result import ResultRow, result_frame
from posbridge_dagster.loading.rows import plain_rows
from posbridge_dagster.loading.shopify_orders import ShopifyOrders
from posbridge_dagster.loading.shopify_refunds import ShopifyRefunds
from posbridge_dagster.loading.steps import StepLoader
from posbridge_dagster.loading.unfinished import settle_unfinished
from posbridge_dagster.model.outcome import Outcome
from posbridge_dagster.snapshots.fingerprint import changed_parts

Frames = MappingOf[str, pd.DataFrame]


def write_documents(run: Run, sources: Frames, mapped: Frames, customers: pd.DataFrame) -> pd.DataFrame:
    """Return RESULT, one row per document of the day: sales first, then the credits that take them back, as they were entered.

    What was sent before is never judged again: only what is new, or was not sent yet, can be skipped or quarantined by a verdict.
    """
    candidates = candidates_of(run, sources, mapped, {row["source_id"]: row for row in plain_rows(customers)})
    sales = [each for each in candidates if not each.is_refund]
    results: dict[str, ResultRow] = {}
    for kind in ("order", "invoice"):
        results |= _written(run, [each for each in sales if each.kind == kind], ShopifyOrders(run.shopify, kind, dry_run=run.dry_run))
    refunds = with_orders(run, [each for each in candidates if each.is_refund], results)
    results |= _written(run, refunds, ShopifyRefunds(run.shopify))
    return result_frame(results[key] for key in mapped["orders"]["document_id"])


def _written(run: Run, candidates: Sequence[Candidate], writer: Writer) -> dict[str, ResultRow]:
    items = {each.item.source_id: each.item for each in candidates}
    verdicts = {each.item.source_id: each.verdict for each in candidates if each.verdict}
    loader = Loader(FLOW, run.ledger, run.owner, run.run_id, run.dry_run)
    if not run.dry_run:
        settle_unfinished(run.ledger, FLOW, run.owner, [items[key] for key in verdicts], verdicts, writer)
    readable = [item for item in items.values() if item.source_fingerprint]
    results = verdicts | loader.sent(readable, Changes(frozenset(run.mapping.settings.ignore_changes)))
    steps = _steps(run, [items[key] for key, row in results.items() if row.outcome is Outcome.UNCHANGED])
    step_loader = StepLoader(FLOW, run.ledger, run.owner, run.run_id, run.dry_run)
    results |= {row.source_id: row for row in step_loader.load({key: items[key] for key in steps}, steps, writer)}
    results |= {row.source_id: row for row in loader.load([item for key, item in items.items() if key not in results], writer)}
    _keep_in_quarantine(run, [(row, items[key]) for key, row in verdicts.items() if results[key] is row])
    return results


def _steps(run: Run, items: Iterable[Item]) -> dict[str, list[str]]:
    """Return which steps that matter happened to documents since they were sent, by source id; those without any are left out."""
    known = {item.source_id: item for item in items}
    records = run.ledger.records(FLOW, known)
    happened = {key: changed_parts(record.source_fingerprint, known[key].source_fingerprint) for key, record in records.items()}
    wanted = STEPS - set(run.mapping.settings.ignore_changes)
    return {key: [part for part in parts if part in wanted] for key, parts in happened.items() if wanted & set(parts)}


def _keep_in_quarantine(run: Run, verdicts: Iterable[tuple[ResultRow, Item]]) -> None:
    """Put what may not be written where a person finds it, with what the source said."""
    if run.dry_run:
        return
    entries = [
        QuarantineEntry(
            row.source_id,
            row.code,
            row.reason,
            source_payload=dict(item.source),
            day=date.fromisoformat(row.day) if row.day else None,
            amount_minor=row.amount_minor,
            currency=row.currency,
        )
        for row, item in verdicts
        if row.outcome is Outcome.QUARANTINED
    ]
    run.ledger.quarantine(FLOW, entries, run.run_id)
