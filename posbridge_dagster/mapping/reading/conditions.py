"""Reads conditions: a column and the tests it must pass."""

from typing import Any

from posbridge_dagster.mapping.conditions import OPERATORS, Condition, Operator, Test, pattern_fault
from posbridge_dagster.mapping.conversions import constant
from posbridge_dagster.mapping.kinds import WORDS, Kind
from posbridge_dagster.mapping.reading.document import Items, Node, Scalar
from posbridge_dagster.mapping.reading.expectations import Reading


def read_conditions(node: Node, what: str, reading: Reading, selects: bool = False) -> tuple[Condition, ...]:
    """Return the conditions of a list; ``otherwise`` belongs to those that select."""
    read = (_condition(item, reading, selects) for item in reading.items(node, what))
    return tuple(condition for condition in read if condition is not None)


def _condition(node: Node, reading: Reading, selects: bool) -> Condition | None:
    words = ["field", *OPERATORS, *(["otherwise"] if selects else [])]
    table = reading.table(node, "a condition", words, "operator")
    if table is None:
        return None
    otherwise = reading.text(table.values["otherwise"], "otherwise") if selects and "otherwise" in table.values else None
    if "field" not in table.values:
        reading.complaints.add(table, "a condition without field", "name the column: {field: frame.column, ...}")
        return None
    named = reading.source(table.values["field"], "column")
    operators = [OPERATORS[name] for name in table.values if name in OPERATORS]
    if not operators and not set(table.values) - set(words):
        reading.complaints.add(table, "a condition without operator", f"add one of {', '.join(OPERATORS)}")
    if named is None:
        return None
    source, kind = named
    tests = [_test(operator, table.values[operator.name], table.keys[operator.name], kind, reading) for operator in operators]
    return Condition(source, kind, tuple(test for test in tests if test is not None), otherwise)


def _test(operator: Operator, node: Node, key: Scalar, kind: Kind, reading: Reading) -> Test | None:
    if kind not in operator.accepts:
        allowed = [name for name, other in OPERATORS.items() if kind in other.accepts]
        reading.complaints.add(key, f'"{operator.name}" cannot judge {WORDS[kind]}', f"use one of {', '.join(allowed)}")
        return None
    if operator.operand == "yes_no":
        wanted = reading.flag(node, operator.name)
        return None if wanted is None else Test(operator, wanted)
    if operator.operand == "pattern":
        return _pattern(operator, node, reading)
    if operator.operand == "several":
        return _several(operator, node, kind, reading)
    value = _value(node, operator.name, kind, reading)
    return None if value is None else Test(operator, value)


def _pattern(operator: Operator, node: Node, reading: Reading) -> Test | None:
    pattern = reading.text(node, operator.name)
    fault = pattern_fault(pattern) if pattern is not None and operator.name == "matches" else None
    if fault is not None:
        reading.complaints.add(node, f"this regular expression cannot be used: {fault}", "write it in RE2 syntax, which has no look-around")
        return None
    return None if pattern is None else Test(operator, pattern)


def _several(operator: Operator, node: Node, kind: Kind, reading: Reading) -> Test | None:
    if not isinstance(node, Items) or not node.nodes:
        reading.complaints.add(node, f'"{operator.name}" needs a list of values', f"write {operator.name}: [one, two]")
        return None
    values = tuple(_value(item, operator.name, kind, reading) for item in node.nodes)
    return None if None in values else Test(operator, values)


def _value(node: Node, what: str, kind: Kind, reading: Reading) -> Any:
    try:
        return constant(node.value if isinstance(node, Scalar) else [], kind)
    except ValueError as error:
        reading.complaints.add(node, f"the value of {what} {error}", "to ask for a value that is not there, use {empty: true}")
        return None
