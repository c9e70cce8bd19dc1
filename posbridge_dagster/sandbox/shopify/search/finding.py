"""Finding records: a search query, a sort key and a window become one walk over the best index."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Generic, TypeVar

from posbridge_dagster.sandbox.shopify.catalogue import Catalogue, Numbered, Place
from posbridge_dagster.sandbox.shopify.node import Node
from posbridge_dagster.sandbox.shopify.paging import connection
from posbridge_dagster.sandbox.shopify.scene import Scene
from posbridge_dagster.sandbox.shopify.search.conditions import Condition, Search, SearchFields, prepare
from posbridge_dagster.sandbox.shopify.search.syntax import parse

T = TypeVar("T", bound=Numbered)
SortKey = str | Callable[[Any], Any]


def _prepared(scene: Scene, path: list[str], query: str | None, fields: SearchFields) -> Search:
    """Return the search that a query asks for, and note in the scene what it was warned about."""
    expression = parse(query or "")
    search = prepare(expression, fields)
    if search.warnings:
        said = {"path": path, "query": query, "parsed": expression.parsed() if expression else {}, "warnings": search.warnings}
        scene.search.append(said)
    return search


def list_condition(scene: Scene, path: list[str], query: str | None, fields: SearchFields) -> Condition | None:
    """Return what a query asks of the members of a list that has no catalogue of its own; None where it asks nothing."""
    return _prepared(scene, path, query, fields).condition


class Finder(Generic[T]):
    """Finds records of one catalogue for one call. A sort key is the name of an index or a function of a record."""

    def __init__(
        self,
        scene: Scene,
        catalogue: Catalogue[T],
        fields: SearchFields,
        sort_keys: Mapping[str, SortKey],
        is_there: Callable[[T], bool] = lambda record: True,
    ) -> None:
        self._scene = scene
        self._catalogue = catalogue
        self._fields = fields
        self._sort_keys = sort_keys
        self._is_there = is_there

    def _search(self, root: str, query: str | None) -> Search:
        return _prepared(self._scene, [root], query, self._fields)

    def _finds(self, search: Search, record: T) -> bool:
        if not self._is_there(record) or not self._scene.is_searchable(record):
            return False
        return search.condition is None or search.condition(record)

    def page(self, root: str, render: Callable[[T], Node], *, query: str | None = None, sort_key: str = "ID", **window: Any) -> Node:
        """Return the connection that a query asks for."""
        search = self._search(root, query)
        key = self._sort_keys.get(sort_key, "id")

        def walk(low: Place | None, high: Place | None, backwards: bool) -> Iterable[Place]:
            return self._walk(search, key, low, high, backwards)

        chunk = self._scene.chunk
        if chunk is not None:
            window = {"first": chunk.size, "after": chunk.after, "reverse": window.get("reverse", False)}
        page = connection(walk, lambda number: render(self._catalogue[number]), **window)
        if chunk is not None:
            chunk.page = page
        return page

    def count(self, root: str, query: str | None, limit: int | None) -> dict[str, Any]:
        """Return how many records a query finds, up to a limit."""
        search = self._search(root, query)
        found = sum(1 for _ in self._walk(search, "id", None, None, False))
        if limit is not None and found > limit:
            return {"count": limit, "precision": "AT_LEAST"}
        return {"count": found, "precision": "EXACT"}

    def _walk(self, search: Search, key: SortKey, low: Place | None, high: Place | None, backwards: bool) -> Iterator[Place]:
        records = self._catalogue.records
        index = self._best_index(search, key)
        bounds = search.bounds.get(index, (None, None))
        if index == key:
            places = self._catalogue.indexes[index].walk(*bounds, after=low, before=high, backwards=backwards)
            yield from (place for place in places if self._finds(search, records[place[1]]))
            return
        value = self._value_of(key)
        candidates = (records[number] for _, number in self._catalogue.indexes[index].walk(*bounds))
        found = sorted((self._place(value, record) for record in candidates if self._finds(search, record)), reverse=backwards)
        yield from (place for place in found if (low is None or place > low) and (high is None or place < high))

    def _place(self, value: Callable[[T], Any], record: T) -> Place:
        return value(record), record.number

    def _value_of(self, key: SortKey) -> Callable[[T], Any]:
        return self._catalogue.keys[key] if isinstance(key, str) else key

    def _best_index(self, search: Search, key: SortKey) -> str:
        """Return the index with the fewest records between the query's bounds; the sort key's own one where they are equal."""
        indexes = self._catalogue.indexes
        counts = {name: indexes[name].count(*bounds) for name, bounds in search.bounds.items()}
        own = key if isinstance(key, str) else "id"
        counts.setdefault(own, len(self._catalogue))
        best = min(counts, key=lambda name: (counts[name], name != own))
        return own if counts[own] <= 4 * counts[best] else best
