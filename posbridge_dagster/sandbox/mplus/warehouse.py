"""Stock: orders reserve it, deliveries and invoices book it off, returns book it back."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from posbridge_dagster.sandbox.mplus.books import Books
from posbridge_dagster.sandbox.mplus.context import Context
from posbridge_dagster.sandbox.mplus.quantities import scaled
from posbridge_dagster.sandbox.mplus.records import ZERO, Line, Order, StockBooking, StockRow

SALES = "STOCK-HISTORY-TYPE-SALES"
CORRECTION = "STOCK-HISTORY-TYPE-CORRECTION"


def stocked(lines: Iterable[Line], books: Books) -> Iterator[Line]:
    """Yield the lines whose article has its stock kept."""
    for line in lines:
        article = books.state.articles.get(line.article_number)
        if article and article.members.get("stockArticle"):
            yield line


def reserve(order: Order, context: Context) -> None:
    """Reserve what an order still has to deliver; what comes back with it (a negative quantity) is no reservation."""
    _change_reservations(order, context, lambda row, line: row.reserved + max(line.quantity - line.delivered, ZERO))


def release(order: Order, context: Context) -> None:
    """Give back what an order has reserved."""
    _change_reservations(order, context, lambda row, line: row.reserved - max(line.quantity - line.delivered, ZERO))


def _change_reservations(order: Order, context: Context, changed: Callable[[StockRow, Line], Any]) -> None:
    books = context.books
    for line in stocked(order.lines, books):
        row = books.stock_row(order.financial_branch, line.article_number)
        row.reserved = changed(row, line)
        if context.switches["reservation_raises_stock_id"]:
            books.touch(row, context.now)


def deliver(order: Order, context: Context, pieces: Mapping[UUID, Decimal] | None = None) -> UUID:
    """Deliver all that is open of an order, or these pieces by line id, and return the id of the packing slip."""
    release(order, context)
    slip = uuid4()
    open_lines = [line for line in order.lines if line.quantity != line.delivered]
    handed_over = [replace(line, quantity=line.delivered + pieces.get(line.id, ZERO)) for line in open_lines] if pieces else open_lines
    book_sale(handed_over, order.financial_branch, context.books, context.now, order_id=order.id, packing_slip_id=slip)
    for line, handed in zip(open_lines, handed_over, strict=True):
        line.delivered = handed.quantity
    order.packing_slips.append(slip)
    if pieces:
        reserve(order, context)
    return slip


def book_sale(lines: Iterable[Line], branch: int, books: Books, at: datetime, factor: int = 1, **documents: Any) -> None:
    """Book lines off the stock of a branch; factor -1 takes such a booking back."""
    for line in stocked(lines, books):
        amount = -factor * (line.quantity - line.delivered)
        if amount:
            books.book(StockBooking(0, branch, line.article_number, amount, SALES, at, **documents))


def correct(branch: int, article: int, amount: Decimal, document: dict[str, int], context: Context, *, relative: bool = False) -> int:
    """Bring stock to what was counted, or with ``relative`` change it by an amount, and return the stockId.

    ``document`` is year and number of the correction. A count that finds what was expected is written down too.
    """
    before = context.books.stock_row(branch, article).physical
    after = before + amount if relative else amount
    told: dict[str, Any] = {"correctionNumber": document}
    told["beforeCorrectionQuantity"], told["beforeCorrectionDecimalPlaces"] = scaled(before)
    told["afterCorrectionQuantity"], told["afterCorrectionDecimalPlaces"] = scaled(after)
    context.wrote = True
    return context.books.book(StockBooking(0, branch, article, after - before, CORRECTION, context.now, members=told))
