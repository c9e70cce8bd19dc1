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
    alike,
    article_custom_id,
    chosen_values,
    features,
    is_simple,
    new_product,
    option_inputs,
    option_values,
    product_update_input,
    set_variant,
    variant_input,
    with_tags,
    with_values_of,
)
from posbridge_dagster.loading.product_matching import Found
from posbridge_dagster.loading.works import Work
from posbridge_dagster.model.identity import tail

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
        is_whole = self._other_options() or self._clashes(superfluous)
        if is_whole:
            yield self._as_a_whole([*gone.values(), *made_by_people], superfluous)
        else:
            yield from self._updates()
            yield from self._additions()
            if "options" in due and not is_simple(self.item):
                yield self._reordered()
        yield from self._removals(superfluous, removes_last=not is_whole)
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

    def _clashes(self, superfluous: Sequence[Node]) -> bool:
        """Whether a variant is to have the values that another one has now: colours that change places, an article in place of another."""
        leaving = {variant["id"] for variant in self._deleted_first(superfluous)[0]}
        there = {alike(chosen_values(variant)): variant["id"] for variant in self.found.product["variants"] if variant["id"] not in leaving}
        for number in articles_for_sale(self.item):
            own = self.found.variants.get(number)
            if there.get(alike(option_values(self.item, number))) not in (None, own["id"] if own else None):
                return True
        return False

    def _as_a_whole(self, others: Sequence[Node], superfluous: Sequence[Node]) -> Step:
        """Return the step that sets options and variants at once: all variants that stay are named, so none of them is lost.

        With other options, variants that stay and are not the till's have no values; a person must decide about them.
        """
        leaving = {variant["id"] for variant in superfluous}
        staying = [variant for variant in others if variant["id"] not in leaving]
        if staying and self._other_options():
            there = ", ".join(option["name"] for option in self.found.product["options"])
            wanted = ", ".join(self.item.payload["names"]) or "none"
            reason = f"its options should be {wanted} instead of {there}, and {len(staying)} of its variants are not the till's"
            raise Impossible("options_changed", reason)
        self._none_taken(staying)
        variants = [self._set_variant(number) for number in articles_for_sale(self.item)]
        variants += [{"id": variant["id"], "optionValues": chosen_values(variant)} for variant in staying]
        options = [with_values_of(option, staying) for option in option_inputs(self.item)]
        content = {"productOptions": options, "variants": variants}
        return Step(Stage.SET, "product_set", {"identifier": {"id": self.found.product_id}, "input": content})

    def _none_taken(self, staying: Sequence[Node]) -> None:
        taken = {alike(chosen_values(variant)): variant["id"] for variant in staying}
        for number in articles_for_sale(self.item):
            variant = taken.get(alike(option_values(self.item, number)))
            if variant is not None:
                reason = f"article {number} should have the values of variant {tail(variant)}, which is not the till's: delete that one"
                raise Impossible("values_taken", f"{reason}, or give it others")

    def _set_variant(self, number: str) -> dict[str, Any]:
        if number not in self.found.variants:
            return set_variant(self.item, number, self.work.fields)
        content = variant_input(self.item, number, self.work.fields, new=False)
        return {**content, "id": self.found.variants[number]["id"], "optionValues": option_values(self.item, number)}

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

    def _removals(self, superfluous: Sequence[Node], *, removes_last: bool) -> Iterator[Step]:
        """Yield the deletions. The last variant cannot be deleted: it gives up its SKU and id first, and goes when others are there."""
        now, later = ([variant["id"] for variant in part] for part in self._deleted_first(superfluous))
        if now:
            yield Step(Stage.RELEASE, "product_variants_delete", {"productId": self.found.product_id, "variantsIds": now}, repeatable=False)
        if later:
            yield from self._released(later[0])
            if self._missing() and removes_last:
                variables = {"productId": self.found.product_id, "variantsIds": later}
                yield Step(Stage.REMOVE, "product_variants_delete", variables, repeatable=False)

    def _deleted_first(self, superfluous: Sequence[Node]) -> tuple[list[Node], list[Node]]:
        """Return the variants to delete before anything else, and the one that must wait because no other would be left."""
        ids = {variant["id"] for variant in superfluous}
        staying = [variant for variant in self.found.product["variants"] if variant["id"] not in ids]
        return (list(superfluous), []) if staying else (list(superfluous[1:]), list(superfluous[:1]))

    def _emptied(self) -> Iterator[Step]:
        """Yield what a family without articles leaves behind: one variant that belongs to nothing any more."""
        ours = list(self.found.variants.values())
        yield from self._removals(ours, removes_last=False)

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
