"""How a sale is paid: the tenders of an order, always equal to its total to the cent."""

import random

from posbridge_dagster.sandbox.seed import OrderSeed, PaymentSeed

CARD, CASH, GIFT_CARD = "shopify_payments", "cash", "gift_card"
NOTES_AND_COINS = (500, 1000, 2000, 5000, 10000, 20000, 50000)


def total_cents(order: OrderSeed) -> int:
    """Return what an order costs: lines after their discounts, less the order's discount, plus tip and shipping."""
    lines = sum(line.quantity * line.unit_price_cents - line.discount_cents for line in order.lines)
    return lines - order.order_discount_cents + order.tip_cents + order.shipping_cents


def paid_cents(payments: tuple[PaymentSeed, ...]) -> int:
    """Return what tenders pay of an order: sales less change, without the cash rounding in them."""
    return sum((-1 if payment.kind == "CHANGE" else 1) * payment.amount_cents - payment.rounding_cents for payment in payments)


def by_card(total: int) -> tuple[PaymentSeed, ...]:
    """Return one card payment; a total of zero has none."""
    return (PaymentSeed(CARD, total),) if total else ()


def by_cash(total: int) -> tuple[PaymentSeed, ...]:
    """Return one cash payment of the exact amount; a total of zero has none."""
    return (PaymentSeed(CASH, total),) if total else ()


def by_cash_with_change(total: int) -> tuple[PaymentSeed, ...]:
    """Return a note that is too big and the change for it; a total of zero has none."""
    if not total:
        return ()
    note = next((value for value in NOTES_AND_COINS if value > total), -(-(total + 1) // 10000) * 10000)
    return (PaymentSeed(CASH, note), PaymentSeed(CASH, note - total, kind="CHANGE"))


def by_rounded_cash(total: int) -> tuple[PaymentSeed, ...]:
    """Return one cash payment rounded to five cents, the Dutch and Belgian rule; the rounding is part of the payment."""
    rounded = (total + 2) // 5 * 5
    return (PaymentSeed(CASH, rounded, rounding_cents=rounded - total),) if total else ()


def split(total: int) -> tuple[PaymentSeed, ...]:
    """Return a gift card, cash and a card that share a total of at least three cents."""
    if total < 3:
        raise ValueError(f"{total} cents cannot be split over three tenders")
    third = total // 3
    return (PaymentSeed(GIFT_CARD, third), PaymentSeed(CASH, third), PaymentSeed(CARD, total - 2 * third))


def as_people_pay(chance: random.Random, total: int) -> tuple[PaymentSeed, ...]:
    """Return the tenders of an ordinary sale: mostly a card, now and then cash, a gift card or several of them."""
    if total < 3:
        return by_card(total)
    habit = chance.random()
    if habit < 0.62:
        return by_card(total)
    if habit < 0.78:
        return by_cash(total)
    if habit < 0.92:
        return by_cash_with_change(total)
    return split(total) if habit < 0.95 else (PaymentSeed(GIFT_CARD, total),)
