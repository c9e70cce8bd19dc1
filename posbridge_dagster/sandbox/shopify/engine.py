"""From a GraphQL request to its answer: static checks, cost, throttle, execution, and what stands beside the data."""

from collections import OrderedDict
from dataclasses import dataclass
from typing import Any

from graphql import (
    DocumentNode,
    ExecutionResult,
    FieldNode,
    GraphQLError,
    GraphQLSchema,
    IntValueNode,
    OperationDefinitionNode,
    OperationType,
    execute,
    parse,
)

from posbridge_dagster.sandbox.shopify.bucket import Bucket
from posbridge_dagster.sandbox.shopify.cost import MOST, Cost, CostReader
from posbridge_dagster.sandbox.shopify.execution import NodeExecution
from posbridge_dagster.sandbox.shopify.idempotency import idempotency_key, missing_key
from posbridge_dagster.sandbox.shopify.scene import Scene
from posbridge_dagster.sandbox.shopify.validation import static_refusals
from posbridge_dagster.sandbox.shopify.variables import variable_refusals

KEPT_DOCUMENTS = 500
LIMITS_PAGE = "https://shopify.dev/api/usage/rate-limits"


@dataclass(frozen=True)
class Prepared:
    """A document that was read once: its syntax tree and why it must not run."""

    document: DocumentNode | None
    refusals: list[dict[str, Any]]

    def operation(self, name: str | None) -> OperationDefinitionNode | None:
        """Return the operation to run: the named one, or the only one."""
        found = [entry for entry in self.document.definitions if isinstance(entry, OperationDefinitionNode)] if self.document else []
        if name:
            return next((entry for entry in found if entry.name and entry.name.value == name), None)
        return found[0] if len(found) == 1 else None


@dataclass(frozen=True)
class Outcome:
    """What came of a call: the body of the answer, its cost in points (None where it did not run) and its key."""

    body: dict[str, Any]
    cost: int | None = None
    key: str | None = None


class Engine:
    """Executes GraphQL over a schema; documents are parsed and checked once."""

    def __init__(self, schema: GraphQLSchema) -> None:
        self.schema = schema
        self._known: OrderedDict[str, Prepared] = OrderedDict()

    def prepare(self, query: str) -> Prepared:
        """Return a query read and checked."""
        known = self._known.get(query)
        if known is None:
            known = self._known[query] = self._read(query)
            if len(self._known) > KEPT_DOCUMENTS:
                self._known.popitem(last=False)
        self._known.move_to_end(query)
        return known

    def _read(self, query: str) -> Prepared:
        try:
            document = parse(query)
        except GraphQLError as error:
            places = [{"line": place.line, "column": place.column} for place in error.locations or ()]
            at = f" at [{places[0]['line']}, {places[0]['column']}]" if places else ""
            return Prepared(None, [{"message": f"syntax error, {error.message.removeprefix('Syntax Error: ')}{at}", "locations": places}])
        return Prepared(document, static_refusals(self.schema, document))

    def answer(self, query: str, variables: dict[str, Any], name: str | None, scene: Scene, bucket: Bucket) -> Outcome:
        """Return what Shopify answers to a request."""
        prepared = self.prepare(query)
        if prepared.refusals or prepared.document is None:
            return Outcome({"errors": prepared.refusals, "extensions": _extensions(0, 0, bucket)})
        operation = prepared.operation(name)
        if operation is None:
            message = f'No operation named "{name}"' if name else "An operation name is required"
            return Outcome({"errors": [{"message": message}], "extensions": _extensions(0, 0, bucket)})
        refusals = variable_refusals(self.schema, operation, variables)
        if refusals:
            return Outcome({"errors": refusals, "extensions": _extensions(0, 0, bucket)})
        costs = CostReader(self.schema, prepared.document, _with_defaults(operation, variables)).read(operation)
        requested = sum(cost.requested() for cost in costs)
        if requested > MOST:
            return Outcome(too_dear(requested, bucket))
        if not bucket.take(requested):
            return Outcome(throttled(requested, bucket))
        result = self.run(prepared.document, variables, operation, scene)
        actual = _actual(costs, result)
        bucket.give_back(requested - actual)
        return Outcome(_body(result, requested, actual, scene, bucket), actual, _key(operation, variables))

    def row(self, mutation: str, variables: dict[str, Any] | None, scene: Scene) -> dict[str, Any]:
        """Return what came of one line of a bulk mutation; ``variables`` None is a line that is no JSON object."""
        prepared = self.prepare(mutation)
        operation = prepared.operation(None)
        assert prepared.document is not None and operation is not None, "a bulk mutation is checked before it starts"
        if variables is None:
            return {"errors": [{"message": "The line is not a JSON object of variables.", "extensions": {"code": "BAD_REQUEST"}}]}
        refusals = variable_refusals(self.schema, operation, variables)
        if refusals:
            return {"errors": refusals}
        result = self.run(prepared.document, variables, operation, scene)
        errors = {"errors": [error.formatted for error in result.errors]} if result.errors else {}
        return {**errors, "data": result.data}

    def run(self, document: DocumentNode, variables: dict[str, Any], operation: OperationDefinitionNode, scene: Scene) -> ExecutionResult:
        """Execute an operation, without cost. Mutations that need a key and have none are refused before they change anything."""
        if operation.operation == OperationType.MUTATION:
            for field in _root_fields(operation):
                refusal = missing_key(field, variables)
                if refusal is not None:
                    name = _response_name(field)
                    return ExecutionResult({name: None}, [GraphQLError(refusal.message, field, path=[name], extensions=refusal.extensions)])
        result = execute(
            self.schema,
            document,
            context_value=scene,
            variable_values=variables,
            operation_name=operation.name.value if operation.name else None,
            execution_context_class=NodeExecution,
        )
        assert isinstance(result, ExecutionResult)
        return result


def _root_fields(operation: OperationDefinitionNode) -> list[FieldNode]:
    return [node for node in operation.selection_set.selections if isinstance(node, FieldNode)]


def _response_name(field: FieldNode) -> str:
    return field.alias.value if field.alias else field.name.value


def _key(operation: OperationDefinitionNode, variables: dict[str, Any]) -> str | None:
    keys = [idempotency_key(field, variables) for field in _root_fields(operation)]
    return next((key for key in keys if key), None)


def _with_defaults(operation: OperationDefinitionNode, variables: dict[str, Any]) -> dict[str, Any]:
    """Return the variables with the whole numbers that the operation gives by default, which page sizes may be."""
    defaults = {
        definition.variable.name.value: int(definition.default_value.value)
        for definition in operation.variable_definitions
        if isinstance(definition.default_value, IntValueNode)
    }
    return {**defaults, **variables}


def _actual(costs: list[Cost], result: ExecutionResult) -> int:
    if result.data is None:
        return sum(cost.own or 2 if cost.is_connection else cost.own for cost in costs)
    return sum(cost.actual(result.data.get(cost.name)) for cost in costs)


def _extensions(requested: int, actual: int | None, bucket: Bucket) -> dict[str, Any]:
    return {"cost": {"requestedQueryCost": requested, "actualQueryCost": actual, "throttleStatus": bucket.status()}}


def _body(result: ExecutionResult, requested: int, actual: int, scene: Scene, bucket: Bucket) -> dict[str, Any]:
    extensions = _extensions(requested, actual, bucket)
    if scene.search:
        extensions["search"] = scene.search
    errors = {"errors": [error.formatted for error in result.errors]} if result.errors else {}
    return {**errors, "data": result.data, "extensions": extensions}


def throttled(requested: int, bucket: Bucket) -> dict[str, Any]:
    """Return the answer to a call for which the bucket has too few points."""
    error = {"message": "Throttled", "extensions": {"code": "THROTTLED", "documentation": LIMITS_PAGE}}
    return {"errors": [error], "extensions": _extensions(requested, None, bucket)}


def too_dear(requested: int, bucket: Bucket) -> dict[str, Any]:
    """Return the answer to a query that costs more than any query may."""
    message = (
        f"Query cost is {requested}, which exceeds the single query max cost limit ({MOST})."
        f" See {LIMITS_PAGE} for more information on how the cost of a query is calculated."
    )
    details = {"code": "MAX_COST_EXCEEDED", "cost": requested, "maxCost": MOST, "documentation": LIMITS_PAGE}
    return {"errors": [{"message": message, "extensions": details}], "extensions": _extensions(requested, None, bucket)}
