from typing import Any

import pytest

from posbridge_dagster_tests.sandbox.mplus.till import Till


def history(till: Till, since: int) -> list[tuple[str, str, str]]:
    rows = till.ask("getStockHistoryV2", sinceStockId=since).each("articleStockHistory")
    return [(row["articleNumber"], row["type"].removeprefix("STOCK-HISTORY-TYPE-"), row["amountChanged"]) for row in rows]


def newest(till: Till) -> int:
    return int(till.ask("getCurrentSyncMarkersV2", includeStockId=True)["stockId"])


def test_a_relative_change_happens_every_time_and_an_absolute_one_only_once(till: Till) -> None:
    since = newest(till) + 1
    for _ in range(2):
        answer = till.ask("updateStock", branchNumber=1, articleNumber=101, amountChanged=-3, employeeNumber=1, reference="telling")
        assert (answer["result"], int(answer["stockId"])) == ("UPDATE-STOCK-RESULT-OK", newest(till))
    assert till.stock(101) == (4, 0)
    ids = {till.ask("setStock", branchNumber=1, articleNumber=101, amount=75, decimalPlaces=1)["stockId"] for _ in range(2)}
    assert ids == {str(newest(till))}
    assert history(till, since) == [("101", "API", "-3"), ("101", "API", "-3"), ("101", "API", "35")]


@pytest.mark.parametrize("operation", ["updateStock", "setStock"])
@pytest.mark.parametrize(
    ("where", "result"),
    [
        ({"branchNumber": 9, "articleNumber": 101}, "BRANCH-NOT-FOUND"),
        ({"branchNumber": 1, "articleNumber": 4711}, "ARTICLE-NOT-FOUND"),
        ({"branchNumber": 1, "articleNumber": 999}, "NO-STOCK-ARTICLE"),
    ],
)
def test_a_change_of_stock_that_cannot_be_is_refused(till: Till, operation: str, where: dict[str, int], result: str) -> None:
    before = newest(till)
    amount = {"amountChanged": 1} if operation == "updateStock" else {"amount": 1}
    prefix = "UPDATE-STOCK" if operation == "updateStock" else "SET-STOCK"
    assert till.ask(operation, **where, **amount)["result"] == f"{prefix}-RESULT-{result}"
    assert newest(till) == before


def correct(till: Till, *corrections: dict[str, Any], **members: Any) -> Any:
    said = {"branchNumber": 1, "employeeNumber": 1, "reference": "telling", "stockCorrectionList": {"correction": list(corrections)}}
    return till.ask("saveStockCorrections", **said, **members)


def test_corrections_are_one_document_absolute_or_relative(till: Till) -> None:
    since = newest(till) + 1
    assert correct(till, {"articleNumber": 101, "amount": 8}, {"articleNumber": 102, "amount": 12})["stockId"] == str(newest(till))
    correct(till, {"articleNumber": 101, "amount": -1}, correctionMode="STOCK-CORRECTION-MODE-RELATIVE")
    assert history(till, since) == [("101", "CORRECTION", "-2"), ("102", "CORRECTION", "2"), ("101", "CORRECTION", "-1")]
    numbers = till.ask("getStockHistoryV2", sinceStockId=since).all("articleStockHistory/correctionNumber/number")
    assert numbers == ["1", "1", "2"]
    assert till.stock(101) == (7, 0)


@pytest.mark.parametrize(
    ("corrections", "result", "article"),
    [
        ([], "NO-CORRECTIONS", None),
        ([{"articleNumber": 101, "amount": 1}, {"articleNumber": 101, "amount": 2}], "DUPLICATE-ARTICLE", "101"),
        ([{"articleNumber": 101, "amount": 1}, {"articleNumber": 999, "amount": 2}], "NO-STOCK-ARTICLE", "999"),
        ([{"articleNumber": 4711, "amount": 1}], "ARTICLE-NOT-FOUND", "4711"),
    ],
)
def test_corrections_are_all_made_or_none(till: Till, corrections: list[dict[str, int]], result: str, article: str | None) -> None:
    before = newest(till)
    answer = correct(till, *corrections)
    assert answer["result"] == f"SAVE-STOCK-CORRECTIONS-RESULT-{result}"
    assert answer.all("failedArticleNumber") == ([article] if article else [])
    assert newest(till) == before


def test_stock_of_several_branches_comes_in_one_call(till: Till) -> None:
    till.sandbox.floor.change_article(102, {"stockArticle": False})
    asked = {"articleNumbers": {"articleNumbers": [103, 101, 102, 4711]}, "branchNumbers": {"branchNumber": [1, 2]}}
    rows = till.ask("getStock", branchNumber=1, **asked).each("articleStocks")
    assert [(row["branchNumber"], row["articleNumber"]) for row in rows] == [("1", "103"), ("1", "101"), ("2", "103"), ("2", "101")]


@pytest.mark.parametrize(("inclusive", "first"), [(True, 0), (False, 1)])
def test_asking_from_a_stock_id_may_include_it_or_not(till: Till, inclusive: bool, first: int) -> None:
    till.sandbox.switches["stock_id_inclusive"] = inclusive
    left = [till.ask("updateStock", branchNumber=1, articleNumber=101 + place, amountChanged=1)["stockId"] for place in range(3)]
    told = till.ask("getStockHistoryV2", sinceStockId=left[0]).all("articleStockHistory/stockId")
    assert told == left[first:]
    changed = till.ask("getStock", branchNumber=1, articleNumbers={}, stockId=left[0]).all("articleStocks/stockId")
    assert sorted(changed, key=int) == left[first:]
    assert till.ask("getStockHistoryV2", sinceStockId=0, sinceStockIdLimit=2).all("articleStockHistory/stockId") == ["1", "2"]
