"""A tree of groups small enough to know by heart, and the flow between the till and the shop."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from posbridge_dagster.flows.categories_to_shopify import FLOW
from posbridge_dagster.sandbox.mplus import MplusSandbox
from posbridge_dagster.sandbox.mplus.floor import Floor
from posbridge_dagster.sandbox.seed import ArticleSeed, FamilySeed, GroupSeed, Seed
from posbridge_dagster.sandbox.shopify import ShopifySandbox
from posbridge_dagster_tests.flows.in_step import Edit, InStep, in_step, next_second
from posbridge_dagster_tests.flows.little_shop import BAG, BOOK, little_shop

DRINKS, TEA, GREEN, FOOD = 10, 11, 12, 20
BAGS, BOOKS, SIGNS = 1001, 1002, 7000
WAITING = 1500

GROUPS = (
    GroupSeed(DRINKS, "Dranken", text="Alles om te drinken"),
    GroupSeed(TEA, "Thee & kruiden", parent=DRINKS),
    GroupSeed(GREEN, "Groene thee", parent=TEA),
    GroupSeed(FOOD, "Eten"),
)
COLLECTIONS = """query C { collections(first: 100) { nodes { id title handle descriptionHtml
  own: metafield(namespace: "posbridge", key: "mplus_group") { value }
  parent: metafield(namespace: "posbridge", key: "mplus_parent") { value }
  products(first: 250) { nodes { variants(first: 5) { nodes { sku } } } }
  resourcePublicationsV2(first: 10) { nodes { publication { catalog { title } } } } } } }"""
UPDATE = "mutation U($collection: CollectionUpdateInput!) { collectionUpdate(collection: $collection) { userErrors { message } } }"
CREATE = """mutation N($collection: CollectionCreateInput!) { collectionCreate(collection: $collection) {
  collection { id } userErrors { message } } }"""


def key(number: int) -> str:
    """Return the source id of a group."""
    return f"group:{number}"


def shelf_seed() -> Seed:
    """Return a shop with three products in a tree of three levels, and one family that the shop does not have."""
    waiting = FamilySeed(WAITING, "Kop", (ArticleSeed(150001, "", "Kop", 500),), groups=(FOOD,))
    seed = little_shop(families=(waiting,))
    placed = {BAGS: (DRINKS,), BOOKS: (GREEN,), SIGNS: (TEA, FOOD)}
    families = [replace(family, groups=placed.get(family.number, family.groups)) for family in seed.families]
    return replace(seed, families=families, groups=list(GROUPS))


@dataclass
class Shelf:
    """The flow, the staff of the till, and a shop whose collections a person can edit."""

    step: InStep

    @property
    def staff(self) -> Floor:
        """Those who change groups at the till."""
        system = self.step.sides.mplus.system
        assert isinstance(system, MplusSandbox)
        return system.floor

    @property
    def shop(self) -> ShopifySandbox:
        """The pretend shop itself."""
        system = self.step.sides.shopify.system
        assert isinstance(system, ShopifySandbox)
        return system

    def collections(self) -> dict[str, dict[str, Any]]:
        """Return the collections as the shop tells them, by the group they carry, others by their title; one that is there twice fails."""
        nodes = self.step.execute(COLLECTIONS)["collections"]["nodes"]
        keys = [node["own"]["value"].partition(":")[2] if node["own"] else node["title"] for node in nodes]
        assert len(keys) == len(set(keys)), "a group is in the shop twice"
        return dict(zip(keys, nodes, strict=True))

    def members(self) -> dict[str, set[str]]:
        """Return the SKUs in each collection."""
        return {
            number: {variant["sku"] for product in node["products"]["nodes"] for variant in product["variants"]["nodes"]}
            for number, node in self.collections().items()
        }

    def edit(self, group: int, **fields: Any) -> None:
        """Change a collection in the shop, as a person would, some time after it was written."""
        next_second()
        answer = self.step.execute(UPDATE, collection={"id": self.collections()[str(group)]["id"], **fields})
        assert answer["collectionUpdate"]["userErrors"] == []


@contextmanager
def shelf(home: Path, seed: Seed | None = None, *, mapping: Edit | None = None, **environment: str) -> Iterator[Shelf]:
    """Serve a shop and a till with the tree, or with another seed."""
    ops = ("read_groups", "keep_shopify_collections")
    with in_step(seed or shelf_seed(), home, flow=FLOW, frame="collections", ops=ops, mapping=mapping, **environment) as step:
        yield Shelf(step)


SKUS = {BAGS: str(BAG), BOOKS: str(BOOK), SIGNS: "85123A"}
