"""Two runs of one day at the same time, in two processes: every order once, whoever writes it."""

from datetime import date
from pathlib import Path

from posbridge_dagster.sandbox.generator import generate_shop
from posbridge_dagster_tests.flows.bookkeeping import held, sold
from posbridge_dagster_tests.flows.coupling import paired

MONDAY = date(2025, 10, 20)


def test_two_processes_that_run_one_day_write_every_order_once(tmp_path: Path) -> None:
    seed = generate_shop(5, MONDAY, days=1, orders_per_day=12, persons=12, known_share=0.3, nasty=False, online_share=0.0)
    with paired(seed, tmp_path) as coupling:
        both = [coupling.process(MONDAY.isoformat()) for _ in range(2)]
        for process in both:
            process.start()
        for process in both:
            process.join(60)
        assert [process.exitcode for process in both] == [0, 0]
        documents = coupling.orders()
        for order in seed.orders:
            assert held(documents[str(order.number)]) == sold(order, seed)
        emails = [relation["email"] for relation in coupling.relations().values() if relation.get("email")]
        assert len(emails) == len(set(emails)) + 1  # the generator's two relations that share one
        assert coupling.quarantined() == {}
        coupling.forget_calls()
        quiet = coupling.process(MONDAY.isoformat())
        quiet.start()
        quiet.join(60)
        assert coupling.writes() == []
        assert {row["outcome"] for row in coupling.results("orders", MONDAY.isoformat()).values()} == {"unchanged"}
