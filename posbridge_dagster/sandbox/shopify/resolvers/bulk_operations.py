"""Bulk operations: upload, start, look, stop."""

from typing import Any

from graphql import FieldNode, OperationDefinitionNode, parse

from posbridge_dagster.sandbox.shopify.bulk.operations import MOST_AT_ONCE, BulkOperation
from posbridge_dagster.sandbox.shopify.bulk.rules import bulk_problems, mutation_problem
from posbridge_dagster.sandbox.shopify.bulk.uploads import MOST_BYTES
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
SHORTEST_NAME, LONGEST_NAME = 10, 255
SHOP_NUMBER = 1
NO_FILE = (
    "The JSONL file could not be found. Try uploading the file again, and check that you've entered the URL correctly"
    " for the stagedUploadPath mutation argument."
)
STATES = {name: name.upper() for name in ("canceled", "canceling", "completed", "created", "failed", "running")}


@resolves("Mutation", "bulkOperationRunQuery")
def run_query(_: None, scene: Scene, query: str, group_objects: bool = False) -> dict[str, Any]:
    """Start an export of what a query finds; at most five at once."""
    problems = bulk_problems(shop_schema(), query)
    if len(query.encode()) > LONGEST_QUERY:
        problems = [f"The query is too long (maximum is {LONGEST_QUERY} bytes)."]
    if problems:
        return {"bulkOperation": None, "userErrors": [_error(message, "query", code="INVALID") for message in problems]}
    crowd = _crowd(scene, "QUERY")
    if crowd is not None:
        return {"bulkOperation": None, "userErrors": [_error(crowd, code="OPERATION_IN_PROGRESS")]}
    operation = scene.operations.start_query(query, _roots(query), group_objects)
    scene.shop.writes += 1
    return {"bulkOperation": scene.operations.show(operation, scene, status="CREATED"), "userErrors": []}


def _crowd(scene: Scene, kind: str) -> str | None:
    """Return the refusal of one more operation than may run at once."""
    active = scene.operations.active(kind)
    if len(active) < MOST_AT_ONCE:
        return None
    ids = ", ".join(gid("BulkOperation", operation.number) for operation in active)
    return f"The limit of {MOST_AT_ONCE} bulk {kind.lower()} operations for this app and shop is in progress: {ids}."


@resolves("Mutation", "bulkOperationRunMutation")
def run_mutation(
    _: None, scene: Scene, mutation: str, staged_upload_path: str, client_identifier: str | None = None, group_objects: bool = True
) -> dict[str, Any]:
    """Start to carry a mutation out once for each line of an uploaded file; at most five at once."""
    error = _mutation_error(mutation, client_identifier) or _file_error(scene.operations.uploads.file(staged_upload_path))
    crowd = None if error else _crowd(scene, "MUTATION")
    if crowd is not None:
        error = user_error(crowd, code="OPERATION_IN_PROGRESS")
    if error is not None:
        return {"bulkOperation": None, "userErrors": [{**error, "__typename": "BulkMutationUserError"}]}
    operation = scene.operations.start_mutation(mutation, scene.operations.uploads.file(staged_upload_path) or b"")
    scene.shop.writes += 1
    return {"bulkOperation": scene.operations.show(operation, scene, status="CREATED"), "userErrors": []}


def _mutation_error(mutation: str, client_identifier: str | None) -> dict[str, Any] | None:
    if len(mutation.encode()) > LONGEST_QUERY:
        return user_error(f"The mutation is too long (maximum is {LONGEST_QUERY} bytes).", "mutation", code="INVALID_MUTATION")
    if client_identifier is not None and not SHORTEST_NAME <= len(client_identifier) <= LONGEST_NAME:
        message = f"Client identifier must be between {SHORTEST_NAME} and {LONGEST_NAME} characters."
        return user_error(message, "clientIdentifier", code="INVALID_MUTATION")
    return mutation_problem(shop_schema(), mutation)


def _file_error(file: bytes | None) -> dict[str, Any] | None:
    if file is None:
        return user_error(NO_FILE, code="NO_SUCH_FILE")
    if not file.strip():
        return user_error("The JSONL file is empty.", code="INVALID_STAGED_UPLOAD_FILE")
    if len(file) > MOST_BYTES:
        message = "The input file size exceeds the maximum allowed size of 100 MB."
        return user_error(message, code="INVALID_STAGED_UPLOAD_FILE")
    return None


@resolves("Mutation", "stagedUploadsCreate")
def create_uploads(_: None, scene: Scene, given: list[dict[str, Any]]) -> dict[str, Any]:
    """Hand out addresses for files."""
    targets = [
        scene.operations.uploads.target(
            scene.origin, SHOP_NUMBER, entry["resource"], entry["filename"], entry["mimeType"], entry.get("httpMethod") or "PUT"
        )
        for entry in given
    ]
    shown = [
        {
            "__typename": "StagedMediaUploadTarget",
            "url": target.url,
            "resourceUrl": target.resource_url,
            "parameters": [{"name": name, "value": value} for name, value in target.parameters],
        }
        for target in targets
    ]
    return {"stagedTargets": shown, "userErrors": []}


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


@resolves("QueryRoot", "currentBulkOperation")
def current_bulk_operation(_: None, scene: Scene, **of: str) -> Node | None:
    """Return the latest operation of a kind; null where there never was one."""
    kind = of.get("type", "QUERY")
    numbers = [operation.number for operation in scene.operations.operations.values() if operation.kind == kind]
    return scene.operations.node(max(numbers), scene) if numbers else None


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
            "operation_type": SearchField("choice", lambda operation: operation.kind, {"query": "QUERY", "mutation": "MUTATION"}),
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
    scene.operations.settle()
    found: list[BulkOperation] = [
        operation for operation in scene.operations.operations.values() if not search.condition or search.condition(operation)
    ]
    if window.pop("reverse", False):
        found.reverse()
    return list_connection([scene.operations.show(operation, scene) for operation in found], unbounded=scene.unbounded, **window)
