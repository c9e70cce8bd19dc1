"""From the answer to a bulk query to rows: one per node, children after their parents with ``__parentId``."""

import json
from collections.abc import Iterator
from typing import Any

Row = dict[str, Any]


def rows_of(data: dict[str, Any], grouped: bool) -> tuple[list[Row], int]:
    """Return the rows of one answer and how many of them are roots.

    Ungrouped, all parents come first and their children after them, so that no child stands next to its parent.
    """
    parents: list[tuple[Row, list[Row]]] = []
    for root in data.values():
        for edge in (root or {}).get("edges", ()) if isinstance(root, dict) else ():
            children: list[Row] = []
            parents.append((_own(edge["node"], None, children), children))
    if grouped:
        return [row for parent, children in parents for row in (parent, *children)], len(parents)
    return [*(parent for parent, _ in parents), *(row for _, children in parents for row in children)], len(parents)


def _own(node: Row, parent_id: str | None, children: list[Row]) -> Row:
    """Return a node without its connections, whose nodes go to ``children``."""
    own = _without_connections(node, node.get("id"), children)
    return own if parent_id is None else {**own, "__parentId": parent_id}


def _without_connections(value: Row, owner_id: str | None, children: list[Row]) -> Row:
    kept: Row = {}
    for name, member in value.items():
        if isinstance(member, dict) and isinstance(member.get("edges"), list):
            for edge in member["edges"]:
                below: list[Row] = []
                children.append(_own(edge["node"], owner_id, below))
                children.extend(below)
        elif isinstance(member, dict):
            kept[name] = _without_connections(member, owner_id, children)
        else:
            kept[name] = member
    return kept


def as_lines(rows: list[Row]) -> Iterator[bytes]:
    """Yield rows as JSON lines."""
    for row in rows:
        yield json.dumps(row, separators=(",", ":")).encode() + b"\n"
