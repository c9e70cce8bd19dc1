"""``posbridge sandbox``: both systems on this machine, filled with a shop."""

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.console import Console
from rich.table import Table

from posbridge_dagster.sandbox.filling import ALL, DAYS, SHOPIFY_GOODS, Filling
from posbridge_dagster.sandbox.generator.wholesale import Size

if TYPE_CHECKING:
    from posbridge_dagster.sandbox.running import Served
    from posbridge_dagster.sandbox.serving import Pair

PLANS = ("standard", "advanced", "plus", "enterprise")


def _days(ctx: click.Context, param: click.Parameter, text: str) -> int | tuple[date, date]:
    """Return a number of days, or the first and the last day of ``A..B``; raises click.BadParameter."""
    first, dots, last = text.partition("..")
    try:
        days = (date.fromisoformat(first), date.fromisoformat(last)) if dots else int(text)
    except ValueError:
        days = 0
    if isinstance(days, int) and days < 1:
        raise click.BadParameter(f"{text!r} is neither a number of days nor days like 2009-12-01..2009-12-12", ctx, param)
    if isinstance(days, tuple) and days[1] < days[0]:
        raise click.BadParameter(f"{text}: the last day is before the first", ctx, param)
    return days


@click.command()
@click.option(
    "--shopify-port", type=click.IntRange(0, 65535), default=8701, show_default=True, help="Port of the shop; 0 takes a free one."
)
@click.option("--mplus-port", type=click.IntRange(0, 65535), default=8702, show_default=True, help="Port of the till; 0 takes a free one.")
@click.option("--seed", type=int, default=1, show_default=True, help="Number that decides everything about a generated shop.")
@click.option("--first-day", type=click.DateTime(["%Y-%m-%d"]), help="First day of sales; without it the days end today.")
@click.option(
    "--days",
    callback=_days,
    metavar="N|A..B",
    default=str(DAYS),
    show_default=True,
    help="How many days, or the first and the last of them.",
)
@click.option("--orders-per-day", type=click.IntRange(0), default=40, show_default=True, help="Ordinary orders of a generated day.")
@click.option(
    "--from-transactions",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Parquet file of real transactions to fill the shop from, with --days A..B.",
)
@click.option("--without-credits", is_flag=True, help="Leave the credits of a transaction file out.")
@click.option("--families", type=click.IntRange(0), default=0, help="Product families of a generated shop in all; 0 = some 120.")
@click.option("--articles", type=click.IntRange(0), default=0, help="Articles in all; 0 = 2.4 a family.")
@click.option("--groups", type=click.IntRange(0), default=0, help="Article groups in all, in four levels; 0 = some 14.")
@click.option("--relations", type=click.IntRange(0), default=0, help="Relations in all; 0 = those of the customers.")
@click.option(
    "--shopify-goods",
    type=click.Choice(SHOPIFY_GOODS),
    default=ALL,
    show_default=True,
    help="How much of the till's catalogue Shopify holds from the start.",
)
@click.option("--plan", type=click.Choice(PLANS), default="standard", show_default=True, help="Shopify plan: how fast its bucket fills.")
@click.option("--state", type=click.Path(file_okay=False, path_type=Path), help="Folder to go on from and to keep the shop in.")
@click.option("--fresh", is_flag=True, help="Fill anew, whatever the state folder holds.")
@click.option("--ready-file", type=click.Path(dir_okay=False, path_type=Path), help="JSON file that is there while both systems answer.")
def sandbox(
    shopify_port: int,
    mplus_port: int,
    seed: int,
    first_day: datetime | None,
    days: int | tuple[date, date],
    orders_per_day: int,
    from_transactions: Path | None,
    without_credits: bool,
    families: int,
    articles: int,
    groups: int,
    relations: int,
    shopify_goods: str,
    plan: str,
    state: Path | None,
    fresh: bool,
    ready_file: Path | None,
) -> None:
    """Serve a Shopify shop and a MplusKASSA administration on this machine until stopped (Ctrl+C or SIGTERM)."""
    wanted = _filling(seed, first_day.date() if first_day else None, days, orders_per_day, from_transactions)
    size = Size(families, articles, groups, relations=relations)
    wanted = replace(wanted, with_credits=not without_credits, size=size, shopify_goods=shopify_goods)
    # Imported late, so that the other commands of posbridge do not load two whole servers.
    from posbridge_dagster.sandbox import serving

    try:
        serving.require_free(shopify_port, "--shopify-port")
        serving.require_free(mplus_port, "--mplus-port")
        left = serving.as_it_was_left(state, wanted, plan) if state and not fresh else None
        pair = left or serving.filled(wanted, plan, datetime.now(UTC))
        if state and left is None:
            serving.keep(pair, state)
        with (
            serving.stop_signals(),
            serving.served(pair, shopify_port, mplus_port) as (shopify, mplus),
            serving.announced(ready_file, serving.announcement(shopify, mplus, pair)),
        ):
            _show(Console(), shopify, mplus, pair, as_left=left is not None)
            serving.await_stop()
        if state:
            serving.keep(pair, state)
    except serving.SandboxError as error:
        raise click.ClickException(str(error)) from error


def _filling(seed: int, first_day: date | None, days: int | tuple[date, date], orders_per_day: int, transactions: Path | None) -> Filling:
    if isinstance(days, int):
        return Filling(seed, first_day, days, orders_per_day, transactions)
    if first_day is not None and first_day != days[0]:
        raise click.UsageError(f"--first-day {first_day} and --days {days[0]}..{days[1]} name different first days; leave one out")
    return Filling(seed, days[0], (days[1] - days[0]).days + 1, orders_per_day, transactions)


def _show(console: Console, shopify: "Served", mplus: "Served", pair: "Pair", *, as_left: bool) -> None:
    """Print where the systems are and what they hold."""
    table = Table("what", "count", title="The shop as it was left" if as_left else "The shop")
    table.columns[1].justify = "right"
    for name, count in pair.report.items():
        table.add_row(name.replace("_", " "), f"{count:,}")
    console.print(table)
    console.print(f"Shopify     {shopify.url}\nMplusKASSA  {mplus.url}", highlight=False)
    console.print("Stop with Ctrl+C.")
