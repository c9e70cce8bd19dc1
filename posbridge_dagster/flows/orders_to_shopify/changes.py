"""Which days have new or changed documents: the decision of the sensor, as a pure function.

The mark is the sync marker to ask from next; every look goes back over a few markers, and what was seen there is remembered by
document and marker. So a marker that was handed out late and a second change of one document each ask again, and a quiet look
asks for nothing. Once a look found nothing new, the next ones only ask whether the markers moved.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

DAYS_PER_LOOK = 20
OVERLAP = 20
"""Markers that are looked at again."""


@dataclass(frozen=True)
class Change:
    """A document as the sensor sees it: its kind and id, its marker and the day it belongs to."""

    document_id: str
    kind: str
    marker: int
    day: str

    @property
    def name(self) -> str:
        """What is remembered of it: another change of the document has another name."""
        return f"{self.document_id}@{self.marker}"


@dataclass(frozen=True)
class Mark:
    """How far changes were seen: the next marker by kind (order, invoice), and the changes seen in the overlap before it.

    ``quiet`` says that the last look found nothing new.
    """

    next_markers: dict[str, int]
    seen: frozenset[str] = frozenset()
    quiet: bool = False

    @classmethod
    def read(cls, cursor: str | None) -> "Mark | None":
        """Return the mark that a cursor holds, None where there is none yet."""
        if not cursor:
            return None
        held = json.loads(cursor)
        return cls(held["next"], frozenset(held["seen"]), held.get("quiet", False))

    def written(self) -> str:
        """Return the mark as a cursor."""
        return json.dumps({"next": self.next_markers, "seen": sorted(self.seen), "quiet": self.quiet})

    def asked_from(self, kind: str) -> int:
        """Return the marker to ask a kind of document from."""
        return max(0, self.next_markers.get(kind, 0) - OVERLAP)

    def is_idle(self, newest: Mapping[str, int]) -> bool:
        """Return whether there can be nothing new: a look that found nothing was made since the newest markers were handed out."""
        return self.quiet and all(self.next_markers.get(kind, 0) > marker for kind, marker in newest.items())


@dataclass(frozen=True)
class TouchedDay:
    """A local day to run, and a key that is new whenever one of its changes is new."""

    day: str
    run_key: str
    changes: int


def touched_days(changes: Sequence[Change], mark: Mark, flow: str, newest: Mapping[str, int]) -> tuple[list[TouchedDay], Mark]:
    """Return the days whose documents changed, oldest first, and the mark to go on from.

    ``newest`` are the markers by kind from before the changes were read: all up to them was seen, whether it asks for a day or not.
    After a long pause only the changes of the first DAYS_PER_LOOK days are taken; the mark stays behind the others of their
    kind, so the next look takes those.
    """
    fresh: dict[str, list[str]] = {}
    next_markers, seen, closed = dict(mark.next_markers), set(mark.seen), set()
    for change in sorted(changes, key=lambda change: (change.kind, change.marker)):
        if change.name in mark.seen or change.kind in closed:
            continue
        if change.day not in fresh and len(fresh) == DAYS_PER_LOOK:
            closed.add(change.kind)
            continue
        fresh.setdefault(change.day, []).append(change.name)
        seen.add(change.name)
        next_markers[change.kind] = max(next_markers.get(change.kind, 0), change.marker + 1)
    next_markers |= {kind: max(next_markers.get(kind, 0), marker + 1) for kind, marker in newest.items() if kind not in closed}
    after = Mark(next_markers)
    kept = frozenset(name for name in seen if _marker(name) >= after.asked_from(name.partition(":")[0]))
    days = [TouchedDay(day, f"{flow}/{day}/{_digest(names)}", len(names)) for day, names in sorted(fresh.items())]
    return days, Mark(next_markers, kept, quiet=not days)


def _marker(name: str) -> int:
    return int(name.rpartition("@")[2])


def _digest(names: Iterable[str]) -> str:
    return hashlib.sha256("\n".join(sorted(names)).encode()).hexdigest()[:16]
