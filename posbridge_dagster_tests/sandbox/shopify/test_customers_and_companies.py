"""Customers, metafields and companies that an app makes."""

from pathlib import Path
from typing import Any

import pytest

from posbridge_dagster.sandbox.shopify.storage import load_shop, save_shop
from posbridge_dagster_tests.sandbox.shopify.shopfloor import Caller
from posbridge_dagster_tests.sandbox.shopify.writing import REFUND, define_custom_id, line, made, sale

JAN, BOB = "gid://shopify/Customer/11", "gid://shopify/Customer/12"
SET = """mutation ($identifier: CustomerSetIdentifiers, $input: CustomerSetInput!) { customerSet(identifier: $identifier, input: $input) {
  customer { id email phone tags lastName } userErrors { field message code } } }"""
METAFIELDS = """mutation ($metafields: [MetafieldsSetInput!]!) { metafieldsSet(metafields: $metafields) {
  metafields { value compareDigest ownerType } userErrors { field message code elementIndex } } }"""
COMPANY = """mutation ($input: CompanyCreateInput!) { companyCreate(input: $input) {
  company { id name externalId mainContact { isMainContact customer { id email companyContactProfiles { company { name } } } }
    locations(first: 5) { nodes { id name externalId shippingAddress { address1 zip countryCode } taxSettings { taxRegistrationId } } } }
  userErrors { field message code } } }"""
BAKER = {
    "company": {"name": "Bakker BV", "externalId": "mplus-2001"},
    "companyContact": {"email": "inkoop@bakker.example", "firstName": "An", "lastName": "Bakker"},
    "companyLocation": {
        "name": "Hoofdvestiging",
        "externalId": "mplus-2001-hq",
        "shippingAddress": {"address1": "Dorpsstraat 1", "city": "Utrecht", "zip": "3511 AA", "countryCode": "NL"},
        "billingSameAsShipping": True,
        "taxRegistrationId": "NL001234567B01",
    },
}


def metafield(owner: str, value: str, **details: Any) -> dict[str, Any]:
    return {"ownerId": owner, "namespace": "mplus", "key": "relation_id", "type": "id", "value": value, **details}


def test_a_customer_changes_address_and_can_be_found_by_the_new_one_only(shop: Caller) -> None:
    given = {"email": " JAN.new@example.nl ", "phone": "06 87654321", "tags": ["z", "a", "A"]}
    changed = shop.data(SET, identifier={"id": JAN}, input=given)["customerSet"]["customer"]
    assert (changed["email"], changed["phone"], changed["tags"], changed["lastName"]) == (
        "jan.new@example.nl",
        "+31687654321",
        ["a", "z"],
        "Jansen",
    )
    find = "query ($i: CustomerIdentifierInput!) { customerByIdentifier(identifier: $i) { id } }"
    assert shop.data(find, i={"emailAddress": "jan@example.nl"})["customerByIdentifier"] is None
    assert shop.data(find, i={"emailAddress": "jan.new@example.nl"})["customerByIdentifier"] == {"id": JAN}
    assert shop.data(find, i={"phoneNumber": "+31687654321"})["customerByIdentifier"] == {"id": JAN}
    new = shop.data(SET, identifier={"email": "jan@example.nl"}, input={"email": "jan@example.nl"})["customerSet"]["customer"]
    assert new["id"] not in (JAN, BOB)


def test_one_phone_number_belongs_to_one_customer(shop: Caller) -> None:
    answer = shop.data(SET, identifier={"id": BOB}, input={"phone": "+31612345678"})["customerSet"]
    assert answer["userErrors"] == [{"field": ["input", "phone"], "message": "Phone has already been taken", "code": "TAKEN"}]
    assert not shop.served.control.calls[-1].wrote


def test_metafields_are_written_together_or_not_at_all(shop: Caller) -> None:
    define_custom_id(shop, "CUSTOMER", "relation_id")
    bad = shop.data(METAFIELDS, metafields=[metafield(JAN, "7"), metafield("gid://shopify/Customer/99", "8")])["metafieldsSet"]
    assert bad["metafields"] == []
    assert [(error["field"], error["message"], error["code"]) for error in bad["userErrors"]] == [
        (["metafields", "1", "ownerId"], "Owner does not exist.", "INVALID_VALUE")
    ]
    assert shop.sandbox.shop.customers[11].metafields == []
    twice = shop.data(METAFIELDS, metafields=[metafield(JAN, "7"), metafield(BOB, "7")])["metafieldsSet"]
    assert [error["code"] for error in twice["userErrors"]] == ["TAKEN"]
    assert shop.data(METAFIELDS, metafields=[metafield(JAN, "7")])["metafieldsSet"]["metafields"][0]["ownerType"] == "CUSTOMER"
    taken = shop.data(METAFIELDS, metafields=[metafield(BOB, "7")])["metafieldsSet"]
    assert [error["code"] for error in taken["userErrors"]] == ["TAKEN"]
    many = shop.data(METAFIELDS, metafields=[metafield(JAN, "7")] * 26)["metafieldsSet"]
    assert many["metafields"] is None
    assert (many["userErrors"][0]["field"], many["userErrors"][0]["code"]) == (["metafields"], "LESS_THAN_OR_EQUAL_TO")


def test_a_metafield_is_compared_before_it_is_set(shop: Caller) -> None:
    entry = {"ownerId": JAN, "namespace": "mplus", "key": "note", "type": "single_line_text_field"}
    assert shop.data(METAFIELDS, metafields=[{**entry, "value": "a", "compareDigest": None}])["metafieldsSet"]["userErrors"] == []
    stale = shop.data(METAFIELDS, metafields=[{**entry, "value": "b", "compareDigest": None}])["metafieldsSet"]["userErrors"]
    assert [error["code"] for error in stale] == ["STALE_OBJECT"]
    same = shop.data(METAFIELDS, metafields=[{**entry, "value": "a", "compareDigest": "wrong"}])["metafieldsSet"]
    assert same["userErrors"] == [], "an equal value is always right"
    digest = same["metafields"][0]["compareDigest"]
    assert shop.data(METAFIELDS, metafields=[{**entry, "value": "b", "compareDigest": digest}])["metafieldsSet"]["userErrors"] == []


def test_a_company_has_a_contact_a_place_and_orders(shop: Caller) -> None:
    company = shop.data(COMPANY, input=BAKER)["companyCreate"]["company"]
    contact = company["mainContact"]
    assert contact["isMainContact"]
    assert contact["customer"]["companyContactProfiles"] == [{"company": {"name": "Bakker BV"}}]
    (place,) = company["locations"]["nodes"]
    assert (place["externalId"], place["shippingAddress"]["zip"]) == ("mplus-2001-hq", "3511 AA")
    assert place["taxSettings"] == {"taxRegistrationId": "NL001234567B01"}
    found = shop.data('{ companies(first: 1, query: "external_id:\\"mplus-2001\\"") { nodes { id } } }')["companies"]["nodes"]
    assert found == [{"id": company["id"]}]
    order = made(
        shop, lineItems=[line("a", 1, "1.00")], companyLocationId=place["id"], customer={"toAssociate": {"id": contact["customer"]["id"]}}
    )
    query = """query ($id: ID!) { order(id: $id) { purchasingEntity { __typename
      ... on PurchasingCompany { company { name orders(first: 5) { nodes { id } } } contact { id } location { name } } } } }"""
    buyer = shop.data(query, id=order["id"])["order"]["purchasingEntity"]
    assert (buyer["__typename"], buyer["company"]["name"], buyer["location"]) == (
        "PurchasingCompany",
        "Bakker BV",
        {"name": "Hoofdvestiging"},
    )
    assert buyer["contact"] is not None
    assert buyer["company"]["orders"]["nodes"] == [{"id": order["id"]}]


@pytest.mark.parametrize("query", ["{ companies(first: 1) { nodes { id } } }", COMPANY])
def test_a_plan_without_companies_denies_them(shop: Caller, query: str) -> None:
    shop.sandbox.switches["b2b"] = False
    error = shop.error(query, **({"input": BAKER} if query == COMPANY else {}))
    assert error["extensions"]["code"] == "ACCESS_DENIED"
    assert "B2B" in error["message"]


def test_what_apps_made_is_there_after_a_restart(shop: Caller, tmp_path: Path) -> None:
    define_custom_id(shop)
    shop.data(COMPANY, input=BAKER)
    own = {"namespace": "mplus", "key": "order_id", "type": "id", "value": "acme:1"}
    order = made(shop, lineItems=[line("a", 2, "1.00")], transactions=[sale("2.00")], metafields=[own])
    given = {"orderId": order["id"], "refundLineItems": [{"lineItemId": order["lineItems"]["nodes"][0]["id"], "quantity": 1}]}
    first = shop.data(REFUND, key="k", input=given)["refundCreate"]["refund"]["id"]
    save_shop(shop.sandbox.shop, tmp_path)
    shop.sandbox.shop = load_shop(tmp_path, shop.clock)
    assert shop.data(REFUND, key="k", input=given)["refundCreate"]["refund"]["id"] == first
    assert len(shop.sandbox.shop.companies) == 1
    assert shop.sandbox.shop.owner_of("ORDER", "mplus", "order_id", "acme:1") == int(order["id"].rpartition("/")[2])
    assert made(shop, lineItems=[line("a", 1, "1.00")])["id"] != order["id"]
