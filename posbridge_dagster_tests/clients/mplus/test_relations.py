import pytest

from posbridge_dagster.clients.failures import Refused, UnknownOutcome
from posbridge_dagster.clients.mplus.relations import create_relation, find_relation, get_relation, relations_since, update_relation
from posbridge_dagster_tests.clients.mplus.scripted import Cut, Say, answer, fault, serving, version_answer

NEW, OLD = version_answer(), version_answer(58, 0)
CREATED = answer("CreateRelationResponse", "<result>CREATE-RELATION-RESULT-OK</result><relationNumber>31</relationNumber><errorMessage/>")
NOBODY = {version: answer(f"FindRelation{version}Response", "<result>FIND-RELATION-RESULT-NOT-FOUND</result>") for version in ("", "V2")}
EMPTY_PAGE = answer("GetRelationsResponse", "<relationList/>")


def relation(number: int, email: str, external_id: str = "") -> str:
    ids = f"<relationNumber>{number}</relationNumber><extRelationId>{external_id}</extRelationId><syncMarker>{number}</syncMarker>"
    return f"<relation>{ids}<name>N</name><email>{email}</email></relation>"


def hit(number: int, email: str, version: str = "V2", external_id: str = "") -> Say:
    body = f"<result>FIND-RELATION-RESULT-OK</result>{relation(number, email, external_id)}"
    return answer(f"FindRelation{version}Response", body)


def page(*relations: str) -> Say:
    return answer("GetRelationsResponse", f"<relationList>{''.join(relations)}</relationList>")


def test_a_relation_is_searched_exactly_and_with_nothing_else() -> None:
    with serving([NEW, hit(7, "Jan@X.nl")]) as (client, served):
        found = find_relation(client, email=" jan@x.nl ")
    assert found is not None
    assert found["relationNumber"] == 7
    assert served.asked[1].text("request/exactMatch") == "true"
    assert [child.tag for child in served.asked[1].call[0][0]] == ["{urn:mplusqapi}email"]


def test_somebody_else_is_nobody() -> None:
    with serving([NEW, hit(7, "marijan@x.nl"), NOBODY["V2"]]) as (client, _):
        assert find_relation(client, email="jan@x.nl") is None
        assert find_relation(client, external_id="shopify:winkel:customer:1") is None


def test_a_partial_hit_of_an_old_service_cannot_hide_the_exact_one() -> None:
    pages = [page(relation(7, "marijan@x.nl"), relation(9, "jan@x.nl"))]
    with serving([OLD, hit(7, "marijan@x.nl", ""), *pages]) as (client, served):
        found = find_relation(client, email="jan@x.nl")
    assert found is not None
    assert found["relationNumber"] == 9
    assert served.operations == ["getApiVersion", "findRelation", "getRelations"]


def test_an_old_service_is_believed_when_it_finds_the_exact_one_or_nobody() -> None:
    with serving([OLD, hit(7, "jan@x.nl", ""), NOBODY[""]]) as (client, _):
        found = find_relation(client, email="jan@x.nl")
        assert found is not None
        assert find_relation(client, email="piet@x.nl") is None


def test_a_service_that_turns_out_not_to_know_the_exact_search_is_asked_the_old_way_from_then_on() -> None:
    unknown = fault("SOAP-ENV:Client", "Method 'findRelationV2' not implemented")
    with serving([NEW, unknown, NOBODY[""], NOBODY[""]]) as (client, served):
        assert find_relation(client, email="a@x.nl") is None
        assert find_relation(client, email="b@x.nl") is None
    assert served.operations[2:] == ["findRelation", "findRelation"]


@pytest.mark.parametrize("asked", [{}, {"email": " "}, {"email": "a@x.nl", "external_id": "b"}])
def test_an_empty_or_double_search_is_not_sent(asked: dict[str, str]) -> None:
    with serving([]) as (client, _), pytest.raises(ValueError, match="one of them and not empty"):
        find_relation(client, **asked)


def test_a_relation_is_created_and_told_by_its_number() -> None:
    with serving([CREATED]) as (client, served):
        assert create_relation(client, {"name": "Jan", "email": "jan@x.nl"}) == 31
    assert not served.asked[0].has("relation/relationNumber")


def test_after_a_lost_answer_the_relation_is_looked_up_by_its_external_id() -> None:
    with serving([Cut(), NEW, hit(31, "jan@x.nl", external_id="shopify:w:customer:1")]) as (client, served):
        assert create_relation(client, {"name": "Jan", "email": "jan@x.nl", "extRelationId": "shopify:w:customer:1"}) == 31
    assert served.operations == ["createRelation", "getApiVersion", "findRelationV2"]
    assert served.asked[2].text("request/relation/extRelationId") == "shopify:w:customer:1"


def test_a_relation_that_did_not_arrive_is_sent_again() -> None:
    with serving([Cut(), NEW, NOBODY["V2"], CREATED]) as (client, served):
        assert create_relation(client, {"name": "Jan", "email": "jan@x.nl"}) == 31
    assert served.operations.count("createRelation") == 2


def test_a_relation_that_cannot_be_looked_up_is_not_sent_again() -> None:
    with serving([Cut()]) as (client, _), pytest.raises(UnknownOutcome):
        create_relation(client, {"name": "Jan"})


def test_a_refused_relation_tells_why_without_the_person() -> None:
    said = (
        "<result>CREATE-RELATION-RESULT-FAILED</result><relationNumber>0</relationNumber><errorMessage>jan@x.nl is no good</errorMessage>"
    )
    with serving([answer("CreateRelationResponse", said)]) as (client, _), pytest.raises(Refused, match="is no good") as refused:
        create_relation(client, {"name": "Jan"})
    assert "jan@x.nl" not in str(refused.value)


def test_an_update_sends_only_what_changes_and_may_be_repeated() -> None:
    done = answer("UpdateRelationResponse", "<result>UPDATE-RELATION-RESULT-OK</result><errorMessage/>")
    gone = answer("UpdateRelationResponse", "<result>UPDATE-RELATION-RESULT-NOT-FOUND</result><errorMessage/>")
    with serving([Cut(), done, gone]) as (client, served):
        assert update_relation(client, 31, {"city": "Utrecht", "email": None})
        assert not update_relation(client, 32, {"city": "Utrecht"})
    assert [child.tag.rpartition("}")[2] for child in served.asked[1].call[0]] == ["relationNumber", "city"]


def test_relations_are_read_to_the_end_and_one_by_its_number() -> None:
    known = answer("GetRelationResponse", f"<result>GET-RELATION-RESULT-OK</result>{relation(5, 'a@x.nl')}")
    unknown = answer("GetRelationResponse", f"<result>GET-RELATION-RESULT-NOT-FOUND</result>{relation(0, '')}")
    with serving([page(relation(5, "a@x.nl"), relation(3, "b@x.nl")), page(relation(9, "c@x.nl")), EMPTY_PAGE, known, unknown]) as (
        client,
        _,
    ):
        numbers = [row["relationNumber"] for rows, _ in relations_since(client) for row in rows]
        assert numbers == [5, 3, 9]
        assert (get_relation(client, 5) or {})["email"] == "a@x.nl"
        assert get_relation(client, 6) is None
