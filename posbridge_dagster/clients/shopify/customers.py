"""Customers: found by e-mail, phone or custom id, written as a whole, their addresses kept.

Shopify keeps values in its own form (tags trimmed and sorted, empty names as null), so ``changes`` compares in that form;
otherwise every run would find something to update.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Literal

from posbridge_dagster.clients.shopify.client import ShopifyClient
from posbridge_dagster.clients.shopify.custom_ids import look_up
from posbridge_dagster.clients.shopify.documents import document
from posbridge_dagster.clients.shopify.errors import UserErrors
from posbridge_dagster.clients.shopify.paging import Node, pages, records, whole
from posbridge_dagster.clients.shopify.search import clause

_NAMES = {"firstName", "lastName"}
_ADDRESS_PARTS = ("firstName", "lastName", "company", "address1", "address2", "zip", "city", "provinceCode", "countryCode", "phone")


def find_customer(
    client: ShopifyClient,
    *,
    email: str | None = None,
    phone: str | None = None,
    customer_id: str | None = None,
    custom_id: Mapping[str, Any] | None = None,
) -> Node | None:
    """Return the customer with exactly this e-mail, phone (E.164), global id or custom id (see ``custom_ids.custom_id``), else None.

    A customer is a dict as ``graphql/customer_details.graphql`` selects it with all addresses as a plain list. The look-up
    sees what was written a moment ago. Raises Misconfigured when the definition of the custom id is missing and ValueError
    unless exactly one thing to look by is given.
    """
    ways = {"emailAddress": email, "phoneNumber": phone, "id": customer_id, **(custom_id or {})}
    given = {name: value for name, value in ways.items() if value}
    if len(given) != 1:
        raise ValueError("a customer is looked up by exactly one of e-mail, phone, id and custom id")
    of = document("customer_by_identifier")
    data = client.execute(of, {"identifier": given})
    return whole(client, of, data, "customerByIdentifier") if data["customerByIdentifier"] else None


def match_customers(client: ShopifyClient, identifiers: Mapping[str, Node]) -> dict[str, Node]:
    """Return ``id`` and ``relation`` (the custom id ``mplus_relation``, as ``{"value": ...}`` or None) of customers, by the names given.

    ``identifiers`` are what a customer is looked up by, such as ``{"emailAddress": ...}`` or ``custom_ids.custom_id(...)``; 50
    look-ups a call. What no customer has is left out. The look-ups see what was written a moment ago.
    """
    return look_up(client, document("customer_match"), identifiers)


def customers_by_id(client: ShopifyClient, customer_ids: Sequence[str]) -> dict[str, Node]:
    """Return the customers with these global ids by id, in the shape of ``find_customer`` with ``relation`` and ``vatNumber``.

    Those gone are left out.
    """
    found = records(client, document("customers_by_id"), customer_ids, all_there=False)
    return {customer["id"]: customer for page in found for customer in page}


def customer_changes(client: ShopifyClient, since: datetime) -> Iterator[list[Node]]:
    """Yield pages of ``id`` and ``updatedAt`` of the customers that changed at a moment or later; search lags, so look back a little."""
    return pages(client, document("customer_changes"), {"search": clause("updated_at", ">=", since)})


def customer_set(client: ShopifyClient, identifier: Mapping[str, Any] | None, fields: Mapping[str, Any]) -> Node:
    """Create the customer or update the one that the identifier names, and return it in the shape of ``find_customer``.

    ``identifier`` is ``{"email": ...}``, ``{"phone": ...}``, ``{"id": ...}`` or ``custom_ids.custom_id(...)``; without one a
    customer is always created, so such a call is not sent again after an unknown outcome. A field left out stays as it is;
    lists (``tags``, ``addresses``) replace what is there. Raises UserErrors, see ``taken``.
    """
    # Shopify demands that what identifies also stands in the fields.
    own = {name: value for name, value in (identifier or {}).items() if name in ("email", "phone")}
    variables = {"identifier": dict(identifier) if identifier else None, "input": {**own, **fields}}
    of = document("customer_set")
    data = client.execute(of, variables, repeatable=identifier is not None)
    return whole(client, of, data, "customerSet", "customer")


def taken(failure: UserErrors) -> set[Literal["email", "phone"]]:
    """Return which of e-mail and phone another customer has already, as a refusal of ``customer_set`` tells."""
    found: set[Literal["email", "phone"]] = set()
    for error in failure.errors:
        if error.code == "TAKEN" or "already been taken" in error.message:
            found |= {name for name in ("email", "phone") if error.path[-1:] == (name,)}
    return found


def changes(customer: Node, fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return those fields of a coming ``customer_set`` that differ from what the customer has; empty when nothing would change."""
    return {name: value for name, value in fields.items() if not _is_kept(name, current(customer, name), value)}


def with_address(customer: Node | None, address: Mapping[str, Any]) -> list[Node]:
    """Return the addresses to send so that this one becomes the default, which is the first, and none of the others is lost."""
    first = _address(address)
    others = [_address(own) for own in customer["addressesV2"]] if customer else []
    return [first, *(other for other in others if not _is_same(other, first))]


def current(customer: Node, name: str) -> Any:
    """Return what a customer has in a field of ``customer_set``."""
    if name == "email":
        return (customer["defaultEmailAddress"] or {}).get("emailAddress")
    if name == "phone":
        return (customer["defaultPhoneNumber"] or {}).get("phoneNumber")
    return customer["addressesV2" if name == "addresses" else name]


def _is_kept(name: str, current: Any, wanted: Any) -> bool:
    """Return whether Shopify would keep a value as it is."""
    if name == "addresses":
        owned, given = [_address(row) for row in current or ()], [_address(row) for row in wanted or ()]
        return len(owned) == len(given) and all(map(_is_same, owned, given))
    return bool(_kept(name, current) == _kept(name, wanted))


def _kept(name: str, value: Any) -> Any:
    if name == "tags":
        return sorted({tag.strip() for tag in value or () if tag.strip()})
    if name == "email":
        return (value or "").strip().lower()
    return (value.strip() or None) if isinstance(value, str) else value


def _is_same(own: Node, given: Node) -> bool:
    """Return whether two addresses are one; Shopify adds the customer's name to an address that comes without."""
    return {**own, **dict.fromkeys(_NAMES - given.keys())} == {**given, **dict.fromkeys(_NAMES - given.keys())}


def _address(row: Mapping[str, Any]) -> Node:
    """Return an address, read or to be written, as it is written: without empty parts and without its id."""
    named = {**row, "countryCode": row.get("countryCode") or row.get("countryCodeV2")}
    return {name: str(named[name]).strip() for name in _ADDRESS_PARTS if str(named.get(name) or "").strip()}
