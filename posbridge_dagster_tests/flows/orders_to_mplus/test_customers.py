"""Customers as relations: found, created, updated where they differ, and never set back."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from posbridge_dagster.flows.orders_to_mplus import FLOW
from posbridge_dagster.ledger import BEFORE, Intent, Owner
from posbridge_dagster.sandbox.seed import AddressSeed, CustomerSeed, RelationSeed
from posbridge_dagster.sandbox.shopify.records import Address
from posbridge_dagster_tests.flows.coupling import Coupling, coupled
from posbridge_dagster_tests.flows.little_shop import DAY, NOON, bob, book, eva, firm, little_shop, sale

EVA = RelationSeed(
    501, "Eva Smit", "eva.smit@example.com", address="Oude weg 7", zipcode="1234 AB", city="Ede", country="NL", telephone="+31612345678"
)
BOB = RelationSeed(502, "Bob Bakker", "bob@example.com", address="Kade 2", zipcode="2345 CD", city="Urk", country="NL")
DINA = RelationSeed(
    503, "Dina Bos", "dina@example.com", address="Kade 4", zipcode="2345 CD", city="Urk", country="NL", telephone="0527-123456"
)
dina = CustomerSeed(64, "dina@example.com", "Dina", "Bos", "", AddressSeed("Dina", "Bos"))  # the shop knows less than the till
NEXT_DAY = "2025-10-21"

TOMORROW = sale(2, at=NOON + timedelta(days=1), customer=eva)


def changes(coupling: Coupling) -> list[tuple[str, Any, Any, str]]:
    """Return what was changed of Eva's relation."""
    with coupling.ledger() as ledger:
        return [(change.field, change.before, change.after, change.target_id) for change in ledger.changes(FLOW, ["customer:61"])]


def test_who_is_known_is_found_who_is_not_is_created_and_only_differences_that_the_shop_knows_are_sent(tmp_path: Path) -> None:
    buyers = (eva, bob, firm, eva, None, dina)
    seed = little_shop(*(sale(number, book, customer=buyer) for number, buyer in enumerate(buyers, 1)), relations=(EVA, BOB, DINA))
    seed.customers = [*seed.customers, dina]
    with coupled(seed, tmp_path) as coupling:
        untouched, typed_in = coupling.relations()[502], coupling.relations()[503]
        run = coupling.run(DAY)
        assert run.success, run.failure
        outcomes = {key: (row["outcome"], row["changes"]) for key, row in run.customers.items()}
        assert outcomes == {
            "customer:61": ("updated", "address"),
            "customer:62": ("unchanged", ""),
            "customer:63": ("created", ""),
            "customer:64": ("unchanged", ""),
        }
        relations = coupling.relations()
        assert set(relations) == {1, 501, 502, 503, 504}
        assert relations[501]["address"] == "Dorpsstraat 1"
        assert relations[501]["email"] == EVA.email  # "on: create": not set back to the shop's spelling
        assert relations[502] == untouched
        assert relations[503] == typed_in  # what the shop lacks does not empty it
        assert (typed_in["telephone"], typed_in["address"]) == ("0527-123456", "Kade 4")
        company = relations[504]
        assert (company["name"], company["companyName"], company["contact"]) == ("Zeewind B.V.", "Zeewind B.V.", "Cas Vos")
        assert company["extRelationId"] == "shopify:sandbox:customer:63"
        assert [order["relationNumber"] for order in coupling.orders().values()] == [501, 502, 504, 501, 1, 503]
        assert sorted(operation for operation in coupling.writes() if "Relation" in operation) == ["createRelation", "updateRelation"]
        assert changes(coupling) == [("address", "Oude weg 7", "Dorpsstraat 1", "501")], "what stood there can be put back"


@pytest.mark.prove
def test_what_a_run_that_was_killed_changed_of_a_relation_is_told_by_the_next(tmp_path: Path) -> None:
    with coupled(little_shop(sale(1, book, customer=eva), TOMORROW), tmp_path) as coupling:
        coupling.run(DAY)
        with coupling.ledger() as ledger:
            killed = Intent("customer:61", "other", "other", detail={BEFORE: {"address": "Oude weg 3", "city": "Ede"}})
            assert ledger.claim(FLOW, [killed], Owner.of_this_process("killed"), lease_s=-1, reopen=True)["customer:61"].granted
        assert coupling.run(NEXT_DAY).customers["customer:61"]["outcome"] == "unchanged"
        assert changes(coupling) == [
            ("address", "Oude weg 3", "Dorpsstraat 1", coupling.results("customers", DAY)["customer:61"]["target_id"])
        ]


@pytest.mark.prove
def test_an_older_state_of_a_customer_never_overwrites_a_newer_one(tmp_path: Path) -> None:
    orders = (sale(1, customer=eva), TOMORROW)
    with coupled(little_shop(*orders, relations=(EVA,)), tmp_path) as coupling:
        coupling.run(DAY)
        stale = coupling.frame("customers", "snapshot", DAY)
        moved = Address("Eva", "Smit", "", "Nieuwe weg 9", "", "1234 AB", "Ede")
        coupling.change_customer(eva.number, addresses=[moved])
        assert coupling.run(NEXT_DAY).customers["customer:61"]["changes"] == "address"
        assert coupling.relations()[501]["address"] == "Nieuwe weg 9"
        assert set(stale["address1"]) == {"Dorpsstraat 1"}
        coupling.forget_calls()
        again = coupling.run(DAY)  # its snapshot still holds the address of before
        assert again.customers["customer:61"]["outcome"] == "unchanged"
        assert coupling.relations()[501]["address"] == "Nieuwe weg 9"
        assert coupling.writes() == []
