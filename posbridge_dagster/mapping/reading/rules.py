"""Reads rules: when which conditions hold, what happens."""

from typing import Any

from posbridge_dagster.mapping.conditions import Condition
from posbridge_dagster.mapping.conversions import constant
from posbridge_dagster.mapping.declared import Rule
from posbridge_dagster.mapping.kinds import WORDS
from posbridge_dagster.mapping.reading.conditions import read_conditions
from posbridge_dagster.mapping.reading.document import Node, Scalar, Table
from posbridge_dagster.mapping.reading.expectations import Reading

DEEDS = ("skip", "quarantine", "set")
_ADVICE = 'write then: {skip: "why"}, {quarantine: "why"} or {set: {target.field: value}}'


def read_rules(node: Node, reading: Reading) -> tuple[Rule, ...]:
    """Return the rules in the order of the file."""
    rules: dict[str, Rule] = {}
    for item in reading.items(node, "rules"):
        rule = _rule(item, reading)
        if rule is not None and rule.name in rules:
            reading.complaints.add(item, f'a second rule is named "{rule.name}"', "give every rule its own name")
        elif rule is not None:
            rules[rule.name] = rule
    return tuple(rules.values())


def _rule(node: Node, reading: Reading) -> Rule | None:
    table = reading.table(node, "a rule", ("name", "when", "then"))
    if table is None:
        return None
    lacking = [word for word in ("name", "when", "then") if word not in table.values]
    if lacking:
        reading.complaints.add(table, f"a rule without {' and '.join(lacking)}", "write name:, when: and then:")
        return None
    name = reading.text(table.values["name"], "the name of a rule")
    when = read_conditions(table.values["when"], "when", reading)
    then = reading.table(table.values["then"], "then", DEEDS)
    if name is None or then is None:
        return None
    deeds = [deed for deed in DEEDS if deed in then.values]
    if len(deeds) != 1:
        reading.complaints.add(then, f"rule {name} must do exactly one thing", _ADVICE)
        return None
    (deed,) = deeds
    if deed == "set":
        return _setting_rule(name, when, then.values["set"], table, reading)
    why = reading.text(then.values[deed], deed)
    _check_records(name, when, table, reading)
    if why is None:
        return None
    return Rule(name, when, skip=why) if deed == "skip" else Rule(name, when, quarantine=why)


def _check_records(name: str, when: tuple[Condition, ...], table: Table, reading: Reading) -> None:
    vocabulary = reading.vocabulary
    if not any(all(vocabulary.concerns(one.source.frame, base) for one in when) for base in vocabulary.record_frames):
        frames = sorted({condition.source.frame for condition in when})
        what = f"rule {name} speaks of {' and '.join(frames)}, which no record has together"
        reading.complaints.add(table.values["when"], what, "make one rule for each kind of record")


def _setting_rule(name: str, when: tuple[Condition, ...], node: Node, table: Table, reading: Reading) -> Rule | None:
    targets = reading.vocabulary.targets
    known = [f"{frame}.{field}" for frame, target in targets.items() for field in target.fields]
    sets = reading.table(node, "set", known, "target field")
    if sets is None:
        return None
    values: dict[tuple[str, str], Any] = {}
    for written, entry in sets.values.items():
        if written not in known:
            continue
        frame, _, field = written.partition(".")
        _check_sight(written, targets[frame].base, when, table, reading)
        kind = targets[frame].fields[field].kind
        try:
            values[frame, field] = constant(entry.value if isinstance(entry, Scalar) else [], kind)
        except ValueError as error:
            reading.complaints.add(entry, f"the value of {written} {error}", f"{written} is {WORDS[kind]}")
    return Rule(name, when, sets=values)


def _check_sight(written: str, base: str, when: tuple[Condition, ...], table: Table, reading: Reading) -> None:
    for condition in when:
        if not reading.vocabulary.concerns(condition.source.frame, base):
            what = f"{written} cannot depend on {condition.source}: it says nothing about a row of {base}"
            reading.complaints.add(table.values["when"], what, "use a column of the row itself, its parents or its children")
