"""The goods of the shop: article groups, families and their articles."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import product

from posbridge_dagster.sandbox.generator.barcodes import barcode
from posbridge_dagster.sandbox.generator.details import details
from posbridge_dagster.sandbox.generator.words import BRANDS, COLOURS, SHELVES, Shelf
from posbridge_dagster.sandbox.seed import ArticleSeed, FamilySeed, GroupSeed

FIRST_FAMILY = 1000
LETTERED_STEMS = (85123, 85099, 84406, 22423)  # goods whose SKU is no number: stem and letter, such as 85123A
LETTERED_LINES = ("Hartje", "Ster", "Ruitje")
UNKNOWN_FAMILY = 1900
UNKNOWN_SKU = "199901"


@dataclass(frozen=True)
class Good:
    """An article with the family it belongs to: what a customer takes off the shelf."""

    family: FamilySeed
    article: ArticleSeed

    @property
    def lettered(self) -> bool:
        """Whether its SKU is no number."""
        return not self.article.code.isdecimal()


@dataclass(frozen=True)
class Catalogue:
    """All goods: those the till knows, and the one that only the Shopify shop knows."""

    groups: tuple[GroupSeed, ...]
    families: tuple[FamilySeed, ...]
    unknown: FamilySeed

    @cached_property
    def goods(self) -> tuple[Good, ...]:
        """Every article that both systems know."""
        return tuple(Good(family, article) for family in self.families for article in family.articles)


def stock_the_shelves(chance: random.Random) -> Catalogue:
    """Return about 120 families in a tree of article groups; some come in colours and sizes, some have lettered SKUs."""
    groups = tuple(GroupSeed(shelf.group, shelf.name, shelf.parent, f"Alles voor {shelf.name.lower()}.") for shelf in SHELVES)
    families = [*_numbered(chance), *_lettered(chance)]
    unknown = ArticleSeed(0, UNKNOWN_SKU, "Proefmodel zomer", 1250, barcode=barcode(int(UNKNOWN_SKU)), stock=5)
    return Catalogue(groups, tuple(families), FamilySeed(UNKNOWN_FAMILY, unknown.description, (unknown,), groups=(30,)))


def _numbered(chance: random.Random) -> Iterator[FamilySeed]:
    number = FIRST_FAMILY
    for shelf in SHELVES:
        for name in shelf.names():
            brand = chance.choice(BRANDS)
            description = f"{name} {brand}".strip()
            yield FamilySeed(number, description, _articles(chance, shelf, number, description), (shelf.group,), brand)
            number += 1


def _articles(chance: random.Random, shelf: Shelf, family: int, description: str) -> tuple[ArticleSeed, ...]:
    """Return the articles of a family: one, or one per colour and size; the number is the family's with two digits more."""
    colours = sorted(chance.sample(COLOURS, 2)) if shelf.sizes else [""]
    price = _price(chance, shelf)
    return tuple(
        ArticleSeed(
            article_number=family * 100 + place,
            code=str(family * 100 + place),
            description=" ".join(filter(None, (description, colour, size))),
            price_cents=price,
            vat_rate=shelf.vat_rate,
            barcode=barcode(family * 100 + place),
            colour=colour,
            size=size,
            stock=chance.randint(0, 60),
            details=details(
                family * 100 + place,
                price,
                description,
                colour_position=COLOURS.index(colour) + 1 if colour else 0,
                size_position=shelf.sizes.index(size) + 1 if size else 0,
            ),
        )
        for place, (colour, size) in enumerate(product(colours, shelf.sizes or ("",)), start=1)
    )


def _lettered(chance: random.Random) -> Iterator[FamilySeed]:
    for place, stem in enumerate(LETTERED_STEMS):
        family = FIRST_FAMILY + 500 + place
        articles = tuple(
            ArticleSeed(
                article_number=700_000 + place * 10 + letter,
                code=f"{stem}{'ABC'[letter]}",
                description=f"Metalen bordje {line}",
                price_cents=995 + 100 * letter,
                ext_article_id=f"{stem}{'ABC'[letter]}",
                barcode=barcode(700_000 + place * 10 + letter),
                colour=line,
                stock=chance.randint(5, 40),
            )
            for letter, line in enumerate(LETTERED_LINES)
        )
        yield FamilySeed(family, f"Metalen bordje {stem}", articles, (32,), "Zeewind")


def _price(chance: random.Random, shelf: Shelf) -> int:
    """Return a price as shops write it: it ends in 95, 99 or 50 cents."""
    whole = chance.randint(shelf.lowest // 100, shelf.highest // 100)
    return whole * 100 + chance.choice((95, 95, 99, 50))
