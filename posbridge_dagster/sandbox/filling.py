"""What a sandbox is to be filled with, and the shop that comes of it."""

from dataclasses import asdict, dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path

from posbridge_dagster.sandbox.generator import generate_shop
from posbridge_dagster.sandbox.generator.clock import SHOP_ZONE
from posbridge_dagster.sandbox.generator.wholesale import Size
from posbridge_dagster.sandbox.seed import Seed

DAYS = 7
STANDARD = Size()
ALL, PART, NONE = "all", "part", "none"
SHOPIFY_GOODS = (ALL, PART, NONE)
"""How much of the catalogue Shopify holds from the start: all of it, every other family, or nothing."""


@dataclass(frozen=True)
class Filling:
    """A generated shop, or with ``transactions`` the shop of a file, credits included or not. Without a first day the days end today.

    ``size`` makes a generated shop larger. ``shopify_goods`` is one of ``SHOPIFY_GOODS``.
    """

    seed: int = 1
    first_day: date | None = None
    days: int = DAYS
    orders_per_day: int = 40
    transactions: Path | None = None
    with_credits: bool = True
    size: Size = STANDARD
    shopify_goods: str = ALL

    def shop(self, now: datetime) -> Seed:
        """Return the shop; ``now`` (aware) decides what today is and is only looked at without a first day.

        Raises ValueError when the days or the size do not fit, or the file is not a transaction file.
        """
        if self.transactions and self.size != STANDARD:
            raise ValueError("a shop from a transaction file has the goods of that file; leave its size out")
        if self.transactions is None:
            return self._generated(now)
        if self.first_day is None:
            raise ValueError("a transaction file needs the days to load, such as --days 2009-12-01..2009-12-12")
        # Imported here, because a generated shop needs no pandas and every command of posbridge reads this module.
        from posbridge_dagster.sandbox.transactions import shop_from_transactions

        last_day = self.first_day + timedelta(days=self.days - 1)
        return shop_from_transactions(self.transactions, self.first_day, last_day, with_credits=self.with_credits)

    def in_shopify(self, shop: Seed) -> Seed:
        """Return what Shopify is filled with, of the shop that MplusKASSA holds whole."""
        if self.shopify_goods == ALL:
            return shop
        return replace(shop, families=shop.families[::2] if self.shopify_goods == PART else [])

    def described(self) -> dict[str, str]:
        """Return the filling as texts, to be kept beside a saved state."""
        return {name: str(value) for name, value in asdict(self).items()}

    def _generated(self, now: datetime) -> Seed:
        if self.first_day is not None:
            return generate_shop(self.seed, self.first_day, self.days, self.orders_per_day, size=self.size)
        first_day = now.astimezone(SHOP_ZONE).date() - timedelta(days=self.days - 1)
        return generate_shop(self.seed, first_day, self.days, self.orders_per_day, until=now, size=self.size)
