"""Which product of Shopify is which family: by link, by custom id, by SKU; a SKU that is on two variants is never guessed."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from posbridge_dagster.clients.shopify.client import ShopifyClient
from posbridge_dagster.clients.shopify.custom_ids import products_by_custom_ids
from posbridge_dagster.clients.shopify.paging import Node
from posbridge_dagster.clients.shopify.products import products_by_ids
from posbridge_dagster.clients.shopify.variants import variants_of_skus
from posbridge_dagster.ledger import Ledger
from posbridge_dagster.loading.fields import Kept
from posbridge_dagster.loading.product_content import PRODUCT_KEY, article_custom_id
from posbridge_dagster.loading.shopify_input import gid
from posbridge_dagster.loading.works import Conflict, Work
from posbridge_dagster.model.identity import tail

FAMILY, ARTICLE, ITEM, SEEN = "family", "article", "inventory_item", "product_seen"
"""Kinds of links: family to product, article to variant, article to inventory item, product to the version we know."""

MADE_FROM_PRODUCT = "made_from_product"
"""Kind of link of a family that was made in MplusKASSA from a product of the shop: it does not travel back."""


@dataclass(frozen=True)
class Found:
    """A product of Shopify and, by article number, those of its variants that are articles of its family's or once were."""

    product: Node
    variants: Mapping[str, Node]

    @property
    def product_id(self) -> str:
        """Return the global id."""
        return str(self.product["id"])

    def others(self, articles: Iterable[str]) -> tuple[dict[str, Node], list[Node]]:
        """Return the variants that are not of these articles: those of other articles, and those that people made."""
        wanted = set(articles)
        ours = {variant["id"] for variant in self.variants.values()}
        others = {number: variant for number, variant in self.variants.items() if number not in wanted}
        return others, [variant for variant in self.product["variants"] if variant["id"] not in ours]


@dataclass(frozen=True)
class Matching:
    """Looks families up in one shop; ``by_custom_id`` only where the definition of the custom id is there."""

    client: ShopifyClient
    ledger: Ledger
    by_custom_id: bool = True

    def find(self, works: Sequence[Work]) -> dict[str, Found | Conflict]:
        """Return what each work's family is in the shop, by source id; absent where it is nothing."""
        known = self._known(works)
        by_id = products_by_ids(self.client, list(dict.fromkeys(known.values())))
        found = {source_id: by_id[product] for source_id, product in known.items() if product in by_id}
        conflicts = self._by_sku([work for work in works if work.item.source_id not in known], found)
        conflicts |= self._doubles([work for work in works if work.item.source_id in found], found)
        links = self._article_links(found.values())
        matched = {
            work.item.source_id: Found(product, match_variants(work.item, product, links))
            for work in works
            if (product := found.get(work.item.source_id))
        }
        return {**matched, **conflicts}

    def _known(self, works: Sequence[Work]) -> dict[str, str]:
        """Return the global id of the product of each work that is linked or has a custom id."""
        linked = self.ledger.links(FAMILY, [work.item.source_id for work in works])
        known = {
            work.item.source_id: gid("Product", digits) for work in works if (digits := work.target_id or linked.get(work.item.source_id))
        }
        strange = {work.item.external_id: work.item.source_id for work in works if work.item.source_id not in known}
        there = products_by_custom_ids(self.client, PRODUCT_KEY, list(strange)) if self.by_custom_id else {}
        return known | {strange[custom_id]: node["id"] for custom_id, node in there.items()}

    def _by_sku(self, works: Sequence[Work], found: dict[str, Node]) -> dict[str, Conflict]:
        """Add the products that are found by the SKUs of their variants to ``found``; return what speaks against it."""
        hits = self._hits({work.item.source_id: list(work.item.payload["variants"]) for work in works}, works)
        conflicts: dict[str, Conflict] = {}
        chosen: dict[str, str] = {}
        for work in works:
            source_id = work.item.source_id
            verdict = _one_product(hits[source_id])
            if isinstance(verdict, Conflict):
                conflicts[source_id] = verdict
            elif verdict is not None:
                chosen[source_id] = verdict
        conflicts |= self._claimed_twice(chosen)
        wanted = {source_id: product for source_id, product in chosen.items() if source_id not in conflicts}
        by_id = products_by_ids(self.client, list(wanted.values()))
        found |= {source_id: by_id[product] for source_id, product in wanted.items() if product in by_id}
        return conflicts

    def _doubles(self, works: Sequence[Work], found: Mapping[str, Node]) -> dict[str, Conflict]:
        """Return a conflict for each known product with a new article whose SKU is on a variant of another product."""
        numbers = {work.item.source_id: [str(number) for number in work.item.fields.get("variants", ())] for work in works}
        linked = self.ledger.links(ARTICLE, [number for each in numbers.values() for number in each])
        new = {source_id: [number for number in each if number not in linked] for source_id, each in numbers.items()}
        hits = self._hits(new, [work for work in works if new[work.item.source_id]])
        conflicts: dict[str, Conflict] = {}
        for source_id, found_hits in hits.items():
            elsewhere = [hit for each in found_hits.values() for hit in each if hit["product"]["id"] != found[source_id]["id"]]
            if elsewhere:
                conflicts[source_id] = Conflict("duplicate_sku", f"a new article has the SKU of {_named(elsewhere)} of another product")
        return conflicts

    def _hits(self, numbers: Mapping[str, Sequence[str]], works: Sequence[Work]) -> dict[str, dict[str, list[Node]]]:
        """Return the variants that have a SKU of each article, by source id and article number; articles that moved are left out."""
        skus = {work.item.source_id: {number: _skus(work.item, number) for number in numbers[work.item.source_id]} for work in works}
        wanted = sorted({sku for each in skus.values() for candidates in each.values() for sku in candidates})
        there = variants_of_skus(self.client, wanted)
        linked = self.ledger.links(ARTICLE, [number for each in skus.values() for number in each])
        return {
            source_id: {number: _distinct(there, candidates, linked.get(number)) for number, candidates in each.items()}
            for source_id, each in skus.items()
        }

    def _claimed_twice(self, chosen: Mapping[str, str]) -> dict[str, Conflict]:
        """Return a conflict for each family that wants a product that is another family's already."""
        wanting: dict[str, list[str]] = defaultdict(list)
        for source_id, product in chosen.items():
            wanting[product].append(source_id)
        owners = self.ledger.links_back(FAMILY, [tail(product) for product in wanting])
        conflicts: dict[str, Conflict] = {}
        for product, families in wanting.items():
            all_families = sorted({*families, *owners.get(tail(product), ())}, key=int)
            if len(all_families) > 1:
                sentence = f"product {tail(product)} has variants of the families {', '.join(all_families)}"
                conflicts |= {family: Conflict("product_of_two_families", sentence) for family in families}
        return conflicts

    def _article_links(self, products: Iterable[Node]) -> dict[str, str]:
        """Return the article of each variant we know of, by the variant's digits."""
        back = self.ledger.links_back(ARTICLE, [tail(variant["id"]) for product in products for variant in product["variants"]])
        return {variant: numbers[0] for variant, numbers in back.items()}


def match_variants(item: Kept, product: Node, links: Mapping[str, str]) -> dict[str, Node]:
    """Return the variants of a product by article number: by link, by custom id, by SKU, each article once.

    A variant with the custom id of an article that is no longer in the family is told too.
    """
    wanted = item.payload["variants"]
    by_sku = {sku: number for number in wanted for sku in _skus(item, number)}
    prefix = article_custom_id(item, "")
    matched: dict[str, Node] = {}
    for way in ("link", "custom_id", "sku"):
        taken = {variant["id"] for variant in matched.values()}
        for variant in product["variants"]:
            number = _number_by(way, variant, links, prefix, by_sku)
            if number is not None and variant["id"] not in taken:
                matched.setdefault(number, variant)
    return matched


def _number_by(way: str, variant: Node, links: Mapping[str, str], prefix: str, by_sku: Mapping[str, str]) -> str | None:
    if way == "link":
        return links.get(tail(variant["id"]))
    if way == "sku":
        return by_sku.get(variant["sku"] or "")
    custom_id = (variant["customId"] or {}).get("value") or ""
    return custom_id.removeprefix(prefix) if custom_id.startswith(prefix) else None


def _skus(item: Kept, number: str) -> list[str]:
    content: Mapping[str, Any] = item.payload["variants"][number]
    return list(dict.fromkeys(str(sku) for sku in (content.get("sku"), number, content.get("ext_article_id")) if sku))


def _distinct(there: Mapping[str, Sequence[Node]], skus: Sequence[str], linked: str | None) -> list[Node]:
    found = {variant["id"]: variant for sku in skus for variant in there.get(sku, ())}
    return [variant for variant in found.values() if tail(variant["id"]) != linked]


def _one_product(hits: Mapping[str, Sequence[Node]]) -> str | Conflict | None:
    """Return the one product that the articles of a family are in, None where they are in none."""
    for number, variants_ in hits.items():
        if len(variants_) > 1:
            return Conflict("duplicate_sku", f"the SKU of article {number} is on {_named(variants_)}")
    products = sorted({variant["product"]["id"] for found in hits.values() for variant in found})
    if len(products) > 1:
        return Conflict("several_products", f"its articles are variants of the products {', '.join(map(tail, products))}")
    return products[0] if products else None


def _named(variants_: Sequence[Node]) -> str:
    named = [f"variant {tail(variant['id'])} (SKU {variant['sku']}, product {tail(variant['product']['id'])})" for variant in variants_]
    return " and ".join(named)
