"""`posbridge balance`: both sides of a day, added up now."""

from datetime import datetime

import click
import dagster as dg
import pandas as pd
from rich.console import Console
from rich.table import Table

from posbridge_dagster.balance.compare import VAT_ROUNDING
from posbridge_dagster.cli.faults import told
from posbridge_dagster.cli.runs import run_day
from posbridge_dagster.definitions import defs
from posbridge_dagster.flows import balancing
from posbridge_dagster.flows.orders_to_mplus.balance import FRAMES, key
from posbridge_dagster.loading.rows import plain_rows
from posbridge_dagster.model.money import decimal_amount
from posbridge_dagster.settings import read_settings
from posbridge_dagster.storage import FrameStore


@click.command()
@click.option("--day", required=True, type=click.DateTime(["%Y-%m-%d"]), help="Day of the sales, in the shop's time zone.")
def balance(day: datetime) -> None:
    """Compare what was sold on a day, and given back for it, with what MplusKASSA has booked.

    Exit status 1 when something is unexplained.
    """
    partition = f"{day:%Y-%m-%d}"
    with told(), dg.DagsterInstance.ephemeral() as instance:
        run = run_day(defs.resolve_job_def(balancing.job.name), partition, instance)
    store = FrameStore(read_settings().frames_url)
    console = Console(width=max(Console().width, 150))
    sums, differences = (plain_rows(_frame(store, name, partition)) for name in FRAMES)
    rounded = [row for row in differences if row["code"] == VAT_ROUNDING]
    named = [row for row in differences if row["code"] != VAT_ROUNDING]
    console.print(_table(f"{partition}: both sides", sums))
    if named:
        console.print(_table(f"{partition}: what differs", named))
    if rounded:
        cents = sum(abs(row["difference"]) for row in rounded)
        console.print(
            f"{len(rounded)} documents differ by the rounding of their VAT only, {cents} cents in all; their totals are the same."
        )
    if not all(check.passed for check in run.get_asset_check_evaluations()):
        raise click.ClickException(f"{partition} does not balance")
    console.print(f"[green]{partition} balances.[/]")


def _frame(store: FrameStore, name: str, partition: str) -> pd.DataFrame:
    frame = store.read(key(name).path, partition)
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
