"""A mapping file after reading: everything checked, constants already of their kind."""

from collections import abc
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

from posbridge_dagster.mapping.conditions import Condition
from posbridge_dagster.mapping.kinds import Kind
from posbridge_dagster.mapping.lookups import LookupTable
from posbridge_dagster.mapping.transforms import Parameter, Replacements, Transform
from posbridge_dagster.mapping.vocabulary import Source

On: TypeAlias = Literal["create", "update", "always"]


@dataclass(frozen=True)
class Step:
    """One transform with its parameter, and the kind each of its columns is read as."""

    transform: Transform
    parameter: Parameter | Replacements | None
    reads: tuple[Kind, ...]


@dataclass(frozen=True)
class FieldRule:
    """How one target field is filled: from columns through steps and a lookup, or with a constant.

    ``held`` are the kinds of the source columns, ``gives`` is the kind that comes out of the steps, ``kind`` the kind of the
    target field. ``constant`` and ``default`` are None where the file has none.
    """

    kind: Kind
    sources: tuple[Source, ...] = ()
    held: tuple[Kind, ...] = ()
    steps: tuple[Step, ...] = ()
    gives: Kind = "text"
    lookup: LookupTable | None = None
    constant: Any = None
    default: Any = None
    required: bool = False
    on: On = "always"


@dataclass(frozen=True)
class Rule:
    """What happens to rows that meet conditions: they are skipped, quarantined, or get field values set."""

    name: str
    when: tuple[Condition, ...]
    skip: str | None = None
    quarantine: str | None = None
    sets: abc.Mapping[tuple[str, str], Any] = field(default_factory=dict)

    @property
    def judges(self) -> bool:
        """Tell whether the rule decides over records, not over fields."""
        return self.skip is not None or self.quarantine is not None


@dataclass(frozen=True)
class Declaration:
    """The sections of a mapping file; fields by target and name."""

    select: tuple[Condition, ...]
    fields: abc.Mapping[str, abc.Mapping[str, FieldRule]]
    lookups: abc.Mapping[str, LookupTable]
    rules: tuple[Rule, ...]
