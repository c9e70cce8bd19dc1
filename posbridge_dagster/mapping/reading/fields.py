"""Reads how target fields are filled."""

from collections import abc
from dataclasses import dataclass
from typing import Any, get_args

import pyarrow as pa

from posbridge_dagster.mapping.conversions import constant, convert, convertible
from posbridge_dagster.mapping.declared import FieldRule, On
from posbridge_dagster.mapping.kinds import ARROW, WORDS, Kind
from posbridge_dagster.mapping.lookups import LookupTable
from posbridge_dagster.mapping.reading.document import Items, Node, Scalar, Table
from posbridge_dagster.mapping.reading.expectations import Reading
from posbridge_dagster.mapping.reading.steps import read_steps
from posbridge_dagster.mapping.vocabulary import Source, TargetField, TargetFrame

KEYS = ("from", "value", "transform", "lookup", "default", "required", "on")
TIMES: tuple[On, ...] = get_args(On)


@dataclass(frozen=True)
class _Entry:
    """One field of one target while it is read; ``lookups`` holds those that are sound, ``named`` all that the file has."""

    target: TargetFrame
    name: str
    declared: TargetField
    table: Table
    lookups: abc.Mapping[str, LookupTable]
    named: abc.Collection[str]
    reading: Reading

    def value(self, key: str) -> Node | None:
        return self.table.values.get(key)

    def complain(self, place: Node, what: str, advice: str) -> None:
        self.reading.complaints.add(place, f"{self.name} {what}", advice)


def read_fields(
    node: Node, lookups: abc.Mapping[str, LookupTable], named: abc.Collection[str], reading: Reading
) -> dict[str, dict[str, FieldRule]]:
    """Return the field rules by target and field; a required field without a rule is complained about."""
    targets = reading.vocabulary.targets
    table = reading.table(node, "fields", targets, "target")
    read: dict[str, dict[str, FieldRule]] = {}
    for name, target in targets.items():
        entries = reading.table(table.values[name], f"fields of {name}", target.fields, "field") if table and name in table.values else None
        missing = [field for field, declared in target.fields.items() if declared.required and not (entries and field in entries.values)]
        if missing and table is not None:
            place: Node = table.values.get(name, table)
            reading.complaints.add(place, f"{name} lacks {', '.join(missing)}", "every required field needs a source or a value")
        found = entries.values.items() if entries else ()
        rules = {field: _field(field, target, entry, lookups, named, reading) for field, entry in found if field in target.fields}
        read[name] = {field: rule for field, rule in rules.items() if rule is not None}
    return read


def _field(
    name: str,
    target: TargetFrame,
    node: Node,
    lookups: abc.Mapping[str, LookupTable],
    named: abc.Collection[str],
    reading: Reading,
) -> FieldRule | None:
    table = reading.table(node, f"field {name}", KEYS)
    if table is None:
        return None
    entry = _Entry(target, name, target.fields[name], table, lookups, named, reading)
    origin = entry.value("from")
    required = _required(entry)
    on = _on(entry)
    if (origin is None) == ("value" not in table.values):
        entry.complain(table, "needs either from or value", "write from: frame.column, or value: for a constant")
        return None
    if origin is None:
        return _constant_rule(entry, required, on)
    return _source_rule(entry, origin, required, on)


def _required(entry: _Entry) -> bool:
    node = entry.value("required")
    flag = entry.reading.flag(node, "required") if node is not None else entry.declared.required
    if flag is False and node is not None and entry.declared.required:
        entry.complain(node, "can never be empty", "take required: false away")
    return bool(flag)


def _on(entry: _Entry) -> On:
    node = entry.value("on")
    word = entry.reading.word(node, "on", TIMES) if node is not None else None
    if node is not None and word == "update" and entry.declared.required:
        entry.complain(node, "is needed when a record is made, so it cannot be for afterwards only", "write on: create or on: always")
    return next((time for time in TIMES if time == word), "always")


def _constant_rule(entry: _Entry, required: bool, on: On) -> FieldRule | None:
    for key in ("transform", "lookup", "default"):
        if key in entry.table.values:
            entry.complain(entry.table.keys[key], f"has a value, so {key} does nothing", f"take {key} away, or read a column with from")
    value = _constant(entry, "value")
    return None if value is None else FieldRule(entry.declared.kind, constant=value, required=required, on=on)


def _constant(entry: _Entry, key: str) -> Any:
    node = entry.table.values[key]
    try:
        return constant(node.value if isinstance(node, Scalar) else [], entry.declared.kind)
    except ValueError as error:
        entry.complain(node, f"has a wrong {key}: it {error}", "write one such value, or leave it out")
        return None


def _source_rule(entry: _Entry, origin: Node, required: bool, on: On) -> FieldRule | None:
    nodes = origin.nodes if isinstance(origin, Items) else (origin,)
    named = [_source(node, entry) for node in nodes]
    if not named:
        entry.complain(origin, "names no column", "write from: frame.column")
    default = _constant(entry, "default") if "default" in entry.table.values else None
    sound = [pair for pair in named if pair is not None]
    held = tuple(kind for _, kind in sound)
    readable = bool(sound) and len(sound) == len(named)
    steps = read_steps(entry.value("transform"), held, origin, entry.reading) if readable else None
    gives = steps.gives if steps else None
    lookup = _lookup(entry, gives)
    final = lookup.gives if lookup else gives
    if steps is None or gives is None or final is None or ("lookup" in entry.table.values and lookup is None):
        return None
    if not _fits(entry, origin, final, lookup):
        return None
    kind = entry.declared.kind
    return FieldRule(kind, tuple(pair[0] for pair in sound), held, steps.steps, gives, lookup, None, default, required, on)


def _source(node: Node, entry: _Entry) -> tuple[Source, Kind] | None:
    found = entry.reading.source(node, "column")
    if found is None:
        return None
    vocabulary, base = entry.reading.vocabulary, entry.target.base
    if vocabulary.path(base, found[0].frame) is None:
        readable = [frame for frame in vocabulary.sources if vocabulary.path(base, frame)]
        entry.complain(node, f"cannot read {found[0]}: a row of {base} has no single row of it", f"read one of {', '.join(readable)}")
        return None
    return found


def _lookup(entry: _Entry, held: Kind | None) -> LookupTable | None:
    node = entry.value("lookup")
    name = entry.reading.word(node, "lookup", entry.named) if node is not None else None
    lookup = entry.lookups.get(name) if name is not None else None
    if node is None or lookup is None or held is None:
        return lookup
    if not lookup.reads(held):
        entry.complain(node, f"looks up {WORDS[held]}", "put join before the lookup")
        return None
    return lookup


def _fits(entry: _Entry, origin: Node, gives: Kind, lookup: LookupTable | None) -> bool:
    kind = entry.declared.kind
    if lookup is not None:
        return _lookup_fits(entry, lookup, kind)
    if convertible(gives, kind):
        return True
    advice = {"texts": "add transform: [{join: ...}]", "moment": "add transform: [local_day]"}.get(
        gives, "name another column or transform"
    )
    entry.complain(origin, f"is {WORDS[kind]}, and this gives {WORDS[gives]}", advice)
    return False


def _lookup_fits(entry: _Entry, lookup: LookupTable, kind: Kind) -> bool:
    node = entry.table.values["lookup"]
    results = [*lookup.values.values(), *([] if lookup.default is None else [lookup.default])]
    values = pa.array(results, ARROW[lookup.kind])
    if convertible(lookup.kind, kind) and convert(values, lookup.kind, kind).bad is None and convertible(lookup.gives, kind):
        return True
    entry.complain(node, f"is {WORDS[kind]}, and lookup {lookup.name} gives other values", "correct its values, or use another lookup")
    return False
