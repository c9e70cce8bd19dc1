"""Finds or makes the B2B company of a relation, with one location and the customer as its contact.

A company's external id is unique in the shop, so it is made at most once; its ids are kept as a link because search lags.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from posbridge_dagster.clients.failures import UnknownOutcome
from posbridge_dagster.clients.shopify.client import ShopifyClient
from posbridge_dagster.clients.shopify.companies import assign_customer, company_by_external_id, company_create
from posbridge_dagster.clients.shopify.errors import UserErrors
from posbridge_dagster.ledger import Ledger
from posbridge_dagster.loading.shopify_input import address_input, gid
from posbridge_dagster.model.identity import tail

LINK = "company"

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
        company = company_by_external_id(self.client, external_id) or self._create(customer, external_id)
        if not any(tail(contact["customer"]["id"]) == customer_id for contact in company["contacts"]):
            assign_customer(self.client, company["id"], gid("Customer", customer_id))
        location = tail(company["locations"][0]["id"])
        self.ledger.link(LINK, {number: location})
        return location

    def _create(self, customer: Row, external_id: str) -> dict[str, Any]:
        address = address_input(customer)
        place = {"name": customer["company"], "externalId": external_id, "taxRegistrationId": customer["vat_number"]}
        if address:
            parts = {name: part for name, part in address.items() if name != "company"}
            place |= {"shippingAddress": {**parts, "recipient": customer["company"]}, "billingSameAsShipping": True}
        location = {name: part for name, part in place.items() if part}
        try:
            return company_create(self.client, {"name": customer["company"], "externalId": external_id}, location=location)
        except (UserErrors, UnknownOutcome):
            found = company_by_external_id(self.client, external_id)
            if found is None:
                raise
            return found
