"""Addresses, consent, tax exemptions and the end of customers."""

from typing import Any

import pytest

from posbridge_dagster_tests.sandbox.shopify.shopfloor import Caller
from posbridge_dagster_tests.sandbox.shopify.writing import define_custom_id

JAN, BOB = "gid://shopify/Customer/11", "gid://shopify/Customer/12"
ADDRESS = "id address1 city zip countryCodeV2 company firstName"
READ = f"""query ($id: ID!) {{ customer(id: $id) {{ updatedAt firstName locale tags taxExemptions defaultAddress {{ {ADDRESS} }}
  addressesV2(first: 9) {{ nodes {{ {ADDRESS} }} }}
  defaultEmailAddress {{ emailAddress marketingState marketingOptInLevel marketingUpdatedAt }}
  defaultPhoneNumber {{ phoneNumber smsMarketingConsent {{ state optInLevel updatedAt }} }} }} }}"""
ADD = f"""mutation ($id: ID!, $address: MailingAddressInput!, $default: Boolean) {{
  customerAddressCreate(customerId: $id, address: $address, setAsDefault: $default) {{
    address {{ {ADDRESS} }} userErrors {{ field message }} }} }}"""
CHANGE = f"""mutation ($id: ID!, $address: ID!, $given: MailingAddressInput!, $default: Boolean) {{
  customerAddressUpdate(customerId: $id, addressId: $address, address: $given, setAsDefault: $default) {{
    address {{ {ADDRESS} }} userErrors {{ field message }} }} }}"""
REMOVE = """mutation ($id: ID!, $address: ID!) { customerAddressDelete(customerId: $id, addressId: $address) {
  deletedAddressId userErrors { field message } } }"""
CREATE = """mutation ($input: CustomerInput!) { customerCreate(input: $input) {
  customer { id email defaultEmailAddress { marketingState marketingUpdatedAt } } userErrors { field message } } }"""
UPDATE = "mutation ($input: CustomerInput!) { customerUpdate(input: $input) { customer { id } userErrors { field message } } }"
EMAIL_CONSENT = """mutation ($input: CustomerEmailMarketingConsentUpdateInput!) { customerEmailMarketingConsentUpdate(input: $input) {
  customer { defaultEmailAddress { marketingState marketingOptInLevel marketingUpdatedAt } } userErrors { field message code } } }"""
DELETE = "mutation ($id: ID!) { customerDelete(input: {id: $id}) { deletedCustomerId userErrors { field message } } }"
SHOP = {"address1": "Laan 9", "city": "Zeist", "zip": "3700 AA", "countryCode": "NL"}


def read(shop: Caller, customer: str = JAN) -> Any:
    return shop.data(READ, id=customer)["customer"]


def test_addresses_are_added_changed_and_removed_and_keep_their_ids(shop: Caller) -> None:
    shop.clock.pass_seconds(60)
    home = read(shop)["defaultAddress"]
    added = shop.data(ADD, id=JAN, address=SHOP)["customerAddressCreate"]["address"]
    assert read(shop)["defaultAddress"] == home
    assert read(shop)["updatedAt"] == "2026-11-21T12:01:00Z"
    changed = shop.data(CHANGE, id=JAN, address=added["id"], given={"address1": "Laan 10"}, default=True)["customerAddressUpdate"]
    assert changed["address"] == {**added, "address1": "Laan 10"}, "what is not named stays"
    assert [entry["id"] for entry in read(shop)["addressesV2"]["nodes"]] == [added["id"], home["id"]]
    assert shop.data(REMOVE, id=JAN, address=added["id"])["customerAddressDelete"]["deletedAddressId"] == added["id"]
    assert read(shop)["defaultAddress"] == home
    again = shop.data(ADD, id=JAN, address=SHOP)["customerAddressCreate"]["address"]
    assert again["id"] != added["id"], "an id is not used twice"


def test_an_address_is_there_once_and_belongs_to_its_customer(shop: Caller) -> None:
    assert shop.data(ADD, id=BOB, address=SHOP)["customerAddressCreate"]["userErrors"] == []
    twice = shop.data(ADD, id=BOB, address=SHOP)["customerAddressCreate"]
    assert twice == {"address": None, "userErrors": [{"field": ["address"], "message": "Address already exists"}]}
    error = shop.error(REMOVE, id=JAN, address=read(shop, BOB)["defaultAddress"]["id"])
    assert (error["message"], error["extensions"]["code"]) == ("invalid id", "RESOURCE_NOT_FOUND")
    unknown = shop.data(ADD, id="gid://shopify/Customer/99", address=SHOP)["customerAddressCreate"]
    assert unknown["userErrors"] == [{"field": ["customerId"], "message": "Customer does not exist"}]


def test_nobody_is_subscribed_unless_somebody_says_so(shop: Caller) -> None:
    made = shop.data(CREATE, input={"email": "new@example.nl"})["customerCreate"]["customer"]
    assert made["defaultEmailAddress"] == {"marketingState": "NOT_SUBSCRIBED", "marketingUpdatedAt": None}
    assert read(shop)["defaultPhoneNumber"]["smsMarketingConsent"]["state"] == "NEVER_SUBSCRIBED"
    consent = {"marketingState": "SUBSCRIBED", "consentUpdatedAt": "2026-11-01T10:00:00Z"}
    made = shop.data(CREATE, input={"email": "yes@example.nl", "emailMarketingConsent": consent})["customerCreate"]["customer"]
    assert made["defaultEmailAddress"] == {"marketingState": "SUBSCRIBED", "marketingUpdatedAt": "2026-11-01T10:00:00Z"}
    shop.data(UPDATE, input={"id": made["id"], "firstName": "Yes"})
    assert read(shop, made["id"])["defaultEmailAddress"]["marketingState"] == "SUBSCRIBED", "a change of the name is no word on it"


def test_consent_has_a_mutation_of_its_own(shop: Caller) -> None:
    payload = shop.data(UPDATE, input={"id": JAN, "emailMarketingConsent": {"marketingState": "SUBSCRIBED"}})["customerUpdate"]
    message = "To update emailMarketingConsent, please use the customerEmailMarketingConsentUpdate Mutation instead"
    assert payload == {"customer": None, "userErrors": [{"field": ["emailMarketingConsent"], "message": message}]}

    def say(state: str, at: str) -> Any:
        consent = {"marketingState": state, "marketingOptInLevel": "CONFIRMED_OPT_IN", "consentUpdatedAt": at}
        return shop.data(EMAIL_CONSENT, input={"customerId": JAN, "emailMarketingConsent": consent})["customerEmailMarketingConsentUpdate"]

    said = say("SUBSCRIBED", "2026-11-20T10:00:00Z")["customer"]["defaultEmailAddress"]
    assert said == {
        "marketingState": "SUBSCRIBED",
        "marketingOptInLevel": "CONFIRMED_OPT_IN",
        "marketingUpdatedAt": "2026-11-20T10:00:00Z",
    }
    assert say("UNSUBSCRIBED", "2026-11-19T10:00:00Z")["customer"]["defaultEmailAddress"] == said, "an earlier word changes nothing"
    refused = say("NOT_SUBSCRIBED", "2026-11-21T10:00:00Z")
    assert [error["code"] for error in refused["userErrors"]] == ["INVALID"]


def test_consent_needs_somewhere_to_write_to(shop: Caller) -> None:
    made = shop.data(CREATE, input={"firstName": "Zonder"})["customerCreate"]["customer"]["id"]
    given = {"customerId": made, "emailMarketingConsent": {"marketingState": "SUBSCRIBED"}}
    payload = shop.data(EMAIL_CONSENT, input=given)["customerEmailMarketingConsentUpdate"]
    assert (payload["customer"], len(payload["userErrors"])) == (None, 1)
    payload = shop.data(CREATE, input={"firstName": "Z", "emailMarketingConsent": {"marketingState": "SUBSCRIBED"}})["customerCreate"]
    assert payload["userErrors"][0]["field"] == ["emailMarketingConsent"]


def test_tax_exemptions_are_added_and_removed(shop: Caller) -> None:
    change = """mutation ($id: ID!) {{ customer{}TaxExemptions(customerId: $id, taxExemptions: [EU_REVERSE_CHARGE_EXEMPTION_RULE]) {{
      customer {{ taxExemptions }} userErrors {{ message }} }} }}"""
    added = shop.data(change.format("Add"), id=JAN)["customerAddTaxExemptions"]
    assert added == {"customer": {"taxExemptions": ["EU_REVERSE_CHARGE_EXEMPTION_RULE"]}, "userErrors": []}
    shop.data(change.format("Add"), id=JAN)
    assert not shop.served.control.calls[-1].wrote, "nothing new"
    assert shop.data(change.format("Remove"), id=JAN)["customerRemoveTaxExemptions"]["customer"] == {"taxExemptions": []}


def test_a_customer_without_orders_can_be_deleted_with_their_custom_id(shop: Caller) -> None:
    refused = shop.data(DELETE, id=JAN)["customerDelete"]
    assert refused["deletedCustomerId"] is None
    assert refused["userErrors"][0]["field"] == ["id"]
    define_custom_id(shop, "CUSTOMER", "relation")
    custom = {"customId": {"namespace": "mplus", "key": "relation", "value": "7"}}
    put = """mutation ($m: [MetafieldsSetInput!]!) { metafieldsSet(metafields: $m) { userErrors { message } } }"""
    shop.data(put, m=[{"ownerId": BOB, "namespace": "mplus", "key": "relation", "value": "7"}])
    find = "query ($i: CustomerIdentifierInput!) { customerByIdentifier(identifier: $i) { id } }"
    assert shop.data(find, i=custom)["customerByIdentifier"] == {"id": BOB}
    assert shop.data(DELETE, id=BOB)["customerDelete"] == {"deletedCustomerId": BOB, "userErrors": []}
    assert shop.data(find, i=custom)["customerByIdentifier"] is None
    assert shop.data(find, i={"emailAddress": "bob@example.nl"})["customerByIdentifier"] is None
    assert shop.data(CREATE, input={"email": "bob@example.nl"})["customerCreate"]["userErrors"] == [], "the address is free again"


def test_a_contact_who_is_deleted_is_gone_from_their_company(shop: Caller) -> None:
    create = """mutation { companyCreate(input: {company: {name: "Bakker"}, companyContact: {email: "an@example.nl"}}) {
      company { id mainContact { customer { id } } } } }"""
    company = shop.data(create)["companyCreate"]["company"]
    assert shop.data(DELETE, id=company["mainContact"]["customer"]["id"])["customerDelete"]["userErrors"] == []
    left = shop.data("query ($id: ID!) { company(id: $id) { contactsCount { count } mainContact { id } } }", id=company["id"])
    assert left["company"] == {"contactsCount": {"count": 0}, "mainContact": None}


@pytest.mark.parametrize(
    ("given", "field", "message"),
    [
        ({"email": "bob@example.nl"}, ["email"], "Email has already been taken"),
        ({"phone": "+31612345678", "email": "new@example.nl"}, ["phone"], "Phone has already been taken"),
        ({"phone": "12", "email": "new@example.nl"}, ["phone"], "Phone is invalid"),
        ({"email": "no address"}, ["email"], "Email is invalid"),
        ({"note": "nobody"}, None, "A name, phone number, or email address must be present"),
        ({"firstName": "a" * 256}, ["firstName"], "First name is too long (maximum is 255 characters)"),
        ({"firstName": "A", "tags": ["t" * 256]}, ["tags"], "Tags is too long (maximum is 255 characters)"),
    ],
)
def test_a_customer_that_cannot_be_is_refused(shop: Caller, given: dict[str, Any], field: list[str] | None, message: str) -> None:
    payload = shop.data(CREATE, input=given)["customerCreate"]
    assert payload == {"customer": None, "userErrors": [{"field": field, "message": message}]}
    assert not shop.served.control.calls[-1].wrote


def test_what_is_given_is_kept_as_shopify_keeps_it(shop: Caller) -> None:
    given = {"email": " Nieuw@Example.NL ", "phone": "06-1234 0000", "firstName": " Eva ", "tags": ["b", "A", "a "], "locale": "de"}
    made = shop.data(CREATE, input=given)["customerCreate"]["customer"]["id"]
    kept = read(shop, made)
    assert kept["defaultEmailAddress"]["emailAddress"] == "nieuw@example.nl"
    assert kept["defaultPhoneNumber"]["phoneNumber"] == "+31612340000"
    assert (kept["firstName"], kept["tags"], kept["locale"]) == ("Eva", ["A", "b"], "de")


def test_customers_are_counted_and_found_with_the_lag_of_search(shop: Caller) -> None:
    shop.sandbox.switches["search_lag_s"] = 30
    shop.clock.pass_seconds(60)
    shop.data(CREATE, input={"email": "new@example.nl", "tags": ["mplus"], "phone": "+31600000001"})
    ask = """query ($query: String!) { customersCount(query: $query) { count } customers(first: 9, query: $query) { nodes { email } } }"""
    queries = ["tag:mplus", 'email:"new@example.nl"', "updated_at:>='2026-11-21T12:01:00Z'", "phone:'+31600000001'"]
    for query in queries:
        assert shop.data(ask, query=query) == {"customersCount": {"count": 0}, "customers": {"nodes": []}}, query
    shop.clock.pass_seconds(31)
    for query in [*queries, "state:disabled AND tag:mplus"]:
        answer = shop.data(ask, query=query)
        assert answer == {"customersCount": {"count": 1}, "customers": {"nodes": [{"email": "new@example.nl"}]}}, query
