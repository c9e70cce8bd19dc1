"""A run that is killed, meets faults or a search that lags leaves every collection once, with exactly its members."""

from pathlib import Path

import pytest

from posbridge_dagster.sandbox.faults import Fault
from posbridge_dagster_tests.flows.categories_to_shopify.shelf import BAGS, BOOKS, FOOD, SIGNS, SKUS, TEA, Shelf, shelf

WRITES_IN_ALL = 9
ORDINARY = (2,)
MEMBERS = {"10": {SKUS[BAGS]}, "11": {SKUS[SIGNS]}, "12": {SKUS[BOOKS]}, "20": {SKUS[SIGNS]}}


def assert_once(here: Shelf, members: dict[str, set[str]]) -> None:
    """Every group is there once, published, with its members, and nothing is left over."""
    ran = here.step.run()
    assert ran.success, ran.failure
    assert ran.counts() == {"unchanged": 4}
    assert here.members() == members
    assert all(node["resourcePublicationsV2"]["nodes"] for node in here.collections().values())
    here.step.sides.forget_calls()
    here.step.run()
    assert here.step.sides.writes() == []


@pytest.mark.parametrize(
    "write", [*ORDINARY, *(pytest.param(each, marks=pytest.mark.prove) for each in range(1, WRITES_IN_ALL + 1) if each not in ORDINARY)]
)
def test_a_run_that_is_killed_after_a_write_is_finished_by_the_next(write: int, tmp_path: Path) -> None:
    with shelf(tmp_path) as here:
        here.step.killed_at(Fault("hang_after", write=write), lambda call: call.held)
        assert here.step.run().success
        assert_once(here, MEMBERS)


@pytest.mark.prove
def test_a_run_that_is_killed_while_it_moves_members_is_finished_by_the_next(tmp_path: Path) -> None:
    with shelf(tmp_path) as here:
        here.step.run()
        here.step.sides.forget_calls()
        here.staff.show_product(BOOKS, [TEA])
        here.staff.show_product(BAGS, [FOOD])
        here.step.killed_at(Fault("hang_after", operation="collectionUpdate", times=1), lambda call: call.held)
        assert here.step.run().success
        assert_once(here, {"10": set(), "11": {SKUS[SIGNS], SKUS[BOOKS]}, "12": set(), "20": {SKUS[SIGNS], SKUS[BAGS]}})


def test_a_tenth_of_all_calls_fails_and_search_lags_and_every_collection_is_there_once(tmp_path: Path) -> None:
    with shelf(tmp_path) as here:
        here.shop.switches["search_lag_s"] = 30.0
        for kind in ("reset_before", "reset_after", "error_after", "garbage_after", "throttled"):
            here.step.sides.shopify.control.faults.append(Fault(kind, share=0.02))
        here.step.sides.shopify.control.faults.append(Fault("reset_after", operation="collectionCreate", times=2))
        for _ in range(3):
            here.step.run()
        here.step.sides.forget_faults()
        here.shop.switches["search_lag_s"] = 0.0
        assert here.step.run().success
        assert_once(here, MEMBERS)
