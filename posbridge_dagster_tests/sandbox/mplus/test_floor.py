"""What the staff does is seen through the API."""

from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from typing import Any

import pytest
import requests

from posbridge_dagster.sandbox.mplus.drafts import Refused
from posbridge_dagster_tests.sandbox.mplus.till import Till, line, order


def history(till: Till, since: int = 0, **request: Any) -> list[dict[str, str]]:
    rows = till.ask("getStockHistoryV2", **request, sinceStockId=since).each("articleStockHistory")
    return [{element.tag: element.text or "" for element in row.element} for row in rows]


def newest_stock_id(till: Till) -> int:
    return int(till.ask("getCurrentSyncMarkersV2", includeStockId=True)["stockId"])


def test_a_sale_over_the_counter_is_a_row_with_its_receipt_and_less_stock(till: Till) -> None:
    before = newest_stock_id(till)
    left = till.sandbox.floor.sell(101, Decimal(2))
    assert till.stock(101) == (8, 0)
    assert till.stock(101, branch=2) == (10, 0)
    (row,) = history(till, before + 1)
    assert (row["stockId"], row["type"], row["amountChanged"]) == (str(left["stockId"]), "STOCK-HISTORY-TYPE-SALES", "-2")
    assert row["receiptId"]
    newest = till.ask("getCurrentSyncMarkersV2", includeReceiptSyncMarker=True, includeArticleSyncMarker=True)
    assert (newest["receiptSyncMarker"], newest["articleSyncMarker"]) == ("1", "8")
    till.sandbox.floor.sell(101, Decimal(-1))
    assert till.stock(101) == (9, 0)


def test_expected_goods_are_incoming_until_they_are_received(till: Till) -> None:
    floor = till.sandbox.floor
    floor.expect(101, Decimal(6))
    row = till.ask("getStock", branchNumber=1, articleNumbers={"articleNumbers": 101})
    assert (row["articleStocks/amountFree"], row["articleStocks/amountIncoming"]) == ("10", "6")
    since = newest_stock_id(till)
    floor.receive(101, Decimal(4))
    row = till.ask("getStock", branchNumber=1, articleNumbers={"articleNumbers": 101})
    assert (row["articleStocks/amountFree"], row["articleStocks/amountIncoming"]) == ("14", "2")
    assert [each["type"] for each in history(till, since + 1)] == ["STOCK-HISTORY-TYPE-DELIVERY"]


def test_a_count_writes_down_what_was_expected_and_what_was_found(till: Till) -> None:
    since = newest_stock_id(till)
    till.sandbox.floor.count(101, Decimal("7.5"))
    row = till.ask("getStock", branchNumber=1, articleNumbers={"articleNumbers": 101})
    assert (row["articleStocks/amountFree"], row["articleStocks/decimalPlacesFree"]) == ("75", "1")
    (change,) = history(till, since + 1)
    assert (change["amountChanged"], change["decimalPlaces"]) == ("-25", "1")
    assert (change["beforeCorrectionQuantity"], change["afterCorrectionQuantity"]) == ("10", "75")


def test_goods_that_move_between_branches_are_a_row_at_each(till: Till) -> None:
    since = newest_stock_id(till)
    till.sandbox.floor.transfer(101, Decimal(3), from_branch=1, to_branch=2)
    assert (till.stock(101, 1), till.stock(101, 2)) == ((7, 0), (13, 0))
    rows = history(till, since + 1)
    assert [(row["branchNumber"], row["type"].removeprefix("STOCK-HISTORY-TYPE-"), row["amountChanged"]) for row in rows] == [
        ("1", "INTERNAL-SHIPMENT", "-3"),
        ("2", "INTERNAL-DELIVERY", "3"),
    ]
    assert [row["branchNumber"] for row in history(till, since + 1, branchNumbers=[2])] == ["2"]


def test_an_open_order_reserves_and_a_switch_decides_whether_free_knows(till: Till) -> None:
    till.ask("createOrderV2", order=order("s:1", line(101, 4)))
    assert till.stock(101) == (6, 4)
    till.sandbox.switches["free_is_net"] = False
    assert till.stock(101) == (10, 4)


def test_a_day_stock_article_is_told_and_can_be_asked_for_alone(till: Till) -> None:
    till.sandbox.floor.allot_daily(102, daily=True)
    rows = till.ask("getStock", branchNumber=1, articleNumbers={}, dayStockOnlyFilter=True).each("articleStocks")
    assert [(row["articleNumber"], row["isDayStockArticle"]) for row in rows] == [("102", "true")]


def test_stock_that_is_no_longer_kept_is_no_longer_told(till: Till) -> None:
    till.sandbox.floor.change_article(101, {"stockArticle": False})
    numbers = till.ask("getStock", branchNumber=1, articleNumbers={}).all("articleStocks/articleNumber")
    assert numbers == ["102", "103", "201"]
    with pytest.raises(Refused, match="no stock is kept of article 101"):
        till.sandbox.floor.sell(101, Decimal(1))


@pytest.mark.parametrize(
    "deed",
    [
        lambda floor: floor.sell(4711, Decimal(1)),
        lambda floor: floor.sell(101, Decimal(1), branch=9),
        lambda floor: floor.move_article(101, 77),
    ],
)
def test_what_is_not_there_is_said(till: Till, deed: Any) -> None:
    with pytest.raises(LookupError, match="there is no"):
        deed(till.sandbox.floor)


def through(till: Till, deed: str, **said: Any) -> requests.Response:
    return till.session.post(f"{till.served.url}/sandbox/{deed}", json=said, timeout=20)


def test_the_same_happens_through_the_doors(till: Till) -> None:
    sold = through(till, "sell", article=101, quantity="1.5", branch=2)
    assert (sold.status_code, sold.json()["stockId"]) == (201, newest_stock_id(till))
    assert through(till, "change_article", article=101, members={"priceIncl": 2995}).status_code == 201
    answer = till.ask("getProducts", articleNumbers=[101], pluNumbers={})
    assert answer["productList/product/articleList/article/priceIncl"] == "2995"
    group = through(till, "add_group", name="Nieuw", parent=2).json()["groupNumber"]
    through(till, "show_product", product=1, groups=[group, 1])
    assert till.ask("getProducts", pluNumbers={}, groupNumbers=[group]).all("productList/product/groupNumbers") == [str(group), "1"]


@pytest.mark.parametrize(
    ("deed", "said", "status", "reason"),
    [
        ("sell", {"article": 4711, "quantity": 1}, 422, "there is no article 4711"),
        ("sell", {"article": 101}, 422, "missing: quantity"),
        ("sell", {"article": 101, "quantity": "many"}, 422, "is no quantity"),
        ("sell", {"article": "101", "quantity": 1}, 422, "expected int"),
        ("change_article", {"article": 101, "members": {"vatCode": 9}}, 422, "VAT code 9 is not properly configured"),
        ("change_article", {"article": 101, "members": {"priceInkl": 9}}, 422, "Article has no member priceInkl"),
        ("change_relation", {"relation": 50, "members": [1]}, 422, "members: expected dict"),
        ("show_product", {"product": 1, "groups": "all"}, 422, "groups: expected list"),
        ("show_product", {"product": 1, "groups": [77]}, 422, "article group 77 does not exist"),
        ("delete_group", {"group": 77}, 422, "DELETE-ARTICLE-GROUP-RESULT-NOTFOUND"),
        ("steal", {}, 404, "the doors are"),
    ],
)
def test_a_door_says_why_it_stays_shut(till: Till, deed: str, said: dict[str, Any], status: int, reason: str) -> None:
    answer = through(till, deed, **said)
    assert answer.status_code == status
    assert reason in answer.json()["errors"]


def test_what_the_staff_does_is_no_write_of_a_client(till: Till) -> None:
    through(till, "sell", article=101, quantity=1)
    (call,) = till.session.get(f"{till.served.control_url}/calls", timeout=20).json()
    assert (call["operation"], call["wrote"]) == ("sandbox/sell", False)


def test_the_floor_and_the_clients_take_turns(till: Till) -> None:
    with ThreadPoolExecutor(3) as pool:
        sales = [pool.submit(till.sandbox.floor.sell, 101, Decimal(1)) for _ in range(60)]
        orders = [pool.submit(Till(till.served).ask, "createOrderV2", order=order(f"s:{place}", line(102))) for place in range(20)]
        ids = [sale.result()["stockId"] for sale in sales]
        assert {made.result()["result"] for made in orders} == {"CREATE-ORDER-RESULT-OK"}
    assert len(set(ids)) == 60
    assert (till.stock(101), till.stock(102)) == ((-50, 0), (-10, 20))
