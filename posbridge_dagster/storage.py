"""Frames as Parquet, in a folder or an object store, one file per asset and partition.

``orders_to_mplus/orders/snapshot`` of the day 2026-11-20 is ``<storage>/orders_to_mplus/orders/snapshot/2026-11-20.parquet``.
A file on disk appears whole or not at all (written beside and renamed); object stores write whole objects anyway.
"""

import json
from collections.abc import Sequence
from pathlib import Path
from uuid import uuid4

import dagster as dg
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from upath import UPath

from posbridge_dagster.model.folders import private_folder
from posbridge_dagster.model.frames import to_arrow, to_pandas

_NOTES = b"posbridge"


class FrameStore:
    """Reads and writes frames. ``frame.attrs`` (small JSON values, such as how far a day was read) is kept in the same file."""

    def __init__(self, url: str) -> None:
        self._root = UPath(url)

    def path(self, key: Sequence[str], partition: str | None) -> UPath:
        """Return where a frame lives."""
        parts = [*key, partition] if partition else list(key)
        return self._root.joinpath(*parts[:-1], f"{parts[-1]}.parquet")

    def read(self, key: Sequence[str], partition: str | None) -> pd.DataFrame | None:
        """Return the stored frame, or None where there is none."""
        path = self.path(key, partition)
        if not path.exists():
            return None
        with path.open("rb") as source:
            table = pq.ParquetFile(pa.BufferReader(source.read())).read()
        frame = to_pandas(table)
        frame.attrs = json.loads((table.schema.metadata or {}).get(_NOTES, b"{}"))
        return frame

    def holds(self, key: Sequence[str], partition: str | None) -> bool:
        """Return whether there is a frame."""
        return bool(self.path(key, partition).exists())

    def partitions(self, key: Sequence[str]) -> list[str]:
        """Return the partitions of which there is a frame, in order."""
        folder = self._root.joinpath(*key)
        return sorted(path.stem for path in folder.glob("*.parquet")) if folder.exists() else []

    def frames(self) -> list[list[str]]:
        """Return the keys of all frames, in order; the partition, where there is one, is the last part."""
        paths = self._root.rglob("*.parquet") if self._root.exists() else ()
        return sorted([*path.relative_to(self._root).parent.parts, path.stem] for path in paths if not path.name.startswith("."))

    def write(self, key: Sequence[str], partition: str | None, frame: pd.DataFrame) -> UPath:
        """Store a frame in place of the earlier one and return where it lives."""
        path = self.path(key, partition)
        table = to_arrow(frame).replace_schema_metadata({_NOTES: json.dumps(frame.attrs).encode()})
        if path.protocol in ("", "file", "local"):
            private_folder(Path(path.path).parent)
            beside = path.with_name(f".{path.name}.{uuid4().hex}")
            with beside.open("wb") as sink:
                pq.write_table(table, sink)
            beside.replace(path)
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("wb") as sink:
                pq.write_table(table, sink)
        return path


class ParquetFrames(dg.IOManager):
    """Dagster's way to the frame store: an output is a frame, an input the same frame of the same partition."""

    def __init__(self, store: FrameStore) -> None:
        self._store = store

    def handle_output(self, context: dg.OutputContext, obj: pd.DataFrame) -> None:
        """Store the frame of an asset; where it is and its number of rows become metadata (its columns stand in its definition)."""
        partition = context.partition_key if context.has_partition_key else None
        path = self._store.write(context.asset_key.path, partition, obj)
        context.add_output_metadata({"dagster/row_count": len(obj), "dagster/uri": str(path)})

    def load_input(self, context: dg.InputContext) -> pd.DataFrame:
        """Return the frame of an upstream asset; raises dg.Failure where it was never made."""
        key = context.asset_key.path
        partition = context.partition_key if context.has_partition_key else None
        frame = self._store.read(key, partition)
        if frame is None:
            raise dg.Failure(
                f"{'/'.join(key)} has not been made for {partition or 'this shop'} yet; materialise it first", allow_retries=False
            )
        return frame
