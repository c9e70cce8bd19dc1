"""The goods behind the stock codes of a transaction file: families by their five-digit stem, articles by their code."""

import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import count, groupby
from typing import NamedTuple

import pandas as pd

from posbridge_dagster.sandbox.generator.services import SERVICE_CODES, SERVICE_FAMILY
from posbridge_dagster.sandbox.seed import ArticleSeed, DetailSeed, FamilySeed

STEM = re.compile(r"(\d{5})([A-Z]*)")
FIRST_FREE_NUMBER = 700_001
PLAIN = "STANDARD"  # the variant without a letter, in a family that has lettered ones


class Goods(NamedTuple):
    """What a file tells about a code: its most frequent description and its median price in cents."""

    description: str
    price_cents: int


def spelled(codes: "pd.Series[str]") -> "pd.Series[str]":
    """Return codes in one spelling: no blanks around them, the letter after a five-digit stem in upper case.

    Tills that people type codes into hold ``85123a`` and ``85123A `` beside ``85123A``; it is one article, and a shop cannot
    hold SKUs that differ by their case only.
    """
    stripped = codes.str.strip()
    return stripped.where(~stripped.str.fullmatch(r"\d{5}[A-Za-z]+"), stripped.str.upper())


def goods_by_code(lines: pd.DataFrame) -> dict[str, Goods]:
    """Return every code of a file that is no service, sorted, from lines with ``code``, ``title``, ``quantity``, ``price_cents``.

    Ties between descriptions go to the first in the alphabet. A code that never had a price costs nothing, one that never
    had a description is described by itself.
    """
    own = lines[~lines["code"].isin(list(SERVICE_CODES))]
    named = own[own["title"] != ""]
    counts = named.groupby(["code", "title"], sort=True).size().reset_index(name="times")
    titles = counts.sort_values("times", ascending=False, kind="stable").drop_duplicates("code").set_index("code")["title"].to_dict()
    priced = own[(own["quantity"] > 0) & (own["price_cents"] > 0)]
    prices = priced.groupby("code")["price_cents"].median().astype("int64").to_dict()
    return {code: Goods(titles.get(code, code), prices.get(code, 0)) for code in sorted(own["code"].unique())}


def families_of(goods: Mapping[str, Goods]) -> list[FamilySeed]:
    """Return the families of codes, by number; codes without a five-digit stem are families of their own.

    The same codes give the same article numbers. Raises ValueError when a code is the number of a service article.
    """
    numbers = article_numbers(goods)
    placed = sorted((_family_number(code, numbers[code]), code) for code in goods)
    return [
        _family(number, [code for _, code in members], goods, numbers) for number, members in groupby(placed, key=lambda member: member[0])
    ]


def article_numbers(codes: Iterable[str]) -> dict[str, int]:
    """Return the MplusKASSA number of each code: the code itself where it is a number, else the next free one in sorted order."""
    ordered = sorted(codes)
    numbers = {code: int(code) for code in ordered if _is_number(code)}
    for code, number in numbers.items():
        if SERVICE_FAMILY <= number < SERVICE_FAMILY + 100:
            raise ValueError(f"stock code {code} is the number of a service article; service articles have {SERVICE_FAMILY} and up")
    free = _free_numbers(set(numbers.values()))
    return numbers | {code: next(free) for code in ordered if not _is_number(code)}


def _free_numbers(taken: set[int]) -> Iterator[int]:
    return (number for number in count(FIRST_FREE_NUMBER) if number not in taken)


def _is_number(code: str) -> bool:
    """Whether a code is an article number; one with a leading zero is not, a number would lose it."""
    return code.isascii() and code.isdecimal() and not code.startswith("0")


def _family_number(code: str, article_number: int) -> int:
    stem = STEM.fullmatch(code)
    return int(stem.group(1)) if stem else article_number


def _family(number: int, codes: list[str], goods: Mapping[str, Goods], numbers: Mapping[str, int]) -> FamilySeed:
    alone = len(codes) == 1
    articles = tuple(_article(code, goods[code], numbers[code], 0 if alone else place) for place, code in enumerate(codes, 1))
    return FamilySeed(number, articles[0].description, articles, groups=(1,))


def _article(code: str, known: Goods, number: int, place: int) -> ArticleSeed:
    """Return the article of a code; ``place`` is its place in its family, 0 where it is alone there."""
    stem = STEM.fullmatch(code)
    letter = stem.group(2) if stem else ""
    return ArticleSeed(
        article_number=number,
        code=code,
        description=known.description,
        price_cents=known.price_cents,
        ext_article_id="" if _is_number(code) else code,
        colour=letter or (PLAIN if place else ""),
        details=DetailSeed(colour_position=place),
    )
