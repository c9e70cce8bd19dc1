"""Stock as the client reads it, from the pretend MplusKASSA and from servers that say what a test wrote down."""

from collections.abc import Iterator

import pytest

from posbridge_dagster.clients.failures import Refused
from posbridge_dagster.clients.mplus import MplusClient
from posbridge_dagster.clients.mplus.stock import Move, stock_amounts, stock_marks, stock_moves
from posbridge_dagster.sandbox.mplus import MplusSandbox
from posbridge_dagster.sandbox.running import Served, running
from posbridge_dagster_tests.clients.mplus.scripted import Asked, Say, answer, serving, version_answer
from posbridge_dagster_tests.flows.little_shop import BAG, BOOK, SIGN, STOCK, little_shop
from posbridge_dagster_tests.sandbox.mplus.till import Till, line, order

FIRST_MOVES = [Move(1, 1, BAG), Move(2, 2, BAG), Move(3, 1, BOOK), Move(4, 2, BOOK), Move(5, 1, SIGN), Move(6, 2, SIGN)]


@pytest.fixture
def served() -> Iterator[Served]:
    with running(MplusSandbox(little_shop())) as served:
        yield served


@pytest.fixture
def client(served: Served) -> Iterator[MplusClient]:
    client = MplusClient(served.url, "sandbox", "sandbox-secret")
    yield client
    client.close()


def sell(served: Served, number: int, *lines: dict[str, object]) -> None:
    till = Till(served)
    made = till.ask("createOrderV3", idempotencyKey=f"sale-{number}", order=order(f"sale-{number}", *lines))
    assert till.ask("deliverOrder", orderId=made["info/orderId"])["result"] == "DELIVER-ORDER-RESULT-OK"


@pytest.mark.parametrize("inclusive", [True, False], ids=["inclusive", "exclusive"])
@pytest.mark.parametrize("page_size", [2, 3, 500])
def test_every_move_is_read_once_whatever_the_service_includes_and_however_short_its_pages_are(
    served: Served, client: MplusClient, inclusive: bool, page_size: int
) -> None:
    served.system.switches["stock_id_inclusive"] = inclusive
    assert stock_moves(client, 0, page_size) == FIRST_MOVES
    sell(served, 1, line(BAG), line(BOOK))
    moved = stock_moves(client, 6, page_size)
    assert [(move.branch_number, move.article_number) for move in moved] == [(2, SIGN), (1, BAG), (1, BOOK)]


def test_a_mutation_of_several_articles_that_a_page_cuts_in_two_is_read_whole() -> None:
    rows = [(7, BAG), (8, BAG), (8, BOOK), (8, SIGN)]

    def say(asked: Asked) -> Say:
        if asked.operation == "getApiVersion":
            return version_answer()
        since, limit = int(asked.text("request/sinceStockId") or 0), int(asked.text("request/sinceStockIdLimit") or 0)
        found = [row for row in rows if row[0] > since][:limit]
        return answer("GetStockHistoryResponse", "".join(_history(*row) for row in found))

    with serving(say) as (client, _):
        assert {(move.stock_id, move.article_number) for move in stock_moves(client, 7, page_size=3)} == set(rows)


def test_a_service_that_gives_the_same_page_for_ever_is_told_apart_from_the_end() -> None:
    def say(asked: Asked) -> Say:
        return answer("GetStockHistoryResponse", _history(7, BAG) + _history(7, BOOK))

    with serving(say) as (client, _), pytest.raises(Refused, match="nothing new") as caught:
        stock_moves(client, 5, page_size=2)
    assert caught.value.code == "paging_stuck"


def test_amounts_are_read_of_all_articles_or_of_some_for_every_branch_at_once(served: Served, client: MplusClient) -> None:
    rows = [row for page in stock_amounts(client, [1, 2]) for row in page]
    assert {(row["articleNumber"], row["branchNumber"], row["amountFree"]) for row in rows} == {
        (article, branch, STOCK) for article in (BAG, BOOK, SIGN) for branch in (1, 2)
    }
    some = [row for page in stock_amounts(client, [2], [BAG, BOOK]) for row in page]
    assert {(row["articleNumber"], row["branchNumber"]) for row in some} == {(BAG, 2), (BOOK, 2)}
    assert [call.operation for call in served.control.calls].count("getStock") == 2


def test_an_older_service_is_asked_branch_by_branch() -> None:
    with running(MplusSandbox(little_shop(), service_version=(60, 0, 0))) as served:
        client = MplusClient(served.url, "sandbox", "sandbox-secret")
        rows = [row for page in stock_amounts(client, [1, 2]) for row in page]
        client.close()
        assert {row["branchNumber"] for row in rows} == {1, 2}
        assert [call.operation for call in served.control.calls].count("getStock") == 2


def test_the_marks_rise_with_stock_and_with_orders(served: Served, client: MplusClient) -> None:
    before = stock_marks(client)
    sell(served, 1, line(BAG))
    after = stock_marks(client)
    assert after.stock_id > before.stock_id
    assert after.order_marker > before.order_marker


def _history(stock_id: int, article: int) -> str:
    moment = "<timestamp><year>2026</year><mon>11</mon><day>20</day><hour>12</hour><min>0</min><sec>0</sec><isdst>false</isdst></timestamp>"
    inside = f"<stockId>{stock_id}</stockId>{moment}<branchNumber>1</branchNumber><articleNumber>{article}</articleNumber>"
    return f"<articleStockHistory>{inside}<amountChanged>-1</amountChanged><type>STOCK-HISTORY-TYPE-SALES</type></articleStockHistory>"
