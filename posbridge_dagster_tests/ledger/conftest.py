from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from posbridge_dagster.ledger import Ledger


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of an empty database, once of each kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'ledger.db'}"
    new_postgres_database: Callable[[], str] = request.getfixturevalue("new_postgres_database")
    return new_postgres_database()


@pytest.fixture
def ledger(url: str) -> Iterator[Ledger]:
    with Ledger.open(url, shop="amsterdam", administration="main") as ledger:
        yield ledger
