"""`posbridge replay`: lets quarantined records be tried again by the next run. It writes to neither system."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime

import click

from posbridge_dagster.cli.explain import names_of
from posbridge_dagster.cli.faults import told
from posbridge_dagster.cli.runs import flows, flows_with_days
from posbridge_dagster.cli.screen import screen
from posbridge_dagster.ledger import Ledger, Quarantined

COMMAND = 'dagster asset materialize -m posbridge_dagster.definitions --select "group:{flow}"'


@click.command()
@click.argument("records", nargs=-1)
@click.option("--flow", help="Only records of this flow.")
@click.option("--code", help="Only records with this reason code, such as article_not_found.")
@click.option("--day", type=click.DateTime(["%Y-%m-%d"]), help="Only records of this local day of the shop.")
def replay(records: tuple[str, ...], flow: str | None, code: str | None, day: datetime | None) -> None:
    """Let quarantined RECORDS (ids as `posbridge explain` takes them; all that the options choose when left out) be tried again."""
    from posbridge_dagster.resources import open_ledger
    from posbridge_dagster.settings import read_settings

    if not (records or flow or code or day):
        raise click.UsageError("name records, or choose them with --flow, --code or --day")
    if flow and flow not in flows():
        raise click.UsageError(f"there is no flow {flow}; choose one of: {', '.join(flows())}")
    with told():
        settings = read_settings()
        with open_ledger(settings) as ledger:
            chosen = chosen_entries(ledger.quarantined(flow, code, day.date() if day else None), records, settings.shop_handle)
            entries = with_orders_of_customers(chosen, ledger)
            replayed = _try_again(ledger, entries)
    if not replayed:
        raise click.ClickException(_nothing(chosen))
    _tell(replayed)


def chosen_entries(entries: Iterable[Quarantined], records: Sequence[str], shop: str) -> list[Quarantined]:
    """Return the entries that the texts of a person mean, by source id or by the name of the order; all when there are no texts."""
    names = {name for text in records for name in names_of(text, shop)}
    return [entry for entry in entries if not records or names & {entry.source_id, _order(entry).get("name")}]


def with_orders_of_customers(chosen: Iterable[Quarantined], ledger: Ledger) -> list[Quarantined]:
    """Return the entries; in place of a customer of orders, which has no day, those of its orders: it is written with them."""
    chosen = list(chosen)
    by_day = flows_with_days()
    customers = {(entry.flow, entry.source_id) for entry in chosen if entry.flow in by_day and entry.day is None}
    theirs = [each for each in ledger.quarantined() if (each.flow, _order(each).get("customer_key")) in customers] if customers else []
    entries = {(entry.flow, entry.source_id): entry for entry in [*chosen, *theirs]}
    return [entry for key, entry in entries.items() if key not in customers]


def _try_again(ledger: Ledger, entries: Iterable[Quarantined]) -> list[Quarantined]:
    by_flow: dict[str, list[Quarantined]] = {}
    for entry in entries:
        by_flow.setdefault(entry.flow, []).append(entry)
    replayed = []
    for flow, group in by_flow.items():
        again = set(ledger.try_again(flow, [entry.source_id for entry in group]))
        replayed += [entry for entry in group if entry.source_id in again]
    return replayed


def _nothing(chosen: Sequence[Quarantined]) -> str:
    if not chosen:
        return "nothing in quarantine matches; `posbridge explain` tells what is known of a record"
    return (
        f"none of the {len(chosen)} matching records can be tried again: they wait for their run already, "
        "or they are in the other system and were changed afterwards (`posbridge explain` tells which)"
    )


def _tell(replayed: Sequence[Quarantined]) -> None:
    console = screen()
    runs = Counter((entry.flow, f" --partition {entry.day}" if entry.day else "") for entry in replayed)
    console.print(
        f"{len(replayed)} records will be tried again. Where sensors run, their days are asked for within minutes; to run them now:"
    )
    for (flow, partition), count in sorted(runs.items()):
        console.print(f"  {COMMAND.format(flow=flow)}{partition}   # {_counted(count)}", soft_wrap=True)


def _counted(count: int) -> str:
    return "1 record" if count == 1 else f"{count} records"


def _order(entry: Quarantined) -> dict[str, object]:
    """Return the order inside an entry's payload; empty where it is about something else."""
    order = entry.source_payload.get("order")
    return order if isinstance(order, dict) else {}
