"""What the input of ``productSet`` adds to its cost, as its schema says: so much per variant, metafield and file."""

from decimal import Decimal
from typing import Any

from graphql import FieldNode
from graphql.utilities import value_from_ast_untyped

VARIANT, METAFIELD, FILE = Decimal("0.2"), Decimal("0.4"), Decimal("1.9")


def input_cost(field: FieldNode, variables: dict[str, Any]) -> int:
    """Return the points that the input of a mutation costs, in whole ones; other mutations cost nothing for theirs."""
    argument = next((entry for entry in field.arguments if entry.name.value == "input"), None)
    if field.name.value != "productSet" or argument is None:
        return 0
    given = value_from_ast_untyped(argument.value, variables)
    if not isinstance(given, dict):
        return 0
    variants = given.get("variants") or []
    metafields = len(given.get("metafields") or []) + sum(len(entry.get("metafields") or []) for entry in variants)
    return int(VARIANT * len(variants) + METAFIELD * metafields + FILE * len(given.get("files") or []))
