import json

import pytest

from posbridge_dagster.clients.failures import Misconfigured, UnknownOutcome
from posbridge_dagster.clients.shopify.companies import (
    assign_customer,
    company,
    company_by_external_id,
    company_contact_create,
    company_create,
    company_location_create,
    has_companies,
)
from posbridge_dagster.clients.shopify.errors import UserErrors
from posbridge_dagster_tests.clients.shopify.pretend import Value
from posbridge_dagster_tests.clients.shopify.scripted import Scripted, ScriptedShop, errors
from posbridge_dagster_tests.clients.shopify.writable import RECORDINGS, WritableShop, as_plain, recording

DENIED = errors({"message": "Access denied for companies field.", "extensions": {"code": "ACCESS_DENIED"}}, payload={"companies": None})


def bakker(number: int = 1, locations: int = 1) -> Value:
    return {
        "id": f"gid://shopify/Company/{number}",
        "name": "Bakker BV",
        "externalId": f"winkel:{number}",
        "locations": [{"id": f"gid://shopify/CompanyLocation/{number}{place}", "name": "Bakker BV"} for place in range(locations)],
        "contacts": [],
        "contactRoles": [],
    }


def shop_with(*scopes: str) -> WritableShop:
    installed = {"accessScopes": [{"handle": scope} for scope in scopes]}
    return WritableShop({"companies": [bakker()], "shop": {"id": "s"}, "currentAppInstallation": installed})


def test_a_shop_has_companies_when_it_answers() -> None:
    with ScriptedShop(serve=shop_with("read_customers")) as shop:
        assert has_companies(shop.client())


def test_a_plan_without_companies_is_told_from_a_token_without_scope() -> None:
    serve = shop_with("write_customers")
    serve.instead["CompaniesProbe"] = [DENIED]
    with ScriptedShop(serve=serve) as shop:
        assert not has_companies(shop.client())
    serve = shop_with("read_orders")
    serve.instead["CompaniesProbe"] = [DENIED]
    with ScriptedShop(serve=serve) as shop, pytest.raises(Misconfigured, match="companies field"):
        has_companies(shop.client())


def test_a_company_is_found_by_exactly_its_external_id_with_all_locations() -> None:
    many = bakker(7, locations=25)
    serve = WritableShop({"companies": [*(bakker(number) for number in range(70, 80)), many]})
    with ScriptedShop(serve=serve) as shop:
        client = shop.client()
        found = company_by_external_id(client, "winkel:7")
        assert found is not None
        assert found["id"] == many["id"]
        assert len(found["locations"]) == 25
        assert company_by_external_id(client, "winkel:8") is None
        assert company(client, many["id"]) == found
    assert serve.sent["Companies"][0]["search"] == 'external_id:"winkel:7"'


def test_a_company_is_never_made_twice() -> None:
    made: list[Value] = []

    def create(given: Value) -> Value:
        made.append(given["input"])
        return {"company": bakker(), "userErrors": []}

    serve = WritableShop({"companyCreate": create})
    with ScriptedShop(serve=serve) as shop:
        client = shop.client()
        fields = {"name": "Bakker BV", "externalId": "winkel:1"}
        assert company_create(client, fields, contact={"email": "an@example.nl"})["locations"][0]["name"] == "Bakker BV"
        serve.lost["CompanyCreate"] = 1
        with pytest.raises(UnknownOutcome):
            company_create(client, fields, location={"name": "Magazijn"})
    assert made == [
        {"company": fields, "companyContact": {"email": "an@example.nl"}},
        {"company": fields, "companyLocation": {"name": "Magazijn"}},
    ]


def test_locations_and_contacts_are_added() -> None:
    contact = {"id": "gid://shopify/CompanyContact/1", "isMainContact": True, "customer": {"id": "gid://shopify/Customer/1"}}
    serve = WritableShop(
        {
            "companyLocationCreate": lambda given: {"companyLocation": {"id": "l", **given["input"]}, "userErrors": []},
            "companyContactCreate": {"companyContact": contact, "userErrors": []},
            "companyAssignCustomerAsContact": {"companyContact": contact, "userErrors": []},
        }
    )
    with ScriptedShop(serve=serve) as shop:
        client = shop.client()
        location = company_location_create(client, "gid://shopify/Company/1", {"name": "Magazijn", "externalId": "winkel:1:2"})
        assert location == {"id": "l", "name": "Magazijn", "externalId": "winkel:1:2"}
        made = company_contact_create(client, "gid://shopify/Company/1", {"email": "an@example.nl"})
        assert made == assign_customer(client, "gid://shopify/Company/1", "gid://shopify/Customer/1")
        assert made["customer"]["id"] == "gid://shopify/Customer/1"


@pytest.mark.skipif(not RECORDINGS.exists(), reason="the recordings of real shops are not here")
class TestRecordings:
    def test_a_company_with_only_a_name_has_a_location_and_two_roles(self) -> None:
        answer = as_plain(recording("2026-04_b2b_b2b-company-create-lifecycle")["companyCreate"]["response"]["data"]["companyCreate"])
        answer["company"]["contacts"] = []
        with ScriptedShop(serve=WritableShop({"companyCreate": answer})) as shop:
            made = company_create(shop.client(), {"name": "x"})
        assert [row["name"] for row in made["locations"]] == [made["name"]]
        assert [row["name"] for row in made["contactRoles"]] == ["Location admin", "Ordering only"]

    @pytest.mark.parametrize(
        ("case", "code"), [("companyCreateDuplicate", "TAKEN"), ("companyCreateTooLong", "TOO_LONG"), ("companyCreateInvalid", "INVALID")]
    )
    def test_a_refused_external_id_names_code_and_place(self, case: str, code: str) -> None:
        answer = recording("2026-04_b2b_b2b-external-id-validation")[case]["response"]
        with ScriptedShop(Scripted(json.dumps(answer).encode())) as shop, pytest.raises(UserErrors) as caught:
            company_create(shop.client(), {"name": "x"})
        assert caught.value.code == code
        assert caught.value.errors[0].path == ("input", "company", "externalId")
