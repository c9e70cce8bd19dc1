"""From what a caller names to the record that is meant."""

from posbridge_dagster.sandbox.shopify.metafield_values import namespace_of
from posbridge_dagster.sandbox.shopify.refusals import no_such_definition, wrong_id
from posbridge_dagster.sandbox.shopify.scalars import split_gid
from posbridge_dagster.sandbox.shopify.scene import Scene


def numbered(kind: str, value: str) -> int:
    """Return the number in a global id. Raises Refusal where it is of another kind."""
    parts = split_gid(value)
    if parts is None or parts[0] != kind:
        raise wrong_id(value)
    return parts[1]


def custom_id(scene: Scene, owner_type: str, identifier: dict[str, str]) -> int | None:
    """Return the number of the record with a custom id. Raises Refusal where no definition of type ``id`` exists."""
    namespace, key = namespace_of(identifier.get("namespace")), identifier["key"]
    definition = scene.shop.definition(owner_type, namespace, key)
    if definition is None or definition.kind != "id":
        raise no_such_definition()
    return scene.shop.owner_of(owner_type, namespace, key, identifier["value"])
