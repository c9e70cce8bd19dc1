"""Writes that must not happen twice: after an unknown outcome the result is looked up before anything is sent again."""

from collections.abc import Callable
from typing import TypeVar

from posbridge_dagster.clients.failures import UnknownOutcome
from posbridge_dagster.clients.mplus.client import MplusClient

T = TypeVar("T")


def written_once(client: MplusClient, send: Callable[[], T], look_up: Callable[[], T | None]) -> T:
    """Return what ``send`` returns, or what ``look_up`` finds after a sending whose answer was lost.

    It is sent again only after a look-up that answered and found nothing, within the client's patience. Raises what the last
    of them raised.
    """
    is_unsure = False

    def attempt() -> T:
        nonlocal is_unsure
        if is_unsure:
            found = look_up()
            if found is not None:
                return found
        try:
            return send()
        except UnknownOutcome:
            is_unsure = True
            raise

    return client.patience.retry(attempt, repeatable=True)
