"""Which days have new or changed orders: the decision of the sensor, as a pure function.

The mark is the newest change seen at the source, never our clock; every look goes back over an overlap, and what was seen
inside the overlap is remembered by order and stamp. So a late order, an order with a stamp equal to the mark and a second
change of one order each ask again, and a quiet look asks for nothing. Stamps are whole seconds: what changes again within the
second of a look is read by the run of that look, which begins later.
"""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

DAYS_PER_LOOK = 20


@dataclass(frozen=True)
class Mark:
    """How far changes were seen: the newest stamp, and the changes (order@stamp) seen within the overlap before it."""

    newest_at: datetime
    seen: frozenset[str] = frozenset()

    @classmethod
    def read(cls, cursor: str | None, beginning: datetime) -> "Mark":
        """Return the mark that a cursor holds, or the beginning where there is none yet."""
        if not cursor:
            return cls(beginning)
        held = json.loads(cursor)
        return cls(datetime.fromisoformat(held["newest_at"]), frozenset(held["seen"]))

    def written(self) -> str:
        """Return the mark as a cursor."""
        return json.dumps({"newest_at": self.newest_at.isoformat(), "seen": sorted(self.seen)})


@dataclass(frozen=True)
class TouchedDay:
    """A local day to run, and a key that is new whenever one of its changes is new."""

    day: str
    run_key: str
    changes: int


def touched_days(
    changes: Iterable[dict[str, Any]], mark: Mark, overlap: timedelta, zone: ZoneInfo, flow: str
) -> tuple[list[TouchedDay], Mark]:
    """Return the days whose orders changed, oldest first, and the mark to go on from.

    ``changes`` have id, createdAt and updatedAt. After a long pause only the changes of the first DAYS_PER_LOOK days are taken;
    the mark stays behind the others, so the next look takes those.
    """
    stamped = sorted(_once(changes), key=lambda change: (datetime.fromisoformat(change["updatedAt"]), change["id"]))
    fresh: dict[str, list[str]] = {}
    newest_at, seen = mark.newest_at, set(mark.seen)
    for change in stamped:
        name = f"{change['id']}@{change['updatedAt']}"
        if name in mark.seen:
            continue
        day = datetime.fromisoformat(change["createdAt"]).astimezone(zone).date().isoformat()
        if day not in fresh and len(fresh) == DAYS_PER_LOOK:
            break
        fresh.setdefault(day, []).append(name)
        seen.add(name)
        newest_at = max(newest_at, datetime.fromisoformat(change["updatedAt"]))
    kept = {name for name in seen if datetime.fromisoformat(name.rsplit("@", 1)[1]) >= newest_at - overlap}
    days = [TouchedDay(day, f"{flow}/{day}/{_digest(names)}", len(names)) for day, names in sorted(fresh.items())]
    return days, Mark(newest_at, frozenset(kept))


def _once(changes: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    return list({(change["id"], change["updatedAt"]): change for change in changes}.values())


def _digest(names: Iterable[str]) -> str:
    return hashlib.sha256("\n".join(sorted(names)).encode()).hexdigest()[:16]
