"""The YAML of a mapping file as a tree in which every key and value knows its line and column.

Scalars follow the core schema of YAML 1.2: only ``true`` and ``false`` are booleans (``on`` is a key, ``NO`` is Norway),
numbers are exact, and digits with a leading zero stay text, because they are a code and not a number.
"""

import re
from collections import abc
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, TypeAlias

import yaml

from posbridge_dagster.mapping.reading.complaints import Complaints


@dataclass(frozen=True)
class Scalar:
    """One value: ``text`` as written, ``value`` as read."""

    line: int
    column: int
    text: str
    value: str | int | Decimal | bool | None


@dataclass(frozen=True)
class Items:
    """A list."""

    line: int
    column: int
    nodes: tuple["Node", ...]


@dataclass(frozen=True)
class Table:
    """Keys with their values; a key is always the text that was written."""

    line: int
    column: int
    keys: abc.Mapping[str, Scalar]
    values: abc.Mapping[str, "Node"]


Node: TypeAlias = Scalar | Items | Table


@dataclass(frozen=True)
class Spot:
    """A place without a node, such as where the YAML itself breaks off."""

    line: int
    column: int


class _Loader(yaml.SafeLoader):
    """Composes nodes with the core schema; refuses anchors, so that every value stands where it is used."""

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        event = self.peek_event()  # type: ignore[no-untyped-call]
        if getattr(event, "anchor", None) is not None:
            raise yaml.composer.ComposerError(None, None, "anchors and aliases are not used in mapping files", event.start_mark)
        return super().compose_node(parent, index)


# Every scalar stays text here; ``_scalar`` reads it, by the rules at the head of this module.
_Loader.yaml_implicit_resolvers = {}


def parse(text: str, complaints: Complaints) -> Node | None:
    """Return the tree of a file's text; None, with a complaint, when it is no YAML or holds nothing."""
    try:
        root = _Loader(text).get_single_node()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        spot = Spot(mark.line + 1, mark.column + 1) if mark else Spot(1, 1)
        complaints.add(spot, f"this is not valid YAML: {error.problem or error.context}", "correct the text at this place")
        return None
    except yaml.YAMLError as error:
        complaints.add(Spot(1, 1), f"this is not valid YAML: {str(error).splitlines()[0]}", "save the file as plain UTF-8 text")
        return None
    except RecursionError:
        complaints.add(Spot(1, 1), "this is nested too deeply", "a mapping file needs no more than six levels")
        return None
    if root is None:
        complaints.add(Spot(1, 1), "the file is empty", 'begin with "flow:" and the name of the flow')
        return None
    return _Reader(complaints).node(root)


class _Reader:
    def __init__(self, complaints: Complaints) -> None:
        self.complaints = complaints

    def node(self, raw: yaml.Node) -> Node:
        line, column = raw.start_mark.line + 1, raw.start_mark.column + 1
        if isinstance(raw, yaml.MappingNode):
            return self.table(raw, line, column)
        if isinstance(raw, yaml.SequenceNode):
            return Items(line, column, tuple(self.node(item) for item in raw.value))
        if raw.tag != "tag:yaml.org,2002:str":
            self.complaints.add(Spot(line, column), f'the tag "{raw.tag}" is not known', "write the value without a tag")
        return Scalar(line, column, raw.value, _scalar(raw.value) if getattr(raw, "style", None) is None else raw.value)

    def table(self, raw: yaml.MappingNode, line: int, column: int) -> Table:
        keys: dict[str, Scalar] = {}
        values: dict[str, Node] = {}
        for raw_key, raw_value in raw.value:
            key = self.node(raw_key)
            if not isinstance(key, Scalar):
                self.complaints.add(key, "a key must be one word", "put the word before the colon")
            elif key.text in keys:
                first = keys[key.text]
                self.complaints.add(key, f'"{key.text}" is here a second time, first on line {first.line}', "keep one of the two")
            else:
                keys[key.text] = key
                values[key.text] = self.node(raw_value)
        return Table(line, column, keys, values)


_WHOLE = re.compile(r"[-+]?(0|[1-9][0-9]*)")
_DECIMAL = re.compile(r"[-+]?(0|[1-9][0-9]*)\.[0-9]+")
_WORDS: dict[str, bool | None] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}


def _scalar(text: str) -> str | int | Decimal | bool | None:
    if text in _WORDS:
        return _WORDS[text]
    if _WHOLE.fullmatch(text):
        return int(text)
    return Decimal(text) if _DECIMAL.fullmatch(text) else text


def plain(node: Node) -> Any:
    """Return what a node holds as ordinary Python values (dict, list, str, int, Decimal, bool, None)."""
    if isinstance(node, Table):
        return {name: plain(value) for name, value in node.values.items()}
    if isinstance(node, Items):
        return [plain(item) for item in node.nodes]
    return node.value
