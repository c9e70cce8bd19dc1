"""Kept products in MplusKASSA: families found by link or by their article numbers, made with their articles, changed in what is due."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from posbridge_dagster.clients.failures import Busy, Refused, UnknownOutcome, Unreachable
from posbridge_dagster.clients.mplus.articles import products
from posbridge_dagster.clients.mplus.client import MplusClient
from posbridge_dagster.clients.mplus.products import create_product, products_of_articles, update_product
from posbridge_dagster.clients.mplus.reading import Record
from posbridge_dagster.ledger import Ledger
from posbridge_dagster.loading.fields import Kept, field_of, first_fields, part_of
from posbridge_dagster.loading.once import Written
from posbridge_dagster.loading.product_matching import ARTICLE, FAMILY, ITEM, MADE_FROM_PRODUCT
from posbridge_dagster.loading.works import Answer, Conflict, Work

_FAMILY = {"description": "description", "long_text": "extraText"}
_ARTICLE = {
    "description": "description",
    "colour": "colour",
    "size": "size",
    "barcode": "barcode",
    "brand": "brandName",
    "long_text": "extraText",
    "price_minor": "priceIncl",
    "price_excl_minor": "priceExcl",
    "purchase_minor": "purchasePrice",
    "vat_code": "vatCode",
    "turnover_group": "turnoverGroup",
    "active": "active",
    "webshop": "webshop",
    "stock_article": "stockArticle",
}


@dataclass(frozen=True)
class MplusProductWriter:
    """Writes kept products into one administration, one call each.

    A kept product's payload has ``family`` (fields), ``articles`` (fields by article number) and ``variants`` (what each article is
    in the shop). What was written is linked, so that neither flow takes it for its own.
    """

    client: MplusClient
    ledger: Ledger
    batch = 100

    def find(self, works: Sequence[Work]) -> Mapping[str, Record | Conflict]:
        """Return the product of each work by source id: the one it is linked to, else the one that its articles are in."""
        linked = {int(work.target_id): work.item.source_id for work in works if work.target_id}
        found: dict[str, Record | Conflict] = {linked[product["productNumber"]]: product for product in products(self.client, list(linked))}
        strange = [work for work in works if not work.target_id]
        numbers = [int(number) for work in strange for number in work.item.payload["articles"]]
        by_article = products_of_articles(self.client, numbers) if numbers else {}
        owners = self.ledger.links(FAMILY, {str(product["productNumber"]) for product in by_article.values()})
        for work in strange:
            there = {
                product["productNumber"]: product for number in work.item.payload["articles"] if (product := by_article.get(int(number)))
            }
            if len(there) > 1:
                named = ", ".join(map(str, sorted(there)))
                found[work.item.source_id] = Conflict("several_families", f"its SKUs are articles of the families {named}")
            elif there:
                family, product = next(iter(there.items()))
                owner = owners.get(str(family), work.item.source_id)
                found[work.item.source_id] = product if owner == work.item.source_id else _owned(family, owner)
        return found

    def differing(self, item: Kept, found: Record) -> Collection[str]:
        """Return the fields in which a family or its articles are other than they should be."""
        return {name for name, there in _all_present(item, found).items() if _other(there, item.fields[name])}

    def present(self, item: Kept, found: Record) -> Mapping[str, Any]:
        """Return what stands in the fields of a family and its articles; not of those that are left as they are."""
        there = _all_present(item, found)
        return {name: value for name, value in there.items() if field_of(name) in _TEXTS or item.fields[name] is not None}

    def amiss(self, item: Kept, found: Record) -> Collection[str]:
        """Return the fields of articles that the family does not have."""
        missing = item.payload["articles"].keys() - _there(found)
        return {name for name in first_fields(item) if part_of(name) in missing}

    def apply(self, works: Sequence[Work]) -> Iterator[tuple[str, Answer]]:
        """Write, and yield source id and answer as they come."""
        for work in works:
            try:
                yield work.item.source_id, self._written(work)
            except (Refused, Busy, Unreachable, UnknownOutcome) as failure:
                yield work.item.source_id, failure

    def _written(self, work: Work) -> Written:
        item = work.item
        if work.found is None:
            articles = [_article(work, number) for number in item.payload["articles"]]
            number = create_product(self.client, {**_family(work), "articleList": articles})
        else:
            number = int(work.found["productNumber"])
            changes = _changes(work)
            if changes and not update_product(self.client, number, changes):
                raise Refused(f"product {number} is gone", system="MplusKASSA", operation="updateProduct", code="gone_from_target")
        self._link(item, str(number))
        return Written(str(number), str(number))

    def _link(self, item: Kept, family: str) -> None:
        variants = item.payload["variants"]
        self.ledger.link(MADE_FROM_PRODUCT, {family: item.source_id})
        self.ledger.link(FAMILY, {family: item.source_id})
        self.ledger.link(ARTICLE, {number: ids["variant"] for number, ids in variants.items()})
        self.ledger.link(ITEM, {number: ids["item"] for number, ids in variants.items()})


def _owned(family: int, product: str) -> Conflict:
    reason = f"its SKUs are articles of family {family}, which is product {product} of the shop: no two products may be one family"
    return Conflict("family_of_other_product", reason)


def _changes(work: Work) -> dict[str, Any]:
    """Return the members of the family that are due, and of its articles; an article that is not there comes also without any."""
    there = _there(work.found)
    articles = [_article(work, number) for number in work.item.payload["articles"]]
    changed = [article for article in articles if len(article) > 1 or str(article["articleNumber"]) not in there]
    return {**_family(work), **({"articleList": changed} if changed else {})}


def _all_present(item: Kept, found: Record) -> dict[str, Any]:
    """Return what stands in the fields of a family and of those of its articles that are there."""
    there: dict[str, Any] = {name: found.get(_FAMILY[name]) or None for name in item.payload["family"]}
    for article in found["articleList"]:
        number = str(article["articleNumber"])
        there |= {f"{number}.{name}": article.get(_ARTICLE[name]) for name in item.payload["articles"].get(number, ())}
    return there


def _there(found: Record) -> set[str]:
    return {str(article["articleNumber"]) for article in found["articleList"]}


def _family(work: Work) -> dict[str, Any]:
    own = work.item.payload["family"]
    return {_FAMILY[name]: value or "" for name, value in own.items() if name in work.fields}


def _article(work: Work, number: str) -> dict[str, Any]:
    """Return the members of an article that are due; a text that became empty is cleared."""
    content = work.item.payload["articles"][number]
    due = {name: value for name, value in content.items() if f"{number}.{name}" in work.fields}
    members = {_ARTICLE[name]: "" if value is None and name in _TEXTS else value for name, value in due.items()}
    return {"articleNumber": int(number), **{name: value for name, value in members.items() if value is not None}}


_TEXTS = ("colour", "size", "barcode", "brand", "long_text", "description")


def _other(there: Any, wanted: Any) -> bool:
    return bool((there or None) != (wanted or None)) if isinstance(wanted, str) or wanted is None else bool(there != wanted)
