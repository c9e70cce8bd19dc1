"""The shop and the administration whose rows are meant, and the cutting of long lists into batches."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TypeVar

from sqlalchemy import ColumnElement, Table, and_

from posbridge_dagster.ledger.database import Database

T = TypeVar("T")

BATCH = 500
"""Ids in one query, rows in one transaction: far below the 32,766 parameters that SQLite takes."""


@dataclass(frozen=True)
class Scope:
    """One shop and one administration: the first two keys of every table."""

    shop: str
    administration: str

    def columns(self) -> dict[str, str]:
        """Return the two keys as column values."""
        return {"shop": self.shop, "administration": self.administration}

    def rows_of(self, table: Table, **same: str) -> ColumnElement[bool]:
        """Return the condition that a row belongs to this scope and has the given column values."""
        return and_(*(table.c[name] == value for name, value in {**self.columns(), **same}.items()))


@dataclass(frozen=True)
class Section:
    """A part of the ledger: the database it stands in and the rows it may touch."""

    database: Database
    scope: Scope


def batches(items: Iterable[T], size: int = BATCH) -> Iterator[Sequence[T]]:
    """Yield the items in order, at most ``size`` at a time."""
    rest = iter(items)
    while batch := list(islice(rest, size)):
        yield batch
