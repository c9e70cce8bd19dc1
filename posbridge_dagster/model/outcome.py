"""The six ways a record can end."""

from enum import StrEnum


class Outcome(StrEnum):
    """How a record ended; the counts of a run add up over these six."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    SKIPPED = "skipped"
    QUARANTINED = "quarantined"
    FAILED = "failed"
