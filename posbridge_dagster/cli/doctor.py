"""`posbridge doctor`: is everything set up so that a run can succeed? One line for each check, and what to do."""

from collections.abc import Iterator
from functools import cache, partial

import click
from rich.table import Table
from rich.text import Text

from posbridge_dagster.cli.checks.administration import AdministrationChecks
from posbridge_dagster.cli.checks.findings import Finding, Health, examine
from posbridge_dagster.cli.checks.flows import FlowChecks
from posbridge_dagster.cli.checks.home import home_checks
from posbridge_dagster.cli.checks.shop import ShopChecks
from posbridge_dagster.cli.checks.stock import StockChecks
from posbridge_dagster.cli.faults import told
from posbridge_dagster.cli.screen import screen
from posbridge_dagster.flows.orders_to_mplus.mapping_file import read_mapping
from posbridge_dagster.resources import mplus_client, shopify_client
from posbridge_dagster.settings import Settings, read_settings

_COLOURS = {Health.WELL: "green", Health.NOTE: "yellow", Health.ILL: "red", Health.NOT_ASKED: "dim"}


@click.command()
def doctor() -> None:
    """Check settings, connections, rights, versions, clocks, the ledger and the mapping; exit status 1 when something is ill."""
    console, table = screen(), Table("check", "", "what was found")
    with told():
        settings = read_settings()
        found = list(_examined(settings))
    for name, finding in found:
        table.add_row(name, Text(finding.health.value, _COLOURS[finding.health]), finding.says)
    console.print(table)
    ill = [name for name, finding in found if finding.health is Health.ILL]
    if ill:
        raise click.ClickException(f"{len(ill)} of {len(found)} checks are ill: {', '.join(ill)}")


def _examined(settings: Settings) -> Iterator[tuple[str, Finding]]:
    """Yield every check's name and finding; the clients live as long as that takes."""
    shopify, mplus = shopify_client(settings), mplus_client(settings)
    mapping = cache(partial(read_mapping, settings))
    shop, administration = ShopChecks(settings, shopify, mapping), AdministrationChecks(settings, mplus, mapping)
    stock = StockChecks(settings, shopify, mplus)
    yield from examine(
        [*home_checks(settings), *shop.checks(), *administration.checks(), *stock.checks(), *FlowChecks(settings, shopify).checks()]
    )
    shopify.close()
    mplus.close()
