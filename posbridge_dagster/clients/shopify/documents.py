"""The GraphQL documents of this package: one operation per file in ``graphql/``, fragments shared between them.

Two conventions make paging work for every document: ``$first`` and ``$after`` page the outer connection and nothing else,
and an object that owns a connection selects its ``id`` (and its ``updatedAt`` where it has one).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.resources import files

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
    parse,
    print_ast,
)

Fragments = Mapping[str, FragmentDefinitionNode]


@dataclass(frozen=True, eq=False)
class Document:
    """One operation and the fragments it may use."""

    operation: OperationDefinitionNode
    fragments: Fragments

    @property
    def name(self) -> str:
        """The name of the operation."""
        return self.operation.name.value if self.operation.name else ""

    @property
    def is_mutation(self) -> bool:
        """Whether it changes the shop."""
        return self.operation.operation is OperationType.MUTATION

    @property
    def is_idempotent(self) -> bool:
        """Whether sending it twice has the effect of sending it once: a query, or a mutation with ``@idempotent`` on every field."""
        fields = outer_fields(self)
        return not self.is_mutation or all(any(used.name.value == "idempotent" for used in field.directives) for field in fields)

    @cached_property
    def text(self) -> str:
        """The document as it is sent: the operation and the fragments it needs, no more."""
        needed = sorted(spread_names(self.operation.selection_set, self.fragments))
        return print_ast(DocumentNode(definitions=(self.operation, *(self.fragments[name] for name in needed))))


def document(name: str) -> Document:
    """Return the document of the file ``graphql/<name>.graphql``. Raises KeyError naming it when there is none."""
    return _operations()[name]


def document_names() -> list[str]:
    """Return the names of all documents, sorted."""
    return sorted(_operations())


def derived(text: str, origin: Document) -> Document:
    """Return a document written from another one, sharing its fragments."""
    operation = parse(text, no_location=True).definitions[0]
    if not isinstance(operation, OperationDefinitionNode):
        raise ValueError(f"{origin.name} gave no operation: {text[:80]}")
    return Document(operation, origin.fragments)


def outer_fields(document: Document) -> list[FieldNode]:
    """Return the fields the operation asks for at its root."""
    return [field for field, _ in flat_fields(document.operation.selection_set, document.fragments)]


def flat_fields(selections: SelectionSetNode, fragments: Fragments, on: str | None = None) -> Iterator[tuple[FieldNode, str | None]]:
    """Yield every field of a selection, fragments opened, with the type of the inline fragment it stands in (None outside of one)."""
    for selection in selections.selections:
        if isinstance(selection, FieldNode):
            yield selection, on
        elif isinstance(selection, FragmentSpreadNode):
            yield from flat_fields(fragments[selection.name.value].selection_set, fragments, on)
        elif isinstance(selection, InlineFragmentNode):
            condition = selection.type_condition
            yield from flat_fields(selection.selection_set, fragments, condition.name.value if condition else on)


def response_key(field: FieldNode) -> str:
    """Return the name a field has in the answer."""
    return field.alias.value if field.alias else field.name.value


def is_connection(field: FieldNode, fragments: Fragments) -> bool:
    """Return whether a field is a paged connection, told by what is selected from it: nodes, edges or pageInfo."""
    if field.selection_set is None:
        return False
    return any(child.name.value in ("nodes", "edges", "pageInfo") for child, _ in flat_fields(field.selection_set, fragments))


def spread_names(selections: SelectionSetNode, fragments: Fragments) -> set[str]:
    """Return the names of all fragments a selection needs, also through other fragments."""
    names: set[str] = set()
    for selection in selections.selections:
        if isinstance(selection, FragmentSpreadNode):
            name = selection.name.value
            names |= {name} | spread_names(fragments[name].selection_set, fragments)
        elif isinstance(selection, (FieldNode, InlineFragmentNode)) and selection.selection_set:
            names |= spread_names(selection.selection_set, fragments)
    return names


@cache
def _operations() -> dict[str, Document]:
    operations: dict[str, OperationDefinitionNode] = {}
    fragments: dict[str, FragmentDefinitionNode] = {}
    for file in (files(__package__) / "graphql").iterdir():
        if not file.name.endswith(".graphql"):
            continue
        for definition in parse(file.read_text(encoding="utf-8"), no_location=True).definitions:
            if isinstance(definition, FragmentDefinitionNode):
                fragments[definition.name.value] = definition
            elif isinstance(definition, OperationDefinitionNode):
                operations[file.name.removesuffix(".graphql")] = definition
    return {name: Document(operation, fragments) for name, operation in operations.items()}
