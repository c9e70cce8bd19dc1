"""Refunds that give back the money of pieces which an edit took off the order before.

Such a refund names no goods: its money is an adjustment, or stands beside its lines without a word. Here it gets the pieces as its
lines, so that goods and VAT come back with the money.
"""

from collections.abc import Collection, Mapping, Sequence
from itertools import groupby
from typing import Any

from posbridge_dagster.snapshots.node_values import Node, linked, money
from posbridge_dagster.snapshots.refund_lines import amount_line, of_the_sale
from posbridge_dagster.snapshots.taken_off import Piece, promised, worth

Row = dict[str, Any]


def take_back(node: Node, parts: Sequence[list[Row]], pieces: list[Piece], sold: Mapping[str, Row], exchanges: Collection[str]) -> None:
    """Move pieces from ``pieces`` to the refunds that give their money back, as lines among ``parts`` (the lines of each refund).

    A refund takes the first pieces that cost just what it gives beside its own lines. Where none do and the shop calls the order
    settled, less or more was given for them: the last refund that gave anything beside its lines takes all, and its adjustment is
    the rest.
    """
    on_top = not node["taxesIncluded"]
    beside = {
        place: amount
        for place, (refund, own) in enumerate(zip(node.get("refunds") or (), parts, strict=True))
        if linked(refund, "return") not in exchanges and (amount := _beside(refund, own, on_top=on_top)) > 0
    }
    last = None
    for place, amount in beside.items():
        if count := worth(pieces, amount, on_top=on_top):
            _give(parts[place], pieces, count, sold, 0)
        else:
            last = place
    is_settled = bool(node.get("totalOutstandingSet")) and not money(node, "totalOutstandingSet")
    if pieces and last is not None and is_settled:
        left = beside[last] - sum(piece.gross(on_top=on_top) for piece in pieces)
        _give(parts[last], pieces, len(pieces), sold, left)


def _beside(refund: Node, own: Sequence[Row], *, on_top: bool) -> int:
    """Return what a refund gives beside the goods and the shipping that it names."""
    given = promised(refund)
    named = sum(line["total_minor"] + (line["tax_minor"] if on_top else 0) for line in own if line["kind"] != "adjustment")
    return given - named if given else 0


def _give(own: list[Row], pieces: list[Piece], count: int, sold: Mapping[str, Row], left: int) -> None:
    """Put the first pieces in the place of a refund's adjustments; ``left`` is what was given beside them too."""
    own[:] = [line for line in own if line["kind"] != "adjustment"]
    for line_id, some in groupby(pieces[:count], key=lambda piece: piece.line_id):
        own.append(_goods(sold[line_id], list(some)))
    if left:
        own.append(amount_line("adjustment:rest", "adjustment", "Correctie") | {"total_minor": left})
    del pieces[:count]


def _goods(source: Row, pieces: Sequence[Piece]) -> Row:
    return {
        **of_the_sale(source),
        "line_id": f"taken_off:{source['line_id']}",
        "quantity": len(pieces),
        "restock_type": "CANCEL",
        "total_minor": sum(piece.total_minor for piece in pieces),
        "tax_minor": sum(piece.tax_minor for piece in pieces),
    }
