"""Definitions of metafields that an app makes, changes, pins and deletes."""

from typing import Any

from posbridge_dagster.sandbox.shopify.access import WRITE_BY_OWNER, access_denied
from posbridge_dagster.sandbox.shopify.definition_drafts import (
    MOST_PINNED,
    keep_definition,
    new_definition,
    new_definition_errors,
    text_errors,
    validation_errors,
)
from posbridge_dagster.sandbox.shopify.metafield_types import is_valid, kept
from posbridge_dagster.sandbox.shopify.metafield_values import is_own
from posbridge_dagster.sandbox.shopify.nodes.metafields import definition_node
from posbridge_dagster.sandbox.shopify.owners import owners_of
from posbridge_dagster.sandbox.shopify.records import Definition
from posbridge_dagster.sandbox.shopify.refusals import user_error
from posbridge_dagster.sandbox.shopify.registry import resolves
from posbridge_dagster.sandbox.shopify.resolvers.metafields import find_definition
from posbridge_dagster.sandbox.shopify.scalars import gid
from posbridge_dagster.sandbox.shopify.scene import Scene

Given = dict[str, Any]
Error = dict[str, Any]
NOT_FOUND = "Definition not found."


def _check_scope(scene: Scene, field: str, owner_type: str) -> None:
    """Raise Refusal where the caller may not write what the metafields belong to."""
    needed = WRITE_BY_OWNER.get(owner_type)
    if needed is not None and needed not in scene.scopes:
        raise access_denied(field, (needed,))


@resolves("Mutation", "metafieldDefinitionCreate")
def create_definition(_: None, scene: Scene, definition: Given) -> dict[str, Any]:
    """Make a definition; values that are there already get its type where they fit it."""
    _check_scope(scene, "metafieldDefinitionCreate", definition["ownerType"])
    errors = new_definition_errors(scene.shop, definition)
    if errors:
        return {"createdDefinition": None, "userErrors": errors}
    made = new_definition(scene.shop, definition)
    scene.shop.add_definition(made)
    if definition.get("pin"):
        made.pinned = _next_pin(scene, made)
    for owner in owners_of(scene.shop, made.owner_type).values():
        for entry in owner.metafields:
            if (entry.namespace, entry.key) == (made.namespace, made.key) and is_valid(made.kind, entry.value):
                entry.kind, entry.value = made.kind, kept(made.kind, entry.value)
        scene.shop.index_custom_ids(owner)
    return {"createdDefinition": definition_node(made), "userErrors": []}


def _same_owner(scene: Scene, definition: Definition) -> list[Definition]:
    return [entry for entry in scene.shop.definitions.values() if entry.owner_type == definition.owner_type]


def _next_pin(scene: Scene, definition: Definition) -> int:
    return max((entry.pinned or 0 for entry in _same_owner(scene, definition)), default=0) + 1


@resolves("Mutation", "metafieldDefinitionUpdate")
def update_definition(_: None, scene: Scene, definition: Given) -> dict[str, Any]:
    """Change what may be changed of a definition: neither its type nor what it is found by."""
    _check_scope(scene, "metafieldDefinitionUpdate", definition["ownerType"])
    known = find_definition(scene, None, definition)
    answer: dict[str, Any] = {"updatedDefinition": None, "validationJob": None}
    if known is None:
        return {**answer, "userErrors": [_update_error("The metafield definition wasn't found.", code="NOT_FOUND")]}
    errors = [
        {**error, "__typename": "MetafieldDefinitionUpdateUserError"}
        for error in (*text_errors(definition), *validation_errors(definition, known.kind))
        if definition.get("validations") is not None or "validations" not in error["field"]
    ]
    if known.kind == "id" and ((definition.get("capabilities") or {}).get("uniqueValues") or {}).get("enabled") is False:
        message = "Capability unique_values is required for type id but is disabled"
        errors.append(_update_error(message, code="CAPABILITY_REQUIRED_BUT_DISABLED"))
    if (definition.get("access") or {}).get("admin") and not is_own(known.namespace):
        message = "Admin access can only be specified for app-owned metafield definitions."
        errors.append(_update_error(message, "access", "admin", code="ADMIN_ACCESS_INPUT_NOT_ALLOWED"))
    if errors:
        return {**answer, "userErrors": errors}
    keep_definition(known, definition)
    if definition.get("pin") is not None:
        known.pinned = (known.pinned or _next_pin(scene, known)) if definition["pin"] else None
    for owner in owners_of(scene.shop, known.owner_type).values():
        scene.shop.index_custom_ids(owner)
    scene.shop.writes += 1
    return {**answer, "updatedDefinition": definition_node(known), "userErrors": []}


def _update_error(message: str, *path: str, code: str) -> Error:
    return {"__typename": "MetafieldDefinitionUpdateUserError", **user_error(message, "definition", *path, code=code)}


@resolves("Mutation", "metafieldDefinitionDelete")
def delete_definition(
    _: None,
    scene: Scene,
    global_id: str | None = None,
    identifier: Given | None = None,
    delete_all_associated_metafields: bool = False,
) -> dict[str, Any]:
    """Delete a definition, with its values where that is asked for; of some kinds it must be."""
    known = find_definition(scene, global_id, identifier)
    answer: dict[str, Any] = {"deletedDefinition": None, "deletedDefinitionId": None}
    if known is None:
        return {**answer, "userErrors": [user_error(NOT_FOUND, "id" if global_id else "identifier", code="NOT_FOUND")]}
    _check_scope(scene, "metafieldDefinitionDelete", known.owner_type)
    problem = None if delete_all_associated_metafields else _must_go_with_values(known)
    if problem is not None:
        return {**answer, "userErrors": [problem]}
    if delete_all_associated_metafields:
        for owner in owners_of(scene.shop, known.owner_type).values():
            scene.shop.drop_metafield(owner, known.namespace, known.key)
    del scene.shop.definitions[known.number]
    scene.shop.writes += 1
    named = {"ownerType": known.owner_type, "namespace": known.namespace, "key": known.key}
    return {"deletedDefinition": named, "deletedDefinitionId": gid("MetafieldDefinition", known.number), "userErrors": []}


def _must_go_with_values(known: Definition) -> Error | None:
    if known.kind == "id":
        message = "Deleting an id type metafield definition requires deletion of its associated metafields."
        return user_error(message, code="ID_TYPE_DELETION_ERROR")
    if known.kind.endswith("_reference"):
        message = "Deleting a reference type metafield definition requires deletion of its associated metafields."
        return user_error(message, code="REFERENCE_TYPE_DELETION_ERROR")
    if is_own(known.namespace):
        message = "Deleting a definition in a reserved namespace requires deletion of its associated metafields."
        return user_error(message, code="RESERVED_NAMESPACE_ORPHANED_METAFIELDS")
    return None


@resolves("Mutation", "metafieldDefinitionPin")
def pin_definition(_: None, scene: Scene, definition_id: str | None = None, identifier: Given | None = None) -> dict[str, Any]:
    """Show values of a definition in the admin from now on, behind the others."""
    known = find_definition(scene, definition_id, identifier)
    if known is None:
        return {"pinnedDefinition": None, "userErrors": [user_error(NOT_FOUND, "definitionId", code="NOT_FOUND")]}
    if known.pinned is not None:
        return {"pinnedDefinition": None, "userErrors": [user_error("Definition already pinned.", "definitionId", code="ALREADY_PINNED")]}
    if sum(entry.pinned is not None for entry in _same_owner(scene, known)) >= MOST_PINNED:
        error = user_error(f"Limit of {MOST_PINNED} pinned definitions.", "definitionId", code="PINNED_LIMIT_REACHED")
        return {"pinnedDefinition": None, "userErrors": [error]}
    known.pinned = _next_pin(scene, known)
    scene.shop.writes += 1
    return {"pinnedDefinition": definition_node(known), "userErrors": []}


@resolves("Mutation", "metafieldDefinitionUnpin")
def unpin_definition(_: None, scene: Scene, definition_id: str | None = None, identifier: Given | None = None) -> dict[str, Any]:
    """Show values of a definition in the admin no longer by themselves."""
    known = find_definition(scene, definition_id, identifier)
    if known is None:
        return {"unpinnedDefinition": None, "userErrors": [user_error(NOT_FOUND, "definitionId", code="NOT_FOUND")]}
    if known.pinned is None:
        return {"unpinnedDefinition": None, "userErrors": [user_error("Definition isn't pinned.", "definitionId", code="NOT_PINNED")]}
    known.pinned = None
    scene.shop.writes += 1
    return {"unpinnedDefinition": definition_node(known), "userErrors": []}
