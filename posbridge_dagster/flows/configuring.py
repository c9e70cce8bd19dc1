"""What a person may set for one run: the configuration of the ops that read and that write."""

import dagster as dg
import pandas as pd

EVERYTHING = "everything"
"""In the notes of a snapshot (``attrs``): it was read from the beginning."""


class Reading(dg.Config):
    """How a source is read: what changed since the last time, or everything anew."""

    read_everything: bool = False


class Writing(dg.Config):
    """How a target is written: for good, or as a plan."""

    dry_run: bool = False


class BrakedWriting(Writing):
    """As Writing, with a brake that may be let go for this run."""

    release_brake: bool = False


def everything_was_read(snapshot: pd.DataFrame) -> bool:
    """Return whether a snapshot was read from the beginning, once a night or when a person asked for it; then all is compared."""
    return bool(snapshot.attrs.get(EVERYTHING))
