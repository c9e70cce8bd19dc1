"""E-mail addresses and telephone numbers that change hands, customers who are merged, and addresses that people added."""

from collections.abc import Iterator
from typing import Any

import pytest

from posbridge_dagster.sandbox.seed import RelationSeed
from posbridge_dagster_tests.flows.customers_to_shopify.people import Counter, counter, key
from posbridge_dagster_tests.flows.in_step import Ran, next_second

FIRST, SECOND, CALLER, MOVED, LEFT_OUT, WANTS_BOB = 20, 21, 22, 23, 24, 25
BOBS, EVAS_PHONE = "bob@example.com", "0612345678"
BOB = "62"
RELATIONS = (
    RelationSeed(FIRST, "Ali Bos", "ali@example.nl", telephone="0611111111"),
    RelationSeed(SECOND, "Bea Bos", "bea@example.nl", telephone="0611111111"),
    RelationSeed(CALLER, "Belster", telephone="0622222222"),
    RelationSeed(
        MOVED, "Coby Kok", "coby@example.nl", "Kok B.V.", address="Laan 1", zipcode="1234 AB", city="Ede", vat_number="NL001234567B01"
    ),
    RelationSeed(LEFT_OUT, "Dirk Tol", "dirk@example.nl", telephone=EVAS_PHONE),
    RelationSeed(WANTS_BOB, "Bob B.", "bob.b@example.nl"),
)
MAKE = "mutation M($input: CustomerSetInput!) { customerSet(input: $input) { customer { id } userErrors { message } } }"
ADD = """mutation A($id: ID!, $address: MailingAddressInput!) {
  customerAddressCreate(customerId: $id, address: $address, setAsDefault: true) { address { id } userErrors { message } } }"""
DELETE = "mutation D($input: CustomerDeleteInput!) { customerDelete(input: $input) { deletedCustomerId } }"


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Counter, list[Ran]]]:
    """Three days at the counter: all is made; contacts change hands; people put right what they were asked about."""
    with counter(tmp_path_factory.mktemp("contacts"), *RELATIONS) as here:
        here.step.execute(MAKE, input={"firstName": "Vreemde", "phone": "+31622222222"})
        ran = [here.step.run()]
        _contacts_change_hands(here)
        ran.append(here.step.run())
        here.seen = {email: here.customer(email) for email in ("ali@example.nl", "coby@example.nl")}  # type: ignore[attr-defined]
        _people_put_it_right(here)
        ran.append(here.step.run(read_everything=True))
        yield here, ran


def _contacts_change_hands(here: Counter) -> None:
    here.change(FIRST, email="ali.nieuw@example.nl", telephone="0633333333")
    here.change(SECOND, email="ali@example.nl")
    here.change(WANTS_BOB, email=BOBS)
    next_second()
    coby = here.customer("coby@example.nl")["id"]
    here.step.execute(ADD, id=coby, address={"address1": "Zomerhuis 5", "city": "Domburg", "zip": "4357 AA", "countryCode": "NL"})
    here.change(MOVED, address="Laan 2", vatNumber="")


def _people_put_it_right(here: Counter) -> None:
    next_second()
    here.edit("eva.smit@example.com", phone="")
    ours = here.customer("bob.b@example.nl")["id"]
    here.step.execute(DELETE, input={"id": ours})  # as Shopify does when two customers are merged


def row(story: tuple[Counter, list[Ran]], day: int, number: int) -> Any:
    found = story[1][day].rows[key(number)]
    return found["outcome"], found["code"]


def test_a_contact_that_changes_hands_in_one_run_arrives(story: Any) -> None:
    assert row(story, 0, SECOND) == ("created", "shared_phone")
    assert (row(story, 1, FIRST), row(story, 1, SECOND)) == (("updated", ""), ("updated", ""))
    bea = story[0].seen["ali@example.nl"]
    assert (bea["firstName"], bea["defaultPhoneNumber"]["phoneNumber"]) == ("Bea", "+31611111111")


def test_one_of_whom_only_the_telephone_number_of_a_customer_is_known_is_a_question(story: Any) -> None:
    assert row(story, 0, CALLER) == ("quarantined", "same_phone")
    assert [each.phone for each in story[0].shop.shop.customers].count("+31622222222") == 1
    assert len([each for each in story[0].shop.shop.customers if each.last_name == "Belster"]) == 0


def test_a_default_address_that_a_person_added_stays_beside_the_new_one_of_the_till(story: Any) -> None:
    streets = [address["address1"] for address in story[0].seen["coby@example.nl"]["addressesV2"]["nodes"]]
    assert streets[0] == "Laan 2" and "Zomerhuis 5" in streets


def test_a_vat_number_that_the_relation_no_longer_has_is_taken_away(story: Any) -> None:
    assert story[0].seen["coby@example.nl"]["vat"] is None


def test_a_telephone_number_that_became_free_is_given_by_night(story: Any) -> None:
    assert row(story, 0, LEFT_OUT) == ("created", "phone_taken")
    assert row(story, 1, LEFT_OUT) == ("unchanged", "")
    assert row(story, 2, LEFT_OUT) == ("updated", "")
    assert story[0].customer("dirk@example.nl")["defaultPhoneNumber"]["phoneNumber"] == "+31612345678"


def test_customers_who_were_merged_as_it_was_asked_are_one_from_then_on(story: Any) -> None:
    assert row(story, 1, WANTS_BOB) == ("quarantined", "email_taken")
    merged = story[1][2].rows[key(WANTS_BOB)]
    assert (merged["outcome"], merged["target_id"]) == ("updated", BOB)
    assert story[0].customer(BOBS)["own"]["value"].endswith(f":{WANTS_BOB}")
    assert key(WANTS_BOB) not in story[0].step.quarantined()
