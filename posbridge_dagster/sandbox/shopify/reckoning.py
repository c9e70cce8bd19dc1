"""The money of an order, in cents of its currency.

Discounts of a whole order are spread over its lines by largest remainder. Taxes are those that an app stated, or VAT that
stands inside the price and is rounded half up per line. What a refund takes of a line is the difference of two cumulative
shares, so parts always add up to the whole.
"""

from dataclasses import dataclass, field
from functools import cached_property

from posbridge_dagster.sandbox.shopify.order_records import Line, Order, Refund, Tax, Transaction
from posbridge_dagster.sandbox.shopify.scalars import share_of, spread
from posbridge_dagster.sandbox.shopify.taxes import grouped, line_taxes, shipping_taxes

INCOMING = ("SALE", "CAPTURE")


@dataclass(slots=True)
class LineSum:
    """What a line costs: before discounts, its own discount, its share of the order's discount, what is left, its taxes.

    ``returned`` pieces came back, ``gone`` ones count no more, whether they came back or were removed by an edit.
    """

    line: Line
    gross: int
    own_discount: int
    order_discount: int
    net: int
    taxes: list[Tax] = field(default_factory=list)
    returned: int = 0
    gone: int = 0

    @property
    def tax(self) -> int:
        """Return all taxes of the line."""
        return sum(tax.cents for tax in self.taxes)

    def share(self, pieces: int) -> tuple[int, int]:
        """Return the money and the tax of the first pieces of the line."""
        quantity = self.line.quantity
        if not quantity:
            return 0, 0
        return self.net * pieces // quantity, sum(tax.cents * pieces // quantity for tax in self.taxes)

    def remove(self, pieces: int) -> tuple[int, int]:
        """Take pieces off and return the money and the tax that belong to them."""
        before = self.share(self.gone)
        self.gone += pieces
        net, tax = self.share(self.gone)
        return net - before[0], tax - before[1]

    def give_back(self, pieces: int) -> tuple[int, int]:
        """Take pieces back and return the money and the tax that belong to them."""
        self.returned += pieces
        return self.remove(pieces)

    @property
    def kept(self) -> int:
        """Return the quantity that is still sold."""
        return self.line.quantity - self.gone


@dataclass(slots=True)
class RefundSum:
    """What a refund gave back: per line (money, tax), for shipping (money, tax), and the money that moved.

    ``discrepancy`` is what the parts add up to minus what was paid out: negative in the customer's favour. The value of goods
    taken in exchange counts as paid out.
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
    shipping_taxes: list[Tax]
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
    def shipping(self) -> int:
        """Return the shipping after discounts."""
        return sum(entry.cents - entry.discount_cents for entry in self.order.shippings)

    @cached_property
    def shipping_tax(self) -> int:
        """Return the taxes of shipping."""
        return sum(tax.cents for tax in self.shipping_taxes)

    def _with_tax(self, cents: int, tax: int) -> int:
        return cents if self.order.taxes_included else cents + tax

    @cached_property
    def total(self) -> int:
        """Return the price of the order before returns: tip and shipping included, and what was added later."""
        return self._with_tax(self.subtotal + self.shipping + self.tip, self.tax)

    @cached_property
    def original_total(self) -> int:
        """Return the price of the order when it was made."""
        later = 0
        for entry in self.lines:
            if entry.line.added:
                net, tax = entry.share(entry.line.quantity - entry.line.added)
                later += self._with_tax(entry.net - net, entry.tax - tax)
        return self.total - later

    @cached_property
    def discounts(self) -> int:
        """Return all discounts of lines, order and shipping."""
        return sum(entry.own_discount + entry.order_discount for entry in self.lines) + sum(
            entry.discount_cents for entry in self.order.shippings
        )

    @cached_property
    def taxes(self) -> list[Tax]:
        """Return the taxes by title and rate, shipping included; rates from high to low."""
        return grouped(tax for taxes in (*(entry.taxes for entry in self.lines), self.shipping_taxes) for tax in taxes)

    @cached_property
    def tax(self) -> int:
        """Return all taxes, within the total or on top of it."""
        return sum(tax.cents for tax in self.taxes)

    @cached_property
    def current_taxes(self) -> list[Tax]:
        """Return the taxes that are left after edits and refunds, as ``taxes``."""
        left = []
        for entry in self.lines:
            for tax in entry.taxes:
                gone = tax.cents * entry.gone // entry.line.quantity if entry.line.quantity else 0
                left.append(Tax(tax.title, tax.rate, tax.cents - gone))
        returned = spread(sum(entry.shipping_tax for entry in self.refunds), [tax.cents for tax in self.shipping_taxes])
        left += [Tax(tax.title, tax.rate, tax.cents - back) for tax, back in zip(self.shipping_taxes, returned, strict=True)]
        return grouped(left)

    @cached_property
    def current_tax(self) -> int:
        """Return all taxes that are left."""
        return sum(tax.cents for tax in self.current_taxes)

    @cached_property
    def returned_shipping(self) -> int:
        """Return the shipping that was refunded."""
        return sum(entry.shipping for entry in self.refunds)

    @cached_property
    def current_subtotal(self) -> int:
        """Return the goods after discounts, edits and returns."""
        return self.subtotal - sum(entry.share(entry.gone)[0] for entry in self.lines)

    @cached_property
    def current_total(self) -> int:
        """Return the price of the order after edits and returns."""
        return self._with_tax(self.current_subtotal + self.shipping - self.returned_shipping + self.tip, self.current_tax)

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
    def capturable(self) -> int:
        """Return the money that is authorized and not captured."""
        if self.order.cancelled_at is not None:
            return 0
        return max(sum(entry.cents for entry in self._moved("AUTHORIZATION")) - sum(entry.cents for entry in self._moved("CAPTURE")), 0)

    @cached_property
    def refunded(self) -> int:
        """Return the money that went back."""
        return sum(entry.cents for entry in self._moved("REFUND"))

    @cached_property
    def refund_rounding(self) -> int:
        """Return the cash rounding within what went back."""
        return sum(entry.rounding_cents for entry in self._moved("REFUND"))

    @cached_property
    def outstanding(self) -> int:
        """Return what is not yet transacted: positive when the customer owes it, negative when the shop does."""
        net = self.settled - (self.refunded - self.refund_rounding)
        return self.current_total - net - self.capturable + sum(entry.discrepancy for entry in self.refunds)

    @cached_property
    def is_paid(self) -> bool:
        """Return whether the customer owes nothing; what is only authorized is owed."""
        return self.outstanding + self.capturable <= 0

    @cached_property
    def financial_status(self) -> str | None:
        """Return the displayed payment state; an app's order without any payment has none."""
        if self.order.stated_status:
            return self.order.stated_status
        if self.refunded:
            return "REFUNDED" if self.refunded >= self.received else "PARTIALLY_REFUNDED"
        if self.order.cancelled_at and self.total and not self.settled:
            return "VOIDED"
        if self.is_paid:
            return "PAID"
        if self.settled:
            return "PARTIALLY_PAID"
        if self._moved("AUTHORIZATION"):
            return "AUTHORIZED"
        return None if self.order.by_app and not self.order.transactions else "PENDING"


def reckon(order: Order) -> Reckoning:
    """Return the sums of an order as it is now."""
    goods = order.goods
    after_own = [line.quantity * line.unit_cents - line.discount_cents for line in goods]
    weights = [_discountable(line, cents) for line, cents in zip(goods, after_own, strict=True)]
    shares = spread(min(order.discount_cents, sum(weights)), weights)
    lines = []
    for line, own, share in zip(goods, after_own, shares, strict=True):
        net = own - share
        lines.append(LineSum(line, own + line.discount_cents, line.discount_cents, share, net, line_taxes(line, net)))
    tip = sum(line.quantity * line.unit_cents for line in order.lines if line.kind == "tip")
    sums = Reckoning(order, lines, tip, [tax for entry in order.shippings for tax in shipping_taxes(entry)])
    for entry in sums.lines:
        if entry.line.removed:
            entry.remove(entry.line.removed)
    for refund in order.refunds:
        sums.refunds.append(_refund_sum(sums, refund))
    return sums


def _discountable(line: Line, cents: int) -> int:
    """Return how much of a line the order's discount is spread over: gift cards and what was added later are left out."""
    return 0 if line.kind == "gift_card" else max(cents - line.added * line.unit_cents, 0)


def _refund_sum(sums: Reckoning, refund: Refund) -> RefundSum:
    lines = [sums.by_line[entry.line].give_back(entry.quantity) for entry in refund.lines]
    moved = [entry for entry in sums.order.transactions if entry.number in refund.transactions and entry.status == "SUCCESS"]
    paid, rounding = sum(entry.cents for entry in moved), sum(entry.rounding_cents for entry in moved)
    before = sum(entry.shipping for entry in sums.refunds)
    shipping_tax = share_of(sums.shipping_tax, before + refund.shipping_cents, sums.shipping) - share_of(
        sums.shipping_tax, before, sums.shipping
    )
    taxes = 0 if sums.order.taxes_included else sum(tax for _, tax in lines) + shipping_tax
    parts = sum(net for net, _ in lines) + refund.shipping_cents + taxes
    left = parts - min(_exchanged(sums, refund), parts)
    discrepancy = left - (paid - rounding) if moved else 0
    return RefundSum(refund, lines, refund.shipping_cents, shipping_tax, paid, rounding, discrepancy)


def _exchanged(sums: Reckoning, refund: Refund) -> int:
    """Return the value of the goods that were taken in exchange for what this refund gave back."""
    taken = [number for entry in sums.order.returns if refund.number in entry.refunds for number in entry.exchanges]
    entries = [sums.by_line[number] for number in taken]
    return sum(entry.net + (0 if sums.order.taxes_included else entry.tax) for entry in entries)
