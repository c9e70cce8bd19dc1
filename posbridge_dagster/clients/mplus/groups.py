"""Article groups (web groups): the tree that the till's webshop shows, as flat rows that name the group above them."""

from collections.abc import Iterator, Sequence

from posbridge_dagster.clients.mplus.client import MplusClient
from posbridge_dagster.clients.mplus.paging import PAGE_SIZE, Page, pages_since
from posbridge_dagster.clients.mplus.reading import Record


def groups_since(client: MplusClient, marker: int = 0, page_size: int = PAGE_SIZE) -> Iterator[Page]:
    """Yield pages of changed groups with the marker to ask from next.

    A row has ``groupNumber``, ``parentGroupNumber`` (absent or 0 at the top), ``name``, ``text``, ``sortOrder``, ``productNumbers``
    and ``isDeleted``; a deleted group comes once more, marked as such.
    """

    def fetch(since: int) -> list[Record]:
        return _changes(client, {"syncMarker": since, "syncMarkerLimit": page_size})

    return pages_since("getArticleGroupChanges", marker, fetch)


def groups(client: MplusClient, group_numbers: Sequence[int], batch: int = 200) -> Iterator[Record]:
    """Yield groups as they are now, asked for by number; those deleted are left out."""
    for start in range(0, len(group_numbers), batch):
        yield from _changes(client, {"groupNumbers": list(group_numbers[start : start + batch])})


def _changes(client: MplusClient, asked: Record) -> list[Record]:
    answer = client.call("getArticleGroupChanges", {"request": asked})
    rows: list[Record] = answer["changedArticleGroupList"]
    return rows
