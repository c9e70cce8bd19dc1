"""The doctor tells of every flow whether its mapping is right and whether the token may do what it does."""

from pathlib import Path

import yaml

from posbridge_dagster.flows.discovery import flow_names, scopes_of
from posbridge_dagster.flows.orders_to_mplus import FLOW as ORDERS
from posbridge_dagster.flows.stock_to_shopify import FLOW as STOCK
from posbridge_dagster.sandbox.shopify import ShopifySandbox
from posbridge_dagster_tests.cli.conftest import Command
from posbridge_dagster_tests.flows.coupling import Coupling

ROOT = Path(__file__).parents[2]
OTHERS = [flow for flow in flow_names() if flow not in (ORDERS, STOCK)]


def shipped(coupling: Coupling) -> None:
    """Give the coupling the mapping files of all flows."""
    for flow in OTHERS:
        (coupling.home / "mappings" / f"{flow}.yaml").write_text((ROOT / "mappings" / f"{flow}.yaml").read_text("utf-8"), "utf-8")


def test_every_flow_that_is_set_up_is_told_of(coupling: Coupling, posbridge: Command) -> None:
    shipped(coupling)
    result = posbridge("doctor")
    assert result.exit_code == 0, result.output
    assert [flow for flow in OTHERS if f"{flow} mapping" not in result.output or f"{flow} scopes" not in result.output] == []


def test_a_scope_that_is_missing_is_worth_a_note_and_a_wrong_mapping_is_ill(coupling: Coupling, posbridge: Command) -> None:
    shipped(coupling)
    shop = coupling.shopify.system
    assert isinstance(shop, ShopifySandbox)
    shop.switches["scopes"] = [scope for scope in shop.switches["scopes"] if scope != "write_products"]
    path = coupling.home / "mappings" / "customers_to_shopify.yaml"
    document = yaml.safe_load(path.read_text("utf-8"))
    document["settings"]["inactve"] = "tag"
    path.write_text(yaml.safe_dump(document), "utf-8")
    result = posbridge("doctor")
    assert result.exit_code == 1
    flat = " ".join(result.output.replace("│", " ").split())
    assert "give the app write_products" in flat
    assert "customers_to_shopify mapping" in flat.rpartition("checks are ill")[2]


def test_the_readme_names_the_scopes_of_every_flow() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    rows = {flow: f"| `{flow}` | {', '.join(f'`{scope}`' for scope in scopes_of(flow))} |" for flow in flow_names()}
    assert [flow for flow, row in rows.items() if row not in readme] == []
