"""The document of a bulk query, one root field at a time."""

from graphql import DocumentNode, FieldNode, OperationDefinitionNode, OperationType, SelectionSetNode


def only_root(document: DocumentNode, root: str) -> tuple[DocumentNode, OperationDefinitionNode]:
    """Return a document whose operation selects one of its root fields only."""
    others = [entry for entry in document.definitions if not isinstance(entry, OperationDefinitionNode)]
    whole = next(entry for entry in document.definitions if isinstance(entry, OperationDefinitionNode))
    chosen = [
        node
        for node in whole.selection_set.selections
        if isinstance(node, FieldNode) and root == (node.alias.value if node.alias else node.name.value)
    ]
    operation = OperationDefinitionNode(
        operation=OperationType.QUERY,
        name=None,
        directives=(),
        variable_definitions=(),
        selection_set=SelectionSetNode(selections=tuple(chosen)),
    )
    return DocumentNode(definitions=(operation, *others)), operation
