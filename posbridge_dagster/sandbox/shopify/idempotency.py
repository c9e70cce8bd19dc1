"""The mutations that Shopify refuses at run time without ``@idempotent``, although the schema does not say so."""

from graphql import FieldNode, StringValueNode, VariableNode

from posbridge_dagster.sandbox.shopify.refusals import Refusal, bad_request

REQUIRED = frozenset(
    {
        "inventoryAdjustQuantities",
        "inventorySetQuantities",
        "inventorySetOnHandQuantities",
        "inventoryMoveQuantities",
        "inventoryActivate",
        "inventorySetScheduledChanges",
        "refundCreate",
        "locationActivate",
        "locationDeactivate",
        "inventoryTransferCreate",
        "inventoryTransferCreateAsReadyToShip",
        "inventoryTransferDuplicate",
        "inventoryTransferSetItems",
        "inventoryShipmentCreate",
        "inventoryShipmentCreateInTransit",
        "inventoryShipmentAddItems",
        "inventoryShipmentReceive",
    }
)


def idempotency_key(field: FieldNode, variables: dict[str, object]) -> str | None:
    """Return the key that a mutation field carries, or None."""
    for directive in field.directives:
        for argument in directive.arguments:
            if directive.name.value != "idempotent" or argument.name.value != "key":
                continue
            if isinstance(argument.value, VariableNode):
                return str(variables.get(argument.value.name.value) or "") or None
            if isinstance(argument.value, StringValueNode):
                return argument.value.value or None
    return None


def missing_key(field: FieldNode, variables: dict[str, object]) -> Refusal | None:
    """Return the refusal of a mutation that must carry a key and has none."""
    if field.name.value in REQUIRED and idempotency_key(field, variables) is None:
        return bad_request("The @idempotent directive is required for this mutation but was not provided.")
    return None
