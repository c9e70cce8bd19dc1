"""Order edits as staff make them in the admin: new quantities, added lines."""

from dataclasses import dataclass
from datetime import datetime

from posbridge_dagster.sandbox.seed import LineSeed, PaymentSeed
from posbridge_dagster.sandbox.shopify import planting
from posbridge_dagster.sandbox.shopify.order_records import Order, Tax
from posbridge_dagster.sandbox.shopify.reckoning import reckon
from posbridge_dagster.sandbox.shopify.records import Variant
from posbridge_dagster.sandbox.shopify.scalars import share_of


@dataclass(frozen=True)
class QuantitySeed:
    """A new quantity of a line, by its position in the sale; 0 removes it."""

    line: int
    quantity: int


@dataclass(frozen=True)
class EditSeed:
    """An order edit: new quantities, added lines, and what was paid for it."""

    created_at: datetime
    quantities: tuple[QuantitySeed, ...] = ()
    lines: tuple[LineSeed, ...] = ()
    payments: tuple[PaymentSeed, ...] = ()


def edit(sale: Order, seed: EditSeed, variants_by_sku: dict[str, Variant]) -> None:
    """Change quantities and add lines. Pieces that an edit takes off still stand in a line's quantity, but count no more.

    Raises ValueError where a quantity is negative or a line is not there.
    """
    kept = {entry.line.number: entry.kept for entry in reckon(sale).lines}
    all_handed_over = sale.fulfilled
    for change in seed.quantities:
        line = planting.sold_at(sale, change.line)
        if change.quantity < 0:
            raise ValueError(f"line {change.line} of order {sale.name} cannot become {change.quantity} pieces")
        more = change.quantity - kept[line.number]
        if more > 0:
            grown = line.quantity + more
            line.taxes = line.taxes and [Tax(tax.title, tax.rate, share_of(tax.cents, grown, line.quantity)) for tax in line.taxes]
            line.quantity, line.added = grown, line.added + more
        else:
            line.removed -= more
    planting.add_lines(sale, seed.lines, variants_by_sku, seed.created_at, hand_over=all_handed_over)
    for payment in seed.payments:
        planting.pay(sale, payment, payment.kind, seed.created_at)
    sale.edited, sale.stated_status = True, ""
