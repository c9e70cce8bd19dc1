import pytest
from hypothesis import given
from hypothesis import strategies as st

from posbridge_dagster.sandbox.mplus.markers import MarkerLog, page
from posbridge_dagster_tests.sandbox.mplus.till import Till

SWITCHES = {"page_cap": 1000, "unsorted": True}


@given(st.lists(st.integers(0, 20), max_size=60), st.integers(1, 7), st.lists(st.integers(0, 20), max_size=10))
def test_reading_from_the_highest_marker_plus_one_misses_nothing(first: list[int], limit: int, meanwhile: list[int]) -> None:
    log: MarkerLog[int] = MarkerLog()
    newest = {key: log.stamp(key) for key in first}
    seen: dict[int, int] = {}
    cursor = 0
    while rows := page(log, {"syncMarker": cursor, "syncMarkerLimit": limit}, lambda _: True, SWITCHES):
        markers = [newest[key] for key in rows]
        assert markers == sorted(markers)
        seen |= dict(zip(rows, markers, strict=True))
        cursor = max(markers) + 1
        if meanwhile:
            changed = meanwhile.pop()
            newest[changed] = log.stamp(changed)
    assert seen == newest


def test_an_unlimited_list_is_in_no_order_to_rely_on(till: Till) -> None:
    for number in range(20):
        till.call("createRelation", relation={"name": f"Relation {number}"})
    markers = till.ask("getRelations", syncMarker=0).all("relationList/relation/syncMarker")
    assert markers != sorted(markers, key=int)
    limited = till.ask("getRelations", syncMarker=5, syncMarkerLimit=10).all("relationList/relation/syncMarker")
    assert limited == [str(marker) for marker in range(5, 15)]
    till.sandbox.switches["unsorted"] = False
    assert till.ask("getRelations").all("relationList/relation/syncMarker") == [str(marker) for marker in range(1, 24)]


def test_no_list_is_longer_than_the_cap(till: Till) -> None:
    till.sandbox.switches["page_cap"] = 2
    assert len(till.ask("getRelations").all("relationList/relation")) == 2
    assert len(till.ask("getRelations", syncMarker=0, syncMarkerLimit=50).all("relationList/relation")) == 2


def products(till: Till, **request: object) -> dict[str, list[str]]:
    answer = till.ask("getProducts", pluNumbers={}, **request)
    return {each["productNumber"]: each.all("articleList/article/articleNumber") for each in answer.each("productList/product")}


@pytest.mark.parametrize(
    ("limit", "expected"),
    [
        (1, {"1": ["101", "102", "103"]}),
        (3, {"1": ["101", "102", "103"]}),
        (4, {"1": ["101", "102", "103"], "2": ["201"]}),
        (5, {"1": ["101", "102", "103"], "2": ["201"], "3": ["999"]}),
    ],
)
def test_a_limit_counts_articles_and_does_not_split_the_first_product(till: Till, limit: int, expected: dict[str, list[str]]) -> None:
    assert products(till, syncMarker=0, syncMarkerLimit=limit) == expected


def test_a_delta_holds_only_the_changed_articles_unless_all_are_asked_for(till: Till) -> None:
    books = till.sandbox.books
    marker = books.article_log.last + 1
    books.keep_article(books.state.articles[102])
    assert products(till, syncMarker=marker) == {"1": ["102"]}
    assert products(till, syncMarker=marker, includeAllArticlesOfSelectedProducts=True) == {"1": ["101", "102", "103"]}
    assert products(till, syncMarker=marker + 1) == {}


def test_products_are_chosen_by_article_product_group_and_plu(till: Till) -> None:
    assert products(till, articleNumbers=[103, 201, 4711]) == {"1": ["103"], "2": ["201"]}
    assert products(till, groupNumbers=[1]) == {"2": ["201"]}
    assert products(till, productNumbers=[3]) == {"3": ["999"]}
    assert products(till, onlyWebshop=True) == {"1": ["101", "102", "103"], "2": ["201"]}
    by_plu = till.call("getProducts", request={"pluNumbers": {"text": [{"text": "102"}]}})
    assert by_plu.all("productList/product/articleList/article/articleNumber") == ["102"]


def test_groups_come_as_a_tree_with_their_products(till: Till) -> None:
    tree = till.ask("getArticleGroups", retrieveArticleNumbers=True)
    assert tree.all("articleGroupList/articleGroups/name") == ["Boeken", "Kleding"]
    assert tree.all("articleGroupList/articleGroups/subGroupList/articleGroups/name") == ["Broeken"]
    assert tree.all("articleGroupList/articleGroups/articleNumbers/number") == ["201", "101", "102", "103"]
    changed = till.ask("getArticleGroups", syncMarker=3)
    assert changed.all("articleGroupList/articleGroups/subGroupList/articleGroups/groupNumber") == ["3"]


def test_the_master_data_of_a_dutch_shop(till: Till) -> None:
    rates = {group["vatCode"]: group["vatPercentage"] for group in till.call("getVatGroupList").each("vatGroup")}
    assert rates == {"1": "900", "2": "2100", "3": "0"}
    branches = till.call("getBranches").each("branches/branch")
    assert [(each["branchNumber"], each.all("workplaces/workplace/workplaceNumber")) for each in branches] == [("1", ["1"]), ("2", ["7"])]
    assert set(till.ask("getEmployees").all("employeeList/employee/employeeNumber")) == {"1", "2", "999999"}
    methods = {each["method"]: each["active"] for each in till.ask("getPaymentMethodsV2").each("paymentMethodList/paymentMethod")}
    assert methods["TIKKIE"] == "false"
    assert {name for name, active in methods.items() if active == "true"} == {
        "CONTANT",
        "PIN",
        "CADEAUBON",
        "OPREKENING",
        "IDEAL",
        "TEGOED",
    }
    delivery = till.ask("getDeliveryMethodsV2").all("deliveryMethodList/deliveryMethod/deliveryMethod")
    assert delivery == ["AFHALEN", "BEZORGEN_MET_AUTO"]
    newest = till.ask("getCurrentSyncMarkersV2", includeArticleSyncMarker=True, includeOrderSyncMarker=True, includeStockId=True)
    assert (newest["articleSyncMarker"], newest["orderSyncMarker"], newest["stockId"]) == ("8", "0", "8")
    assert till.call("getDatabaseVersion")["majorNumber"] == "1"
