"""How far the writing of one product has come: the steps still to do, what was learnt, and how it ended."""

from dataclasses import dataclass, field
from typing import Any

from posbridge_dagster.clients.failures import Refused, RemoteFailure
from posbridge_dagster.clients.shopify.paging import Node
from posbridge_dagster.loading.once import HalfWritten, Written
from posbridge_dagster.loading.product_matching import ARTICLE, FAMILY, ITEM, SEEN, Found
from posbridge_dagster.loading.product_plan import Impossible, Rules, Stage, Step, change, creation, publishing
from posbridge_dagster.loading.works import Answer, Work
from posbridge_dagster.model.identity import tail


@dataclass
class Progress:
    """One product being written. ``steps`` are those to do, in order; ``failure`` ends it."""

    work: Work
    steps: list[Step]
    product_id: str = ""
    updated_at: str = ""
    variants: dict[str, Node] = field(default_factory=dict)
    removed: set[str] = field(default_factory=set)
    deleted: int = 0
    steps_done: int = 0
    failure: RemoteFailure | None = None

    @property
    def source_id(self) -> str:
        """The source id of the record."""
        return self.work.item.source_id

    @property
    def is_over(self) -> bool:
        """Whether nothing more is done for it."""
        return self.failure is not None or not self.steps

    def done(self, step: Step, payload: Node, rules: Rules) -> None:
        """Take in the answer of the first step: its mutation's payload, with lists as plain lists."""
        self.steps.remove(step)
        self.steps_done += 1
        product = payload.get("product") or payload.get("publishable") or {}
        self.updated_at = product.get("updatedAt") or self.updated_at
        if not self.product_id:
            self.product_id = product["id"]
            self.steps += publishing(self.product_id, rules.publications)
        made = [*(payload.get("productVariants") or ()), *(product.get("variants") or ())]
        self.variants |= {number: variant for variant in made if (number := self._article(variant["sku"]))}
        if step.stage in (Stage.RELEASE, Stage.REMOVE) and step.document == "product_variants_delete":
            self.removed |= set(step.variables["variantsIds"])
            self.deleted += len(step.variables["variantsIds"])
        elif step.stage is Stage.RELEASE and step.document == "product_variants_update":
            self.removed |= {variant["id"] for variant in step.variables["variants"]}

    @property
    def variants_there(self) -> int:
        """How many variants the product has, as far as we know."""
        found = self.work.found
        return len(found.product["variants"]) - self.deleted if isinstance(found, Found) else 0

    def replace(self, step: Step, other: Step | None) -> None:
        """Put another step in the place of one that is to be done; None lets it go."""
        place = self.steps.index(step)
        self.steps[place : place + 1] = [other] if other else []

    def _article(self, sku: str | None) -> str | None:
        contents = self.work.item.payload["variants"]
        return next((number for number, content in contents.items() if content.get("sku") == sku), None)

    @property
    def links(self) -> dict[str, dict[str, str]]:
        """The links to remember, by kind: what is known of the product even where its writing did not come to its end."""
        if not self.product_id:
            return {}
        found = self.work.found.variants if isinstance(self.work.found, Found) else {}
        known = {number: variant for number, variant in found.items() if number in self.work.item.payload["variants"]} | self.variants
        there = {number: variant for number, variant in known.items() if variant["id"] not in self.removed}
        return {
            FAMILY: {self.source_id: tail(self.product_id)},
            ARTICLE: {number: tail(variant["id"]) for number, variant in there.items()},
            ITEM: {number: tail(variant["inventoryItem"]["id"]) for number, variant in there.items()},
            SEEN: {tail(self.product_id): self.updated_at} if self.updated_at else {},
        }

    @property
    def unlinks(self) -> dict[str, dict[str, str]]:
        """The links that hold no longer, by kind: only while they still lead to what was removed."""
        found = self.work.found.variants if isinstance(self.work.found, Found) else {}
        gone = {number: variant for number, variant in found.items() if variant["id"] in self.removed}
        return {
            ARTICLE: {number: tail(variant["id"]) for number, variant in gone.items()},
            ITEM: {number: tail(variant["inventoryItem"]["id"]) for number, variant in gone.items()},
        }

    def answer(self) -> Answer:
        """Return how the writing ended.

        One that was refused half way is there and not as it should be; so is one that waits for a person to change the shop, and
        is looked at again by every run.
        """
        written = Written(tail(self.product_id)) if self.product_id else None
        if self.failure is None:
            assert written is not None, "a product without failure has an id"
            return written
        half = bool(self.steps_done) or self.work.found is None or isinstance(self.failure, Impossible)
        if isinstance(self.failure, Refused) and written is not None and half:
            return HalfWritten(written, self.failure.code or "refused", self.failure.reason)
        return self.failure


def begun(work: Work, rules: Rules) -> Progress:
    """Return the progress of a work nothing was done for yet; one that cannot be done is over."""
    if not isinstance(work.found, Found):
        return Progress(work, creation(work))
    product_id = work.found.product_id
    try:
        return Progress(work, change(work, work.found, rules), product_id, work.found.product["updatedAt"])
    except Impossible as impossible:
        return Progress(work, [], product_id, failure=impossible)


def plain(value: Any) -> Any:
    """Return the payload of a bulk row with its connections as plain lists."""
    if isinstance(value, list):
        return [plain(each) for each in value]
    if not isinstance(value, dict):
        return value
    if "edges" in value:
        return [plain(edge["node"]) for edge in value["edges"]]
    return {name: plain(below) for name, below in value.items()}
