"""`posbridge demo`: a pretend week goes both ways, with catalogue, customers and stock, twice, and both sides are added up."""

import os
import signal
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path

import click
from rich.console import Console

from posbridge_dagster.cli.demo_systems import STOPPING, Systems, alone, sandbox
from posbridge_dagster.cli.demo_tables import ORDERS, balance_table, balanced, days_table, flows_table, quarantine_table
from posbridge_dagster.cli.screen import screen

FIRST_DAY = date(2026, 10, 19)  # the week ends with the night on which the clocks go back
DAYS = 7
ORDERS_PER_DAY = 30


@click.command()
def demo() -> None:
    """Fill a pretend shop and a pretend till with a week of nasty sales, run every flow, twice, and balance both sides."""
    console, mappings = screen(), Path("mappings").absolute()
    if not mappings.is_dir():
        raise click.ClickException(f"there is no folder {mappings}: run the demo in the folder of the project")
    with _interruptible(), tempfile.TemporaryDirectory(prefix="posbridge-demo-") as folder, alone(Path(folder), mappings):
        console.print("Filling a pretend shop and a pretend administration ...")
        with sandbox(Path(folder), FIRST_DAY, DAYS, ORDERS_PER_DAY) as systems:
            faults = _shown(console, systems)
    if faults:
        raise click.ClickException("; ".join(faults))
    console.print("Both sides balance, and a second pass writes nothing.", style="green")


def _shown(console: Console, systems: Systems) -> list[str]:
    """Run everything twice, print what happened and return what is not as it should be."""
    import dagster as dg

    from posbridge_dagster.cli.demo_flows import Flows
    from posbridge_dagster.cli.demo_till import sell_at_the_till

    os.environ.update(systems.environment)
    days = [(FIRST_DAY + timedelta(days=offset)).isoformat() for offset in range(DAYS)]
    console.print(f"The till books {sell_at_the_till(days)} documents of its own ...")
    with dg.DagsterInstance.ephemeral() as instance:  # its runs are shown here and nowhere else, so they need no database
        flows = Flows(console, instance, days)
        first = flows.run("first pass")
        console.print(flows_table("What became of the records", first))
        console.print(days_table("The orders of the week, from Shopify to MplusKASSA", flows.week()))
        console.print(quarantine_table({flow: list(flows.results(flow)) for flow in first}))
        flows.balance()
        systems.forget_calls()
        second = flows.run("second pass")
        writes, sides = systems.writes(), systems.both_sides(list(flows.results(ORDERS, "orders")))
        console.print(f"Second pass: {sum(ended['unchanged'] for ended in second.values())} records unchanged, {writes} write calls.")
        console.print(balance_table(sides))
    idle = [flow for flow, ended in first.items() if not ended]
    faults = {
        "the two sides do not balance": not balanced(sides),
        f"nothing was read by {', '.join(idle)}": bool(idle),
        "nothing was written in the first pass": not sum(ended["created"] for ended in first.values()),
        "the second pass was not quiet": bool(writes) or any(ended["created"] or ended["failed"] for ended in second.values()),
        f"asset checks did not pass: {', '.join(flows.failed_checks)}": bool(flows.failed_checks),
    }
    return [fault for fault, happened in faults.items() if happened]


@contextmanager
def _interruptible() -> Iterator[None]:
    """Let SIGTERM, and Ctrl+C also where a shell has interrupts ignored, end the demo so that it cleans up behind itself."""
    handlers = {number: signal.signal(number, signal.default_int_handler) for number in STOPPING}
    try:
        yield
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)
