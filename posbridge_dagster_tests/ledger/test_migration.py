from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import MetaData, create_engine, inspect, text

from posbridge_dagster import ledger as package
from posbridge_dagster.ledger import Intent, Ledger, LedgerTooNew, Owner
from posbridge_dagster.ledger.database import database_address
from posbridge_dagster.ledger.migration import VERSION_TABLE
from posbridge_dagster.ledger.tables import METADATA


def open_ledger(url: str) -> Ledger:
    return Ledger.open(url, shop="amsterdam", administration="main")


def test_the_revisions_make_the_tables_that_the_code_uses(url: str) -> None:
    open_ledger(url).close()
    engine = create_engine(database_address(url))
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE, "compare_type": True})
        assert compare_metadata(context, METADATA) == []
        primary_keys = {table: inspect(connection).get_pk_constraint(table)["constrained_columns"] for table in METADATA.tables}
    engine.dispose()
    assert primary_keys == {name: [column.name for column in table.primary_key] for name, table in METADATA.tables.items()}


def test_every_table_is_keyed_by_shop_and_administration_and_named_ours() -> None:
    for name, table in METADATA.tables.items():
        assert name.startswith("posbridge_")
        assert [column.name for column in table.primary_key][:2] == ["shop", "administration"]


def test_an_up_to_date_ledger_is_opened_without_a_write_lock(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'ledger.db'}"
    open_ledger(url).close()
    writer = create_engine(url, isolation_level="AUTOCOMMIT")
    with writer.connect() as connection:
        connection.execute(text("BEGIN IMMEDIATE"))
        with open_ledger(url) as ledger:
            assert ledger.cursor("orders") is None
        connection.execute(text("ROLLBACK"))
    writer.dispose()


def test_what_a_ledger_knows_survives_closing_and_opening(url: str) -> None:
    with open_ledger(url) as ledger:
        ledger.claim("orders_to_mplus", [Intent("5001", "s", "p")], Owner.of_this_process("run-1"))
    with open_ledger(url) as ledger:
        assert set(ledger.records("orders_to_mplus", ["5001"])) == {"5001"}


def test_a_ledger_of_a_newer_program_is_left_alone(url: str) -> None:
    open_ledger(url).close()
    engine = create_engine(database_address(url))
    with engine.begin() as connection:
        connection.execute(text(f"UPDATE {VERSION_TABLE} SET version_num = '9999'"))
    with pytest.raises(LedgerTooNew, match=r"revision 9999.*Install that version or a later one"):
        open_ledger(url)
    with engine.connect() as connection:
        assert connection.execute(text(f"SELECT version_num FROM {VERSION_TABLE}")).scalar_one() == "9999"
    engine.dispose()


def test_a_migration_that_fails_leaves_nothing_behind(url: str) -> None:
    engine = create_engine(database_address(url))
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE posbridge_relation (id INTEGER)"))
    with pytest.raises(package.LedgerFailure):
        open_ledger(url)
    found = MetaData()
    found.reflect(engine)
    engine.dispose()
    assert set(found.tables) == {"posbridge_relation"}


def test_the_revisions_form_one_line() -> None:
    revisions = ScriptDirectory(str(Path(package.__file__).with_name("migrations")))
    assert len(revisions.get_heads()) == 1
    assert len(revisions.get_bases()) == 1
