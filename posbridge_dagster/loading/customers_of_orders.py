"""The customers that orders need: known ones as they are, the others made or matched once, under the same records as all customers.

A relation that is kept in step by its own flow is not touched here, so a customer is never written in two ways. One that
another run is writing right now is waited for.
"""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from posbridge_dagster.clients.failures import Busy, UnknownOutcome, Unreachable
from posbridge_dagster.clients.shopify.client import ShopifyClient
from posbridge_dagster.ledger import Ledger, Owner, State
from posbridge_dagster.loading.customer_fields import RECORDS, kept_customer, record_id
from posbridge_dagster.loading.customer_matching import CustomerMatching, linked_customers
from posbridge_dagster.loading.result import ResultRow
from posbridge_dagster.loading.shopify_customers import ShopifyCustomers
from posbridge_dagster.loading.trouble import failure_code
from posbridge_dagster.loading.upkeep import Upkeep
from posbridge_dagster.model.identity import tail
from posbridge_dagster.model.outcome import Outcome

WAIT_FOR_OTHERS_S = 20  # one customer is a few calls; who takes longer has more trouble than we can wait for
NAP_S = 0.1

Row = Mapping[str, Any]


@dataclass(frozen=True)
class CustomersOfOrders:
    """Finds or makes one run's customers.

    ``policies`` says per field when it is written: create, update or always; ``rule`` is the fingerprint of the mapping file.
    """

    ledger: Ledger
    owner: Owner
    client: ShopifyClient
    administration: str
    run_id: str
    policies: Mapping[str, str]
    dry_run: bool = False
    rule: str = ""

    def load(self, customers: Sequence[Row]) -> list[ResultRow]:
        """Return one row per customer in the order given; ``target_id`` is the digits of the customer's gid.

        ``customers`` are rows with ``relation_number``, an ``email`` and the fields of a customer. A relation whose e-mail
        address is another relation's customer's shares that customer, who is left as they are.
        """
        matching = CustomerMatching(self.client, self.ledger, self.dry_run)
        rows = self._known(customers)
        unknown = [customer for customer in customers if record_id(customer["relation_number"]) not in rows]
        try:
            rows |= self._shared(unknown, matching)
        except (Busy, Unreachable, UnknownOutcome) as failure:
            code, reason = failure_code(failure), failure.reason
            rows |= {key: ResultRow(key, Outcome.FAILED, code=code, reason=reason) for key in map(_key, unknown)}
        new = [customer for customer in unknown if _key(customer) not in rows]
        leaders: dict[str, Row] = {}
        for customer in new:
            leaders.setdefault(str(customer["email"]), customer)
        rows |= self._kept(list(leaders.values()), matching)
        rows |= {_key(each): _following(each, leaders[str(each["email"])], rows) for each in new if _key(each) not in rows}
        return [rows[_key(customer)] for customer in customers]

    def _known(self, customers: Sequence[Row]) -> dict[str, ResultRow]:
        """Return the rows of relations whose customer is known: the one that was written, or the only one that is linked."""
        numbers = [str(customer["relation_number"]) for customer in customers]
        ids = {record_id(int(number)): found[0] for number, found in linked_customers(self.ledger, numbers).items() if len(found) == 1}
        records = self.ledger.records(RECORDS, map(_key, customers))
        ids |= {key: record.target_id for key, record in records.items() if record.state is State.DONE and record.target_id}
        return {key: ResultRow(key, Outcome.UNCHANGED, target_id=customer_id) for key, customer_id in ids.items()}

    def _shared(self, customers: Sequence[Row], matching: CustomerMatching) -> dict[str, ResultRow]:
        """Return the rows of relations that share the customer of another relation by their e-mail address."""
        hits = matching.by_email([str(customer["email"]) for customer in customers])
        rows = {}
        for customer in customers:
            hit = hits.get(str(customer["email"]))
            other = matching.other_relation(hit, customer["relation_number"]) if hit else ""
            if hit and other:
                rows[_key(customer)] = _sharing(customer, other, tail(hit["id"]))
        return rows

    def _kept(self, customers: Sequence[Row], matching: CustomerMatching) -> dict[str, ResultRow]:
        items = [kept_customer(each, self.policies, f"{self.administration}:{each['relation_number']}") for each in customers]
        keeping = Upkeep(RECORDS, self.ledger, self.owner, self.run_id, dry_run=self.dry_run, rule=self.rule)
        rows = {row.source_id: row for row in keeping.load(items, ShopifyCustomers(self.client, self.ledger, matching))}
        return {key: self._waited_for(row) if row.code == "in_progress_elsewhere" else row for key, row in rows.items()}

    def _waited_for(self, row: ResultRow) -> ResultRow:
        """Wait for the run that is writing this customer right now, and return what came of it."""
        ends_at = time.monotonic() + WAIT_FOR_OTHERS_S
        while (record := self.ledger.records(RECORDS, [row.source_id])[row.source_id]).owner and time.monotonic() < ends_at:
            time.sleep(NAP_S)
        if record.state is State.DONE:
            return ResultRow(row.source_id, Outcome.UNCHANGED, target_id=record.target_id, attempts=record.attempts)
        return ResultRow(row.source_id, Outcome.FAILED, code=row.code, reason="another run is writing this customer")


def _sharing(customer: Row, other: str, customer_id: str) -> ResultRow:
    reason = f"it shares the customer of relation {other}, who has its e-mail address"
    return ResultRow(_key(customer), Outcome.UNCHANGED, target_id=customer_id, code="shared_customer", reason=reason)


def _following(customer: Row, leader: Row, rows: Mapping[str, ResultRow]) -> ResultRow:
    """Return the row of a relation that shares its e-mail address with one that was written just now: it ends as that one did."""
    written = rows[_key(leader)]
    if written.target_id:
        return _sharing(customer, str(leader["relation_number"]), written.target_id)
    return replace(written, source_id=_key(customer))


def _key(customer: Row) -> str:
    return record_id(customer["relation_number"])
