"""Failures as Dagster shows them: one sentence that says what to do, and no retry of what waiting cannot mend."""

import atexit
from collections.abc import Iterator
from contextlib import contextmanager

import click
import dagster as dg

from posbridge_dagster.clients.failures import RemoteFailure
from posbridge_dagster.ledger import LedgerFailure
from posbridge_dagster.mapping import MappingFileError
from posbridge_dagster.settings import SettingsError, read_settings
from posbridge_dagster.storage import StorageFailure

_UNREACHABLE = "unreachable"
_START_SANDBOX = "Start it with `posbridge sandbox`, or set both SHOPIFY_API_URL and MPLUS_API_URL."

_last_words: list[str] = []


@contextmanager
def said_plainly() -> Iterator[None]:
    """Turn the failures of posbridge into dg.Failure with their own text; anything else passes as it is."""
    try:
        yield
    except (RemoteFailure, MappingFileError, SettingsError, LedgerFailure, StorageFailure) as failure:
        raise plain_failure(sentence(failure)) from None


def sentence(failure: Exception) -> str:
    """Return what a failure has to tell a person; where the own sandbox does not answer, also how to start it."""
    text = str(failure)
    if isinstance(failure, RemoteFailure) and failure.code == _UNREACHABLE and read_settings().on_own_sandbox:
        return f"{text} {_START_SANDBOX}"
    return text


def plain_failure(text: str) -> dg.Failure:
    """Return the failure of a step, never retried; in a command of Dagster its text is repeated as the last line.

    Dagster prints the text of a failure above two stack traces and ends with "Materialization failed."; who reads the end of
    a log should find the reason there.
    """
    context = click.get_current_context(silent=True)
    if context is not None and "dagster" in str(context.find_root().info_name) and text not in _last_words:
        if not _last_words:
            atexit.register(_say_last_words)
        _last_words.append(text)
    return dg.Failure(text, allow_retries=False)


def _say_last_words() -> None:
    for text in _last_words:
        click.echo(f"Error: {text}", err=True)
