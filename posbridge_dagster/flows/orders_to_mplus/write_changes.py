"""Brings documents that were sent up to date with what happened to their orders since: changed, paid later, cancelled.

Which of them that are is decided by content: what the ledger knows as sent against what was read. A change that was cut short
is brought to its end whatever the mapping says today.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from posbridge_dagster.flows.orders_to_mplus import FLOW
from posbridge_dagster.flows.orders_to_mplus.run import Candidate, Changes, Run
from posbridge_dagster.ledger import Record, State
from posbridge_dagster.loading.item import Item, as_sent
from posbridge_dagster.loading.mplus_credits import MplusCredits
from posbridge_dagster.loading.mplus_invoice_changes import MplusInvoiceChanges
from posbridge_dagster.loading.mplus_order_changes import MplusOrderChanges
from posbridge_dagster.loading.mplus_orders import prepay_of
from posbridge_dagster.loading.result import ResultRow
from posbridge_dagster.loading.rows import rows_by
from posbridge_dagster.loading.steps import STEPS, Finisher, StepLoader

CUT_SHORT = "a change that was cut short"
LEFT_THE_SHOP = "handed over"
HANDED_OVER = "handed_over"
"""Under this name the detail of a record keeps whether its order was delivered and invoiced when it was written."""

Row = Mapping[str, Any]


@dataclass(frozen=True)
class GivenBack:
    """The mapped refunds and exchanges of a day's orders, and their payments, both by the order they belong to."""

    documents: Mapping[str, list[dict[str, Any]]]
    payments: Mapping[str, list[dict[str, Any]]]

    @classmethod
    def of(cls, documents: pd.DataFrame, payments: pd.DataFrame) -> "GivenBack":
        """Return the rows of the mapped frames of returns."""
        originals = documents[["order_id", "original_id"]].rename(columns={"order_id": "record_id"})
        belong = payments.rename(columns={"order_id": "record_id"}).merge(originals, on="record_id")
        return cls(rows_by(documents, "original_id"), rows_by(belong, "original_id"))


NOTHING_GIVEN_BACK = GivenBack({}, {})


def changed_documents(run: Run, candidates: Iterable[Candidate], changes: Changes) -> dict[str, list[str]]:
    """Return the names of what changed by source id, of the documents whose change is to be written.

    With ``changed_after_send: quarantine`` these are only changes that were cut short. A change that may not be written (its
    candidate has a verdict) is none of them, but for a cancelled order: to cancel it, nothing of it needs to be mapped. Where the
    mapping wants it, an order whose goods left the shop since is one too, though nothing of its content changed.
    """
    readable = {each.item.source_id: each for each in candidates if each.item.source_fingerprint}
    updates = run.mapping.settings.changed_after_send == "update"
    changed = {}
    for key, record in run.ledger.records(FLOW, readable).items():
        candidate = readable[key]
        cancelled = bool(candidate.document["cancelled_day"])
        if record.state is State.INTENT and record.target_id:
            changed[key] = [LEFT_THE_SHOP if (record.detail or {}).get(STEPS) == [LEFT_THE_SHOP] else CUT_SHORT]
        elif record.state is State.QUARANTINED and record.target_id and updates and cancelled:
            changed[key] = ["cancelled"]  # it is there, though not as it should be
        elif record.state is State.DONE:
            parts = changes.between(as_sent(record), candidate.item.source_fingerprint)
            if updates and parts and (candidate.verdict is None or cancelled):
                changed[key] = parts
            elif not parts and run.mapping.settings.fulfilled_later == "hand_over" and _left_the_shop(candidate, record):
                changed[key] = [LEFT_THE_SHOP]
    return changed


def _left_the_shop(candidate: Candidate, record: Record) -> bool:
    """Return whether an order was sent without its goods being handed over, and now they are."""
    detail = record.detail or {}
    waits = detail.get("document") == "order" and detail.get(HANDED_OVER) is False
    return waits and candidate.verdict is None and not candidate.document["cancelled_day"] and prepay_of(candidate.document) is False


def write_changes(
    run: Run, candidates: Sequence[Candidate], changed: Mapping[str, Sequence[str]], given_back: GivenBack
) -> dict[str, ResultRow]:
    """Make the changed documents what they should be, and return one row for each by source id."""
    mplus = run.mplus
    writers: dict[str, Finisher] = {"order": MplusOrderChanges(mplus), "invoice": MplusInvoiceChanges(mplus), "credit": MplusCredits(mplus)}
    loader = StepLoader(FLOW, run.ledger, run.owner, run.run_id, run.dry_run, stands=True)
    chosen = {each.item.source_id: each for each in candidates if each.item.source_id in changed}
    records = run.ledger.records(FLOW, chosen)
    known = run.ledger.records(FLOW, [row["order_id"] for key in chosen for row in given_back.documents.get(key, [])])
    items = {key: _item(each, records[key], changed[key], given_back, known) for key, each in chosen.items()}
    rows: dict[str, ResultRow] = {}
    for kind, writer in writers.items():
        of_kind = {key: item for key, item in items.items() if (item.kept or {}).get("document") == kind}
        rows |= {row.source_id: row for row in loader.load(of_kind, changed, writer)}
    return rows


def _item(candidate: Candidate, record: Record, parts: Sequence[str], given_back: GivenBack, known: Mapping[str, Record]) -> Item:
    """Return what a document should be: of the kind it was sent as, with what was given back of its order."""
    item, order = candidate.item, candidate.document
    unsent = [row["order_id"] for row in given_back.documents.get(item.source_id, []) if not _is_sent(known.get(row["order_id"]))]
    payments = [row for row in given_back.payments.get(item.source_id, []) if row["record_id"] in unsent]
    verdict = candidate.verdict
    more = {
        "keeps_content": list(parts) == [LEFT_THE_SHOP],
        "held_back": f"changed after it was sent: {verdict.reason}" if verdict and not order["cancelled_day"] else "",
        "given_back": payments,
        "given_back_ids": unsent,
        "refunded_minor": item.source["order"]["refunded_minor"] if "order" in item.source else 0,
    }
    kind = (record.detail or {}).get("document", order["document"])
    return replace(item, payload={**item.payload, **more}, kept={**(item.kept or {}), "document": kind})


def _is_sent(record: Record | None) -> bool:
    return record is not None and (record.state is State.DONE or bool(record.target_id))
