"""Stock as it stands and as it moved."""

from bisect import bisect_left
from collections.abc import Iterable
from itertools import islice

from posbridge_dagster.sandbox.mplus.context import Context, Perform
from posbridge_dagster.sandbox.mplus.quantities import scaled
from posbridge_dagster.sandbox.mplus.reading import Message
from posbridge_dagster.sandbox.mplus.records import Article, StockBooking, StockRow


def get_stock(request: Message, context: Context) -> Message:
    """List the stock of articles at one branch, or at several; a stockId asks for what has changed since."""
    asked = request["request"]
    branches = (asked.get("branchNumbers") or {}).get("branchNumber") or [asked.get("branchNumber", 0)]
    wanted = list(dict.fromkeys((asked.get("articleNumbers") or {}).get("articleNumbers", ())))
    lowest, only_daily = _lowest(asked.get("stockId"), context), asked.get("dayStockOnlyFilter")
    articles, stock = context.books.state.articles, context.books.state.stock
    return {
        "articleStocks": [
            _row(branch, articles[number], row, context)
            for branch in branches
            for number, row in _rows(stock.get(branch, {}), wanted)
            if row.stock_id >= lowest and articles[number].members.get("stockArticle") and (not only_daily or articles[number].day_stock)
        ]
    }


def _rows(rows: dict[int, StockRow], wanted: list[int]) -> Iterable[tuple[int, StockRow]]:
    return ((number, rows[number]) for number in wanted if number in rows) if wanted else rows.items()


def _lowest(stock_id: int | None, context: Context) -> int:
    """Return the first stockId that counts; whether the one asked from is included differs between installations."""
    if stock_id is None:
        return 0
    return stock_id if context.switches["stock_id_inclusive"] else stock_id + 1


def _row(branch: int, article: Article, row: StockRow, context: Context) -> Message:
    free = row.physical - row.reserved if context.switches["free_is_net"] else row.physical
    message: Message = {
        "branchNumber": branch,
        "articleNumber": article.number,
        "changeTimestamp": row.changed_at,
        "stockId": row.stock_id,
        "ownAmountFree": free,
        "ownAmountReserved": row.reserved,
        "ownAmountIncoming": row.incoming,
        "isDayStockArticle": article.day_stock,
    }
    for name, amount in (("Free", free), ("Reserved", row.reserved), ("Incoming", row.incoming)):
        message[f"amount{name}"], message[f"decimalPlaces{name}"] = scaled(amount)
    return message


def get_stock_history(request: Message, context: Context) -> Message:
    """List physical changes of stock by rising stockId."""
    asked = request["request"]
    bookings = context.books.state.bookings
    wanted = set((asked.get("articleNumbers") or {}).get("articleNumbers", ()))
    branches = set(asked.get("branchNumbers", ()))
    first, last = context.moment_in(asked, "fromFinancialDateTime"), context.moment_in(asked, "throughFinancialDateTime")
    since = asked.get("sinceStockId")
    limit = asked.get("sinceStockIdLimit") if since is not None else None
    found = (
        booking
        for booking in islice(bookings, bisect_left(bookings, _lowest(since, context), key=lambda booking: booking.stock_id), None)
        if (not wanted or booking.article_number in wanted)
        and (not branches or booking.branch in branches)
        and (first is None or booking.at >= first)
        and (last is None or booking.at <= last)
    )
    rows = islice(found, min(limit or context.switches["page_cap"], context.switches["page_cap"]))
    return {"articleStockHistory": [_booking(booking, context) for booking in rows]}


def _booking(booking: StockBooking, context: Context) -> Message:
    changed, places = scaled(booking.amount)
    message: Message = {
        "stockId": booking.stock_id,
        "timestamp": booking.at,
        "branchNumber": booking.branch,
        "articleNumber": booking.article_number,
        "amountChanged": changed,
        "decimalPlaces": places,
        "type": booking.kind,
    }
    message |= booking.members or {}
    documents = (("orderId", booking.order_id), ("packingSlipId", booking.packing_slip_id), ("invoiceId", booking.invoice_id))
    message |= {name: id_ for name, id_ in documents if id_}
    invoice = context.books.state.invoices.get(booking.invoice_id) if booking.invoice_id else None
    if invoice:
        message["invoiceNumber"] = {"year": invoice.year, "number": invoice.number}
    return message


OPERATIONS: dict[str, Perform] = {"getStock": get_stock, "getStockHistoryV2": get_stock_history}
