"""Two owners are never both granted a record: threads, processes, killed processes."""

import json
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from random import Random

import psutil
import pytest
from sqlalchemy import create_engine, inspect

from posbridge_dagster.ledger import Closing, Directory, Intent, Ledger, Owner, State
from posbridge_dagster.ledger.database import database_address

FLOW = "orders_to_mplus"
CLAIMANT = Path(__file__).with_name("claimant.py")
RECORDS = 200


def intents(count: int = RECORDS) -> list[Intent]:
    return [Intent(str(number), "s1", "p1") for number in range(count)]


@contextmanager
def processes(count: int, *arguments: str) -> Iterator[list[subprocess.Popen[str]]]:
    """Real processes that run the claimant; whatever is left of them at the end is killed."""
    started = [
        subprocess.Popen([sys.executable, str(CLAIMANT), *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for _ in range(count)
    ]
    try:
        yield started
    finally:
        for process in started:
            process.kill()
            process.communicate()


def say(process: subprocess.Popen[str]) -> None:
    assert process.stdin is not None
    process.stdin.write("go\n")
    process.stdin.flush()


def hear(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def granted_to(claim: Callable[[], list[str]], threads: int) -> Counter[str]:
    """How often each id was granted when all threads claimed at the same moment."""
    together = threading.Barrier(threads)

    def run(_: int) -> list[str]:
        together.wait()
        return claim()

    with ThreadPoolExecutor(threads) as pool:
        return Counter(source_id for granted in pool.map(run, range(threads)) for source_id in granted)


def once_each(count: int = RECORDS) -> Counter[str]:
    return Counter(each.source_id for each in intents(count))


@pytest.mark.parametrize("threads_share_an_owner", [False, True])
def test_threads_that_claim_at_once_are_granted_each_record_once(ledger: Ledger, threads_share_an_owner: bool) -> None:
    shared = Owner.of_this_process("shared")

    def claim() -> list[str]:
        owner = shared if threads_share_an_owner else Owner.of_this_process("own")
        return [source_id for source_id, claim in ledger.claim(FLOW, intents(), owner).items() if claim.granted]

    assert granted_to(claim, 12) == once_each()


def test_threads_that_claim_in_any_order_and_overlap_neither_double_nor_deadlock(ledger: Ledger) -> None:
    seeds = iter(range(8))

    def claim() -> list[str]:
        owner = Owner.of_this_process("own")
        order = Random(next(seeds))
        granted: list[str] = []
        for flow in ("orders_to_mplus", "orders_to_shopify", "products_to_shopify", "stock_to_shopify"):
            wanted = intents()
            order.shuffle(wanted)
            for part in (wanted[:120], wanted[80:]):
                granted += [f"{flow} {source_id}" for source_id, claim in ledger.claim(flow, part, owner).items() if claim.granted]
                ledger.renew(owner)
        return granted

    once = granted_to(claim, 8)
    assert len(once) == 4 * RECORDS
    assert set(once.values()) == {1}


def test_abandoned_records_are_taken_over_once(ledger: Ledger) -> None:
    ledger.claim(FLOW, intents(), Owner("another-host-0123456789ab", 1, 1.0, "0a0b0c0d", "run-far"), lease_s=0)

    def claim() -> list[str]:
        claims = ledger.claim(FLOW, intents(), Owner.of_this_process("own"))
        assert all(claim.in_doubt for claim in claims.values() if claim.granted)
        return [source_id for source_id, claim in claims.items() if claim.granted]

    assert granted_to(claim, 8) == once_each()


def test_one_change_seen_by_many_runs_is_written_once(ledger: Ledger) -> None:
    first = Owner.of_this_process("first")
    ledger.claim(FLOW, intents(), first)
    ledger.close_records(FLOW, [Closing(each.source_id, State.DONE, "created") for each in intents()], first)
    changed = [Intent(each.source_id, "s2", "p2") for each in intents()]

    def claim() -> list[str]:
        owner = Owner.of_this_process("own")
        granted = [source_id for source_id, claim in ledger.claim(FLOW, changed, owner, reopen=True).items() if claim.granted]
        ledger.close_records(FLOW, [Closing(source_id, State.DONE, "updated") for source_id in granted], owner)
        return granted

    assert granted_to(claim, 8) == once_each()


def test_processes_that_claim_at_once_are_granted_each_record_once(url: str) -> None:
    with processes(3, "claim", url, str(RECORDS)) as claimants:
        for claimant in claimants:
            assert hear(claimant) == "open"
        for claimant in claimants:
            say(claimant)
        answers = [json.loads(hear(claimant)) for claimant in claimants]
    assert Counter(source_id for granted in answers for source_id in granted) == once_each()


def test_what_a_killed_process_held_is_granted_at_once_and_in_doubt(url: str) -> None:
    with processes(1, "hold", url, str(RECORDS)) as [holder], Ledger.open(url, shop="amsterdam", administration="main") as ledger:
        assert [hear(holder), hear(holder)] == ["open", "held"]
        owner = Owner.of_this_process("next-run")
        assert not any(claim.granted for claim in ledger.claim(FLOW, intents(), owner).values())
        holder.kill()
        holder.wait()
        claims = ledger.claim(FLOW, intents(), owner)
        assert all(claim.granted and claim.in_doubt for claim in claims.values())
        assert {claim.record.attempts for claim in claims.values()} == {2}


def test_a_killed_process_that_nobody_has_buried_counts_as_gone(url: str) -> None:
    with processes(1, "hold", url, "1") as [holder], Ledger.open(url, shop="amsterdam", administration="main") as ledger:
        assert [hear(holder), hear(holder)] == ["open", "held"]
        holder.kill()
        deadline = time.monotonic() + 10
        while psutil.Process(holder.pid).status() != psutil.STATUS_ZOMBIE and time.monotonic() < deadline:
            threading.Event().wait(0.01)
        assert ledger.claim(FLOW, intents(1), Owner.of_this_process("next-run"))["0"].granted


@pytest.mark.prove
def test_an_empty_database_can_be_opened_by_several_processes_at_once(url: str) -> None:
    with processes(4, "open", url) as openers:
        for opener in openers:
            say(opener)
        assert [hear(opener) for opener in openers] == ["open"] * 4
    engine = create_engine(database_address(url))
    tables = set(inspect(engine).get_table_names())
    engine.dispose()
    assert {"posbridge_record", "posbridge_version"} <= tables


def test_an_empty_database_can_be_opened_by_many_threads_at_once(url: str) -> None:
    def open_it() -> list[str]:
        with Ledger.open(url, shop="amsterdam", administration="main") as ledger:
            return [str(ledger.cursor("orders"))]

    assert granted_to(open_it, 8) == Counter({"None": 8})


def test_a_directory_filled_by_two_runs_at_once_never_goes_back(ledger: Ledger) -> None:
    directory = Directory(ledger)
    markers = iter(range(100))
    lock = threading.Lock()

    def store() -> list[str]:
        for _ in range(10):
            with lock:
                marker = next(markers)
            directory.store_articles([{"article_number": 1, "description": str(marker), "sync_marker": marker}], marker + 1)
        return []

    granted_to(store, 8)
    assert directory.articles_marker() == 80
    assert directory.articles([1])[0]["description"] == "79"
