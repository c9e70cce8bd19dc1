"""A day read page by page and by one bulk query is the same day."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from pandas.testing import assert_frame_equal

from posbridge_dagster.sandbox.generator import generate_shop
from posbridge_dagster.snapshots.order_shapes import SHAPES
from posbridge_dagster_tests.flows.coupling import coupled
from posbridge_dagster_tests.flows.little_shop import DAY, NOON, little_shop, sale

MONDAY = date(2025, 10, 20)


@pytest.mark.prove
def test_a_bulk_query_gives_exactly_the_frames_of_paging(tmp_path: Path) -> None:
    seed = generate_shop(11, MONDAY, days=1, orders_per_day=12)
    day = MONDAY.isoformat()
    with coupled(seed, tmp_path / "paged") as coupling:
        assert coupling.run(day, dry_run=True).success
        paged = {name: coupling.frame(name, "snapshot", day) for name in SHAPES}
        assert "bulkOperationRunQuery" not in [call.operation for call in coupling.shopify.control.calls]
    with coupled(seed, tmp_path / "bulk", POSBRIDGE_BULK_ABOVE="5") as coupling:
        assert coupling.run(day, dry_run=True).success
        assert "bulkOperationRunQuery" in [call.operation for call in coupling.shopify.control.calls]
        for name, frame in paged.items():
            assert_frame_equal(coupling.frame(name, "snapshot", day), frame)
    assert len(paged["order_lines"]) > 300


@pytest.mark.prove
def test_a_whole_read_finds_what_a_difference_cannot_show(tmp_path: Path) -> None:
    evening = sale(2, at=NOON + timedelta(hours=6))  # a difference begins shortly before it, long after order 1
    with coupled(little_shop(sale(1), evening), tmp_path) as coupling:
        coupling.run(DAY)
        coupling.shopify.system.shop.orders.get(1).note = "changed without a new stamp"  # type: ignore[attr-defined]
        coupling.run(DAY)
        assert "changed without a new stamp" not in set(coupling.frame("orders", "snapshot", DAY)["note"])
        coupling.run(DAY, read_everything=True)
        assert "changed without a new stamp" in set(coupling.frame("orders", "snapshot", DAY)["note"])
