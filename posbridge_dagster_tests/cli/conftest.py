"""A shop of one morning between two pretend systems, and the commands of posbridge let loose on it."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from posbridge_dagster.cli import main
from posbridge_dagster.sandbox.seed import RelationSeed, Seed
from posbridge_dagster_tests.flows.coupling import Coupling, coupled
from posbridge_dagster_tests.flows.little_shop import DAY, bag, bob, book, eva, firm, little_shop, sale, stranger

Command = Callable[..., Result]


def morning() -> Seed:
    """Return two sales that go well, one with an unknown article, a test order, and one of a customer that is there twice."""
    orders = (
        sale(1, bag),
        sale(2, book, customer=eva),
        sale(3, bag, book, stranger, customer=bob),
        sale(4, bag, test=True, customer=eva),
        sale(5, book, customer=firm),
    )
    twice = tuple(RelationSeed(number, "Zeewind", email="inkoop@zeewind.example") for number in (2001, 2002))
    return little_shop(*orders, relations=twice)


@pytest.fixture
def coupling(tmp_path: Path) -> Iterator[Coupling]:
    """The morning before anything was brought over."""
    with coupled(morning(), tmp_path) as coupling:
        yield coupling


@pytest.fixture(scope="module")
def brought(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Coupling]:
    """The morning after it was brought to MplusKASSA, shared by the tests of a module: they only look."""
    with coupled(morning(), tmp_path_factory.mktemp("brought")) as coupling:
        coupling.run(DAY)
        coupling.forget_calls()
        yield coupling


@pytest.fixture
def copied(brought: Coupling, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Coupling:
    """The morning after it was brought over, with a copy of its home that may be changed."""
    shutil.copytree(brought.home, tmp_path, dirs_exist_ok=True)
    monkeypatch.setenv("POSBRIDGE_HOME", str(tmp_path))
    return replace(brought, home=tmp_path)


@pytest.fixture
def posbridge() -> Command:
    """Runs a command of posbridge in this process and returns its status and what it printed, errors included."""

    def run(*arguments: str) -> Result:
        return CliRunner().invoke(main, arguments, catch_exceptions=False)

    return run
