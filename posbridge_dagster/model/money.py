"""Exact money: integer minor units beside a currency, never a float.

A frame holds amounts as int64 columns that end in ``_minor`` (cents for EUR). Text from a system becomes minor units here
and nowhere else, so that an amount the currency cannot hold is refused instead of rounded.
"""

from collections.abc import Sequence
from decimal import Decimal, InvalidOperation

from babel.numbers import get_currency_precision


class MoneyError(ValueError):
    """An amount that cannot be held exactly, or two currencies that were about to be mixed."""


def minor_units(amount: str | Decimal, currency: str) -> int:
    """Return a decimal amount as whole minor units of its currency: ``("10.5", "EUR")`` is 1050.

    Raises MoneyError when the text is no number or has more decimals than the currency knows.
    """
    try:
        scaled = Decimal(amount).scaleb(get_currency_precision(currency))
    except InvalidOperation as error:
        raise MoneyError(f"{amount!r} is not an amount of money") from error
    if not scaled.is_finite() or scaled != scaled.to_integral_value():
        raise MoneyError(f"{amount} {currency} has more decimals than {currency} knows")
    return int(scaled)


def decimal_amount(minor: int, currency: str) -> Decimal:
    """Return minor units as a decimal amount with the currency's number of places: ``(1050, "EUR")`` is 10.50."""
    return Decimal(minor).scaleb(-get_currency_precision(currency))


def spread(total: int, weights: Sequence[int]) -> list[int]:
    """Split minor units over weights so that the parts add up to the total exactly (largest remainder).

    Equal remainders go to the first weight, so the split is the same each time. All weights zero: equal shares.
    """
    if not weights:
        if total:
            raise MoneyError(f"{total} minor units cannot be spread over nothing")
        return []
    if any(weight < 0 for weight in weights):
        raise MoneyError("a share cannot be negative")
    base = list(weights) if any(weights) else [1] * len(weights)
    whole = sum(base)
    shares, remainders = zip(*(divmod(total * weight, whole) for weight in base), strict=True)
    parts = list(shares)
    for index in sorted(range(len(base)), key=lambda i: (-remainders[i], i))[: total - sum(parts)]:
        parts[index] += 1
    return parts
