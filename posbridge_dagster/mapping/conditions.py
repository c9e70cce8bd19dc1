"""Conditions: what a column must hold, judged for all rows at once.

Null compares as empty: it is the text of length zero to every operator on text, ``is_not`` and ``not_in`` hold for it, and
no number or moment is above, below or equal to it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import reduce
from typing import Any, Literal, TypeAlias

import pyarrow as pa
import pyarrow.compute as pc

from posbridge_dagster.mapping.conversions import plain_decimal
from posbridge_dagster.mapping.kinds import ARROW, Kind, is_empty
from posbridge_dagster.mapping.vocabulary import Source

Operand: TypeAlias = Literal["one", "several", "pattern", "yes_no"]

SIMPLE: frozenset[Kind] = frozenset({"text", "whole", "decimal", "yes_no", "moment", "day"})
ORDERED: frozenset[Kind] = frozenset({"whole", "decimal", "moment", "day"})
WRITTEN: frozenset[Kind] = frozenset({"text"})
CONTAINERS: frozenset[Kind] = frozenset({"text", "texts"})


@dataclass(frozen=True)
class Operator:
    """One way to judge a column: what it takes, which kinds it can judge, how it is said and how it is done."""

    name: str
    operand: Operand
    accepts: frozenset[Kind]
    words: str
    says: str
    test: Callable[[pa.Array, Any], pa.Array]


@dataclass(frozen=True)
class Test:
    """One operator with its operand, already a value of the column's kind."""

    operator: Operator
    operand: Any

    def words(self) -> str:
        """Return the demand in words: ``must be pos``."""
        if self.operator.operand == "yes_no":
            return "must be empty" if self.operand else "must not be empty"
        return f"{self.operator.words} {_said(self.operand)}"


@dataclass(frozen=True)
class Condition:
    """Tests on one column that must all hold; ``otherwise`` is what to say of a record that fails."""

    source: Source
    kind: Kind
    tests: tuple[Test, ...]
    otherwise: str | None = None

    def holds(self, values: pa.Array) -> pa.Array:
        """Return for each value of the column whether all tests hold; never null."""
        return reduce(pc.and_, (test.operator.test(values, test.operand) for test in self.tests))

    def words(self) -> str:
        """Return the condition in words, without any value of a record: ``orders.source_name must be pos``."""
        return f"{self.source} {' and '.join(test.words() for test in self.tests)}"


def _said(operand: Any) -> str:
    if isinstance(operand, tuple):
        return ", ".join(_said(one) for one in operand)
    if isinstance(operand, bool):
        return "true" if operand else "false"
    if isinstance(operand, datetime | date):
        return operand.isoformat()
    if isinstance(operand, Decimal):
        return plain_decimal(operand)
    return str(operand) or "empty"


def _readable(values: pa.Array) -> pa.Array:
    return pc.fill_null(values, "") if pa.types.is_string(values.type) else values


def _is(values: pa.Array, wanted: Any) -> pa.Array:
    return pc.fill_null(pc.equal(_readable(values), pa.scalar(wanted, values.type)), False)


def _in(values: pa.Array, wanted: tuple[Any, ...]) -> pa.Array:
    return pc.is_in(_readable(values), value_set=pa.array(wanted, values.type))


def _compared(compare: Callable[[pa.Array, pa.Scalar], pa.Array]) -> Callable[[pa.Array, Any], pa.Array]:
    return lambda values, wanted: pc.fill_null(compare(values, pa.scalar(wanted, values.type)), False)


def _contains(values: pa.Array, wanted: str) -> pa.Array:
    if pa.types.is_string(values.type):
        return pc.match_substring(_readable(values), wanted)
    rows = pc.filter(pc.list_parent_indices(values), pc.fill_null(pc.equal(pc.list_flatten(values), wanted), False))
    return pc.is_in(pa.array(range(len(values)), rows.type), value_set=rows)


def _empty(values: pa.Array, wanted: bool) -> pa.Array:
    return is_empty(values) if wanted else pc.invert(is_empty(values))


OPERATORS: dict[str, Operator] = {
    operator.name: operator
    for operator in (
        Operator("is", "one", SIMPLE, "must be", "equals the value", _is),
        Operator("is_not", "one", SIMPLE, "must not be", "differs from the value; holds for null", lambda v, w: pc.invert(_is(v, w))),
        Operator("in", "several", SIMPLE, "must be one of", "is one of the listed values", _in),
        Operator("not_in", "several", SIMPLE, "must not be one of", "is none of the listed values", lambda v, w: pc.invert(_in(v, w))),
        Operator("above", "one", ORDERED, "must be above", "is more than the value", _compared(pc.greater)),
        Operator("below", "one", ORDERED, "must be below", "is less than the value", _compared(pc.less)),
        Operator("at_least", "one", ORDERED, "must be at least", "is the value or more", _compared(pc.greater_equal)),
        Operator("at_most", "one", ORDERED, "must be at most", "is the value or less", _compared(pc.less_equal)),
        Operator("contains", "pattern", CONTAINERS, "must contain", "the text holds it, or the list has it as a member", _contains),
        Operator(
            "starts_with",
            "pattern",
            WRITTEN,
            "must start with",
            "the text begins with it",
            lambda values, wanted: pc.starts_with(_readable(values), wanted),
        ),
        Operator(
            "matches",
            "pattern",
            WRITTEN,
            "must match",
            "the regular expression (RE2 syntax) is found in the text; anchor it with ^ and $ to match all of it",
            lambda values, wanted: pc.match_substring_regex(_readable(values), wanted),
        ),
        Operator("empty", "yes_no", frozenset(ARROW), "must be empty", "true: holds nothing; false: holds something", _empty),
    )
}


def pattern_fault(pattern: str) -> str | None:
    """Return why a regular expression cannot be used, None when it can."""
    try:
        pc.match_substring_regex(pa.array([""]), pattern)
    except pa.ArrowInvalid as error:
        return str(error)
    return None
