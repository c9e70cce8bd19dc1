"""The memory of posbridge in a SQL database: what was sent, what belongs together, how far a source was read.

Imports SQLAlchemy and the model, no client, no frame and no Dagster.
"""

from posbridge_dagster.ledger.cursors import ANYTHING
from posbridge_dagster.ledger.directory import Directory, normalised_email
from posbridge_dagster.ledger.entries import (
    BEFORE,
    Change,
    Changed,
    Claim,
    Closing,
    Intent,
    Quarantined,
    QuarantineEntry,
    Record,
    State,
    Total,
)
from posbridge_dagster.ledger.failures import LedgerFailure, LedgerTooNew, LedgerUnavailable
from posbridge_dagster.ledger.ledger import Ledger
from posbridge_dagster.ledger.levels import Level, LevelKey, Levels
from posbridge_dagster.ledger.owner import Owner

__all__ = [
    "ANYTHING",
    "BEFORE",
    "Change",
    "Changed",
    "Claim",
    "Closing",
    "Directory",
    "Intent",
    "Ledger",
    "LedgerFailure",
    "LedgerTooNew",
    "LedgerUnavailable",
    "Level",
    "LevelKey",
    "Levels",
    "Owner",
    "QuarantineEntry",
    "Quarantined",
    "Record",
    "State",
    "Total",
    "normalised_email",
]
