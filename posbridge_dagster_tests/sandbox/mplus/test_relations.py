import pytest

from posbridge_dagster_tests.sandbox.mplus.till import Fault, Till


def test_finding_is_partial_and_takes_the_lowest_number(till: Till) -> None:
    assert till.call("findRelation", relation={"email": "JAN@X.NL"})["relation/relationNumber"] == "50"
    assert till.call("findRelation", relation={"name": "bakker", "email": "jan@"})["relation/relationNumber"] == "50"


def test_an_exact_match_is_of_the_whole_term(till: Till) -> None:
    assert till.ask("findRelationV2", relation={"email": "jan@x.nl"}, exactMatch=True)["relation/relationNumber"] == "51"
    assert till.ask("findRelationV2", relation={"email": "jan@x"}, exactMatch=True)["result"] == "FIND-RELATION-RESULT-NOT-FOUND"
    assert till.ask("findRelationV2", relation={"email": "jan@x"}, exactMatch=False)["relation/relationNumber"] == "50"
    till.sandbox.switches["exact_match_case_sensitive"] = True
    assert till.ask("findRelationV2", relation={"email": "jan@x.nl"}, exactMatch=True)["result"] == "FIND-RELATION-RESULT-NOT-FOUND"


def test_searching_by_number_is_a_fault(till: Till) -> None:
    with pytest.raises(Fault) as caught:
        till.call("findRelation", relation={"relationNumber": 50})
    assert "Use getRelation instead" in caught.value.text


def test_a_new_relation_gets_a_free_number_and_keeps_all_it_came_with(till: Till) -> None:
    members = {
        "extRelationId": "gid:7",
        "name": "Piet & Co <x>",
        "birthDate": {"day": 1, "mon": 2, "year": 1980},
        "companyName": "Piet BV",
        "contactList": {"relation": [{"name": "Piet"}]},
    }
    made = till.call("createRelation", relation=members)
    assert (made["result"], made["relationNumber"]) == ("CREATE-RELATION-RESULT-OK", "52")
    read = till.call("getRelation", relationNumber=52)
    assert (read["relation/name"], read["relation/extRelationId"]) == ("Piet & Co <x>", "gid:7")
    assert read["relation/birthDate/year"] == "1980"
    assert read["relation/contactList/relation/name"] == "Piet"
    assert read["relation/syncMarker"] == made["syncMarker"]


def test_creating_twice_makes_two(till: Till) -> None:
    numbers = {till.call("createRelation", relation={"name": "Piet"})["relationNumber"] for _ in range(2)}
    assert len(numbers) == 2


@pytest.mark.parametrize(
    ("relation", "result"),
    [({"relationNumber": 50, "name": "x"}, "FAILED-RELATION-NUMBER-ALREADY-TAKEN"), ({"city": "Utrecht"}, "FAILED")],
)
def test_a_relation_that_cannot_be(till: Till, relation: dict[str, object], result: str) -> None:
    answer = till.call("createRelation", relation=relation)
    assert answer["result"] == f"CREATE-RELATION-RESULT-{result}"
    assert answer["errorMessage"]


def test_an_update_changes_what_is_sent_and_only_that(till: Till) -> None:
    before = till.call("getRelation", relationNumber=50)
    changed = till.call("updateRelation", relation={"relationNumber": 50, "city": "Breda"})
    read = till.call("getRelation", relationNumber=50)
    assert (read["relation/city"], read["relation/name"]) == ("Breda", before["relation/name"])
    assert int(changed["syncMarker"]) > int(before["relation/syncMarker"])
    same = till.call("updateRelation", relation={"relationNumber": 50, "city": "Breda"})
    assert same["syncMarker"] == changed["syncMarker"]
    assert [call.wrote for call in till.served.control.calls] == [False, True, False, False]


def test_an_unknown_relation_is_not_found(till: Till) -> None:
    assert till.call("getRelation", relationNumber=7)["result"] == "GET-RELATION-RESULT-NOT-FOUND"
    assert till.call("updateRelation", relation={"relationNumber": 7})["result"] == "UPDATE-RELATION-RESULT-NOT-FOUND"


def test_the_walk_in_relation_is_always_there(till: Till) -> None:
    assert till.call("getRelation", relationNumber=1)["relation/name"] == "Kassaklant"


def test_the_staff_changes_a_relation_and_the_delta_has_it(till: Till) -> None:
    floor = till.sandbox.floor
    marker = 1 + int(till.ask("getCurrentSyncMarkersV2", includeRelationSyncMarker=True)["relationSyncMarker"])
    floor.change_relation(51, {"active": False, "telephone": "0301234567"})
    new = floor.add_relation({"name": "Els Bakker", "telephone": "0301234567"})["relationNumber"]
    floor.change_relation(50, {"name": "Marijan Bakker"})
    rows = till.ask("getRelations", syncMarker=marker).each("relationList/relation")
    assert {(row["relationNumber"], row["active"], row["telephone"]) for row in rows} == {
        ("51", "false", "0301234567"),
        (str(new), "true", "0301234567"),
    }


def test_a_relation_stands_in_one_category_or_in_several(till: Till) -> None:
    till.sandbox.floor.change_relation(50, {"categoryId": 3})
    till.sandbox.floor.change_relation(51, {"categoryIds": {"category": [2, 3]}})
    assert till.ask("getRelations", categoryId=2).all("relationList/relation/relationNumber") == ["51"]
    assert set(till.ask("getRelations", categoryId=3).all("relationList/relation/relationNumber")) == {"50", "51"}
