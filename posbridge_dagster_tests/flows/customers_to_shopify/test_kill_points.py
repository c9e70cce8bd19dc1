"""A run that is killed, meets faults or a search that lags leaves every customer and company once."""

from collections import Counter as Count
from pathlib import Path

import pytest

from posbridge_dagster.sandbox.faults import Fault
from posbridge_dagster_tests.flows.customers_to_shopify.people import FIRM, JAN, PIET, Counter, counter, key
from posbridge_dagster_tests.flows.customers_to_shopify.test_whole_flow import _b2b

WRITES_IN_ALL = 8
ORDINARY = (6,)


def assert_once(here: Counter) -> None:
    """Nobody is there twice, the company has one contact and one place, and nothing is left over."""
    ran = here.step.run()
    assert ran.success, ran.failure
    assert ran.counts() == {"quarantined": 3, "skipped": 3, "unchanged": 5}
    assert set(Count(here.emails()).values()) == {1}
    own = [row.value for customer in here.shop.shop.customers for row in customer.metafields if row.key == "mplus_relation"]
    assert sorted(Count(own).values()) == [1] * 5
    places = [(found.external_id, len(found.places), len(found.contacts)) for found in here.shop.shop.companies]
    assert places == [(f"mplus:sandbox:{FIRM}", 1, 1)]
    here.step.sides.forget_calls()
    here.step.run()
    assert here.step.sides.writes() == []


@pytest.mark.parametrize(
    "write", [*ORDINARY, *(pytest.param(each, marks=pytest.mark.prove) for each in range(1, WRITES_IN_ALL + 1) if each not in ORDINARY)]
)
def test_a_run_that_is_killed_after_a_write_is_finished_by_the_next(write: int, tmp_path: Path) -> None:
    with counter(tmp_path, mapping=_b2b) as here:
        here.step.killed_at(Fault("hang_after", write=write), lambda call: call.held)
        assert here.step.run().success
        assert_once(here)


@pytest.mark.parametrize("call", [pytest.param(each, marks=pytest.mark.prove) for each in (1, 2, 3, 4, 5, 6, 8, 10, 12)])
def test_a_run_that_is_killed_before_a_call_is_done_again(call: int, tmp_path: Path) -> None:
    with counter(tmp_path, mapping=_b2b) as here:
        here.step.killed_at(Fault("hang_before", call=call), lambda each: each.fault == "hang_before")
        assert here.step.run().success
        assert_once(here)


def test_a_tenth_of_all_calls_fails_and_search_lags_and_everybody_is_there_once(tmp_path: Path) -> None:
    with counter(tmp_path, mapping=_b2b) as here:
        here.shop.switches["search_lag_s"] = 30.0
        for kind in ("reset_before", "reset_after", "error_after", "garbage_after", "throttled"):
            here.step.sides.shopify.control.faults.append(Fault(kind, share=0.02))
        here.step.sides.shopify.control.faults.append(Fault("reset_after", operation="companyCreate", times=1))
        for _ in range(3):
            here.step.run()
        here.step.sides.forget_faults()
        here.shop.switches["search_lag_s"] = 0.0
        assert here.step.run().success
        assert_once(here)


@pytest.mark.prove
def test_a_change_whose_answer_was_lost_is_made_once_more_and_no_oftener(tmp_path: Path) -> None:
    with counter(tmp_path, mapping=_b2b) as here:
        here.step.run()
        here.change(JAN, city="Arnhem")
        here.change(PIET, city="Assen", address="Plein 2", zipcode="9401 AA")
        here.step.sides.shopify.control.faults.append(Fault("garbage_after", operation="customerSet", times=1))
        ran = here.step.run()
        assert {ran.rows[key(number)]["outcome"] for number in (JAN, PIET)} == {"updated"}
        assert len(here.customer("piet@example.nl")["addressesV2"]["nodes"]) == 1
        assert_once(here)
