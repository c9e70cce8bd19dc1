"""The sales that break naive couplings. Each carries its case as a tag, and every generated week holds each case."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime

from posbridge_dagster.sandbox.generator import tenders
from posbridge_dagster.sandbox.generator.catalogue import Good
from posbridge_dagster.sandbox.generator.clock import night_moments
from posbridge_dagster.sandbox.generator.sales import Counter
from posbridge_dagster.sandbox.seed import LineSeed, OrderSeed, PaymentSeed

DST_NIGHT, MIDNIGHT = "dst-night", "midnight"
Case = Callable[[Counter, datetime], OrderSeed]


def long_order(counter: Counter, moment: datetime) -> OrderSeed:
    """300 lines: more than one page of any list."""
    goods = counter.catalogue.goods
    lines = [counter.line(goods[place % len(goods)], quantity=1 + place % 3) for place in range(300)]
    return counter.sell(moment, lines, counter.people.companies[0])


def walk_in(counter: Counter, moment: datetime) -> OrderSeed:
    """No customer, no address."""
    return counter.sell(moment, pay=tenders.by_cash)


def company(counter: Counter, moment: datetime) -> OrderSeed:
    """A company with a contact."""
    return counter.sell(moment, customer=counter.chance.choice(counter.people.companies))


def split_payment(counter: Counter, moment: datetime) -> OrderSeed:
    """Three tenders, the cents do not divide."""
    return counter.sell(moment, customer=counter.somebody(), pay=tenders.split)


def cash_with_change(counter: Counter, moment: datetime) -> OrderSeed:
    """A note, and change for it as a transaction of its own."""
    return counter.sell(moment, pay=tenders.by_cash_with_change)


def tip(counter: Counter, moment: datetime) -> OrderSeed:
    """A tip on top of the goods."""
    return counter.sell(moment, customer=counter.somebody(), tip_cents=250)


def gift_card_sold(counter: Counter, moment: datetime) -> OrderSeed:
    """A gift card beside goods: no revenue yet, no VAT."""
    card = LineSeed("Cadeaubon", 1, 2500, 0, kind="gift_card")
    return counter.sell(moment, (counter.line(), card), counter.somebody())


def paid_by_gift_card(counter: Counter, moment: datetime) -> OrderSeed:
    """Goods paid with a gift card."""
    return counter.sell(moment, customer=counter.somebody(), pay=lambda total: (PaymentSeed(tenders.GIFT_CARD, total),))


def custom_sale(counter: Counter, moment: datetime) -> OrderSeed:
    """Lines that staff typed in: no product, no SKU, at 21 and at 9 percent."""
    typed = (LineSeed("Reparatie tas", 1, 1795, 2100, kind="custom"), LineSeed("Bakje soep", 2, 425, 900, kind="custom"))
    return counter.sell(moment, (*typed, counter.line()))


def cash_rounding(counter: Counter, moment: datetime) -> OrderSeed:
    """Cash that ends in 2 cents: 2 cents less are paid."""
    price = counter.chance.randint(5, 40) * 100 + 52
    goods = counter.goods(vat_rate=2100)
    line = replace(counter.line(counter.chance.choice(goods), quantity=1), unit_price_cents=price)
    return counter.sell(moment, (line,), pay=tenders.by_rounded_cash)


def lettered_sku(counter: Counter, moment: datetime) -> OrderSeed:
    """SKUs that are no number: MplusKASSA knows them as extArticleId only."""
    return counter.sell(moment, [counter.line(good) for good in counter.chance.sample(counter.goods(lettered=True), 3)], counter.somebody())


def unknown_sku(counter: Counter, moment: datetime) -> OrderSeed:
    """A numeric SKU that MplusKASSA does not know, between two that it knows."""
    stranger = Good(counter.catalogue.unknown, counter.catalogue.unknown.articles[0])
    return counter.sell(moment, (counter.line(), counter.line(stranger), counter.line()), counter.somebody())


def duplicate_email(counter: Counter, moment: datetime) -> OrderSeed:
    """A customer whose e-mail two relations have."""
    return counter.sell(moment, customer=counter.people.shares_email)


def email_in_other_case(counter: Counter, moment: datetime) -> OrderSeed:
    """A customer whose relation writes the e-mail with capitals."""
    return counter.sell(moment, customer=counter.people.spelled_otherwise)


def zero_total(counter: Counter, moment: datetime) -> OrderSeed:
    """All of it given away with a code: nothing to pay, no payment."""
    lines = counter.lines()
    goods_cents = sum(line.quantity * line.unit_price_cents for line in lines)
    return counter.sell(moment, lines, counter.somebody(), discount_code="GRATIS", discount_cents=goods_cents)


def indivisible_line_discount(counter: Counter, moment: datetime) -> OrderSeed:
    """100 cents off a line of 3: no price of one piece says it exactly."""
    return counter.sell(moment, (counter.line(quantity=3, discount_cents=100), counter.line()))


def mixed_vat_discount(counter: Counter, moment: datetime) -> OrderSeed:
    """A discount on the whole order over lines at 9 and at 21 percent."""
    lines = [
        counter.line(counter.chance.choice(counter.goods(vat_rate=rate)), quantity=quantity)
        for rate, quantity in ((900, 3), (2100, 1), (900, 1))
    ]
    return counter.sell(moment, lines, counter.somebody(), discount_code="ZOMER", discount_cents=333)


def trial_order(counter: Counter, moment: datetime) -> OrderSeed:
    """A test order: no real money."""
    return replace(counter.sell(moment), test=True)


def online_order(counter: Counter, moment: datetime) -> OrderSeed:
    """An order of the web shop, not sent yet."""
    return counter.web_order(moment)


def noted_and_tagged(counter: Counter, moment: datetime) -> OrderSeed:
    """A note over two lines with quotes and an emoji, and tags of the staff."""
    note = 'Voor oma\'s 80e: "niet te groot" 🎁\nBellen vóór bezorging & <b>geen</b> bon.'
    return replace(counter.sell(moment, customer=counter.somebody()), note=note, tags=("vaste klant", "inpakken"))


NASTY_CASES: dict[str, Case] = {
    "300-lines": long_order,
    "walk-in": walk_in,
    "company": company,
    "split-payment": split_payment,
    "cash-with-change": cash_with_change,
    "tip": tip,
    "gift-card-sold": gift_card_sold,
    "paid-by-gift-card": paid_by_gift_card,
    "custom-sale": custom_sale,
    "cash-rounding": cash_rounding,
    "lettered-sku": lettered_sku,
    "unknown-sku": unknown_sku,
    "duplicate-email": duplicate_email,
    "email-in-other-case": email_in_other_case,
    "zero-total": zero_total,
    "indivisible-line-discount": indivisible_line_discount,
    "mixed-vat-discount": mixed_vat_discount,
    "test-order": trial_order,
    "online-order": online_order,
    "noted-and-tagged": noted_and_tagged,
}
"""The tag of each case and what makes it; ``midnight`` and, when the clocks change, ``dst-night`` come on top."""


def nasty_sale(counter: Counter, case: str, moment: datetime) -> OrderSeed:
    """Return a sale of a case, tagged with its name."""
    order = NASTY_CASES[case](counter, moment)
    return replace(order, tags=(*order.tags, case))


def dst_night_orders(day: date, line: LineSeed, location_number: int = 1) -> list[OrderSeed]:
    """Return one sale of a line at each awkward moment of the night a day begins with, oldest first, without numbers.

    ``night_moments`` says which; the first of them belongs to the day before.
    """
    cost = line.quantity * line.unit_price_cents - line.discount_cents
    return [OrderSeed(0, "", moment, location_number, (line,), tenders.by_card(cost), tags=(DST_NIGHT,)) for moment in night_moments(day)]
