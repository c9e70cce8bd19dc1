"""How a transform is declared: its name, what it reads and gives, its parameter, what can be wrong with a value."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple, TypeAlias

import pyarrow as pa
import pyarrow.compute as pc
from pydantic import BaseModel, ConfigDict, RootModel, model_validator

from posbridge_dagster.mapping.kinds import Checked, Kind

Columns: TypeAlias = Sequence[pa.Array]
SEPARATOR = "\x1f"


class Parameter(BaseModel):
    """What a transform is told; a single value instead of a table fills the member named ``short``."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    short: ClassVar[str]

    @model_validator(mode="before")
    @classmethod
    def _from_short(cls, given: Any) -> Any:
        return given if isinstance(given, dict) else {cls.short: given}

    @classmethod
    def json_schema(cls) -> dict[str, Any]:
        """Return the JSON Schema of both ways to write the parameter."""
        table = cls.model_json_schema()
        return {"anyOf": [table["properties"][cls.short], table]}


class Replacements(RootModel[dict[str, str]]):
    """Texts with what they become, replaced in the order of the file."""

    @classmethod
    def json_schema(cls) -> dict[str, Any]:
        """Return the JSON Schema of the table."""
        return {"type": "object", "additionalProperties": {"type": "string"}, "minProperties": 1}


class Flaw(NamedTuple):
    """What is wrong with a bad value: a code to count by, and the rest of a sentence that begins with the column's name."""

    code: str
    sentence: str


UNREADABLE = Flaw("bad_value", "cannot be read")

Work: TypeAlias = Callable[[Columns, Any], Checked]


@dataclass(frozen=True)
class Transform:
    """One named step from columns to a column.

    ``takes`` are the kinds it works on as they are; other kinds are first converted to the first of them. ``most`` is how
    many columns it reads (None: any number). ``work`` sees empty values as null and returns bad ones as null and marked.
    """

    name: str
    takes: tuple[Kind, ...]
    gives: Kind
    says: str
    example: str
    work: Work
    parameter: type[Parameter] | type[Replacements] | None = None
    optional: bool = False
    most: int | None = 1
    flaw: Flaw = UNREADABLE


TRANSFORMS: dict[str, Transform] = {}


def transform(
    name: str,
    says: str,
    *,
    example: str = "",
    takes: tuple[Kind, ...] = ("text",),
    gives: Kind = "text",
    parameter: type[Parameter] | type[Replacements] | None = None,
    optional: bool = False,
    most: int | None = 1,
    flaw: Flaw = UNREADABLE,
) -> Callable[[Work], Work]:
    """Register the decorated function as the transform of this name; arguments as in ``Transform``."""

    def register(work: Work) -> Work:
        TRANSFORMS[name] = Transform(name, takes, gives, says, example or name, work, parameter, optional, most, flaw)
        return work

    return register


def side_by_side(columns: Columns) -> pa.Array:
    """Return texts of several columns as one text per row, parts apart by ``SEPARATOR``; null where all parts are null."""
    filled = [pc.fill_null(column, "") for column in columns]
    together = filled[0] if len(filled) == 1 else pc.binary_join_element_wise(*filled, SEPARATOR)
    said = pc.is_valid(columns[0])
    for column in columns[1:]:
        said = pc.or_(said, pc.is_valid(column))
    return pc.if_else(said, together, pa.scalar(None, together.type))


def not_empty(values: pa.Array) -> pa.Array:
    """Return texts with those of length zero as null."""
    return pc.if_else(pc.equal(values, ""), pa.scalar(None, values.type), values)
