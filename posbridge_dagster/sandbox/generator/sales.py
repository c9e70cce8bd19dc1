"""Ordinary sales: what people put on the counter, the discounts they get, and orders of the web shop."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from posbridge_dagster.sandbox.generator import tenders
from posbridge_dagster.sandbox.generator.catalogue import Catalogue, Good
from posbridge_dagster.sandbox.generator.people import People
from posbridge_dagster.sandbox.generator.words import NOTES
from posbridge_dagster.sandbox.seed import CustomerSeed, LineSeed, LocationSeed, OrderSeed, PaymentSeed

LOCATIONS = (LocationSeed(1, "Winkel Zwolle", 1), LocationSeed(2, "Winkel Utrecht", 2))
WALK_IN_SHARE = 0.45
Tendering = Callable[[int], tuple[PaymentSeed, ...]]


@dataclass(frozen=True)
class Counter:
    """The counter of the shop. Orders leave it without a number: those are given when the whole period is known."""

    chance: random.Random
    catalogue: Catalogue
    people: People

    def line(self, good: Good | None = None, quantity: int | None = None, discount_cents: int = 0) -> LineSeed:
        """Return a line of a good; without one, of any that both systems know."""
        good = good or self.chance.choice(self.catalogue.goods)
        quantity = quantity or self.chance.choices((1, 2, 3, 4, 6, 12), (70, 15, 6, 4, 3, 2))[0]
        article = good.article
        return LineSeed(
            good.family.description, quantity, article.price_cents, article.vat_rate, code=article.code, discount_cents=discount_cents
        )

    def lines(self, least: int = 1, most: int = 12) -> tuple[LineSeed, ...]:
        """Return between ``least`` and ``most`` lines of different goods."""
        wanted = min(most, least + int(self.chance.expovariate(0.45)))
        return tuple(self.line(good) for good in self.chance.sample(self.catalogue.goods, wanted))

    def goods(self, vat_rate: int | None = None, lettered: bool | None = None) -> list[Good]:
        """Return the goods of a rate (hundredths of a percent), or those whose SKU is or is not a number."""
        return [
            good
            for good in self.catalogue.goods
            if (vat_rate is None or good.article.vat_rate == vat_rate) and (lettered is None or good.lettered == lettered)
        ]

    def sell(
        self,
        moment: datetime,
        lines: Sequence[LineSeed] = (),
        customer: CustomerSeed | None = None,
        pay: Tendering | None = None,
        discount_code: str = "",
        discount_cents: int = 0,
        tip_cents: int = 0,
    ) -> OrderSeed:
        """Return a paid sale at one of the shops; without ``pay``, by card."""
        order = OrderSeed(
            number=0,
            name="",
            created_at=moment,
            location_number=self.chance.choice(LOCATIONS).number,
            lines=tuple(lines) or self.lines(),
            customer_number=customer.number if customer else None,
            billing=customer.address if customer else None,
            discount_code=discount_code,
            order_discount_cents=discount_cents,
            tip_cents=tip_cents,
        )
        return replace(order, payments=(pay or tenders.by_card)(tenders.total_cents(order)))

    def somebody(self) -> CustomerSeed:
        """Return a customer: mostly a person, now and then a company."""
        return self.chance.choice(self.people.customers if self.chance.random() < 0.93 else self.people.companies)

    def ordinary_sale(self, moment: datetime) -> OrderSeed:
        """Return what mostly happens: one to twelve lines, some with a discount, a note on one in twenty-five."""
        chance = self.chance
        lines = tuple(self._perhaps_cheaper(line) for line in self.lines())
        goods_cents = sum(line.quantity * line.unit_price_cents - line.discount_cents for line in lines)
        coded = chance.random() < 0.08
        order = self.sell(
            moment,
            lines,
            customer=None if chance.random() < WALK_IN_SHARE else self.somebody(),
            pay=lambda total: tenders.as_people_pay(chance, total),
            discount_code=chance.choice(("WELKOM10", "ZOMER", "NIEUWSBRIEF")) if coded else "",
            discount_cents=goods_cents // 10 if coded else 0,
        )
        return replace(order, note=chance.choice(NOTES)) if chance.random() < 0.04 else order

    def web_order(self, moment: datetime) -> OrderSeed:
        """Return an order of the web shop: paid by card, with shipping, not sent yet, at no location."""
        customer = self.somebody()
        shipping_cents = self.chance.choice((0, 495, 695))
        order = OrderSeed(
            number=0,
            name="",
            created_at=moment,
            location_number=None,
            lines=self.lines(most=5),
            customer_number=customer.number,
            source_name="web",
            shipping_cents=shipping_cents,
            shipping_title="PostNL standaard" if shipping_cents else "Gratis verzending",
            fulfilled=False,
            billing=customer.address,
            shipping=customer.address,
        )
        return replace(order, payments=tenders.by_card(tenders.total_cents(order)))

    def _perhaps_cheaper(self, line: LineSeed) -> LineSeed:
        if self.chance.random() > 0.06:
            return line
        percent = self.chance.choice((10, 20, 25, 50))
        return replace(line, discount_cents=line.quantity * line.unit_price_cents * percent // 100)
