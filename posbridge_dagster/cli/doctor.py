"""`posbridge doctor`: is everything set up so that a run can succeed?"""

from collections.abc import Callable
from datetime import UTC, datetime

import click
from rich.console import Console
from rich.table import Table

from posbridge_dagster.clients.failures import RemoteFailure
from posbridge_dagster.clients.mplus.client import MplusClient
from posbridge_dagster.clients.mplus.masterdata import branches, payment_methods, vat_groups
from posbridge_dagster.clients.mplus.probe import check_connection
from posbridge_dagster.clients.mplus.relations import get_relation
from posbridge_dagster.clients.mplus.versions import show_version
from posbridge_dagster.clients.shopify.client import ShopifyClient
from posbridge_dagster.clients.shopify.shop import bootstrap, require_scopes
from posbridge_dagster.clients.shopify.version import days_left
from posbridge_dagster.flows.orders_to_mplus.mapping_file import read_mapping
from posbridge_dagster.flows.orders_to_mplus.options import OrdersToMplusOptions
from posbridge_dagster.ledger import LedgerFailure
from posbridge_dagster.mapping import Mapping, MappingFileError
from posbridge_dagster.resources import mplus_client, open_ledger, shopify_client
from posbridge_dagster.settings import Settings, SettingsError, read_settings
from posbridge_dagster.snapshots.bulk_or_pages import NEEDED_SCOPES

SOON_DAYS = 45


class Unwell(Exception):
    """Something a person has to mend, in one sentence."""


@click.command()
def doctor() -> None:
    """Check settings, connections, rights, versions, the ledger and the mapping; exit status 1 when something is wrong."""
    console, table = Console(), Table("check", "", "what was found")
    try:
        settings = read_settings()
    except SettingsError as error:
        raise click.ClickException(str(error)) from None
    shopify, mplus = shopify_client(settings), mplus_client(settings)
    ill = 0
    for name, check in _checks(settings, shopify, mplus).items():
        try:
            table.add_row(name, "[green]well[/]", check())
        except (RemoteFailure, MappingFileError, LedgerFailure, Unwell) as error:
            ill += 1
            table.add_row(name, "[red]ill[/]", str(error))
    console.print(table)
    if ill:
        raise click.ClickException(f"{ill} of the checks failed")


def _checks(settings: Settings, shopify: ShopifyClient, mplus: MplusClient) -> dict[str, Callable[[], str]]:
    return {
        "mapping file": lambda: _mapping(settings),
        "ledger": lambda: _ledger(settings),
        "Shopify shop": lambda: _shop(shopify),
        "Shopify scopes": lambda: _scopes(shopify),
        "Shopify version": lambda: _version(shopify, settings),
        "MplusKASSA address": lambda: _address(mplus),
        "MplusKASSA service": lambda: f"version {show_version(mplus.service_version)}",
        "MplusKASSA master data": lambda: _master_data(mplus, settings),
    }


def _mapping(settings: Settings) -> str:
    read_mapping(settings)
    return f"{settings.mapping_file('orders_to_mplus')} is in order"


def _ledger(settings: Settings) -> str:
    with open_ledger(settings) as ledger:
        oldest = ledger.oldest_unsent("orders_to_mplus")
    return "open" if oldest is None else f"open; the oldest unsent order waits since {oldest:%Y-%m-%d %H:%M} UTC"


def _shop(client: ShopifyClient) -> str:
    found = bootstrap(client)
    active = sum(bool(location["isActive"]) for location in found.locations)
    return f"{found.shop['name']}, {found.shop['currencyCode']}, {found.shop['ianaTimezone']}, {active} active locations"


def _scopes(client: ShopifyClient) -> str:
    require_scopes(client, NEEDED_SCOPES)
    return ", ".join(NEEDED_SCOPES)


def _version(client: ShopifyClient, settings: Settings) -> str:
    left = days_left(datetime.now(UTC).date())
    if client.served_version and client.served_version != settings.shopify_version:
        raise Unwell(f"Shopify serves {client.served_version} instead of {settings.shopify_version}: update posbridge")
    if left < SOON_DAYS:
        raise Unwell(f"{settings.shopify_version} is served for {left} more days: update posbridge")
    return f"{settings.shopify_version}, served for {left} more days"


def _address(client: MplusClient) -> str:
    check_connection(client)
    return client.address


def _master_data(client: MplusClient, settings: Settings) -> str:
    """Compare what the mapping names with what the administration has; every code is its own word there."""
    mapping = read_mapping(settings)
    methods = {str(row["method"]) for row in payment_methods(client) if row.get("active") is not False}
    wanted = {
        "payment method": (_values(mapping, "payment_methods"), methods),
        "VAT code": (_values(mapping, "vat_codes"), {str(row["vatCode"]) for row in vat_groups(client)}),
        "branch": (_values(mapping, "branches"), {str(row["branchNumber"]) for row in branches(client)}),
    }
    missing = [f"{kind} {value}" for kind, (named, there) in wanted.items() for value in sorted(named - there)]
    debtors = {mapping.settings.default_debtor, *mapping.settings.default_debtor_by_location.values()}
    missing += [f"relation {number} (default debtor)" for number in sorted(debtors) if get_relation(client, number) is None]
    if missing:
        raise Unwell(f"the mapping names what this administration does not have: {', '.join(missing)}")
    return "every payment method, VAT code, branch and default debtor of the mapping exists"


def _values(mapping: Mapping[OrdersToMplusOptions], lookup: str) -> set[str]:
    declared = mapping.declaration.lookups.get(lookup)
    return {str(value) for value in declared.values.values()} if declared else set()
