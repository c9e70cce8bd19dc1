"""Execution by graphql-core, with a short cut for plain data.

graphql-core spends some ten microseconds on every field. Most fields here are members of dictionaries that are already in
their final form; for those the selection is turned into a plan once, and the plan is followed for every node. Fields
with a resolver, errors and null propagation stay graphql-core's.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from graphql import (
    ExecutionContext,
    FieldNode,
    GraphQLError,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLOutputType,
    get_named_type,
    is_abstract_type,
    is_leaf_type,
    located_error,
)
from graphql.execution.values import get_argument_values
from graphql.pyutils import Path, Undefined

from posbridge_dagster.sandbox.shopify.access import denial
from posbridge_dagster.sandbox.shopify.registry import RESOLVERS, WHEN_ASKED

Fields = dict[str, list[FieldNode]]
SHARED_TYPES = frozenset({"MoneyBag", "MoneyV2"})  # one node per amount, so that it is worked out once per selection
Completion = Callable[[Any, Path | None], Any]


@dataclass(frozen=True, slots=True)
class Step:
    """How one selected field gets its value: read as it is (``complete`` None), read and completed, or by graphql-core."""

    response_name: str
    name: str
    nullable: bool
    complete: Completion | None
    by_resolver: bool
    refusal: GraphQLError | None
    nodes: list[FieldNode]
    returns: GraphQLOutputType


class NodeExecution(ExecutionContext):
    """An execution whose sources are nodes."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._plans: dict[int, tuple[Fields, list[Step]]] = {}

    def execute_fields(self, parent_type: GraphQLObjectType, source_value: Any, path: Path | None, fields: Fields) -> dict[str, Any]:
        """Return the selected fields of one node."""
        known = self._plans.get(id(fields))
        if known is None:
            plan = [self._step(parent_type, name, nodes) for name, nodes in fields.items()]
            self._plans[id(fields)] = (fields, [step for step in plan if step is not None])
            known = self._plans[id(fields)]
        results: dict[str, Any] = {}
        for step in known[1]:
            if step.by_resolver:
                result = self.execute_field(parent_type, source_value, step.nodes, Path(path, step.response_name, parent_type.name))
                if result is not Undefined:
                    results[step.response_name] = result
                continue
            value = None if step.refusal else source_value[step.name]
            if step.complete is None and (value is not None or step.nullable):
                results[step.response_name] = value
            else:
                results[step.response_name] = self._completed(step, value, Path(path, step.response_name, parent_type.name))
        return results

    def execute_fields_serially(
        self, parent_type: GraphQLObjectType, source_value: Any, path: Path | None, fields: Fields
    ) -> dict[str, Any]:
        """Return the root fields of a mutation, which are carried out one after the other as all fields here are."""
        return self.execute_fields(parent_type, source_value, path, fields)

    def _completed(self, step: Step, value: Any, path: Path) -> Any:
        try:
            if step.refusal is not None:
                raise step.refusal
            if value is not None:
                return value if step.complete is None else step.complete(value, path)
            if step.nullable:
                return None
            raise GraphQLError(f"Cannot return null for non-nullable field {path.typename}.{step.name}.")
        except GraphQLError as error:
            self.handle_field_error(located_error(error, step.nodes, path.as_list()), step.returns, path)
            return None

    def _step(self, parent: GraphQLObjectType, response_name: str, nodes: list[FieldNode]) -> Step | None:
        name = nodes[0].name.value
        definition = parent.fields.get(name)
        if definition is None:
            return Step(response_name, name, True, None, True, None, nodes, parent)
        returns = definition.type
        nullable = not isinstance(returns, GraphQLNonNull)
        refusal = denial(parent.name, name, get_named_type(returns).name, self.context_value.scopes)
        key = (parent.name, name)
        by_resolver = refusal is None and key in RESOLVERS and (key not in WHEN_ASKED or bool(self._given(definition, nodes[0])))
        complete = None if by_resolver else self._completion(returns, nodes)
        return Step(response_name, name, nullable, complete, by_resolver, refusal, nodes, returns)

    def _given(self, definition: Any, node: FieldNode) -> dict[str, Any]:
        return get_argument_values(definition, node, self.variable_values) if node.arguments else {}

    def _completion(self, returns: GraphQLOutputType, nodes: list[FieldNode]) -> Completion | None:
        if isinstance(returns, GraphQLNonNull):
            return self._completion(returns.of_type, nodes)
        if is_leaf_type(get_named_type(returns)):
            return None
        if isinstance(returns, GraphQLList):
            inner = self._completion(returns.of_type, nodes)
            return None if inner is None else self._each(inner)
        if is_abstract_type(returns):
            return self._of_any_type(returns, nodes)
        return self._of_type(returns, nodes)

    def _each(self, inner: Completion) -> Completion:
        def complete(values: list[Any], path: Path | None) -> list[Any]:
            return [None if value is None else inner(value, Path(path, index, None)) for index, value in enumerate(values)]

        return complete

    def _of_type(self, returns: Any, nodes: list[FieldNode]) -> Completion:
        fields = self.collect_subfields(returns, nodes)
        if returns.name not in SHARED_TYPES:
            return lambda value, path: self.execute_fields(returns, value, path, fields)
        known: dict[int, tuple[Any, dict[str, Any]]] = {}

        def complete(value: Any, path: Path | None) -> dict[str, Any]:
            if id(value) not in known:
                known[id(value)] = (value, self.execute_fields(returns, value, path, fields))  # kept, so that its id stays its own
            return known[id(value)][1]

        return complete

    def _of_any_type(self, returns: Any, nodes: list[FieldNode]) -> Completion:
        def complete(value: Any, path: Path | None) -> Any:
            actual = self.schema.get_type(value["__typename"])
            if not isinstance(actual, GraphQLObjectType):
                raise GraphQLError(f"{value['__typename']} is no object type of {returns.name}.")
            return self.execute_fields(actual, value, path, self.collect_subfields(actual, nodes))

        return complete
