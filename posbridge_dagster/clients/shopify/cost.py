"""The points a document costs before it runs, by the formula readers found for Shopify's closed one.

A scalar costs nothing, an object or a plain list 1 plus its fields (a list is not multiplied by its length), a connection
``2 + node * floor(2 ln n)`` for n asked, a mutation 10 plus what hangs below the objects of its payload. The kind of a field
is told by what is selected from it, so no schema is needed at run time:

* ``nodes``, ``edges`` or ``pageInfo`` below it: a connection;
* only ``amount``/``currencyCode`` or ``shopMoney``/``presentmentMoney`` below it, or a line of an address: money and addresses are free;
* named ``weight`` or ``measurement``: free; named ``...Count``: 10 at the root, 1 elsewhere; ``pageInfo``, errors: free;
* inline fragments of several types: the dearest counts; a named fragment counts in full.

Shopify sets a few costs by hand, so the points its answer names always go before these.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Mapping
from math import floor, log
from typing import Any

from graphql import FieldNode, IntValueNode, SelectionSetNode, ValueNode, VariableNode

from posbridge_dagster.clients.failures import Misconfigured
from posbridge_dagster.clients.shopify.documents import Document, Fragments, flat_fields, is_connection

DEAREST_CALL = 1000
LARGEST_PAGE = 250
_MUTATION = 10
_MONEY = ({"amount", "currencyCode"}, {"shopMoney", "presentmentMoney"})
_ADDRESS = {"address1", "address2", "city", "zip", "countryCodeV2", "countryCode", "provinceCode"}
_FREE_NAMES = {"weight", "measurement"}


def requested_cost(document: Document, variables: Mapping[str, Any] | None = None) -> int:
    """Return the points a call must find in the bucket; variables give the page sizes that the document leaves open."""
    tariff = _Tariff(document.fragments, _with_defaults(document, variables or {}))
    fields = [field for field, _ in flat_fields(document.operation.selection_set, document.fragments)]
    if document.is_mutation:
        return sum(_MUTATION + tariff.payload(field) for field in fields)
    return sum(tariff.field(field, at_root=True) for field in fields)


def page_size(
    document: Document, variables: Mapping[str, Any] | None = None, *, limit: int = DEAREST_CALL, most: int = LARGEST_PAGE
) -> int:
    """Return the largest ``$first`` (1 to ``most``) with which the document costs at most ``limit`` points.

    Raises Misconfigured when even one record does not fit.
    """
    given = variables or {}
    size = bisect_right(range(1, most + 1), limit, key=lambda first: requested_cost(document, {**given, "first": first}))
    if size:
        return size
    cost = requested_cost(document, {**given, "first": 1})
    raise Misconfigured(
        f"one record costs {cost} points, a call may cost {limit}",
        system="Shopify",
        operation=document.name,
        code="MAX_COST_EXCEEDED",
        advice="Ask for shorter inner pages in this document.",
    )


def multiplier(size: int) -> int:
    """Return how often the cost of one node is charged for a page of ``size``: 1 for one, 11 for 250."""
    return floor(2 * log(max(2, size)))


class _Tariff:
    """The cost of fields under one set of variables."""

    def __init__(self, fragments: Fragments, variables: Mapping[str, Any]) -> None:
        self._fragments = fragments
        self._variables = variables

    def field(self, field: FieldNode, *, at_root: bool = False) -> int:
        """The points of a field and everything below it."""
        name = field.name.value
        if field.selection_set is None or _is_free_of_charge(name):
            return 0
        if name.endswith("Count"):
            return 10 if at_root else 1
        if is_connection(field, self._fragments):
            return 2 + self._nodes(field.selection_set) * multiplier(self._asked(field))
        return self._own(field) + self._children(field.selection_set)

    def payload(self, mutation: FieldNode) -> int:
        """The objects a payload names are free; what is selected below them is not."""
        if mutation.selection_set is None:
            return 0
        inside = [child for child, _ in flat_fields(mutation.selection_set, self._fragments)]
        return sum(self._children(c.selection_set) for c in inside if c.selection_set and not _is_free_of_charge(c.name.value))

    def _nodes(self, connection: SelectionSetNode) -> int:
        """``nodes`` and ``edges { node }`` together are charged twice."""
        cost = 0
        for child, _ in flat_fields(connection, self._fragments):
            if child.selection_set and child.name.value == "nodes":
                cost += 1 + self._children(child.selection_set)
            elif child.selection_set and child.name.value == "edges":
                inside = [node for node, _ in flat_fields(child.selection_set, self._fragments) if node.selection_set]
                cost += sum(1 + self._children(node.selection_set) for node in inside if node.selection_set)
        return cost

    def _children(self, selections: SelectionSetNode) -> int:
        always, by_type = 0, defaultdict[str, int](int)
        for child, on in flat_fields(selections, self._fragments):
            if on is None:
                always += self.field(child)
            else:
                by_type[on] += self.field(child)
        return always + max(by_type.values(), default=0)

    def _own(self, field: FieldNode) -> int:
        assert field.selection_set is not None
        names = {child.name.value for child, on in flat_fields(field.selection_set, self._fragments) if on is None}
        is_money = bool(names) and any(names <= money for money in _MONEY)
        return 0 if is_money or names & _ADDRESS or field.name.value in _FREE_NAMES else 1

    def _asked(self, field: FieldNode) -> int:
        for argument in field.arguments:
            if argument.name.value in ("first", "last"):
                return self._number(argument.value)
        return 0

    def _number(self, value: ValueNode) -> int:
        if isinstance(value, VariableNode):
            return int(self._variables.get(value.name.value) or 0)
        return int(value.value) if isinstance(value, IntValueNode) else 0


def _is_free_of_charge(name: str) -> bool:
    return name in ("pageInfo", "errors") or name.endswith(("userErrors", "UserErrors"))


def _with_defaults(document: Document, variables: Mapping[str, Any]) -> dict[str, Any]:
    defaults = {
        definition.variable.name.value: int(definition.default_value.value)
        for definition in document.operation.variable_definitions
        if isinstance(definition.default_value, IntValueNode)
    }
    return {**defaults, **variables}
