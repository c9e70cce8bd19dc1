"""A record as its fields, and which of them are to be written: by policy, by what was written last, by what drifted.

A policy is ``create`` (written when the record is made), ``update`` (only afterwards) or ``always`` (both, and again when the
other system has drifted).
"""

import hashlib
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

FIELDS, REFUSED, HALF = "fields", "refused", "half"
"""Names in a ledger record's detail: digests of what was written last, and how it was left."""


@dataclass(frozen=True)
class Kept:
    """A record that is kept in step.

    ``fields`` are the values as the mapping gives them, JSON-able, by target field; ``policies`` the policy per field, always
    where none is named. ``payload`` is whatever else the writer needs, ``source`` what a person reads in quarantine.
    """

    source_id: str
    external_id: str
    name: str
    fields: Mapping[str, Any]
    policies: Mapping[str, str] = field(default_factory=dict)
    payload: Mapping[str, Any] = field(default_factory=dict)
    source: Mapping[str, Any] = field(default_factory=dict)

    def begins_with(self, name: str) -> bool:
        """Return whether a field is written when the record is made; one of policy ``update`` is written afterwards only."""
        return self.policies.get(name, "always") != "update"


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
