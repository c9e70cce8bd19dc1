"""Brings the mapped customers together with the ledger and the client that writes them."""

from collections.abc import Iterable
from collections.abc import Mapping as MappingOf
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pandas as pd

from posbridge_dagster.clients.shopify.client import ShopifyClient
from posbridge_dagster.clients.shopify.companies import has_companies
from posbridge_dagster.flows.customers_to_shopify.drift import ShopsCustomers
from posbridge_dagster.flows.customers_to_shopify.options import CustomersToShopifyOptions
from posbridge_dagster.flows.looking import look_at
from posbridge_dagster.ledger import Ledger, Owner, QuarantineEntry
from posbridge_dagster.loading.customer_fields import RECORDS, kept_customer, record_id
from posbridge_dagster.loading.customer_matching import CustomerMatching, link_key
from posbridge_dagster.loading.mplus_customers import LINK
from posbridge_dagster.loading.result import ResultRow, result_frame
from posbridge_dagster.loading.rows import plain_rows
from posbridge_dagster.loading.shopify_companies import CompanyLoader
from posbridge_dagster.loading.shopify_customers import ShopifyCustomers
from posbridge_dagster.loading.upkeep import Upkeep
from posbridge_dagster.mapping import Mapping
from posbridge_dagster.model.outcome import Outcome

Row = MappingOf[str, Any]


@dataclass(frozen=True)
class Run:
    """What writing needs besides the frames. ``overlap`` is how far a look at the shop's changes goes back."""

    mapping: Mapping[CustomersToShopifyOptions]
    ledger: Ledger
    owner: Owner
    shopify: ShopifyClient
    administration: str
    run_id: str
    overlap: timedelta
    dry_run: bool


def write_customers(run: Run, customers: pd.DataFrame, *, everyone: bool) -> pd.DataFrame:
    """Return RESULT, one row per relation; ``target_id`` is the digits of the customer's gid.

    ``everyone`` compares all customers with the shop instead of those that changed there. Raises as Upkeep.load.
    """
    rows = plain_rows(customers)
    _link_origins(run, rows)
    results = {record_id(row["relation_number"]): _held_back(row) for row in rows if row["outcome"]}
    _tell_quarantine(run, [row for row in rows if row["outcome"]])
    written = _kept(run, [row for row in rows if not row["outcome"]], everyone=everyone)
    return result_frame({**results, **written}[record_id(row["relation_number"])] for row in rows)


def _kept(run: Run, rows: list[Row], *, everyone: bool) -> dict[str, ResultRow]:
    """Return how the relations ended that may be written, with what was left out of them."""
    options, policies = run.mapping.settings, run.mapping.policies("customers")
    mark = options.inactive_tag if options.inactive == "tag" else ""
    items = [kept_customer(row, policies, row["custom_id"], retired_tag=mark) for row in rows]
    matching = CustomerMatching(run.shopify, run.ledger, run.dry_run)
    writer = ShopifyCustomers(run.shopify, run.ledger, matching, _companies(run, rows))
    shop = ShopsCustomers(run.shopify)
    look = look_at(shop, run.ledger, items, run.overlap, everything=everyone)
    upkeep = Upkeep(RECORDS, run.ledger, run.owner, run.run_id, dry_run=run.dry_run, rule=run.mapping.fingerprint)
    results = upkeep.load(items, writer, look.drifted)
    if not run.dry_run:
        look.remember(run.ledger, shop, results)
    left_out = {record_id(row["relation_number"]): (row["left_out"], row["left_out_reason"]) for row in rows if row["left_out"]}
    return {row.source_id: _with_note(row, (left_out | writer.notes).get(row.source_id)) for row in results}


def _companies(run: Run, rows: Iterable[Row]) -> CompanyLoader | None:
    """Return who makes companies, where the mapping wants them, there is one, and the shop has companies."""
    if run.mapping.settings.companies != "b2b" or run.dry_run or not any(row["company"] for row in rows):
        return None
    return CompanyLoader(run.ledger, run.shopify, run.administration) if has_companies(run.shopify) else None


def _link_origins(run: Run, rows: Iterable[Row]) -> None:
    """Remember the customers that relations came from."""
    if not run.dry_run:
        run.ledger.link(LINK, {link_key(row["origin"]): str(row["relation_number"]) for row in rows if row["origin"]})


def _held_back(row: Row) -> ResultRow:
    number = row["relation_number"]
    outcome = Outcome(row["outcome"])
    return ResultRow(record_id(number), outcome, f"relation {number}", row["customer_id"] or "", code=row["code"], reason=row["reason"])


def _tell_quarantine(run: Run, rows: Iterable[Row]) -> None:
    """Put relations that may not be written where a person finds them, and take out those that are merely skipped now."""
    if run.dry_run:
        return
    held = [row for row in rows if row["outcome"] == Outcome.QUARANTINED]
    entries = [QuarantineEntry(record_id(row["relation_number"]), row["code"], row["reason"], source_payload=dict(row)) for row in held]
    run.ledger.quarantine(RECORDS, entries, run.run_id)
    skipped = [record_id(row["relation_number"]) for row in rows if row["outcome"] == Outcome.SKIPPED]
    run.ledger.resolve(RECORDS, skipped)


def _with_note(row: ResultRow, note: tuple[str, str] | None) -> ResultRow:
    """Return a row with what was left out of the customer, where nothing weightier is said of it."""
    return replace(row, code=note[0], reason=note[1]) if note and row.code in ("", "planned") else row
