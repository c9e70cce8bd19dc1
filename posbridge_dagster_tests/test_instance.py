from collections.abc import Callable
from datetime import date
from pathlib import Path

import dagster as dg
import pytest
import yaml
from dagster import DagsterInstance
from dagster._core.instance import InstanceRef
from dagster._core.storage.runs import SqliteRunStorage
from dagster_postgres import PostgresRunStorage
from sqlalchemy import create_engine, inspect

from posbridge_dagster.instance import dagster_home
from posbridge_dagster.ledger import Closing, Intent, Ledger, LedgerUnavailable, Owner, State
from posbridge_dagster.ledger.database import database_address

ROOT = Path(__file__).parents[1]


@pytest.fixture(autouse=True)
def empty_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """An empty working folder and none of the variables that choose."""
    for name in ("DAGSTER_HOME", "POSBRIDGE_HOME", "POSBRIDGE_DATABASE_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def load_instance(scratch: Path) -> DagsterInstance:
    """Load the project's `dagster.yaml` the way Dagster's commands do without DAGSTER_HOME."""
    scratch.mkdir(exist_ok=True)
    return DagsterInstance.from_ref(InstanceRef.from_dir(str(scratch), config_dir=str(ROOT)))


@dg.asset
def sales() -> dg.MaterializeResult[None]:
    print("eleven sales")
    return dg.MaterializeResult(metadata={"rows": 11})


def materialise(instance: DagsterInstance) -> None:
    assert dg.materialize([sales], instance=instance).success
    event = instance.get_latest_materialization_event(dg.AssetKey("sales"))
    assert event is not None and event.asset_materialization is not None
    assert event.asset_materialization.metadata["rows"].value == 11


def files_of(folder: Path) -> set[str]:
    return {path.relative_to(folder).parts[0] for path in folder.rglob("*") if path.is_file()}


def test_without_any_variable_everything_stays_in_the_home(empty_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    scratch = tmp_path_factory.mktemp("scratch")
    with load_instance(scratch) as instance:
        assert isinstance(instance.run_storage, SqliteRunStorage)
        materialise(instance)
    assert files_of(empty_folder) == {".posbridge"}
    assert (empty_folder / ".posbridge" / "dagster" / "history" / "runs.db").is_file()
    printed = [path for path in (empty_folder / ".posbridge").rglob("*.out") if "eleven sales" in path.read_text()]
    assert len(printed) == 1
    assert files_of(scratch) == set()


def test_what_a_run_left_is_there_for_the_next_process(empty_folder: Path) -> None:
    with load_instance(empty_folder / "scratch") as instance:
        materialise(instance)
    with load_instance(empty_folder / "scratch") as instance:
        assert instance.get_runs_count() == 1


@pytest.mark.parametrize(("variable", "home"), [("DAGSTER_HOME", "chosen"), ("POSBRIDGE_HOME", "chosen/dagster")])
def test_the_home_can_be_chosen(empty_folder: Path, monkeypatch: pytest.MonkeyPatch, variable: str, home: str) -> None:
    monkeypatch.setenv(variable, str(empty_folder / "chosen"))
    assert dagster_home() == empty_folder / home
    with load_instance(empty_folder / "scratch") as instance:
        materialise(instance)
    assert files_of(empty_folder) == {"chosen"}


def test_a_run_is_stored_in_postgres_beside_the_ledger(
    empty_folder: Path, monkeypatch: pytest.MonkeyPatch, new_postgres_database: Callable[[], str]
) -> None:
    url = new_postgres_database()
    monkeypatch.setenv("POSBRIDGE_DATABASE_URL", url)
    owner = Owner.of_this_process("run-1")
    with Ledger.open(url, shop="amsterdam", administration="main") as ledger:
        ledger.claim("orders_to_mplus", [Intent("5001", "s", "p", day=date(2026, 11, 20))], owner)
        with load_instance(empty_folder / "scratch") as instance:
            assert isinstance(instance.run_storage, PostgresRunStorage)
            materialise(instance)
        assert ledger.close_records("orders_to_mplus", [Closing("5001", State.DONE, "created")], owner) == []
    engine = create_engine(database_address(url))
    tables = set(inspect(engine).get_table_names())
    engine.dispose()
    assert {"runs", "event_logs", "alembic_version", "posbridge_record", "posbridge_version"} <= tables
    assert not list((empty_folder / ".posbridge").rglob("*.db"))


def test_dagster_may_be_first_in_the_shared_database(
    empty_folder: Path, monkeypatch: pytest.MonkeyPatch, new_postgres_database: Callable[[], str]
) -> None:
    url = new_postgres_database()
    monkeypatch.setenv("POSBRIDGE_DATABASE_URL", url)
    with load_instance(empty_folder / "scratch") as instance:
        materialise(instance)
    with Ledger.open(url, shop="amsterdam", administration="main") as ledger:
        assert ledger.oldest_unsent("orders_to_mplus") is None
    with load_instance(empty_folder / "scratch") as instance:
        materialise(instance)
        assert instance.get_runs_count() == 2


def test_a_ledger_in_sqlite_leaves_dagster_in_its_home(empty_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POSBRIDGE_DATABASE_URL", "sqlite:///ledger.db")
    with load_instance(empty_folder / "scratch") as instance:
        assert isinstance(instance.run_storage, SqliteRunStorage)


def test_the_env_file_chooses_too_and_the_process_wins(empty_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (empty_folder / ".env").write_text("POSBRIDGE_HOME=from_file\nPOSBRIDGE_DATABASE_URL=\n")
    assert dagster_home() == empty_folder / "from_file" / "dagster"
    monkeypatch.setenv("POSBRIDGE_HOME", "from_process")
    assert dagster_home() == empty_folder / "from_process" / "dagster"


def test_a_database_that_cannot_hold_it_is_named_without_its_password(empty_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POSBRIDGE_DATABASE_URL", "mysql://till:hunter2@localhost/x")
    with pytest.raises(LedgerUnavailable, match="use SQLite or PostgreSQL") as failure:
        load_instance(empty_folder / "scratch")
    assert "hunter2" not in str(failure.value)


def test_runs_are_limited_and_only_crashes_are_repeated(empty_folder: Path) -> None:
    with load_instance(empty_folder / "scratch") as instance:
        assert instance.run_monitoring_enabled
        assert instance.run_retries_enabled
        assert instance.run_retries_max_retries == 2
        assert instance.run_retries_retry_on_asset_or_op_failure is False
        limits = instance.get_concurrency_config()
        assert limits.run_queue_config is not None and limits.run_queue_config.max_concurrent_runs == 4
        assert limits.pool_config.default_pool_limit == 1
        assert limits.pool_config.pool_granularity is not None and limits.pool_config.pool_granularity.value == "run"
        assert instance.telemetry_enabled is False


def test_the_workspace_has_one_code_location() -> None:
    workspace = yaml.safe_load((ROOT / "workspace.yaml").read_text())
    assert workspace == {"load_from": [{"python_module": {"module_name": "posbridge_dagster.definitions", "location_name": "posbridge"}}]}
