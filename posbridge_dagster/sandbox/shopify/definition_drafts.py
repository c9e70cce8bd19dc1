"""What an app may define of metafields, held against Shopify's rules."""

import re
from typing import Any

from posbridge_dagster.sandbox.shopify.metafield_types import TYPES, UNIQUE_TYPES, demands
from posbridge_dagster.sandbox.shopify.metafield_values import is_foreign, is_own, namespace_of
from posbridge_dagster.sandbox.shopify.owners import owners_of
from posbridge_dagster.sandbox.shopify.records import Definition
from posbridge_dagster.sandbox.shopify.refusals import user_error
from posbridge_dagster.sandbox.shopify.shop import Shop

Given = dict[str, Any]
Error = dict[str, Any]
NAME = re.compile(r"[A-Za-z0-9_-]+")
LENGTHS = {"namespace": (3, 255), "key": (2, 64)}
LONGEST_NAME, LONGEST_DESCRIPTION = 255, 255
MOST_DEFINITIONS, MOST_PINNED, MOST_FILTERS = 256, 20, 50  # per owner type
RESERVED = ("shopify",)


def new_definition_errors(shop: Shop, given: Given) -> list[Error]:
    """Return why a definition cannot be made."""
    owner_type, namespace, key, kind = given["ownerType"], namespace_of(given.get("namespace")), given["key"], given["type"]
    errors = _name_errors(namespace, key) + text_errors(given) + validation_errors(given, kind)
    if not given["name"].strip():
        errors.append(_error("Name can't be blank", "name", code="BLANK"))
    if kind not in TYPES:
        message = f"Type name {kind} is not a valid type. Valid types are: {', '.join(sorted(TYPES))}."
        errors.append(_error(message, "type", code="INCLUSION"))
    if is_foreign(namespace):
        errors.append(_error("Namespace is reserved for another app.", "namespace", code="INVALID"))
    if namespace.split("--")[0] in RESERVED:
        errors.append(_error("Namespace is reserved.", "namespace", code="RESERVED_NAMESPACE_KEY"))
    unique = ((given.get("capabilities") or {}).get("uniqueValues") or {}).get("enabled")
    if kind == "id" and unique is False:
        message = "Capability unique_values is required for type id but is disabled"
        errors.append(_error(message, code="CAPABILITY_REQUIRED_BUT_DISABLED"))
    if unique and kind not in UNIQUE_TYPES:
        errors.append(_error(f"Capability unique_values is not supported for type {kind}", code="INVALID_CAPABILITY"))
    if (given.get("access") or {}).get("admin") and not is_own(namespace):
        message = "Admin access can only be specified for app-owned metafield definitions."
        errors.append(_error(message, "access", "admin", code="ADMIN_ACCESS_INPUT_NOT_ALLOWED"))
    if shop.definition(owner_type, namespace, key):
        message = f"Key is in use for {owner_type.title()} metafields on the '{namespace}' namespace."
        errors.append(_error(message, "key", code="TAKEN"))
    elif kind == "id" and _values(shop, owner_type, namespace, key):
        message = "This namespace and key combination is already in use for a set of your metafields."
        errors.append(_error(message, "key", code="UNSTRUCTURED_ALREADY_EXISTS"))
    return errors + _limit_errors(shop, given)


def _error(message: str, *path: str, code: str) -> Error:
    return {"__typename": "MetafieldDefinitionCreateUserError", **user_error(message, "definition", *path, code=code)}


def _name_errors(namespace: str, key: str) -> list[Error]:
    errors = []
    for name, value in (("namespace", namespace), ("key", key)):
        least, most = LENGTHS[name]
        if len(value) < least:
            errors.append(_error(f"{name.title()} is too short (minimum is {least} characters)", name, code="TOO_SHORT"))
        if len(value) > most:
            errors.append(_error(f"{name.title()} is too long (maximum is {most} characters)", name, code="TOO_LONG"))
        if not NAME.fullmatch(value):
            errors.append(_error(f"{name.title()} contains one or more invalid characters.", name, code="INVALID_CHARACTER"))
    return errors


def text_errors(given: Given) -> list[Error]:
    """Return why name and description of a definition cannot be."""
    errors = []
    for name, most in (("name", LONGEST_NAME), ("description", LONGEST_DESCRIPTION)):
        if len(given.get(name) or "") > most:
            errors.append(_error(f"{name.title()} is too long (maximum is {most} characters)", name, code="TOO_LONG"))
    return errors


def validation_errors(given: Given, kind: str) -> list[Error]:
    """Return why the validations of a definition cannot be those of its type."""
    errors: list[Error] = []
    names = [entry["name"] for entry in given.get("validations") or []]
    for index, name in enumerate(names):
        path = ("validations", str(index))
        if kind in TYPES and name not in demands(kind):
            errors.append(_error(f"Validations value for option {name} is not supported for type {kind}.", *path, code="INVALID_OPTION"))
        if name in names[:index]:
            errors.append(_error(f"Validations contains duplicate option: {name}.", *path, code="DUPLICATE_OPTION"))
    if kind.removeprefix("list.") == "rating" and not {"scale_min", "scale_max"} <= set(names):
        errors.append(_error("Validations require that you set the options scale_min and scale_max.", "validations", code="INVALID_OPTION"))
    return errors


def _limit_errors(shop: Shop, given: Given) -> list[Error]:
    same = [entry for entry in shop.definitions.values() if entry.owner_type == given["ownerType"]]
    filterable = ((given.get("capabilities") or {}).get("adminFilterable") or {}).get("enabled")
    errors = []
    if len(same) >= MOST_DEFINITIONS:
        message = f"Stores can only have {MOST_DEFINITIONS} definitions for each store resource."
        errors.append(_error(message, code="RESOURCE_TYPE_LIMIT_EXCEEDED"))
    if given.get("pin") and sum(entry.pinned is not None for entry in same) >= MOST_PINNED:
        message = f"Limit of {MOST_PINNED} pinned definitions."
        errors.append(_error(message, code="PINNED_LIMIT_REACHED"))
    if filterable and sum(entry.admin_filterable for entry in same) >= MOST_FILTERS:
        message = f"Limit of {MOST_FILTERS} definitions that are used as admin filters."
        errors.append(_error(message, code="OWNER_TYPE_LIMIT_EXCEEDED_FOR_USE_AS_ADMIN_FILTERS"))
    return errors


def _values(shop: Shop, owner_type: str, namespace: str, key: str) -> bool:
    held = owners_of(shop, owner_type).values()
    return any((entry.namespace, entry.key) == (namespace, key) for owner in held for entry in owner.metafields)


def new_definition(shop: Shop, given: Given) -> Definition:
    """Return the definition that a good input makes. One of type ``id`` has unique values, asked for or not."""
    made = Definition(
        shop.next_number(), given["ownerType"], namespace_of(given.get("namespace")), given["key"], given["name"].strip(), given["type"]
    )
    made.unique = made.kind == "id"
    keep_definition(made, given)
    return made


def keep_definition(definition: Definition, given: Given) -> None:
    """Give a definition what was found good; what is not named stays."""
    if (given.get("name") or "").strip():
        definition.name = given["name"].strip()
    if "description" in given:
        definition.description = given["description"] or ""
    if given.get("validations") is not None:
        definition.validations = [(entry["name"], entry["value"]) for entry in given["validations"]]
    access, capabilities = given.get("access") or {}, given.get("capabilities") or {}
    definition.admin_access = access.get("admin") or definition.admin_access
    definition.storefront_access = access.get("storefront") or definition.storefront_access
    definition.customer_access = access.get("customerAccount") or definition.customer_access
    for name, attribute in (("adminFilterable", "admin_filterable"), ("uniqueValues", "unique")):
        if capabilities.get(name) is not None:
            setattr(definition, attribute, capabilities[name]["enabled"])
