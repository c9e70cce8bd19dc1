"""Brings the mapped frames of a day together with the ledger and the client that writes them."""

from collections.abc import Iterable, Sequence
from collections.abc import Mapping as MappingOf
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import pandas as pd

from posbridge_dagster.clients.failures import Busy, Refused, UnknownOutcome, Unreachable
from posbridge_dagster.clients.shopify.client import ShopifyClient
from posbridge_dagster.clients.shopify.companies import has_companies
from posbridge_dagster.flows.orders_to_shopify import FLOW
from posbridge_dagster.flows.orders_to_shopify.options import OrdersToShopifyOptions
from posbridge_dagster.ledger import Ledger, Owner, QuarantineEntry, State
from posbridge_dagster.loading.customer_fields import record_id
from posbridge_dagster.loading.customers_of_orders import CustomersOfOrders
from posbridge_dagster.loading.once import Item, Loader, Writer
from posbridge_dagster.loading.result import ResultRow, result_frame
from posbridge_dagster.loading.rows import plain_rows, rows_by
from posbridge_dagster.loading.shopify_companies import LINK as COMPANY
from posbridge_dagster.loading.shopify_companies import CompanyLoader
from posbridge_dagster.loading.shopify_orders import ShopifyOrders
from posbridge_dagster.loading.shopify_refunds import ShopifyRefunds
from posbridge_dagster.loading.steps import StepLoader
from posbridge_dagster.loading.trouble import failure_code
from posbridge_dagster.loading.unfinished import settle_unfinished
from posbridge_dagster.mapping import Mapping
from posbridge_dagster.model.outcome import Outcome
from posbridge_dagster.snapshots.fingerprint import changed_parts

Frames = MappingOf[str, pd.DataFrame]
STEPS = frozenset({"payments", "delivery", "cancellation"})
"""Parts of a document whose later change is carried out on the order."""


@dataclass(frozen=True)
class Run:
    """What writing needs besides the frames."""

    mapping: Mapping[OrdersToShopifyOptions]
    ledger: Ledger
    owner: Owner
    shopify: ShopifyClient
    administration: str
    run_id: str
    dry_run: bool


@dataclass(frozen=True)
class Changes:
    """Which later changes of a sent document are no step and matter: all but the parts that the mapping ignores."""

    ignored: frozenset[str]

    def between(self, before: str, after: str) -> list[str]:
        """Return the names of the parts that differ and matter."""
        return [part for part in changed_parts(before, after) if part not in self.ignored | STEPS]


@dataclass(frozen=True)
class Candidate:
    """A document that may be written, or ``verdict``: why it may not."""

    kind: str
    item: Item
    verdict: ResultRow | None


def write_customers(run: Run, customers: pd.DataFrame, orders: pd.DataFrame) -> pd.DataFrame:
    """Return RESULT, one row per relation of the day; ``target_id`` is the digits of the customer's gid.

    Relations none of whose documents will be written, and those without an e-mail address, are not written: ``skipped``.
    """
    sales = orders[(orders["outcome"] == "") & (orders["kind"] != "credit") & orders["relation_number"].notna()]
    sent = _sent(run, sales)
    wanted = {int(number) for number in sales.loc[~sales["document_id"].isin(sent), "relation_number"]}
    rows = plain_rows(customers)
    policies = run.mapping.policies("customers")
    loader = CustomersOfOrders(run.ledger, run.owner, run.shopify, run.administration, run.run_id, policies, run.dry_run)
    written = loader.load([row for row in rows if row["relation_number"] in wanted and not row["outcome"] and row["email"]])
    by_key = {row.source_id: row for row in written}
    _ensure_companies(run, [row for row in rows if row["company"]], by_key)
    return result_frame(by_key.get(record_id(row["relation_number"])) or _unwritten(row, wanted) for row in rows)


def _ensure_companies(run: Run, companies: Iterable[MappingOf[str, Any]], customers: dict[str, ResultRow]) -> None:
    """Make the company of each customer that is one, where the mapping and the shop have companies; a failure is the customer's."""
    if run.dry_run or not _wants_companies(run) or not has_companies(run.shopify):
        return
    loader = CompanyLoader(run.ledger, run.shopify, run.administration)
    for company in companies:
        key = record_id(company["relation_number"])
        row = customers.get(key)
        if row is None or not row.target_id:
            continue
        try:
            loader.ensure(company, row.target_id)
        except Refused as refusal:
            customers[key] = replace(row, outcome=Outcome.QUARANTINED, code=refusal.code or "company_refused", reason=refusal.reason)
        except (Busy, Unreachable, UnknownOutcome) as failure:
            customers[key] = replace(row, outcome=Outcome.FAILED, code=failure_code(failure), reason=failure.reason)


def _sent(run: Run, sales: pd.DataFrame) -> set[str]:
    records = run.ledger.records(FLOW, list(sales["document_id"]))
    return {key for key, record in records.items() if record.state is State.DONE}


def _unwritten(customer: MappingOf[str, Any], wanted: set[int]) -> ResultRow:
    key = record_id(customer["relation_number"])
    if customer["relation_number"] not in wanted:
        return ResultRow(key, Outcome.SKIPPED, code="no_order", reason="none of its documents will be written")
    if customer["outcome"]:
        return ResultRow(key, Outcome(customer["outcome"]), code=customer["code"], reason=customer["reason"])
    return ResultRow(key, Outcome.SKIPPED, code="no_email", reason="it has no e-mail address")


def write_documents(run: Run, sources: Frames, mapped: Frames, customers: pd.DataFrame) -> pd.DataFrame:
    """Return RESULT, one row per document of the day: sales first, then the credits that take them back, as they were entered.

    What was sent before is never judged again: only what is new, or was not sent yet, can be skipped or quarantined by a verdict.
    """
    candidates = _candidates(run, sources, mapped, {row["source_id"]: row for row in plain_rows(customers)})
    sales = [each for each in candidates if each.kind != "credit"]
    results: dict[str, ResultRow] = {}
    for kind in ("order", "invoice"):
        results |= _written(run, [each for each in sales if each.kind == kind], ShopifyOrders(run.shopify, kind, dry_run=run.dry_run))
    refunds = _with_orders(run, [each for each in candidates if each.kind == "credit"], results)
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


def _candidates(run: Run, sources: Frames, mapped: Frames, customers: MappingOf[str, dict[str, Any]]) -> list[Candidate]:
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
        source = {"document": documents[key][0], "lines": source_lines.get(key, [])}
        candidates.append(Candidate(row["kind"], _item(row, payload, source), _verdict(row, customer)))
    return candidates


def _companies(run: Run, orders: pd.DataFrame) -> dict[str, str]:
    """Return the company location of each relation that is a company, where the mapping wants companies."""
    numbers = orders.loc[orders["is_company"].fillna(False), "relation_number"].dropna() if _wants_companies(run) else []
    return run.ledger.links(COMPANY, {str(number) for number in numbers})


def _wants_companies(run: Run) -> bool:
    return run.mapping.settings.companies == "b2b"


def _verdict(order: MappingOf[str, Any], customer: MappingOf[str, Any] | None) -> ResultRow | None:
    """Return why a document may not be written: what the mapping says, or that its customer is not there; None where it may."""
    if order["outcome"]:
        return _row(order, Outcome(order["outcome"]), order["code"], order["reason"])
    if customer is None or order["kind"] == "credit":
        return None
    if customer["outcome"] == Outcome.FAILED:
        return _row(order, Outcome.FAILED, "customer_failed", f"its customer could not be written: {customer['reason']}")
    if customer["outcome"] == Outcome.QUARANTINED:
        return _row(order, Outcome.QUARANTINED, "customer_quarantined", f"its customer is in quarantine: {customer['reason']}")
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
    """Return what a document adds to the day: a credit takes away."""
    total = order["total_minor"]
    return -total if order["kind"] == "credit" and total is not None else total


def _with_orders(run: Run, credits_: Sequence[Candidate], written: MappingOf[str, ResultRow]) -> list[Candidate]:
    """Return the credits with the order that each takes back, or with the verdict that there is none to take back."""
    keys = {each.item.payload["order"]["credited_id"] for each in credits_} - {None}
    records = run.ledger.records(FLOW, sorted(keys))
    targets = {key: record.target_id for key, record in records.items() if record.target_id}
    return [_with_order(each, targets, written, dry_run=run.dry_run) for each in credits_]


def _with_order(candidate: Candidate, targets: MappingOf[str, str], written: MappingOf[str, ResultRow], *, dry_run: bool) -> Candidate:
    order = candidate.item.payload["order"]
    credited = order["credited_id"]
    item = replace(candidate.item, payload={**candidate.item.payload, "order_id": targets.get(credited, "")})
    if candidate.verdict or credited in targets:
        return replace(candidate, item=item)
    there = written.get(credited)
    if there is not None and there.outcome is Outcome.FAILED:
        return replace(
            candidate, item=item, verdict=_row(order, Outcome.FAILED, "sale_failed", "the sale it credits could not be sent yet")
        )
    if there is not None and there.outcome is Outcome.CREATED and dry_run:
        return replace(candidate, item=item, verdict=_row(order, Outcome.CREATED, "planned", "", changes="create"))
    verdict = _row(order, Outcome.QUARANTINED, "sale_not_there", "the sale it credits is not in Shopify")
    return replace(candidate, item=item, verdict=verdict)


def _row(order: MappingOf[str, Any], outcome: Outcome, code: str, reason: str, changes: str = "") -> ResultRow:
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
