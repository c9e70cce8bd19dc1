"""A customer whom an order needed and the customers flow keeps is one customer, written in one way at a time."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from posbridge_dagster.flows.orders_to_shopify import FLOW as ORDERS
from posbridge_dagster.sandbox.seed import RelationSeed
from posbridge_dagster_tests.flows.customers_to_shopify.people import Counter, counter, key
from posbridge_dagster_tests.flows.in_step import Ran
from posbridge_dagster_tests.flows.little_shop import BAG
from posbridge_dagster_tests.flows.orders_to_shopify.both_sides import Run
from posbridge_dagster_tests.sandbox.mplus.till import Till, line, order

DAY = "2025-10-20"
BUYER, KEPT, SHARER, OTHER = 10, 11, 12, 13
RELATIONS = (
    RelationSeed(BUYER, "Jan de Boer", "jan@example.nl", address="Kade 1", zipcode="1234 AB", city="Ede", telephone="0612345670"),
    RelationSeed(KEPT, "Piet Jansen", "piet@example.nl", address="Kade 2", zipcode="1234 AB", city="Ede"),
    RelationSeed(SHARER, "Bea de Boer", "bea@example.nl"),
    RelationSeed(OTHER, "Beatrijs de Boer", "bea@example.nl"),
)


@dataclass(frozen=True)
class Story:
    """Orders that make customers, the flow that keeps them, orders of those who are there, and the flow again."""

    here: Counter
    sold: Run
    kept: Ran
    sold_again: Run
    asked: dict[str, int]
    kept_again: Ran


def book(here: Counter, number: str, relation: int) -> None:
    """Book an order at the till."""
    date = {"financialDate": {"day": 20, "mon": 10, "year": 2025}, "entryTimestamp": "2025-10-20T12:00:00"}
    text = {"text": "Tas", "vatCode": 2, "vatPercentage": 2100}
    members: dict[str, Any] = order(number, line(BAG, 1, 1995, **text), relationNumber=relation, **date)
    reply = Till(here.step.sides.mplus).ask("createOrderV3", order=members, idempotencyKey=number)
    assert reply["result"].endswith("OK")


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    with counter(tmp_path_factory.mktemp("orders"), *RELATIONS) as here:
        for number, relation in (("een", BUYER), ("twee", SHARER), ("drie", OTHER)):
            book(here, number, relation)
        sold, kept = here.step.sides.run(DAY, flow=ORDERS), here.step.run()
        for number, relation in (("vier", BUYER), ("vijf", KEPT)):
            book(here, number, relation)
        here.step.sides.forget_calls()
        sold_again = here.step.sides.run(DAY, flow=ORDERS)
        yield Story(here, sold, kept, sold_again, here.step.asked(), here.step.run())


def test_every_run_ends_well(story: Story) -> None:
    assert [run.failure for run in (story.sold, story.kept, story.sold_again, story.kept_again)] == [""] * 4
    assert set(story.sold.outcomes().values()) == {"created"}


def test_an_order_makes_the_customer_and_the_flow_keeps_it(story: Story) -> None:
    assert story.sold.customers[key(BUYER)]["outcome"] == "created"
    made = story.sold.customers[key(BUYER)]["target_id"]
    row = story.kept.rows[key(BUYER)]
    assert (row["outcome"], row["target_id"]) == ("updated", made)
    assert story.here.emails().count("jan@example.nl") == 1
    assert story.sold_again.customers[key(BUYER)]["target_id"] == made
    assert "customerSet" not in story.asked
    assert story.kept_again.rows[key(BUYER)]["outcome"] == "unchanged"


def test_an_order_finds_the_customer_that_the_flow_made(story: Story) -> None:
    made = story.kept.rows[key(KEPT)]["target_id"]
    row = story.sold_again.customers[key(KEPT)]
    assert (row["outcome"], row["target_id"]) == ("unchanged", made)
    assert not {"customerSet", "customerByIdentifier"} & story.asked.keys()


def test_a_relation_that_shares_an_e_mail_address_shares_the_customer_of_its_orders(story: Story) -> None:
    assert story.here.emails().count("bea@example.nl") == 1
    assert len({story.sold.customers[key(number)]["target_id"] for number in (SHARER, OTHER)}) == 1
    rows = story.kept.rows
    assert (rows[key(SHARER)]["outcome"], rows[key(OTHER)]["code"]) == ("updated", "shared_email")
