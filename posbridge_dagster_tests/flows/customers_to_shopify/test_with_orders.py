"""A customer whom an order needed and the customers flow keeps is one customer, written in one way at a time."""

from pathlib import Path
from typing import Any

from posbridge_dagster.flows.orders_to_shopify import FLOW as ORDERS
from posbridge_dagster.sandbox.seed import RelationSeed
from posbridge_dagster_tests.flows.customers_to_shopify.people import JAN, PIET, Counter, counter, key
from posbridge_dagster_tests.flows.little_shop import BAG
from posbridge_dagster_tests.sandbox.mplus.till import Till, line, order

DAY = "2025-10-20"
RELATIONS = (
    RelationSeed(JAN, "Jan de Boer", "jan@example.nl", address="Kade 1", zipcode="1234 AB", city="Ede", telephone="0612345670"),
    RelationSeed(PIET, "Jannie de Boer", "jan@example.nl"),
)


def book(here: Counter, number: str, relation: int) -> None:
    """Book an order at the till."""
    date = {"financialDate": {"day": 20, "mon": 10, "year": 2025}, "entryTimestamp": "2025-10-20T12:00:00"}
    text = {"text": "Tas", "vatCode": 2, "vatPercentage": 2100}
    members: dict[str, Any] = order(number, line(BAG, 1, 1995, **text), relationNumber=relation, **date)
    reply = Till(here.step.sides.mplus).ask("createOrderV3", order=members, idempotencyKey=number)
    assert reply["result"].endswith("OK")


def test_an_order_makes_the_customer_and_the_flow_keeps_it(tmp_path: Path) -> None:
    with counter(tmp_path, *RELATIONS[:1]) as here:
        book(here, "een", JAN)
        sold = here.step.sides.run(DAY, flow=ORDERS)
        assert sold.customers[key(JAN)]["outcome"] == "created", sold.failure
        made = sold.customers[key(JAN)]["target_id"]
        ran = here.step.run()
        assert (ran.rows[key(JAN)]["outcome"], ran.rows[key(JAN)]["target_id"]) == ("updated", made)
        assert here.emails().count("jan@example.nl") == 1
        book(here, "twee", JAN)
        here.step.sides.forget_calls()
        again = here.step.sides.run(DAY, flow=ORDERS)
        assert again.customers[key(JAN)]["target_id"] == made
        assert "customerSet" not in here.step.asked()
        assert here.step.run().rows[key(JAN)]["outcome"] == "unchanged"


def test_an_order_finds_the_customer_that_the_flow_made(tmp_path: Path) -> None:
    with counter(tmp_path, *RELATIONS[:1]) as here:
        made = here.step.run().rows[key(JAN)]["target_id"]
        book(here, "een", JAN)
        here.step.sides.forget_calls()
        sold = here.step.sides.run(DAY, flow=ORDERS)
        assert (sold.customers[key(JAN)]["outcome"], sold.customers[key(JAN)]["target_id"]) == ("unchanged", made)
        assert not {"customerSet", "customerByIdentifier"} & here.step.asked().keys()


def test_a_relation_that_shares_an_e_mail_address_shares_the_customer_of_its_orders(tmp_path: Path) -> None:
    with counter(tmp_path, *RELATIONS) as here:
        book(here, "een", JAN)
        book(here, "twee", PIET)
        sold = here.step.sides.run(DAY, flow=ORDERS)
        assert sold.success, sold.failure
        assert here.emails().count("jan@example.nl") == 1
        assert set(sold.outcomes().values()) == {"created"}
        assert len({row["target_id"] for row in sold.customers.values()}) == 1
        rows = here.step.run().rows
        assert (rows[key(JAN)]["outcome"], rows[key(PIET)]["code"]) == ("updated", "shared_email")
