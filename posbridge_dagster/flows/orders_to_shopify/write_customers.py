"""The customers of a day's documents, and their companies."""

from collections.abc import Iterable
from collections.abc import Mapping as MappingOf
from dataclasses import replace
from typing import Any

import pandas as pd

from posbridge_dagster.clients.failures import Busy, Refused, UnknownOutcome, Unreachable
from posbridge_dagster.clients.shopify.companies import has_companies
from posbridge_dagster.flows.orders_to_shopify import FLOW
from posbridge_dagster.flows.orders_to_shopify.exchanges import TAKEN_BACK
from posbridge_dagster.flows.orders_to_shopify.run import Run
from posbridge_dagster.ledger import State
from posbridge_dagster.loading.customer_fields import record_id
from posbridge_dagster.loading.customers_of_orders import CustomersOfOrders
from posbridge_dagster.loading.result import ResultRow, result_frame
from posbridge_dagster.loading.rows import plain_rows
from posbridge_dagster.loading.shopify_companies import CompanyLoader
from posbridge_dagster.loading.trouble import failure_code
from posbridge_dagster.model.outcome import Outcome


def write_customers(run: Run, customers: pd.DataFrame, orders: pd.DataFrame) -> pd.DataFrame:
    """Return RESULT, one row per relation of the day; ``target_id`` is the digits of the customer's gid.

    Relations none of whose documents will be written, and those without an e-mail address, are not written: ``skipped``.
    """
    sales = orders[(orders["outcome"] == "") & ~orders["kind"].isin(TAKEN_BACK) & orders["relation_number"].notna()]
    sent = _sent(run, sales)
    wanted = {int(number) for number in sales.loc[~sales["document_id"].isin(sent), "relation_number"]}
    rows = plain_rows(customers)
    policies, rule = run.mapping.policies("customers"), run.mapping.fingerprint
    loader = CustomersOfOrders(run.ledger, run.owner, run.shopify, run.administration, run.run_id, policies, run.dry_run, rule)
    written = loader.load([row for row in rows if row["relation_number"] in wanted and not row["outcome"] and row["email"]])
    by_key = {row.source_id: row for row in written}
    _ensure_companies(run, [row for row in rows if row["company"]], by_key)
    return result_frame(by_key.get(record_id(row["relation_number"])) or _unwritten(row, wanted) for row in rows)


def _ensure_companies(run: Run, companies: Iterable[MappingOf[str, Any]], customers: dict[str, ResultRow]) -> None:
    """Make the company of each customer that is one, where the mapping and the shop have companies; a failure is the customer's."""
    if run.dry_run or not run.wants_companies or not has_companies(run.shopify):
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
