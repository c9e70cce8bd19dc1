"""A shop small enough to know by heart, for tests that need one thing to be exactly so."""

from datetime import UTC, datetime, timedelta
from typing import Any

from posbridge_dagster.sandbox.generator.services import service_family
from posbridge_dagster.sandbox.seed import (
    AddressSeed,
    ArticleSeed,
    CustomerSeed,
    FamilySeed,
    LineSeed,
    LocationSeed,
    OrderSeed,
    PaymentSeed,
    RelationSeed,
    Seed,
)

DAY = "2025-10-20"
NOON = datetime(2025, 10, 20, 10, tzinfo=UTC)  # 12:00 in Amsterdam
BAG, BOOK, SIGN = 100101, 100201, 700001
STOCK = 50

bag = LineSeed("Tas", 1, 1995, 2100, code=str(BAG))
book = LineSeed("Boek", 1, 1250, 900, code=str(BOOK))
sign = LineSeed("Bordje", 1, 995, 2100, code="85123A")
stranger = LineSeed("Proefmodel", 1, 1250, 2100, code="199901")

eva = CustomerSeed(
    61, "Eva.Smit@Example.com", "Eva", "Smit", "+31612345678", AddressSeed("Eva", "Smit", "", "Dorpsstraat 1", "", "1234 AB", "Ede")
)
bob = CustomerSeed(62, "bob@example.com", "Bob", "Bakker", "", AddressSeed("Bob", "Bakker", "", "Kade 2", "", "2345 CD", "Urk"))
firm = CustomerSeed(
    63, "inkoop@zeewind.example", "Cas", "Vos", "", AddressSeed("Cas", "Vos", "Zeewind B.V.", "Haven 3", "", "3456 EF", "Zwolle")
)


def little_shop(*orders: OrderSeed, relations: tuple[RelationSeed, ...] = (), families: tuple[FamilySeed, ...] = ()) -> Seed:
    """Return a shop with three articles, three customers, two locations and these orders."""
    return Seed(
        families=[
            FamilySeed(1001, "Tas", (ArticleSeed(BAG, str(BAG), "Tas", 1995, barcode="8710000000017", stock=STOCK),)),
            FamilySeed(1002, "Boek", (ArticleSeed(BOOK, str(BOOK), "Boek", 1250, 900, stock=STOCK),)),
            FamilySeed(7000, "Bordje", (ArticleSeed(SIGN, "85123A", "Bordje", 995, ext_article_id="85123A", stock=STOCK),)),
            FamilySeed(1900, "Proefmodel", (ArticleSeed(0, "199901", "Proefmodel", 1250, stock=5),)),
            service_family(),
            *families,
        ],
        locations=[LocationSeed(1, "Winkel Zwolle", 1), LocationSeed(2, "Winkel Utrecht", 2)],
        customers=[eva, bob, firm],
        relations=[RelationSeed(1, "Kassaklant"), *relations],
        orders=list(orders),
    )


def sale(number: int, *lines: LineSeed, at: datetime | None = None, customer: CustomerSeed | None = None, **members: Any) -> OrderSeed:
    """Return a sale of these lines, paid by card unless told, one minute after noon for each number."""
    lines = lines or (bag,)
    order = OrderSeed(
        number,
        f"#{number}",
        at or NOON + timedelta(minutes=number),
        members.pop("location", 1),
        lines,
        customer_number=customer.number if customer else None,
        billing=customer.address if customer else None,
        **{name: value for name, value in members.items() if name != "payments"},
    )
    cents = total(order)
    paid = members.get("payments", (PaymentSeed("shopify_payments", cents),) if cents else ())
    return OrderSeed(**{**vars(order), "payments": tuple(paid)})


def total(order: OrderSeed) -> int:
    """Return what an order costs, in cents."""
    lines = sum(line.quantity * line.unit_price_cents - line.discount_cents for line in order.lines)
    return lines - order.order_discount_cents + order.tip_cents + order.shipping_cents


def received(order: OrderSeed) -> int:
    """Return the money that stays in the till, in cents: change given is taken off."""
    return sum((-1 if payment.kind == "CHANGE" else 1) * payment.amount_cents for payment in order.payments)
