"""What the till knows of an article beyond its price and name. It follows from the article's number and from nothing else."""

import random
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from posbridge_dagster.sandbox.generator.barcodes import barcode
from posbridge_dagster.sandbox.seed import CustomFieldSeed, DetailSeed, FieldValue, SalesPriceSeed

FIRST_SECOND_BARCODE = 500_000_000
_FIRST_DAY = date(2026, 1, 1)
_MATERIALS = ("katoen", "wol", "linnen", "hout", "glas", "keramiek", "leer", "gerecycled polyester")
_WORDS = ("cadeau", "zomer", "winter", "handgemaakt", "aanbieding", "duurzaam", "nieuw")
_ACTION, _ADVICE = 1, 2

_FIELDS: dict[str, tuple[float, Callable[[random.Random], FieldValue]]] = {
    "Materiaal": (0.7, lambda chance: chance.choice(_MATERIALS)),
    "Garantie maanden": (0.4, lambda chance: chance.choice((6, 12, 24))),
    "Gewicht kg": (0.8, lambda chance: Decimal(chance.randint(5, 4000)).scaleb(-3)),
    "Duurzaam": (0.6, lambda chance: chance.random() < 0.5),
    "Leverbaar vanaf": (0.3, lambda chance: _FIRST_DAY + timedelta(days=chance.randint(0, 500))),
    "Laatst geteld": (0.3, lambda chance: datetime(2026, 1, 1, 8, tzinfo=UTC) + timedelta(minutes=chance.randint(0, 400_000))),
    "Seizoen": (0.3, lambda chance: tuple(sorted(chance.sample(range(1, 5), chance.randint(1, 3))))),
    "Trefwoorden": (0.3, lambda chance: ";".join(chance.sample(_WORDS, chance.randint(1, 3)))),
    "Afmetingen": (0.2, lambda chance: f"{chance.randint(1, 90)}x{chance.randint(1, 90)}x{chance.randint(1, 90)}"),
    "Vrij veld": (0.1, lambda chance: f"notitie {chance.randint(1, 999)}"),
}
"""The fields of the administration: how often one is filled, and with what."""


def details(number: int, price_cents: int, name: str, *, colour_position: int = 0, size_position: int = 0) -> DetailSeed:
    """Return what the till knows of an article; the same number and price always give the same."""
    chance = random.Random(number)
    return DetailSeed(
        colour_position=colour_position,
        size_position=size_position,
        long_text=f"{name}: met zorg gekozen & lang houdbaar.\nBinnen 14 dagen te ruilen." if chance.random() < 0.6 else "",
        purchase_cents=price_cents * chance.randint(35, 60) // 100,
        unit="stuk",
        content_quantity=Decimal(chance.choice((250, 500, 7505))).scaleb(-1) if chance.random() < 0.2 else None,
        content_unit="gram",
        supplier_article=f"LV-{number}" if chance.random() < 0.5 else "",
        barcodes=(barcode(FIRST_SECOND_BARCODE + number),) if chance.random() < 0.05 else (),
        custom_fields=tuple(_fields(chance)),
        sales_prices=tuple(_sales_prices(chance, price_cents)),
    )


def _fields(chance: random.Random) -> Iterator[CustomFieldSeed]:
    for name, (share, value) in _FIELDS.items():
        if chance.random() < share:
            yield CustomFieldSeed(name, value(chance))


def _sales_prices(chance: random.Random, price_cents: int) -> Iterator[SalesPriceSeed]:
    if chance.random() < 0.1:
        first_day = _FIRST_DAY + timedelta(days=chance.randint(0, 360))
        yield SalesPriceSeed(_ACTION, price_cents * 80 // 100, first_day, first_day + timedelta(days=chance.randint(1, 60)))
    if chance.random() < 0.2:
        yield SalesPriceSeed(_ADVICE, price_cents * 125 // 100)
