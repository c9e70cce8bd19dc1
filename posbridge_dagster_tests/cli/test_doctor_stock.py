"""What doctor says of stock: the map of places, and how to find out whether the free amount is net of reservations."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from posbridge_dagster.cli.checks.findings import Health, examine
from posbridge_dagster.cli.checks.stock import FREE, MAPPING, RIGHTS, StockChecks
from posbridge_dagster.resources import mplus_client, shopify_client
from posbridge_dagster.settings import read_settings
from posbridge_dagster_tests.flows.orders_to_shopify.both_sides import BothSides, both_sides
from posbridge_dagster_tests.flows.stock_to_shopify.stock_shop import FIRST, shelves
from posbridge_dagster_tests.sandbox.mplus.till import line, order


@pytest.fixture(scope="module")
def sides(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BothSides]:
    with both_sides(shelves(2, 10, locations=2), tmp_path_factory.mktemp("doctor"), mapping=lambda _: None) as sides:
        yield sides


def found() -> dict[str, tuple[Health, str]]:
    settings = read_settings()
    shopify, mplus = shopify_client(settings), mplus_client(settings)
    findings = {name: (finding.health, finding.says) for name, finding in examine(StockChecks(settings, shopify, mplus).checks())}
    shopify.close()
    mplus.close()
    return findings


def test_a_token_that_may_not_write_inventory_is_told(sides: BothSides) -> None:
    assert found()[RIGHTS][0] is Health.WELL
    scopes = sides.shopify.system.switches["scopes"]
    sides.shopify.system.switches["scopes"] = [each for each in scopes if each != "write_inventory"]
    try:
        health, says = found()[RIGHTS]
    finally:
        sides.shopify.system.switches["scopes"] = scopes
    assert health is Health.ILL
    assert "write_inventory" in says


def test_the_free_amount_is_explained_by_an_article_that_shows_it(sides: BothSides) -> None:
    assert found()[MAPPING] == (Health.WELL, "locations: 1 sells from 1, 2 sells from 2")
    assert "enter an order of one piece" in found()[FREE][1]
    sides.till.ask("createOrderV3", idempotencyKey="r", order=order("reserving", line(FIRST, 3)))
    health, says = found()[FREE]
    assert health is Health.NOTE
    assert f"article {FIRST}" in says
    assert "3 are reserved and the interface says 7 free. If 10 lie on the shelf, true is right; if 7 do, false is right" in says


def test_places_that_are_not_there_are_named(sides: BothSides) -> None:
    file = read_settings().mapping_file("stock_to_shopify")
    text = file.read_text("utf-8")
    try:
        _write(file, text, "'2':\n    - 2", "'9':\n    - 77")
        health, says = found()[MAPPING]
        assert health is Health.ILL
        assert "location 9 of the shop, branch 77 of MplusKASSA" in says
        assert found()[FREE][0] is Health.NOT_ASKED
        file.unlink()
        assert found() == {}
    finally:
        file.write_text(text, "utf-8")


def _write(file: Path, text: str, old: str, new: str) -> None:
    assert old in text, text
    file.write_text(text.replace(old, new), "utf-8")
