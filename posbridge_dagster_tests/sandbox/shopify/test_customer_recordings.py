"""Customers and contacts of the pretend shop, held against recordings of real ones."""

from collections.abc import Iterator
from typing import Any

import pytest

from posbridge_dagster_tests.sandbox.shopify.shopfloor import Caller, open_shop, small_seed
from posbridge_dagster_tests.sandbox.shopify.test_written_recordings import RECORDINGS, plain, recording, renamed

pytestmark = pytest.mark.skipif(not RECORDINGS.exists(), reason="the recordings are not beside this checkout")
ADDRESS = "id firstName lastName address1 address2 city company country countryCodeV2 province provinceCode zip phone name formattedArea"
CUSTOMER = f"id email firstName lastName displayName defaultAddress {{ {ADDRESS} }} addressesV2(first: 9) {{ nodes {{ {ADDRESS} }} }}"
WRITES = {
    name: f"""mutation ($input: CustomerInput!) {{ {name}(input: $input) {{
      customer {{ {CUSTOMER} }} userErrors {{ field message }} }} }}"""
    for name in ("customerCreate", "customerUpdate")
}
READ = f"""query ($id: ID!, $identifier: CustomerIdentifierInput!) {{ customer(id: $id) {{ {CUSTOMER} }}
  customerByIdentifier(identifier: $identifier) {{ {CUSTOMER} }} }}"""


@pytest.fixture
def empty() -> Iterator[Caller]:
    """A shop that nobody has bought in."""
    seed = small_seed()
    seed.orders, seed.customers = [], []
    with open_shop(seed=seed) as caller:
        yield caller


def same(own: Any, real: Any) -> bool:
    """Return whether an answer is the recorded one, as far as that was selected here."""
    if isinstance(real, dict):
        return all(name not in own or same(own[name], member) for name, member in real.items())
    if isinstance(real, list):
        return len(own) == len(real) and all(same(*pair) for pair in zip(own, real, strict=True))
    return bool(own == real)


def test_addresses_in_a_list_are_known_by_their_ids_as_recorded(empty: Caller) -> None:
    recorded = recording("2026-04_customers_customer-update-inline-address-id-semantics")
    names: dict[str, str] = {}
    steps = ("create", "updateInPlace", "readAfterUpdate", "unknownId", "readAfterUnknownId", "createWithoutId", "readAfterCreateWithoutId")
    for step in steps:
        call = recorded[step]
        (field, expected), *_ = call["response"]["data"].items()
        answer = empty.data(WRITES.get(field, READ), **renamed(call["variables"], names))[field]
        assert same(plain(answer), plain(expected)), step
        if field in WRITES and answer["customer"]:
            names[expected["customer"]["id"]] = answer["customer"]["id"]
            pairs = zip(expected["customer"]["addressesV2"]["nodes"], answer["customer"]["addressesV2"]["nodes"], strict=True)
            names |= {real["id"]: own["id"] for real, own in pairs}
        if step == "updateInPlace":
            assert answer["customer"]["defaultAddress"]["id"] == names[recorded[step]["variables"]["input"]["addresses"][0]["id"]]


def test_customers_are_searched_as_recorded(empty: Caller) -> None:
    recorded = recording("2025-01_customers_customers-keyed-search-filters")
    for step in ("canadianCreate", "usCreate"):
        call = recorded[step]
        answer = empty.data(call["query"], **call["variables"])
        assert plain(answer) == plain(call["response"]["data"]), step
    call = recorded["searchRead"]
    assert empty.data(call["query"], **call["variables"]) == call["response"]["data"]


def test_a_customer_is_made_by_an_address_that_nobody_has(empty: Caller) -> None:
    call = recording("2026-04_customers_customer-set-email-upsert-when-id-absent")["cases"]["emailCreate"]
    answer = empty.data(call["request"]["query"], **call["request"]["variables"])
    assert plain(answer) == plain(call["response"]["data"])


def test_contacts_are_refused_as_recorded(empty: Caller) -> None:
    recorded = recording("2026-04_b2b_b2b-contact-email-name-validation")
    names: dict[str, str] = {}
    steps = ("setupCompany", "invalidEmailCreate", "htmlNameCreate", "invalidEmailUpdate", "nestedInvalidEmailCompanyCreate")
    for step in steps:
        call = recorded[step]
        answer = empty.data(call["request"]["query"], **renamed(call["request"]["variables"], names))
        expected = call["response"]["data"]
        assert plain(answer) == plain(expected), step
        if step == "setupCompany":
            own, real = (data["companyCreate"]["company"] for data in (answer, expected))
            names = {real["id"]: own["id"], real["mainContact"]["id"]: own["mainContact"]["id"]}
