"""Relations small enough to know by heart, and the flow between the till and the shop."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from posbridge_dagster.clients.mplus.client import MplusClient
from posbridge_dagster.clients.mplus.relations import update_relation
from posbridge_dagster.flows.customers_to_shopify import FLOW
from posbridge_dagster.resources import mplus_client
from posbridge_dagster.sandbox.seed import AddressSeed, RelationSeed
from posbridge_dagster.sandbox.shopify import ShopifySandbox
from posbridge_dagster.settings import read_settings
from posbridge_dagster_tests.flows.in_step import Edit, InStep, in_step, next_second
from posbridge_dagster_tests.flows.little_shop import little_shop

JAN, PIET, FIRM, NOBODY, EVA, GONE, ONE, OTHER, BAD, CALLER = 10, 11, 12, 13, 14, 15, 16, 17, 18, 19
PHONE = "+31612345670"

PEOPLE = (
    RelationSeed(JAN, "Jan van den Berg", "Jan@Example.nl ", "", "", "Dorpsstraat 1 bis", "1234ab", "Ede", "Nederland", "0612345670"),
    RelationSeed(PIET, "Piet Jansen", "piet@example.nl", telephone="06-12 34 56 70"),
    RelationSeed(
        FIRM,
        "Zonnig",
        "inkoop@zonnig.example",
        "Zonnig B.V.",
        "Cas Vos",
        "Kade 3",
        "1111 AA",
        "Urk",
        vat_number="NL001234567B01",
        delivery=AddressSeed(address1="Loods 9", postal_code="2222 BB", city="Lelystad"),
    ),
    RelationSeed(NOBODY, "Niemand"),
    RelationSeed(EVA, "Eva Smit", "eva.smit@example.com", address="Dorpsstraat 1", zipcode="1234 AB", city="Ede"),
    RelationSeed(GONE, "Oud", "oud@example.nl", active=False),
    RelationSeed(ONE, "Een", "dubbel@example.nl"),
    RelationSeed(OTHER, "Ander", "Dubbel@example.nl"),
    RelationSeed(BAD, "Fout", "geen adres"),
    RelationSeed(CALLER, "Beller", telephone="0201234567"),
)
CUSTOMER = """query C($email: String!) { customerByIdentifier(identifier: {emailAddress: $email}) {
  id firstName lastName note locale tags defaultPhoneNumber { phoneNumber }
  addressesV2(first: 10) { nodes { address1 zip city company countryCodeV2 } }
  own: metafield(namespace: "posbridge", key: "mplus_relation") { value }
  vat: metafield(namespace: "posbridge", key: "vat_number") { value } } }"""
UPDATE = "mutation U($input: CustomerInput!) { customerUpdate(input: $input) { customer { id } userErrors { message } } }"


def key(number: int) -> str:
    """Return the source id of a relation."""
    return f"relation:{number}"


@dataclass
class Counter:
    """The flow, a till whose relations can be changed, and a shop whose customers a person can edit."""

    step: InStep
    till: MplusClient

    def change(self, number: int, **members: Any) -> None:
        """Change a relation at the till."""
        assert update_relation(self.till, number, members)

    def customer(self, email: str) -> dict[str, Any]:
        """Return a customer as the shop tells them; they must be there."""
        found = self.step.execute(CUSTOMER, email=email)["customerByIdentifier"]
        assert found is not None, email
        return dict(found)

    def edit(self, email: str, **fields: Any) -> None:
        """Change a customer in the shop, as a person would, some time after it was written."""
        next_second()
        answer = self.step.execute(UPDATE, input={"id": self.customer(email)["id"], **fields})
        assert answer["customerUpdate"]["userErrors"] == []

    @property
    def shop(self) -> ShopifySandbox:
        """The pretend shop itself."""
        system = self.step.sides.shopify.system
        assert isinstance(system, ShopifySandbox)
        return system

    def emails(self) -> list[str]:
        """Return the e-mail addresses of all customers."""
        return sorted(customer.email.lower() for customer in self.shop.shop.customers if customer.email)


@contextmanager
def counter(home: Path, *relations: RelationSeed, mapping: Edit | None = None, **environment: str) -> Iterator[Counter]:
    """Serve a shop and a till with these relations, PEOPLE unless told."""
    seed = little_shop(relations=relations or PEOPLE)
    ops = ("read_all_relations", "keep_shopify_customers")
    with in_step(seed, home, flow=FLOW, frame="customers", ops=ops, mapping=mapping, **environment) as step:
        till = mplus_client(read_settings())
        yield Counter(step, till)
        till.close()
