"""Writing the metafields that come with a record: what may be written, and writing it."""

from collections.abc import Sequence
from typing import Any

from posbridge_dagster.sandbox.shopify.metafield_types import TYPES, is_valid, kept, unmet
from posbridge_dagster.sandbox.shopify.owners import owners_of
from posbridge_dagster.sandbox.shopify.records import Definition
from posbridge_dagster.sandbox.shopify.refusals import user_error
from posbridge_dagster.sandbox.shopify.shop import OWNER_TYPES, Owner, Shop

Entry = dict[str, Any]
OWN_NAMESPACE, ANY_APP = "app--1", "app--"
SHORTHAND = "$app"


def namespace_of(namespace: str | None) -> str:
    """Return a namespace in full: none is the app's own, ``$app`` and ``$app:name`` stand for it and for one within."""
    if not namespace or namespace == SHORTHAND:
        return OWN_NAMESPACE
    return f"{OWN_NAMESPACE}--{namespace[len(SHORTHAND) + 1 :]}" if namespace.startswith(f"{SHORTHAND}:") else namespace


def is_own(namespace: str) -> bool:
    """Return whether a namespace is reserved for the app."""
    return namespace == OWN_NAMESPACE or namespace.startswith(f"{OWN_NAMESPACE}--")


def is_foreign(namespace: str) -> bool:
    """Return whether a namespace is reserved for another app."""
    return namespace.startswith(ANY_APP) and not is_own(namespace)


def name_of(entry: Entry) -> tuple[str, str]:
    """Return namespace and key of an entry, the namespace in full."""
    return namespace_of(entry.get("namespace")), entry.get("key") or ""


def kind_of(shop: Shop, owner_type: str, entry: Entry, owner: Owner | None = None) -> str | None:
    """Return the type of an entry: that of its definition, else the one it states, else the one it has, else None."""
    definition = shop.definition(owner_type, *name_of(entry))
    if definition is not None:
        return definition.kind
    held = owner.metafields if owner is not None else ()
    return entry.get("type") or next((known.kind for known in held if (known.namespace, known.key) == name_of(entry)), None)


def value_problem(kind: str, value: str, definition: Definition | None) -> str | None:
    """Return why a value cannot be one of a type, or not one of its definition; None where it can."""
    if not is_valid(kind, value):
        return f"Value must be a {kind.replace('_', ' ')}."
    return unmet(kind, value, definition.validations) if definition is not None else None


def metafield_errors(
    shop: Shop, owner_type: str, entries: list[Entry], path: Sequence[str | int], owner: int | None = None, *, may_repeat: bool = False
) -> list[dict[str, Any]]:
    """Return why entries cannot be written beside a record (``owner`` None: one that is to be made); none when they can.

    ``may_repeat`` lets a custom id pass that another record has.
    """
    holder = None if owner is None else owners_of(shop, owner_type).get(owner)
    errors = []
    for index, entry in enumerate(entries):
        problem = _problem(shop, owner_type, entry, holder, may_repeat=may_repeat)
        if problem is not None:
            errors.append(user_error(problem[1], *path, str(index), problem[0], code="INVALID"))
    return errors


def _problem(shop: Shop, owner_type: str, entry: Entry, holder: Owner | None, *, may_repeat: bool) -> tuple[str, str] | None:
    """Return the member of an entry that is wrong, and why."""
    name, value = name_of(entry), entry.get("value") or ""
    definition, kind = shop.definition(owner_type, *name), kind_of(shop, owner_type, entry, holder)
    if is_foreign(name[0]):
        return "namespace", f"Access to this namespace and key on Metafields for this resource type is not allowed: {name[0]}"
    if kind is None:
        return "type", "Type can't be blank"
    if entry.get("type") not in (None, kind):
        return "type", f"Type '{entry['type']}' must be consistent with the definition's type: '{kind}'."
    if kind not in TYPES:
        return "type", f"Type '{kind}' is not a valid type."
    if not value.strip():
        return "value", "Value can't be blank"
    wrong = value_problem(kind, value, definition)
    if wrong is not None:
        return "value", wrong
    if not may_repeat and shop.unique_holder(owner_type, *name, value) not in (None, holder.number if holder else None):
        return "value", "Value has already been taken"
    return None


def write_metafields(shop: Shop, owner: Owner, entries: list[Entry]) -> None:
    """Write entries that were found good."""
    owner_type = OWNER_TYPES[type(owner)]
    for entry in entries:
        kind = kind_of(shop, owner_type, entry, owner) or ""
        shop.set_metafield(owner, *name_of(entry), kind, kept(kind, entry["value"]))
