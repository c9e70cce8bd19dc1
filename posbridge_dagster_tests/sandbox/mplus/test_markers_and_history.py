"""Whatever the staff does, a client that follows the rules of the API knows all of it."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from posbridge_dagster.sandbox.mplus import MplusSandbox
from posbridge_dagster.sandbox.mplus.floor import Floor
from posbridge_dagster.sandbox.running import running
from posbridge_dagster_tests.sandbox.mplus.conftest import NOW, small_shop
from posbridge_dagster_tests.sandbox.mplus.till import Till

ARTICLES = [101, 102, 103, 201]

Deed = tuple[str, int, int]


def do(floor: Floor, deed: Deed) -> None:
    kind, article, number = deed
    product = 1 + number % 3
    if kind == "price":
        floor.change_article(article, {"priceIncl": number})
    elif kind == "move":
        floor.move_article(article, product)
    elif kind == "rename":
        floor.change_product(product, {"description": f"Product {number}"})
    elif kind == "show":
        floor.show_product(product, [1 + number % 2, 3] if number % 2 else [])
    else:
        floor.add_article(product, {"vatCode": 2, "priceIncl": number})


class Mirror:
    """A client that asks for changes page by page: from the highest marker that it saw, of products or of articles too, plus one."""

    def __init__(self, by_articles_too: bool) -> None:
        self.by_articles_too = by_articles_too
        self.marker = 0
        self.articles: dict[str, tuple[str, str]] = {}
        self.products: dict[str, str] = {}

    def follow(self, till: Till, limit: int) -> None:
        while rows := till.ask("getProducts", pluNumbers={}, syncMarker=self.marker, syncMarkerLimit=limit).each("productList/product"):
            for row in rows:
                number = row["productNumber"]
                self.products[number] = row["description"]
                found = {each["articleNumber"]: (number, each["priceIncl"]) for each in row.each("articleList/article")}
                self.articles |= found
                seen = [row["syncMarker"], *(row.all("articleList/article/syncMarker") if self.by_articles_too else [])]
                self.marker = max(self.marker, 1 + max(map(int, seen)))


def deeds() -> st.SearchStrategy[Deed]:
    return st.tuples(st.sampled_from(["price", "move", "rename", "show", "add"]), st.sampled_from(ARTICLES), st.integers(1, 9))


@pytest.mark.parametrize("by_articles_too", [True, False])
@settings(max_examples=12, deadline=None)
@given(bursts=st.lists(st.lists(deeds(), max_size=6), min_size=1, max_size=5), limit=st.integers(1, 4))
def test_a_client_that_follows_the_markers_knows_the_whole_catalogue(by_articles_too: bool, bursts: list[list[Deed]], limit: int) -> None:
    with running(MplusSandbox(small_shop(), clock=lambda: NOW)) as served:
        till, mirror = Till(served), Mirror(by_articles_too)
        for burst in bursts:
            for deed in burst:
                do(till.sandbox.floor, deed)
            mirror.follow(till, limit)
        state = till.sandbox.books.state
        assert mirror.articles == {str(card.number): (str(card.family), str(card.members["priceIncl"])) for card in state.articles.values()}
        assert mirror.products == {str(card.number): card.members["description"] for card in state.families.values()}


QUANTITY = st.integers(-20, 60).map(lambda number: Decimal(number).scaleb(-1))


@settings(max_examples=12, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from(["sell", "receive", "count", "transfer"]), st.sampled_from(ARTICLES), st.integers(1, 2), QUANTITY),
        max_size=12,
    )
)
def test_the_history_adds_up_to_the_stock_of_every_branch(moves: list[tuple[str, int, int, Decimal]]) -> None:
    with running(MplusSandbox(small_shop(), clock=lambda: NOW)) as served:
        till = Till(served)
        floor = till.sandbox.floor
        for kind, article, branch, quantity in moves:
            if kind == "transfer":
                floor.transfer(article, quantity, from_branch=branch, to_branch=3 - branch)
            else:
                getattr(floor, kind)(article, quantity, branch)
        moved: dict[tuple[str, str], Decimal] = {}
        ids = []
        for row in till.ask("getStockHistoryV2", sinceStockId=0).each("articleStockHistory"):
            key = (row["branchNumber"], row["articleNumber"])
            moved[key] = moved.get(key, Decimal(0)) + scaled(row, "amountChanged", "decimalPlaces")
            ids.append(int(row["stockId"]))
        asked: dict[str, Any] = {"articleNumbers": {}, "branchNumbers": {"branchNumber": [1, 2]}}
        stock = {
            (row["branchNumber"], row["articleNumber"]): scaled(row, "amountFree", "decimalPlacesFree")
            for row in till.ask("getStock", branchNumber=1, **asked).each("articleStocks")
        }
    assert moved == stock
    assert ids == sorted(set(ids))


def scaled(row: Any, number: str, places: str) -> Decimal:
    return Decimal(row[number]).scaleb(-int(row[places]))
