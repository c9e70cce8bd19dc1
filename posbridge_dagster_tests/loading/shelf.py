"""A target system as small as it can be: named things with fields, which trims every text it is given."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Any

from posbridge_dagster.clients.failures import Refused, UnknownOutcome
from posbridge_dagster.loading.fields import Kept, first_fields, part_of
from posbridge_dagster.loading.once import HalfWritten, Written
from posbridge_dagster.loading.works import Answer, Conflict, Work


class Killed(BaseException):
    """Stands for the death of the process."""


class Shelf:
    """Keeps things by external id, counts writes, and fails where it is told to."""

    def __init__(self, batch: int = 100) -> None:
        self.batch = batch
        self.things: dict[str, dict[str, Any]] = {}
        self.writes: list[tuple[str, tuple[str, ...]]] = []
        self.looked_up = 0
        self.refuses: set[str] = set()
        self.loses: set[str] = set()
        self.conflicts: dict[str, Conflict] = {}
        self.half: set[str] = set()
        self.unknown: set[str] = set()
        self.dies_after: int | None = None
        self.meanwhile: Callable[[], object] | None = None

    def find(self, works: Sequence[Work]) -> Mapping[str, Any]:
        self.looked_up += len(works)
        found: dict[str, Any] = {}
        for work in works:
            if work.item.source_id in self.conflicts:
                found[work.item.source_id] = self.conflicts[work.item.source_id]
            elif work.item.external_id in self.things:
                found[work.item.source_id] = dict(self.things[work.item.external_id])
        meanwhile, self.meanwhile = self.meanwhile, None
        if meanwhile:
            meanwhile()
        return found

    def differing(self, item: Kept, found: Any) -> Collection[str]:
        return {name for name, value in item.fields.items() if found.get(name) != str(value).strip()}

    def present(self, item: Kept, found: Any) -> Mapping[str, Any]:
        return {name: found.get(name) for name in item.fields if name not in self.unknown}

    def apply(self, works: Sequence[Work]) -> Iterator[tuple[str, Answer]]:
        for work in works:
            yield work.item.source_id, self._one(work)

    def _one(self, work: Work) -> Answer:
        key = work.item.external_id
        if work.item.source_id in self.refuses:
            return Refused("no such colour", system="Shelf", code="colour")
        names = work.fields
        if names:
            self.writes.append((key, names))
            thing = self.things.setdefault(key, {})
            thing.update({name: str(work.item.fields[name]).strip() for name in names})
        if self.dies_after is not None and len(self.writes) >= self.dies_after:
            raise Killed
        if work.item.source_id in self.loses:
            return UnknownOutcome("no answer came", system="Shelf")
        if work.item.source_id in self.half:
            return HalfWritten(Written(f"t-{key}"), "half", "its picture is missing")
        return Written(f"t-{key}")


class ShelfOfParts(Shelf):
    """A shelf whose things consist of numbered parts."""

    def amiss(self, item: Kept, found: Any) -> Collection[str]:
        there = {part_of(name) for name in found}
        return {name for name in first_fields(item) if part_of(name) not in there}
