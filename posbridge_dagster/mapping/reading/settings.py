"""Reads the settings of a flow into its own model, and says for each fault where it stands."""

from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel, ValidationError

from posbridge_dagster.mapping.reading.document import Items, Node, Table, plain
from posbridge_dagster.mapping.reading.expectations import Reading


def read_settings(node: Node, model: type[BaseModel], reading: Reading) -> BaseModel | None:
    """Return the settings as the flow's model; None, with complaints, when they do not fit it."""
    table = reading.table(node, "settings")
    if table is None:
        return None
    unknown = set(_complain_unknown(table, model, reading))
    try:
        settings = model.model_validate(plain(table))
    except ValidationError as error:
        for fault in error.errors(include_url=False, include_context=False, include_input=False):
            if fault["type"] != "extra_forbidden" or fault["loc"] not in unknown:
                _complain(fault, table, reading)
        return None
    return settings


def _complain(fault: Any, table: Table, reading: Reading) -> None:
    place, name = _place(table, fault["loc"]), ".".join(str(part) for part in fault["loc"])
    if fault["type"] == "missing":
        reading.complaints.add(place, f"setting {name} is missing", f"write {fault['loc'][-1]}: and its value")
    else:
        sentence = str(fault["msg"]).removeprefix("Value error, ")
        what = f"setting {name} is wrong: {sentence}" if name else f"the settings do not go together: {sentence}"
        reading.complaints.add(place, what, "correct the value")


def _complain_unknown(table: Table, model: type[BaseModel], reading: Reading, above: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    fields = dict(model.model_fields) | {field.alias: field for field in model.model_fields.values() if field.alias}
    for name, key in table.keys.items():
        node = table.values[name]
        if name not in fields:
            reading.complaints.unknown(key, "setting", name, fields)
            yield (*above, name)
        elif isinstance(node, Table):
            inner = fields[name].annotation
            if isinstance(inner, type) and issubclass(inner, BaseModel):
                yield from _complain_unknown(node, inner, reading, (*above, name))


def _place(table: Table, location: tuple[str | int, ...]) -> Node:
    node: Node = table
    place: Node = table
    for part in location:
        if isinstance(node, Table) and str(part) in node.values:
            place, node = node.keys[str(part)], node.values[str(part)]
        elif isinstance(node, Items) and isinstance(part, int) and part < len(node.nodes):
            place = node = node.nodes[part]
        else:
            break
    return place
