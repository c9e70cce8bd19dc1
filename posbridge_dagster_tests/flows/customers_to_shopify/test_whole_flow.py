"""Relations of the till become customers of the shop, follow it, and leave alone what people did there."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from posbridge_dagster.sandbox.seed import RelationSeed
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
from posbridge_dagster_tests.flows.in_step import Ran

FIRST = {"created": 4, "quarantined": 3, "skipped": 3, "unchanged": 1}


@dataclass(frozen=True)
class Planned:
    """How a plan ended, what it wrote, and whom it put in quarantine."""

    ran: Ran
    writes: list[str]
    quarantined: dict[str, Any]


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Counter, Planned, Ran]]:
    with counter(tmp_path_factory.mktemp("people")) as here:
        planned = Planned(here.step.run(dry_run=True), here.step.sides.writes(), dict(here.step.quarantined()))
        yield here, planned, here.step.run()


@pytest.fixture(scope="module")
def loaded(told: tuple[Counter, Planned, Ran]) -> tuple[Counter, Ran]:
    return told[0], told[2]


def test_a_plan_says_what_would_be_and_writes_nothing(told: tuple[Counter, Planned, Ran]) -> None:
    _, plan, ran = told
    assert plan.ran.success, plan.ran.failure
    assert plan.ran.counts() == FIRST
    assert {row["code"] for row in plan.ran.rows.values() if row["outcome"] == "created"} == {"planned", "shared_phone"}
    assert plan.writes == []
    assert plan.quarantined == {}
    assert ran.counts() == FIRST


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


@pytest.mark.prove
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


@pytest.mark.parametrize(
    ("setting", "outcome"), [("quarantine", "quarantined"), pytest.param("create", "created", marks=pytest.mark.prove)]
)
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


@pytest.mark.prove
def test_a_shop_without_companies_keeps_the_name_on_the_address(tmp_path: Path) -> None:
    with counter(tmp_path, mapping=_b2b) as here:
        here.shop.switches["b2b"] = False
        ran = here.step.run()
        assert ran.success, ran.failure
        assert list(here.shop.shop.companies) == []
        assert here.customer("inkoop@zonnig.example")["addressesV2"]["nodes"][0]["company"] == "Zonnig B.V."
