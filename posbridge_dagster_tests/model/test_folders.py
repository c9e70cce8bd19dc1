"""What holds personal data is nobody else's business, whatever the rights a process gives by default."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from posbridge_dagster.ledger import Ledger
from posbridge_dagster.model.folders import is_open_to_others, private_folder
from posbridge_dagster.storage import FrameStore
from posbridge_dagster_tests.snapshots.test_shopify_sales import two_orders


@pytest.fixture(autouse=True)
def careless() -> Iterator[None]:
    before = os.umask(0o022)
    yield
    os.umask(before)


def rights(path: Path) -> int:
    return path.stat().st_mode & 0o777


def test_every_folder_that_is_made_is_private_and_those_that_were_there_stay(tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    private_folder(tmp_path / "there" / "a" / "b")
    assert [rights(tmp_path / name) for name in ("there", "there/a", "there/a/b")] == [0o755, 0o700, 0o700]
    assert [is_open_to_others(tmp_path / name) for name in ("there", "there/a")] == [True, False]


def test_a_file_in_the_way_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(OSError, match="file"):
        private_folder(tmp_path / "file")


def test_ledger_and_frames_can_be_read_by_nobody_else_even_in_a_folder_that_can(tmp_path: Path) -> None:
    with Ledger.open(f"sqlite:///{tmp_path / 'ledger.db'}", shop="a", administration="b") as ledger:
        ledger.move_cursor("x", "1")
        assert {rights(path) for path in tmp_path.glob("ledger.db*")} == {0o600}
    FrameStore(str(tmp_path / "frames")).write(["flow", "sales", "snapshot"], "2026-11-20", two_orders())
    assert rights(tmp_path / "frames") == 0o700
