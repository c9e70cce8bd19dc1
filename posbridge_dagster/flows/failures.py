"""Failures as Dagster shows them: one sentence that says what to do, and no retry of what waiting cannot mend."""

from collections.abc import Iterator
from contextlib import contextmanager

import dagster as dg

from posbridge_dagster.clients.failures import RemoteFailure
from posbridge_dagster.mapping import MappingFileError
from posbridge_dagster.settings import SettingsError


@contextmanager
def said_plainly() -> Iterator[None]:
    """Turn the failures of posbridge into dg.Failure with their own text; anything else passes as it is."""
    try:
        yield
    except (RemoteFailure, MappingFileError, SettingsError) as failure:
        raise dg.Failure(str(failure), allow_retries=False) from None
