"""Stock: what moved since a stockId, and how much there is per branch.

A stockId is a cursor of its own, not a sync marker. Whether the id that is asked from is included is not documented, and a
mutation may carry several articles under one id, so a list is asked from just below the highest id seen and what is known is
left out: right under both readings.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from posbridge_dagster.clients.failures import Refused
from posbridge_dagster.clients.mplus.client import MplusClient
from posbridge_dagster.clients.mplus.faults import SYSTEM
from posbridge_dagster.clients.mplus.paging import PAGE_SIZE
from posbridge_dagster.clients.mplus.reading import Record

ARTICLES_IN_A_CALL = 100


class Move(NamedTuple):
    """One change of physical stock."""

    stock_id: int
    branch_number: int
    article_number: int


class StockMarks(NamedTuple):
    """How far stock and orders have come in MplusKASSA."""

    stock_id: int
    order_marker: int


def stock_marks(client: MplusClient) -> StockMarks:
    """Return the highest stockId and the highest sync marker of orders, 0 where there is none."""
    answer = client.call("getCurrentSyncMarkersV2", {"request": {"includeStockId": True, "includeOrderSyncMarker": True}})
    return StockMarks(answer.get("stockId") or 0, answer.get("orderSyncMarker") or 0)


def stock_moves(client: MplusClient, since: int, page_size: int = PAGE_SIZE) -> list[Move]:
    """Return the changes of physical stock with this stockId or a higher one, each once, by rising id.

    Raises Refused when a full page holds nothing but what is known: asking on would never end.
    """
    moves: set[Move] = set()
    asked = max(0, since - 1)
    while True:
        rows = _history(client, asked, page_size)
        fresh = {_move(row) for row in rows} - moves
        moves |= fresh
        highest = max((move.stock_id for move in moves), default=asked)
        if not fresh and len(rows) < page_size:
            return sorted(move for move in moves if move.stock_id >= since)
        if not fresh and asked > highest:
            message = f"a page of {len(rows)} rows asked from stockId {asked} holds nothing new, so reading cannot go on."
            advice = "Report it to MplusKASSA; the rows were not used."
            raise Refused(message, system=SYSTEM, operation="getStockHistoryV2", code="paging_stuck", advice=advice)
        asked = max(asked, highest - 1) if fresh else asked + 1


def _history(client: MplusClient, since: int, page_size: int) -> list[Record]:
    rows: list[Record] = client.call("getStockHistoryV2", {"request": {"sinceStockId": since, "sinceStockIdLimit": page_size}})[
        "articleStockHistory"
    ]
    return rows


def stock_amounts(client: MplusClient, branches: Sequence[int], articles: Sequence[int] | None = None) -> Iterator[list[Record]]:
    """Yield the stock rows of articles at branches, asked for in batches; of every article when none are named.

    A row is as ``ArticleStock`` of the WSDL, always with its ``branchNumber``. Articles of which no stock is kept have none.
    """
    parts = [[]] if articles is None else [list(articles[i : i + ARTICLES_IN_A_CALL]) for i in range(0, len(articles), ARTICLES_IN_A_CALL)]
    at_once = client.features.knows_stock_of_branches
    for part in parts:
        for group in [list(branches)] if at_once else [[branch] for branch in branches]:
            yield _amounts(client, group, part, at_once=at_once)


def _amounts(client: MplusClient, branches: list[int], articles: list[int], *, at_once: bool) -> list[Record]:
    request = {"branchNumber": branches[0], "articleNumbers": articles, **({"branchNumbers": branches} if at_once else {})}
    rows: list[Record] = client.call("getStock", {"request": request})["articleStocks"]
    return [{"branchNumber": branches[0], **row} for row in rows]


def _move(row: Record) -> Move:
    return Move(row["stockId"], row.get("branchNumber") or 0, row["articleNumber"])
