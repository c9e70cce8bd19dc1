"""Reads a whole mapping file."""

import hashlib
import json
from decimal import Decimal
from pathlib import Path
from typing import Any, cast

from posbridge_dagster.mapping.declared import Declaration
from posbridge_dagster.mapping.mapping import Mapping
from posbridge_dagster.mapping.reading.complaints import Complaints, MappingFileError
from posbridge_dagster.mapping.reading.conditions import read_conditions
from posbridge_dagster.mapping.reading.document import Node, Spot, Table, parse, plain
from posbridge_dagster.mapping.reading.expectations import Reading
from posbridge_dagster.mapping.reading.fields import read_fields
from posbridge_dagster.mapping.reading.lookups import read_lookups
from posbridge_dagster.mapping.reading.rules import read_rules
from posbridge_dagster.mapping.reading.settings import read_settings
from posbridge_dagster.mapping.vocabulary import SettingsT, Vocabulary

SECTIONS = ("flow", "select", "settings", "fields", "lookups", "rules")


def load_mapping(path: Path, vocabulary: Vocabulary[SettingsT]) -> Mapping[SettingsT]:
    """Return the mapping that a YAML file declares, checked against what its flow may name.

    Raises MappingFileError with everything that is wrong, each with file, line, column and what to do.
    """
    complaints = Complaints(str(path))
    text = _text(path, complaints)
    root = None if text is None else parse(text, complaints)
    reading = Reading(vocabulary, complaints)
    table = None if root is None else reading.table(root, "a mapping file", SECTIONS)
    mapping = None if table is None else _mapping(table, reading, vocabulary)
    if complaints.found or mapping is None:
        raise MappingFileError(complaints.found)
    return mapping


def _text(path: Path, complaints: Complaints) -> str | None:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        complaints.add(Spot(1, 1), f"the file cannot be read: {error.strerror}", "check the folder of mapping files and its rights")
    except UnicodeDecodeError:
        complaints.add(Spot(1, 1), "the file is not UTF-8 text", "save it with the encoding UTF-8")
    return None


def _mapping(table: Table, reading: Reading, vocabulary: Vocabulary[SettingsT]) -> Mapping[SettingsT] | None:
    empty = Table(table.line, table.column, {}, {})
    _check_flow(table, reading)
    named = table.values.get("lookups", empty)
    lookups = read_lookups(named, reading)
    names = named.values if isinstance(named, Table) else {}
    declaration = Declaration(
        select=read_conditions(table.values["select"], "select", reading, selects=True) if "select" in table.values else (),
        fields=read_fields(table.values.get("fields", empty), lookups, names, reading),
        lookups=lookups,
        rules=read_rules(table.values["rules"], reading) if "rules" in table.values else (),
    )
    settings = read_settings(table.values.get("settings", empty), vocabulary.settings, reading)
    if settings is None:
        return None
    return Mapping(vocabulary, cast(SettingsT, settings), declaration, fingerprint(table))


def _check_flow(table: Table, reading: Reading) -> None:
    flow = reading.vocabulary.flow
    if "flow" not in table.values:
        reading.complaints.add(table, "the file does not say its flow", f"begin with flow: {flow}")
    else:
        reading.word(table.values["flow"], "flow", [flow])


def fingerprint(node: Node) -> str:
    """Return the sha256 of what a file holds; comments, white space and the order of keys do not count."""
    content = json.dumps(plain(node), sort_keys=True, ensure_ascii=False, default=_exact)
    return hashlib.sha256(content.encode()).hexdigest()


def _exact(value: Any) -> dict[str, str]:
    if not isinstance(value, Decimal):
        raise TypeError(f"{type(value).__name__} has no place in a mapping file")
    return {"decimal": str(value)}
