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
        conformed = to_pandas(to_arrow(frame, self.schema))
        conformed.attrs = dict(frame.attrs)
        return conformed


def to_arrow(frame: pd.DataFrame, schema: pa.Schema | None = None) -> pa.Table:
    """Return the columns of a frame as an Arrow table, those of a schema in its types; raises KeyError where one is missing.

    Column by column: pyarrow's own conversion also writes down what pandas needs to make the same frame again, which takes
    longer than the columns of a day.
    """
    if schema is None:
        return pa.Table.from_arrays([_to_array(column) for _, column in frame.items()], names=list(frame))
    return pa.Table.from_arrays([_to_array(frame[field.name], field.type) for field in schema], schema=schema)


def to_pandas(table: pa.Table) -> pd.DataFrame:
    """Return an Arrow table as a pandas frame whose columns keep their Arrow types (nullable integers stay integers)."""
    columns = zip(table.column_names, table.columns, strict=True)
    return pd.DataFrame({name: pd.arrays.ArrowExtensionArray(column) for name, column in columns}, copy=False)


def _to_array(column: pd.Series, kind: pa.DataType | None = None) -> pa.Array | pa.ChunkedArray:
    """Return a column as Arrow values; one that holds Arrow values already gives those."""
    values = column.array
    return pa.array(values if hasattr(values, "__arrow_array__") else column, kind, from_pandas=True)
