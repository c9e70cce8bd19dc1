import os
import threading
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import dagster as dg
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from posbridge_dagster.snapshots.order_shapes import ORDERS
from posbridge_dagster.storage import FrameStore, ParquetFrames, StorageFailure

KEY = ["orders_to_mplus", "orders", "snapshot"]
DAY = "2025-10-20"


def frame(name: str = "#1", rows: int = 1) -> pd.DataFrame:
    moment = datetime(2025, 10, 20, 10, 0, 0, 123456, tzinfo=UTC)
    return ORDERS.frame({"order_id": str(n), "name": name, "created_at": moment, "total_minor": 2**53 + 1} for n in range(rows))


@pytest.fixture(params=["folder", "object store"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> FrameStore:
    return FrameStore(str(tmp_path / "frames") if request.param == "folder" else f"memory://{uuid4().hex}")


def test_a_frame_comes_back_with_its_types_its_notes_and_nothing_else(store: FrameStore) -> None:
    kept = frame()
    kept.attrs = {"read_through": "2025-10-20T10:00:00+00:00"}
    store.write(KEY, DAY, kept)
    found = store.read(KEY, DAY)
    assert found is not None
    assert_frame_equal(found, kept)
    assert found.attrs == kept.attrs
    assert int(found["total_minor"].iloc[0]) == 2**53 + 1
    assert found.dtypes.equals(ORDERS.frame().dtypes)


def test_an_empty_frame_keeps_its_columns(store: FrameStore) -> None:
    store.write(KEY, DAY, ORDERS.frame())
    found = store.read(KEY, DAY)
    assert found is not None
    assert (list(found), len(found)) == (list(ORDERS.columns), 0)


def test_partitions_and_keys_are_kept_apart_and_a_later_frame_takes_the_place(store: FrameStore) -> None:
    store.write(KEY, DAY, frame("first"))
    store.write(KEY, "2025-10-21", frame("other day"))
    store.write([*KEY[:-1], "result"], DAY, frame("other stage"))
    store.write(KEY, None, frame("no day"))
    store.write(KEY, DAY, frame("second"))
    names = [
        found["name"].iloc[0] for key, day in ((KEY, DAY), (KEY, "2025-10-21"), (KEY, None)) if (found := store.read(key, day)) is not None
    ]
    assert names == ["second", "other day", "no day"]
    assert store.read(KEY, "2025-10-22") is None


def test_a_reader_never_sees_half_a_frame(tmp_path: Path) -> None:
    store = FrameStore(str(tmp_path))
    store.write(KEY, DAY, frame("0", 2000))
    done, seen, failures = threading.Event(), set(), []

    def read() -> None:
        while not done.is_set():
            try:
                found = store.read(KEY, DAY)
                assert found is not None
                assert (len(found), found["name"].nunique()) == (2000, 1)
                seen.add(found["name"].iloc[0])
            except Exception as failure:
                failures.append(failure)
                return

    reader = threading.Thread(target=read)
    reader.start()
    for number in range(1, 40):
        store.write(KEY, DAY, frame(str(number), 2000))
    done.set()
    reader.join()
    assert failures == []
    assert seen


def test_a_write_that_breaks_off_leaves_the_earlier_frame(tmp_path: Path) -> None:
    store = FrameStore(str(tmp_path))
    store.write(KEY, DAY, frame("good"))
    broken = frame("bad")
    broken["name"] = pd.Series([object()])
    with pytest.raises(Exception, match="object"):
        store.write(KEY, DAY, broken)
    found = store.read(KEY, DAY)
    assert found is not None
    assert found["name"].tolist() == ["good"]


def test_what_a_killed_write_left_is_swept_once_no_write_can_be_under_way(tmp_path: Path) -> None:
    store = FrameStore(str(tmp_path))
    written = Path(store.write(KEY, DAY, frame("good")).path)
    old, young = (written.with_name(f".{written.name}.{name}") for name in ("a1", "b2"))
    for path in (old, young):
        path.write_bytes(b"half a person")
    os.utime(old, (0, 0))
    assert store.sweep() == 1
    assert sorted(path.name for path in written.parent.iterdir()) == sorted([young.name, written.name])


def test_what_is_wrong_with_the_storage_is_one_sentence_that_says_where_and_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(StorageFailure, match="nope://bucket is no storage that is known; write a folder, s3://"):
        FrameStore("nope://bucket")
    store = FrameStore(str(tmp_path))
    path = Path(store.write(KEY, DAY, frame("good")).path)
    path.write_bytes(path.read_bytes()[:-9])
    with pytest.raises(StorageFailure, match=f"{path.name} is no frame, or only part of one. Delete the file"):
        store.read(KEY, DAY)
    (tmp_path / "file").touch()
    with pytest.raises(StorageFailure, match="there is a file of this name"):
        FrameStore(str(tmp_path / "file")).write(["orders"], None, frame("good"))


def test_what_was_never_made_is_told_by_name_and_day(tmp_path: Path) -> None:
    manager = ParquetFrames(FrameStore(str(tmp_path)))
    days = dg.DailyPartitionsDefinition("2025-10-01")
    context = dg.build_input_context(asset_key=dg.AssetKey(KEY), partition_key=DAY, asset_partitions_def=days)
    with pytest.raises(dg.Failure, match="orders_to_mplus/orders/snapshot has not been made for 2025-10-20 yet; materialise it first"):
        manager.load_input(context)
