"""The balance of a whole day on both pretend systems, and what it finds when somebody interferes."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner

from posbridge_dagster.cli.balance import balance
from posbridge_dagster.clients.mplus.orders import create_order
from posbridge_dagster.resources import mplus_client
from posbridge_dagster.sandbox.generator import generate_shop
from posbridge_dagster.settings import read_settings
from posbridge_dagster_tests.flows.coupling import Coupling, coupled

SUNDAY = date(2025, 10, 26)
DAY = SUNDAY.isoformat()


@pytest.fixture(scope="module")
def coupling(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Coupling]:
    home: Path = tmp_path_factory.mktemp("balance")
    with coupled(generate_shop(1, SUNDAY, 1, 5), home) as both:
        assert both.run(DAY).success
        yield both


def test_a_day_that_arrived_balances_and_what_was_held_back_is_named(coupling: Coupling) -> None:
    said = CliRunner().invoke(balance, ["--day", DAY])
    assert said.exit_code == 0, said.output
    assert f"{DAY} balances." in said.output
    assert "article_not_found" in said.output


def test_a_balance_writes_nothing(coupling: Coupling) -> None:
    coupling.forget_calls()
    assert CliRunner().invoke(balance, ["--day", DAY]).exit_code == 0
    assert coupling.writes() == []


def test_a_sale_that_only_the_administration_knows_breaks_the_balance(coupling: Coupling) -> None:
    line = {"articleNumber": 900007, "text": "Fooi", "data": {"quantity": 1, "price": 250}}
    stray = {
        "extOrderId": f"shopify:{read_settings().shop_handle}:4711",
        "entryBranchNumber": 1,
        "financialBranchNumber": 1,
        "workplaceNumber": 1,
        "employeeNumber": 999999,
        "relationNumber": 1,
        "vatMethod": "VAT-METHOD-INCLUSIVE",
        "financialDate": SUNDAY,
        "lineList": [line],
    }
    create_order(mplus_client(read_settings()), stray, key="stray")
    said = CliRunner().invoke(balance, ["--day", DAY])
    assert said.exit_code == 1
    assert "does not balance" in said.output


def test_a_day_that_was_never_run_cannot_be_balanced(coupling: Coupling) -> None:
    said = CliRunner().invoke(balance, ["--day", "2025-10-20"])
    assert said.exit_code == 1
    assert "has not been made" in said.output
