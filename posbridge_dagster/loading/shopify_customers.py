"""Writes relations as Shopify customers, and as companies where the shop and the mapping have them.

A customer is made by its custom id, so a creation that is sent twice makes one. E-mail and telephone are unique in a shop: a
telephone number that somebody else has is left out and said, an e-mail address that somebody else has is for a person.
Marketing consent is never sent.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

from posbridge_dagster.clients.failures import Busy, Refused, RemoteFailure, UnknownOutcome, Unreachable
from posbridge_dagster.clients.shopify.client import ShopifyClient
from posbridge_dagster.clients.shopify.custom_ids import NAMESPACE, custom_id, custom_id_metafield
from posbridge_dagster.clients.shopify.customers import current, customer_set, match_customers, taken
from posbridge_dagster.clients.shopify.errors import UserErrors
from posbridge_dagster.clients.shopify.metafields import METAFIELDS_IN_A_CALL, metafields_delete, metafields_set
from posbridge_dagster.ledger import Ledger
from posbridge_dagster.loading.customer_fields import (
    VAT_NUMBER,
    customer_digest,
    customer_input,
    differing_fields,
    has_written_address,
    present_fields,
)
from posbridge_dagster.loading.customer_matching import KEY, CustomerMatching, link_key
from posbridge_dagster.loading.customers_in_turn import in_turn
from posbridge_dagster.loading.fields import Kept
from posbridge_dagster.loading.mplus_customers import LINK
from posbridge_dagster.loading.once import HalfWritten, Written
from posbridge_dagster.loading.seen import seen_digest, seen_text
from posbridge_dagster.loading.shopify_companies import CompanyLoader
from posbridge_dagster.loading.works import Answer, Conflict, Work
from posbridge_dagster.loading.writing_at_once import written_at_once
from posbridge_dagster.model.identity import tail

SEEN = "customer_seen"
"""Kind of link: relation -> how its customer was when it was last written or looked at."""

Node = dict[str, Any]
Note = tuple[str, str]


@dataclass
class ShopifyCustomers:
    """A KeepingWriter of customers. ``companies`` makes their companies, None where there are none.

    ``notes`` says, by source id, with a code and a sentence, what was left out of a customer who was written.
    """

    client: ShopifyClient
    ledger: Ledger
    matching: CustomerMatching
    companies: CompanyLoader | None = None
    batch: int = 50
    notes: dict[str, Note] = field(default_factory=dict, init=False)
    _seen: dict[str, str] = field(default_factory=dict, init=False)
    _before: Mapping[str, str] = field(default_factory=dict, init=False)
    _metafields: dict[str, list[Node]] = field(default_factory=dict, init=False)

    def find(self, works: Sequence[Work]) -> Mapping[str, Node | Conflict]:
        """Return the customers that are there, by source id."""
        return self.matching.find(works)

    def differing(self, item: Kept, found: Node) -> Collection[str]:
        """Return the fields in which a customer who was found is another than the relation."""
        return differing_fields(item, found)

    def present(self, item: Kept, found: Node) -> Mapping[str, Any]:
        """Return what stands in the fields of a customer who was found, where that is known."""
        return present_fields(item, found)

    def apply(self, works: Sequence[Work]) -> Iterator[tuple[str, Answer]]:
        """Write customers, several at a time, and yield their answers in order; who is written is linked before that is told."""
        written: list[tuple[Work, Answer]] = []
        self._before = self.ledger.links(SEEN, [_number(work) for work in works])
        for work, answer in chain.from_iterable(written_at_once(wave, self._write) for wave in in_turn(works)):
            written.append((work, answer))
            if not isinstance(answer, Written) or sum(map(len, self._metafields.values())) >= METAFIELDS_IN_A_CALL:
                yield from self._remembered(written)
                written = []
        yield from self._remembered(written)

    def _remembered(self, written: Sequence[tuple[Work, Answer]]) -> Iterator[tuple[str, Answer]]:
        """Write the metafields of customers who were written, many in a call, link them, and yield their answers."""
        refused = self._with_metafields([work for work, answer in written if isinstance(answer, Written)])
        for work, answer in written:
            number = _number(work)
            if isinstance(answer, Written | HalfWritten):
                there = answer.written if isinstance(answer, HalfWritten) else answer
                self.ledger.link(LINK, {link_key(there.target_id): number})
            if number in self._seen:
                self.ledger.link(SEEN, {number: self._seen.pop(number)})
            yield work.item.source_id, refused.get(work.item.source_id, answer)

    def _with_metafields(self, works: Sequence[Work]) -> dict[str, RemoteFailure]:
        """Write the metafields of these customers; return the failures of those that have not got them, by source id."""
        waiting = {work.item.source_id: self._metafields.pop(work.item.source_id, []) for work in works}
        waiting = {source_id: metafields for source_id, metafields in waiting.items() if metafields}
        try:
            metafields_set(self.client, [metafield for metafields in waiting.values() for metafield in metafields])
        except Refused:
            return {source_id: failure for source_id, each in waiting.items() if (failure := self._refused(each))}
        except (Busy, Unreachable, UnknownOutcome) as failure:
            return dict.fromkeys(waiting, failure)
        return {}

    def _refused(self, metafields: Sequence[Node]) -> RemoteFailure | None:
        try:
            metafields_set(self.client, metafields)
        except (Refused, Busy, Unreachable, UnknownOutcome) as failure:
            return failure
        return None

    def _write(self, work: Work) -> Written:
        customer = self._customer(work)
        is_whole = work.item.source_id not in self.notes  # one that lacks something is looked at again by night
        self._seen[_number(work)] = seen_text(customer, customer_digest(customer) if is_whole else "")
        written = Written(tail(customer["id"]), otherwise={} if is_whole else {"phone": current(customer, "phone")})
        try:
            if self.companies and work.item.payload["company"]:
                self.companies.keep(work.item.payload, written.target_id, work.fields if work.found is not None else ())
        except Refused as refusal:
            reason = f"the customer is there, but its company: {refusal.reason}"
            raise HalfWritten(written, refusal.code or "company_refused", reason) from None
        return written

    def _customer(self, work: Work) -> Node:
        """Write the customer and return them as they are now."""
        item = work.item
        customer: Node | None = work.found
        has_ours = customer is not None and has_written_address(customer, seen_digest(self._before.get(_number(work), "")))
        fields = customer_input(item, work.fields, customer, is_ours=bool(work.target_id), has_our_address=has_ours)
        is_marked = customer is None or _is_marked(item, customer)
        if customer is None:
            customer = self._set(item, custom_id(KEY, item.external_id), fields, None)
        elif fields:
            customer = self._set(item, {"id": customer["id"]}, fields, customer)
        metafields = [] if is_marked else [custom_id_metafield(KEY, item.external_id)]
        if VAT_NUMBER in work.fields and item.fields[VAT_NUMBER]:
            metafields.append(_text_metafield(VAT_NUMBER, item.fields[VAT_NUMBER]))
        elif VAT_NUMBER in work.fields and work.target_id:
            metafields_delete(self.client, [{"ownerId": customer["id"], "namespace": NAMESPACE, "key": VAT_NUMBER}])
        self._metafields[item.source_id] = [{"ownerId": customer["id"], **metafield} for metafield in metafields]
        return customer

    def _set(self, item: Kept, identifier: Node, fields: Node, found: Node | None) -> Node:
        """Write a customer, without its telephone number where only that is refused."""
        try:
            return customer_set(self.client, identifier, fields)
        except UserErrors as refusal:
            if "email" in taken(refusal):
                raise self._email_taken(item, found) from None
            if any(error.path[-1:] != ("phone",) for error in refusal.errors):
                raise
            code = "phone_taken" if "phone" in taken(refusal) else "phone_refused"
            why = "is another customer's in the shop" if code == "phone_taken" else "is none to Shopify"
            self.notes[item.source_id] = (code, f"its telephone number {why} and was left out")
        others = {name: value for name, value in fields.items() if name != "phone"}
        return found if found and not others else customer_set(self.client, identifier, others)

    def _email_taken(self, item: Kept, found: Node | None) -> Refused | HalfWritten:
        """Return why an e-mail address cannot be written; a customer who is there is tried again by every run: people may merge them."""
        owners = match_customers(self.client, {"owner": {"emailAddress": str(item.fields["email"])}})
        owner = f"customer {tail(owners['owner']['id'])}" if owners else "another customer"
        reason = f"{owner} has its e-mail address: merge them in Shopify, or give the relation another address"
        if found:
            return HalfWritten(Written(tail(found["id"])), "email_taken", reason)
        return Refused(reason, system="Shopify", operation="customerSet", code="email_taken")


def _number(work: Work) -> str:
    return str(work.item.payload["relation_number"])


def _is_marked(item: Kept, found: Node) -> bool:
    return bool(found["relation"]) and found["relation"]["value"] == item.external_id


def _text_metafield(key: str, value: str) -> Node:
    return {"namespace": NAMESPACE, "key": key, "type": "single_line_text_field", "value": value}
