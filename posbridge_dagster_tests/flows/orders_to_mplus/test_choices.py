"""What the mapping file decides, seen on the other side."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from posbridge_dagster.flows.orders_to_mplus import FLOW
from posbridge_dagster_tests.flows.coupling import Coupling, Run, coupled
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


@pytest.mark.prove
def test_a_plan_may_be_asked_for_by_a_variable_too(tmp_path: Path) -> None:
    with coupled(MIXED, tmp_path, POSBRIDGE_DRY_RUN="1") as coupling:
        assert coupling.run(DAY).outcomes()["1"] == "created"
        assert coupling.writes() == []


@dataclass(frozen=True)
class Chosen:
    """A day with the default debtor for everybody and an article for what no article is known of."""

    coupling: Coupling
    run: Run


@pytest.fixture(scope="module")
def chosen(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chosen]:
    def choose(mapping: dict[str, Any]) -> None:
        mapping["settings"] |= {"use_default_debtor": "always", "article_not_found": "fallback", "fallback_article": BOOK}

    with coupled(MIXED, tmp_path_factory.mktemp("chosen"), mapping=choose) as coupling:
        yield Chosen(coupling, coupling.run(DAY))


def test_with_the_default_debtor_always_nobody_becomes_a_relation(chosen: Chosen) -> None:
    assert chosen.run.success, chosen.run.failure
    assert set(chosen.coupling.relations()) == {1}
    assert {order["relationNumber"] for order in chosen.coupling.orders().values()} == {1}


def test_an_unknown_sku_may_stand_on_a_fallback_article(chosen: Chosen) -> None:
    assert chosen.run.outcomes()["3"] == "created"
    order = chosen.coupling.orders()["3"]
    assert [(line["articleNumber"], line["text"]) for line in order["lines"]] == [(100101, "Tas"), (BOOK, "Proefmodel")]
    assert order["totalInclAmount"] == 1995 + 1250


def test_a_default_debtor_that_does_not_exist_stops_the_run_before_anything_is_written(tmp_path: Path) -> None:
    def nobody(mapping: dict[str, Any]) -> None:
        mapping["settings"]["default_debtor"] = 4242

    with coupled(MIXED, tmp_path, mapping=nobody) as coupling:
        run = coupling.run(DAY)
        assert not run.success
        assert "default debtor 4242 is no relation" in run.failure
        assert "Set default_debtor in mappings/orders_to_mplus.yaml" in run.failure
        assert coupling.writes() == []
