"""Sync markers: one rising number per kind of entity; an entity carries only its newest."""

import random
from bisect import bisect_left
from collections.abc import Callable, Hashable, Iterator, Mapping
from itertools import islice
from typing import Any, Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)

_STALE_ROWS = 1000


class MarkerLog(Generic[Key]):
    """The entities of one kind in the order of their markers. Rows of older markers are kept until they are too many."""

    def __init__(self) -> None:
        self.last = 0
        self._rows: list[tuple[int, Key]] = []
        self._newest: dict[Key, int] = {}

    def stamp(self, key: Key) -> int:
        """Give an entity the next marker and return it."""
        self.place(key, self.last + 1)
        if len(self._rows) > 2 * len(self._newest) + _STALE_ROWS:
            self._rows = [row for row in self._rows if self._newest[row[1]] == row[0]]
        return self.last

    def place(self, key: Key, marker: int) -> None:
        """Note a marker that an entity already has; markers must come in rising order."""
        self.last = marker
        self._rows.append((marker, key))
        self._newest[key] = marker

    def since(self, marker: int) -> Iterator[Key]:
        """Yield the entities with this marker or a higher one, lowest first."""
        for at, key in self._rows[bisect_left(self._rows, marker, key=lambda row: row[0]) :]:
            if self._newest[key] == at:
                yield key


def page(log: MarkerLog[Key], request: Mapping[str, Any], keep: Callable[[Key], bool], switches: Mapping[str, Any]) -> list[Key]:
    """Return the entities that a listing call answers with.

    A limit counts only together with a marker; then the lowest markers come, in order. Without a limit the rows come in no
    order that a client may rely on (switch ``unsorted``), and in both cases no more than ``page_cap``.
    """
    marker = request.get("syncMarker")
    limit = request.get("syncMarkerLimit") if marker is not None else None
    size = min(limit, switches["page_cap"]) if limit else switches["page_cap"]
    keys = list(islice((key for key in log.since(marker or 0) if keep(key)), size))
    if not limit and switches["unsorted"]:
        random.Random(len(keys)).shuffle(keys)
    return keys
