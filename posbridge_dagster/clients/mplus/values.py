"""What numbers and ids of the interface mean: quantity pairs, percentages, ids in two spellings."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

MOST_PLACES = 6


def quantity_value(quantity: int, places: int | None = None) -> Decimal:
    """Return what a pair of quantity and decimal places says: ``(125, 2)`` is 1.25; absent places are 0.

    The rule is the vendor's (prices and quantities page). Raises ValueError for negative places.
    """
    if places is not None and places < 0:
        raise ValueError(f"{places} decimal places: the sign of a quantity is on the quantity")
    return Decimal(quantity).scaleb(-(places or 0))


def quantity_pair(value: Decimal | int) -> tuple[int, int]:
    """Return quantity and decimal places of a number, with as few places as hold it exactly: 1.250 is ``(125, 2)``.

    Raises ValueError for a number that is not finite or needs more than six places, the most MplusKASSA keeps.
    """
    exact = Decimal(value)
    if not exact.is_finite():
        raise ValueError(f"{value} is not a quantity")
    places = max(0, -int(exact.normalize().as_tuple().exponent))
    if places > MOST_PLACES:
        raise ValueError(f"{value} has more than {MOST_PLACES} decimal places")
    return int(exact.scaleb(places)), places


def percent_scale(vat_groups: Iterable[Mapping[str, Any]]) -> int:
    """Return how many units of an integer percentage are one percent: 100 (2100 is 21 %) or 1 (21 is 21 %).

    No VAT rate is above 100 %, so one that reads higher proves hundredths. Without any rate above zero nothing is proven
    and ValueError is raised.
    """
    rates = [int(group["vatPercentage"]) for group in vat_groups]
    if not any(rates):
        raise ValueError(
            "no VAT rate above zero is configured, so the scale of percentages cannot be told; configure the rates in MplusKASSA"
        )
    return 100 if max(rates) > 100 else 1


def percentage(raw: int, scale: int) -> Decimal:
    """Return an integer percentage of the interface as percent: ``(2100, 100)`` is 21."""
    return Decimal(raw) / scale


def bare_id(text: str) -> str:
    """Return an id as compared: lower case, without dashes, because both spellings of a UUID occur."""
    return text.replace("-", "").lower()


def same_id(one: str, other: str) -> bool:
    """Whether two spellings name the same document."""
    return bare_id(one) == bare_id(other)
