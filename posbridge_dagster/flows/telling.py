"""A frame as Dagster tells it: where it stands, which systems it has to do with, and what each of its columns says."""

from collections.abc import Collection
from typing import Any

import dagster as dg

from posbridge_dagster.flows.stages import Stage, frame_key
from posbridge_dagster.model.frames import FrameShape
from posbridge_dagster.report.tables import column_schema


def told_frame(
    flow: str, frame: str, stage: Stage, shape: FrameShape, says: str, kinds: Collection[str], writes: str = ""
) -> dict[str, Any]:
    """Return what Dagster shows of a frame, as arguments of an asset or an output: key, group, kinds, tags, sentence, columns.

    A node of the graph is titled by its stage, the last word of its key, so the frame stands below it as a kind. ``writes`` is the
    system that a result asset writes to.
    """
    return {
        "key": frame_key(flow, frame, stage),
        "group_name": flow,
        "kinds": {frame, *kinds},
        "tags": {"writes": writes} if writes else {},
        "description": says,
        "metadata": {"dagster/column_schema": column_schema(shape)},
    }


def frame_in(flow: str, frame: str, stage: Stage) -> dg.AssetIn:
    """Return a frame of a flow as an input."""
    return dg.AssetIn(key=frame_key(flow, frame, stage))
