"""Writes relations as Shopify customers, and as companies where the shop and the mapping have them.

A customer is made by its custom id, so a creation that is sent twice makes one. E-mail and telephone are unique in a shop: a
telephone number that somebody else has is left out and said, an e-mail address that somebody else has is for a person.
Marketing consent is never sent.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from posbridge_dagster.clients.failures import Misconfigured, Refused, RemoteFailure
from posbridge_dagster.clients.shopify.client import ShopifyClient
from posbridge_dagster.clients.shopify.custom_ids import NAMESPACE, custom_id, custom_id_metafield
from posbridge_dagster.clients.shopify.customers import customer_set, match_customers, taken
from posbridge_dagster.clients.shopify.errors import UserErrors
from posbridge_dagster.clients.shopify.metafields import metafields_set
from posbridge_dagster.ledger import Ledger
from posbridge_dagster.loading.customer_fields import VAT_NUMBER, customer_input, differing_fields
from posbridge_dagster.loading.customer_matching import KEY, CustomerMatching, link_key
from posbridge_dagster.loading.fields import Kept
from posbridge_dagster.loading.mplus_customers import LINK
from posbridge_dagster.loading.once import HalfWritten, Written
from posbridge_dagster.loading.shopify_companies import CompanyLoader
from posbridge_dagster.loading.works import Answer, Conflict, Work
from posbridge_dagster.model.identity import tail

AT_ONCE = 4
"""Calls in flight; the pace of the client decides how many points they spend."""

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

    def find(self, works: Sequence[Work]) -> Mapping[str, Node | Conflict]:
        """Return the customers that are there, by source id."""
        return self.matching.find(works)

    def differing(self, item: Kept, found: Node) -> Collection[str]:
        """Return the fields in which a customer who was found is another than the relation."""
        return differing_fields(item, found)

    def apply(self, works: Sequence[Work]) -> Iterator[tuple[str, Answer]]:
        """Write customers, several at a time, and yield their answers in order; who is written is linked before that is told."""
        pool = ThreadPoolExecutor(AT_ONCE)
        try:
            for work, answer in zip(works, pool.map(self._answer, works), strict=True):
                if isinstance(answer, Written | HalfWritten):
                    there = answer.written if isinstance(answer, HalfWritten) else answer
                    self.ledger.link(LINK, {link_key(there.target_id): str(work.item.payload["relation_number"])})
                yield work.item.source_id, answer
        finally:
            pool.shutdown(cancel_futures=True)

    def _answer(self, work: Work) -> Answer:
        try:
            customer_id = self._customer(work)
        except Misconfigured:
            raise
        except RemoteFailure as failure:
            return failure
        written = Written(customer_id)
        try:
            self._company(work, customer_id)
        except Misconfigured:
            raise
        except Refused as refusal:
            return HalfWritten(written, refusal.code or "company_refused", f"the customer is there, but its company: {refusal.reason}")
        except RemoteFailure as failure:
            return failure
        return written

    def _customer(self, work: Work) -> str:
        """Write the customer and return the digits of its gid."""
        item, found = work.item, work.found
        fields = customer_input(item, work.fields, found, is_ours=bool(work.target_id))
        if found is None:
            customer_gid = str(self._set(item, custom_id(KEY, item.external_id), fields)["id"])
        else:
            customer_gid = found["id"]
            if fields:
                self._set(item, {"id": customer_gid}, fields)
        metafields = [] if found is None or _is_marked(item, found) else [custom_id_metafield(KEY, item.external_id)]
        if VAT_NUMBER in work.fields and item.fields[VAT_NUMBER]:
            metafields.append(_text_metafield(VAT_NUMBER, item.fields[VAT_NUMBER]))
        if metafields:
            metafields_set(self.client, [{"ownerId": customer_gid, **metafield} for metafield in metafields])
        return tail(customer_gid)

    def _set(self, item: Kept, identifier: Node, fields: Node) -> Node:
        """Write a customer, without its telephone number where only that is refused."""
        try:
            return customer_set(self.client, identifier, fields)
        except UserErrors as refusal:
            if "email" in taken(refusal):
                raise self._email_taken(item) from None
            if any(error.path[-1:] != ("phone",) for error in refusal.errors):
                raise
            code = "phone_taken" if "phone" in taken(refusal) else "phone_refused"
            why = "is another customer's in the shop" if code == "phone_taken" else "is none to Shopify"
            self.notes[item.source_id] = (code, f"its telephone number {why} and was left out")
        return customer_set(self.client, identifier, {name: value for name, value in fields.items() if name != "phone"})

    def _email_taken(self, item: Kept) -> Refused:
        owners = match_customers(self.client, {"owner": {"emailAddress": str(item.fields["email"])}})
        owner = f"customer {tail(owners['owner']['id'])}" if owners else "another customer"
        reason = f"{owner} has its e-mail address: merge them in Shopify, or give the relation another address"
        return Refused(reason, system="Shopify", operation="customerSet", code="email_taken")

    def _company(self, work: Work, customer_id: str) -> None:
        if self.companies and work.item.payload["company"]:
            self.companies.keep(work.item.payload, customer_id, work.fields if work.found is not None else ())


def _is_marked(item: Kept, found: Node) -> bool:
    return bool(found["relation"]) and found["relation"]["value"] == item.external_id


def _text_metafield(key: str, value: str) -> Node:
    return {"namespace": NAMESPACE, "key": key, "type": "single_line_text_field", "value": value}
