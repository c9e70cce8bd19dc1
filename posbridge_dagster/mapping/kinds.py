"""The seven kinds of value a mapping knows, and how Arrow holds them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from posbridge_dagster.model.frames import MOMENT, TEXT, WHOLE, YES_NO

Kind: TypeAlias = Literal["text", "whole", "decimal", "yes_no", "moment", "day", "texts"]

PLACES = 9
DECIMAL = pa.decimal128(38, PLACES)
DAY = pa.date32()

ARROW: dict[Kind, pa.DataType] = {
    "text": TEXT,
    "whole": WHOLE,
    "decimal": DECIMAL,
    "yes_no": YES_NO,
    "moment": MOMENT,
    "day": DAY,
    "texts": pa.list_(TEXT),
}

WORDS: dict[Kind, str] = {
    "text": "text",
    "whole": "a whole number",
    "decimal": "a decimal number",
    "yes_no": "yes or no",
    "moment": "a moment",
    "day": "a day",
    "texts": "a list of texts",
}


@dataclass(frozen=True)
class Checked:
    """Values, and which of them were bad: a bad value is empty in ``result`` and true in ``bad`` (None: none was bad)."""

    result: pa.Array
    bad: pa.Array | None = None


def kind_of(arrow: pa.DataType) -> Kind | None:
    """Return the kind that holds every value of an Arrow type exactly; None where no kind does (floats, local times)."""
    if pa.types.is_dictionary(arrow):
        return kind_of(arrow.value_type)
    if pa.types.is_decimal(arrow):
        return "decimal" if 0 <= arrow.scale <= PLACES and arrow.precision - arrow.scale <= 38 - PLACES else None
    if pa.types.is_timestamp(arrow):
        return "moment" if arrow.tz == "UTC" and arrow.unit != "ns" else None
    if pa.types.is_list(arrow):
        return "texts" if kind_of(arrow.value_type) == "text" else None
    return next((kind for kind, holds in _SIMPLE.items() if holds(arrow)), None)


_SIMPLE: dict[Kind, Callable[[pa.DataType], bool]] = {
    "text": lambda arrow: pa.types.is_string(arrow) or pa.types.is_large_string(arrow),
    "whole": lambda arrow: pa.types.is_integer(arrow) and arrow != pa.uint64(),
    "yes_no": pa.types.is_boolean,
    "day": pa.types.is_date32,
}


def values_of(series: "pd.Series[Any]", arrow: pa.DataType, kind: Kind) -> pa.Array:
    """Return a column declared as an Arrow type as one array of its kind's type."""
    return one_array(pa.array(series, from_pandas=True), arrow).cast(ARROW[kind])


def one_array(values: pa.Array | pa.ChunkedArray, arrow: pa.DataType) -> pa.Array:
    """Return values as one contiguous array of the given Arrow type."""
    if isinstance(values, pa.ChunkedArray):
        values = values.combine_chunks()
    return values if values.type == arrow else values.cast(arrow)


def series_of(values: pa.Array) -> "pd.Series[Any]":
    """Return an array as a pandas column that keeps its Arrow type."""
    return pd.Series(pd.arrays.ArrowExtensionArray(values))


def nothing(kind: Kind, count: int) -> pa.Array:
    """Return ``count`` empty values of a kind."""
    return pa.nulls(count, ARROW[kind])


def is_empty(values: pa.Array) -> pa.Array:
    """Return true where a value says nothing: null, the text of length zero, the list without members."""
    if pa.types.is_string(values.type):
        return pc.fill_null(pc.equal(pc.binary_length(values), 0), True)
    if pa.types.is_list(values.type):
        return pc.fill_null(pc.equal(pc.list_value_length(values), 0), True)
    return pc.is_null(values)


def without(values: pa.Array, bad: pa.Array) -> pa.Array:
    """Return the values with the bad ones empty."""
    return pc.if_else(bad, pa.scalar(None, values.type), values)


def by_distinct(values: pa.Array, kind: Kind, work: Callable[[Any], Any]) -> Checked:
    """Return ``work`` done once for each distinct value; empty values stay empty, a ValueError of ``work`` marks a value bad."""
    encoded = values.dictionary_encode()
    done: list[Any] = []
    bad: list[bool] = []
    for value in encoded.dictionary.to_pylist():
        try:
            done.append(work(value))
            bad.append(False)
        except ValueError:
            done.append(None)
            bad.append(True)
    result = pa.array(done, ARROW[kind]).take(encoded.indices)
    return Checked(result, pc.fill_null(pa.array(bad, YES_NO).take(encoded.indices), False) if any(bad) else None)
