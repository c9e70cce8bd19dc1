"""Corrections of a record: what something else keeps writing is not put right for ever.

A correction writes fields that have drifted in the other system, while nothing changed at the source. The moments of the last
ones stand in the ledger; after a few within a week the next one is a question for a person.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

CORRECTED = "corrected"
"""Name in a ledger record's detail: when it was put right, ISO 8601."""

MOST = 5
WITHIN = timedelta(days=7)


def corrections(detail: Mapping[str, Any], now: datetime) -> list[str]:
    """Return when a record was put right lately."""
    return [moment for moment in detail.get(CORRECTED, ()) if datetime.fromisoformat(moment) > now - WITHIN]


def is_contested(detail: Mapping[str, Any]) -> bool:
    """Return whether a record was put right so often that something else must be writing it too."""
    return len(corrections(detail, datetime.now(UTC))) >= MOST


def corrected_again(detail: Mapping[str, Any]) -> dict[str, list[str]]:
    """Return what is to be remembered of one more correction."""
    now = datetime.now(UTC)
    return {CORRECTED: [*corrections(detail, now), now.isoformat(timespec="seconds")]}
