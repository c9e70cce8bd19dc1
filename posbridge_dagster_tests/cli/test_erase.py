"""A person is gone from everything that posbridge keeps, and what was sold is still known."""

from pathlib import Path

import pandas as pd
import pytest

from posbridge_dagster.storage import FrameStore
from posbridge_dagster_tests.cli.conftest import Command
from posbridge_dagster_tests.flows.coupling import Coupling
from posbridge_dagster_tests.flows.little_shop import DAY, bob

WORDS = (bob.email, bob.last_name)


def kept(home: Path) -> bytes:
    """Return every byte of the ledger and of the frames, the latter as text."""
    store = FrameStore(str(home / "frames"))
    texts = [frame.to_csv() for key in store.frames() if (frame := store.read(key, None)) is not None]
    return b"".join(file.read_bytes() for file in home.glob("ledger.db*")) + "".join(texts).encode()


def named(home: Path) -> list[str]:
    everything = kept(home)
    return [word for word in WORDS if word.encode() in everything]


def test_an_erased_person_is_nowhere_and_the_money_stays(copied: Coupling, posbridge: Command) -> None:
    assert named(copied.home) == list(WORDS)
    before = copied.frame("orders", "snapshot", DAY)["total_minor"].sum()
    result = posbridge("erase", bob.email, "--yes")
    assert result.exit_code == 0, result.output
    assert bob.email not in result.output
    assert named(copied.home) == []
    after = copied.frame("orders", "snapshot", DAY)
    assert int(after["total_minor"].sum()) == int(before)
    others = after[after["email"].notna() & (after["email"] != "")]
    assert len(others) >= 2
    pd.testing.assert_index_equal(after.columns, copied.frame("orders", "snapshot", DAY).columns)


def test_who_is_not_known_is_said_and_nothing_changes(copied: Coupling, posbridge: Command) -> None:
    before = kept(copied.home)
    result = posbridge("erase", "nobody@nowhere.example", "--yes")
    assert result.exit_code == 0 and "Nothing was known" in result.output
    assert len(kept(copied.home)) == len(before)


@pytest.mark.parametrize("text", ["bob", ""])
def test_what_is_no_address_is_refused(text: str, posbridge: Command) -> None:
    assert posbridge("erase", text, "--yes").exit_code == 2
