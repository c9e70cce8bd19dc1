"""`posbridge erase`: takes a person out of the ledger, the quarantine and the frames. It writes to neither system."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass

import click
import pandas as pd

from posbridge_dagster.cli.faults import told
from posbridge_dagster.cli.screen import screen
from posbridge_dagster.ledger import Directory
from posbridge_dagster.model.identity import email_key
from posbridge_dagster.model.persons import KEYS, Key, keys_of, personal_columns, rows_of_person, without_person
from posbridge_dagster.storage import FrameStore


@click.command()
@click.argument("email")
@click.option("--yes", is_flag=True, help="Do not ask.")
def erase(email: str, yes: bool) -> None:
    """Take the person with the e-mail address EMAIL out of the ledger, the quarantine and all frames.

    What was sold stays: orders, amounts and ids, without names and addresses. Erase the person in Shopify and in MplusKASSA
    first: who is still there is read again by the next run.
    """
    from posbridge_dagster.resources import open_ledger
    from posbridge_dagster.settings import read_settings

    address = email.strip().lower()
    if "@" not in address:
        raise click.UsageError("name the person by e-mail address")
    with told():
        settings = read_settings()
        store = FrameStore(settings.frames_url)
        with open_ledger(settings) as ledger:
            numbers = {str(row["relation_number"]) for row in Directory(ledger).relations(emails=[address])}
            found = _found(store, address, {("customer_key", email_key(address)), *(("relation_number", each) for each in numbers)})
            if not yes:
                click.confirm(f"Erase this person from {len(found.frames)} frames, the ledger and the quarantine?", abort=True)
            named = {number for kind, number in found.keys if kind in ("customer_key", "relation_number")}
            counts = Counter(ledger.erase_person([address], named))
            for key in found.frames:
                counts["rows of frames"] += _erase_frame(store, key, [address], found.keys)
            counts["files of writes that were cut short"] = store.sweep()
    console = screen()
    for what, count in counts.items():
        console.print(f"{what}: {count} erased")
    if not any(counts.values()):
        console.print("Nothing was known of this person.")


@dataclass(frozen=True)
class _Found:
    """The keys of a person (customers, relations, their orders and documents), and the frames that tell of it."""

    keys: set[Key]
    frames: list[list[str]]


def _found(store: FrameStore, email: str, keys: set[Key]) -> _Found:
    """Look through every frame once: what names a person is kept of each until all keys are known."""
    kept: list[tuple[list[str], pd.DataFrame]] = []
    for key in store.frames():
        frame = store.read(key, None)
        if frame is None:
            continue
        names = frame[frame.columns.intersection([*KEYS, "email"])]
        keys = keys | keys_of(names, rows_of_person(names, [email], ()))
        if personal_columns(list(frame.columns)):
            kept.append((key, names))
    return _Found(keys, [key for key, names in kept if rows_of_person(names, [email], keys).any()])


def _erase_frame(store: FrameStore, key: list[str], emails: Collection[str], keys: Collection[Key]) -> int:
    frame = store.read(key, None)
    if frame is None:
        return 0
    rows = rows_of_person(frame, emails, keys)
    store.write(key, None, without_person(frame, rows))
    return int(rows.sum())
