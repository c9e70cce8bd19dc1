"""Flat tables with a fixed shape.

A frame's columns and types are declared once as an Arrow schema and hold for an empty day as well as for a full one.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pandas as pd
import pyarrow as pa

TEXT = pa.string()
WHOLE = pa.int64()
YES_NO = pa.bool_()
MOMENT = pa.timestamp("us", tz="UTC")


@dataclass(frozen=True)
class Column:
    """One column: its Arrow type and what it says (unit, source of the rule)."""

    kind: pa.DataType
    says: str = ""
    nullable: bool = True


@dataclass(frozen=True)
class FrameShape:
    """The columns of a frame, in order, and the columns that identify a row."""

    name: str
    key: tuple[str, ...]
    columns: Mapping[str, Column]

    @cached_property
    def schema(self) -> pa.Schema:
        """Return the Arrow schema of the frame."""
        return pa.schema([pa.field(name, column.kind, column.nullable) for name, column in self.columns.items()])

    def frame(self, rows: Iterable[Mapping[str, Any]] = ()) -> pd.DataFrame:
        """Return rows as a frame of this shape; a member that a row lacks is empty, one it has too much raises KeyError."""
        rows = list(rows)
        unknown = {name for row in rows for name in row} - set(self.columns)
        if unknown:
            raise KeyError(f"frame {self.name} has no column {', '.join(sorted(unknown))}")
        return to_pandas(pa.Table.from_pylist([dict(row) for row in rows], schema=self.schema))

    def conform(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Return the frame with exactly these columns in this order and these types; a missing column raises KeyError."""
        return to_pandas(pa.Table.from_pandas(frame[list(self.columns)], schema=self.schema, preserve_index=False))


def to_pandas(table: pa.Table) -> pd.DataFrame:
    """Return an Arrow table as a pandas frame whose columns keep their Arrow types (nullable integers stay integers)."""
    frame: pd.DataFrame = table.to_pandas(types_mapper=pd.ArrowDtype)
    return frame
