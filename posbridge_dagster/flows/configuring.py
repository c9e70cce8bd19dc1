"""What a person may set for one run: the configuration of the ops that read and that write."""

from collections.abc import Mapping
from typing import Any

import dagster as dg
import pandas as pd

from posbridge_dagster.settings import Settings

EVERYTHING = "everything"
"""In the notes of a snapshot (``attrs``): it was read from the beginning."""


class Reading(dg.Config):
    """How a source is read: what changed since the last time, or everything anew."""

    read_everything: bool = False


class Writing(dg.Config):
    """How a target is written: for good, or as a plan; one op that is told to plan makes the whole run a plan."""

    dry_run: bool = False


class BrakedWriting(Writing):
    """As Writing, with a brake that may be let go for this run."""

    release_brake: bool = False


def everything_was_read(snapshot: pd.DataFrame) -> bool:
    """Return whether a snapshot was read from the beginning, once a night or when a person asked for it; then all is compared."""
    return bool(snapshot.attrs.get(EVERYTHING))


def is_plan(context: dg.AssetExecutionContext, settings: Settings) -> bool:
    """Return whether a run writes nothing: the settings say so, or any of its ops was told to plan.

    A run is a plan as a whole, else it would write the refunds of orders that it only plans.
    """
    configured: Mapping[str, Any] = context.run.run_config
    ops: Mapping[str, Any] = configured.get("ops") or {}
    return settings.dry_run or any((op.get("config") or {}).get("dry_run") for op in ops.values())
