"""Frames as Parquet, in a folder or an object store, one file per asset and partition.

``orders_to_mplus/orders/snapshot`` of the day 2026-11-20 is ``<storage>/orders_to_mplus/orders/snapshot/2026-11-20.parquet``.
A file on disk appears whole or not at all (written beside and renamed); object stores write whole objects anyway.
"""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import dagster as dg
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from upath import UPath

from posbridge_dagster.model.folders import private_folder
from posbridge_dagster.model.frames import to_arrow, to_pandas
from posbridge_dagster.model.secrecy import redact

_NOTES = b"posbridge"
_WHILE_WRITING = timedelta(hours=1)


class StorageFailure(Exception):
    """Frames cannot be kept where the settings say, or one cannot be read; the text says which, why and what to do."""


class FrameStore:
    """Reads and writes frames. ``frame.attrs`` (small JSON values, such as how far a day was read) is kept in the same file.

    Every method raises StorageFailure where the storage does not do what is asked.
    """

    def __init__(self, url: str) -> None:
        """Open a folder or an object store by its URL; the library of an object store is asked for when it is first used."""
        try:
            self._root = UPath(url)
        except ValueError:
            raise StorageFailure(
                f"POSBRIDGE_STORAGE_URL: {redact(url)} is no storage that is known; write a folder, s3://..., gs://... or abfs://..."
            ) from None

    def path(self, key: Sequence[str], partition: str | None) -> UPath:
        """Return where a frame lives."""
        parts = [*key, partition] if partition else list(key)
        return self._root.joinpath(*parts[:-1], f"{parts[-1]}.parquet")

    def read(self, key: Sequence[str], partition: str | None) -> pd.DataFrame | None:
        """Return the stored frame, or None where there is none."""
        path = self.path(key, partition)
        with _told(path):
            if not path.exists():
                return None
            with path.open("rb") as source:
                table = pq.ParquetFile(pa.BufferReader(source.read())).read()
        frame = to_pandas(table)
        frame.attrs = json.loads((table.schema.metadata or {}).get(_NOTES, b"{}"))
        return frame

    def holds(self, key: Sequence[str], partition: str | None) -> bool:
        """Return whether there is a frame."""
        path = self.path(key, partition)
        with _told(path):
            return bool(path.exists())

    def partitions(self, key: Sequence[str]) -> list[str]:
        """Return the partitions of which there is a frame, in order."""
        folder = self._root.joinpath(*key)
        with _told(folder):
            return sorted(path.stem for path in folder.glob("*.parquet")) if folder.exists() else []

    def frames(self) -> list[list[str]]:
        """Return the keys of all frames, in order; the partition, where there is one, is the last part."""
        with _told(self._root):
            paths = self._root.rglob("*.parquet") if self._root.exists() else ()
            return sorted([*path.relative_to(self._root).parent.parts, path.stem] for path in paths if not path.name.startswith("."))

    def write(self, key: Sequence[str], partition: str | None, frame: pd.DataFrame) -> UPath:
        """Store a frame in place of the earlier one and return where it lives."""
        path = self.path(key, partition)
        table = to_arrow(frame).replace_schema_metadata({_NOTES: json.dumps(frame.attrs).encode()})
        with _told(path):
            if not self._is_on_disk:
                path.parent.mkdir(parents=True, exist_ok=True)
                _write(path, table)
                return path
            private_folder(Path(path.path).parent)
            beside = path.with_name(f".{path.name}.{uuid4().hex}")
            _write(beside, table)
            beside.replace(path)
        return path

    def sweep(self) -> int:
        """Remove what writes that were killed left beside frames; return how many files that were. Younger than an hour stays."""
        if not self._is_on_disk:
            return 0
        with _told(self._root):
            before = (datetime.now(UTC) - _WHILE_WRITING).timestamp()
            left = [path for path in Path(self._root.path).rglob(".*.parquet.*") if path.stat().st_mtime < before]
            for path in left:
                path.unlink()
        return len(left)

    @property
    def _is_on_disk(self) -> bool:
        return self._root.protocol in ("", "file", "local")


def _write(path: UPath, table: pa.Table) -> None:
    with path.open("wb") as sink:
        pq.write_table(table, sink)


@contextmanager
def _told(path: UPath) -> Iterator[None]:
    """Turn what storage and its library say into StorageFailure."""
    where = redact(str(path))
    try:
        yield
    except ImportError as failure:
        raise StorageFailure(f"{where} needs a library: {failure}. Install posbridge with the extra s3, gcs or azure.") from None
    except pa.ArrowInvalid:
        raise StorageFailure(f"{where} is no frame, or only part of one. Delete the file; the next run makes it anew.") from None
    except OSError as failure:
        why = failure.strerror or redact(str(failure))
        raise StorageFailure(f"{where} cannot be used: {why}. Change its rights, or POSBRIDGE_STORAGE_URL.") from None


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
