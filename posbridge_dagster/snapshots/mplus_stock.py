"""MplusKASSA's stock per article and branch, read once and then kept up to date by what moved.

How far it was read is kept with the ``stock`` frame (``attrs``): the highest stockId, the ids seen just below it, the marker of
orders. A reservation need not raise the stockId and is no physical change, so the articles of changed orders are read again as
well. Each later read goes back over a few ids: one that was handed out before its transaction ended would be skipped otherwise.
Ids that count from the beginning again (a backup was put back) would hide every move until they are as high as before; where
nothing is told of the last ids that were seen, the highest one is asked for, and everything is read when it has fallen.
"""

from collections.abc import Collection, Hashable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pandas as pd
import pyarrow as pa

from posbridge_dagster.clients.mplus.articles import products_since
from posbridge_dagster.clients.mplus.client import MplusClient
from posbridge_dagster.clients.mplus.orders import orders_since
from posbridge_dagster.clients.mplus.reading import Record
from posbridge_dagster.clients.mplus.stock import stock_amounts, stock_marks, stock_moves
from posbridge_dagster.clients.mplus.values import quantity_value
from posbridge_dagster.model.frames import TEXT, WHOLE, YES_NO, Column, FrameShape

AMOUNT = pa.decimal128(18, 6)
OVERLAP = 20
"""Ids and markers that are looked at again."""

STOCK = FrameShape(
    "stock",
    ("article_number", "branch_number"),
    {
        "article_number": Column(WHOLE, "article of MplusKASSA"),
        "branch_number": Column(WHOLE, "branch"),
        "free": Column(AMOUNT, "amountFree; whether reservations are off it already differs between installations"),
        "reserved": Column(AMOUNT, "amountReserved: by orders that are not delivered"),
        "incoming": Column(AMOUNT, "amountIncoming: ordered from suppliers"),
        "day_stock": Column(YES_NO, "its stock is a daily allotment"),
        "stock_id": Column(WHOLE, "rises with every change of the row"),
    },
)

STOCK_ARTICLES = FrameShape(
    "articles",
    ("article_number",),
    {
        "article_number": Column(WHOLE, "articleNumber"),
        "family_number": Column(WHOLE, "productNumber of its family"),
        "description": Column(TEXT, "name of the article"),
        "ext_article_id": Column(TEXT, "extArticleId, a SKU that is no number"),
        "group_number": Column(TEXT, "first article group of its family"),
        "category": Column(TEXT, "first of its own categories"),
        "turnover_group": Column(WHOLE, "turnoverGroup"),
        "active": Column(YES_NO, "sold: neither switched off nor discontinued"),
        "stock_article": Column(YES_NO, "stock is kept of it; absent counts as kept"),
        "sync_marker": Column(WHOLE),
    },
)


@dataclass(frozen=True)
class StockMark:
    """How far stock was read: the highest stockId, the ids seen within the overlap below it, the marker of orders."""

    stock_id: int
    order_marker: int
    seen: frozenset[int] = frozenset()

    @classmethod
    def of(cls, frame: pd.DataFrame) -> "StockMark":
        """Return the mark that is kept with a frame."""
        return cls(frame.attrs["stock_id"], frame.attrs["order_marker"], frozenset(frame.attrs["seen"]))

    def kept(self) -> dict[Hashable, Any]:
        """Return the mark as it is kept with a frame."""
        return {"stock_id": self.stock_id, "order_marker": self.order_marker, "seen": sorted(self.seen)}


def current_articles(client: MplusClient, stored: pd.DataFrame | None) -> pd.DataFrame:
    """Return STOCK_ARTICLES: all of them where nothing is stored, else the stored frame with the changed articles in place."""
    known = stored if _fits(stored, STOCK_ARTICLES) else None
    mark = int(known.attrs.get("articles_marker", 0)) if known is not None else 0
    rows: dict[int, Record] = {}
    following = mark
    for products, page_marker in products_since(client, max(0, mark - OVERLAP)):
        rows |= {article["articleNumber"]: _article(product, article) for product in products for article in product["articleList"]}
        following = max(following, page_marker)
    frame = _replaced(known, STOCK_ARTICLES.frame(rows.values()), STOCK_ARTICLES, "article_number")
    frame.attrs = {"articles_marker": following}
    return frame


def current_stock(
    client: MplusClient, branches: Sequence[int], stored: pd.DataFrame | None, again: Collection[int] = (), *, watch_orders: bool = True
) -> pd.DataFrame:
    """Return STOCK of these branches: all of it where nothing is stored, else the stored frame with what moved in place.

    ``again`` are articles to read whether they moved or not, ``watch_orders`` reads those of changed orders too. A frame of
    other branches is not used. Raises the failures of the client; the stored frame is not touched.
    """
    if stored is None or not _fits(stored, STOCK) or stored.attrs.get("branches") != list(branches):
        return _all_stock(client, branches)
    mark = StockMark.of(stored)
    told = stock_moves(client, max(0, mark.stock_id - OVERLAP))
    if not told and stock_marks(client).stock_id < mark.stock_id:
        return _all_stock(client, branches)
    moves = [move for move in told if move.stock_id not in mark.seen]
    ordered, order_marker = _ordered(client, mark.order_marker) if watch_orders else (set(), mark.order_marker)
    articles = sorted({move.article_number for move in moves} | ordered | set(again))
    read = _rows(row for page in (stock_amounts(client, branches, articles) if articles else ()) for row in page)
    frame = _replaced(stored, STOCK.frame(read), STOCK, "article_number", articles)
    ids = {move.stock_id for move in moves} | mark.seen
    highest = max(ids | {mark.stock_id})
    seen = frozenset(each for each in ids if each >= highest - OVERLAP)
    frame.attrs = {**StockMark(highest, order_marker, seen).kept(), "branches": list(branches)}
    return frame


def _all_stock(client: MplusClient, branches: Sequence[int]) -> pd.DataFrame:
    marks = stock_marks(client)  # before the amounts, so that what moves meanwhile is read again
    frame = STOCK.frame(_rows(row for page in stock_amounts(client, branches) for row in page))
    frame.attrs = {**StockMark(marks.stock_id, marks.order_marker).kept(), "branches": list(branches)}
    return frame


def _ordered(client: MplusClient, marker: int) -> tuple[set[int], int]:
    """Return the articles of the orders that changed, and the marker to go on from."""
    articles: set[int] = set()
    for rows, following in orders_since(client, marker):
        articles |= {line["articleNumber"] for row in rows for line in row["lineList"] if line.get("articleNumber")}
        marker = following
    return articles, marker


def _rows(records: Iterable[Record]) -> list[Record]:
    return [
        {
            "article_number": row["articleNumber"],
            "branch_number": row["branchNumber"],
            **{name: _amount(row, member) for name, member in (("free", "Free"), ("reserved", "Reserved"), ("incoming", "Incoming"))},
            "day_stock": bool(row.get("isDayStockArticle")),
            "stock_id": row["stockId"],
        }
        for row in records
    ]


def _amount(row: Record, member: str) -> Decimal:
    return quantity_value(row[f"amount{member}"], row.get(f"decimalPlaces{member}"))


def _article(product: Record, article: Record) -> Record:
    categories = article.get("categoryIds") or ([article["categoryId"]] if article.get("categoryId") else [])
    groups = product["groupNumbers"]
    return {
        "article_number": article["articleNumber"],
        "family_number": product.get("productNumber"),
        "description": article.get("description"),
        "ext_article_id": article.get("extArticleId") or None,
        "group_number": str(groups[0]) if groups else None,
        "category": str(categories[0]) if categories else None,
        "turnover_group": article.get("turnoverGroup"),
        "active": article.get("active") is not False and not article.get("discontinued"),
        "stock_article": article.get("stockArticle") is not False,
        "sync_marker": article["syncMarker"],
    }


def _fits(frame: pd.DataFrame | None, shape: FrameShape) -> bool:
    return frame is not None and list(frame) == list(shape.columns)


def _replaced(
    known: pd.DataFrame | None, fresh: pd.DataFrame, shape: FrameShape, key: str, gone: Collection[int] | None = None
) -> pd.DataFrame:
    """Return the known rows with fresh ones in place of those with their keys; ``gone`` names more keys that are replaced."""
    if known is None:
        return fresh
    replaced = fresh[key] if gone is None else pd.Series(sorted(gone), dtype="int64[pyarrow]")
    kept = known[~known[key].isin(replaced)]
    frame = shape.conform(pd.concat([kept, fresh], ignore_index=True)) if len(fresh) else shape.conform(kept.reset_index(drop=True))
    return frame.sort_values(list(shape.key), ignore_index=True)
