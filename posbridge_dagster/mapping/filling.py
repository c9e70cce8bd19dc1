"""One target field for all rows: read, transformed, looked up, converted; every flaw noted, the first one of a row counts."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from posbridge_dagster.mapping.conversions import convert
from posbridge_dagster.mapping.declared import FieldRule, Step
from posbridge_dagster.mapping.kinds import ARROW, WORDS, Checked, Kind, is_empty, without
from posbridge_dagster.mapping.lookups import LookupTable
from posbridge_dagster.mapping.view import View


@dataclass(frozen=True)
class Problem:
    """What is wrong with some rows: their numbers, a code, and one reason per row or one for all."""

    rows: pa.Array
    code: str
    reasons: pa.Array


@dataclass
class Filling:
    """A field being filled: its column so far, the rows that are flawed (empty until the end), the problems found.

    ``flawed`` None stands for no flawed row.
    """

    column: pa.Array
    flawed: pa.Array | None = None
    problems: list[Problem] = field(default_factory=list)

    def refuse(self, bad: pa.Array | None, code: str, reason: str | Callable[[pa.Array], pa.Array]) -> None:
        """Note rows as flawed, with one reason or one made for each row; a row that is flawed already keeps its first problem."""
        if bad is not None and self.flawed is not None:
            bad = pc.and_not(bad, self.flawed)
        if bad is None or not pc.any(bad).as_py():
            return
        rows = pc.indices_nonzero(bad).cast(pa.int64())
        reasons = pa.repeat(pa.scalar(reason), len(rows)) if isinstance(reason, str) else reason(rows)
        self.problems.append(Problem(rows, code, reasons))
        self.flawed = bad if self.flawed is None else pc.or_(self.flawed, bad)

    def set(self, rows: pa.Array, value: Any) -> None:
        """Put a value into rows, whatever was in them or wrong with them."""
        self.column = pc.if_else(rows, pa.scalar(value, self.column.type), self.column)
        if self.flawed is None:
            return
        self.flawed = pc.and_not(self.flawed, rows)
        kept = [(problem, self.flawed.take(problem.rows)) for problem in self.problems]
        self.problems = [Problem(was.rows.filter(mask), was.code, was.reasons.filter(mask)) for was, mask in kept]


def fill(rule: FieldRule, view: View) -> Filling:
    """Return a field filled for every row of the view; flawed rows are empty."""
    if not rule.sources:
        return Filling(pa.repeat(pa.scalar(rule.constant, ARROW[rule.kind]), view.count))
    filling = Filling(view.column(rule.sources[0]))
    _refuse_orphans(filling, rule, view)
    subject = " and ".join(str(source) for source in rule.sources)
    columns, held = [view.column(source) for source in rule.sources], list(rule.held)
    for step in rule.steps:
        columns, held = [_stepped(filling, step, columns, held, subject)], [step.transform.gives]
    filling.column = columns[0]
    gives: Kind = held[0]
    if rule.lookup is not None:
        gives = _look_up(filling, rule.lookup, gives)
    _convert(filling, gives, rule.kind, subject)
    if rule.default is not None:
        filling.column = pc.if_else(is_empty(filling.column), pa.scalar(rule.default, ARROW[rule.kind]), filling.column)
    if filling.flawed is not None:
        filling.column = without(filling.column, filling.flawed)
    return filling


def _refuse_orphans(filling: Filling, rule: FieldRule, view: View) -> None:
    for frame in dict.fromkeys(source.frame for source in rule.sources):
        if frame != view.base:
            filling.refuse(view.orphans(frame), "missing_parent", f"the row of {frame} that it belongs to was not read")


def _stepped(filling: Filling, step: Step, columns: list[pa.Array], held: list[Kind], subject: str) -> pa.Array:
    read: list[pa.Array] = []
    for column, kind, wanted in zip(columns, held, step.reads, strict=True):
        converted = convert(column, kind, wanted)
        filling.refuse(converted.bad, f"not_{wanted}", f"{subject} cannot be read as {WORDS[wanted]}")
        read.append(converted.result)
    done: Checked = step.transform.work(read, step.parameter)
    filling.refuse(done.bad, step.transform.flaw.code, f"{subject} {step.transform.flaw.sentence}")
    return done.result


def _look_up(filling: Filling, lookup: LookupTable, held: Kind) -> Kind:
    found = lookup.find(filling.column, held)
    if lookup.policy == "quarantine" and pc.any(found.missing).as_py():
        asked = filling.column

        def reasons(rows: pa.Array) -> pa.Array:
            texts = convert(asked.take(rows), held, "text").result
            return pc.binary_join_element_wise(f'lookup {lookup.name} has no value for "', texts, '"', "")

        filling.refuse(found.missing, "lookup_missing", reasons)
    filling.column = found.values
    return lookup.gives


def _convert(filling: Filling, held: Kind, wanted: Kind, subject: str) -> None:
    converted = convert(filling.column, held, wanted)
    filling.refuse(converted.bad, f"not_{wanted}", f"{subject} gives a value that is not {WORDS[wanted]}")
    filling.column = converted.result


def demand(filling: Filling) -> None:
    """Note rows that are empty though the field is required."""
    filling.refuse(is_empty(filling.column), "required_field_empty", "is required and has no value")
