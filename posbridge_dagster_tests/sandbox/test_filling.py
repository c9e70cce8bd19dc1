from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from posbridge_dagster.sandbox.filling import SHOPIFY_GOODS, Filling
from posbridge_dagster.sandbox.generator.wholesale import Size

NOON = datetime(2026, 11, 23, 11, 0, tzinfo=UTC)
AMSTERDAM = ZoneInfo("Europe/Amsterdam")


def days_of(filling: Filling, now: datetime) -> list[date]:
    return sorted({order.created_at.astimezone(AMSTERDAM).date() for order in filling.shop(now).orders})


def test_without_a_first_day_the_last_seven_local_days_end_today() -> None:
    assert days_of(Filling(), NOON) == [date(2026, 11, day) for day in range(17, 24)]


def test_today_is_the_shops_day_not_the_day_in_greenwich() -> None:
    just_after_midnight = datetime(2026, 11, 22, 23, 30, tzinfo=UTC)
    assert days_of(Filling(days=1), just_after_midnight) == [date(2026, 11, 23)]


def test_named_days_are_the_same_whatever_day_it_is() -> None:
    filling = Filling(first_day=date(2026, 10, 19))
    assert filling.shop(NOON) == filling.shop(datetime(2020, 1, 1, tzinfo=UTC))


def test_a_transaction_file_needs_days() -> None:
    with pytest.raises(ValueError, match="needs the days to load"):
        Filling(transactions=Path("retail.parquet")).shop(NOON)


def test_two_fillings_that_differ_are_described_differently() -> None:
    assert Filling(seed=2).described() != Filling().described()
    assert Filling().described() == Filling().described()


@pytest.mark.parametrize(("goods", "least", "most"), [("all", 1.0, 1.0), ("part", 0.4, 0.6), ("none", 0.0, 0.0)])
def test_shopify_starts_with_all_part_or_nothing_of_the_tills_goods(goods: str, least: float, most: float) -> None:
    assert goods in SHOPIFY_GOODS
    filling = Filling(first_day=date(2026, 10, 19), days=1, orders_per_day=1, shopify_goods=goods)
    shop = filling.shop(NOON)
    there = filling.in_shopify(shop)
    assert least <= len(there.families) / len(shop.families) <= most
    assert (there.orders, there.customers, there.groups) == (shop.orders, shop.customers, shop.groups)


def test_a_transaction_file_decides_the_size_itself() -> None:
    with pytest.raises(ValueError, match="leave its size out"):
        Filling(transactions=Path("retail.parquet"), first_day=date(2009, 12, 1), size=Size(families=500)).shop(NOON)
