"""Reads lookup tables and what to do when a value is missing in one."""

from decimal import Decimal
from typing import Any

from posbridge_dagster.mapping.conversions import constant
from posbridge_dagster.mapping.kinds import Kind
from posbridge_dagster.mapping.lookups import LookupTable, Policy
from posbridge_dagster.mapping.reading.document import Node, Scalar, Table
from posbridge_dagster.mapping.reading.expectations import Reading

MISSING = ("quarantine", "keep")
_ADVICE = "write missing: quarantine, missing: keep or missing: {default: value}"


def read_lookups(node: Node, reading: Reading) -> dict[str, LookupTable]:
    """Return the lookup tables by name."""
    table = reading.table(node, "lookups")
    read = {name: _lookup(name, entry, reading) for name, entry in table.values.items()} if table else {}
    return {name: lookup for name, lookup in read.items() if lookup is not None}


def _lookup(name: str, node: Node, reading: Reading) -> LookupTable | None:
    table = reading.table(node, f"lookup {name}", ("values", "missing"))
    if table is None:
        return None
    for needed in ("values", "missing"):
        if needed not in table.values:
            advice = _ADVICE if needed == "missing" else "write values: {from: to}"
            reading.complaints.add(table, f"lookup {name} has no {needed}", advice)
    if "values" not in table.values or "missing" not in table.values:
        return None
    values = reading.table(table.values["values"], f"the values of lookup {name}")
    policy = _policy(table.values["missing"], name, reading)
    if values is None or policy is None:
        return None
    return _built(name, values, *policy, reading)


def _policy(node: Node, name: str, reading: Reading) -> tuple[Policy, Scalar | None] | None:
    if isinstance(node, Scalar):
        word = reading.word(node, f"missing of lookup {name}", MISSING)
        return None if word is None else ("keep" if word == "keep" else "quarantine", None)
    table = reading.table(node, f"missing of lookup {name}", ("default",))
    default = table.values.get("default") if table else None
    if isinstance(default, Scalar) and default.value is not None:
        return "default", default
    reading.complaints.add(node, f"missing of lookup {name} has no default", _ADVICE)
    return None


def _built(name: str, values: Table, policy: Policy, default: Scalar | None, reading: Reading) -> LookupTable | None:
    scalars = [node for node in values.values.values() if isinstance(node, Scalar) and node.value is not None]
    for key, node in values.values.items():
        if not isinstance(node, Scalar) or node.value is None:
            reading.complaints.add(node, f'lookup {name} gives no value for "{key}"', "write one value, or leave the key out")
    kind = _kind([scalar.value for scalar in (*scalars, *([default] if default else []))])
    if kind is None:
        reading.complaints.add(values, f"lookup {name} mixes true or false with other values", "write values of one kind")
        return None
    if len(scalars) != len(values.values):
        return None
    held = {key: constant(scalar.value, kind) for key, scalar in zip(values.values, scalars, strict=True)}
    return LookupTable(name, kind, held, policy, constant(default.value, kind) if default else None)


def _kind(values: list[Any]) -> Kind | None:
    truths = [isinstance(value, bool) for value in values]
    if any(truths):
        return "yes_no" if all(truths) else None
    if values and all(isinstance(value, int) for value in values):
        return "whole"
    return "decimal" if values and all(isinstance(value, int | Decimal) for value in values) else "text"
