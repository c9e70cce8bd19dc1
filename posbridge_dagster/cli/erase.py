"""`posbridge erase`: takes a person out of the ledger, the quarantine and the frames. It writes to neither system."""

from collections import Counter
from collections.abc import Collection

import click

from posbridge_dagster.cli.faults import told
from posbridge_dagster.cli.screen import screen
from posbridge_dagster.ledger import Directory, Ledger
from posbridge_dagster.model.identity import email_key
from posbridge_dagster.model.persons import Key, keys_of, personal_columns, rows_of_person, without_person
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
            keys = _keys(ledger, store, address)
            frames = _frames_with(store, [address], keys)
            if not yes:
                click.confirm(f"Erase this person from {len(frames)} frames, the ledger and the quarantine?", abort=True)
            counts = Counter(
                ledger.erase_person([address], {number for kind, number in keys if kind in ("customer_key", "relation_number")})
            )
            for key in frames:
                counts["rows of frames"] += _erase_frame(store, key, [address], keys)
    console = screen()
    for what, count in counts.items():
        console.print(f"{what}: {count} erased")
    if not any(counts.values()):
        console.print("Nothing was known of this person.")


def _keys(ledger: Ledger, store: FrameStore, email: str) -> set[Key]:
    """Return the keys of the person: relation numbers and customers by the address, then their orders and documents."""
    keys = {("customer_key", email_key(email))}
    keys |= {("relation_number", str(row["relation_number"])) for row in Directory(ledger).relations(emails=[email])}
    for key in store.frames():
        frame = store.read(key, None)
        if frame is not None and {"customer_key", "relation_number"}.intersection(frame.columns):
            keys |= keys_of(frame, rows_of_person(frame, [email], ()))
    return keys


def _frames_with(store: FrameStore, emails: Collection[str], keys: Collection[Key]) -> list[list[str]]:
    found = []
    for key in store.frames():
        frame = store.read(key, None)
        if frame is not None and personal_columns(list(frame.columns)) and bool(rows_of_person(frame, emails, keys).any()):
            found.append(key)
    return found


def _erase_frame(store: FrameStore, key: list[str], emails: Collection[str], keys: Collection[Key]) -> int:
    frame = store.read(key, None)
    if frame is None:
        return 0
    rows = rows_of_person(frame, emails, keys)
    store.write(key, None, without_person(frame, rows))
    return int(rows.sum())
