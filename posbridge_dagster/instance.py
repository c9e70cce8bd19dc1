"""Where Dagster keeps its own memory: one `dagster.yaml` for a laptop and for production.

The classes are named in `dagster.yaml`, which cannot choose by itself. Dagster's runs, events and schedules go into the
PostgreSQL database that `POSBRIDGE_DATABASE_URL` names, beside the ledger; without one they go into SQLite files under
`DAGSTER_HOME`, else under `$POSBRIDGE_HOME/dagster`. Artifacts and captured output always go there.

Dagster loads this module in every process, so it stays light, and it reads `.env` itself: Dagster reads that file later,
and in some processes only, and two processes must never choose differently.
"""

import os
from collections.abc import Mapping
from pathlib import Path

from dagster._core.storage.base_storage import DagsterStorage
from dagster._core.storage.local_compute_log_manager import LocalComputeLogManager
from dagster._core.storage.root import LocalArtifactStorage
from dagster._core.storage.sqlite_storage import DagsterSqliteStorage
from dagster._serdes import ConfigurableClass, ConfigurableClassData
from dotenv import dotenv_values

from posbridge_dagster.ledger.database import database_address
from posbridge_dagster.ledger.failures import LedgerUnavailable
from posbridge_dagster.model.folders import private_folder


def environment() -> dict[str, str]:
    """Return the variables of `.env` in the current folder and of the process; the process wins, empty ones are left out."""
    both = {**dotenv_values(".env"), **os.environ}
    return {name: value for name, value in both.items() if value}


def dagster_home() -> Path:
    """Return the absolute folder of Dagster's files: `DAGSTER_HOME`, else `dagster` under `POSBRIDGE_HOME` (`.posbridge`)."""
    variables = environment()
    home = variables.get("DAGSTER_HOME") or Path(variables.get("POSBRIDGE_HOME", ".posbridge")) / "dagster"
    return Path(home).absolute()


class SwitchedStorage(DagsterStorage, ConfigurableClass):
    """Named in `dagster.yaml`; gives one of Dagster's own storages and is never instantiated itself."""

    @classmethod
    def config_type(cls) -> dict[str, object]:
        """Return that nothing can be set in the file: the environment decides."""
        return {}

    @classmethod
    def from_config_value(  # type: ignore[override]  # that it gives another class is the point
        cls, inst_data: ConfigurableClassData | None, config_value: Mapping[str, object]
    ) -> DagsterStorage:
        """Return PostgreSQL or SQLite storage; raises LedgerUnavailable when the address or the driver is wrong."""
        url = environment().get("POSBRIDGE_DATABASE_URL")
        address = database_address(url) if url else None
        if address is None or address.get_backend_name() == "sqlite":
            return DagsterSqliteStorage.from_local(str(private_folder(dagster_home())), inst_data=inst_data)
        try:
            from dagster_postgres import DagsterPostgresStorage  # half a second of import that SQLite does not need
        except ModuleNotFoundError:
            raise LedgerUnavailable("PostgreSQL needs its driver: pip install 'posbridge[postgres]'.") from None
        return DagsterPostgresStorage(address.render_as_string(hide_password=False), inst_data=inst_data)


class HomeArtifacts(LocalArtifactStorage):
    """Named in `dagster.yaml`; local artifacts under the home."""

    @classmethod
    def config_type(cls) -> dict[str, object]:
        """Return that nothing can be set in the file."""
        return {}

    @classmethod
    def from_config_value(cls, inst_data: ConfigurableClassData | None, config_value: Mapping[str, object]) -> "HomeArtifacts":
        """Return artifact storage in the home, which is made if it is not there."""
        return cls(str(private_folder(dagster_home())), inst_data=inst_data)


class HomeComputeLogs(LocalComputeLogManager):
    """Named in `dagster.yaml`; what steps print, in files under the home."""

    @classmethod
    def config_type(cls) -> dict[str, object]:
        """Return that nothing can be set in the file."""
        return {}

    @classmethod
    def from_config_value(cls, inst_data: ConfigurableClassData | None, config_value: Mapping[str, object]) -> "HomeComputeLogs":
        """Return a log store in the home."""
        return cls(str(dagster_home() / "storage"), inst_data=inst_data)
