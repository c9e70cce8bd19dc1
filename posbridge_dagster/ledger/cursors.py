"""How far a source was read. A cursor is moved only after what it covers is durable."""

from enum import Enum, auto
from typing import Final, Literal

from sqlalchemy import BigInteger, Connection, cast, select, update

from posbridge_dagster.ledger.scope import Section
from posbridge_dagster.ledger.tables import CURSOR


class Expected(Enum):
    """What a cursor may hold before it is moved, beside an exact value."""

    ANYTHING = auto()


ANYTHING: Final = Expected.ANYTHING


class Cursors(Section):
    """Cursors by name."""

    def cursor(self, name: str) -> str | None:
        """Return where a cursor stands, None before it was first moved."""
        query = select(CURSOR.c.value).where(self.scope.rows_of(CURSOR, name=name))
        with self.database.reading() as connection:
            return connection.execute(query).scalar_one_or_none()

    def move_cursor(self, name: str, value: str, expected: str | Literal[Expected.ANYTHING] | None = ANYTHING) -> bool:
        """Move a cursor; with ``expected`` only if it still stands there (None: was never moved). Return whether it moved.

        False means that another run has moved it: read it again instead of going back over what that run covered.
        """
        with self.database.writing() as connection:
            row = {**self.scope.columns(), "name": name, "value": value, "moved_at": self.database.moment(connection)}
            first = self.database.insert(CURSOR).values(row).on_conflict_do_nothing(index_elements=list(CURSOR.primary_key))
            if expected in (None, ANYTHING) and connection.execute(first).rowcount == 1:
                return True
            if expected is None:
                return False
            move = update(CURSOR).where(self.scope.rows_of(CURSOR, name=name)).values(value=value, moved_at=row["moved_at"])
            if expected is not ANYTHING:
                move = move.where(CURSOR.c.value == expected)
            return connection.execute(move).rowcount == 1

    def advance_cursor(self, connection: Connection, name: str, marker: int) -> None:
        """Move a numeric cursor up, inside the caller's transaction; a lower marker changes nothing."""
        statement = self.database.insert(CURSOR)
        row = {**self.scope.columns(), "name": name, "value": str(marker), "moved_at": self.database.moment(connection)}
        forward = statement.on_conflict_do_update(
            index_elements=list(CURSOR.primary_key),
            set_={"value": statement.excluded.value, "moved_at": statement.excluded.moved_at},
            where=cast(CURSOR.c.value, BigInteger) < cast(statement.excluded.value, BigInteger),
        )
        connection.execute(forward, [row])
