"""Which customer a relation is: the linked one, the one with its custom id, the one with its e-mail address, in this order.

Each is found by strongly consistent look-ups, fifty a call. A customer who is gone was deleted, or merged into another one, who
is found by the other ways. Where the ways lead to different customers, or the customer is another relation's, it is a question
for a person: a Conflict that names them all, never a third customer. A telephone number may be shared and proves nothing; where
it is all that is known of a relation, and a customer has it, that is a question too.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from posbridge_dagster.clients.failures import Misconfigured
from posbridge_dagster.clients.shopify.client import ShopifyClient
from posbridge_dagster.clients.shopify.custom_ids import custom_id, ensure_definition
from posbridge_dagster.clients.shopify.customers import customers_by_id, match_customers
from posbridge_dagster.ledger import Ledger
from posbridge_dagster.loading.mplus_customers import LINK
from posbridge_dagster.loading.shopify_input import gid
from posbridge_dagster.loading.works import Conflict, Work
from posbridge_dagster.model.identity import tail

KEY, NAME = "mplus_relation", "MplusKASSA relation"
"""Key and name of the custom id of customers."""

Node = dict[str, Any]


def link_key(customer_id: str) -> str:
    """Return the id of a customer, by the digits of its gid, in links."""
    return f"customer:{customer_id}"


def linked_customers(ledger: Ledger, numbers: Sequence[str]) -> dict[str, list[str]]:
    """Return the digits of the customers that each relation is linked to; relations without any are left out."""
    prefix = link_key("")
    found = ledger.links_back(LINK, numbers)
    customers = {number: [key.removeprefix(prefix) for key in keys if key.startswith(prefix)] for number, keys in found.items()}
    return {number: ids for number, ids in customers.items() if ids}


@dataclass
class CustomerMatching:
    """Finds the customers of relations; for a plan it makes nothing, not even the definition of the custom id."""

    client: ShopifyClient
    ledger: Ledger
    dry_run: bool = False
    _is_defined: bool = field(default=False, init=False)
    _by_email: dict[str, Node | None] = field(default_factory=dict, init=False)

    def find(self, works: Sequence[Work]) -> dict[str, Node | Conflict]:
        """Return the customer of each work as ``customers_by_id`` gives it, or a Conflict, by source id; new ones are left out."""
        linked = linked_customers(self.ledger, [_number(work) for work in works])
        known = {work.item.source_id: [work.target_id] if work.target_id else linked.get(_number(work), []) for work in works}
        there = self._read({each for ids in known.values() for each in ids})
        sure = {source_id: [each for each in ids if each in there] for source_id, ids in known.items()}
        unsure = [work for work in works if not sure[work.item.source_id]]
        own = self._by_custom_id([work.item.external_id for work in unsure])
        sure |= {work.item.source_id: [tail(own[work.item.external_id]["id"])] for work in unsure if work.item.external_id in own}
        hits = self._hits(unsure)
        others = self._relations_of([tail(hit["id"]) for hit in hits.values()])
        there |= self._read({each for ids in sure.values() for each in ids} | {tail(hit["id"]) for hit in hits.values()} - there.keys())
        found: dict[str, Node | Conflict] = {}
        for work in works:
            ids = [each for each in sure[work.item.source_id] if each in there]
            match = _matched(work, ids, hits.get(work.item.source_id), others)
            if match is not None:
                found[work.item.source_id] = match if isinstance(match, Conflict) else there[match]
        return found

    def _read(self, customers: Collection[str]) -> dict[str, Node]:
        found = customers_by_id(self.client, [gid("Customer", each) for each in sorted(customers)]) if customers else {}
        return {tail(key): node for key, node in found.items()}

    def _hits(self, works: Sequence[Work]) -> dict[str, Node]:
        """Return the customer with the e-mail address of each work; of one without any, the one with its telephone number."""
        emails = {work.item.source_id: str(email) for work in works if (email := work.item.fields.get("email"))}
        phones = {
            work.item.source_id: str(phone)
            for work in works
            if work.item.source_id not in emails and (phone := work.item.fields.get("phone"))
        }
        by_email = self.by_email(list(emails.values()))
        by_phone = match_customers(self.client, {source_id: {"phoneNumber": phone} for source_id, phone in phones.items()})
        return by_phone | {source_id: by_email[email] for source_id, email in emails.items() if email in by_email}

    def by_email(self, emails: Sequence[str]) -> dict[str, Node]:
        """Return ``id`` and ``relation`` of the customers with these e-mail addresses; each address is asked for once."""
        unknown = [email for email in dict.fromkeys(emails) if email not in self._by_email]
        hits = match_customers(self.client, {email: {"emailAddress": email} for email in unknown})
        self._by_email |= {email: hits.get(email) for email in unknown}
        return {email: hit for email in emails if (hit := self._by_email[email])}

    def other_relation(self, hit: Node, relation_number: int) -> str:
        """Return the relation that a customer found by e-mail is, by link or custom id, where that is another one; else empty."""
        customer = tail(hit["id"])
        other = self._relations_of([customer]).get(customer) or _relation_named(hit)
        return "" if other == str(relation_number) else other

    def _by_custom_id(self, custom_ids: Sequence[str]) -> dict[str, Node]:
        if not custom_ids:
            return {}
        if not self._is_defined and not self.dry_run:
            ensure_definition(self.client, "CUSTOMER", KEY, NAME)
            self._is_defined = True
        try:
            return match_customers(self.client, {each: custom_id(KEY, each) for each in custom_ids})
        except Misconfigured as failure:
            if self.dry_run and failure.code == "NOT_FOUND":  # no definition yet, so no customer has such an id
                return {}
            raise

    def _relations_of(self, customers: Sequence[str]) -> dict[str, str]:
        """Return the relation that each customer is linked to."""
        keys = {link_key(customer): customer for customer in customers}
        return {keys[key]: number for key, number in self.ledger.links(LINK, sorted(keys)).items()}


def _matched(work: Work, sure: Sequence[str], hit: Node | None, linked: Mapping[str, str]) -> str | Conflict | None:
    """Return the digits of the customer a relation is, None where there is none; ``hit`` has its e-mail address or its telephone number."""
    if len(sure) > 1:
        names = " and ".join(sure)
        return Conflict("two_customers", f"the customers {names} are both linked to {work.item.name}: merge them in Shopify")
    if hit and not work.item.fields.get("email"):
        return sure[0] if sure else _same_phone(work, hit, linked)
    by_email = tail(hit["id"]) if hit else ""
    if sure:
        if by_email in ("", sure[0]):
            return sure[0]
        reason = f"it is customer {sure[0]}, and customer {by_email} has its e-mail address: merge them in Shopify"
        return Conflict("two_customers", reason)
    if not by_email:
        return None
    other = linked.get(by_email) or _relation_named(hit)
    if other in ("", _number(work)):
        return by_email
    reason = f"customer {by_email} has its e-mail address and is relation {other}: merge the two relations, or give one another address"
    return Conflict("customer_of_other_relation", reason)


def _same_phone(work: Work, hit: Node, linked: Mapping[str, str]) -> Conflict | None:
    """Return the question who a customer is that nobody's relation is and whose telephone number is all that is known of one."""
    customer = tail(hit["id"])
    if (linked.get(customer) or _relation_named(hit)) not in ("", _number(work)):
        return None
    reason = f"customer {customer} has its telephone number and it has no e-mail address to tell them apart by: give it that customer's"
    return Conflict("same_phone", f"{reason} address if they are one, else its own")


def _relation_named(hit: Node | None) -> str:
    """Return the number in the custom id of a customer."""
    relation = (hit or {}).get("relation")
    return str(relation["value"]).rpartition(":")[2] if relation else ""


def _number(work: Work) -> str:
    return str(work.item.payload["relation_number"])
