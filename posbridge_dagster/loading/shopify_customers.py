"""Finds or makes the Shopify customer of each relation, and its company where the shop keeps companies.

Matched by the ledger's link, then by e-mail address. ``customerSet`` with an e-mail address makes a customer at most once
however often it is sent; a company is made at most once because its external id is unique in the shop.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from posbridge_dagster.clients.failures import Busy, Refused, UnknownOutcome, Unreachable
from posbridge_dagster.clients.shopify.client import ShopifyClient
from posbridge_dagster.clients.shopify.customers import changes, customer_set, find_customer, with_address
from posbridge_dagster.ledger import Closing, Intent, Ledger, Owner, QuarantineEntry, State
from posbridge_dagster.loading.mplus_customers import LINK
from posbridge_dagster.loading.result import ResultRow
from posbridge_dagster.loading.shopify_input import address_input, tags
from posbridge_dagster.loading.trouble import Trouble, failure_code
from posbridge_dagster.model.identity import tail
from posbridge_dagster.model.outcome import Outcome

LEASE_S = 300
_FIELDS = {"first_name": "firstName", "last_name": "lastName", "phone": "phone", "note": "note"}
_ADDRESS = ("company", "address1", "zip", "city", "country")

Row = Mapping[str, Any]


def record_id(relation_number: int) -> str:
    """Return the id of a relation as a record of its flow."""
    return f"relation:{relation_number}"


@dataclass(frozen=True)
class ShopifyCustomerLoader:
    """Writes one run's customers. ``policies`` says per field when it is written: create, update or always."""

    flow: str
    ledger: Ledger
    owner: Owner
    client: ShopifyClient
    run_id: str
    policies: Mapping[str, str]
    dry_run: bool = False

    def load(self, customers: Sequence[Row]) -> list[ResultRow]:
        """Return one row per customer in the order given; ``target_id`` is the digits of the customer's gid.

        ``customers`` are rows of MAPPED_CUSTOMERS with an e-mail address.
        """
        numbers = [str(customer["relation_number"]) for customer in customers]
        linked = {number: _customers(keys) for number, keys in self.ledger.links_back(LINK, numbers).items()}
        trouble = Trouble()
        return [self._one(customer, linked.get(str(customer["relation_number"]), []), trouble) for customer in customers]

    def _one(self, customer: Row, linked: Sequence[str], trouble: Trouble) -> ResultRow:
        key = record_id(customer["relation_number"])
        if trouble.stopped:
            return ResultRow(key, Outcome.FAILED, code="not_attempted", reason=f"not sent: {trouble.reason}")
        if len(linked) == 1:
            return ResultRow(key, Outcome.UNCHANGED, target_id=linked[0])
        try:
            row = self._upsert(customer, key)
        except Refused as refusal:
            return self._quarantined(customer, key, refusal)
        except (Busy, Unreachable, UnknownOutcome) as failure:
            trouble.happened(failure)
            return ResultRow(key, Outcome.FAILED, code=failure_code(failure), reason=failure.reason)
        trouble.over()
        if row.target_id and not self.dry_run:
            self.ledger.link(LINK, {f"customer:{row.target_id}": str(customer["relation_number"])})
        return row

    def _upsert(self, customer: Row, key: str) -> ResultRow:
        found = find_customer(self.client, email=customer["email"])
        fields = self._fields(customer, found)
        if found:
            fields = changes(found, fields)
            known = ResultRow(key, Outcome.UPDATED if fields else Outcome.UNCHANGED, target_id=tail(found["id"]), changes=", ".join(fields))
            if not fields:
                return known
            return replace(known, code="planned") if self.dry_run else self._set(customer, fields, known)
        row = ResultRow(key, Outcome.CREATED, changes="create")
        return replace(row, code="planned") if self.dry_run else replace(self._set(customer, fields, row), changes="")

    def _set(self, customer: Row, fields: Mapping[str, Any], row: ResultRow) -> ResultRow:
        """Write the customer between a claim and its closing, and return the row with its id."""
        intent = Intent(row.source_id, customer["fingerprint"], customer["fingerprint"])
        claim = self.ledger.claim(self.flow, [intent], self.owner, lease_s=LEASE_S, reopen=True)[row.source_id]
        closing = Closing(row.source_id, State.INTENT, Outcome.FAILED.value)
        try:
            target_id = tail(customer_set(self.client, {"email": customer["email"]}, fields)["id"])
            closing = Closing(row.source_id, State.DONE, row.outcome.value, target_id=target_id)
        except Refused as refusal:
            closing = Closing(row.source_id, State.QUARANTINED, Outcome.QUARANTINED.value, code=refusal.code, reason=refusal.reason)
            raise
        finally:
            if claim.granted:
                self.ledger.close_records(self.flow, [closing], self.owner)
        return replace(row, target_id=target_id, attempts=claim.record.attempts)

    def _fields(self, customer: Row, found: dict[str, Any] | None) -> dict[str, Any]:
        """Return what is written of a customer who is there already (policy update or always), or is new (create or always)."""
        wanted = ("update", "always") if found else ("create", "always")
        written = {column for column, policy in self.policies.items() if policy in wanted}
        fields = {member: customer[column] for column, member in _FIELDS.items() if column in written and customer[column]}
        if "tags" in written and customer["tags"]:
            fields["tags"] = tags(customer["tags"])
        address = address_input(customer) if written & set(_ADDRESS) else None
        return fields | ({"addresses": with_address(found, address)} if address else {})

    def _quarantined(self, customer: Row, key: str, refusal: Refused) -> ResultRow:
        code = refusal.code or "customer_refused"
        if not self.dry_run:
            entry = QuarantineEntry(key, code, refusal.reason, source_payload=dict(customer))
            self.ledger.quarantine(self.flow, [entry], self.run_id)
        return ResultRow(key, Outcome.QUARANTINED, code=code, reason=refusal.reason)


def _customers(keys: Sequence[str]) -> list[str]:
    """Return the customers among the linked keys, by the digits of their ids."""
    return [key.partition(":")[2] for key in keys if key.startswith("customer:")]
