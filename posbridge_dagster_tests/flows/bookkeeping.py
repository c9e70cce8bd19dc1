"""What a sale must look like in MplusKASSA, worked out from the seed alone and never from the pipeline."""

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from posbridge_dagster.sandbox.generator import services
from posbridge_dagster.sandbox.seed import OrderSeed, Seed
from posbridge_dagster_tests.flows.little_shop import received, total

METHODS = {"cash": "CONTANT", "shopify_payments": "PIN", "gift_card": "CADEAUBON"}
_CUSTOM = {2100: services.CUSTOM_SALE_21, 900: services.CUSTOM_SALE_9, 0: services.CUSTOM_SALE_0}


@dataclass(frozen=True)
class Books:
    """The content of one sale: money in cents, pieces by article, money by way of paying."""

    total: int
    pieces: dict[int, int]
    payments: dict[str, int]


def sold(order: OrderSeed, seed: Seed) -> Books:
    """Return what a sale of a shop must come to."""
    numbers = {article.code: article.article_number for family in seed.families for article in family.articles if article.code}
    pieces: dict[int, int] = defaultdict(int)
    for line in order.lines:
        article = services.GIFT_CARD_SOLD if line.kind == "gift_card" else numbers[line.code] if line.code else _CUSTOM[line.vat_rate]
        pieces[article] += line.quantity
    for amount, article in ((order.tip_cents, services.TIP), (rounding(order), services.CASH_ROUNDING)):
        if amount:
            pieces[article] += 1
    payments: dict[str, int] = defaultdict(int)
    for payment in order.payments:
        payments[METHODS[payment.gateway]] += (-1 if payment.kind == "CHANGE" else 1) * payment.amount_cents
    assert received(order) == sum(payments.values())
    return Books(total(order) + rounding(order), dict(pieces), dict(payments))


def held(document: dict[str, Any]) -> Books:
    """Return what a document of MplusKASSA comes to."""
    pieces: dict[int, int] = defaultdict(int)
    payments: dict[str, int] = defaultdict(int)
    for line in document["lines"]:
        pieces[line["articleNumber"]] += int(line["quantity"])
    for payment in document["payments"]:
        payments[payment["method"]] += payment["amount"]
    assert sum(line["total"] for line in document["lines"]) == document["totalInclAmount"]
    return Books(document["totalInclAmount"], dict(pieces), dict(payments))


def rounding(order: OrderSeed) -> int:
    """Return the cash rounding of a sale, in cents."""
    return sum(payment.rounding_cents for payment in order.payments)
