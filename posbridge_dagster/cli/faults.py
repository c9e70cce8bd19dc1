"""How the command line says what is wrong: one sentence on standard error, exit status 1."""

from collections.abc import Iterator
from contextlib import contextmanager

import click

from posbridge_dagster.clients.failures import RemoteFailure
from posbridge_dagster.flows.failures import sentence
from posbridge_dagster.ledger import LedgerFailure
from posbridge_dagster.mapping import MappingFileError
from posbridge_dagster.settings import SettingsError
from posbridge_dagster.storage import StorageFailure


@contextmanager
def told() -> Iterator[None]:
    """Turn failures that a person can mend into a message; anything else is a fault of posbridge and keeps its trace."""
    try:
        yield
    except (RemoteFailure, MappingFileError, SettingsError, LedgerFailure, StorageFailure) as failure:
        raise click.ClickException(sentence(failure)) from None
