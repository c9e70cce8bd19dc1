"""Finds, creates or updates the relation of each customer.

Matched by the ledger's link, then by extRelationId, then by e-mail address (normalised, exact). Two candidates are a question
for a person, never a third relation. ``createRelation`` has no idempotency key, so the relation carries the customer's id and
is looked up by it, and by e-mail, before it is made.
"""

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from posbridge_dagster.clients.failures import Busy, Refused, UnknownOutcome, Unreachable
from posbridge_dagster.clients.mplus.client import MplusClient
from posbridge_dagster.clients.mplus.relations import create_relation, find_relation, update_relation
from posbridge_dagster.ledger import BEFORE, Change, Claim, Closing, Intent, Ledger, Owner, QuarantineEntry, Record, State
from posbridge_dagster.loading.relation_members import RelationFields, differences, relation_members
from posbridge_dagster.loading.result import ResultRow
from posbridge_dagster.loading.trouble import Trouble, failure_code
from posbridge_dagster.model.identity import external_relation_id
from posbridge_dagster.model.outcome import Outcome

LINK = "relation"
LEASE_S = 300
WAIT_FOR_OTHERS_S = 20  # one customer is one or two calls; who takes longer has more trouble than we can wait for
NAP_S = 0.1

Row = Mapping[str, Any]


class Ambiguous(Exception):
    """More than one relation could be this customer."""


@dataclass(frozen=True)
class CustomerLoader:
    """Writes one run's customers.

    ``policies`` says per field when it is written: create, update or always; ``rule`` is the fingerprint of the mapping file.
    """

    flow: str
    ledger: Ledger
    owner: Owner
    client: MplusClient
    shop: str
    run_id: str
    policies: Mapping[str, str]
    dry_run: bool = False
    rule: str = ""

    def load(self, customers: Sequence[Row], relations: Sequence[Row]) -> list[ResultRow]:
        """Return one row per customer, its ``target_id`` the relation number; ``relations`` are the candidates from the directory.

        Customers that share an e-mail address are one: the newest state decides, the others follow it.
        """
        keys = [customer["customer_key"] for customer in customers]
        records, links = self.ledger.records(self.flow, keys), self.ledger.links(LINK, keys)
        match = _Candidates(relations, links, self.shop)
        rows: dict[str, ResultRow] = {}
        leaders: dict[str, ResultRow] = {}
        trouble = Trouble()
        for customer in sorted(customers, key=_newest_first):
            leader = leaders.get(customer["email"])
            row = replace(leader, source_id=customer["customer_key"]) if leader else self._one(customer, records, match, trouble)
            leaders[customer["email"]] = row
            rows[row.source_id] = row
        if not self.dry_run:
            found = {key: row.target_id for key, row in rows.items() if row.target_id and links.get(key) != row.target_id}
            self.ledger.link(LINK, found)
        return [rows[key] for key in keys]

    def _one(self, customer: Row, records: Mapping[str, Record], match: "_Candidates", trouble: Trouble) -> ResultRow:
        key = customer["customer_key"]
        if trouble.stopped:
            return ResultRow(key, Outcome.FAILED, code="not_attempted", reason=f"not sent: {trouble.reason}")
        try:
            relation = match.find(customer)
            row = self._create(customer) if relation is None else self._update(customer, relation, records.get(key))
            trouble.over()
        except Ambiguous as ambiguous:
            return self._quarantined(customer, "duplicate_relation", str(ambiguous))
        except Refused as refusal:
            return self._quarantined(customer, refusal.code or "relation_refused", refusal.reason)
        except (Busy, Unreachable, UnknownOutcome) as failure:
            trouble.happened(failure)
            return ResultRow(key, Outcome.FAILED, code=failure_code(failure), reason=failure.reason)
        return row

    def _create(self, customer: Row) -> ResultRow:
        key, external = customer["customer_key"], external_relation_id(self.shop, customer["customer_key"])
        if self.dry_run:
            return ResultRow(key, Outcome.CREATED, code="planned", changes="create")
        claim = self._claim(customer)
        if not claim.granted:
            return self._written_elsewhere(key)
        with _Closing(self, key) as closing:
            there = self._made_meanwhile(customer["email"], external, claim)
            if there is not None:
                number, outcome = int(there["relationNumber"]), Outcome.UNCHANGED
            else:
                members = relation_members(customer, RelationFields.for_create(self.policies)) | {"extRelationId": external}
                number, outcome = create_relation(self.client, members), Outcome.CREATED
            closing.done(outcome, number)
        return ResultRow(key, outcome, target_id=str(number), attempts=claim.record.attempts)

    def _made_meanwhile(self, email: str, external: str, claim: Claim) -> Row | None:
        """Return the relation that an earlier attempt, or a person at the till, made since the directory was read."""
        tried_before = claim.in_doubt or claim.record.attempts > 1
        by_id = find_relation(self.client, external_id=external) if tried_before else None
        return by_id or find_relation(self.client, email=email)

    def _update(self, customer: Row, relation: Row, record: Record | None) -> ResultRow:
        key, number = customer["customer_key"], int(relation["relation_number"])
        changed = differences(customer, relation, RelationFields.for_update(self.policies))
        known = ResultRow(key, Outcome.UNCHANGED, target_id=str(number), attempts=record.attempts if record else 0)
        changed = [] if _is_older(customer, record) else changed
        unsettled = record is not None and record.state is not State.DONE
        if not changed and not unsettled:
            return known
        outcome = Outcome.UPDATED if changed else Outcome.UNCHANGED
        if self.dry_run:
            return replace(known, outcome=outcome, code="planned", changes=", ".join(changed))
        before = _before(changed, relation, record)
        claim = self._claim(customer, before)
        if not claim.granted:
            return known
        with _Closing(self, key, before) as closing:
            if changed and not update_relation(self.client, number, relation_members(customer, changed)):
                gone = f"relation {number} is gone from MplusKASSA"
                raise Refused(gone, system="MplusKASSA", operation="updateRelation", code="relation_gone")
            closing.done(outcome, number, _changes(before, customer), claim.record.attempts)
        return replace(known, outcome=outcome, changes=", ".join(changed), attempts=claim.record.attempts)

    def _written_elsewhere(self, key: str) -> ResultRow:
        """Wait for the run that is writing this customer right now, and return what came of it."""
        ends_at = time.monotonic() + WAIT_FOR_OTHERS_S
        while (record := self.ledger.records(self.flow, [key])[key]).owner and time.monotonic() < ends_at:
            time.sleep(NAP_S)
        if record.state is State.DONE:
            return ResultRow(key, Outcome.UNCHANGED, target_id=record.target_id, attempts=record.attempts)
        return ResultRow(key, Outcome.FAILED, code="in_progress_elsewhere", reason="another run is writing this customer")

    def _claim(self, customer: Row, before: Row | None = None) -> Claim:
        fingerprint = customer["fingerprint"]
        detail = {BEFORE: before} if before else None
        intent = Intent(customer["customer_key"], fingerprint, fingerprint, source_version=_version(customer), detail=detail)
        return self.ledger.claim(self.flow, [intent], self.owner, lease_s=LEASE_S, reopen=True)[intent.source_id]

    def _quarantined(self, customer: Row, code: str, reason: str) -> ResultRow:
        if not self.dry_run:
            entry = QuarantineEntry(customer["customer_key"], code, reason, source_payload=_plain(customer))
            self.ledger.quarantine(self.flow, [entry], self.run_id)
        return ResultRow(customer["customer_key"], Outcome.QUARANTINED, code=code, reason=reason)


class _Closing:
    """Closes the ledger's record of one customer however the write ends; what stood there before is kept until it is done."""

    def __init__(self, loader: CustomerLoader, key: str, before: Row | None = None) -> None:
        self._loader, self._key = loader, key
        self._closing = Closing(key, State.INTENT, Outcome.FAILED.value, detail={BEFORE: before} if before else None)

    def __enter__(self) -> "_Closing":
        return self

    def done(self, outcome: Outcome, number: int, changes: Sequence[Change] = (), attempt: int = 0) -> None:
        """Say that the relation is as it should be, and what this attempt changed of it."""
        self._closing = Closing(
            self._key, State.DONE, outcome.value, target_id=str(number), changes=changes, attempt=attempt, rule=self._loader.rule
        )

    def __exit__(self, kind: type[BaseException] | None, failure: BaseException | None, trace: object) -> None:
        if isinstance(failure, Refused):
            self._closing = Closing(self._key, State.QUARANTINED, Outcome.QUARANTINED.value, code=failure.code, reason=failure.reason)
        self._loader.ledger.close_records(self._loader.flow, [self._closing], self._loader.owner)


class _Candidates:
    """The relations that a customer may be."""

    def __init__(self, relations: Iterable[Row], links: Mapping[str, str], shop: str) -> None:
        self._links, self._shop = links, shop
        self._by_number: dict[int, Row] = {}
        self._by_external: dict[str, Row] = {}
        self._by_email: dict[str, list[Row]] = {}
        for relation in relations:
            self._by_number[int(relation["relation_number"])] = relation
            if relation["ext_relation_id"]:
                self._by_external[relation["ext_relation_id"]] = relation
            if relation["email"] and relation["active"] is not False:
                self._by_email.setdefault(relation["email"], []).append(relation)

    def find(self, customer: Row) -> Row | None:
        """Return the relation of a customer, or None; raises Ambiguous, naming the relations."""
        linked = self._links.get(customer["customer_key"])
        if linked and int(linked) in self._by_number:
            return self._by_number[int(linked)]
        external = self._by_external.get(external_relation_id(self._shop, customer["customer_key"]))
        if external is not None:
            return external
        same = self._by_email.get(customer["email"], [])
        if len(same) > 1:
            numbers = ", ".join(str(relation["relation_number"]) for relation in same)
            raise Ambiguous(f"relations {numbers} share the customer's e-mail address: merge them in MplusKASSA or retire all but one")
        return same[0] if same else None


def _before(changed: Sequence[str], relation: Row, record: Record | None) -> dict[str, Any]:
    """Return what the relation says in the columns to write, and what it said in those that a write which was cut short has written."""
    begun = (record.detail or {}).get(BEFORE, {}) if record else {}
    return {**begun, **{column: relation[column] or None for column in changed}}


def _changes(before: Row, customer: Row) -> tuple[Change, ...]:
    """Return what was changed of a relation; a column of a write that was cut short and then was not needed is left out."""
    return tuple(Change(column, said, customer[column]) for column, said in before.items() if said != customer[column])


def _newest_first(customer: Row) -> tuple[float, str]:
    changed_at = customer["changed_at"]
    return (-changed_at.timestamp() if changed_at is not None else 0.0, customer["customer_key"])


def _version(customer: Row) -> str:
    return customer["changed_at"].isoformat() if customer["changed_at"] is not None else ""


def _is_older(customer: Row, record: Record | None) -> bool:
    """Return whether a newer state of this customer was written before; both versions are ISO text in UTC."""
    return bool(record and record.source_version and _version(customer) < record.source_version)


def _plain(customer: Row) -> dict[str, Any]:
    return {name: value.isoformat() if hasattr(value, "isoformat") else value for name, value in customer.items()}
