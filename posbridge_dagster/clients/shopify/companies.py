"""Companies (B2B) with their locations and contacts, on the shops that have them.

Their only key of ours is ``externalId`` (64 characters), found by search, and search lags: keep the id that a creation
returned. A company always has a location, and a contact always has a customer.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from posbridge_dagster.clients.failures import Misconfigured
from posbridge_dagster.clients.shopify.client import ShopifyClient
from posbridge_dagster.clients.shopify.documents import document
from posbridge_dagster.clients.shopify.paging import Node, pages, records, whole
from posbridge_dagster.clients.shopify.search import clause
from posbridge_dagster.clients.shopify.shop import granted_scopes

_SCOPES = {"read_companies", "write_companies", "read_customers", "write_customers"}


def has_companies(client: ShopifyClient) -> bool:
    """Return whether the shop's plan has companies. Raises Misconfigured when it is the token that may not read them."""
    try:
        client.execute(document("companies_probe"), {"first": 1, "after": None})
    except Misconfigured as failure:
        if failure.code != "ACCESS_DENIED" or not _SCOPES & granted_scopes(client):
            raise
        return False
    return True


def company_by_external_id(client: ShopifyClient, external_id: str) -> Node | None:
    """Return the company with exactly this external id as ``graphql/company_fields.graphql`` selects it, else None.

    Locations, contacts and roles are plain lists. Search lags: None may also mean that it was made a moment ago.
    """
    for page in pages(client, document("companies"), {"search": clause("external_id", "=", external_id)}, most=5):
        for company in page:
            if company["externalId"] == external_id:
                return company
    return None


def company(client: ShopifyClient, company_id: str) -> Node:
    """Return the company with this global id, as it is now. Raises UnknownOutcome when there is none."""
    return next(records(client, document("companies_by_id"), [company_id]))[0]


def company_create(
    client: ShopifyClient,
    fields: Mapping[str, Any],
    *,
    contact: Mapping[str, Any] | None = None,
    location: Mapping[str, Any] | None = None,
) -> Node:
    """Create a company, its first contact and its first location, and return it in the shape of ``company_by_external_id``.

    Never sent again after an unknown outcome: look it up by its external id. Raises UserErrors, with code TAKEN when
    another company has the external id.
    """
    parts = {"company": dict(fields), "companyContact": contact, "companyLocation": location}
    of = document("company_create")
    data = client.execute(of, {"input": {name: part for name, part in parts.items() if part}})
    return whole(client, of, data, "companyCreate", "company")


def company_location_create(client: ShopifyClient, company_id: str, fields: Mapping[str, Any]) -> Node:
    """Add a location to a company and return its ``id``, ``name`` and ``externalId``. Raises UserErrors."""
    variables = {"companyId": company_id, "input": dict(fields)}
    return _made(client.execute(document("company_location_create"), variables), "companyLocationCreate", "companyLocation")


def company_contact_create(client: ShopifyClient, company_id: str, fields: Mapping[str, Any]) -> Node:
    """Add a contact with a customer of its own and return ``id``, ``isMainContact`` and ``customer``. Raises UserErrors."""
    variables = {"companyId": company_id, "input": dict(fields)}
    return _made(client.execute(document("company_contact_create"), variables), "companyContactCreate", "companyContact")


def assign_customer(client: ShopifyClient, company_id: str, customer_id: str) -> Node:
    """Make a customer a contact of a company and return the contact in the shape of ``company_contact_create``. Raises UserErrors."""
    variables = {"companyId": company_id, "customerId": customer_id}
    return _made(client.execute(document("company_assign_customer"), variables), "companyAssignCustomerAsContact", "companyContact")


def company_of_location(client: ShopifyClient, location_id: str) -> str | None:
    """Return the global id of the company that a location belongs to, None when the location is gone."""
    location = client.execute(document("company_of_location"), {"id": location_id})["companyLocation"]
    return str(location["company"]["id"]) if location else None


def company_update(client: ShopifyClient, company_id: str, fields: Mapping[str, Any]) -> None:
    """Change the given fields of a company; asking for the same twice does no harm. Raises UserErrors."""
    client.execute(document("company_update"), {"companyId": company_id, "input": dict(fields)}, repeatable=True)


def company_location_address(client: ShopifyClient, location_id: str, address: Mapping[str, Any], kinds: Sequence[str]) -> None:
    """Make an address (CompanyAddressInput) the ``SHIPPING`` and/or ``BILLING`` address of a location. Raises UserErrors."""
    variables = {"locationId": location_id, "address": dict(address), "addressTypes": list(kinds)}
    client.execute(document("company_location_address"), variables, repeatable=True)


def company_location_tax(client: ShopifyClient, location_id: str, vat_number: str) -> None:
    """Give a location its VAT number. Raises UserErrors."""
    variables = {"companyLocationId": location_id, "taxRegistrationId": vat_number}
    client.execute(document("company_location_tax"), variables, repeatable=True)


def _made(data: Node, payload: str, key: str) -> Node:
    made: Node = data[payload][key]
    return made
