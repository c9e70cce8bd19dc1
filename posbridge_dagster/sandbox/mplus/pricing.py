"""What a line and a document come to, in whole cents. Halves are rounded away from zero, and nothing is ever a float."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from posbridge_dagster.sandbox.mplus.records import Line, VatTotal

INCLUSIVE = "VAT-METHOD-INCLUSIVE"
EXCLUSIVE = "VAT-METHOD-EXCLUSIVE"
WITHOUT_VAT = ("VAT-METHOD-SHIFTED", "VAT-METHOD-NONE")

_CENT = Decimal(1)


def rounded(amount: Decimal) -> int:
    """Return an amount in cents as whole cents."""
    return int(amount.quantize(_CENT, ROUND_HALF_UP))


def vat_within(incl: int, rate: int) -> int:
    """Return the VAT that a price including VAT holds."""
    return rounded(Decimal(incl * rate) / (10000 + rate))


def vat_upon(excl: int, rate: int) -> int:
    """Return the VAT that comes upon a price excluding VAT."""
    return rounded(Decimal(excl * rate) / 10000)


@dataclass(frozen=True)
class Asked:
    """The money of a line as a request gives it, in cents and percents; None = not given."""

    quantity: Decimal
    price: Decimal | None = None
    price_excl: Decimal | None = None
    discount_amount: Decimal | None = None
    discount_amount_excl: Decimal | None = None
    discount_percentage: Decimal | None = None


@dataclass(frozen=True)
class Priced:
    """The money of a line as the document keeps it, in cents."""

    price: int
    price_excl: int
    discount_amount: int
    total_incl: int
    total_excl: int


def priced(asked: Asked, list_price_incl: int, rate: int, method: str) -> Priced:
    """Return what a line comes to: quantity times price minus the discount of the whole line.

    Under INCLUSIVE the price includes VAT. Under EXCLUSIVE ``priceExcl`` counts, or else ``price`` read as excluding VAT. A
    price that is not given is the list price. Reverse-charged and VAT-free documents have a rate of 0.
    """
    inclusive = method == INCLUSIVE
    unit, discount = _unit(asked, list_price_incl, rate, inclusive), _discount_given(asked, inclusive)
    whole = asked.quantity * unit
    if discount is None:
        discount = whole * (asked.discount_percentage or 0) / 100
    total = rounded(whole - discount)
    if inclusive:
        price, total_incl, total_excl = rounded(unit), total, total - vat_within(total, rate)
        return Priced(price, price - vat_within(price, rate), rounded(discount), total_incl, total_excl)
    price_excl = rounded(unit)
    return Priced(price_excl + vat_upon(price_excl, rate), price_excl, rounded(discount), total + vat_upon(total, rate), total)


def _unit(asked: Asked, list_price_incl: int, rate: int, inclusive: bool) -> Decimal:
    if inclusive:
        if asked.price is not None:
            return asked.price
        if asked.price_excl is not None:
            return Decimal(rounded(asked.price_excl * (10000 + rate) / 10000))
        return Decimal(list_price_incl)
    if asked.price_excl is not None:
        return asked.price_excl
    return asked.price if asked.price is not None else Decimal(list_price_incl - vat_within(list_price_incl, rate))


def _discount_given(asked: Asked, inclusive: bool) -> Decimal | None:
    if inclusive or asked.discount_amount_excl is None:
        return asked.discount_amount
    return asked.discount_amount_excl


def document_totals(lines: Iterable[Line], method: str) -> tuple[int, int, list[VatTotal]]:
    """Return the totals including and excluding VAT and the VAT by code; VAT is rounded once per code, not per line."""
    sums: dict[tuple[int, int], int] = {}
    for line in lines:
        if line.article_number or line.total_incl:
            group = (line.vat_code, line.vat_rate)
            sums[group] = sums.get(group, 0) + (line.total_incl if method == INCLUSIVE else line.total_excl)
    totals = []
    for (code, rate), amount in sorted(sums.items()):
        vat = vat_within(amount, rate) if method == INCLUSIVE else vat_upon(amount, rate)
        totals.append(VatTotal(code, rate, amount - vat if method == INCLUSIVE else amount, vat))
    excl = sum(total.excl for total in totals)
    return excl + sum(total.vat for total in totals), excl, totals
