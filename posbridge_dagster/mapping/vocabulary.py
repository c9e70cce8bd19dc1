"""What a flow lets a mapping file talk about: the frames it reads, the frames it makes, its settings."""

from collections import abc
from dataclasses import dataclass, field
from functools import cached_property
from typing import Generic, Literal, NamedTuple, TypeAlias, TypeVar

from pydantic import BaseModel

from posbridge_dagster.mapping.kinds import ARROW, Kind, kind_of
from posbridge_dagster.model.frames import Column, FrameShape

SettingsT = TypeVar("SettingsT", bound=BaseModel)
TargetKind: TypeAlias = Literal["text", "whole", "decimal", "yes_no", "moment", "day"]


class Source(NamedTuple):
    """One column of one source frame, written ``frame.column`` in a mapping file."""

    frame: str
    column: str

    def __str__(self) -> str:
        return f"{self.frame}.{self.column}"


@dataclass(frozen=True)
class SourceFrame:
    """A frame that mappings read; ``parents`` names, for each frame its rows belong to, the column that holds that frame's key."""

    shape: FrameShape
    parents: abc.Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class TargetField:
    """One field of a target row: its kind, whether it must never be empty, and what it says (unit, source of the rule)."""

    kind: TargetKind
    required: bool = False
    says: str = ""


@dataclass(frozen=True)
class TargetFrame:
    """A frame that mappings make: one row for each row of its base frame, known by these key columns of the base frame."""

    base: str
    key: tuple[str, ...]
    fields: abc.Mapping[str, TargetField]


@dataclass(frozen=True)
class Vocabulary(Generic[SettingsT]):
    """Everything a mapping file of a flow may name.

    ``records`` are the frames whose rows are records of their own (an order, a refund); without it, those that have no
    parent but themselves. Raises ValueError when the parts do not fit: a parent, base or key column that does not exist, a parent whose
    key is more than one column, a target field named as a key column.
    """

    flow: str
    sources: abc.Mapping[str, SourceFrame]
    targets: abc.Mapping[str, TargetFrame]
    settings: type[SettingsT]
    records: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for name, source in self.sources.items():
            for parent, column in source.parents.items():
                self._demand(parent in self.sources, f"{name}: parent {parent} is no source frame")
                self._demand(len(self.sources[parent].shape.key) == 1, f"{name}: parent {parent} has no single key column")
                self._demand(column in source.shape.columns, f"{name}: no column {column} to hold the key of {parent}")
        for name, target in self.targets.items():
            self._demand(target.base in self.sources, f"{name}: base {target.base} is no source frame")
            columns = self.sources[target.base].shape.columns
            self._demand(set(target.key) <= set(columns), f"{name}: a key column is missing in {target.base}")
            self._demand(not set(target.key) & set(target.fields), f"{name}: a field is named as a key column")
        for name in self.records:
            self._demand(name in self.sources, f"record frame {name} is no source frame")

    def _demand(self, holds: bool, sentence: str) -> None:
        if not holds:
            raise ValueError(f"vocabulary of {self.flow}: {sentence}")

    @cached_property
    def kinds(self) -> abc.Mapping[Source, Kind | None]:
        """Return every column a mapping may name with its kind; None for a column no mapping can use."""
        return {
            Source(name, column): kind_of(declared.kind)
            for name, source in self.sources.items()
            for column, declared in source.shape.columns.items()
        }

    @cached_property
    def record_frames(self) -> tuple[str, ...]:
        """Return the frames whose rows are records."""
        return self.records or tuple(name for name, source in self.sources.items() if not set(source.parents) - {name})

    def path(self, start: str, end: str) -> tuple[str, ...] | None:
        """Return the shortest way from a frame up to itself or an ancestor, both ends included; None where there is none."""
        paths: list[tuple[str, ...]] = [(start,)]
        for path in paths:
            if path[-1] == end:
                return path
            paths.extend((*path, parent) for parent in self.sources[path[-1]].parents if parent not in path)
        return None

    def concerns(self, frame: str, base: str) -> bool:
        """Tell whether a condition on a frame says something about the rows of a base frame.

        It does when the frame is the base or an ancestor (read through the key), and when it is a descendant (at least one
        of the row's children meets it) without a record frame in between: a refund's note does not judge its order.
        """
        if self.path(base, frame):
            return True
        down = self.path(frame, base)
        return down is not None and not set(down[:-1]) & set(self.record_frames)

    def shape(self, target: str) -> FrameShape:
        """Return the columns and types of a target's frame, as ``Mapping.apply`` makes it."""
        frame = self.targets[target]
        keys = self.sources[frame.base].shape.columns
        fields = {name: Column(ARROW[entry.kind], entry.says) for name, entry in frame.fields.items()}
        return FrameShape(target, frame.key, {name: keys[name] for name in frame.key} | fields)

    def problem_shape(self, target: str) -> FrameShape:
        """Return the columns of a target's problems: its key, then field, code and reason."""
        frame = self.targets[target]
        return FrameShape(f"{target}_problems", (*frame.key, "field"), self._with_texts(frame.base, frame.key, "field", "code", "reason"))

    def verdict_shape(self, base: str) -> FrameShape:
        """Return the columns of verdicts on a base frame's rows: its key, then outcome, code and reason."""
        key = self.sources[base].shape.key
        return FrameShape(f"{base}_verdicts", key, self._with_texts(base, key, "outcome", "code", "reason"))

    def _with_texts(self, base: str, key: tuple[str, ...], *texts: str) -> dict[str, Column]:
        columns = self.sources[base].shape.columns
        return {name: columns[name] for name in key} | {name: Column(ARROW["text"]) for name in texts}
