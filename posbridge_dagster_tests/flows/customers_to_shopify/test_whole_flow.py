"""Relations of the till become customers of the shop, follow it, and leave alone what people did there."""

from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from posbridge_dagster.cli.erase import erase
from posbridge_dagster.sandbox.seed import RelationSeed
from posbridge_dagster.settings import read_settings
from posbridge_dagster.storage import FrameStore
from posbridge_dagster_tests.flows.customers_to_shopify.people import (
    BAD,
    CALLER,
    EVA,
    FIRM,
    GONE,
    JAN,
    NOBODY,
    ONE,
    OTHER,
    PHONE,
    PIET,
    Counter,
    counter,
    key,
)

DELETE = "mutation D($input: CustomerDeleteInput!) { customerDelete(input: $input) { deletedCustomerId } }"
FIRST = {"created": 4, "quarantined": 3, "skipped": 3, "unchanged": 1}


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Any:
    with counter(tmp_path_factory.mktemp("people")) as here:
        yield here, here.step.run()


def test_every_relation_ends_in_one_outcome_with_its_reason(loaded: Any) -> None:
    _, ran = loaded
    assert ran.success, ran.failure
    assert ran.counts() == FIRST
    assert ran.checks == {"counts_add_up": True, "nothing_waits": True}
    codes = {number: ran.rows[key(number)]["code"] for number in (NOBODY, GONE, ONE, OTHER, BAD, PIET)}
    assert codes == {
        NOBODY: "without_contact",
        GONE: "inactive",
        ONE: "shared_email",
        OTHER: "shared_email",
        BAD: "not_an_email",
        PIET: "shared_phone",
    }
    assert f"relations {ONE}, {OTHER} share" in ran.rows[key(ONE)]["reason"]


def test_a_person_is_there_in_the_shops_terms(loaded: Any) -> None:
    jan = loaded[0].customer("jan@example.nl")
    assert (jan["firstName"], jan["lastName"], jan["locale"], jan["tags"]) == ("Jan", "van den Berg", "nl", ["MplusKASSA"])
    assert jan["defaultPhoneNumber"]["phoneNumber"] == PHONE
    address = {"address1": "Dorpsstraat 1 bis", "zip": "1234AB", "city": "Ede", "company": None, "countryCodeV2": "NL"}
    assert jan["addressesV2"]["nodes"] == [address]
    assert jan["own"]["value"] == f"sandbox:{JAN}"


def test_a_company_has_its_contact_its_vat_number_and_where_the_goods_go(loaded: Any) -> None:
    firm = loaded[0].customer("inkoop@zonnig.example")
    assert (firm["firstName"], firm["lastName"], firm["vat"]["value"]) == ("Cas", "Vos", "NL001234567B01")
    addresses = [(row["company"], row["address1"], row["city"]) for row in firm["addressesV2"]["nodes"]]
    assert addresses == [("Zonnig B.V.", "Kade 3", "Urk"), (None, "Loods 9", "Lelystad")]


def test_a_shared_telephone_blocks_nobody(loaded: Any) -> None:
    here, ran = loaded
    assert here.customer("piet@example.nl")["defaultPhoneNumber"] is None
    assert ran.rows[key(PIET)]["outcome"] == "created"
    assert str(JAN) in ran.rows[key(PIET)]["reason"]


def test_who_is_there_already_is_matched_by_e_mail_and_not_made_again(loaded: Any) -> None:
    here, ran = loaded
    assert ran.rows[key(EVA)]["target_id"] == "61"
    assert here.customer("eva.smit@example.com")["own"]["value"] == f"sandbox:{EVA}"
    assert here.emails().count("eva.smit@example.com") == 1
    assert here.customer("eva.smit@example.com")["defaultPhoneNumber"]["phoneNumber"] == "+31612345678"


def test_nobody_without_an_answerable_address_is_made_but_a_caller_is(loaded: Any) -> None:
    here, ran = loaded
    assert ran.rows[key(CALLER)]["outcome"] == "created"
    assert "oud@example.nl" not in here.emails()


def test_a_quiet_run_writes_nothing_and_reads_deltas_only(loaded: Any) -> None:
    here, _ = loaded
    here.step.run()
    here.step.sides.forget_calls()
    ran = here.step.run()
    assert ran.counts() == {"quarantined": 3, "skipped": 3, "unchanged": 5}
    assert here.step.sides.writes() == []
    assert here.step.asked() == {"customers": 1, "getRelations": 2}


def test_a_plan_says_what_would_be_and_writes_nothing(tmp_path: Path) -> None:
    with counter(tmp_path) as here:
        plan = here.step.run(dry_run=True)
        assert plan.success, plan.failure
        assert plan.counts() == FIRST
        assert {row["code"] for row in plan.rows.values() if row["outcome"] == "created"} == {"planned", "shared_phone"}
        assert here.step.sides.writes() == []
        assert here.step.quarantined() == {}
        assert here.step.run().counts() == FIRST


def test_what_changes_at_the_till_changes_in_the_shop_and_nothing_else(tmp_path: Path) -> None:
    with counter(tmp_path) as here:
        here.step.run()
        here.edit("jan@example.nl", note="belt altijd terug", tags=["MplusKASSA", "vip"])
        here.step.run()
        here.step.sides.forget_calls()
        here.change(JAN, address="Laan 7", city="Wageningen", zipcode="6700 AA")
        here.change(PIET, name="Pieter Jansen")
        ran = here.step.run()
        assert ran.counts()["updated"] == 2
        assert here.step.sides.writes().count("customerSet") == 2
        jan = here.customer("jan@example.nl")
        assert [row["address1"] for row in jan["addressesV2"]["nodes"]] == ["Laan 7"]
        assert (jan["note"], jan["tags"]) == ("belt altijd terug", ["MplusKASSA", "vip"])
        assert here.customer("piet@example.nl")["firstName"] == "Pieter"


def test_edits_in_the_shop_end_as_each_fields_policy_says(tmp_path: Path) -> None:
    with counter(tmp_path) as here:
        here.step.run()
        here.edit("jan@example.nl", firstName="Johannes", locale="en", tags=["vip"], note="let op")
        for _ in range(3):
            ran = here.step.run()
        assert ran.counts()["unchanged"] == 5
        jan = here.customer("jan@example.nl")
        assert jan["firstName"] == "Jan"
        assert (jan["locale"], jan["tags"], jan["note"]) == ("en", ["vip"], "let op")
        assert here.step.sides.writes().count("customerSet") == 4 + 1


def test_what_the_shop_rewrites_is_never_written_twice(tmp_path: Path) -> None:
    def odd(documents: dict[str, Any]) -> None:
        fields = documents["customers_to_shopify"]["fields"]["customers"]
        fields["tags"] = {"value": " zeta ,alfa,, alfa"}
        fields["note"] = {"value": "  met randen  "}
        fields["phone"] = {"from": "relations.telephone"}

    with counter(tmp_path, RelationSeed(JAN, "Jan", "jan@example.nl", telephone="06 - 12345670"), mapping=odd) as here:
        assert here.step.run().counts() == {"created": 1, "skipped": 1}
        assert here.customer("jan@example.nl")["tags"] == ["alfa", "zeta"]
        for everything in (False, True, False):
            here.step.sides.forget_calls()
            assert here.step.run(read_everything=everything).counts() == {"skipped": 1, "unchanged": 1}
            assert here.step.sides.writes() == []


def test_a_retired_relation_tags_its_customer_until_it_is_active_again(tmp_path: Path) -> None:
    with counter(tmp_path) as here:
        here.step.run()
        here.edit("jan@example.nl", tags=["vip"])
        here.change(JAN, active=False)
        assert here.step.run().rows[key(JAN)]["outcome"] == "updated"
        assert here.customer("jan@example.nl")["tags"] == ["MplusKASSA inactief", "vip"]
        here.change(JAN, active=True)
        here.step.run()
        assert here.customer("jan@example.nl")["tags"] == ["vip"]


def test_two_candidates_are_a_question_that_names_both(tmp_path: Path) -> None:
    with counter(tmp_path) as here:
        here.step.run()
        here.change(PIET, email="bob@example.com")  # a customer of the shop's own
        row = here.step.run().rows[key(PIET)]
        assert (row["outcome"], row["code"]) == ("quarantined", "email_taken")
        assert "customer 62 has its e-mail address" in row["reason"]
        here.step.sides.forget_calls()
        assert here.step.run().rows[key(PIET)]["code"] == "email_taken"
        assert here.step.sides.writes() == []
        here.change(PIET, email="piet@example.nl")
        assert here.step.run().rows[key(PIET)]["outcome"] == "unchanged"
        assert key(PIET) not in here.step.quarantined()


def test_a_customer_that_is_another_relations_is_left_alone(tmp_path: Path) -> None:
    with counter(tmp_path) as here:
        here.step.run()
        here.change(JAN, email="")
        here.change(NOBODY, email="jan@example.nl")
        row = here.step.run().rows[key(NOBODY)]
        assert (row["outcome"], row["code"]) == ("quarantined", "customer_of_other_relation")
        assert f"is relation {JAN}" in row["reason"]


def test_a_telephone_that_somebody_in_the_shop_has_is_left_out_and_said(tmp_path: Path) -> None:
    with counter(tmp_path, RelationSeed(JAN, "Jan", "jan@example.nl", telephone="0612345678")) as here:
        row = here.step.run().rows[key(JAN)]
        assert (row["outcome"], row["code"]) == ("created", "phone_taken")
        assert here.customer("jan@example.nl")["defaultPhoneNumber"] is None
        assert here.step.run().counts() == {"skipped": 1, "unchanged": 1}


def test_a_customer_whom_a_person_removed_is_not_made_again(tmp_path: Path) -> None:
    with counter(tmp_path) as here:
        here.step.run()
        here.step.execute(DELETE, input={"id": here.customer("jan@example.nl")["id"]})
        here.change(JAN, city="Arnhem")
        row = here.step.run().rows[key(JAN)]
        assert (row["outcome"], row["code"]) == ("quarantined", "gone_from_target")
        assert "jan@example.nl" not in here.emails()


@pytest.mark.parametrize(("setting", "outcome"), [("quarantine", "quarantined"), ("create", "created")])
def test_a_relation_nobody_can_reach_ends_as_the_mapping_says(setting: str, outcome: str, tmp_path: Path) -> None:
    def edit(documents: dict[str, Any]) -> None:
        documents["customers_to_shopify"]["settings"]["without_contact"] = setting

    with counter(tmp_path, RelationSeed(NOBODY, "Niemand"), mapping=edit) as here:
        assert here.step.run().rows[key(NOBODY)]["outcome"] == outcome
        here.step.sides.forget_calls()
        here.step.run()
        assert here.step.sides.writes() == []


def _b2b(documents: dict[str, Any]) -> None:
    documents["customers_to_shopify"]["settings"]["companies"] = "b2b"


def company(here: Counter) -> Any:
    (found,) = here.shop.shop.companies
    return found


def test_a_company_with_contact_and_location_follows_its_relation(tmp_path: Path) -> None:
    with counter(tmp_path, mapping=_b2b) as here:
        ran = here.step.run()
        assert ran.counts() == FIRST, ran.rows
        made = company(here)
        (place,), (contact,) = made.places, made.contacts
        assert (made.name, made.external_id, place.tax_registration) == ("Zonnig B.V.", f"mplus:sandbox:{FIRM}", "NL001234567B01")
        assert (place.shipping.address1, place.billing.address1) == ("Loods 9", "Kade 3")
        assert str(contact.customer) == ran.rows[key(FIRM)]["target_id"]
        here.change(FIRM, companyName="Zonniger B.V.", address="Kade 4", vatNumber="NL009999999B01")
        assert here.step.run().rows[key(FIRM)]["outcome"] == "updated"
        made = company(here)
        assert (made.name, made.places[0].billing.address1) == ("Zonniger B.V.", "Kade 4")
        assert made.places[0].tax_registration == "NL009999999B01"
        here.step.sides.forget_calls()
        here.step.run()
        assert here.step.sides.writes() == []


def test_a_shop_without_companies_keeps_the_name_on_the_address(tmp_path: Path) -> None:
    with counter(tmp_path, mapping=_b2b) as here:
        here.shop.switches["b2b"] = False
        ran = here.step.run()
        assert ran.success, ran.failure
        assert list(here.shop.shop.companies) == []
        assert here.customer("inkoop@zonnig.example")["addressesV2"]["nodes"][0]["company"] == "Zonnig B.V."


def test_a_relation_that_came_from_the_shop_is_linked_and_not_doubled(tmp_path: Path) -> None:
    with counter(tmp_path, RelationSeed(JAN, "Bob Bakker", "bob@elders.example")) as here:
        here.change(JAN, extRelationId="shopify:sandbox:customer:62")
        before = here.emails()
        row = here.step.run().rows[key(JAN)]
        assert (row["outcome"], row["code"], row["target_id"]) == ("skipped", "came_from_shop", "62")
        assert here.emails() == before
        with here.step.ledger() as ledger:
            assert ledger.links("relation", ["customer:62"]) == {"customer:62": str(JAN)}


def test_a_person_who_is_erased_is_known_nowhere_and_nothing_of_them_is_emptied_in_the_shop(tmp_path: Path) -> None:
    with counter(tmp_path) as here:
        here.step.run()
        done = CliRunner().invoke(erase, ["jan@example.nl", "--yes"])
        assert done.exit_code == 0, done.output
        assert here.step.run().rows[key(JAN)]["code"] == "nothing_known"
        jan = here.customer("jan@example.nl")
        assert (jan["firstName"], jan["defaultPhoneNumber"]["phoneNumber"]) == ("Jan", PHONE)
        store = FrameStore(read_settings().frames_url)
        for name, stage in (("relations", "snapshot"), ("customers", "mapped")):
            frame = store.read(["customers_to_shopify", name, stage], None)
            assert frame is not None
            told = frame.astype("string").fillna("").agg(" ".join, axis=1).str.lower()
            assert not told.str.contains("jan@|van den berg|dorpsstraat 1 bis").any()
