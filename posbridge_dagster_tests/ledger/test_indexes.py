"""Look-ups stay as fast at a million records as at none: each one walks an index down to the rows it wants."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from posbridge_dagster.ledger import Closing, Directory, Intent, Ledger, Owner, State

FLOW = "orders_to_mplus"
OWNER = Owner.of_this_process("run-1")
KEYS = "shop=? AND administration=? AND "
BY_ID = f"posbridge_record_1 ({KEYS}flow=? AND source_id=?)"


@contextmanager
def plans(ledger: Ledger) -> Iterator[list[str]]:
    """The steps of SQLite's plans of everything that is asked meanwhile."""
    steps: list[str] = []

    def explain(_connection: object, cursor: Any, statement: str, parameters: Any, _context: object, executemany: bool) -> None:
        if statement.startswith(("SELECT", "UPDATE", "DELETE")):
            cursor.execute(f"EXPLAIN QUERY PLAN {statement}", parameters[0] if executemany else parameters)
            steps.extend(row[3] for row in cursor.fetchall())

    event.listen(ledger.database.engine, "before_cursor_execute", explain)
    yield steps
    event.remove(ledger.database.engine, "before_cursor_execute", explain)


@pytest.mark.parametrize(
    ("ask", "index"),
    [
        (lambda ledger: ledger.records(FLOW, ["1", "2"]), BY_ID),
        (lambda ledger: ledger.claim(FLOW, [Intent("1", "s", "p")], OWNER), BY_ID),
        (lambda ledger: ledger.renew(OWNER), "posbridge_record_owner (owner=? AND shop=? AND administration=?)"),
        (lambda ledger: ledger.release(OWNER), "posbridge_record_owner (owner=? AND shop=? AND administration=?)"),
        (lambda ledger: ledger.close_records(FLOW, [Closing("1", State.DONE, "created")], OWNER), "source_id=?)"),
        (lambda ledger: ledger.oldest_unsent(FLOW), f"posbridge_record_state ({KEYS}flow=? AND state=?)"),
        (lambda ledger: ledger.summary(FLOW, date(2026, 11, 20)), f"posbridge_record_day ({KEYS}flow=? AND day=?)"),
        (lambda ledger: ledger.quarantined(code="unbalanced"), f"posbridge_quarantine_code ({KEYS}code=?)"),
        (lambda ledger: ledger.links("article", ["1"]), f"posbridge_link_1 ({KEYS}kind=? AND source_id=?)"),
        (lambda ledger: ledger.links_back("article", ["1"]), f"posbridge_link_target ({KEYS}kind=? AND target_id=?)"),
        (lambda ledger: ledger.changes(FLOW, ["1"]), f"posbridge_change_1 ({KEYS}flow=? AND source_id=?)"),
        (lambda ledger: Directory(ledger).articles([1]), f"posbridge_article_1 ({KEYS}article_number=?)"),
        (lambda ledger: Directory(ledger).articles(external_ids=["1"]), f"posbridge_article_external ({KEYS}ext_article_id=?)"),
        (lambda ledger: Directory(ledger).articles(barcodes=["1"]), f"posbridge_article_barcode ({KEYS}barcode=?)"),
        (lambda ledger: Directory(ledger).relations(["a@example.nl"]), f"posbridge_relation_email ({KEYS}email=?)"),
        (lambda ledger: Directory(ledger).relations(numbers=[1]), f"posbridge_relation_1 ({KEYS}relation_number=?)"),
        (lambda ledger: Directory(ledger).relations(external_ids=["1"]), f"posbridge_relation_external ({KEYS}ext_relation_id=?)"),
    ],
)
def test_a_look_up_goes_through_the_index_that_was_made_for_it(tmp_path: Path, ask: Callable[[Ledger], object], index: str) -> None:
    with Ledger.open(f"sqlite:///{tmp_path / 'ledger.db'}", shop="amsterdam", administration="main") as ledger:
        ledger.claim(FLOW, [Intent("1", "s", "p")], OWNER)
        with plans(ledger) as steps:
            ask(ledger)
    assert any(index in step for step in steps), steps
    assert not [step for step in steps if step.startswith("SCAN") or step.endswith(("(shop=? AND administration=?)", "AND flow=?)"))]
