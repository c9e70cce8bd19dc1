"""What the mapping file decides, seen on the other side."""

from pathlib import Path
from typing import Any

from posbridge_dagster.flows.orders_to_mplus import FLOW
from posbridge_dagster_tests.flows.coupling import coupled
from posbridge_dagster_tests.flows.little_shop import BOOK, DAY, bag, book, eva, little_shop, sale, stranger

MIXED = little_shop(sale(1), sale(2, book, customer=eva), sale(3, bag, stranger), sale(4, test=True))


def test_a_plan_says_what_would_happen_and_leaves_no_trace(tmp_path: Path) -> None:
    with coupled(MIXED, tmp_path) as coupling:
        before = coupling.mplus.system.state()
        plan = coupling.run(DAY, dry_run=True)
        assert plan.success, plan.failure
        assert coupling.writes() == []
        assert coupling.mplus.system.state() == before
        with coupling.ledger() as memory:
            assert memory.records(FLOW, ["1", "2", "3", "4", "customer:61"]) == {}
            assert memory.quarantined() == []
            assert memory.links("relation", ["customer:61"]) == {}
        assert {row["code"] for row in plan.orders.values() if row["outcome"] == "created"} == {"planned"}
        assert plan.orders["1"]["changes"] == "create"
        done = coupling.run(DAY)
        assert done.outcomes() == plan.outcomes() == {"1": "created", "2": "created", "3": "quarantined", "4": "skipped"}
        assert {key: row["outcome"] for key, row in plan.customers.items()} == {key: row["outcome"] for key, row in done.customers.items()}


def test_a_plan_may_be_asked_for_by_a_variable_too(tmp_path: Path) -> None:
    with coupled(MIXED, tmp_path, POSBRIDGE_DRY_RUN="1") as coupling:
        assert coupling.run(DAY).outcomes()["1"] == "created"
        assert coupling.writes() == []


def test_with_the_default_debtor_always_nobody_becomes_a_relation(tmp_path: Path) -> None:
    def always(mapping: dict[str, Any]) -> None:
        mapping["settings"]["use_default_debtor"] = "always"

    with coupled(MIXED, tmp_path, mapping=always) as coupling:
        run = coupling.run(DAY)
        assert run.success, run.failure
        assert set(coupling.relations()) == {1}
        assert {order["relationNumber"] for order in coupling.orders().values()} == {1}


def test_an_unknown_sku_may_stand_on_a_fallback_article(tmp_path: Path) -> None:
    def fallback(mapping: dict[str, Any]) -> None:
        mapping["settings"] |= {"article_not_found": "fallback", "fallback_article": BOOK}

    with coupled(MIXED, tmp_path, mapping=fallback) as coupling:
        run = coupling.run(DAY)
        assert run.outcomes()["3"] == "created"
        lines = coupling.orders()["3"]["lines"]
        assert [(line["articleNumber"], line["text"]) for line in lines] == [(100101, "Tas"), (BOOK, "Proefmodel")]
        assert coupling.orders()["3"]["totalInclAmount"] == 1995 + 1250


def test_a_default_debtor_that_does_not_exist_stops_the_run_before_anything_is_written(tmp_path: Path) -> None:
    def nobody(mapping: dict[str, Any]) -> None:
        mapping["settings"]["default_debtor"] = 4242

    with coupled(MIXED, tmp_path, mapping=nobody) as coupling:
        run = coupling.run(DAY)
        assert not run.success
        assert "default debtor 4242 is no relation" in run.failure
        assert "Set default_debtor in mappings/orders_to_mplus.yaml" in run.failure
        assert coupling.writes() == []
