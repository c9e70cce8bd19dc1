"""Where goods may have been bought that come back on a document which does not say so: earlier sales to the same relation."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

from posbridge_dagster.clients.mplus.client import MplusClient
from posbridge_dagster.clients.mplus.invoices import invoices_since
from posbridge_dagster.clients.mplus.orders import orders_since
from posbridge_dagster.clients.mplus.values import bare_id

LOOK_BACK = timedelta(days=400)
"""How long ago a sale may be: a year of guarantee, and a month."""
MOST = 50
"""Earlier sales that are remembered of a document, the newest."""

_LONG_AGO = datetime.min.replace(tzinfo=UTC)

Document = Mapping[str, Any]


def articles_back(document: Document) -> set[int]:
    """Return the articles of a sale of which pieces come back; a credit says itself what it takes back."""
    if document.get("creditedInvoiceId"):
        return set()
    return {article for article, quantity in _pieces(document) if quantity < 0}


def earlier_sales(client: MplusClient, documents: Iterable[tuple[str, Document]]) -> dict[str, list[str]]:
    """Return, for each document with goods that come back, the documents that sold one of them to its relation before, newest first.

    ``documents`` are pairs of a document's id in its flow (``order:<id>``, ``invoice:<id>``) and its record; so are the ids in the
    answer. An invoice made of an order is left out: its order stands for it.
    """
    found: dict[str, list[str]] = {}
    for key, document in documents:
        articles, relation, day = articles_back(document), document.get("relationNumber"), document.get("financialDate")
        if articles and relation and day:
            entered_at = document.get("entryTimestamp")
            sales = sorted(_sales(client, relation, articles, day), key=lambda sale: sale[:2], reverse=True)
            found[key] = [each for _, at, each in sales if each != key and (entered_at is None or at <= entered_at)][:MOST]
    return found


def _sales(client: MplusClient, relation: int, articles: set[int], day: date) -> Iterator[tuple[date, datetime, str]]:
    """Yield day, moment of entry and id of what a relation bought of some articles until a day."""
    asked: dict[str, Any] = {"first_day": day - LOOK_BACK, "last_day": day, "relations": [relation], "articles": sorted(articles)}
    for rows, _ in orders_since(client, **asked):
        yield from (_sale("order", row) for row in _sold(rows, articles))
    for rows, _ in invoices_since(client, **asked):
        yield from (_sale("invoice", row) for row in _sold(rows, articles) if not row["orderIds"])


def _sale(kind: str, row: Document) -> tuple[date, datetime, str]:
    return row["financialDate"], row.get("entryTimestamp") or _LONG_AGO, f"{kind}:{bare_id(row[f'{kind}Id'])}"


def _sold(rows: Iterable[Document], articles: set[int]) -> Iterator[Document]:
    """Yield the documents that sold one of the articles, not only took it back."""
    return (row for row in rows if any(article in articles and quantity > 0 for article, quantity in _pieces(row)))


def _pieces(document: Document) -> Iterator[tuple[int, int]]:
    """Yield article and sign-bearing quantity of each line of goods, as far as a document can be read."""
    for line in document.get("lineList") or ():
        article, data = line.get("articleNumber"), line.get("data")
        if article and data:
            yield article, data.get("quantity", 0)
