"""Bulk operations: start, look, stop."""

from typing import Any

from graphql import FieldNode, OperationDefinitionNode, parse

from posbridge_dagster.sandbox.shopify.bulk.operations import MOST_AT_ONCE, BulkOperation
from posbridge_dagster.sandbox.shopify.bulk.rules import bulk_problems
from posbridge_dagster.sandbox.shopify.node import Node
from posbridge_dagster.sandbox.shopify.paging import list_connection
from posbridge_dagster.sandbox.shopify.refusals import user_error
from posbridge_dagster.sandbox.shopify.registry import resolves
from posbridge_dagster.sandbox.shopify.resolvers.identifiers import numbered
from posbridge_dagster.sandbox.shopify.scalars import gid
from posbridge_dagster.sandbox.shopify.scene import Scene
from posbridge_dagster.sandbox.shopify.schema import shop_schema
from posbridge_dagster.sandbox.shopify.search.conditions import SearchField, SearchFields, prepare
from posbridge_dagster.sandbox.shopify.search.syntax import parse as parse_search

LONGEST_QUERY = 65_535
STATES = {name: name.upper() for name in ("canceled", "canceling", "completed", "created", "failed", "running")}


@resolves("Mutation", "bulkOperationRunQuery")
def run_query(_: None, scene: Scene, query: str, group_objects: bool = False) -> dict[str, Any]:
    """Start an export of what a query finds; at most five at once."""
    problems = bulk_problems(shop_schema(), query)
    if len(query.encode()) > LONGEST_QUERY:
        problems = [f"The query is too long (maximum is {LONGEST_QUERY} bytes)."]
    if problems:
        return {"bulkOperation": None, "userErrors": [_error(message, "query", code="INVALID") for message in problems]}
    active = scene.operations.active()
    if len(active) >= MOST_AT_ONCE:
        ids = ", ".join(gid("BulkOperation", operation.number) for operation in active)
        message = f"The limit of {MOST_AT_ONCE} bulk query operations for this app and shop is in progress: {ids}."
        return {"bulkOperation": None, "userErrors": [_error(message, code="OPERATION_IN_PROGRESS")]}
    operation = scene.operations.start(query, _roots(query), group_objects)
    scene.shop.writes += 1
    return {"bulkOperation": scene.operations.show(operation, scene, status="CREATED"), "userErrors": []}


def _roots(query: str) -> list[str]:
    operation = next(entry for entry in parse(query).definitions if isinstance(entry, OperationDefinitionNode))
    fields = [node for node in operation.selection_set.selections if isinstance(node, FieldNode)]
    return [node.alias.value if node.alias else node.name.value for node in fields]


def _error(message: str, *field: str, code: str) -> dict[str, Any]:
    return {"__typename": "BulkOperationUserError", **user_error(message, *field, code=code)}


@resolves("Mutation", "bulkOperationCancel")
def cancel(_: None, scene: Scene, global_id: str) -> dict[str, Any]:
    """Stop an operation that has not ended."""
    operation = scene.operations.find(numbered("BulkOperation", global_id))
    if operation is None:
        return {"bulkOperation": None, "userErrors": [user_error("Bulk operation does not exist", "id")]}
    if not operation.is_active():
        message = f"A bulk operation cannot be canceled when it is {operation.state.lower()}"
        return {"bulkOperation": scene.operations.show(operation, scene), "userErrors": [user_error(message)]}
    scene.operations.cancel(operation)
    scene.shop.writes += 1
    return {"bulkOperation": scene.operations.show(operation, scene), "userErrors": []}


@resolves("QueryRoot", "bulkOperation")
def bulk_operation(_: None, scene: Scene, global_id: str) -> Node | None:
    """Return one operation; null where there is none."""
    return scene.operations.node(numbered("BulkOperation", global_id), scene)


@resolves("QueryRoot", "bulkOperations")
def bulk_operations(
    _: None,
    scene: Scene,
    query: str | None = None,
    sort_key: str = "CREATED_AT",
    **window: Any,
) -> Node:
    """Return the operations that a query finds, by age."""
    fields = SearchFields(
        {
            "created_at": SearchField("moment", lambda operation: operation.created_at),
            "id": SearchField("number", lambda operation: operation.number),
            "operation_type": SearchField("choice", lambda operation: "QUERY", {"query": "QUERY", "mutation": "MUTATION"}),
            "status": SearchField("choice", lambda operation: operation.state, STATES),
        },
        anywhere=lambda operation: (),
        timezone=scene.shop.timezone,
    )
    expression = parse_search(query or "")
    search = prepare(expression, fields)
    if search.warnings:
        said = {"path": ["bulkOperations"], "query": query, "parsed": expression.parsed() if expression else {}}
        scene.search.append({**said, "warnings": search.warnings})
    scene.operations.active()
    found: list[BulkOperation] = [
        operation for operation in scene.operations.operations.values() if not search.condition or search.condition(operation)
    ]
    if window.pop("reverse", False):
        found.reverse()
    return list_connection([scene.operations.show(operation, scene) for operation in found], unbounded=scene.unbounded, **window)
