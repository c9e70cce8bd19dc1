"""Documents held against the schema, refused in the words of Shopify: the code says which rule was broken."""

import re
from typing import Any

from graphql import (
    ArgumentNode,
    DirectiveNode,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    GraphQLError,
    GraphQLSchema,
    InlineFragmentNode,
    ListValueNode,
    Node,
    ObjectValueNode,
    OperationDefinitionNode,
    StringValueNode,
    TypeInfo,
    TypeInfoVisitor,
    Visitor,
    get_named_type,
    validate,
    visit,
)

from posbridge_dagster.sandbox.shopify.variables import GLOBAL_ID, MOST_ITEMS

RULES = (
    (re.compile(r"Cannot query field '(?P<fieldName>\w+)' on type '(?P<typeName>\w+)'"), "undefinedField"),
    (re.compile(r"Unknown argument '(?P<argumentName>\w+)' on field '(?P<typeName>\w+)\.(?P<name>\w+)'"), "argumentNotAccepted"),
    (re.compile(r"Unknown argument '(?P<argumentName>\w+)' on directive '@(?P<name>\w+)'"), "argumentNotAccepted"),
    (re.compile(r"Field '(?P<name>\w+)' argument '(?P<arguments>\w+)' of type .* is required"), "missingRequiredArguments"),
    (re.compile(r"Field '(?P<inputType>\w+)\.(?P<argumentName>\w+)' of required type"), "missingRequiredInputObjectAttribute"),
    (re.compile(r"Field '(?P<argumentName>\w+)' is not defined by type '(?P<typeName>\w+)'"), "argumentNotAccepted"),
    (re.compile(r"Variable '\$(?P<variableName>\w+)' is not defined"), "variableNotDefined"),
    (re.compile(r"Variable '\$(?P<variableName>\w+)' is never used"), "variableNotUsed"),
    (re.compile(r"Variable '\$(?P<variableName>\w+)' of type .* used in position"), "variableMismatch"),
    (re.compile(r"Field '(?P<nodeName>\w+)' of type .* must have a selection"), "selectionMismatch"),
    (re.compile(r"Field '(?P<nodeName>\w+)' must not have a selection"), "selectionMismatch"),
    (re.compile(r"Unknown type '(?P<typeName>\w+)'"), "undefinedType"),
    (re.compile(r"OneOf Input Object '(?P<inputType>\w+)' must specify exactly one key"), "argumentLiteralsIncompatible"),
    (re.compile(r"Unknown fragment '(?P<fragmentName>\w+)'"), "useAndDefineFragment"),
    (re.compile(r"Unknown directive '@(?P<directiveName>\w+)'"), "undefinedDirective"),
)


def static_refusals(schema: GraphQLSchema, document: DocumentNode) -> list[dict[str, Any]]:
    """Return the formatted errors of a document before it runs; none when it may run."""
    refusals = [_formatted(error, document) for error in validate(schema, document)]
    if refusals:
        return refusals
    literals = _Literals(schema, document)
    visit(document, TypeInfoVisitor(literals.types, literals))
    return literals.refusals


def _formatted(error: GraphQLError, document: DocumentNode) -> dict[str, Any]:
    """Return graphql-core's finding in Shopify's words."""
    for pattern, code in RULES:
        match = pattern.match(error.message)
        if match:
            details = match.groupdict()
            return _refusal(_message(code, details, error), error.nodes, document, code, details)
    return _refusal(error.message, error.nodes, document, "argumentLiteralsIncompatible", {})


def _message(code: str, details: dict[str, str], error: GraphQLError) -> str:
    messages = {
        "undefinedField": "Field '{fieldName}' doesn't exist on type '{typeName}'",
        "missingRequiredArguments": "Field '{name}' is missing required arguments: {arguments}",
        "variableNotDefined": "Variable ${variableName} is used but not declared",
        "variableNotUsed": "Variable ${variableName} is declared but not used",
        "missingRequiredInputObjectAttribute": "Argument '{argumentName}' on InputObject '{inputType}' is required.",
    }
    if code == "argumentLiteralsIncompatible" and error.nodes and isinstance(error.nodes[0], ObjectValueNode):
        given = len(error.nodes[0].fields)
        return f"'{details['inputType']}' requires exactly one argument, but {given} were provided."
    if code == "argumentNotAccepted" and "name" in details:
        return f"Field '{details['name']}' doesn't accept argument '{details['argumentName']}'"
    return messages[code].format(**details) if code in messages else error.message


def _refusal(message: str, nodes: list[Node] | None, document: DocumentNode, code: str, details: dict[str, Any]) -> dict[str, Any]:
    node = nodes[0] if nodes else None
    start = node.loc.start_token if node is not None and node.loc else None
    return {
        "message": message,
        "locations": [{"line": start.line, "column": start.column}] if start else [],
        "path": _path(document, node) if node is not None else [],
        "extensions": {"code": code, **details},
    }


def _path(document: DocumentNode, wanted: Node) -> list[str]:
    """Return where a node stands, from the operation down, as Shopify names it."""

    def find(node: Node, path: list[str]) -> list[str] | None:
        here = [*path, *_step(node)]
        if node is wanted:
            return here
        children = [child for key in node.keys for child in _listed(getattr(node, key, None)) if isinstance(child, Node)]
        return next((found for child in children if (found := find(child, here)) is not None), None)

    return next((found for definition in document.definitions if (found := find(definition, [])) is not None), [])


def _listed(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list | tuple) else [value]


def _step(node: Node) -> list[str]:
    if isinstance(node, OperationDefinitionNode):
        return [f"{node.operation.value} {node.name.value}" if node.name else node.operation.value]
    if isinstance(node, FragmentDefinitionNode):
        return [f"fragment {node.name.value}"]
    if isinstance(node, FieldNode):
        return [node.alias.value if node.alias else node.name.value]
    if isinstance(node, ArgumentNode | DirectiveNode):
        return [node.name.value]
    if isinstance(node, InlineFragmentNode):
        return [f"... on {node.type_condition.name.value}" if node.type_condition else "..."]
    return []


class _Literals(Visitor):
    """Looks at the values written in a document for what graphql-core lets pass: global ids and long lists."""

    def __init__(self, schema: GraphQLSchema, document: DocumentNode) -> None:
        super().__init__()
        self.types = TypeInfo(schema)
        self.refusals: list[dict[str, Any]] = []
        self._document = document

    def _refuse(self, message: str, node: Node, code: str, **details: Any) -> None:
        self.refusals.append(_refusal(message, [node], self._document, code, details))

    def enter_string_value(self, node: StringValueNode, *_: Any) -> None:
        kind = self.types.get_input_type()
        if kind is not None and get_named_type(kind).name == "ID" and not GLOBAL_ID.fullmatch(node.value):
            self._refuse(f"Invalid global id '{node.value}'", node, "argumentLiteralsIncompatible", typeName="CoercionError")

    def enter_list_value(self, node: ListValueNode, *_: Any) -> None:
        if len(node.values) > MOST_ITEMS:
            message = f"The input array size of {len(node.values)} is greater than the maximum allowed of {MOST_ITEMS}."
            self._refuse(message, node, "MAX_INPUT_SIZE_EXCEEDED")
