"""What there is to do for the records that are kept in step, and how a writer of one kind of record does it."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any, Protocol, runtime_checkable

from posbridge_dagster.clients.failures import RemoteFailure
from posbridge_dagster.ledger import BEFORE, Intent, Record, State
from posbridge_dagster.loading.corrections import CORRECTED, corrected_again
from posbridge_dagster.loading.fields import (
    FIELDS,
    HALF,
    REFUSED,
    STRANGE,
    Kept,
    due_fields,
    field_digests,
    fingerprint,
    first_fields,
    part_of,
)
from posbridge_dagster.loading.once import HalfWritten, Written
from posbridge_dagster.loading.result import ResultRow
from posbridge_dagster.loading.trail import changes_of, told_changes
from posbridge_dagster.loading.trouble import failure_code
from posbridge_dagster.model.outcome import Outcome

IN_PROGRESS = "in_progress_elsewhere"
"""Reason code of a record that another run is writing."""

Answer = Written | HalfWritten | RemoteFailure


@dataclass(frozen=True)
class Conflict:
    """Why a record can be neither made nor matched, for a person to decide: two candidates, a number used twice."""

    code: str
    reason: str


class Standing(StrEnum):
    """What a record of the other system is to us, which decides what of it is ours to write.

    ``new``: it is not there. ``begun``: an earlier run was making it and was cut short. ``strange``: somebody else made it.
    ``known``: it was written before, and what was written is remembered.
    """

    NEW = "new"
    BEGUN = "begun"
    STRANGE = "strange"
    KNOWN = "known"


@dataclass(frozen=True)
class Work:
    """One record with something to do. ``target_id`` is what the ledger knows, empty for a new record.

    ``found`` is what the writer found, None where there is nothing. ``fields`` are all that is to be written, in their order;
    without any, only what the writer remembers of the record (links) is stored again. ``key`` marks the write for the other
    system. A work ``is_correction`` when nothing changed at the source and the other system has drifted. ``new_parts`` of a
    record that is there are made. ``before`` is what stood in its fields, where that is known.
    """

    item: Kept
    target_id: str = ""
    found: Any = None
    fields: tuple[str, ...] = ()
    key: str = ""
    standing: Standing = Standing.NEW
    is_correction: bool = False
    new_parts: frozenset[str] = frozenset()
    before: Mapping[str, Any] = field(default_factory=dict)


class KeepingWriter(Protocol):
    """How one kind of record is found in the other system, made and changed there."""

    @property
    def batch(self) -> int:
        """How many records are claimed and given to ``apply`` at once."""
        ...

    def find(self, works: Sequence[Work]) -> Mapping[str, Any]:
        """Return what is there, by source id: anything the writer understands, or a Conflict; absent is not there."""
        ...

    def differing(self, item: Kept, found: Any) -> Collection[str]:
        """Return the fields in which a record that was found is another than it should be."""
        ...

    def present(self, item: Kept, found: Any) -> Mapping[str, Any]:
        """Return what stands in the fields of a record that was found, in the mapping's terms; what is not known is left out."""
        ...

    def apply(self, works: Sequence[Work]) -> Iterator[tuple[str, Answer]]:
        """Write, and yield source id and answer as they come; failures are yielded, Misconfigured is raised."""
        ...


@runtime_checkable
class InParts(Protocol):
    """A writer whose records consist of parts, which may be missing there."""

    def amiss(self, item: Kept, found: Any) -> Collection[str]:
        """Return the fields that are written whatever was written before: the first ones of missing parts, a structure that is another."""
        ...


@runtime_checkable
class Foreseeing(Protocol):
    """A writer that sees beforehand what cannot be carried out."""

    def hindrances(self, works: Sequence[Work]) -> Mapping[str, Conflict]:
        """Return, by source id, why works cannot be carried out until a person has decided something."""
        ...


def settled_row(item: Kept, record: Record | None, drifted: Collection[str]) -> ResultRow | None:
    """Return the row of an item with nothing to do: as it was last written, or refused just so; else None."""
    if record is None:
        return None
    detail = record.detail or {}
    if record.state is State.DONE and FIELDS in detail and not due_fields(item, detail[FIELDS], drifted):
        return result_row(item, Outcome.UNCHANGED, Written(record.target_id, record.target_number), attempts=record.attempts)
    if record.state is State.QUARANTINED and detail.get(REFUSED) and record.source_fingerprint == fingerprint(item):
        there = Written(record.target_id, record.target_number) if record.target_id else None
        return result_row(item, Outcome.QUARANTINED, there, record.code, record.reason, record.attempts)
    return None


def planned(
    work: Work, found: Any, record: Record | None, drifted: Collection[str], writer: KeepingWriter, *, in_doubt: bool = False
) -> Work:
    """Return a work with what was found and the fields to write.

    These are the first fields of a new record, and of a begun one those that are missing; those that differ of a strange one, but
    for what people may have written; what is due of a known one. ``in_doubt``: its last write may have been cut short.
    """
    item, detail = work.item, (record.detail if record else None) or {}
    standing = _standing(found, detail, in_doubt)
    if standing is Standing.NEW:
        return replace(work, found=None, fields=first_fields(item), standing=standing)
    changed: set[str] = set()
    missing: frozenset[str] = frozenset()
    if standing is Standing.KNOWN:
        changed = set(due_fields(item, detail[FIELDS], ()))
        due = set(due_fields(item, detail[FIELDS], drifted))
    else:
        ours = set(first_fields(item)) if standing is Standing.BEGUN else {name for name in item.fields if _is_for_later(item, name)}
        due = ours & set(writer.differing(item, found))
    if isinstance(writer, InParts):
        amiss = set(writer.amiss(item, found))
        missing = frozenset(part for name in amiss if (part := part_of(name)))
        due = {name for name in due if part_of(name) not in missing} | amiss
    fields = tuple(name for name in item.fields if name in due)
    is_correction = standing is Standing.KNOWN and bool(fields) and not changed
    plan = replace(work, found=found, fields=fields, standing=standing, is_correction=is_correction, new_parts=missing)
    return plan if standing is Standing.BEGUN else replace(plan, before=_before(plan, detail.get(BEFORE, {}), writer))


def _before(work: Work, begun: Mapping[str, Any], writer: KeepingWriter) -> dict[str, Any]:
    """Return what stands in the fields that are written of a record that is there, where the writer knows.

    Of a field that a write which was cut short has written already it is what stood there ``begun``.
    """
    present = writer.present(work.item, work.found) if work.fields else {}
    there = {name: present[name] for name in changed_fields(work) if name in present}
    written = begun.keys() & work.item.fields.keys() - set(writer.differing(work.item, work.found)) if begun else ()
    return there | {name: begun[name] for name in written}


def _standing(found: Any, detail: Mapping[str, Any], in_doubt: bool) -> Standing:
    if found is None:
        return Standing.NEW
    if FIELDS in detail:
        return Standing.KNOWN
    begun = (in_doubt or detail.get(HALF)) and not detail.get(STRANGE)
    return Standing.BEGUN if begun else Standing.STRANGE


def _is_for_later(item: Kept, name: str) -> bool:
    return item.policies.get(name, "always") != "create"


def changed_fields(work: Work) -> list[str]:
    """Return the fields to write of what is there already: not those of new parts."""
    return [name for name in work.fields if part_of(name) not in work.new_parts]


def outcome_of(work: Work) -> Outcome:
    """Return how a record ends that is written: created also where an earlier run had begun it."""
    if work.standing in (Standing.NEW, Standing.BEGUN):
        return Outcome.CREATED
    return Outcome.UPDATED if work.fields else Outcome.UNCHANGED


def intent_of(work: Work, seen_attempts: int) -> Intent:
    """Return what is about to be written, for the ledger.

    It also tells, should the run be killed, whether somebody else had made the record and what stood there.
    """
    digest = fingerprint(work.item)
    detail = {STRANGE: work.standing is Standing.STRANGE, **({BEFORE: dict(work.before)} if work.before else {})}
    return Intent(work.item.source_id, digest, digest, seen_attempts=seen_attempts, detail=detail)


def kept_detail(work: Work, record: Record | None, state: State, mark: str) -> dict[str, Any] | None:
    """Return what the ledger remembers of a record that ends so; what was written of its fields changes only when it is done."""
    before = (record.detail if record else None) or {}
    if state is State.DONE:
        return {FIELDS: field_digests(work.item), **(corrected_again(before) if work.is_correction else {})}
    kept: dict[str, Any] = {name: before[name] for name in (FIELDS, CORRECTED) if name in before}
    stood = {**before.get(BEFORE, {}), **work.before}
    if stood and mark != REFUSED:
        kept[BEFORE] = stood
    if work.standing is Standing.STRANGE:
        kept[STRANGE] = True
    return kept | ({mark: True} if mark else {}) or None


def plan_row(work: Work) -> ResultRow:
    """Return what would be done of a record, without doing it."""
    outcome, there = outcome_of(work), Written(work.target_id) if work.found is not None else None
    code = "" if outcome is Outcome.UNCHANGED else "planned"
    return result_row(work.item, outcome, there, code, changes=told_changes(work.item, work.fields, changes_of(work.item, work.before)))


def failed_row(item: Kept, failure: RemoteFailure) -> ResultRow:
    """Return the row of a record that could not even be looked for."""
    return result_row(item, Outcome.FAILED, code=failure_code(failure), reason=failure.reason)


def not_attempted_row(item: Kept, reason: str) -> ResultRow:
    """Return the row of a record that was left because the other system is in trouble."""
    return result_row(item, Outcome.FAILED, code="not_attempted", reason=f"not sent: {reason or 'the run ended'}")


def result_row(
    item: Kept,
    outcome: Outcome,
    written: Written | None = None,
    code: str = "",
    reason: str = "",
    attempts: int = 0,
    changes: str = "",
) -> ResultRow:
    """Return the row of a record."""
    return ResultRow(
        source_id=item.source_id,
        outcome=outcome,
        name=item.name,
        target_id=written.target_id if written else "",
        target_number=written.target_number if written else "",
        code=code,
        reason=reason,
        attempts=attempts,
        changes=changes,
    )
