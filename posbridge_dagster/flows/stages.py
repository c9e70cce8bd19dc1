"""The three stages of a flow, and the keys of their assets.

The last word of a key is what Dagster writes on the node of its graph, so it names both frame and stage: ``orders_snapshot``,
``orders_mapped``, ``orders_result``.
"""

from typing import Literal

import dagster as dg

Stage = Literal["snapshot", "mapped", "result"]


def frame_key(flow: str, frame: str, stage: Stage) -> dg.AssetKey:
    """Return the asset key of a flow's frame at a stage: ``orders_to_mplus/orders_snapshot``."""
    return dg.AssetKey([flow, f"{frame}_{stage}"])
