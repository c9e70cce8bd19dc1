"""Documents derived from another one: the next page of an inner connection, one record again.

They take their selections from the document they continue, so what arrives later has the same shape as what came first.
"""

from graphql import FieldNode, SelectionSetNode, VariableNode, Visitor, print_ast, visit
from graphql.language.ast import Node

from posbridge_dagster.clients.shopify.documents import Document, derived, response_key

_PAGING = ("first", "last", "after", "before")


def next_page(document: Document, connection: FieldNode, owner_type: str, *, has_updated_at: bool) -> Document:
    """Return the query for ``$first`` more of a connection after ``$after``, from the object ``$id`` that owns it."""
    assert connection.selection_set is not None
    key = response_key(connection)
    alias = f"{connection.alias.value}: " if connection.alias else ""
    kept = [print_ast(argument) for argument in connection.arguments if argument.name.value not in _PAGING]
    arguments = ", ".join(["first: $first", "after: $after", *kept])
    paged = f"{alias}{connection.name.value}({arguments}) {print_ast(connection.selection_set)}"
    own = "id updatedAt" if has_updated_at else "id"
    variables = ["$id: ID!", "$first: Int!", "$after: String!", *_variables(document, connection)]
    return _by_id(document, f"{own} {paged}", owner_type, f"{key[0].upper()}{key[1:]}Page", variables)


def one_record(document: Document, selections: SelectionSetNode, record_type: str) -> Document:
    """Return the query for the record ``$id`` with the selections it has in a list of the document."""
    opened = print_ast(selections).strip().removeprefix("{").removesuffix("}")
    return _by_id(document, opened, record_type, "Record", ["$id: ID!", *_variables(document, selections)])


def type_of(gid: str) -> str:
    """Return the type a global id names: ``gid://shopify/Order/1`` is an Order. Raises ValueError for any other text."""
    parts = gid.split("/")
    if len(parts) < 5 or not gid.startswith("gid://shopify/") or not parts[3].isidentifier():
        raise ValueError(f"{gid!r} is not a global id of Shopify")
    return parts[3]


def _by_id(document: Document, selections: str, record_type: str, suffix: str, variables: list[str]) -> Document:
    header = f"query {document.name}{suffix}({', '.join(variables)})"
    return derived(f"{header} {{ node(id: $id) {{ ... on {record_type} {{ {selections} }} }} }}", document)


def _variables(document: Document, part: Node) -> list[str]:
    """Return the definitions of the document's variables that a part of it uses; paging arguments are replaced and do not count."""
    used: set[str] = set()

    class Collect(Visitor):
        def enter_variable(self, node: VariableNode, *_: object) -> None:
            used.add(node.name.value)

    visit(part, Collect())
    defined = document.operation.variable_definitions
    return [print_ast(item) for item in defined if item.variable.name.value in used - {"first", "after", "id"}]
