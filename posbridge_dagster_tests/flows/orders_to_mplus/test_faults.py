"""A day on which one call in ten goes wrong, on both systems and in every way: after at most three runs everything is in once."""

from datetime import date
from pathlib import Path

import pytest

from posbridge_dagster.sandbox.faults import Fault
from posbridge_dagster.sandbox.generator import generate_shop
from posbridge_dagster_tests.flows.bookkeeping import held, sold
from posbridge_dagster_tests.flows.coupling import Run, coupled

MONDAY = date(2025, 10, 20)
ORDERS = 200
SHARE = 0.1
RUNS = 3
KINDS = (
    "reset_before",
    "reset_after",
    "error_before",
    "error_after",
    "server_fault",
    "throttled",
    "truncated_after",
    "garbage_after",
    "hang_before",
    "hang_after",
)


def one_in_ten() -> list[Fault]:
    """Faults of every kind; of those that take as long as the client waits, a few."""
    return [Fault(kind, share=SHARE / len(KINDS), times=2 if kind.startswith("hang") else None, seconds=4.0) for kind in KINDS]


@pytest.mark.prove
@pytest.mark.timeout(900)
def test_with_one_call_in_ten_failing_everything_is_in_once_after_three_runs(tmp_path: Path) -> None:
    seed = generate_shop(8, MONDAY, days=1, orders_per_day=ORDERS, persons=15, known_share=0.5, nasty=False, online_share=0.0)
    with coupled(seed, tmp_path, POSBRIDGE_RETRY_BUDGET_S="20", POSBRIDGE_READ_TIMEOUT_S="3") as coupling:
        for served in (coupling.shopify, coupling.mplus):
            served.control.faults.extend(one_in_ten())
        runs: list[Run] = []
        while len(runs) < RUNS and not (runs and runs[-1].success):
            runs.append(coupling.run(MONDAY.isoformat()))
        assert runs[-1].success, [run.failure for run in runs]
        struck = {call.fault for served in (coupling.shopify, coupling.mplus) for call in served.control.calls if call.fault}
        assert len(struck) >= len(KINDS) - 2  # chance may leave one out
        documents = coupling.orders()
        assert len(documents) == ORDERS
        for order in seed.orders:
            assert held(documents[str(order.number)]) == sold(order, seed)
        emails = [relation["email"].lower() for relation in coupling.relations().values() if relation.get("email")]
        assert len(emails) == len(set(emails)) + 1  # the generator's two relations that share one
        assert coupling.quarantined() == {}
        assert all(runs[-1].checks.values())
