"""Kept products in Shopify: found, made with all of their variants, changed in the parts that are due, put on sale.

Few products are written one by one, each step paced by its cost; many go through bulk operations, stage by stage, whose ids are in
the ledger while they run: a run that is killed leaves the next one an operation to wait for, and what it did is found by custom id.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from posbridge_dagster.clients.failures import Misconfigured
from posbridge_dagster.clients.shopify.bulk_mutations import ended, wait_for_mutations
from posbridge_dagster.clients.shopify.client import ShopifyClient
from posbridge_dagster.clients.shopify.custom_ids import ID_TYPE, NAMESPACE
from posbridge_dagster.clients.shopify.deadline import Deadline
from posbridge_dagster.clients.shopify.metafield_definitions import Definition, are_defined, ensure_definitions
from posbridge_dagster.clients.shopify.paging import Node
from posbridge_dagster.clients.shopify.publications import publication_ids
from posbridge_dagster.ledger import Ledger
from posbridge_dagster.loading.fields import Kept, first_fields, part_of
from posbridge_dagster.loading.product_content import (
    ARTICLE_KEY,
    DEFAULT_OPTION,
    PRODUCT_KEY,
    feature_differs,
    feature_value,
    features,
    is_left,
    of_article,
    product_differs,
    product_value,
    variant_differs,
    variant_value,
)
from posbridge_dagster.loading.product_matching import Found, Matching
from posbridge_dagster.loading.product_moves import held_elsewhere, let_go
from posbridge_dagster.loading.product_plan import Rules, articles_for_sale
from posbridge_dagster.loading.product_progress import Progress, begun
from posbridge_dagster.loading.product_steps import STARTING, in_bulk, one_by_one
from posbridge_dagster.loading.works import Answer, Conflict, Work

CUSTOM_IDS = (
    Definition("PRODUCT", NAMESPACE, PRODUCT_KEY, "MplusKASSA product", ID_TYPE),
    Definition("PRODUCTVARIANT", NAMESPACE, ARTICLE_KEY, "MplusKASSA article", ID_TYPE),
)
ALL_AT_ONCE = 1_000_000  # variants leave all old products before any new one takes them in


@dataclass(frozen=True)
class ProductWriter:
    """Writes kept products into one shop.

    ``channels`` are titles of sales channels, ``definitions`` those of the features. Above ``bulk_above`` works one bulk operation
    per stage does it. ``cursor`` names where the ledger keeps the id of a running operation.
    """

    client: ShopifyClient
    ledger: Ledger
    cursor: str
    rules: Rules = field(default_factory=Rules)
    channels: Sequence[str] = ()
    definitions: Sequence[Definition] = ()
    bulk_above: int = 500
    dry_run: bool = False
    deadline: Deadline = field(default_factory=Deadline)

    batch = ALL_AT_ONCE

    def find(self, works: Sequence[Work]) -> Mapping[str, Found | Conflict]:
        """Return the product of each work by source id; waits for what an earlier run left running first."""
        self._follow_up()
        if self.dry_run:
            return Matching(self.client, self.ledger, by_custom_id=are_defined(self.client, CUSTOM_IDS)).find(works)
        ensure_definitions(self.client, [*CUSTOM_IDS, *self.definitions])
        return Matching(self.client, self.ledger).find(works)

    def differing(self, item: Kept, found: Found) -> Collection[str]:
        """Return the fields in which a product is another than it should be."""
        return set(_differing(item, found, self._rules))

    def present(self, item: Kept, found: Found) -> Mapping[str, Any]:
        """Return what stands in the fields of a product and its variants; not of those that are left as they are."""
        return dict(_present(item, found, dict(zip(self.channels, self._rules.publications, strict=True))))

    def amiss(self, item: Kept, found: Found) -> Collection[str]:
        """Return the options and variants where they are others, and the fields of variants that are missing."""
        missing = set(articles_for_sale(item)) - found.variants.keys()
        return {*_structure(item, found, self._rules), *(name for name in first_fields(item) if part_of(name) in missing)}

    def hindrances(self, works: Sequence[Work]) -> Mapping[str, Conflict]:
        """Return which products a person must see to first: their options, or the product that still has one of their articles."""
        there = [begun(work, self._rules) for work in works if isinstance(work.found, Found)]
        impossible = {each.source_id: Conflict(each.failure.code, each.failure.reason) for each in there if each.failure}
        possible = [work for work in works if work.item.source_id not in impossible]
        letting_go = {each.source_id: let_go(each) for each in there if not each.failure}
        return impossible | held_elsewhere(self.client, self.ledger, possible, letting_go)

    def apply(self, works: Sequence[Work]) -> Iterator[tuple[str, Answer]]:
        """Write, and yield source id and answer as they come."""
        progress = [begun(work, self._rules) for work in works]
        if len(works) > self.bulk_above:
            ended = in_bulk(self.client, progress, self._rules, self._mark, self.deadline)
        else:
            ended = one_by_one(self.client, progress, self._rules)
        for part in ended:
            self._remember(part)
            yield from ((each.source_id, each.answer()) for each in part)

    @cached_property
    def _rules(self) -> Rules:
        if not self.channels:
            return self.rules
        there = publication_ids(self.client)
        missing = [title for title in self.channels if title not in there]
        if missing:
            raise Misconfigured(
                f"the shop has no sales channel {', '.join(missing)}; it has {', '.join(sorted(there)) or 'none'}",
                system="Shopify",
                operation="Publications",
                code="unknown_channel",
                advice="Correct publish: in mappings/products_to_shopify.yaml, or add the channel in the shop's admin.",
            )
        return replace(self.rules, publications=tuple(there[title] for title in self.channels))

    def _follow_up(self) -> None:
        """Wait for the bulk operation that a run which was cut short has left behind."""
        pending = self.ledger.cursor(self.cursor)
        if not pending or self.dry_run:
            return
        if pending == STARTING:
            wait_for_mutations(self.client, self.deadline)
        else:
            ended(self.client, pending, self.deadline)
        self._mark("")

    def _mark(self, operation_id: str) -> None:
        self.ledger.move_cursor(self.cursor, operation_id)

    def _remember(self, ended: Sequence[Progress]) -> None:
        """Keep the links of what was written before it is closed in the ledger."""
        for kind, pairs in _merged(each.links for each in ended).items():
            self.ledger.link(kind, pairs)
        for kind, gone in _merged(each.unlinks for each in ended).items():
            there = self.ledger.links(kind, gone)
            self.ledger.unlink(kind, [number for number, target in gone.items() if there.get(number) == target])


def _merged(parts: Iterator[Mapping[str, Mapping[str, str]]]) -> dict[str, dict[str, str]]:
    merged: dict[str, dict[str, str]] = {}
    for part in parts:
        for kind, pairs in part.items():
            merged.setdefault(kind, {}).update(pairs)
    return merged


def _differing(item: Kept, found: Found, rules: Rules) -> Iterator[str]:
    own = item.payload["product"]
    yield from (name for name in own if name in item.fields and product_differs(name, own[name], found.product))
    yield from (name for name, feature in features(item, "0") if feature_differs(feature, found.product["metafields"]))
    yield from _structure(item, found, rules)
    there = {each["publication"]["id"] for each in found.product["resourcePublicationsV2"]}
    if "publications" in item.fields and not set(rules.publications) <= there:
        yield "publications"
    for number, variant in found.variants.items():
        content = item.payload["variants"].get(number, {})
        prefix = f"{number}."
        named: Callable[[str], str] = prefix.__add__
        yield from (named(name) for name in content if named(name) in item.fields and variant_differs(name, content, variant))
        yield from (name for name, feature in features(item, number) if feature_differs(feature, variant["metafields"]))


def _present(item: Kept, found: Found, channels: Mapping[str, str]) -> Iterator[tuple[str, Any]]:
    own, metafields = item.payload["product"], found.product["metafields"]
    yield from ((name, product_value(name, own[name], found.product)) for name in own if name in item.fields and not is_left(name, own))
    yield from ((name, feature_value(feature, metafields)) for name, feature in features(item, "0"))
    yield "options", [] if _option_names(found) == [DEFAULT_OPTION] else [_option(option) for option in found.product["options"]]
    yield "variants", sorted(int(number) for number in found.variants)
    there = {each["publication"]["id"] for each in found.product["resourcePublicationsV2"]}
    yield "publications", [title for title, publication in channels.items() if publication in there]
    for number, variant in found.variants.items():
        content = item.payload["variants"].get(number, {})
        for name in content:
            if of_article(number, name) in item.fields and not is_left(name, content):
                yield of_article(number, name), variant_value(name, variant)
        yield from ((name, feature_value(feature, variant["metafields"])) for name, feature in features(item, number))


def _option(option: Node) -> dict[str, Any]:
    return {"name": option["name"], "values": [value["name"] for value in option["optionValues"]]}


def _structure(item: Kept, found: Found, rules: Rules) -> Iterator[str]:
    if "options" in item.fields and _option_names(found) != (item.payload["names"] or [DEFAULT_OPTION]):
        yield "options"
    if "variants" in item.fields and _other_variants(item, found, rules):
        yield "variants"


def _option_names(found: Found) -> list[str]:
    return [option["name"] for option in found.product["options"]]


def _other_variants(item: Kept, found: Found, rules: Rules) -> bool:
    """Whether a variant is missing, or one is there that should not be."""
    wanted = articles_for_sale(item)
    gone, made_by_people = found.others(wanted)
    kept = item.payload["variants"] if rules.retired_variants == "keep" else {}
    superfluous = [number for number in gone if number not in kept]
    missing = set(wanted) - found.variants.keys()
    return bool(missing or superfluous or (made_by_people and rules.foreign_variants == "delete"))
