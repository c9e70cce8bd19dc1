"""Which line of an order in Shopify a line of a document became."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from posbridge_dagster.clients.failures import Refused
from posbridge_dagster.clients.shopify.order_writing import OrderCreated, WrittenLine
from posbridge_dagster.model.money import minor_units

Row = Mapping[str, Any]


def goods_of(lines: Iterable[Row]) -> list[Row]:
    """Return the rows of MAPPED_LINES that become lines of an order; shipping does not."""
    return [line for line in lines if line["kind"] != "shipping"]


def delivered_pieces(lines: Sequence[Row], order: OrderCreated) -> dict[str, int]:
    """Return how many pieces of each of the order's lines were handed over so far, by global id; lines without any are left out.

    An order keeps its lines as they were sent; where somebody edited it, they are found by text and article. Raises Refused naming
    the line that the order has not.
    """
    goods = goods_of(lines)
    if [(line["title"], line["quantity"]) for line in goods] == [(line.title, line.quantity) for line in order.lines]:
        pairs = zip(order.lines, goods, strict=True)
        return {written.id: line["delivered"] for written, line in pairs if line["delivered"]}
    left = {line.id: line.quantity for line in order.lines}
    wanted = [(line, line["delivered"]) for line in goods]
    return dict(placed(wanted, order, left, operation="FulfilmentCreate", code="delivered_line_unknown", done="were delivered"))


def placed(
    wanted: Iterable[tuple[Row, int]],
    order: OrderCreated,
    left: Mapping[str, int],
    *,
    operation: str,
    code: str,
    done: str,
    at_its_price: bool = False,
) -> Counter[str]:
    """Return how many pieces of each of the order's lines are meant by pieces of document lines, by global id.

    A line is found by its text, else by its article, each up to what is ``left`` of it by global id; with ``at_its_price`` only where
    a piece cost the same. Raises Refused with ``code``, naming the line that the order has not, or not any more; ``done`` says
    what happened to its pieces.
    """
    rest, taken = dict(left), Counter[str]()
    for line, missing in wanted:
        for candidate in _candidates(line, order.lines):
            if at_its_price and minor_units(candidate.price, order.totals.currency) != line["price_minor"]:
                continue
            part = min(rest[candidate.id], missing)
            rest[candidate.id] -= part
            taken[candidate.id] += part
            missing -= part
        if missing:
            raise Refused(
                f"line {line['position']}: {missing} of article {line['article_number']} {done} that the order {order.name} has not",
                system="Shopify",
                operation=operation,
                code=code,
                advice="Compare the lines and refunds of the order in both systems.",
            )
    return +taken


def _candidates(line: Row, lines: Sequence[WrittenLine]) -> list[WrittenLine]:
    codes = {str(code) for code in (line["article_number"], line["ext_article_id"]) if code}
    by_text = [each for each in lines if each.title == line["title"]]
    return by_text + [each for each in lines if each.sku in codes and each not in by_text]
