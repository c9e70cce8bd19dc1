import re

import pytest
import requests

from posbridge_dagster_tests.sandbox.mplus.till import Fault, Till, envelope


@pytest.mark.parametrize("query", ["", "?ident=sandbox", "?ident=sandbox&secret=wrong", "?ident=other&secret=sandbox-secret"])
def test_wrong_credentials_are_a_client_fault_with_a_server_status(till: Till, query: str) -> None:
    answer = requests.post(f"{till.served.url}/{query}", data=envelope("<ns1:getApiVersion/>"), timeout=20)
    assert answer.status_code == 500
    assert "<faultcode>SOAP-ENV:Client.Authentication</faultcode>" in answer.text
    assert "wrong" not in query or "sandbox-secret" not in answer.text


def test_a_plain_get_says_that_the_service_is_there(till: Till) -> None:
    assert requests.get(till.served.url, timeout=20).status_code == 405


def test_the_wsdl_names_its_own_address_and_asks_for_no_credentials(till: Till) -> None:
    answer = requests.get(f"{till.served.url}/?wsdl", timeout=20)
    assert answer.status_code == 200
    assert f'location="{till.served.url}/"' in answer.text


def test_the_docs_list_the_calls(till: Till) -> None:
    assert "<li>createOrderV3</li>" in requests.get(f"{till.served.url}/?docs", timeout=20).text


@pytest.mark.parametrize("action", [None, "", '""', '"getApiVersion"', "getApiVersion", "somethingElse"])
def test_the_body_decides_which_call_it_is_not_soapaction(till: Till, action: str | None) -> None:
    headers = {"Content-Type": "text/xml; charset=utf-8", **({} if action is None else {"SOAPAction": action})}
    answer = till.post(envelope("<ns1:getApiVersion/>"), headers=headers)
    assert "<ns:getApiVersionResponse>" in answer.text
    assert re.search(r"<SOAP-ENV:Body>", answer.text)
    assert answer.headers["Mplus-Service-Version"] == "67.1.3"
    assert answer.headers["Server-Timing"].startswith("total;dur=")


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (envelope("<ns1:noSuchCall/>"), "not implemented"),
        (envelope("<getApiVersion/>"), "not implemented"),
        (b"no xml at all", "no well-formed XML"),
        (b"", "no well-formed XML"),
        (b'<!DOCTYPE e [<!ENTITY who "Jan">]>' + envelope("<ns1:getApiVersion/>"), "no document type definition"),
        (b"<html/>", "no SOAP 1.1 envelope"),
        (envelope(""), "no SOAP 1.1 envelope"),
        (envelope("<ns1:getRelation><ns1:relationNumber>twelve</ns1:relationNumber></ns1:getRelation>"), "'twelve' is no long"),
        (envelope("<ns1:getDeliveryMethodsV2><ns1:request><ns1:onlyEnabled/></ns1:request></ns1:getDeliveryMethodsV2>"), "is no boolean"),
    ],
)
def test_what_cannot_be_read_is_a_client_fault_that_says_why(till: Till, body: bytes, text: str) -> None:
    answer = till.post(body)
    assert answer.status_code == 500
    assert "<faultcode>SOAP-ENV:Client</faultcode>" in answer.text
    assert text in answer.text


def test_the_light_clients_ones_and_zeros_are_booleans(till: Till) -> None:
    asked = till.ask("getCurrentSyncMarkersV2", includeRelationSyncMarker=1, includeArticleSyncMarker=0)
    assert asked["relationSyncMarker"] == "3"
    assert not asked.has("articleSyncMarker")


def test_breaches_of_the_schema_are_accepted_and_noted(till: Till) -> None:
    till.ask("getProducts", onlyActive=True, articleNumbers=[101], whatever="x")
    (call,) = till.served.control.calls
    assert set(call.notes) == {
        "getProducts/request lacks the required pluNumbers",
        "getProducts/request/articleNumbers stands out of order",
        "getProducts/request has no member whatever",
    }


def test_its_own_word_for_an_internal_error_is_a_server_fault(till: Till) -> None:
    requests.post(f"{till.served.control_url}/faults", json=[{"kind": "server_fault", "times": 1}], timeout=20)
    with pytest.raises(Fault) as caught:
        till.call("getApiVersion")
    assert caught.value.status == 500
    assert caught.value.code.startswith("SOAP-ENV:Server")


def test_too_fast_is_a_503_that_says_when_to_come_back(till: Till) -> None:
    requests.post(f"{till.served.control_url}/faults", json=[{"kind": "throttled", "times": 1}], timeout=20)
    answer = till.post(envelope("<ns1:getApiVersion/>"))
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "1")
