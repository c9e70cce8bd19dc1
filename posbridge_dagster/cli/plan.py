"""`posbridge plan`: what a flow would write. The frames stand in a folder of their own; nothing is written."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from tempfile import TemporaryDirectory
from typing import Any

import click
import pandas as pd
from rich.console import Console

from posbridge_dagster.cli.faults import told
from posbridge_dagster.cli.plan_tables import outcomes_table, reasons_table
from posbridge_dagster.cli.screen import screen


@click.command()
@click.argument("flow")
@click.option(
    "--day",
    "days",
    multiple=True,
    type=click.DateTime(["%Y-%m-%d"]),
    help="Local day of the shop, for a flow that is run day by day; more than one may be given.",
)
def plan(flow: str, days: tuple[datetime, ...]) -> None:
    """Show what FLOW would create, update, skip and quarantine and why; writes nothing."""
    console = screen()
    with told():
        planned = _planned(flow, [f"{day:%Y-%m-%d}" for day in days] or [None], console)
    for frame, rows in planned.results.items():
        console.print(f"What {flow} would do with {frame.replace('_', ' ')}", style="bold")
        console.print(outcomes_table(rows))
        reasons = reasons_table(rows)
        if reasons:
            console.print(reasons)
    console.print(f"Asked with {planned.calls}. Nothing was written.")


@dataclass
class _Planned:
    """The result frames of all days by the name of their frame (customers, orders), and what was asked for them."""

    results: dict[str, pd.DataFrame] = field(default_factory=dict)
    calls: str = ""


def _planned(flow: str, days: Sequence[str | None], console: Console) -> _Planned:
    """Run the flow, for each day where it has days, as a dry run, on a rehearsal of the ledger and with clients of its own."""
    import dagster as dg

    from posbridge_dagster.cli.runs import job_of, result_keys, run_flow
    from posbridge_dagster.ledger.rehearsal import rehearsal
    from posbridge_dagster.resources import mplus_client, open_ledger, shopify_client
    from posbridge_dagster.settings import read_settings
    from posbridge_dagster.storage import FrameStore, ParquetFrames

    job, settings = job_of(flow), read_settings()
    shopify, mplus = shopify_client(settings), mplus_client(settings)
    with TemporaryDirectory(prefix="posbridge-plan-") as folder, open_ledger(settings) as real, rehearsal(real) as ledger:
        frames = FrameStore(folder)
        resources = {
            "settings": settings.model_copy(update={"dry_run": True}),
            "shopify": shopify,
            "mplus": mplus,
            "ledger": ledger,
            "frame_store": frames,
            "io_manager": ParquetFrames(frames),
        }
        with dg.DagsterInstance.ephemeral() as instance:
            for day in days:
                with console.status(f"{flow}: {day or 'all'}"):
                    run_flow(job, day, instance, resources)
        results = {
            name: pd.concat([_stored(frames, key.path, day) for day in days], ignore_index=True) for name, key in result_keys(job).items()
        }
    asked = f"{shopify.statistics.calls} calls to Shopify and {mplus.statistics.calls} to MplusKASSA"
    return _Planned(results, asked)


def _stored(frames: Any, key: Sequence[str], day: str | None) -> pd.DataFrame:
    frame: pd.DataFrame = frames.read(key, day)
    return frame.assign(day=day or "")
