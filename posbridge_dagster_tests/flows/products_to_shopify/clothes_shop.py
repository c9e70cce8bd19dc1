"""A till with a few families that the shop does not know yet, and the shop as the flow leaves it."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from posbridge_dagster.flows.products_to_shopify import FLOW
from posbridge_dagster.flows.products_to_shopify.assets import READING_OP
from posbridge_dagster.sandbox.mplus import MplusSandbox
from posbridge_dagster.sandbox.mplus.floor import Floor
from posbridge_dagster.sandbox.seed import ArticleSeed, CustomFieldSeed, DetailSeed, FamilySeed, LocationSeed, RelationSeed, Seed
from posbridge_dagster_tests.flows.in_step import Edit, InStep, Ran, Row, in_step

SWEATER, MUG, OLD = 10, 11, 12
BLACK_M, BLACK_S, RED_S = 1000, 1001, 1002
WOOL = CustomFieldSeed("Materiaal", "wol")

PRODUCTS = """query Products($after: String) { products(first: 50, after: $after) { nodes {
  id title status vendor tags handle descriptionHtml updatedAt options { name optionValues { name } }
  customId: metafield(namespace: "posbridge", key: "mplus_product") { value }
  metafields(first: 20) { nodes { namespace key type value } }
  resourcePublicationsV2(first: 5) { nodes { publication { id } } }
  variants(first: 100) { nodes { id sku barcode price compareAtPrice taxable inventoryPolicy selectedOptions { name value }
    inventoryItem { id tracked unitCost { amount } measurement { weight { unit value } } }
    customId: metafield(namespace: "posbridge", key: "mplus_article") { value }
    metafields(first: 10) { nodes { namespace key type value } } } }
} pageInfo { hasNextPage endCursor } } }"""


def article(number: int, text: str, cents: int = 2995, **members: Any) -> ArticleSeed:
    """Return an article that the shop does not know; members of DetailSeed go there."""
    details = {name: members.pop(name) for name in list(members) if name in DetailSeed.__dataclass_fields__}
    return ArticleSeed(number, "", text, cents, details=DetailSeed(**details), **members)


SWEATERS = (
    article(BLACK_M, "Trui zwart M", colour="Zwart", size="M", barcode="8710000010007", colour_position=1, size_position=2,
            purchase_cents=1200, custom_fields=(WOOL,)),
    article(BLACK_S, "Trui zwart S", colour="Zwart", size="S", barcode="8710000010014", colour_position=1, size_position=1),
    article(RED_S, "Trui rood S", colour="Rood", size="S", barcode="8710000010021", colour_position=2, size_position=1),
)  # fmt: skip
FAMILIES = (
    FamilySeed(SWEATER, "Trui", SWEATERS, brand="Wolmij", long_text="Warm."),
    FamilySeed(MUG, "Mok", (article(1100, "Mok", 995),)),
    FamilySeed(OLD, "Oude vaas", (article(1200, "Oude vaas", 1995, active=False),)),
)


def clothes(*families: FamilySeed, **members: Any) -> Seed:
    """Return a seed of these families, else those of the till."""
    return Seed(
        families=list(families or FAMILIES),
        locations=[LocationSeed(1, "Winkel", 1)],
        customers=[],
        relations=[RelationSeed(1, "Kassaklant")],
        orders=[],
        **members,
    )


@dataclass
class Clothes:
    """The pair of systems with the flow between them."""

    step: InStep

    def run(self, **how: Any) -> Ran:
        """Run the flow; it must end well."""
        ran = self.step.run(**how)
        assert ran.success, ran.failure
        return ran

    @property
    def floor(self) -> Floor:
        """The staff of the till."""
        system = self.step.sides.mplus.system
        assert isinstance(system, MplusSandbox)
        return system.floor

    def products(self) -> dict[int, Row]:
        """Return the shop's products by family, as Shopify tells them; a family that is there twice fails."""
        found: dict[int, Row] = {}
        after, more = None, True
        while more:
            page = self.step.execute(PRODUCTS, after=after)["products"]
            for node in page["nodes"]:
                family = int(node["customId"]["value"].rpartition(":")[2]) if node["customId"] else -len(found) - 1
                assert family not in found, f"family {family} is in the shop twice"
                found[family] = node
            after, more = page["pageInfo"]["endCursor"], page["pageInfo"]["hasNextPage"]
        return found

    def product(self, family: int) -> Row:
        """Return one product."""
        return self.products()[family]

    def variants(self, family: int) -> dict[str, Row]:
        """Return the variants of a product by SKU."""
        return {variant["sku"]: variant for variant in self.product(family)["variants"]["nodes"]}

    def writes(self) -> list[str]:
        """Return the operations that changed the shop."""
        return [call.operation for call in self.step.sides.shopify.control.calls if call.wrote]

    def forget_calls(self) -> None:
        """Empty the logs of calls."""
        self.step.sides.forget_calls()

    def edit(self, mutation: str, **variables: Any) -> None:
        """Change something in the shop as a person does: not in the second of the flow's own write, which is all Shopify tells of time."""
        next_second()
        (payload,) = self.step.execute(mutation, **variables).values()
        assert not payload["userErrors"], payload["userErrors"]


def next_second() -> None:
    """Return when the clock shows another second."""
    second, pause, deadline = int(time.time()), threading.Event(), time.monotonic() + 5
    while int(time.time()) == second:
        assert time.monotonic() < deadline, "the clock stands still"
        pause.wait(0.02)


@contextmanager
def clothes_shop(home: Path, *families: FamilySeed, mapping: Edit | None = None, **environment: str) -> Iterator[Clothes]:
    """Serve both systems with a home of their own."""
    with in_step(
        clothes(*families), home, flow=FLOW, frame="products", ops=(READING_OP, "write_shopify_products"), mapping=mapping, **environment
    ) as step:
        yield Clothes(step)


def setting(name: str, value: Any) -> Edit:
    """Return an edit of the mapping files that gives the flow another setting."""

    def edit(files: dict[str, Row]) -> None:
        files[FLOW]["settings"][name] = value

    return edit
