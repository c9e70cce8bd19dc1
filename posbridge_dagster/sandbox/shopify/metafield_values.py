"""Writing the metafields that come with a record: what may be written, and writing it."""

from collections.abc import Sequence
from typing import Any

from posbridge_dagster.sandbox.shopify.refusals import user_error
from posbridge_dagster.sandbox.shopify.shop import OWNER_TYPES, Owner, Shop

Entry = dict[str, Any]
APP_NAMESPACE = "$app"


def name_of(entry: Entry) -> tuple[str, str]:
    """Return namespace and key of an entry; without a namespace it is the app's own."""
    return entry.get("namespace") or APP_NAMESPACE, entry.get("key") or ""


def kind_of(shop: Shop, owner_type: str, entry: Entry) -> str | None:
    """Return the type of an entry: that of its definition, else the one it states, else None."""
    definition = shop.definition(owner_type, *name_of(entry))
    return definition.kind if definition else entry.get("type")


def metafield_errors(
    shop: Shop, owner_type: str, entries: list[Entry], path: Sequence[str | int], owner: int | None = None, *, may_repeat: bool = False
) -> list[dict[str, Any]]:
    """Return why entries cannot be written beside a record (``owner`` None: one that is to be made); none when they can.

    ``may_repeat`` lets a custom id pass that another record has.
    """
    errors = []
    for index, entry in enumerate(entries):
        where = (*path, str(index))
        kind = kind_of(shop, owner_type, entry)
        if kind is None:
            errors.append(user_error("Type can't be blank", *where, "type", code="INVALID"))
        elif entry.get("type") not in (None, kind):
            message = f"Type '{entry['type']}' must be consistent with the definition's type: '{kind}'."
            errors.append(user_error(message, *where, "type", code="INVALID"))
        elif not (entry.get("value") or "").strip():
            errors.append(user_error("Value can't be blank", *where, "value", code="INVALID"))
        elif not may_repeat and shop.unique_holder(owner_type, *name_of(entry), entry["value"]) not in (None, owner):
            errors.append(user_error("Value has already been taken", *where, "value", code="INVALID"))
    return errors


def write_metafields(shop: Shop, owner: Owner, entries: list[Entry]) -> None:
    """Write entries that were found good."""
    owner_type = OWNER_TYPES[type(owner)]
    for entry in entries:
        shop.set_metafield(owner, *name_of(entry), kind_of(shop, owner_type, entry) or "", entry["value"])
