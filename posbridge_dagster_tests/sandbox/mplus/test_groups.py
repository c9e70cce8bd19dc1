from typing import Any

import pytest

from posbridge_dagster_tests.sandbox.mplus.till import Till

GROUP = "changedArticleGroupList/changedArticleGroups"


def next_marker(till: Till) -> int:
    return 1 + int(till.ask("getCurrentSyncMarkersV2", includeArticleGroupSyncMarker=True)["articleGroupSyncMarker"])


def changes(till: Till, **request: Any) -> dict[str, dict[str, str]]:
    rows = till.ask("getArticleGroupChanges", **request).each(GROUP)
    return {row["groupNumber"]: {element.tag: element.text or "" for element in row.element} for row in rows}


def tree(till: Till, **request: Any) -> dict[str, Any]:
    def level(path: str, reply: Any) -> dict[str, Any]:
        return {each["name"]: level("subGroupList/articleGroups", each) for each in reply.each(path)}

    return level("articleGroupList/articleGroups", till.ask("getArticleGroups", **request))


def add(till: Till, name: str, parent: int = 0, **members: Any) -> int:
    made = till.ask("newArticleGroup", parentGroupNumber=parent, name=name, text="", **members)
    assert made["result"] == "NEW-ARTICLE-GROUP-RESULT-OK"
    return int(made["groupNumber"])


def test_a_tree_of_any_depth_and_the_flat_list_say_the_same(till: Till) -> None:
    parent, path = 0, []
    for depth in range(6):
        parent = add(till, f"Niveau {depth}", parent)
        path.append(parent)
    found = tree(till)
    for depth in range(6):
        found = found[f"Niveau {depth}"]
    assert found == {}
    flat = changes(till)
    assert [flat[str(number)].get("parentGroupNumber") for number in path] == [None, *map(str, path[:-1])]
    assert tree(till, groupNumbers=[1]) == {"Boeken": {}}


def test_a_renamed_and_a_moved_group_come_in_the_delta(till: Till) -> None:
    marker = next_marker(till)
    assert till.ask("updateArticleGroup", groupNumber=3, name="Rokken")["result"] == "SAVE-ARTICLE-GROUP-RESULT-OK"
    till.ask("updateArticleGroup", groupNumber=3, parentGroupNumber=1)
    (change,) = changes(till, syncMarker=marker).values()
    assert (change["name"], change["parentGroupNumber"], change["syncMarker"]) == ("Rokken", "1", str(marker + 1))
    assert tree(till, syncMarker=marker) == {"Boeken": {"Rokken": {}}}
    till.ask("updateArticleGroup", groupNumber=3, parentGroupNumber=0)
    assert tree(till) == {"Boeken": {}, "Rokken": {}, "Kleding": {}}


def test_a_change_that_changes_nothing_moves_no_marker(till: Till) -> None:
    marker = next_marker(till)
    till.ask("updateArticleGroup", groupNumber=3, name="Broeken", parentGroupNumber=2)
    till.ask("replaceProductsOfArticleGroup", groupNumber=1, productNumbers={"number": 2})
    assert next_marker(till) == marker


@pytest.mark.parametrize(
    ("operation", "request_", "result"),
    [
        ("updateArticleGroup", {"groupNumber": 77, "name": "X"}, "SAVE-ARTICLE-GROUP-RESULT-NOT-FOUND"),
        ("updateArticleGroup", {"groupNumber": 2, "parentGroupNumber": 3}, "SAVE-ARTICLE-GROUP-RESULT-FAILED"),
        ("updateArticleGroup", {"groupNumber": 2, "parentGroupNumber": 2}, "SAVE-ARTICLE-GROUP-RESULT-FAILED"),
        ("newArticleGroup", {"parentGroupNumber": 77, "name": "X", "text": ""}, "NEW-ARTICLE-GROUP-RESULT-PARENT-NOTFOUND"),
        ("newArticleGroup", {"parentGroupNumber": 0, "name": "", "text": ""}, "NEW-ARTICLE-GROUP-RESULT-FAILED"),
        ("deleteArticleGroup", {"groupNumber": 77}, "DELETE-ARTICLE-GROUP-RESULT-NOTFOUND"),
        (
            "addProductsToArticleGroup",
            {"groupNumber": 1, "productNumbers": {"number": 77}},
            "ADD-PRODUCTS-TO-ARTICLE-GROUP-RESULT-NOT-FOUND",
        ),
        ("replaceProductsOfArticleGroup", {"groupNumber": 77, "productNumbers": {}}, "REPLACE-PRODUCTS-OF-ARTICLE-GROUP-RESULT-NOT-FOUND"),
        ("deleteProductsFromArticleGroup", {"groupNumber": 77}, "DELETE-PRODUCTS-FROM-ARTICLE-GROUP-RESULT-NOT-FOUND"),
    ],
)
def test_what_cannot_be_is_refused_in_the_words_of_the_call(till: Till, operation: str, request_: dict[str, Any], result: str) -> None:
    assert till.ask(operation, **request_)["result"] == result


def test_a_deleted_group_takes_those_under_it_along_and_is_told_only_in_a_delta(till: Till) -> None:
    marker = next_marker(till)
    assert till.ask("deleteArticleGroup", groupNumber=2)["result"] == "DELETE-ARTICLE-GROUP-RESULT-OK"
    assert {number: row["isDeleted"] for number, row in changes(till, syncMarker=marker).items()} == {"2": "true", "3": "true"}
    assert set(changes(till)) == {"1"}
    assert tree(till) == {"Boeken": {}}
    assert tree(till, syncMarker=marker) == {}
    till.sandbox.switches["deleted_groups_in_tree"] = True
    assert tree(till, syncMarker=marker) == {"Kleding": {"Broeken": {}}}
    shirt = till.ask("getProducts", pluNumbers={}, productNumbers=[1])
    assert shirt.all("productList/product/groupNumbers") == []
    assert till.ask("updateArticleGroup", groupNumber=2, name="X")["result"] == "SAVE-ARTICLE-GROUP-RESULT-NOT-FOUND"


def products_of(till: Till, group: int) -> list[str]:
    return till.ask("getArticleGroupChanges", groupNumbers=[group]).all(f"{GROUP}/productNumbers/number")


def test_products_come_into_a_group_at_a_place_and_leave_it(till: Till) -> None:
    till.ask("addProductsToArticleGroup", groupNumber=3, productNumbers={"number": [1, 2]})
    till.ask("addProductsToArticleGroup", groupNumber=3, position=2, productNumbers={"number": [3]})
    assert products_of(till, 3) == ["1", "3", "2"]
    book = till.ask("getProducts", pluNumbers={}, productNumbers=[2]).each("productList/product")[0]
    assert book.all("groupNumbers") == ["1", "3"]
    assert book.all("sortOrderGroupList/sortOrderGroup/sortOrder") == ["1", "3"]
    till.ask("deleteProductsFromArticleGroup", groupNumber=3, productNumbers={"number": 1})
    assert products_of(till, 3) == ["3", "2"]
    till.ask("replaceProductsOfArticleGroup", groupNumber=3, productNumbers={"number": [2, 1]})
    assert products_of(till, 3) == ["2", "1"]
    till.ask("deleteProductsFromArticleGroup", groupNumber=3, removeAll=True)
    assert products_of(till, 3) == []


@pytest.mark.parametrize(("raises", "product"), [(True, {"1": []}), (False, {})])
def test_whether_a_group_changes_its_products_is_a_switch(till: Till, raises: bool, product: dict[str, list[str]]) -> None:
    till.sandbox.switches["group_changes_product"] = raises
    groups = next_marker(till)
    articles = 1 + int(till.ask("getCurrentSyncMarkersV2", includeArticleSyncMarker=True)["articleSyncMarker"])
    till.ask("addProductsToArticleGroup", groupNumber=3, productNumbers={"number": 1})
    assert set(changes(till, syncMarker=groups)) == {"3"}
    answer = till.ask("getProducts", pluNumbers={}, syncMarker=articles)
    assert {each["productNumber"]: each.all("articleList/article") for each in answer.each("productList/product")} == product
