"""What was changed in the shop is not forgotten before it was dealt with."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from posbridge_dagster.flows.products_to_shopify.drift import CURSOR, LOOKED_AT, looked
from posbridge_dagster.flows.products_to_shopify.shapes import SHOP_CHANGES
from posbridge_dagster.ledger import Ledger
from posbridge_dagster.loading.product_matching import SEEN
from posbridge_dagster.loading.result import ResultRow
from posbridge_dagster.model.outcome import Outcome

THEN, NOW = "2026-11-20T10:00:00+00:00", "2026-11-20T11:00:00+00:00"
EDITED = "2026-11-20T10:30:00Z"
PUT_RIGHT = ResultRow("1", Outcome.UPDATED)


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with Ledger.open(f"sqlite:///{tmp_path / 'ledger.db'}", shop="s", administration="a") as opened:
        opened.move_cursor(CURSOR, THEN)
        yield opened


def remembered(ledger: Ledger, other: ResultRow) -> tuple[str | None, set[str]]:
    changes = SHOP_CHANGES.frame([{"product_id": f"70{n}", "family_number": n, "updated_at": EDITED, "content": "{}"} for n in (1, 2)])
    changes.attrs = {LOOKED_AT: NOW}
    looked(changes, [PUT_RIGHT, other], ledger)
    return ledger.cursor(CURSOR), set(ledger.links(SEEN, ["701", "702"]))


def test_what_was_put_right_or_is_for_a_person_is_not_looked_at_again(ledger: Ledger) -> None:
    assert remembered(ledger, ResultRow("2", Outcome.QUARANTINED, code="options_changed")) == (NOW, {"701", "702"})


@pytest.mark.parametrize(
    "other", [ResultRow("2", Outcome.FAILED, code="busy"), ResultRow("2", Outcome.SKIPPED, code="in_progress_elsewhere")]
)
def test_what_could_not_be_put_right_is_looked_at_again_by_the_next_run(other: ResultRow, ledger: Ledger) -> None:
    assert remembered(ledger, other) == (THEN, {"701"})
