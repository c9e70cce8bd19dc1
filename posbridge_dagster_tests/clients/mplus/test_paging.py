from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from posbridge_dagster.clients.failures import Refused
from posbridge_dagster.clients.mplus.paging import pages_since
from posbridge_dagster.clients.mplus.reading import Record


class Shelf:
    """Rows with unique rising markers; a page holds the lowest ones that were asked for, in any order."""

    def __init__(self, markers: list[int], cap: int, mixed: st.DataObject | None = None) -> None:
        self.markers = sorted(markers)
        self.cap = cap
        self.mixed = mixed

    def fetch(self, since: int) -> list[Record]:
        page = list(islice((marker for marker in self.markers if marker >= since), self.cap))
        if self.mixed:
            page = self.mixed.draw(st.permutations(page))
        return [{"syncMarker": marker} for marker in page]


@given(st.sets(st.integers(0, 200)), st.integers(1, 7), st.integers(0, 200), st.data())
def test_every_change_is_read_once_however_pages_are_capped_and_mixed(markers: set[int], cap: int, start: int, data: st.DataObject) -> None:
    shelf = Shelf(list(markers), cap, data)
    pages = list(pages_since("getOrders", start, shelf.fetch))
    seen = [row["syncMarker"] for rows, _ in pages for row in rows]
    assert sorted(seen) == sorted(marker for marker in markers if marker >= start)
    assert [next_marker for _, next_marker in pages] == sorted({next_marker for _, next_marker in pages})


def test_what_changes_while_reading_comes_again() -> None:
    shelf = Shelf([1, 2, 3, 4], 2)
    pages = pages_since("getOrders", 0, shelf.fetch)
    assert next(pages)[1] == 3
    shelf.markers = [2, 3, 4, 5]  # the row of marker 1 changed
    assert [row["syncMarker"] for rows, _ in pages for row in rows] == [3, 4, 5]


def test_the_marker_to_keep_leads_on_after_a_stop() -> None:
    shelf = Shelf([3, 9, 11], 1)
    _, marker = next(pages_since("getOrders", 0, shelf.fetch))
    assert [row["syncMarker"] for rows, _ in pages_since("getOrders", marker, shelf.fetch) for row in rows] == [9, 11]


@pytest.mark.parametrize("row", [{"syncMarker": 4}, {}])
def test_a_page_that_leads_nowhere_is_refused_instead_of_asked_for_ever(row: Record) -> None:
    with pytest.raises(Refused, match="sync marker 5") as refused:
        list(pages_since("getOrders", 5, lambda since: [row]))
    assert refused.value.code == "paging_stuck"
