"""More goods than a shop has shelves for: a catalogue of any size, to see what a sync does with thousands of products."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import islice, product

from posbridge_dagster.sandbox.generator.barcodes import barcode
from posbridge_dagster.sandbox.generator.catalogue import Catalogue
from posbridge_dagster.sandbox.generator.details import details
from posbridge_dagster.sandbox.generator.words import BRANDS, COLOURS, SHELVES
from posbridge_dagster.sandbox.seed import ArticleSeed, FamilySeed, GroupSeed

FIRST_FAMILY = 10_001
FIRST_GROUP = 1001
NUMBERS_PER_FAMILY = 10_000
MOST_FAMILIES = 30_000  # above it the second barcodes would be those of other goods
ARTICLES_PER_FAMILY = Decimal("2.4")
_GROUP_WORDS = ("Basis", "Luxe", "Outlet", "Zomer", "Winter", "Nieuw", "Klassiek", "Vintage", "Kinderen", "Professioneel")
_GOODS = tuple(name for shelf in SHELVES for name in shelf.names())


@dataclass(frozen=True)
class Size:
    """How large a shop is in all: 0 = as the shelves are. Without a number of articles a family has 2.4 on average."""

    families: int = 0
    articles: int = 0
    groups: int = 0
    levels: int = 4
    relations: int = 0


def grown(catalogue: Catalogue, size: Size, seed: int) -> Catalogue:
    """Return a catalogue with families, articles and groups added up to a size; the same seed adds the same.

    Among the added goods some are inactive, discontinued, not in the webshop, without stock, weighed, or kept by the day, some
    families stand in several groups or in none, and the articles of some come in another order than the till's sequence.
    Raises ValueError when the size is smaller than what there is.
    """
    chance = random.Random(f"{seed}/wholesale")
    groups = [*catalogue.groups, *_groups(catalogue, size)]
    families = size.families - len(catalogue.families) if size.families else 0
    wanted = size.articles or round(len(catalogue.goods) + families * ARTICLES_PER_FAMILY)
    articles = wanted - len(catalogue.goods) if size.families or size.articles else 0
    if families < 0 or articles < families or (articles and not families) or size.families > MOST_FAMILIES:
        raise ValueError(
            f"{size.families} families with {wanted} articles cannot be made of the {len(catalogue.families)} families with "
            f"{len(catalogue.goods)} articles on the shelves; ask for more families, up to {MOST_FAMILIES}, "
            "and for each at least one article more"
        )
    numbers = [group.number for group in groups]
    added = [
        _family(chance, FIRST_FAMILY + place, count, numbers)
        for place, count in enumerate(_counts(chance, families, articles) if families else ())
    ]
    return replace(catalogue, groups=tuple(groups), families=(*catalogue.families, *added))


def _groups(catalogue: Catalogue, size: Size) -> Iterator[GroupSeed]:
    """Yield groups in as many levels as are asked for, each level larger than the one above it."""
    left = size.groups - len(catalogue.groups) if size.groups else 0
    if left < 0 or size.levels < 1:
        raise ValueError(
            f"{size.groups} groups in {size.levels} levels are too few; the shelves have {len(catalogue.groups)} groups already"
        )
    weights = [place * (place + 1) // 2 for place in range(1, size.levels + 1)]
    above, number = [0], FIRST_GROUP
    for level, weight in enumerate(weights):
        count = min(left, max(1, size.groups * weight // sum(weights))) if level < size.levels - 1 else left
        here = []
        for place in range(count):
            word = _GROUP_WORDS[place % len(_GROUP_WORDS)] if level else _GOODS[place % len(_GOODS)]
            yield GroupSeed(number, word, above[place % len(above)], f"Alles voor {word.lower()}.")
            here.append(number)
            number += 1
        left -= count
        above = here or above


def _counts(chance: random.Random, families: int, articles: int) -> list[int]:
    """Deal articles out: every family has one, some have many."""
    counts = [1] * families
    left = articles - families
    while left:
        more = min(left, chance.choice((1, 2, 3, 5, 8, 11)))
        counts[chance.randrange(families)] += more
        left -= more
    return counts


def _family(chance: random.Random, number: int, count: int, groups: list[int]) -> FamilySeed:
    brand = chance.choice(BRANDS)
    name = " ".join(filter(None, (chance.choice(_GOODS), brand, str(number))))
    stands_in = chance.sample(groups, min(len(groups), chance.choices((0, 1, 2, 3), (3, 77, 15, 5))[0]))
    price, rate = chance.randint(1, 200) * 100 - chance.choice((1, 5, 50)), chance.choice((2100, 2100, 900))
    articles = [
        _article(chance, number * NUMBERS_PER_FAMILY + place, name, price, rate, options)
        for place, options in enumerate(_options(count, chance.random() < 0.5), 1)
    ]
    if chance.random() < 0.3:
        chance.shuffle(articles)
    long_text = f"{name} hoort bij het vaste assortiment." if chance.random() < 0.5 else ""
    return FamilySeed(number, name, tuple(articles), tuple(sorted(stands_in)), brand, long_text)


def _options(count: int, by_colour: bool) -> Iterator[tuple[int, int]]:
    """Yield position of colour and size, 0 for none: one article has neither, few have one of them, many have both."""
    if count == 1:
        return iter([(0, 0)])
    if count <= len(COLOURS):
        return iter([(place, 0) if by_colour else (0, place) for place in range(1, count + 1)])
    sizes = -(-count // len(COLOURS))
    return islice(product(range(1, len(COLOURS) + 1), range(1, sizes + 1)), count)


def _article(chance: random.Random, number: int, name: str, price: int, rate: int, options: tuple[int, int]) -> ArticleSeed:
    colour, size = (COLOURS[options[0] - 1] if options[0] else ""), (f"Maat {options[1]}" if options[1] else "")
    own_price = price + 100 * chance.randint(0, 3)
    known = details(number, own_price, name, colour_position=options[0], size_position=options[1])
    stock = chance.randint(0, 80)
    oddity = chance.random()
    return ArticleSeed(
        article_number=number,
        code=str(number),
        description=" ".join(filter(None, (name, colour, size))),
        price_cents=own_price,
        vat_rate=rate,
        barcode=barcode(number),
        colour=colour,
        size=size,
        stock=stock,
        active=not oddity < 0.02,
        stock_article=not 0.02 <= oddity < 0.04,
        details=replace(
            known,
            discontinued=0.04 <= oddity < 0.06,
            webshop=False if 0.06 <= oddity < 0.08 else None,
            day_stock=0.08 <= oddity < 0.09,
            till_stock=Decimal(stock * 1000 + 375).scaleb(-3) if 0.09 <= oddity < 0.11 else None,
            unit="kg" if 0.09 <= oddity < 0.11 else "stuk",
        ),
    )
