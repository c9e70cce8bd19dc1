"""Writes refunds and exchanges: each its own document in MplusKASSA, behind the order that it gives back of.

What comes back follows its order: it is billed to the same relation and waits until the order itself is there, so that no
credit stands in MplusKASSA for a sale that it does not know.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pandas as pd

from posbridge_dagster.flows.orders_to_mplus import FLOW
from posbridge_dagster.flows.orders_to_mplus.mapped import NOTHING_SOLD
from posbridge_dagster.flows.orders_to_mplus.run import Candidate, Run
from posbridge_dagster.flows.orders_to_mplus.write import Frames, documents, item_of, verdict_row, write_documents
from posbridge_dagster.ledger import Record, State
from posbridge_dagster.loading.mplus_customers import LINK
from posbridge_dagster.loading.mplus_order_changes import PART_OF_CANCEL
from posbridge_dagster.loading.result import ResultRow, result_frame
from posbridge_dagster.loading.rows import plain_rows, rows_by
from posbridge_dagster.model.outcome import Outcome

Row = Mapping[str, Any]

_STATE_OF_WAITING = {Outcome.SKIPPED: Outcome.SKIPPED, Outcome.FAILED: Outcome.FAILED}


def write_returns(run: Run, sources: Frames, mapped: Frames, orders: pd.DataFrame) -> pd.DataFrame:
    """Return RESULT, one row per refund and exchange of the day's orders, oldest first.

    ``mapped`` has the frames of ``map_returns``, ``orders`` is the RESULT of the orders they belong to.
    """
    results = {row["source_id"]: row for row in plain_rows(orders)}
    records = run.ledger.records(FLOW, sorted(set(mapped["orders"]["original_id"])))
    relations = run.ledger.links(LINK, sorted(set(mapped["orders"]["customer_key"].dropna())))
    refunds, lines = (rows_by(sources[name], "order_id") for name in ("refunds", "refund_lines"))
    credits_whole = run.mapping.settings.refunds == "credit_invoice"
    candidates = []
    for row, own_lines, payments in documents(mapped):
        original = row["original_id"]
        record = records.get(original)
        document = _behind(row, record, relations, credits_whole=credits_whole)
        source = {"refunds": refunds.get(original, []), "lines": lines.get(original, [])}
        verdict = _verdict(document, record, results[original], dry_run=run.dry_run)
        item = item_of(document, own_lines, payments, source)
        item = replace(item, payload={**item.payload, "original_target_id": record.target_id if record else ""})
        candidates.append(Candidate(document, item, verdict))
    return result_frame(write_documents(run, candidates))


def _behind(row: Row, original: Record | None, relations: Mapping[str, str], *, credits_whole: bool) -> dict[str, Any]:
    """Return a document as it belongs to its order: same kind, same relation, naming the order's number."""
    kept = (original.detail if original and original.state is State.DONE else None) or {}
    linked = relations.get(row["customer_key"]) if row["customer_key"] else row["default_debtor"]
    number = original.target_number if original else ""
    kind = kept.get("document", row["document"])
    is_refund = row["order_id"].startswith(f"{row['original_id']}:r")
    return {
        **row,
        "reference": f"{row['reference'] or row['name']} retour {number}".strip(),
        "document": "credit" if kind == "invoice" and kept and credits_whole and is_refund else kind,
        "relation_number": kept.get("relation_number", int(linked) if linked else None),
    }


def _verdict(document: Row, original: Record | None, result: Row, *, dry_run: bool) -> ResultRow | None:
    """Return why a return may not be written: what the mapping says, or that its order is not there; None where it may."""
    unsent = _unsent(document, original, result, dry_run=dry_run)
    own = document["outcome"]
    if own and (own == Outcome.SKIPPED or unsent is None or unsent.outcome is not Outcome.SKIPPED):
        return verdict_row(document, Outcome(own), document["code"], document["reason"])
    if document["order_id"] in ((original.detail if original else None) or {}).get(PART_OF_CANCEL, ()):
        reason = f"its money was given back on order {result['name']} itself, which is cancelled in MplusKASSA"
        return verdict_row(document, Outcome.SKIPPED, PART_OF_CANCEL, reason)
    if unsent is None and document["relation_number"] is None and not dry_run:
        reason = f"it is not known to which relation order {result['name']} was billed"
        return verdict_row(document, Outcome.QUARANTINED, "debtor_unknown", reason)
    return unsent


def _unsent(document: Row, original: Record | None, result: Row, *, dry_run: bool) -> ResultRow | None:
    """Return that a return waits for its order, or is left out with it; None where the order is there or nothing was sold on it."""
    stands_alone = result["code"] == NOTHING_SOLD or (dry_run and result["outcome"] == Outcome.CREATED)
    if stands_alone or (original is not None and original.state is State.DONE):
        return None
    waits = _STATE_OF_WAITING.get(Outcome(result["outcome"]), Outcome.QUARANTINED)
    reason = f"its order {result['name']} is not in MplusKASSA ({result['outcome']}: {result['reason']}); it is written once that is"
    return verdict_row(document, waits, "original_not_sent", reason)
