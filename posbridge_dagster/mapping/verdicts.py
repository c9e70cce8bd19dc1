"""What is said of single rows, as frames: verdicts on records, problems of fields."""

from collections import abc
from typing import TypeAlias

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from posbridge_dagster.mapping.kinds import one_array
from posbridge_dagster.mapping.view import View
from posbridge_dagster.model.frames import FrameShape, to_pandas
from posbridge_dagster.model.outcome import Outcome


class Verdicts:
    """Verdicts on the rows of a view's base frame; the first one of a row stands."""

    def __init__(self, view: View) -> None:
        self._view = view
        self._open = pa.repeat(pa.scalar(True), view.count)
        self._found: list[tuple[pa.Array, tuple[str, str, str]]] = []

    def add(self, concerned: pa.Array, outcome: Outcome, code: str, reason: str) -> None:
        """Note one verdict on all rows that are concerned and have none yet."""
        rows = pc.indices_nonzero(pc.and_(self._open, concerned)).cast(pa.int64())
        self._open = pc.and_not(self._open, concerned)
        self._found.append((rows, (outcome.value, code, reason)))

    def frame(self) -> pd.DataFrame:
        """Return the verdicts in the order of the rows: key, outcome, code, reason."""
        shape = self._view.vocabulary.verdict_shape(self._view.base)
        return told(self._view, shape.key, shape, self._found)


Part: TypeAlias = tuple[pa.Array, abc.Sequence[str | pa.Array]]


def told(view: View, keys: abc.Iterable[str], shape: FrameShape, parts: abc.Sequence[Part]) -> pd.DataFrame:
    """Return row numbers of a view, with texts said of each group of them, as a frame of a shape in the order of the rows.

    The shape's columns are these key columns of the view's base frame, then one for each text.
    """
    if not any(len(rows) for rows, _ in parts):
        return shape.frame()
    rows = pa.concat_arrays([rows for rows, _ in parts])
    texts = [[_repeated(text, len(rows)) for text in said] for rows, said in parts]
    said = [pa.concat_arrays(column) for column in zip(*texts, strict=True)]
    known_by = [column.take(rows) for column in key_columns(view, keys)]
    in_order = pa.array(np.argsort(rows.to_numpy(), kind="stable"))
    return to_pandas(pa.Table.from_arrays([*known_by, *said], schema=shape.schema).take(in_order))


def key_columns(view: View, keys: abc.Iterable[str]) -> list[pa.Array]:
    """Return columns of the view's base frame as they were declared."""
    base = view.frame(view.base)
    declared = view.vocabulary.sources[view.base].shape.columns
    return [one_array(pa.array(base[name], from_pandas=True), declared[name].kind) for name in keys]


def _repeated(text: str | pa.Array, count: int) -> pa.Array:
    return pa.repeat(pa.scalar(text), count) if isinstance(text, str) else text
