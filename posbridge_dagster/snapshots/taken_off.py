"""Pieces that were taken off an order, and who gives their money back.

Shopify leaves such pieces in a line's ``quantity``, in its taxes and discounts and in the order's ``totalPriceSet``; only
``currentQuantity`` and ``currentTotalPriceSet`` are without them. An edit takes off what was not handed over; what was bought on
account may also be brought back before it is paid, by a refund that moves no money. What nobody paid for is simply not sold any
more. What was paid for and taken off by an edit stays sold until its money is given back, by a refund that names no goods: that
refund takes the pieces back.
"""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, groupby
from typing import Any

from posbridge_dagster.model.identity import tail
from posbridge_dagster.snapshots.node_values import Node, linked, money

Row = dict[str, Any]

_PUT_BACK = ("RETURN", "LEGACY_RESTOCK")
_PROMISED = ("SUCCESS", "PENDING")
_NOT_RETURNED = ("CANCELED", "DECLINED")


@dataclass(frozen=True)
class Piece:
    """One piece that was taken off, with its share of the line's money and VAT, in minor units."""

    line_id: str
    total_minor: int
    tax_minor: int

    def gross(self, *, on_top: bool) -> int:
        """Return what the piece costs with VAT."""
        return self.total_minor + (self.tax_minor if on_top else 0)


def pieces_taken_off(node: Node, lines: Sequence[Row], exchanges: Collection[str], received_minor: int) -> list[Piece]:
    """Return the pieces of an order's lines that count no more and that neither a refund nor a return has taken back.

    ``exchanges`` are the ids of the returns for which new goods were taken, ``received_minor`` is the money received. A cancelled
    order has none: its refunds and the cancel itself take everything back.
    """
    if node.get("cancelledAt"):
        return []
    on_top, total = not node["taxesIncluded"], money(node, "totalPriceSet")
    pieces = _left_over(lines, _taken_back(node, exchanges, owed=True))
    cost = sum(piece.gross(on_top=on_top) for piece in pieces)
    if not received_minor < total or received_minor > total - cost:  # they were paid for
        pieces = _left_over(lines, _taken_back(node, exchanges, owed=False))
    return _to_the_cent(pieces, _stated(node), on_top=on_top)


def take_off(node: Node, order: Row, lines: Sequence[Row], pieces: Sequence[Piece]) -> None:
    """Take pieces off the rows of an order and its lines.

    The order's own totals tell what they cost, where nothing else changed those; lines that do not fit are for the amount checks.
    """
    by_line = {line_id: list(some) for line_id, some in groupby(pieces, key=lambda piece: piece.line_id)}
    for line in lines:
        gone = by_line.get(line["line_id"], [])
        line["taken_off_quantity"] = len(gone)
        line["quantity"] -= len(gone)
        line["total_minor"] -= sum(piece.total_minor for piece in gone)
        line["tax_minor"] -= sum(piece.tax_minor for piece in gone)
    stated = _stated(node) if pieces else 0
    cost = sum(piece.gross(on_top=not node["taxesIncluded"]) for piece in pieces) if stated is None else stated
    order |= {"taken_off_minor": cost, "total_minor": order["total_minor"] - cost}
    order["subtotal_minor"] -= sum(piece.total_minor for piece in pieces)
    order["tax_minor"] -= sum(piece.tax_minor for piece in pieces)


def worth(pieces: Sequence[Piece], amount: int, *, on_top: bool) -> int:
    """Return how many of the first pieces cost just this amount with VAT; 0 where none do."""
    sums = list(accumulate(piece.gross(on_top=on_top) for piece in pieces))
    return sums.index(amount) + 1 if amount > 0 and amount in sums else 0


def promised(refund: Node) -> int:
    """Return the money that a refund gave back or will, in minor units."""
    counted = [each for each in refund["transactions"] if each["kind"] == "REFUND" and each["status"] in _PROMISED and not each.get("test")]
    return sum(money(each, "amountSet") for each in counted)


def _left_over(lines: Sequence[Row], back: Mapping[str, int]) -> list[Piece]:
    return [piece for line in lines for piece in _pieces(line, back.get(line["line_id"], 0))]


def _taken_back(node: Node, exchanges: Collection[str], *, owed: bool) -> Counter[str]:
    """Return the pieces by line that came back by a refund with money, by an exchange, over the counter, or are on their way back.

    What came back over the counter without money is none of them where it is ``owed``: it was never paid.
    """
    refunded: Counter[tuple[str | None, str]] = Counter()
    taken_off, returned = refunded.copy(), refunded.copy()
    for refund in node.get("refunds") or ():
        return_id = linked(refund, "return")
        with_money = bool(promised(refund)) or return_id in exchanges
        for line in refund["refundLineItems"]:
            is_back = with_money or (line["restockType"] in _PUT_BACK and not owed)
            (refunded if is_back else taken_off)[return_id, tail(line["lineItem"]["id"])] += line["quantity"]
    for each in node.get("returns") or ():
        for line in (each.get("returnLineItems") or ()) if each.get("status") not in _NOT_RETURNED else ():
            if source := (line.get("fulfillmentLineItem") or {}).get("lineItem"):
                returned[tail(each["id"]), tail(source["id"])] += line["quantity"]
    back: Counter[str] = Counter()
    for key, pieces in (refunded | (returned - taken_off)).items():
        back[key[1]] += pieces
    return back


def _pieces(line: Mapping[str, Any], back: int) -> Iterator[Piece]:
    quantity, current = line["quantity"], line["current_quantity"]
    gone = quantity - (quantity if current is None else current) - back
    for number in range(1, gone + 1):
        total, tax = (line[name] * number // quantity - line[name] * (number - 1) // quantity for name in ("total_minor", "tax_minor"))
        yield Piece(line["line_id"], total, tax)


def _stated(node: Node) -> int | None:
    """Return what the pieces cost as the order's own totals tell; None where refunds or returns changed those too."""
    if node.get("returns") or node.get("refunds") or not node.get("currentTotalPriceSet"):
        return None
    return money(node, "totalPriceSet") - money(node, "currentTotalPriceSet")


def _to_the_cent(pieces: list[Piece], stated: int | None, *, on_top: bool) -> list[Piece]:
    """Return the pieces with the cents by which their shares, rounded here, differ from what the shop took off."""
    off = 0 if stated is None else stated - sum(piece.gross(on_top=on_top) for piece in pieces)
    if not off or abs(off) > len(pieces):
        return pieces
    step = 1 if off > 0 else -1
    return [Piece(each.line_id, each.total_minor + (step if place < abs(off) else 0), each.tax_minor) for place, each in enumerate(pieces)]
