"""What a sandbox is to be filled with, and the shop that comes of it."""

from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from posbridge_dagster.sandbox.generator import generate_shop
from posbridge_dagster.sandbox.generator.clock import SHOP_ZONE
from posbridge_dagster.sandbox.seed import Seed

DAYS = 7


@dataclass(frozen=True)
class Filling:
    """A generated shop, or with ``transactions`` the shop of a file, credits included or not. Without a first day the days end today."""

    seed: int = 1
    first_day: date | None = None
    days: int = DAYS
    orders_per_day: int = 40
    transactions: Path | None = None
    with_credits: bool = True

    def shop(self, now: datetime) -> Seed:
        """Return the shop; ``now`` (aware) decides what today is and is only looked at without a first day.

        Raises ValueError when the days do not fit, or the file is not a transaction file.
        """
        if self.transactions is None:
            return self._generated(now)
        if self.first_day is None:
            raise ValueError("a transaction file needs the days to load, such as --days 2009-12-01..2009-12-12")
        # Imported here, because a generated shop needs no pandas and every command of posbridge reads this module.
        from posbridge_dagster.sandbox.transactions import shop_from_transactions

        last_day = self.first_day + timedelta(days=self.days - 1)
        return shop_from_transactions(self.transactions, self.first_day, last_day, with_credits=self.with_credits)

    def described(self) -> dict[str, str]:
        """Return the filling as texts, to be kept beside a saved state."""
        return {name: str(value) for name, value in asdict(self).items()}

    def _generated(self, now: datetime) -> Seed:
        if self.first_day is not None:
            return generate_shop(self.seed, self.first_day, self.days, self.orders_per_day)
        first_day = now.astimezone(SHOP_ZONE).date() - timedelta(days=self.days - 1)
        return generate_shop(self.seed, first_day, self.days, self.orders_per_day, until=now)
