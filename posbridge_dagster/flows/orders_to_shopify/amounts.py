"""What each line of a document comes to in Shopify, to the cent: discounts taken off, VAT shared out. Pure integers.

Shopify takes neither negative prices nor discounts on lines that were made elsewhere, and it does not compute VAT of its own
for an order that is written. So discount lines are taken off the other lines, and the VAT of each rate, which MplusKASSA
computes once per document, is shared out over the lines of that rate so that their sum is MplusKASSA's.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Literal

from posbridge_dagster.model.money import spread

Kind = Literal["article", "custom", "shipping", "discount"]
Rate = tuple[int, int]
"""VAT code and rate in hundredths of a percent."""


class Unbalanced(Exception):
    """A document that cannot be told in Shopify's terms; ``code`` is the reason code, the text says why."""

    def __init__(self, code: str, reason: str) -> None:
        self.code = code
        super().__init__(reason)


@dataclass(frozen=True)
class Amount:
    """A line's money: ``total`` as its document states prices (with or without VAT), ``tax`` its share of the VAT, in cents."""

    line_id: str
    position: int
    kind: Kind
    quantity: Decimal
    total: int
    rate: Rate
    tax: int = 0


def settled(lines: Sequence[Amount], taxes: dict[Rate, int], total: int, *, credit: bool = False) -> list[Amount]:
    """Return the lines that go to Shopify, with discounts taken off and VAT shared out; discount lines are gone.

    ``taxes`` is the VAT by rate, ``total`` what the lines must add up to. On a ``credit`` what comes back is positive. Goods that go
    the other way are those of which no earlier sale is known: the document can be neither told apart nor sent.

    Raises Unbalanced: lines_differ, return_line, sale_line, discount_too_high, vat_without_lines.
    """
    off = sum(line.total for line in lines) - total
    if off:
        raise Unbalanced("lines_differ", f"its lines differ from its total by {off} cents")
    other_way = [line for line in lines if line.quantity < 0 and line.kind != "discount"]
    if other_way:
        raise _mixed(other_way, total, credit=credit)
    return _taxed(_discounted(lines), taxes, stated=not credit)


def _mixed(lines: Sequence[Amount], total: int, *, credit: bool) -> Unbalanced:
    what = _positions([line.position for line in lines])
    amount = -sum(line.total for line in lines)
    sums = f"for {_euros(amount)} and the others come to {_euros(total + amount)}"
    if credit:
        return Unbalanced("sale_line", f"{what} sells goods {sums}; a refund of Shopify cannot, book the sale as one of its own")
    advice = "MplusKASSA knows no earlier sale of them to this relation: book the return as a credit of their invoice"
    return Unbalanced("return_line", f"{what} takes goods back {sums}; {advice}")


def _discounted(lines: Sequence[Amount]) -> list[Amount]:
    """Take every negative line off those of its own VAT rate as far as they reach, then off all others, by their share."""
    kept = [line for line in lines if line.total >= 0 and line.kind != "discount"]
    for discount in (line for line in lines if line not in kept):
        if discount.total > 0:
            raise Unbalanced("discount_too_high", f"line {discount.position} is a discount with a positive amount")
        same = [line for line in kept if line.rate == discount.rate and line.kind != "shipping"]
        enough = sum(line.total for line in same) >= -discount.total
        shares = _shares(-discount.total, same if enough else kept, discount.position)
        kept = [replace(line, total=line.total - shares.get(line.line_id, 0)) for line in kept]
    return kept


def _shares(discount: int, lines: Sequence[Amount], position: int) -> dict[str, int]:
    if discount > sum(line.total for line in lines):
        raise Unbalanced("discount_too_high", f"the discount of line {position} is more than the other lines come to")
    return dict(zip((line.line_id for line in lines), spread(discount, [line.total for line in lines]), strict=True)) if lines else {}


def _taxed(lines: Sequence[Amount], taxes: dict[Rate, int], *, stated: bool) -> list[Amount]:
    """Share the VAT of each rate out over its lines, by what they come to.

    VAT that has no line of its own is refused where it is ``stated`` to Shopify; what a refund gives back Shopify knows from its order.
    """
    tax_of: dict[str, int] = {}
    for rate, vat in taxes.items():
        bearers = [line for line in lines if line.rate == rate and line.total]
        if vat and (not bearers or vat < 0):
            if not stated:
                continue
            advice = "where a discount has another rate than the goods, give it theirs in MplusKASSA"
            raise Unbalanced("vat_without_lines", f"{vat} cents of VAT at {rate[1] / 100:g} % have no line to stand on; {advice}")
        tax_of |= dict(zip((line.line_id for line in bearers), spread(vat, [line.total for line in bearers]), strict=True))
    return [replace(line, tax=tax_of.get(line.line_id, 0)) for line in lines]


def _euros(minor: int) -> str:
    return str(Decimal(minor).scaleb(-2))


def _positions(positions: Sequence[int]) -> str:
    return ("lines " if len(positions) > 1 else "line ") + ", ".join(str(position) for position in positions)
