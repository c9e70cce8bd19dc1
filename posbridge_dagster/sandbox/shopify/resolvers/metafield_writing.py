"""``metafieldsSet``: up to 25 values at once, all of them or none."""

from typing import Any

from posbridge_dagster.sandbox.shopify.access import WRITE_BY_OWNER, access_denied
from posbridge_dagster.sandbox.shopify.metafield_types import TYPES, kept
from posbridge_dagster.sandbox.shopify.metafield_values import is_foreign, kind_of, name_of, value_problem
from posbridge_dagster.sandbox.shopify.nodes.metafields import compare_digest, metafield_node
from posbridge_dagster.sandbox.shopify.owners import find_owner
from posbridge_dagster.sandbox.shopify.records import Metafield
from posbridge_dagster.sandbox.shopify.refusals import user_error
from posbridge_dagster.sandbox.shopify.registry import resolves
from posbridge_dagster.sandbox.shopify.scene import Scene
from posbridge_dagster.sandbox.shopify.shop import OWNER_TYPES, Owner

Given = dict[str, Any]
Error = dict[str, Any]
MOST = 25
LENGTHS = {"namespace": (3, 255), "key": (2, 64)}


@resolves("Mutation", "metafieldsSet")
def set_metafields(_: None, scene: Scene, metafields: list[Given]) -> dict[str, Any]:
    """Write values beside records; one bad entry and none is written."""
    if len(metafields) > MOST:
        message = f"Exceeded the maximum metafields input limit of {MOST}."
        return {"metafields": None, "userErrors": [_error(message, None, "metafields", code="LESS_THAN_OR_EQUAL_TO")]}
    owners = [find_owner(scene.shop, entry["ownerId"]) for entry in metafields]
    for owner in owners:
        needed = WRITE_BY_OWNER.get(OWNER_TYPES[type(owner)]) if owner else None
        if needed is not None and needed not in scene.scopes:
            raise access_denied("metafieldsSet", (needed,))
    errors = [
        error for index, (owner, entry) in enumerate(zip(owners, metafields, strict=True)) for error in _errors(scene, owner, entry, index)
    ]
    errors += _doubles(scene, owners, metafields)
    if errors:
        return {"metafields": [], "userErrors": errors}
    written = [_write(scene, owner, entry) for owner, entry in zip(owners, metafields, strict=True) if owner is not None]
    for owner in {id(owner): owner for owner in owners if owner is not None}.values():
        scene.shop.changed(owner)
    return {"metafields": written, "userErrors": []}


def _write(scene: Scene, owner: Owner, entry: Given) -> Any:
    owner_type = OWNER_TYPES[type(owner)]
    kind = kind_of(scene.shop, owner_type, entry, owner) or ""
    written = scene.shop.set_metafield(owner, *name_of(entry), kind, kept(kind, entry["value"]))
    return metafield_node(written, owner_type, entry["ownerId"])


def _error(message: str, index: int | None, *field: str, code: str) -> Error:
    return {**user_error(message, *field, code=code), "elementIndex": index}


def _at(message: str, index: int, name: str, code: str) -> Error:
    return _error(message, None, "metafields", str(index), name, code=code)


def _errors(scene: Scene, owner: Owner | None, entry: Given, index: int) -> list[Error]:
    if owner is None:
        return [_at("Owner does not exist.", index, "ownerId", "INVALID_VALUE")]
    namespace, key = name_of(entry)
    owner_type = OWNER_TYPES[type(owner)]
    kind = kind_of(scene.shop, owner_type, entry, owner)
    definition = scene.shop.definition(owner_type, namespace, key)
    errors = _length_errors({"namespace": namespace, "key": key}, index)
    if is_foreign(namespace):
        message = f"Access to this namespace and key on Metafields for this resource type is not allowed: {namespace}"
        errors.append(_at(message, index, "namespace", "APP_NOT_AUTHORIZED"))
    elif kind is None:
        errors.append(_at("Type can't be blank", index, "type", "BLANK"))
    elif entry.get("type") not in (None, kind):
        message = f"Type '{entry['type']}' must be consistent with the definition's type: '{kind}'."
        errors.append(_at(message, index, "type", "INVALID_TYPE"))
    elif kind not in TYPES:
        errors.append(_at(f"Type '{kind}' is not a valid type.", index, "type", "INCLUSION"))
    elif not entry["value"].strip():
        errors.append(_at("Value can't be blank", index, "value", "BLANK"))
    elif wrong := value_problem(kind, entry["value"], definition):
        errors.append(_at(wrong, index, "value", "INVALID_VALUE"))
    elif scene.shop.unique_holder(owner_type, namespace, key, entry["value"]) not in (None, owner.number):
        errors.append(_at("Value has already been taken", index, "value", "TAKEN"))
    return errors or _stale(owner, entry, index)


def _length_errors(named: dict[str, str], index: int) -> list[Error]:
    errors = []
    for name, value in named.items():
        least, most = LENGTHS[name]
        if len(value) < least:
            errors.append(_at(f"{name.title()} is too short (minimum is {least} characters)", index, name, "TOO_SHORT"))
        if len(value) > most:
            errors.append(_at(f"{name.title()} is too long (maximum is {most} characters)", index, name, "TOO_LONG"))
    return errors


def _held(owner: Owner, entry: Given) -> list[Metafield]:
    return [known for known in owner.metafields if (known.namespace, known.key) == name_of(entry)]


def _stale(owner: Owner, entry: Given, index: int) -> list[Error]:
    """Return the refusal of a compare-and-set that comes too late; an equal value is always right."""
    if "compareDigest" not in entry:
        return []
    held = _held(owner, entry)
    if held and held[0].value == entry["value"]:
        return []
    expected = compare_digest(held[0]) if held else None
    if entry["compareDigest"] == expected:
        return []
    message = "The resource has been updated since it was loaded. Try again with an updated `compareDigest` value."
    return [_error(message, index, "metafields", str(index), code="STALE_OBJECT")]


def _doubles(scene: Scene, owners: list[Owner | None], metafields: list[Given]) -> list[Error]:
    """Return the refusal of a unique value that one call gives to two records."""
    holders: dict[tuple[str, str, str, str], int] = {}
    errors = []
    for index, (owner, entry) in enumerate(zip(owners, metafields, strict=True)):
        if owner is None:
            continue
        owner_type, name = OWNER_TYPES[type(owner)], name_of(entry)
        definition = scene.shop.definition(owner_type, *name)
        if definition and definition.unique and holders.setdefault((owner_type, *name, entry["value"]), owner.number) != owner.number:
            errors.append(_at("Value has already been taken", index, "value", "TAKEN"))
    return errors


@resolves("Mutation", "metafieldsDelete")
def delete_metafields(_: None, scene: Scene, metafields: list[Given]) -> dict[str, Any]:
    """Take values away from records; one that is not there is null in the answer and no error."""
    owners = [find_owner(scene.shop, entry["ownerId"]) for entry in metafields]
    for owner in owners:
        needed = WRITE_BY_OWNER.get(OWNER_TYPES[type(owner)]) if owner else None
        if needed is not None and needed not in scene.scopes:
            raise access_denied("metafieldsDelete", (needed,))
    missing = [index for index, owner in enumerate(owners) if owner is None]
    if missing:
        errors = [user_error("Owner does not exist.", "metafields", str(index), "ownerId") for index in missing]
        return {"deletedMetafields": None, "userErrors": errors}
    deleted = [_delete(scene, owner, entry) for owner, entry in zip(owners, metafields, strict=True) if owner is not None]
    return {"deletedMetafields": deleted, "userErrors": []}


def _delete(scene: Scene, owner: Owner, entry: Given) -> dict[str, Any] | None:
    namespace, key = name_of(entry)
    if scene.shop.drop_metafield(owner, namespace, key) is None:
        return None
    scene.shop.changed(owner)
    return {"ownerId": entry["ownerId"], "namespace": namespace, "key": key}
