"""The version of the Admin API that everything here is written for, and the day it ends.

Shopify answers a retired version with the oldest one it still serves, without an error; the header of the answer tells.
"""

from datetime import date

PINNED = "2026-10"
SUPPORTED_UNTIL = date(2027, 10, 16)
ENDS_SOON_DAYS = 45
"""From so many days before its end on a version is said to end soon: time enough to update."""
HEADER = "X-Shopify-API-Version"


def days_left(today: date) -> int:
    """Return how many days the pinned version is still served; negative once it has ended."""
    return (SUPPORTED_UNTIL - today).days


def has_fallen_forward(asked: str, served: str | None) -> bool:
    """Return whether the answer came from another version than the one asked; an answer that does not say counts as the asked one."""
    return served is not None and served != asked
