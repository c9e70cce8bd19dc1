"""A system that is down, and what an earlier run left behind: nothing waits for ever, nothing is forgotten."""

from contextlib import AbstractContextManager
from datetime import date
from pathlib import Path

import pytest

from posbridge_dagster.flows.orders_to_mplus import FLOW
from posbridge_dagster.ledger import State
from posbridge_dagster.sandbox.faults import Fault
from posbridge_dagster.sandbox.mplus import MplusSandbox
from posbridge_dagster.sandbox.seed import RefundLineSeed, Seed
from posbridge_dagster_tests.flows.bookkeeping import held, sold
from posbridge_dagster_tests.flows.coupling import Coupling, coupled
from posbridge_dagster_tests.flows.little_shop import DAY, NOON, bag, book, eva, little_shop, sale
from posbridge_dagster_tests.flows.orders_to_mplus.test_refunds import give_back, refund

SHOP = little_shop(sale(1, customer=eva), sale(2, bag, book), sale(3, book))


def impatient(seed: Seed, home: Path) -> AbstractContextManager[Coupling]:
    return coupled(seed, home, POSBRIDGE_RETRY_BUDGET_S="0.1")


def asked_again(coupling: Coupling) -> set[date]:
    with coupling.ledger() as ledger:
        return set(ledger.unfinished_days(FLOW))


def everything_is_in(coupling: Coupling, seed: Seed = SHOP) -> None:
    documents = coupling.orders()
    for order in seed.orders:
        assert held(documents[str(order.number)]) == sold(order, seed)
    assert asked_again(coupling) == set()
    assert coupling.quarantined() == {}


def test_an_order_whose_customer_could_not_be_written_is_asked_for_again(tmp_path: Path) -> None:
    with impatient(SHOP, tmp_path) as coupling:
        coupling.mplus.control.faults.append(Fault("server_fault", operation="createRelation"))
        run = coupling.run(DAY)
        assert not run.success
        assert "1 of 3 orders could not be sent and will be tried by the next run" in run.failure
        assert run.outcomes() == {"1": "failed", "2": "created", "3": "created"}
        assert run.orders["1"]["code"] == "customer_failed"
        assert asked_again(coupling) == {date.fromisoformat(DAY)}
        coupling.mplus.control.clear("faults")
        assert coupling.run(DAY).outcomes() == {"1": "created", "2": "unchanged", "3": "unchanged"}
        everything_is_in(coupling)


def test_a_system_that_is_down_fails_the_run_and_is_not_asked_a_thousand_times(tmp_path: Path) -> None:
    seed = little_shop(*(sale(number) for number in range(1, 31)))
    with impatient(seed, tmp_path) as coupling:
        coupling.mplus.control.faults.append(Fault("error_before", operation="createOrderV3"))
        run = coupling.run(DAY)
        assert not run.success
        assert run.checks["counts_add_up"]
        assert set(run.outcomes().values()) == {"failed"}
        assert coupling.asked().count("createOrderV3") <= 10
        assert coupling.orders() == {}
        coupling.mplus.control.clear("faults")
        assert set(coupling.run(DAY).outcomes().values()) == {"created"}
        everything_is_in(coupling, seed)


@pytest.mark.prove
def test_a_look_up_that_does_not_answer_stops_the_run_before_anything_is_written(tmp_path: Path) -> None:
    with impatient(SHOP, tmp_path) as coupling:
        coupling.mplus.control.faults.append(Fault("error_before", operation="getOrdersByExtOrderIds"))
        assert set(coupling.run(DAY).outcomes().values()) == {"failed"}
        assert "createOrderV3" not in coupling.asked()
        assert asked_again(coupling) == {date.fromisoformat(DAY)}


@pytest.mark.prove
def test_an_order_in_doubt_that_is_cancelled_since_counts_as_sent_where_it_is_there(tmp_path: Path) -> None:
    with impatient(SHOP, tmp_path) as coupling:
        coupling.mplus.control.faults += [Fault("reset_after", operation="createOrderV3"), Fault("error_before", operation="findOrder")]
        coupling.run(DAY)
        there = set(coupling.orders())
        assert there
        coupling.mplus.control.clear("faults")
        for number in (1, 2, 3):
            coupling.change(number, cancelled_at=NOON)
        run = coupling.run(DAY)
        assert run.success, run.failure
        assert {number for number, row in run.orders.items() if row["code"] == "changed_after_send"} == there
        assert {row["reason"] for number, row in run.orders.items() if number not in there} <= {"cancelled before it was sent"}
        assert asked_again(coupling) == set()
        with coupling.ledger() as ledger:
            states = {number: record.state for number, record in ledger.records(FLOW, ["1", "2", "3"]).items()}
        assert {number for number, state in states.items() if state is State.DONE} == there
        assert set(coupling.orders()) == there


@pytest.mark.prove
def test_a_customer_in_doubt_whose_order_is_cancelled_since_does_not_wait_for_ever(tmp_path: Path) -> None:
    with impatient(little_shop(sale(1, customer=eva)), tmp_path) as coupling:
        faults = [Fault("reset_after", operation="createRelation"), Fault("error_before", operation="findRelationV2")]
        coupling.mplus.control.faults += faults
        assert coupling.run(DAY).outcomes() == {"1": "failed"}
        coupling.mplus.control.clear("faults")
        coupling.change(1, cancelled_at=NOON)
        give_back(coupling, 1, refund(81, RefundLineSeed(0, 1), paid=1995))
        assert coupling.run(DAY).outcomes() == {"1": "skipped"}
        assert len(coupling.relations()) == 2  # the walk-in and the one that was made
        with coupling.ledger() as ledger:
            assert ledger.oldest_unsent(FLOW) is None


@pytest.mark.prove
def test_a_document_that_is_cancelled_in_mplus_is_shown_to_a_person_once_and_not_paid(tmp_path: Path) -> None:
    with impatient(little_shop(sale(1)), tmp_path) as coupling:
        administration = coupling.mplus.system
        assert isinstance(administration, MplusSandbox)
        administration.switches["service_version"] = "59.6.0"  # a service on which order and payment are two calls
        coupling.mplus.control.faults.append(Fault("error_before", operation="payOrderV2"))
        assert coupling.run(DAY).outcomes() == {"1": "failed"}
        (order,) = administration.books.state.orders.values()
        order.cancelled = True
        coupling.mplus.control.clear("faults")
        run = coupling.run(DAY)
        assert (run.orders["1"]["outcome"], run.orders["1"]["code"]) == ("quarantined", "cancelled_in_target")
        assert coupling.quarantined() == {"1": "cancelled_in_target"}
        assert coupling.orders()["1"]["payments"] == []
        coupling.forget_calls()
        assert coupling.run(DAY).outcomes() == {"1": "quarantined"}
        assert coupling.writes() == []
