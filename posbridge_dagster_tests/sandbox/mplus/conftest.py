from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from posbridge_dagster.sandbox.mplus import MplusSandbox
from posbridge_dagster.sandbox.running import running
from posbridge_dagster.sandbox.seed import ArticleSeed, FamilySeed, GroupSeed, LocationSeed, RelationSeed, Seed
from posbridge_dagster_tests.sandbox.mplus.till import Till

NOW = datetime(2026, 11, 20, 14, 30, tzinfo=UTC)


def small_shop() -> Seed:
    shirt = tuple(ArticleSeed(100 + n, str(100 + n), f"Shirt {size}", 2495, size=size, stock=10) for n, size in enumerate("SML", 1))
    return Seed(
        families=[
            FamilySeed(1, "Shirt", shirt, groups=(2,)),
            FamilySeed(2, "Boek", (ArticleSeed(201, "201", "Boek", 1250, vat_rate=900, stock=5),), groups=(1,)),
            FamilySeed(3, "Verzenden", (ArticleSeed(999, "", "Verzendkosten", 495, stock_article=False),)),
            FamilySeed(4, "Onbekend", (ArticleSeed(0, "85123A", "Unknown to the till", 100),)),
        ],
        groups=[GroupSeed(1, "Boeken"), GroupSeed(2, "Kleding"), GroupSeed(3, "Broeken", parent=2)],
        locations=[LocationSeed(1, "Amsterdam", 1), LocationSeed(2, "Utrecht", 2, workplace_number=7)],
        relations=[RelationSeed(50, "Marijan Bakker", email="marijan@x.nl"), RelationSeed(51, "Jan Bakker", email="Jan@x.nl")],
    )


@pytest.fixture
def till() -> Iterator[Till]:
    with running(MplusSandbox(small_shop(), clock=lambda: NOW)) as served:
        yield Till(served)
