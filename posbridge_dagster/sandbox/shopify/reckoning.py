"""The money of an order, in cents of the shop's currency, prices including VAT.

Discounts of a whole order are spread over its lines by largest remainder. VAT stands inside the price and is rounded half
up per line. What a refund takes of a line is the difference of two cumulative shares, so parts always add up to the whole.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from functools import cached_property

from posbridge_dagster.sandbox.shopify.records import Line, Order, Refund, Transaction
from posbridge_dagster.sandbox.shopify.scalars import spread, tax_within

INCOMING = ("SALE", "CAPTURE")


@dataclass(slots=True)
class LineSum:
    """What a line costs: before discounts, its own discount, its share of the order's discount, what is left, its VAT."""

    line: Line
    gross: int
    own_discount: int
    order_discount: int
    net: int
    tax: int
    returned: int = 0
    returned_net: int = 0
    returned_tax: int = 0

    def give_back(self, quantity: int) -> tuple[int, int]:
        """Take a quantity back and return the money and the VAT within it that belong to it."""
        self.returned += quantity
        net = self.net * self.returned // self.line.quantity - self.returned_net
        tax = self.tax * self.returned // self.line.quantity - self.returned_tax
        self.returned_net += net
        self.returned_tax += tax
        return net, tax

    @property
    def kept(self) -> int:
        """Return the quantity that did not come back."""
        return self.line.quantity - self.returned


@dataclass(slots=True)
class RefundSum:
    """What a refund gave back: per line (money, VAT), for shipping (money, VAT), and the money that moved.

    ``discrepancy`` is what the parts add up to minus what was paid out: negative in the customer's favour.
    """

    refund: Refund
    lines: list[tuple[int, int]]
    shipping: int
    shipping_tax: int
    paid: int
    rounding: int
    discrepancy: int


@dataclass
class Reckoning:
    """All sums of one order."""

    order: Order
    lines: list[LineSum]
    tip: int
    shipping_tax: int
    refunds: list[RefundSum] = field(default_factory=list)

    @cached_property
    def by_line(self) -> dict[int, LineSum]:
        """Return the sums by line number."""
        return {entry.line.number: entry for entry in self.lines}

    @cached_property
    def subtotal(self) -> int:
        """Return the goods after all discounts, without tip and shipping."""
        return sum(entry.net for entry in self.lines)

    @cached_property
    def total(self) -> int:
        """Return the price of the order before returns, tip and shipping included."""
        return self.subtotal + self.order.shipping_cents + self.tip

    @cached_property
    def discounts(self) -> int:
        """Return all discounts of lines and order."""
        return sum(entry.own_discount + entry.order_discount for entry in self.lines)

    @cached_property
    def tax_by_rate(self) -> dict[int, int]:
        """Return the VAT per rate, shipping included; rates from high to low."""
        taxes: dict[int, int] = defaultdict(int)
        for entry in self.lines:
            if entry.line.kind != "gift_card":
                taxes[entry.line.rate] += entry.tax
        if self.order.shipping_cents:
            taxes[self.order.shipping_rate] += self.shipping_tax
        return dict(sorted(taxes.items(), reverse=True))

    @cached_property
    def tax(self) -> int:
        """Return all VAT within the total."""
        return sum(self.tax_by_rate.values())

    @cached_property
    def current_tax_by_rate(self) -> dict[int, int]:
        """Return the VAT per rate that is left after refunds."""
        taxes = dict(self.tax_by_rate)
        for entry in self.lines:
            if entry.returned_tax:
                taxes[entry.line.rate] -= entry.returned_tax
        returned = sum(entry.shipping_tax for entry in self.refunds)
        if returned:
            taxes[self.order.shipping_rate] -= returned
        return taxes

    @cached_property
    def returned_shipping(self) -> int:
        """Return the shipping that was refunded."""
        return sum(entry.shipping for entry in self.refunds)

    @cached_property
    def current_subtotal(self) -> int:
        """Return the goods after discounts and returns."""
        return self.subtotal - sum(entry.returned_net for entry in self.lines)

    @cached_property
    def current_total(self) -> int:
        """Return the price of the order after returns."""
        return self.total - (self.subtotal - self.current_subtotal) - self.returned_shipping

    def _moved(self, *kinds: str) -> list[Transaction]:
        return [entry for entry in self.order.transactions if entry.status == "SUCCESS" and entry.kind in kinds]

    @cached_property
    def received(self) -> int:
        """Return the money that came in, change given back taken off."""
        return sum(entry.cents for entry in self._moved(*INCOMING)) - sum(entry.cents for entry in self._moved("CHANGE"))

    @cached_property
    def payment_rounding(self) -> int:
        """Return the cash rounding within what was received."""
        return sum(entry.rounding_cents for entry in self._moved(*INCOMING, "CHANGE"))

    @cached_property
    def settled(self) -> int:
        """Return how much of the price is paid: cash rounding does not count as paid or owed."""
        return self.received - self.payment_rounding

    @cached_property
    def refunded(self) -> int:
        """Return the money that went back."""
        return sum(entry.cents for entry in self._moved("REFUND"))

    @cached_property
    def refund_rounding(self) -> int:
        """Return the cash rounding within what went back."""
        return sum(entry.rounding_cents for entry in self._moved("REFUND"))

    @cached_property
    def financial_status(self) -> str:
        """Return the displayed payment state."""
        if self.refunded:
            return "REFUNDED" if self.refunded >= self.received else "PARTIALLY_REFUNDED"
        if self.settled >= (self.current_total if self.order.exchanges else self.total):
            return "PAID"
        if self.settled:
            return "PARTIALLY_PAID"
        if self.order.cancelled_at:
            return "VOIDED"
        return "AUTHORIZED" if self._moved("AUTHORIZATION") else "PENDING"


def reckon(order: Order) -> Reckoning:
    """Return the sums of an order as it is now."""
    goods = order.goods
    after_own = [line.quantity * line.unit_cents - line.discount_cents for line in goods]
    without = {line.number for line in goods if line.kind == "gift_card"} | order.exchanged
    weights = [0 if line.number in without else max(cents, 0) for line, cents in zip(goods, after_own, strict=True)]
    shares = spread(min(order.discount_cents, sum(weights)), weights)
    lines = []
    for line, own, share in zip(goods, after_own, shares, strict=True):
        net = own - share
        tax = 0 if line.kind == "gift_card" else tax_within(net, line.rate)
        lines.append(LineSum(line, own + line.discount_cents, line.discount_cents, share, net, tax))
    tip = sum(line.quantity * line.unit_cents for line in order.lines if line.kind == "tip")
    sums = Reckoning(order, lines, tip, tax_within(order.shipping_cents, order.shipping_rate))
    for refund in order.refunds:
        sums.refunds.append(_refund_sum(sums, refund))
    return sums


def _refund_sum(sums: Reckoning, refund: Refund) -> RefundSum:
    lines = [sums.by_line[entry.line].give_back(entry.quantity) for entry in refund.lines]
    moved = [entry for entry in sums.order.transactions if entry.number in refund.transactions and entry.status == "SUCCESS"]
    paid, rounding = sum(entry.cents for entry in moved), sum(entry.rounding_cents for entry in moved)
    parts = sum(net for net, _ in lines) + refund.shipping_cents
    discrepancy = parts - (paid - rounding) if moved and refund.settles is None else 0  # in an exchange the rest pays for new goods
    shipping_tax = tax_within(refund.shipping_cents, sums.order.shipping_rate)
    return RefundSum(refund, lines, refund.shipping_cents, shipping_tax, paid, rounding, discrepancy)
