"""Random orders as Shopify tells them, with what was paid for them and given back of them, for properties of what is written.

A day is drawn from one seed, so it is quick to make and the same each time. The amounts are made the way a shop makes them
(discounts spread to the cent, VAT per line, refunds as differences of cumulative shares) by arithmetic of its own; nothing of the
pipeline is used.
"""

from collections import Counter
from dataclasses import dataclass, field
from decimal import Decimal
from random import Random
from typing import Any

PLACES = {"EUR": 2, "USD": 2, "SEK": 2, "JPY": 0}
RATES = (2100, 900, 0)
METHODS = {"cash": "CONTANT", "shopify_payments": "PIN", "gift_card": "CADEAUBON", "manual": "OPREKENING"}
MOMENT = "2026-10-20T10:00:00Z"


@dataclass
class Sold:
    """An order node, and what must be written of it: money by way of paying and by VAT rate; the same for each refund."""

    node: dict[str, Any]
    paid: Counter[str]
    by_rate: Counter[int]
    refunds: dict[str, tuple[Counter[str], int]] = field(default_factory=dict)


@dataclass(frozen=True)
class _Line:
    quantity: int
    net: int
    tax: int
    rate: int

    def share(self, pieces: int) -> tuple[int, int]:
        return self.net * pieces // self.quantity, self.tax * pieces // self.quantity


def _vat(amount: int, rate: int, *, included: bool) -> int:
    """Return the VAT of an amount, half up."""
    whole = 10000 + rate if included else 10000
    return (2 * amount * rate + whole) // (2 * whole)


def _spread(total: int, weights: list[int]) -> list[int]:
    """Return a discount spread over lines so that its parts add up and no line costs less than nothing."""
    left, rest, parts = total, sum(weights), []
    for weight in weights:
        part = left * weight // rest if rest else 0
        parts.append(part)
        left, rest = left - part, rest - weight
    return parts


class _Shop:
    """Draws one order."""

    def __init__(self, random: Random, number: int, currency: str) -> None:
        self.random, self.number, self.currency = random, number, currency
        self.included, self.cash_rounding = self._maybe(), self._maybe()

    def _maybe(self) -> bool:
        return self.random.random() < 0.5

    def _upto(self, most: int) -> int:
        """Return a number from 0, often one of the ends."""
        return self.random.choice((0, most, self.random.randint(0, most), self.random.randint(0, most)))

    def money(self, minor: int) -> dict[str, Any]:
        amount = str(Decimal(minor).scaleb(-PLACES[self.currency]))
        return {
            "shopMoney": {"amount": amount, "currencyCode": self.currency},
            "presentmentMoney": {"amount": "123.45", "currencyCode": "GBP"},
        }

    def gross(self, net: int, tax: int) -> int:
        return net if self.included else net + tax

    def taxes(self, rate: int, tax: int) -> list[dict[str, Any]]:
        return [{"title": "BTW", "rate": rate / 10000, "priceSet": self.money(tax)}] if rate else []

    def order(self) -> Sold:
        random = self.random
        drawn = [(random.randint(1, 12), self._upto(20_000), random.choice(RATES)) for _ in range(random.randint(1, 6))]
        own = [self._upto(quantity * price) if self._maybe() else 0 for quantity, price, _ in drawn]
        nets = [quantity * price - off for (quantity, price, _), off in zip(drawn, own, strict=True)]
        whole = _spread(self._upto(sum(nets)) if self._maybe() else 0, nets)
        lines = []
        for (quantity, _, rate), net, share in zip(drawn, nets, whole, strict=True):
            lines.append(_Line(quantity, net - share, _vat(net - share, rate, included=self.included), rate))
        shipping, tip = self._upto(2000), self._upto(500)
        shipping_tax = _vat(shipping, 2100, included=self.included)
        by_rate = Counter({rate: sum(self.gross(line.net, line.tax) for line in lines if line.rate == rate) for rate in RATES})
        by_rate[2100] += self.gross(shipping, shipping_tax)
        total = by_rate.total() + tip
        by_rate[0] += tip
        rounded = -(total % 5) if self.cash_rounding else 0
        by_rate[0] += rounded
        node: dict[str, Any] = {
            "id": f"gid://shopify/Order/{self.number}",
            "name": f"#{self.number}",
            **dict.fromkeys(("createdAt", "updatedAt", "processedAt"), MOMENT),
            "test": False,
            "edited": False,
            "sourceName": "pos",
            "currencyCode": self.currency,
            "presentmentCurrencyCode": "GBP",
            "taxesIncluded": self.included,
            "displayFinancialStatus": "PAID",
            "displayFulfillmentStatus": "FULFILLED",
            "totalPriceSet": self.money(total),
            "totalTipReceivedSet": self.money(tip),
            "totalCashRoundingAdjustment": {"paymentSet": self.money(rounded)},
            "lineItems": [self._line(place, line, drawn[place][1], own[place], whole[place]) for place, line in enumerate(lines)],
            "shippingLines": [self._shipping(shipping, shipping_tax)] if shipping else [],
            "transactions": [],
            "refunds": [],
        }
        paid = self._pay(node["transactions"], total + rounded, "SALE", rounded)
        sold = Sold(node, paid, by_rate)
        self._refunds(sold, lines, (shipping, shipping_tax), total + rounded)
        return sold

    def _line(self, place: int, line: _Line, price: int, own: int, share: int) -> dict[str, Any]:
        sku = str(place % 3 + 1)
        return {
            "id": f"gid://shopify/LineItem/{self.number}{place}",
            "title": "Beker",
            "sku": sku,
            "quantity": line.quantity,
            "currentQuantity": line.quantity,
            "isGiftCard": False,
            "variant": {"id": f"gid://shopify/ProductVariant/{sku}", "sku": sku, "barcode": None},
            "originalUnitPriceSet": self.money(price),
            "originalTotalSet": self.money(line.quantity * price),
            "discountAllocations": [{"allocatedAmountSet": self.money(each)} for each in (own, share) if each],
            "taxLines": self.taxes(line.rate, line.tax),
        }

    def _shipping(self, price: int, tax: int) -> dict[str, Any]:
        return {
            "id": "gid://shopify/ShippingLine/1",
            "title": "Post",
            "originalPriceSet": self.money(price),
            "discountedPriceSet": self.money(price),
            "taxLines": self.taxes(2100, tax),
        }

    def _pay(self, transactions: list[dict[str, Any]], amount: int, kind: str, rounded: int = 0) -> Counter[str]:
        """Add payments by up to three ways that come to an amount, and return what was paid by which method."""
        first, second = sorted((self._upto(amount), self._upto(amount)))
        paid: Counter[str] = Counter()
        for number, cents in enumerate((first, second - first, amount - second), 1):
            gateway = "cash" if number == 3 and rounded else self.random.choice(sorted(METHODS))
            rounding = {"amountRoundingSet": self.money(rounded)} if number == 3 and rounded else {}
            if cents or rounding:
                transactions.append(self._payment(len(transactions) + 1, gateway, cents, kind, rounding))
                paid[METHODS[gateway]] += cents
        if kind == "SALE" and self._maybe():
            back = self.random.randint(1, 5000)
            transactions.append(self._payment(len(transactions) + 1, "cash", back, "SALE", {}))
            transactions.append(self._payment(len(transactions) + 1, "cash", back, "CHANGE", {}))
        return +paid

    def _payment(self, number: int, gateway: str, cents: int, kind: str, more: dict[str, Any]) -> dict[str, Any]:
        return {
            "id": f"gid://shopify/OrderTransaction/{self.number}{kind}{number}",
            "kind": kind,
            "status": "SUCCESS",
            "gateway": gateway,
            "test": False,
            "amountSet": self.money(cents),
            "processedAt": MOMENT,
            **more,
        }

    def _refunds(self, sold: Sold, lines: list[_Line], shipping: tuple[int, int], left: int) -> None:
        """Give back of the order in up to three refunds: pieces, shipping, something more or less, by several ways."""
        gone = [0] * len(lines)
        for number in range(1, self._upto(3) + 1):
            back = [self._upto(line.quantity - gone[place]) for place, line in enumerate(lines)]
            rows, parts = [], 0
            for place, pieces in enumerate(back):
                if pieces:
                    before, after = lines[place].share(gone[place]), lines[place].share(gone[place] + pieces)
                    net, tax = after[0] - before[0], after[1] - before[1]
                    gone[place] += pieces
                    parts += self.gross(net, tax)
                    rows.append(self._back(number, place, pieces, net, tax))
            carriage = self._maybe() and number == 1 and shipping[0] > 0
            parts += self.gross(*shipping) if carriage else 0
            money = min(left, max(0, parts + (self.random.randint(-300, 300) if self._maybe() else 0)))
            left -= money
            transactions: list[dict[str, Any]] = []
            paid = self._pay(transactions, money, "REFUND") if money else Counter()
            sold.node["refunds"].append(
                {
                    "id": f"gid://shopify/Refund/{self.number}{number}",
                    **dict.fromkeys(("createdAt", "processedAt", "updatedAt"), MOMENT),
                    "totalRefundedSet": self.money(money),
                    "refundLineItems": rows,
                    "refundShippingLines": [self._shipping_back(shipping)] if carriage else [],
                    "orderAdjustments": [self._adjustment(parts - money)] if parts != money else [],
                    "transactions": transactions,
                }
            )
            sold.refunds[f"{self.number}:r{self.number}{number}"] = (paid, money)

    def _back(self, number: int, place: int, pieces: int, net: int, tax: int) -> dict[str, Any]:
        return {
            "id": f"gid://shopify/RefundLineItem/{self.number}{number}{place}",
            "lineItem": {"id": f"gid://shopify/LineItem/{self.number}{place}"},
            "quantity": pieces,
            "restockType": "RETURN",
            "subtotalSet": self.money(net),
            "totalTaxSet": self.money(tax),
        }

    def _shipping_back(self, shipping: tuple[int, int]) -> dict[str, Any]:
        return {
            "id": "gid://shopify/RefundShippingLine/1",
            "shippingLine": {"id": "gid://shopify/ShippingLine/1"},
            "subtotalAmountSet": self.money(shipping[0]),
            "taxAmountSet": self.money(shipping[1]),
        }

    def _adjustment(self, amount: int) -> dict[str, Any]:
        return {"id": "gid://shopify/OrderAdjustment/1", "amountSet": self.money(amount), "taxAmountSet": self.money(0)}


def day(seed: int, orders: int) -> list[Sold]:
    """Return a day of so many random orders of a shop, which has one currency."""
    random, currency = Random(seed), sorted(PLACES)[seed % len(PLACES)]
    return [_Shop(random, 5000 + number, currency).order() for number in range(orders)]
