"""Quantities as the API writes them: a whole number and a number of decimal places."""

from decimal import Decimal


def quantity_of(number: int, places: int | None) -> Decimal:
    """Return the exact quantity; absent decimal places are 0 (vendor's page on prices and quantities)."""
    return Decimal(number).scaleb(-(places or 0))


def scaled(quantity: Decimal) -> tuple[int, int]:
    """Return a quantity as its number and its decimal places, the fewest that hold it."""
    exponent = quantity.as_tuple().exponent
    if not isinstance(exponent, int):
        raise ValueError(f"{quantity} is no quantity")
    if exponent < 0:
        quantity = quantity.normalize()
        exponent = int(quantity.as_tuple().exponent)
    places = max(0, -exponent)
    return int(quantity.scaleb(places)), places


def quantity_text(quantity: Decimal) -> str:
    """Return a quantity as plain decimal text without needless zeros: ``1.5``, ``10``."""
    return f"{quantity.normalize():f}"
