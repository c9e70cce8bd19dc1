"""The three stages of a flow, and the keys of their assets: flow, frame, stage."""

from typing import Literal

import dagster as dg

Stage = Literal["snapshot", "mapped", "result"]


def frame_key(flow: str, frame: str, stage: Stage) -> dg.AssetKey:
    """Return the asset key of a flow's frame at a stage: ``orders_to_mplus/orders/snapshot``."""
    return dg.AssetKey([flow, frame, stage])
