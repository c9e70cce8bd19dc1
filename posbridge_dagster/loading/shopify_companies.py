"""Finds or makes the B2B company of a relation, with one location and the customer as its contact, and keeps it in step.

A company's external id is unique in the shop, so it is made at most once; the id of its location is kept as a link because
search lags. A company that exists and cannot be found yet was made a moment ago: it is found by the next run.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from posbridge_dagster.clients.failures import Refused, UnknownOutcome
from posbridge_dagster.clients.shopify.client import ShopifyClient
from posbridge_dagster.clients.shopify.companies import (
    assign_customer,
    company_by_external_id,
    company_create,
    company_location_address,
    company_location_tax,
    company_of_location,
    company_update,
)
from posbridge_dagster.clients.shopify.errors import UserErrors
from posbridge_dagster.ledger import Ledger
from posbridge_dagster.loading.shopify_input import address_input, gid
from posbridge_dagster.model.identity import tail

LINK = "company"
TAKEN = "TAKEN"
_PLACE = {"company", "address1", "zip", "city", "country"}

Row = Mapping[str, Any]


@dataclass(frozen=True)
class CompanyLoader:
    """Writes the companies of one administration; ``administration`` is its name in external ids."""

    ledger: Ledger
    client: ShopifyClient
    administration: str

    def ensure(self, customer: Row, customer_id: str) -> str:
        """Return the digits of the company location of a relation (a row of MAPPED_CUSTOMERS), made where it is not there.

        ``customer_id`` is the digits of the customer who becomes the contact. Raises the failures of the client.
        """
        number = str(customer["relation_number"])
        known = self.ledger.links(LINK, [number]).get(number)
        if known:
            return known
        external_id = f"mplus:{self.administration}:{number}"
        company = self._create(customer, external_id)
        if not any(tail(contact["customer"]["id"]) == customer_id for contact in company["contacts"]):
            assign_customer(self.client, company["id"], gid("Customer", customer_id))
        location = tail(company["locations"][0]["id"])
        self.ledger.link(LINK, {number: location})
        return location

    def keep(self, customer: Row, customer_id: str, changed: Collection[str]) -> None:
        """Make the company of a relation where it is not there, else bring the changed fields of it up to date.

        Raises the failures of the client, and Refused with code company_gone when a person removed it.
        """
        number = str(customer["relation_number"])
        location = self.ledger.links(LINK, [number]).get(number)
        if location is None:
            self.ensure(customer, customer_id)
            return
        location_gid = gid("CompanyLocation", location)
        if "company" in changed:
            company_gid = company_of_location(self.client, location_gid)
            if company_gid is None:
                reason = f"company location {location} is gone from the shop"
                raise Refused(reason, system="Shopify", operation="companyUpdate", code="company_gone")
            company_update(self.client, company_gid, {"name": customer["company"]})
        for kind, address in _addresses(customer).items() if _is_moved(changed) else ():
            company_location_address(self.client, location_gid, address, [kind])
        if "vat_number" in changed and customer["vat_number"]:
            company_location_tax(self.client, location_gid, customer["vat_number"])

    def _create(self, customer: Row, external_id: str) -> dict[str, Any]:
        addresses = _addresses(customer)
        place = {"name": customer["company"], "externalId": external_id, "taxRegistrationId": customer["vat_number"]}
        if addresses:
            place |= {"shippingAddress": addresses["SHIPPING"]}
            same = addresses["BILLING"] == addresses["SHIPPING"]
            place |= {"billingSameAsShipping": True} if same else {"billingAddress": addresses["BILLING"]}
        location = {name: part for name, part in place.items() if part}
        try:
            return company_create(self.client, {"name": customer["company"], "externalId": external_id}, location=location)
        except (UserErrors, UnknownOutcome) as failure:
            found = company_by_external_id(self.client, external_id)
            if found is not None:
                return found
            if failure.code != TAKEN:
                raise
            reason = "the company exists and cannot be found yet"
            raise UnknownOutcome(reason, system="Shopify", operation="companyCreate", code="company_not_found_yet") from None


def _is_moved(changed: Collection[str]) -> bool:
    return any(name.removeprefix("delivery_") in _PLACE for name in changed)


def _addresses(customer: Row) -> dict[str, dict[str, Any]]:
    """Return the addresses of the location by kind: billing, and where the goods go, which is the same unless told."""
    billing = _address(customer, "")
    delivery = _address(customer, "delivery_") if "delivery_address1" in customer else None
    shipping = delivery or billing
    return {"SHIPPING": shipping, "BILLING": billing or shipping} if shipping else {}


def _address(customer: Row, prefix: str) -> dict[str, Any] | None:
    address = address_input(customer, prefix)
    if address is None:
        return None
    return {**{name: part for name, part in address.items() if name != "company"}, "recipient": customer["company"]}
