"""Connections: windows into lists with opaque cursors, under the rules and with the refusals of Shopify."""

import base64
import binascii
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from itertools import islice
from typing import Any, TypeVar

from posbridge_dagster.sandbox.shopify.node import Node
from posbridge_dagster.sandbox.shopify.refusals import bad_request
from posbridge_dagster.sandbox.shopify.scalars import sort_moment

MOST = 250
T = TypeVar("T")
Place = tuple[Any, int]
Walk = Callable[[Place | None, Place | None, bool], Iterable[Place]]


def write_cursor(place: Place) -> str:
    """Return a place ``(value of the sort key, number)`` as a cursor."""
    value, number = place
    value = sort_moment(value) if isinstance(value, datetime) else value
    return base64.b64encode(json.dumps({"last_id": number, "last_value": value}, separators=(",", ":")).encode()).decode()


def read_cursor(cursor: str) -> Place:
    """Return the place that a cursor stands for. Raises Refusal for what no answer can have held."""
    try:
        content = json.loads(base64.b64decode(cursor, validate=True))
        return _sort_value(content["last_value"]), int(content["last_id"])
    except (binascii.Error, ValueError, KeyError, TypeError) as error:
        raise bad_request("Invalid cursor for current pagination sort.") from error


def _sort_value(value: Any) -> Any:
    """Return a moment where the text is one: a text that sorts is kept as it is."""
    if not isinstance(value, str):
        return value
    try:
        return datetime.strptime(value, "%Y-%m-%d %H:%M:%S.%f").replace(tzinfo=UTC)
    except ValueError:
        return value


def window_size(first: int | None, last: int | None) -> int:
    """Return how many records are asked for. Raises Refusal unless exactly one of first and last is given, up to 250."""
    if first is not None and last is not None:
        raise bad_request("providing both first and last is not supported")
    size = first if last is None else last
    if size is None:
        raise bad_request("you must provide one of first or last")
    if not 0 <= size <= MOST:
        name = "first" if last is None else "last"
        raise bad_request(f"{name} cannot exceed {MOST}" if size > MOST else f"{name} cannot be negative")
    return size


def connection(
    walk: Walk,
    render: Callable[[int], Node | None],
    *,
    first: int | None = None,
    last: int | None = None,
    after: str | None = None,
    before: str | None = None,
    reverse: bool = False,
    unbounded: bool = False,
) -> Node:
    """Return a connection over places.

    ``walk`` yields the places strictly between two (either may be missing), ascending or, where its last argument is true,
    descending; ``render`` makes the node of a number. ``unbounded`` takes everything, as a bulk operation does.
    """
    if unbounded:
        return _connection(list(walk(None, None, reverse)), render, has_next=False, has_previous=False)
    size = window_size(first, last)
    start, end = (None if cursor is None else read_cursor(cursor) for cursor in (after, before))
    low, high = (end, start) if reverse else (start, end)
    backwards = reverse != (last is not None)
    try:
        places = list(islice(walk(low, high, backwards), size + 1))
    except (TypeError, ValueError) as error:  # a cursor of another sort key holds a value that cannot be compared
        raise bad_request("Invalid cursor for current pagination sort.") from error
    more, places = len(places) > size, places[:size]
    if last is not None:
        return _connection(places[::-1], render, has_next=before is not None, has_previous=more)
    return _connection(places, render, has_next=more, has_previous=after is not None)


def _connection(places: Sequence[Place], render: Callable[[int], Node | None], *, has_next: bool, has_previous: bool) -> Node:
    nodes = [render(number) for _, number in places]
    page_info = Node(
        {"hasNextPage": has_next, "hasPreviousPage": has_previous},
        startCursor=lambda: write_cursor(places[0]) if places else None,
        endCursor=lambda: write_cursor(places[-1]) if places else None,
    )
    return Node(
        {"nodes": nodes, "pageInfo": page_info},
        edges=lambda: [{"cursor": write_cursor(place), "node": node} for place, node in zip(places, nodes, strict=True)],
    )


def list_connection(nodes: Sequence[Node], **window: Any) -> Node:
    """Return a connection over nodes that are at hand, in their order; their place in it is the cursor."""
    return position_connection(nodes, lambda node: node, **window)


def position_connection(items: Sequence[T], render: Callable[[T], Node | None], **window: Any) -> Node:
    """Return a connection over things in their order, whose nodes are made where they are asked for."""

    def walk(low: Place | None, high: Place | None, backwards: bool) -> Iterator[Place]:
        start = 0 if low is None else int(low[0])
        end = len(items) if high is None else int(high[0]) - 1
        span = range(end - 1, start - 1, -1) if backwards else range(start, end)
        return ((position + 1, position) for position in span)

    return connection(walk, lambda position: render(items[position]), **window)
