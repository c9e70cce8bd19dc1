"""A day's orders, read once and then kept up to date with what changed since.

How far a day was read is kept with its ``orders`` frame (``attrs["read_through"]``), so frame and mark can never part. The mark
is the newest change seen at the source, not our clock, and each read looks back over an overlap: Shopify's search lags.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from itertools import chain
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd

from posbridge_dagster.clients.shopify.search import clause
from posbridge_dagster.snapshots.order_shapes import SHAPES
from posbridge_dagster.snapshots.orders import order_frames

Frames = dict[str, pd.DataFrame]
ReadOrders = Callable[[str], Iterable[list[dict[str, Any]]]]
MARK = "read_through"

_CHANNELS = {"pos": "source_name:pos", "online": "-source_name:pos", "all": ""}


def day_search(start: datetime, end: datetime, channel: str, changed_since: datetime | None = None) -> str:
    """Return the search for the orders created in ``[start, end)``, of a channel (pos, online, all), changed since a moment."""
    parts = [clause("created_at", ">=", start), clause("created_at", "<", end), _CHANNELS[channel]]
    if changed_since:
        parts.append(clause("updated_at", ">=", changed_since))
    return " AND ".join(part for part in parts if part)


def bring_up_to_date(
    stored: Mapping[str, pd.DataFrame | None],
    read: ReadOrders,
    window: tuple[datetime, datetime],
    channel: str,
    overlap: timedelta,
    zone: ZoneInfo,
) -> Frames:
    """Return a day's frames: all of it where nothing is stored, else the stored frames with the changed orders in place.

    Raises the failures of the client; the stored frames are not touched.
    """
    known = _usable(stored)
    since = known["orders"].attrs.get(MARK) if known else None
    changed_since = datetime.fromisoformat(since) - overlap if since else None
    fresh = order_frames(_one_by_one(read(day_search(*window, channel, changed_since))), zone)
    frames = _merged(known, fresh) if known and since else fresh
    newest = frames["orders"]["updated_at"].max()
    frames["orders"].attrs = {MARK: newest.isoformat()} if pd.notna(newest) else {}
    return frames


def _one_by_one(pages: Iterable[list[dict[str, Any]]]) -> Iterator[dict[str, Any]]:
    return chain.from_iterable(pages)


def _usable(stored: Mapping[str, pd.DataFrame | None]) -> Frames | None:
    """Return the stored frames, or None where one is missing or was stored in another shape."""
    known = {name: frame for name, frame in stored.items() if frame is not None and list(frame) == list(SHAPES[name].columns)}
    return known if known.keys() == SHAPES.keys() else None


def _merged(known: Frames, fresh: Frames) -> Frames:
    changed = fresh["orders"]["order_id"]
    merged = {}
    for name, shape in SHAPES.items():
        key = "customer_key" if name == "customers" else "order_id"
        gone = fresh["customers"]["customer_key"] if name == "customers" else changed
        kept = known[name][~known[name][key].isin(gone)]
        merged[name] = shape.conform(pd.concat([kept, fresh[name]], ignore_index=True))
    return merged
