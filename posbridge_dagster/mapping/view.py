"""The frames of one run as seen from the rows of one of them: parents read through keys, children asked for any that qualify."""

from collections import abc
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from posbridge_dagster.mapping.conditions import Condition
from posbridge_dagster.mapping.kinds import ARROW, nothing, values_of
from posbridge_dagster.mapping.vocabulary import Source, Vocabulary


class View:
    """Columns of every frame, one value per row of the base frame.

    Raises KeyError when a frame or column that is asked for was not given, ValueError when a parent's key is not unique.
    """

    def __init__(self, vocabulary: Vocabulary[Any], frames: abc.Mapping[str, pd.DataFrame], base: str) -> None:
        self.vocabulary = vocabulary
        self.frames = frames
        self.base = base
        self._columns: dict[Source, pa.Array] = {}
        self._lost: dict[str, pa.Array] = {}
        self._rows: dict[tuple[str, ...], pa.Array] = {}

    @cached_property
    def count(self) -> int:
        """Return the number of rows of the base frame."""
        return len(self.frame(self.base))

    def frame(self, name: str) -> pd.DataFrame:
        """Return a frame as it was given."""
        if name not in self.frames:
            raise KeyError(f"the mapping reads frame {name}, which was not given; given: {', '.join(sorted(self.frames))}")
        return self.frames[name]

    def column(self, source: Source) -> pa.Array:
        """Return a column of the base or an ancestor, null where a row has no such ancestor."""
        if source not in self._columns:
            path = self._path(source.frame)
            values = self._own(source)
            self._columns[source] = values if len(path) == 1 else values.take(self._ancestor_rows(path))
        return self._columns[source]

    def orphans(self, frame: str) -> pa.Array:
        """Return true for rows that name a row on the way to an ancestor that its frame does not hold."""
        if frame not in self._lost:
            self._lost[frame] = self._find_orphans(self._path(frame))
        return self._lost[frame]

    def _find_orphans(self, path: tuple[str, ...]) -> pa.Array:
        lost = pa.repeat(pa.scalar(False), self.count)
        for end in range(2, len(path) + 1):
            way = path[:end]
            key = self._foreign_key(way[-2], way[-1])
            named = pc.is_valid(key if end == 2 else key.take(self._ancestor_rows(way[:-1])))
            lost = pc.or_(lost, pc.and_(named, pc.is_null(self._ancestor_rows(way))))
        return lost

    def meets(self, conditions: abc.Iterable[Condition]) -> pa.Array:
        """Return true for rows that meet all conditions; those on one child frame must hold for one and the same child."""
        met = pa.repeat(pa.scalar(True), self.count)
        below: dict[str, list[Condition]] = {}
        for condition in conditions:
            if self.vocabulary.path(self.base, condition.source.frame):
                met = pc.and_(met, condition.holds(self.column(condition.source)))
            else:
                below.setdefault(condition.source.frame, []).append(condition)
        for frame, asked in below.items():
            met = pc.and_(met, self._has_child(frame, asked))
        return met

    def _has_child(self, frame: str, conditions: list[Condition]) -> pa.Array:
        children = View(self.vocabulary, self.frames, frame)
        path = self.vocabulary.path(frame, self.base)
        if path is None:
            raise KeyError(f"frame {frame} says nothing about {self.base}")
        rows = children._ancestor_rows(path).filter(children.meets(conditions)).drop_null()
        found = np.zeros(self.count, dtype=bool)
        found[rows.to_numpy()] = True
        return pa.array(found)

    def _path(self, frame: str) -> tuple[str, ...]:
        path = self.vocabulary.path(self.base, frame)
        if path is None:
            raise KeyError(f"a row of {self.base} has no {frame}")
        return path

    def _ancestor_rows(self, path: tuple[str, ...]) -> pa.Array:
        if path not in self._rows:
            key = self._foreign_key(path[-2], path[-1])
            if len(path) > 2:
                key = key.take(self._ancestor_rows(path[:-1]))
            self._rows[path] = pc.index_in(key, value_set=self._key(path[-1]), skip_nulls=True)
        return self._rows[path]

    def _foreign_key(self, child: str, parent: str) -> pa.Array:
        return self._own(Source(child, self.vocabulary.sources[child].parents[parent])).cast(ARROW["text"])

    def _key(self, frame: str) -> pa.Array:
        (name,) = self.vocabulary.sources[frame].shape.key
        key = self._own(Source(frame, name)).cast(ARROW["text"])
        if len(pc.unique(key)) != len(key):
            raise ValueError(f"frame {frame} holds the same {name} more than once; its rows cannot be told apart")
        return key

    def _own(self, source: Source) -> pa.Array:
        declared = self.vocabulary.sources[source.frame].shape.columns[source.column]
        kind = self.vocabulary.kinds[source]
        frame = self.frame(source.frame)
        if source.column not in frame.columns:
            raise KeyError(f"frame {source.frame} was given without its column {source.column}")
        if kind is None:
            raise KeyError(f"{source} is of a type that mappings do not read")
        return values_of(frame[source.column], declared.kind, kind) if len(frame) else nothing(kind, 0)
