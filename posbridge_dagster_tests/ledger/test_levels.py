from dataclasses import replace
from datetime import UTC, datetime

from posbridge_dagster.ledger import Ledger, Level, LevelKey, Levels

NOON = datetime(2026, 11, 20, 11, tzinfo=UTC)
BAG = Level(100101, "1", item_id="9001", quantity=5, acknowledged_at=NOON, missing_pieces=2, missing_since=NOON, run_id="run-1")


def test_a_level_is_kept_as_it_stands_and_replaced_as_a_whole(ledger: Ledger) -> None:
    levels = Levels(ledger)
    other = Level(100101, "2", code="INVALID_LOCATION", reason="the location is gone", attempts=3)
    levels.keep([BAG, other])
    assert levels.all() == {LevelKey(100101, "1"): BAG, LevelKey(100101, "2"): other}
    sold_out = replace(BAG, quantity=0, missing_pieces=0, missing_since=None, held_quantity=7)
    levels.keep([sold_out])
    assert levels.all() == {BAG.key: sold_out, other.key: other}


def test_many_levels_come_back_whole(ledger: Ledger) -> None:
    levels = Levels(ledger)
    many = [Level(100000 + number // 2, str(number % 2), quantity=number) for number in range(1200)]
    levels.keep(many)
    assert levels.all() == {level.key: level for level in many}


def test_each_shop_has_its_own_levels(url: str) -> None:
    with Ledger.open(url, shop="amsterdam", administration="main") as here, Ledger.open(url, shop="urk", administration="main") as there:
        Levels(here).keep([BAG])
        assert Levels(there).all() == {}
