"""`posbridge explain`: all that is known of one record, from the ledger, the quarantine, the links and the results."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from posbridge_dagster.cli.faults import told
from posbridge_dagster.cli.payloads import shown
from posbridge_dagster.cli.screen import screen
from posbridge_dagster.ledger import Changed, Ledger, Level, Levels, Quarantined, Record
from posbridge_dagster.model.identity import tail
from posbridge_dagster.model.money import decimal_amount

_WITHOUT_PERSONS = ("products_to_shopify", "products_to_mplus", "categories_to_shopify")
"""Flows whose values are shown; those of any other flow may be a person's."""


@click.command()
@click.argument("record")
def explain(record: str) -> None:
    """Tell all that is known of RECORD.

    RECORD is the name (#1034) or number of a Shopify order, its external id (shopify:<shop>:<number>), the number of an order in
    MplusKASSA, a customer key (customer:<number>), the number of a relation or of an article, or the id of a stock level
    (<article number>:<location>). A family or a product (by its number), a group (group:<number>) and a relation
    (relation:<number>) also tell what was changed of them. Persons are masked.
    """
    from posbridge_dagster.resources import open_ledger
    from posbridge_dagster.settings import read_settings
    from posbridge_dagster.storage import FrameStore

    with told():
        settings = read_settings()
        with open_ledger(settings) as ledger:
            known = _known(record, settings.shop_handle, ledger, FrameStore(settings.frames_url))
    if known.is_empty:
        raise click.ClickException(
            f"nothing is known of {record}: no record, link, quarantine entry or result has this id or name. "
            "Has its day been run? An order name is written with its sign, as in '#1034'."
        )
    _show(screen(), known)


@dataclass(frozen=True)
class _Known:
    """What was found: records and what was changed of them, quarantine entries, stock levels, links and results.

    Links are (kind, source, target), results (flow, frame, row).
    """

    records: Sequence[Record]
    changes: Sequence[Changed]
    entries: Sequence[Quarantined]
    levels: Sequence[Level]
    links: Sequence[tuple[str, str, str]]
    results: Sequence[tuple[str, str, dict[str, Any]]]

    @property
    def is_empty(self) -> bool:
        return not (self.records or self.entries or self.levels or self.links or self.results)


def names_of(text: str, shop: str) -> list[str]:
    """Return what a person may mean: the text itself, the number at the end of a gid or of an external id of this shop."""
    text = text.strip()
    bare = tail(text) if text.startswith("gid://") else text.removeprefix(f"shopify:{shop}:")
    return list(dict.fromkeys((text, bare)))


def _known(text: str, shop: str, ledger: Ledger, frames: Any) -> _Known:
    names = names_of(text, shop)
    records = ledger.find(names)
    links = ledger.links_of(names)
    results = []
    if not records:
        results = list(_results(frames, names, None))
        records = ledger.find([row["source_id"] for _, _, row in results])
    ids = {*names, *(record.source_id for record in records), *(row["source_id"] for _, _, row in results)}
    days = {record.day.isoformat() for record in records if record.day}
    results = results or list(_results(frames, ids, days or None))
    entries = [entry for entry in ledger.quarantined() if entry.source_id in ids]
    levels = [level for key, level in sorted(Levels(ledger).all().items()) if {str(key.article_number), _level_id(level)} & ids]
    changes = [change for record in records for change in ledger.changes(record.flow, [record.source_id])]
    return _Known(records, changes, entries, levels, links or ledger.links_of(ids), results)


def _results(frames: Any, names: Sequence[str] | set[str], days: set[str] | None) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield the result rows that carry one of the names, of the given days or of the newest day that has any."""
    from posbridge_dagster.cli.runs import flows, job_of, result_keys
    from posbridge_dagster.loading.rows import plain_rows

    for flow in flows():
        for frame, key in result_keys(job_of(flow)).items():
            for day in [*reversed(frames.partitions(key.path))] or [None]:
                if days is not None and day is not None and day not in days:
                    continue
                result = frames.read(key.path, day)
                if result is None:
                    continue
                found = plain_rows(result[result[["source_id", "name", "target_id", "target_number"]].isin(list(names)).any(axis=1)])
                yield from ((flow, frame, row | {"day": day or ""}) for row in found)
                if found and days is None:
                    break


def _show(console: Console, known: _Known) -> None:
    for record in known.records:
        console.print(f"{record.flow}, record {record.source_id}", style="bold")
        console.print(_facts(_record_facts(record)))
        changes = [each for each in known.changes if (each.flow, each.source_id) == (record.flow, record.source_id)]
        if changes:
            console.print("the last changes of what was there, newest first:")
            console.print(_changes_table(changes))
    for entry in known.entries:
        console.print(f"In quarantine: {entry.flow}, record {entry.source_id}", style="bold")
        console.print(_facts(_entry_facts(entry)))
        console.print("what the source said:")
        console.print(shown(entry.source_payload), soft_wrap=True)
        if entry.target_payload:
            console.print("what would be written:")
            console.print(shown(entry.target_payload), soft_wrap=True)
    for level in known.levels:
        console.print(f"Stock level {_level_id(level)}, as the ledger knows it", style="bold")
        console.print(_facts(_level_facts(level)))
    for kind, source, target in known.links:
        console.print(f"Linked as {kind}: {source} is {target} in the other system.", soft_wrap=True)
    for flow, frame, row in known.results:
        day = f", day {row['day']}" if row["day"] else ""
        console.print(f"Latest result of {flow}, {frame}{day}", style="bold")
        console.print(_facts({name: value for name, value in row.items() if value not in (None, "")}))


def _facts(facts: dict[str, Any]) -> Table:
    table = Table(show_header=False)
    for name, value in facts.items():
        table.add_row(name.replace("_", " "), str(value))
    return table


def _changes_table(changes: Sequence[Changed]) -> Table:
    """Return what was changed of a record; run and mapping file by the first characters of their ids, values of persons masked."""
    from posbridge_dagster.loading.trail import told_change

    table = Table("written", "field", "from -> to", "run", "rules")
    for each in changes:
        told = told_change(each, is_person=each.flow not in _WITHOUT_PERSONS)
        table.add_row(_moment(each.written_at), each.field, told, each.run_id[:8], each.rule[:8])
    return table


def _record_facts(record: Record) -> dict[str, Any]:
    facts: dict[str, Any] = {
        "state": record.state.value,
        "outcome": record.outcome,
        "reason": f"{record.code}: {record.reason}" if record.code else "",
        "id in the other system": record.target_id,
        "number in the other system": record.target_number,
        "day": record.day,
        "amount": _amount(record.amount_minor, record.currency),
        "written": _amount(record.written_minor, record.currency),
        "attempts": record.attempts,
        "idempotency key": record.idempotency_key,
        "run": record.run_id,
        "held by": f"{record.owner} until {_moment(record.lease_until)}" if record.owner else "",
        "first seen": _moment(record.first_seen_at),
        "changed": _moment(record.changed_at),
    }
    return {name: value for name, value in facts.items() if value not in (None, "")}


def _entry_facts(entry: Quarantined) -> dict[str, Any]:
    facts: dict[str, Any] = {
        "reason": f"{entry.code}: {entry.reason}",
        "amount": _amount(entry.amount_minor, entry.currency),
        "seen": f"{entry.times_seen} times, from {_moment(entry.first_seen_at)} to {_moment(entry.last_seen_at)}",
        "run": entry.run_id,
    }
    return {name: value for name, value in facts.items() if value}


def _level_id(level: Level) -> str:
    return f"{level.article_number}:{level.location_id}"


def _level_facts(level: Level) -> dict[str, Any]:
    facts: dict[str, Any] = {
        "inventory item": level.item_id,
        "pieces that Shopify acknowledged": level.quantity,
        "acknowledged": _moment(level.acknowledged_at),
        "pieces sent without an answer": level.sent_quantity,
        "pieces that wait for the next run to agree": level.held_quantity,
        "pieces gone by no sale that is known": level.missing_pieces or None,
        "gone since": _moment(level.missing_since),
        "reason": f"{level.code}: {level.reason}" if level.code else "",
        "attempts in a row": level.attempts or None,
        "found to differ since": _moment(level.differs_since),
        "run": level.run_id,
    }
    return {name: value for name, value in facts.items() if value not in (None, "")}


def _amount(minor: int | None, currency: str) -> str:
    return "" if minor is None else f"{decimal_amount(minor, currency)} {currency}" if currency else str(minor)


def _moment(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S} UTC" if moment else ""
