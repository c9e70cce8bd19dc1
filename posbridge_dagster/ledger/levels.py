"""What is known of stock levels: the cursor of each article at each location.

A level's quantity is what the shop acknowledged, by taking a write or by being read as just that; nothing else moves it. So a
location that failed, or a write nobody answered, is due again by itself.
"""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import select

from posbridge_dagster.ledger.scope import Section, batches
from posbridge_dagster.ledger.tables import LEVEL, columns_beside_scope


class LevelKey(NamedTuple):
    """An article at a location, named by the digits of the location's gid."""

    article_number: int
    location_id: str


@dataclass(frozen=True)
class Level:
    """One row of the ledger; moments are aware UTC.

    ``quantity``: pieces the shop acknowledged at ``acknowledged_at``, None before the first time. ``sent_quantity``: what a write
    may have set that nobody answered. ``held_quantity``: an increase that waits for one more run. ``missing_pieces``: gone from the
    shop since ``missing_since`` by no sale that is known. ``code`` and ``reason``: why it could not be written the last time,
    ``attempts`` how often in a row. ``differs_since``: when a full compare first found another quantity in the shop.
    """

    article_number: int
    location_id: str
    item_id: str = ""
    quantity: int | None = None
    acknowledged_at: datetime | None = None
    sent_quantity: int | None = None
    held_quantity: int | None = None
    missing_pieces: int = 0
    missing_since: datetime | None = None
    code: str = ""
    reason: str = ""
    attempts: int = 0
    differs_since: datetime | None = None
    run_id: str = ""

    @property
    def key(self) -> LevelKey:
        """The article and the location."""
        return LevelKey(self.article_number, self.location_id)


class Levels:
    """The levels of one shop and one administration."""

    def __init__(self, ledger: Section) -> None:
        self._database = ledger.database
        self._scope = ledger.scope

    def all(self) -> dict[LevelKey, Level]:
        """Return every level that is known."""
        columns = columns_beside_scope(LEVEL)
        with self._database.reading() as connection:
            rows = connection.execute(select(*columns).where(self._scope.rows_of(LEVEL))).all()
        return {LevelKey(row.article_number, row.location_id): Level(*row) for row in rows}

    def keep(self, levels: Iterable[Level]) -> None:
        """Store levels as they stand now, in place of what was known of them; each batch of 500 is one transaction."""
        columns = [column.name for column in columns_beside_scope(LEVEL) if not column.primary_key]
        statement = self._database.insert(LEVEL)
        stored = statement.on_conflict_do_update(
            index_elements=list(LEVEL.primary_key), set_={name: statement.excluded[name] for name in columns}
        )
        newest = {level.key: level for level in levels}
        for batch in batches(newest[key] for key in sorted(newest)):
            with self._database.writing() as connection:
                connection.execute(stored, [{**self._scope.columns(), **asdict(level)} for level in batch])
