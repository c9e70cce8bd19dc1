"""When a flow without days is asked to run: its markers moved, or its last run failed and has rested."""

from datetime import UTC, datetime, timedelta

import dagster as dg
from dagster._core.test_utils import create_run_for_test

from posbridge_dagster.flows.ticking import MARKERS_TAG, due

FLOW = "products_to_shopify"


def ran(instance: dg.DagsterInstance, markers: str | None, status: dg.DagsterRunStatus) -> str:
    tags = {MARKERS_TAG: markers} if markers else {}
    return str(create_run_for_test(instance, job_name=FLOW, status=status, tags=tags).run_id)


def test_the_first_look_and_every_move_ask_for_a_run_that_remembers_the_markers() -> None:
    with dg.DagsterInstance.ephemeral() as instance:
        first = due(instance, FLOW, '{"Article": 5}', datetime.now(UTC))
        assert isinstance(first, dg.RunRequest) and first.tags[MARKERS_TAG] == '{"Article": 5}'
        ran(instance, '{"Article": 5}', dg.DagsterRunStatus.SUCCESS)
        assert isinstance(due(instance, FLOW, '{"Article": 5}', datetime.now(UTC)), dg.SkipReason)
        assert isinstance(due(instance, FLOW, '{"Article": 6}', datetime.now(UTC)), dg.RunRequest)


def test_a_run_by_hand_does_not_make_the_markers_forgotten() -> None:
    with dg.DagsterInstance.ephemeral() as instance:
        ran(instance, '{"Article": 5}', dg.DagsterRunStatus.SUCCESS)
        ran(instance, None, dg.DagsterRunStatus.SUCCESS)
        assert isinstance(due(instance, FLOW, '{"Article": 5}', datetime.now(UTC)), dg.SkipReason)


def test_while_a_run_is_under_way_the_same_markers_ask_for_nothing() -> None:
    with dg.DagsterInstance.ephemeral() as instance:
        ran(instance, '{"Article": 5}', dg.DagsterRunStatus.STARTED)
        assert isinstance(due(instance, FLOW, '{"Article": 5}', datetime.now(UTC)), dg.SkipReason)


def test_a_failed_run_is_asked_for_again_after_its_rest_once() -> None:
    with dg.DagsterInstance.ephemeral() as instance:
        failed = ran(instance, '{"Article": 5}', dg.DagsterRunStatus.FAILURE)
        assert isinstance(due(instance, FLOW, '{"Article": 5}', datetime.now(UTC)), dg.SkipReason)
        again = due(instance, FLOW, '{"Article": 5}', datetime.now(UTC) + timedelta(minutes=5))
        assert isinstance(again, dg.RunRequest) and failed in str(again.run_key)
