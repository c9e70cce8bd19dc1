"""A record as its fields, and which of them are to be written: by policy, by what was written last, by what drifted.

A policy is ``create`` (written when the record is made), ``update`` (only afterwards) or ``always`` (both, and again when the
other system has drifted).
"""

import hashlib
import json
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

FIELDS, REFUSED, HALF, STRANGE = "fields", "refused", "half", "strange"
"""Names in a ledger record's detail: digests of what was written last, how it was left, and that somebody else had made it."""

_EMPTY: tuple[Any, ...] = (None, "", [])
_PARTS_NAMED = 3


@dataclass(frozen=True)
class Kept:
    """A record that is kept in step.

    ``fields`` are the values as the mapping gives them, JSON-able, by target field; ``policies`` the policy per field, always
    where none is named. ``payload`` is whatever else the writer needs, ``source`` what a person reads in quarantine. The values
    of one that ``is_person`` are never shown in clear.
    """

    source_id: str
    external_id: str
    name: str
    fields: Mapping[str, Any]
    policies: Mapping[str, str] = field(default_factory=dict)
    payload: Mapping[str, Any] = field(default_factory=dict)
    source: Mapping[str, Any] = field(default_factory=dict)
    is_person: bool = False


def part_of(name: str) -> str:
    """Return the part of a record that a field named ``<part>.<field>`` belongs to (parts are numbers), empty for the record's own."""
    part, dot, _ = name.partition(".")
    return part if dot and part.isdigit() else ""


def field_of(name: str) -> str:
    """Return the name of a field without the part it belongs to."""
    part = part_of(name)
    return name.removeprefix(f"{part}.") if part else name


def first_fields(item: Kept) -> tuple[str, ...]:
    """Return the fields that a new record is made with, in their order: those that say something and are not for afterwards only."""
    return tuple(name for name, value in item.fields.items() if item.policies.get(name, "always") != "update" and value not in _EMPTY)


def told_fields(names: Collection[str], values: Mapping[str, str] | None = None) -> str:
    """Return fields for a person to read, each with what ``values`` says of it; one of more than three parts is told as ``price of 12``."""
    parts = Counter(field_of(name) for name in names if part_of(name))
    return ", ".join(dict.fromkeys(_told(name, parts[field_of(name)], values or {}) for name in names))


def _told(name: str, parts: int, values: Mapping[str, str]) -> str:
    if part_of(name) and parts > _PARTS_NAMED:
        return f"{field_of(name)} of {parts}"
    return f"{name}: {values[name]}" if name in values else name


def field_digests(item: Kept) -> dict[str, str]:
    """Return a short digest of each field's value."""
    return {name: _digest(value) for name, value in item.fields.items()}


def fingerprint(item: Kept) -> str:
    """Return one digest of all fields."""
    return _digest(field_digests(item))


def due_fields(item: Kept, written: Mapping[str, str], drifted: Collection[str]) -> tuple[str, ...]:
    """Return the fields of a record that is there which must be written, in their order.

    Due is what changed since it was last written, unless its policy is ``create``, and what drifted, if its policy is ``always``.
    """
    now = field_digests(item)
    return tuple(
        name
        for name in item.fields
        if (policy := item.policies.get(name, "always")) != "create"
        and (now[name] != written.get(name) or (policy == "always" and name in drifted))
    )


def _digest(value: Any) -> str:
    text = json.dumps(value, sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:12]
