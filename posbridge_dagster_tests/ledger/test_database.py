import sqlite3
import traceback
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from posbridge_dagster.ledger import Directory, Intent, Ledger, LedgerFailure, LedgerUnavailable, Owner, QuarantineEntry
from posbridge_dagster.ledger.database import database_address


def open_ledger(url: str) -> Ledger:
    return Ledger.open(url, shop="amsterdam", administration="main")


@pytest.mark.parametrize("scheme", ["postgresql", "postgres", "postgresql+psycopg2"])
def test_a_postgres_url_is_read_by_the_driver_that_is_installed(scheme: str) -> None:
    address = database_address(f"{scheme}://till:pass%40word@db:5433/pos?sslmode=require")
    assert address.render_as_string(hide_password=False) == "postgresql+psycopg2://till:pass%40word@db:5433/pos?sslmode=require"


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("ledger.db", "cannot be read"),
        ("sqlite://", "name a file"),
        ("sqlite:///:memory:", "name a file"),
        ("mysql://till:hunter2@db/pos", "use SQLite or PostgreSQL"),
        ("postgresql://till:hunter2@127.0.0.1:1/pos", "connection"),
        ("sqlite:////dev/null/ledger.db", "cannot be made"),
    ],
)
def test_a_wrong_address_gives_one_clear_sentence_without_the_password(url: str, says: str) -> None:
    with pytest.raises(LedgerUnavailable, match=says) as failure:
        open_ledger(url)
    assert "hunter2" not in "".join(traceback.format_exception(failure.value))


def test_a_file_that_is_no_database_is_named(tmp_path: Path) -> None:
    (tmp_path / "ledger.db").write_text("this is a shopping list, and a rather long one at that, so it is no header" * 20)
    with pytest.raises(LedgerFailure, match=r"ledger\.db"):
        open_ledger(f"sqlite:///{tmp_path / 'ledger.db'}")


def test_folders_of_a_sqlite_file_are_made(tmp_path: Path) -> None:
    open_ledger(f"sqlite:///{tmp_path / 'a' / 'b' / 'ledger.db'}").close()
    assert (tmp_path / "a" / "b" / "ledger.db").is_file()


def test_sqlite_keeps_a_commit_through_a_power_cut_and_lets_readers_read(tmp_path: Path) -> None:
    with open_ledger(f"sqlite:///{tmp_path / 'ledger.db'}") as ledger, ledger.database.reading() as connection:
        facts = {name: connection.execute(text(f"PRAGMA {name}")).scalar_one() for name in ("journal_mode", "synchronous", "foreign_keys")}
    assert facts == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}


def test_a_row_that_is_refused_is_not_shown(ledger: Ledger) -> None:
    directory = Directory(ledger)
    jan = {"relation_number": 1, "name": "Jan Jansen", "email": "jan@example.nl", "sync_marker": 2**70}
    with pytest.raises((LedgerFailure, OverflowError)) as failure:
        directory.store_relations([jan], 2)
    with pytest.raises(LedgerFailure) as broken, ledger.database.writing() as connection:
        connection.execute(
            text(
                "INSERT INTO posbridge_relation (shop, administration, relation_number, name, sync_marker) "
                "VALUES ('amsterdam', 'main', 1, 'Jan Jansen', NULL)"
            )
        )
    for error in (failure.value, broken.value):
        shown = "".join(traceback.format_exception(error))
        assert "Jansen" not in shown.replace('"name": "Jan Jansen"', "").replace("'Jan Jansen', NULL", "")
        assert "jan@example.nl" not in shown.replace('"email": "jan@example.nl"', "")
    assert directory.relations_marker() is None


def test_a_payload_that_is_no_json_is_refused_whole(ledger: Ledger) -> None:
    entries = [QuarantineEntry("1", "c", "r", {"ok": 1}), QuarantineEntry("2", "c", "r", {"price": float("nan")})]
    with pytest.raises((LedgerFailure, ValueError)):
        ledger.quarantine("orders_to_mplus", entries, "run-1")
    assert ledger.quarantined() == []
    assert ledger.records("orders_to_mplus", ["1", "2"]) == {}


def test_a_locked_database_is_reported_as_unavailable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("posbridge_dagster.ledger.database.BUSY_TIMEOUT_S", 0.1)
    file = tmp_path / "ledger.db"
    with open_ledger(f"sqlite:///{file}") as ledger:
        holder = sqlite3.connect(file, isolation_level=None)
        holder.execute("BEGIN IMMEDIATE")
        with pytest.raises(LedgerUnavailable, match=r"database is locked.*Nothing was written"):
            ledger.claim("orders_to_mplus", [Intent("5001", "s", "p")], Owner.of_this_process("run-1"))
        holder.execute("ROLLBACK")
        assert ledger.claim("orders_to_mplus", [Intent("5001", "s", "p")], Owner.of_this_process("run-1"))["5001"].granted
        holder.close()


def test_the_clock_of_leases_is_aware_utc_and_right(ledger: Ledger) -> None:
    with ledger.database.reading() as connection:
        moment = ledger.database.moment(connection)
    assert moment.tzinfo is UTC
    assert abs(datetime.now(UTC) - moment) < timedelta(seconds=30)
