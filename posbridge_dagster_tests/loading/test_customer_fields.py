"""What is sent of a customer: only what is due, tags added and not replaced, addresses of people kept."""

from typing import Any

import pytest

from posbridge_dagster.loading.customer_fields import customer_digest, customer_input, differing_fields, has_written_address, kept_customer
from posbridge_dagster.loading.fields import Kept

ADDRESS = ("first_name", "last_name", "company", "address1", "zip", "city", "country")
FIELDS = ("email", "phone", "first_name", "last_name", "note", "tags", "address1", "zip", "city", "country", "delivery_address1")
HOME = {"address1": "Dorpsstraat 1", "zip": "1234AB", "city": "Ede", "countryCode": "NL"}


def item(**values: Any) -> Kept:
    empty = {name: None for part in ADDRESS for name in (part, f"delivery_{part}")}
    plain = {"relation_number": 7, "active": True, "email": "j@x.nl", "phone": None, "note": None, "tags": None, **empty}
    where = {"address1": "Dorpsstraat 1", "zip": "1234AB", "city": "Ede", "country": "NL"}
    row = {**plain, **where, **values}
    return kept_customer(row, dict.fromkeys(FIELDS, "always"), "zaak:7", retired_tag="inactief")


def found(*addresses: Any, **members: Any) -> Any:
    node: dict[str, Any] = {
        "id": "gid://shopify/Customer/1",
        "updatedAt": "t",
        "firstName": None,
        "lastName": None,
        "note": None,
        "locale": "nl",
    }
    node |= {"tags": [], "taxExempt": False, "defaultPhoneNumber": None, "defaultEmailAddress": {"emailAddress": "j@x.nl"}}
    return {**node, "addressesV2": list(addresses), "defaultAddress": next(iter(addresses), None), **members}


def test_a_new_customer_gets_what_is_filled_and_nothing_empty() -> None:
    new = item(tags="b, a")
    assert customer_input(new, new.fields, None, is_ours=False) == {"email": "j@x.nl", "tags": ["a", "b"], "addresses": [HOME]}
    new = item(tags="b, a", active=False)
    assert customer_input(new, new.fields, None, is_ours=False)["tags"] == ["a", "b", "inactief"]


def test_only_what_is_due_is_sent() -> None:
    assert customer_input(item(first_name="Jan"), ("first_name",), found(HOME), is_ours=True) == {"firstName": "Jan"}


def test_what_the_relation_no_longer_has_is_emptied_where_it_was_ours() -> None:
    assert customer_input(item(), ("phone", "email"), found(), is_ours=True) == {"phone": "", "email": "j@x.nl"}
    assert customer_input(item(), ("phone",), found(), is_ours=False) == {}
    assert "email" not in item(email=None).fields  # the customer keeps it: there is nothing to write


def test_tags_of_people_stay() -> None:
    customer = found(tags=["vip", "inactief"])
    assert customer_input(item(tags="nieuw"), ("tags",), customer, is_ours=True)["tags"] == ["inactief", "nieuw", "vip"]
    assert customer_input(item(), ("retired",), customer, is_ours=True)["tags"] == ["vip"]


@pytest.mark.parametrize(("has_ours", "streets"), [(True, ["Laan 7", "Van mij"]), (False, ["Laan 7", "Dorpsstraat 1", "Van mij"])])
def test_a_new_address_takes_the_place_of_ours_and_of_nobody_elses(has_ours: bool, streets: list[str]) -> None:
    customer = found({**HOME, "address1": "Van mij", "id": "2"}, {**HOME, "id": "1"}, defaultAddress={**HOME, "id": "1"})
    given = customer_input(item(address1="Laan 7"), ("address1",), customer, is_ours=True, has_our_address=has_ours)
    assert [address["address1"] for address in given["addresses"]] == streets


def test_the_address_that_was_written_is_known_again_whatever_else_was_edited() -> None:
    written = found(HOME, defaultAddress={**HOME, "id": "1"})
    digest = customer_digest(written)
    assert has_written_address({**written, "note": "x", "defaultAddress": {**HOME, "id": "7"}}, digest)
    assert not has_written_address({**written, "defaultAddress": {**HOME, "address1": "Van mij", "id": "2"}}, digest)
    assert not has_written_address(written, "")


def test_a_delivery_address_stands_second_and_once() -> None:
    moved = item(delivery_address1="Loods 9")
    given = customer_input(moved, moved.fields, None, is_ours=False)
    assert [address["address1"] for address in given["addresses"]] == ["Dorpsstraat 1", "Loods 9"]
    customer = found(HOME, {"address1": "Loods 9"}, {**HOME, "address1": "Van mij"})
    given = customer_input(moved, ("delivery_address1",), customer, is_ours=True)
    assert [address["address1"] for address in given["addresses"]] == ["Dorpsstraat 1", "Loods 9", "Van mij"]


def test_what_shopify_writes_otherwise_is_no_difference() -> None:
    kept = item(email="j@x.nl", first_name="Jan ", tags="b,a")
    customer = found({**HOME, "firstName": "Jan", "countryCodeV2": "NL"}, firstName="Jan", tags=["a", "b", "vip"])
    assert differing_fields(kept, customer) == set()
    assert differing_fields(kept, {**customer, "tags": ["a"]}) == {"tags"}
    assert differing_fields(kept, {**customer, "tags": ["a", "b", "inactief"]}) == {"retired"}
    assert "address1" in differing_fields(kept, {**customer, "addressesV2": []})


def test_a_digest_changes_with_what_is_said_and_not_with_when() -> None:
    customer = found(HOME)
    assert customer_digest(customer) == customer_digest({**customer, "updatedAt": "later", "relation": {"value": "zaak:7"}})
    assert customer_digest(customer) != customer_digest({**customer, "note": "x"})
