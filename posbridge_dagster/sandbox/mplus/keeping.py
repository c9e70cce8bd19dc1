"""The books in a file. They are pickled: a year of orders holds millions of values, and an invoice shares its lines with its order.

A pickle can name any function to be called, so only the types of records and plain values are let in. Records of another make
than the code has today are refused when the file is read, not met halfway through a call.
"""

import copyreg
import pickle
from collections.abc import Callable
from dataclasses import fields
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from operator import attrgetter
from pathlib import Path
from typing import Any
from uuid import UUID

from posbridge_dagster.sandbox.mplus.books import State
from posbridge_dagster.sandbox.mplus.records import (
    Article,
    Branch,
    Card,
    Family,
    Group,
    Invoice,
    Line,
    Order,
    Payment,
    Replay,
    StockBooking,
    StockRow,
    VatTotal,
)

STATE_FILE = "mplus.pickle"

_NUMEROUS = (Line, Payment, VatTotal, StockBooking, StockRow)
_RECORDS = (State, Branch, Card, Family, Article, Group, Order, Invoice, Replay, *_NUMEROUS)
_VALUES = (UUID, Decimal, date, datetime, timedelta, timezone)
_LET_IN: dict[tuple[str, str], type] = {(kind.__module__, kind.__qualname__): kind for kind in (*_RECORDS, *_VALUES)}
_MAKE = {kind.__qualname__: [each.name for each in fields(kind)] for kind in _RECORDS}


def write_state(state: State, folder: Path) -> Path:
    """Write the state into one file of a folder, replacing an older one whole, and return its path."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / STATE_FILE
    fresh = path.with_suffix(".new")
    with fresh.open("wb") as file:
        for part in (_MAKE, state):
            _Writer(file, pickle.HIGHEST_PROTOCOL).dump(part)
    return fresh.replace(path)


def read_state(folder: Path) -> State:
    """Return the state that a folder holds; raises FileNotFoundError for none and ValueError for a file of another make."""
    path = folder / STATE_FILE
    with path.open("rb") as file:
        try:
            if _Reader(file).load() == _MAKE and isinstance(state := _Reader(file).load(), State):
                return state
        except (pickle.UnpicklingError, EOFError, ValueError, KeyError, IndexError) as error:
            raise ValueError(f"{path} is no saved MplusKASSA sandbox ({error}); delete it and fill the sandbox anew") from error
    raise ValueError(f"{path} was saved by another version of the sandbox; delete it and fill the sandbox anew")


def _by_position(kind: type) -> Callable[[Any], tuple[Any, ...]]:
    values = attrgetter(*_MAKE[kind.__qualname__])
    return lambda record: (kind, values(record))


class _Writer(pickle.Pickler):
    """Writes what there is most of as the arguments that make it again; the way of dataclasses is many times slower."""

    dispatch_table = {  # noqa: RUF012, the name and the place are pickle's
        **copyreg.dispatch_table,
        **{kind: _by_position(kind) for kind in _NUMEROUS},
        UUID: lambda id_: (UUID, (None, id_.bytes)),
    }


class _Reader(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> type:
        if (module, name) not in _LET_IN:
            raise pickle.UnpicklingError(f"it names {module}.{name}")
        return _LET_IN[module, name]
