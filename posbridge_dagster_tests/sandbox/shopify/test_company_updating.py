"""Companies, contacts and places as apps change them."""

from typing import Any

import pytest

from posbridge_dagster_tests.sandbox.shopify.shopfloor import Caller
from posbridge_dagster_tests.sandbox.shopify.test_customers_and_companies import BAKER

PLACE = """id name externalId phone note locale
  shippingAddress { id address1 zip city countryCode recipient } billingAddress { id address1 }
  taxSettings { taxRegistrationId taxExempt taxExemptions }
  roleAssignments(first: 5) { nodes { id role { name } companyContact { id } companyLocation { id } } }"""
CREATE = f"""mutation ($input: CompanyCreateInput!) {{ companyCreate(input: $input) {{ company {{ id name
  mainContact {{ id title isMainContact customer {{ id }} roleAssignments(first: 5) {{ nodes {{ role {{ name }} }} }} }}
  contactRoles(first: 5) {{ nodes {{ id name }} }} locations(first: 5) {{ nodes {{ {PLACE} }} }} }}
  userErrors {{ field message code }} }} }}"""
UPDATE = """mutation ($id: ID!, $input: CompanyInput!) { companyUpdate(companyId: $id, input: $input) {
  company { name externalId note customerSince } userErrors { field message code } } }"""
CONTACT = """mutation ($id: ID!, $input: CompanyContactInput!) { companyContactUpdate(companyContactId: $id, input: $input) {
  companyContact { id title locale customer { id email firstName phone } } userErrors { field message code } } }"""
PLACE_UPDATE = f"""mutation ($id: ID!, $input: CompanyLocationUpdateInput!) {{
  companyLocationUpdate(companyLocationId: $id, input: $input) {{ companyLocation {{ {PLACE} }} userErrors {{ field message code }} }} }}"""
ASSIGN = """mutation ($id: ID!, $address: CompanyAddressInput!, $types: [CompanyAddressType!]!) {
  companyLocationAssignAddress(locationId: $id, address: $address, addressTypes: $types) {
    addresses { id address1 city } userErrors { field message code } } }"""
TAXES = """mutation ($id: ID!, $number: String, $exempt: Boolean, $add: [TaxExemption!], $remove: [TaxExemption!]) {
  companyLocationTaxSettingsUpdate(companyLocationId: $id, taxRegistrationId: $number, taxExempt: $exempt, exemptionsToAssign: $add,
    exemptionsToRemove: $remove) { companyLocation { taxSettings { taxRegistrationId taxExempt taxExemptions } }
    userErrors { field message code } } }"""
ROLE = """mutation ($contact: ID!, $role: ID!, $place: ID!) {
  companyContactAssignRole(companyContactId: $contact, companyContactRoleId: $role, companyLocationId: $place) {
    companyContactRoleAssignment { id role { name } } userErrors { field message code } } }"""


def company(shop: Caller) -> Any:
    payload = shop.data(CREATE, input=BAKER)["companyCreate"]
    assert payload["userErrors"] == []
    return payload["company"]


def test_what_is_named_of_a_company_changes(shop: Caller) -> None:
    made = company(shop)
    given = {"name": "Bakker & Zn", "note": "B2B", "customerSince": "2020-01-01T00:00:00Z"}
    changed = shop.data(UPDATE, id=made["id"], input=given)["companyUpdate"]
    assert changed == {"company": {**given, "externalId": "mplus-2001"}, "userErrors": []}
    assert shop.data("{ companiesCount { count precision } }")["companiesCount"] == {"count": 1, "precision": "EXACT"}


@pytest.mark.parametrize(
    ("given", "code"),
    [({"name": " "}, "BLANK"), ({}, "NO_INPUT"), ({"externalId": "a b"}, "INVALID"), ({"externalId": "mplus-1"}, "TAKEN")],
)
def test_a_company_cannot_become_what_it_could_not_be(shop: Caller, given: dict[str, Any], code: str) -> None:
    made = company(shop)
    shop.data(CREATE, input={"company": {"name": "Ander", "externalId": "mplus-1"}})
    payload = shop.data(UPDATE, id=made["id"], input=given)["companyUpdate"]
    assert (payload["company"], [error["code"] for error in payload["userErrors"]]) == (None, [code])
    assert not shop.served.control.calls[-1].wrote


def test_a_contact_is_changed_with_the_customer_they_are(shop: Caller) -> None:
    contact = company(shop)["mainContact"]
    given = {"email": "an@bakker.example", "firstName": "Anna", "phone": "030 1234567", "title": "Inkoop"}
    changed = shop.data(CONTACT, id=contact["id"], input=given)["companyContactUpdate"]["companyContact"]
    assert changed["customer"] == {
        "id": contact["customer"]["id"],
        "email": "an@bakker.example",
        "firstName": "Anna",
        "phone": "+31301234567",
    }
    assert changed["title"] == "Inkoop"
    taken = shop.data(CONTACT, id=contact["id"], input={"email": "jan@example.nl"})["companyContactUpdate"]["userErrors"]
    assert taken == [{"field": ["input", "email"], "message": "Email has already been taken", "code": "TAKEN"}]
    read = shop.data("query ($id: ID!) { companyContact(id: $id) { title company { name } } }", id=contact["id"])
    assert read["companyContact"] == {"title": "Inkoop", "company": {"name": "Bakker BV"}}


def test_a_place_keeps_its_address_ids_and_what_is_not_named(shop: Caller) -> None:
    (place,) = company(shop)["locations"]["nodes"]
    given = {"name": "Magazijn", "externalId": "mplus-2001-wh", "phone": "+31301234567", "note": "achterom", "locale": "fr"}
    changed = shop.data(PLACE_UPDATE, id=place["id"], input=given)["companyLocationUpdate"]["companyLocation"]
    assert changed == {**place, **given}
    assigned = shop.data(ASSIGN, id=place["id"], address={"address1": "Kade 3"}, types=["BILLING", "SHIPPING"])
    expected = [{"id": place[name]["id"], "address1": "Kade 3", "city": "Utrecht"} for name in ("shippingAddress", "billingAddress")]
    assert assigned["companyLocationAssignAddress"] == {"addresses": expected, "userErrors": []}
    found = shop.data('{ companyLocations(first: 5, query: "external_id:mplus-2001-wh") { nodes { id shippingAddress { address1 } } } }')
    assert found["companyLocations"]["nodes"] == [{"id": place["id"], "shippingAddress": {"address1": "Kade 3"}}]
    none = shop.data('{ companyLocations(first: 5, query: "external_id:other") { nodes { id } } }')
    assert none["companyLocations"]["nodes"] == []


def test_the_taxes_of_a_place_change_one_by_one(shop: Caller) -> None:
    (place,) = company(shop)["locations"]["nodes"]

    def taxes(**given: Any) -> Any:
        return shop.data(TAXES, id=place["id"], **given)["companyLocationTaxSettingsUpdate"]["companyLocation"]["taxSettings"]

    rule = "EU_REVERSE_CHARGE_EXEMPTION_RULE"
    assert taxes(number="NL999", add=[rule]) == {"taxRegistrationId": "NL999", "taxExempt": False, "taxExemptions": [rule]}
    assert taxes(exempt=True) == {"taxRegistrationId": "NL999", "taxExempt": True, "taxExemptions": [rule]}
    assert taxes(remove=[rule], exempt=False) == {"taxRegistrationId": "NL999", "taxExempt": False, "taxExemptions": []}


def test_a_contact_may_order_for_the_place_they_came_with_and_for_others_when_told(shop: Caller) -> None:
    made = company(shop)
    contact = made["mainContact"]
    assert contact["roleAssignments"]["nodes"] == [{"role": {"name": "Ordering only"}}]
    admin = next(role["id"] for role in made["contactRoles"]["nodes"] if role["name"] == "Location admin")
    twice = shop.data(ROLE, contact=contact["id"], role=admin, place=made["locations"]["nodes"][0]["id"])["companyContactAssignRole"]
    assert [error["code"] for error in twice["userErrors"]] == ["LIMIT_REACHED"]
    add = """mutation ($id: ID!) { companyLocationCreate(companyId: $id, input: {name: "Filiaal"}) { companyLocation { id } } }"""
    second = shop.data(add, id=made["id"])["companyLocationCreate"]["companyLocation"]["id"]
    assigned = shop.data(ROLE, contact=contact["id"], role=admin, place=second)["companyContactAssignRole"]
    assert assigned["companyContactRoleAssignment"]["role"] == {"name": "Location admin"}
    read = "query ($id: ID!) { companyLocation(id: $id) { roleAssignments(first: 5) { nodes { companyContact { id } } } } }"
    assert shop.data(read, id=second)["companyLocation"]["roleAssignments"]["nodes"] == [{"companyContact": {"id": contact["id"]}}]
    revoke = """mutation ($contact: ID!, $role: ID!) { companyContactRevokeRole(companyContactId: $contact,
      companyContactRoleAssignmentId: $role) { revokedCompanyContactRoleAssignmentId userErrors { message } } }"""
    number = assigned["companyContactRoleAssignment"]["id"]
    revoked = shop.data(revoke, contact=contact["id"], role=number)["companyContactRevokeRole"]
    assert revoked == {"revokedCompanyContactRoleAssignmentId": number, "userErrors": []}
    assert shop.data(read, id=second)["companyLocation"]["roleAssignments"]["nodes"] == []


def test_another_contact_becomes_the_main_one(shop: Caller) -> None:
    made = company(shop)
    add = """mutation ($id: ID!) { companyContactCreate(companyId: $id, input: {email: "piet@bakker.example", firstName: "Piet"}) {
      companyContact { id isMainContact } } }"""
    contact = shop.data(add, id=made["id"])["companyContactCreate"]["companyContact"]
    assert contact["isMainContact"] is False
    main = """mutation ($id: ID!, $contact: ID!) { companyAssignMainContact(companyId: $id, companyContactId: $contact) {
      company { mainContact { id isMainContact } } userErrors { message } } }"""
    answer = shop.data(main, id=made["id"], contact=contact["id"])["companyAssignMainContact"]
    assert answer == {"company": {"mainContact": {"id": contact["id"], "isMainContact": True}}, "userErrors": []}


def test_what_is_not_there_is_named_in_shopifys_words(shop: Caller) -> None:
    unknown = {"number": "1"}
    place = "gid://shopify/CompanyLocation/99"
    answers = [
        shop.data(UPDATE, id="gid://shopify/Company/99", input={"name": "a"})["companyUpdate"],
        shop.data(PLACE_UPDATE, id=place, input={"name": "a"})["companyLocationUpdate"],
        shop.data(TAXES, id=place, **unknown)["companyLocationTaxSettingsUpdate"],
    ]
    assert [answer["userErrors"] for answer in answers] == [
        [{"field": ["companyId"], "message": "Resource requested does not exist.", "code": "RESOURCE_NOT_FOUND"}],
        [{"field": ["input"], "message": "The company location doesn't exist", "code": "RESOURCE_NOT_FOUND"}],
        [{"field": ["companyLocationId"], "message": "The company location doesn't exist", "code": "RESOURCE_NOT_FOUND"}],
    ]


def test_a_company_is_deleted_and_its_contact_stays_a_customer(shop: Caller) -> None:
    made = company(shop)
    delete = "mutation ($id: ID!) { companyDelete(id: $id) { deletedCompanyId userErrors { code } } }"
    assert shop.data(delete, id=made["id"])["companyDelete"] == {"deletedCompanyId": made["id"], "userErrors": []}
    find = '{ customerByIdentifier(identifier: {emailAddress: "inkoop@bakker.example"}) { companyContactProfiles { id } } }'
    assert shop.data(find)["customerByIdentifier"] == {"companyContactProfiles": []}


@pytest.mark.parametrize("switches", [{"plan": "retail"}, {"plan": "starter"}, {"b2b": False}])
def test_a_plan_without_companies_refuses_them(shop: Caller, switches: dict[str, Any]) -> None:
    made = company(shop)
    shop.sandbox.switches.update(switches)
    for query, variables in ((UPDATE, {"id": made["id"], "input": {"name": "a"}}), ("{ companiesCount { count } }", {})):
        error = shop.error(query, **variables)
        assert error["extensions"]["code"] == "ACCESS_DENIED"
        assert "The shop must have access to B2B" in error["message"]
