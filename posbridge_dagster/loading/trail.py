"""What a write takes away and puts in its place, for a person who reads it in a plan or wants it back."""

import json
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from posbridge_dagster.ledger import Change
from posbridge_dagster.loading.fields import Kept, told_fields
from posbridge_dagster.model.secrecy import mask

WIDTH = 60  # characters of a value that are told; the ledger has all of them


def changes_of(item: Kept, before: Mapping[str, Any], otherwise: Mapping[str, Any] | None = None) -> tuple[Change, ...]:
    """Return the fields, of those of which it is known what stood in them, that were given another value.

    ``otherwise`` are values that were written in place of those of the item.
    """
    after = {**item.fields, **(otherwise or {})}
    changes = [Change(name, _or_nothing(there), _or_nothing(after[name])) for name, there in before.items()]
    return tuple(change for change in changes if change.before != change.after)


def told_changes(item: Kept, names: Collection[str], changes: Sequence[Change]) -> str:
    """Return the fields that are written as a person reads them: ``title: "Tas" -> "Grote tas"``, or the name alone.

    Values of a person are masked. Of a new record, and where it is not known what stood in a field, only the name is told.
    """
    return told_fields(names, {change.field: told_change(change, is_person=item.is_person) for change in changes})


def told_change(change: Change, *, is_person: bool) -> str:
    """Return what stood in a field and what took its place, each on one line and cut, or masked."""
    return f"{_told(change.before, is_person)} -> {_told(change.after, is_person)}"


def _or_nothing(value: Any) -> Any:
    return None if value in ("", []) else value


def _told(value: Any, is_person: bool) -> str:
    if value is None:
        return "empty"
    if is_person:
        return mask(value if isinstance(value, str) else json.dumps(value, default=str))
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= WIDTH else f"{text[: WIDTH - 1]}…"
