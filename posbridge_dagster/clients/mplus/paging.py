"""Reads what changed since a sync marker, to the end.

Rules (vendor's sync marker page, best practices): the asked marker is an inclusive lower bound, rows come unsorted, a page
may be shorter or longer than the limit, and the service caps pages on its own. So the next marker is the highest one seen
plus one, and only an empty page is the end. Something that changes while the pages are read comes again on a later one.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from typing import Any

from posbridge_dagster.clients.failures import Refused
from posbridge_dagster.clients.mplus.faults import SYSTEM
from posbridge_dagster.clients.mplus.reading import Record

PAGE_SIZE = 500

Fetch = Callable[[int], list[Record]]
Page = tuple[list[Record], int]


def own_marker(row: Record) -> Iterable[Any]:
    """Return the sync marker of a row, as most kinds of rows carry it."""
    return (row.get("syncMarker"),)


def day_members(first_day: date | None, last_day: date | None) -> dict[str, date]:
    """Return the members that keep a list of documents to a range of financial dates, both included; None leaves an end open."""
    members = {"fromFinancialDate": first_day, "throughFinancialDate": last_day}
    return {name: day for name, day in members.items() if day is not None}


def sold_members(relations: Sequence[int], articles: Sequence[int]) -> dict[str, list[int]]:
    """Return the members that keep a list of documents to those of some relations and with any of some articles; none is all."""
    members = {"relationNumbers": list(relations), "articleNumbers": list(articles)}
    return {name: numbers for name, numbers in members.items() if numbers}


def pages_since(operation: str, marker: int, fetch: Fetch, markers: Callable[[Record], Iterable[Any]] = own_marker) -> Iterator[Page]:
    """Yield pages of rows with the marker to ask from next, until an empty page; keep a marker only once its page is safe.

    Raises Refused when a page does not get ahead of the marker it was asked with: asking on would never end.
    """
    while rows := fetch(marker):
        highest = max((found for row in rows for found in markers(row) if found is not None), default=marker - 1)
        if highest < marker:
            message = f"a page of {len(rows)} rows asked from sync marker {marker} has no marker as high as that, so reading cannot go on."
            advice = "Report it to MplusKASSA; the rows were not used."
            raise Refused(message, system=SYSTEM, operation=operation, code="paging_stuck", advice=advice)
        marker = highest + 1
        yield rows, marker
