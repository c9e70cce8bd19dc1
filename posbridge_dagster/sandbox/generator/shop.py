"""A whole shop from a seed: goods, people, and the sales of some days."""

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import chain

from posbridge_dagster.sandbox.generator.catalogue import Catalogue, stock_the_shelves
from posbridge_dagster.sandbox.generator.clientele import clientele
from posbridge_dagster.sandbox.generator.clock import SHOP_ZONE, changes_clocks, midnight_moments, opening_hours
from posbridge_dagster.sandbox.generator.nasty import MIDNIGHT, NASTY_CASES, dst_night_orders, nasty_sale
from posbridge_dagster.sandbox.generator.people import meet_people
from posbridge_dagster.sandbox.generator.sales import LOCATIONS, Counter
from posbridge_dagster.sandbox.generator.services import DEFAULT_DEBTOR, service_family
from posbridge_dagster.sandbox.generator.tenders import total_cents
from posbridge_dagster.sandbox.generator.wholesale import Size, grown
from posbridge_dagster.sandbox.seed import OrderSeed, RelationSeed, Seed

FIRST_ORDER_ID = 5_000_000_001
FIRST_ORDER_NAME = 1001
FIRST_OTHER_RELATION = 100_001
WEEK = 7


def generate_shop(
    seed: int,
    first_day: date,
    days: int,
    orders_per_day: int,
    *,
    persons: int = 60,
    known_share: float = 0.6,
    online_share: float = 0.06,
    nasty: bool = True,
    until: datetime | None = None,
    size: Size | None = None,
) -> Seed:
    """Return a Dutch shop with the sales of ``days`` days from ``first_day`` on; the same arguments give the same shop.

    Each day has ``orders_per_day`` ordinary orders. With ``nasty``, every week counted from the first day (the last may be
    shorter) has each of ``NASTY_CASES`` on top, sales around midnight, and the night of a clock change. ``known_share`` of
    the customers are relations of MplusKASSA before; ``online_share`` of the orders come from the web shop. Nothing is
    sold after ``until``. With a ``size`` there are more goods, groups and relations, up to that many; the sales are of all goods.

    Raises ValueError when there are no days, fewer than no orders, or the size is below what there is without one.
    """
    if days < 1 or orders_per_day < 0 or persons < 1:
        raise ValueError("a shop needs at least one day, one person and no negative number of orders a day")
    chance = random.Random(seed)
    size = size or Size()
    catalogue = grown(stock_the_shelves(chance), size, seed)
    people = meet_people(chance, persons, known_share)
    counter = Counter(chance, catalogue, people)
    calendar = [first_day + timedelta(days=place) for place in range(days)]
    sales = list(chain.from_iterable(_ordinary_day(counter, day, orders_per_day, online_share, until) for day in calendar))
    if nasty:
        sales += chain.from_iterable(_nasty_week(counter, calendar[start : start + WEEK], until) for start in range(0, days, WEEK))
    orders = _numbered(sale for sale in sales if _within(sale, calendar, until))
    return Seed(
        families=[*catalogue.families, catalogue.unknown, service_family()],
        groups=list(catalogue.groups),
        locations=list(LOCATIONS),
        customers=people.everyone(),
        relations=_relations([DEFAULT_DEBTOR, *people.relations], size, seed),
        orders=orders,
        report=_report(catalogue, orders),
    )


def _relations(met: list[RelationSeed], size: Size, seed: int) -> list[RelationSeed]:
    if size.relations and size.relations < len(met):
        raise ValueError(f"{size.relations} relations are too few; {len(met)} are known without a size")
    more = size.relations - len(met) if size.relations else 0
    return [*met, *clientele(seed, more, FIRST_OTHER_RELATION)]


def _ordinary_day(counter: Counter, day: date, orders: int, online_share: float, until: datetime | None) -> Iterator[OrderSeed]:
    hours = opening_hours(day, until)
    for _ in range(orders):
        sell = counter.web_order if counter.chance.random() < online_share else counter.ordinary_sale
        yield sell(hours.moment(counter.chance))


def _nasty_week(counter: Counter, week: list[date], until: datetime | None) -> Iterator[OrderSeed]:
    """Yield each case once, dealt out over the days of a week, the sales around midnight and the night of a clock change."""
    for place, case in enumerate(NASTY_CASES):
        hours = opening_hours(week[place % len(week)], until)
        yield nasty_sale(counter, case, hours.moment(counter.chance))
    for moment in midnight_moments(week[len(week) // 2]):
        yield replace(counter.sell(moment), tags=(MIDNIGHT,))
    for day in filter(changes_clocks, week):
        yield from dst_night_orders(day, counter.line())


def _within(sale: OrderSeed, calendar: list[date], until: datetime | None) -> bool:
    """Whether a sale falls on one of the days: the second before the first midnight does not."""
    inside = calendar[0] <= sale.created_at.astimezone(SHOP_ZONE).date() <= calendar[-1]
    return inside and (until is None or sale.created_at <= until)


def _numbered(sales: Iterator[OrderSeed]) -> list[OrderSeed]:
    ordered = sorted(sales, key=lambda sale: sale.created_at)
    return [replace(sale, number=FIRST_ORDER_ID + place, name=f"#{FIRST_ORDER_NAME + place}") for place, sale in enumerate(ordered)]


def _report(catalogue: Catalogue, orders: list[OrderSeed]) -> dict[str, int]:
    return {
        "families": len(catalogue.families),
        "articles": len(catalogue.goods),
        "orders": len(orders),
        "order_lines": sum(len(order.lines) for order in orders),
        "cents_sold": sum(map(total_cents, orders)),
        "online_orders": sum(order.source_name != "pos" for order in orders),
        "nasty_orders": sum(bool({*NASTY_CASES, MIDNIGHT}.intersection(order.tags)) for order in orders),
    }
