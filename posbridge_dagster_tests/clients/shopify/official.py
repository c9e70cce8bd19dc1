"""The official interface description of Shopify, where it is at hand."""

import gzip
import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from graphql import DocumentNode, GraphQLSchema, OperationDefinitionNode, build_client_schema, parse
from graphql.execution.values import get_variable_values

SPEC = Path(__file__).parents[3] / "../shared/spec/shopify-admin-2026-10.json.gz"
needs_spec = pytest.mark.skipif(not SPEC.exists(), reason="the official interface description is not here")


@cache
def official() -> GraphQLSchema:
    with gzip.open(SPEC) as file:
        return build_client_schema(json.load(file)["data"], assume_valid=True)


def wrong_variables(text: str, variables: Mapping[str, Any]) -> list[str]:
    """Return in words which variables of an operation the official schema would not take; none where it is not at hand."""
    if not SPEC.exists():
        return []
    operation = next(part for part in _parsed(text).definitions if isinstance(part, OperationDefinitionNode))
    found = get_variable_values(official(), operation.variable_definitions, dict(variables))
    return [error.message for error in found] if isinstance(found, list) else []


@cache
def _parsed(text: str) -> DocumentNode:
    return parse(text)
