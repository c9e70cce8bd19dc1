"""The taxes of an order's parts: those that an app stated, or VAT that stands inside the price."""

from collections.abc import Iterable

from posbridge_dagster.sandbox.shopify.order_records import Line, Shipping, Tax
from posbridge_dagster.sandbox.shopify.scalars import tax_within

TAX_TITLE = "BTW"


def line_taxes(line: Line, net: int) -> list[Tax]:
    """Return the taxes of a line whose price after all discounts is given."""
    if line.taxes is not None:
        return line.taxes
    return [] if line.kind == "gift_card" else [Tax(tax_title(line.rate), line.rate, tax_within(net, line.rate))]


def shipping_taxes(shipping: Shipping) -> list[Tax]:
    """Return the taxes of a shipping line."""
    if shipping.taxes is not None:
        return shipping.taxes
    return [Tax(tax_title(shipping.rate), shipping.rate, tax_within(shipping.cents - shipping.discount_cents, shipping.rate))]


def tax_title(rate: int) -> str:
    """Return how this shop names a VAT rate."""
    return f"{TAX_TITLE} {rate / 100:g}%"


def grouped(taxes: Iterable[Tax]) -> list[Tax]:
    """Return taxes summed by title and rate; rates from high to low."""
    sums: dict[tuple[str, int], int] = {}
    for tax in taxes:
        sums[tax.title, tax.rate] = sums.get((tax.title, tax.rate), 0) + tax.cents
    return [Tax(title, rate, cents) for (title, rate), cents in sorted(sums.items(), key=lambda item: -item[0][1])]


def by_rate(taxes: Iterable[Tax]) -> dict[int, int]:
    """Return the sum of taxes by rate (hundredths of a percent), rates from high to low."""
    sums: dict[int, int] = {}
    for tax in taxes:
        sums[tax.rate] = sums.get(tax.rate, 0) + tax.cents
    return dict(sorted(sums.items(), reverse=True))
