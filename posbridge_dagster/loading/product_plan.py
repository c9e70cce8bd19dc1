"""What has to be asked of Shopify to bring one product to where it should be, as steps in the order they must be done.

Steps of the first stage of all products come before any other step: an article that moves to another family leaves its old
product before the new one takes it in, for its custom id can be there only once.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Any, Literal

from posbridge_dagster.clients.failures import Refused
from posbridge_dagster.clients.shopify.custom_ids import ID_TYPE, NAMESPACE, custom_id
from posbridge_dagster.clients.shopify.metafields import METAFIELDS_IN_A_CALL
from posbridge_dagster.clients.shopify.paging import Node
from posbridge_dagster.clients.shopify.products import VARIANTS_IN_A_CALL
from posbridge_dagster.loading.fields import Kept
from posbridge_dagster.loading.product_content import (
    ARTICLE_KEY,
    DEFAULT_OPTION,
    PRODUCT_KEY,
    article_custom_id,
    features,
    is_simple,
    new_product,
    option_inputs,
    option_values,
    product_update_input,
    set_variant,
    variant_input,
    with_tags,
)
from posbridge_dagster.loading.product_matching import Found
from posbridge_dagster.loading.works import Work

REORDERING = "product_options_reorder"


class Stage(IntEnum):
    """When a step is done; metafields come early, because their answers do not tell the version of the product that they leave."""

    RELEASE = 0
    SET_METAFIELDS = 1
    DELETE_METAFIELDS = 2
    SET = 3
    UPDATE = 4
    UPDATE_VARIANTS = 5
    CREATE_VARIANTS = 6
    REORDER = 7
    REMOVE = 8
    PUBLISH = 9


@dataclass(frozen=True)
class Step:
    """One mutation: the name of its document, its variables, and whether it may be sent twice."""

    stage: Stage
    document: str
    variables: Mapping[str, Any]
    repeatable: bool = True


@dataclass(frozen=True)
class Rules:
    """What the mapping file decides about variants and sales channels; ``publications`` are global ids."""

    retired_variants: Literal["delete", "keep"] = "delete"
    foreign_variants: Literal["keep", "delete"] = "keep"
    publications: tuple[str, ...] = ()


class Impossible(Refused):
    """A change that would cost something people made."""

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(reason, system="Shopify", operation="product", code=code)


def creation(work: Work) -> list[Step]:
    """Return the step that makes a product with all of its variants; it is published when its id is known."""
    identifier = custom_id(PRODUCT_KEY, work.item.external_id)
    variables = {"identifier": identifier, "input": new_product(work.item, work.fields, articles_for_sale(work.item))}
    return [Step(Stage.SET, "product_set", variables)]


def publishing(product_id: str, publications: Sequence[str]) -> list[Step]:
    """Return the step that puts a product on sale at sales channels."""
    targets = [{"publicationId": each} for each in publications]
    return [Step(Stage.PUBLISH, "publish", {"id": product_id, "input": targets})] if targets else []


def completed(step: Step, there: Mapping[str, Sequence[str]]) -> Step | None:
    """Return a reordering that names every value that is there, as Shopify demands; None where all stand in that order already.

    ``there`` are the values by option, also those that no variant has any more. Those that are not the till's come last.
    """
    wanted = {option["name"]: [value["name"] for value in option["values"]] for option in step.variables["options"]}
    order = {
        name: [*(value for value in values if value in there.get(name, ())), *(each for each in there.get(name, ()) if each not in values)]
        for name, values in wanted.items()
    }
    if list(order.items()) == [(name, list(values)) for name, values in there.items()]:
        return None
    options = [{"name": name, "values": [{"name": value} for value in values]} for name, values in order.items()]
    return Step(step.stage, step.document, {**step.variables, "options": options}, step.repeatable)


def articles_for_sale(item: Kept) -> list[str]:
    """Return the articles that should be variants, in the till's sequence."""
    wanted = {str(number) for number in item.fields.get("variants", ())}
    return [number for number in item.payload["variants"] if number in wanted]


def change(work: Work, found: Found, rules: Rules) -> list[Step]:
    """Return the steps that write the due fields of a product that is there; raises Impossible."""
    return sorted(_Change(work, found, rules).steps(), key=lambda step: step.stage)


@dataclass(frozen=True)
class _Change:
    work: Work
    found: Found
    rules: Rules

    @property
    def item(self) -> Kept:
        return self.work.item

    def steps(self) -> Iterator[Step]:
        """Yield the steps, in no particular order."""
        due = set(self.work.fields)
        yield from self._product(due)
        yield from self._metafields(due)
        if self.item.payload["state"] != "for_sale":
            yield from self._emptied() if self.item.payload["state"] == "empty" else self._updates()
            yield from self._publication(due)
            return
        gone, made_by_people = self.found.others(articles_for_sale(self.item))
        superfluous = self._superfluous(gone, made_by_people)
        if self._other_options():
            yield self._restructured(gone, made_by_people, superfluous)
        else:
            yield from self._updates()
            yield from self._additions()
            if "options" in due and not is_simple(self.item):
                yield self._reordered()
        yield from self._removals(superfluous)
        yield from self._publication(due)

    def _product(self, due: set[str]) -> Iterator[Step]:
        own = self.item.payload["product"]
        fields = product_update_input({name: value for name, value in own.items() if name in due})
        if "tags" in due and (tags := with_tags(self.found.product, own["tags"])) != self.found.product["tags"]:
            fields["tags"] = tags
        if fields:
            yield Step(Stage.UPDATE, "product_update", {"product": {"id": self.found.product_id, **fields}})

    def _updates(self) -> Iterator[Step]:
        """Yield the changes of variants that are there; those of the same call are written together or not at all."""
        changed, matched = [], self.found.variants
        for number in self.item.payload["variants"]:
            content = variant_input(self.item, number, self.work.fields, new=False) if number in matched else {}
            if content:
                changed.append({"id": matched[number]["id"], **content})
        for part in _parts(changed, VARIANTS_IN_A_CALL):
            yield Step(Stage.UPDATE_VARIANTS, "product_variants_update", {"productId": self.found.product_id, "variants": part})

    def _additions(self) -> Iterator[Step]:
        new = [variant_input(self.item, number, self.work.fields, new=True) for number in self._missing()]
        for part in _parts(new, VARIANTS_IN_A_CALL):
            variables = {"productId": self.found.product_id, "variants": part}
            yield Step(Stage.CREATE_VARIANTS, "product_variants_create", variables, repeatable=False)

    def _missing(self) -> list[str]:
        return [number for number in articles_for_sale(self.item) if number not in self.found.variants]

    def _other_options(self) -> bool:
        """Whether the product has other options than it should have."""
        there = [option["name"] for option in self.found.product["options"]]
        return there != (self.item.payload["names"] or [DEFAULT_OPTION])

    def _restructured(self, gone: Mapping[str, Node], made_by_people: Sequence[Node], superfluous: Sequence[Node]) -> Step:
        """Return the step that gives the product other options: all of its variants are named, so none is lost.

        Variants that stay and are not the till's have no values of the new options; a person must decide about them.
        """
        staying = {variant["id"] for variant in [*gone.values(), *made_by_people]} - {variant["id"] for variant in superfluous}
        if staying:
            there = ", ".join(option["name"] for option in self.found.product["options"])
            wanted = ", ".join(self.item.payload["names"]) or "none"
            reason = f"its options should be {wanted} instead of {there}, and {len(staying)} of its variants are not the till's"
            raise Impossible("options_changed", reason)
        variants = []
        for number in articles_for_sale(self.item):
            if number in self.found.variants:
                content = variant_input(self.item, number, self.work.fields, new=False)
                values = option_values(self.item, number)
                variants.append({**content, "id": self.found.variants[number]["id"], "optionValues": values})
            else:
                variants.append(set_variant(self.item, number, self.work.fields))
        content = {"productOptions": option_inputs(self.item), "variants": variants}
        return Step(Stage.SET, "product_set", {"identifier": {"id": self.found.product_id}, "input": content})

    def _reordered(self) -> Step:
        """Return the step that puts options and values into the till's sequence; it is completed with the values of others."""
        options = [{"name": each["name"], "values": [{"name": value} for value in each["values"]]} for each in self.item.fields["options"]]
        return Step(Stage.REORDER, REORDERING, {"productId": self.found.product_id, "options": options})

    def _superfluous(self, gone: Mapping[str, Node], made_by_people: Sequence[Node]) -> list[Node]:
        """Return the variants to delete: of articles that left the family always, of retired ones and strange ones by setting."""
        stays = self.rules.retired_variants == "keep"
        retired = self.item.payload["variants"]
        own = [variant for number, variant in gone.items() if not (stays and number in retired)]
        return [*own, *(made_by_people if self.rules.foreign_variants == "delete" else ())]

    def _removals(self, superfluous: Sequence[Node]) -> Iterator[Step]:
        """Yield the deletions. The last variant cannot be deleted: it gives up its SKU and id first, and goes when others are there."""
        ids = [variant["id"] for variant in superfluous]
        staying = [variant["id"] for variant in self.found.product["variants"] if variant["id"] not in ids]
        now, later = (ids, []) if staying else (ids[1:], ids[:1])
        if now:
            yield Step(Stage.RELEASE, "product_variants_delete", {"productId": self.found.product_id, "variantsIds": now}, repeatable=False)
        if later:
            yield from self._released(later[0])
            if self._missing() and not self._other_options():
                variables = {"productId": self.found.product_id, "variantsIds": later}
                yield Step(Stage.REMOVE, "product_variants_delete", variables, repeatable=False)

    def _emptied(self) -> Iterator[Step]:
        """Yield what a family without articles leaves behind: one variant that belongs to nothing any more."""
        ours = list(self.found.variants.values())
        yield from self._removals(ours)

    def _released(self, variant_id: str) -> Iterator[Step]:
        bare = {"id": variant_id, "inventoryItem": {"sku": ""}}
        yield Step(Stage.RELEASE, "product_variants_update", {"productId": self.found.product_id, "variants": [bare]})
        mark = {"ownerId": variant_id, "namespace": NAMESPACE, "key": ARTICLE_KEY}
        yield Step(Stage.RELEASE, "metafields_delete", {"metafields": [mark]})

    def _metafields(self, due: set[str]) -> Iterator[Step]:
        """Yield the custom ids that are missing and the features that are due; one that became empty is deleted."""
        owners = {"0": self.found.product, **self.found.variants}
        written, deleted = [], []
        for number, owner in owners.items():
            if number != "0" and number not in self.item.payload["variants"]:
                continue
            written += self._missing_custom_id(number, owner)
            for name, feature in features(self.item, number):
                mark = {"ownerId": owner["id"], "namespace": feature["namespace"], "key": feature["key"]}
                if name in due and feature["value"]:
                    written.append({**mark, "type": feature["type"], "value": feature["value"]})
                elif name in due and any((row["namespace"], row["key"]) == (mark["namespace"], mark["key"]) for row in owner["metafields"]):
                    deleted.append(mark)
        for part in _parts(written, METAFIELDS_IN_A_CALL):
            yield Step(Stage.SET_METAFIELDS, "metafields_set", {"metafields": part})
        for part in _parts(deleted, METAFIELDS_IN_A_CALL):
            yield Step(Stage.DELETE_METAFIELDS, "metafields_delete", {"metafields": part})

    def _missing_custom_id(self, number: str, owner: Node) -> list[dict[str, Any]]:
        key, value = (PRODUCT_KEY, self.item.external_id) if number == "0" else (ARTICLE_KEY, article_custom_id(self.item, number))
        if (owner["customId"] or {}).get("value") == value:
            return []
        return [{"ownerId": owner["id"], "namespace": NAMESPACE, "key": key, "type": ID_TYPE, "value": value}]

    def _publication(self, due: set[str]) -> Iterator[Step]:
        there = {each["publication"]["id"] for each in self.found.product["resourcePublicationsV2"]}
        if "publications" in due:
            yield from publishing(self.found.product_id, [each for each in self.rules.publications if each not in there])


def _parts(rows: Sequence[Any], size: int) -> Iterator[list[Any]]:
    for start in range(0, len(rows), size):
        yield list(rows[start : start + size])
