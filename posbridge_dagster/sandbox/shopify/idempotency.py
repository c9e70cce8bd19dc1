"""The mutations that Shopify refuses at run time without ``@idempotent``, although the schema does not say so."""

import json
from datetime import datetime, timedelta
from hashlib import sha256

from graphql import FieldNode, StringValueNode, VariableNode

from posbridge_dagster.sandbox.shopify.records import UsedKey
from posbridge_dagster.sandbox.shopify.refusals import Refusal, bad_request

KEY_LIFE = timedelta(hours=24)
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


def fingerprint(arguments: dict[str, object]) -> str:
    """Return what tells two calls with one key apart: the same arguments give the same text."""
    return sha256(json.dumps(arguments, sort_keys=True, default=str).encode()).hexdigest()


def earlier_use(used_keys: dict[str, UsedKey], key: str | None, arguments: dict[str, object], now: datetime) -> UsedKey | None:
    """Return the use of a key within the last 24 hours, whose outcome holds for this call too; None for a new key.

    Raises Refusal where the key was used with other arguments. Shopify names the code only; the words are this sandbox's.
    """
    used = used_keys.get(key or "")
    if used is None or used.at <= now - KEY_LIFE:
        return None
    if used.fingerprint != fingerprint(arguments):
        message = "The idempotency key was already used with different parameters."
        raise Refusal(message, "IDEMPOTENCY_KEY_PARAMETER_MISMATCH")
    return used
