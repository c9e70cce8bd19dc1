"""How Shopify writes things: money, moments and ids."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from functools import lru_cache
from typing import Any

from posbridge_dagster.sandbox.shopify.refusals import Refusal

MoneyBag = dict[str, dict[str, str]]


def amount_text(cents: int) -> str:
    """Return an amount as Shopify prints a Decimal: ``1000`` is "10.0", ``4250`` is "42.5", ``-5`` is "-0.05"."""
    whole, rest = divmod(abs(cents), 100)
    decimals = f"{rest:02d}".rstrip("0") or "0"
    return f"{'-' if cents < 0 else ''}{whole}.{decimals}"


def price_text(cents: int) -> str:
    """Return an amount as Shopify prints the older Money scalar, always with two decimals."""
    whole, rest = divmod(abs(cents), 100)
    return f"{'-' if cents < 0 else ''}{whole}.{rest:02d}"


@lru_cache(maxsize=65536)
def money(cents: int, currency: str) -> dict[str, str]:
    """Return a MoneyV2. The same object comes back for the same amount: it must not be changed."""
    return {"amount": amount_text(cents), "currencyCode": currency}


@lru_cache(maxsize=65536)
def money_bag(cents: int, currency: str) -> MoneyBag:
    """Return a MoneyBag of a shop that sells in its own currency. The same object comes back for the same amount."""
    amount = money(cents, currency)
    return {"shopMoney": amount, "presentmentMoney": amount}


def spread(total: int, weights: Sequence[int]) -> list[int]:
    """Split cents over weights so that the parts add up to the total (largest remainder, ties to the first)."""
    whole = sum(weights)
    if not whole:
        return [0] * len(weights)
    shares, remainders = zip(*(divmod(total * weight, whole) for weight in weights), strict=True)
    parts = list(shares)
    for index in sorted(range(len(parts)), key=lambda i: -remainders[i])[: total - sum(parts)]:
        parts[index] += 1
    return parts


def share_of(total: int, part: int, whole: int) -> int:
    """Return the share of an amount that belongs to a part of a whole, rounded half up; 0 where there is no whole."""
    return (2 * total * part + whole) // (2 * whole) if whole else 0


def tax_within(cents: int, rate: int) -> int:
    """Return the tax inside a price, rounded half up; ``rate`` in hundredths of a percent (2100 is 21 %)."""
    return (2 * cents * rate + 10000 + rate) // (2 * (10000 + rate))


def cents_of(amount: Any) -> int:
    """Return an amount as Shopify takes it (``"12.10"``) in cents, rounded half up.

    Raises Refusal where it is no amount.
    """
    return int((number_of(amount) * 100).quantize(Decimal(1), ROUND_HALF_UP))


def number_of(value: Any) -> Decimal:
    """Return a Decimal as Shopify takes it, as text or as a number. Raises Refusal where it is none."""
    try:
        number = Decimal(str(value))
    except InvalidOperation as error:
        raise Refusal(f"Could not coerce value {json.dumps(value)} to Decimal", "argumentLiteralsIncompatible") from error
    if not number.is_finite():
        raise Refusal(f"Could not coerce value {json.dumps(value)} to Decimal", "argumentLiteralsIncompatible")
    return number


def read_moment(value: str | None) -> datetime | None:
    """Return a DateTime as Shopify takes it, UTC where it names no zone; None stays None. Raises Refusal where it is none."""
    if value is None:
        return None
    try:
        moment = datetime.fromisoformat(value)
    except ValueError as error:
        raise Refusal(f"Could not coerce value {json.dumps(value)} to DateTime", "argumentLiteralsIncompatible") from error
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)


def moment_text(moment: datetime) -> str:
    """Return a moment as Shopify prints it: UTC, whole seconds."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def moment_or_none(moment: datetime | None) -> str | None:
    """Return a moment as text, or None where there is none."""
    return None if moment is None else moment_text(moment)


def sort_moment(moment: datetime) -> str:
    """Return a moment as it stands in a cursor: UTC with microseconds, sortable as text."""
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")


def gid(kind: str, number: Any) -> str:
    """Return a global id: ``("Order", 5001)`` is ``gid://shopify/Order/5001``."""
    return f"gid://shopify/{kind}/{number}"


def split_gid(value: str) -> tuple[str, int] | None:
    """Return the type and number of a global id, or None where the text is no global id of a number."""
    parts = value.removeprefix("gid://shopify/").split("?", 1)[0].split("/")
    if not value.startswith("gid://shopify/") or len(parts) != 2 or not parts[1].isdigit():
        return None
    return parts[0], int(parts[1])
