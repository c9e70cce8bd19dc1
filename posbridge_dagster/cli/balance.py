"""`posbridge balance`: both sides of a day, added up now, for each direction."""

from datetime import datetime

import click
import dagster as dg
import pandas as pd
from rich.console import Console
from rich.table import Table

from posbridge_dagster.balance.compare import VAT_ROUNDING
from posbridge_dagster.cli.faults import told
from posbridge_dagster.cli.runs import run_flow
from posbridge_dagster.definitions import defs
from posbridge_dagster.flows.balancing import FLOWS, balance_keys, flows_of, job
from posbridge_dagster.flows.day_balance import FRAMES, balance_key
from posbridge_dagster.loading.rows import plain_rows
from posbridge_dagster.model.money import decimal_amount
from posbridge_dagster.settings import read_settings
from posbridge_dagster.storage import FrameStore


@click.command()
@click.option("--day", required=True, type=click.DateTime(["%Y-%m-%d"]), help="Day in the shop's time zone, and bookkeeping day.")
def balance(day: datetime) -> None:
    """Compare both sides of a day, in each direction that was run for it.

    What was sold in Shopify on the day, and given back for it, with what MplusKASSA has booked; and what MplusKASSA booked on the
    day with what Shopify holds of it. Exit status 1 when something is unexplained.
    """
    partition = f"{day:%Y-%m-%d}"
    console = Console(width=max(Console().width, 150))
    with told():
        store = FrameStore(read_settings().frames_url)
        flows = flows_of(partition, store)
    if not flows:
        raise click.ClickException(
            f"the result of {partition} has not been made yet, in no direction; run {' or '.join(FLOWS)} for it first"
        )
    keys = [key for flow in flows for key in balance_keys(flow)]
    with told(), dg.DagsterInstance.ephemeral() as instance:
        run = run_flow(defs.resolve_job_def(job.name), partition, instance, assets=keys)
    for flow in FLOWS:
        if flow in flows:
            _print(console, flow, partition, {name: plain_rows(_frame(store, flow, name, partition)) for name in FRAMES})
        else:
            console.print(f"{flow} was not run for {partition}.")
    unbalanced = [str(check.asset_key.path[1]) for check in run.get_asset_check_evaluations() if not check.passed]
    if unbalanced:
        raise click.ClickException(f"{partition} does not balance: {', '.join(unbalanced)}")
    console.print(f"[green]{partition} balances.[/]")


def _print(console: Console, flow: str, partition: str, frames: dict[str, list[dict[str, object]]]) -> None:
    rounded = [row for row in frames["differences"] if row["code"] == VAT_ROUNDING]
    named = [row for row in frames["differences"] if row["code"] != VAT_ROUNDING]
    console.print(_table(f"{flow}, {partition}: both sides", frames["sums"]))
    if named:
        console.print(_table(f"{flow}, {partition}: what differs", named))
    if rounded:
        cents = sum(abs(int(str(row["difference"]))) for row in rounded)
        console.print(
            f"{len(rounded)} documents differ by the rounding of their VAT only, {cents} cents in all; their totals are the same."
        )


def _frame(store: FrameStore, flow: str, name: str, partition: str) -> pd.DataFrame:
    frame = store.read(balance_key(flow, name).path, partition)
    if frame is None:
        raise click.ClickException(f"there is no balance of {partition}")
    return frame


def _table(title: str, rows: list[dict[str, object]]) -> Table:
    table = Table(*(rows[0] if rows else ("nothing",)), title=title)
    for row in rows:
        table.add_row(*(_shown(row, name) for name in row))
    return table


def _shown(row: dict[str, object], name: str) -> str:
    value = row[name]
    money = isinstance(value, int) and row["measure"] in ("gross", "vat", "tender")
    return str(decimal_amount(int(str(value)), "EUR")) if money else str(value)
