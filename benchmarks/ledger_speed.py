"""How long the ledger takes on SQLite, empty and with many records: `python benchmarks/ledger_speed.py [--records N]`.

Budgets: claim of 500 intents 50 ms, 500 records read 15 ms, closing one record 3 ms; each the same at 1,000,000 records.
The exit status is 1 when a median is over its budget.
"""

import argparse
import sys
import tempfile
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from statistics import median
from time import perf_counter

from posbridge_dagster.ledger import Closing, Directory, Intent, Ledger, Owner, State
from posbridge_dagster.ledger.scope import batches
from posbridge_dagster.ledger.tables import RECORD

FLOW = "orders_to_mplus"
DAY = date(2026, 11, 20)
BUDGETS_MS = {"claim 500 intents": 50, "read 500 records": 15, "close 1 record": 3}


def intents(start: int, count: int = 500) -> list[Intent]:
    return [Intent(f"new-{number}", "s" * 32, "p" * 32, "v", DAY, 1210, "EUR") for number in range(start, start + count)]


def timed(work: Callable[[int], object], times: int) -> float:
    """Return the median of the milliseconds that `work` takes."""
    spent = []
    for turn in range(times):
        begin = perf_counter()
        work(turn)
        spent.append((perf_counter() - begin) * 1000)
    return median(spent)


def fill(ledger: Ledger, records: int) -> None:
    """Put records into a ledger."""
    now = datetime.now(UTC)
    common = {**ledger.scope.columns(), "flow": FLOW, "state": State.DONE, "outcome": "created", "first_seen_at": now, "changed_at": now}
    rows = ({**common, "source_id": f"old-{number}", "day": DAY, "amount_minor": 1210, "currency": "EUR"} for number in range(records))
    for batch in batches(rows, 20_000):
        with ledger.database.writing() as connection:
            connection.execute(RECORD.insert(), list(batch))


def measure(ledger: Ledger) -> dict[str, float]:
    """Return how long the work of one run takes."""
    owner = Owner.of_this_process("bench")
    directory = Directory(ledger)
    articles = [{"article_number": number, "barcode": f"b{number}", "sync_marker": number} for number in range(1000)]
    directory.store_articles(articles, 1000)
    barcodes = [f"b{number}" for number in range(0, 1000, 2)]
    return {
        "claim 500 intents": timed(lambda turn: ledger.claim(FLOW, intents(turn * 500), owner), 9),
        "read 500 records": timed(lambda turn: ledger.records(FLOW, [intent.source_id for intent in intents(turn * 500)]), 9),
        "close 1 record": timed(
            lambda turn: ledger.close_records(FLOW, [Closing(f"new-{turn}", State.DONE, "created", "77", written_minor=1210)], owner), 101
        ),
        "close 500 records": timed(
            lambda turn: ledger.close_records(
                FLOW, [Closing(each.source_id, State.DONE, "created", "77") for each in intents(1000 + turn * 500)], owner
            ),
            5,
        ),
        "renew 500 records": timed(lambda _: ledger.renew(owner), 5),
        "oldest unsent": timed(lambda _: ledger.oldest_unsent(FLOW), 9),
        "store 1,000 articles": timed(lambda _: directory.store_articles(articles, 1000), 5),
        "find 500 barcodes": timed(lambda _: directory.articles(barcodes=barcodes), 9),
        "open": timed(lambda _: Ledger.open(str(ledger.database.engine.url), shop="bench", administration="main").close(), 5),
    }


def main() -> int:
    """Measure a small and a large ledger and print the figures."""
    parser = argparse.ArgumentParser(description="Measure the ledger on SQLite.")
    parser.add_argument("--records", type=int, default=100_000, help="records that are there already in the second measurement")
    parser.add_argument("--folder", type=Path, default=None, help="where to put the database; a temporary folder by default")
    chosen = parser.parse_args()
    over = False
    for records in (0, chosen.records):
        with (
            tempfile.TemporaryDirectory(dir=chosen.folder) as folder,
            Ledger.open(f"sqlite:///{Path(folder) / 'ledger.db'}", shop="bench", administration="main") as ledger,
        ):
            fill(ledger, records)
            figures = measure(ledger)
        print(f"{records:,} records before (median, ms)")
        for name, spent in figures.items():
            budget = BUDGETS_MS.get(name)
            over |= budget is not None and spent > budget
            print(f"  {name:<22}{spent:8.2f}" + (f"   budget {budget}" if budget else ""))
    return int(over)


if __name__ == "__main__":
    sys.exit(main())
