"""What there is to do for the records that are kept in step, and how a writer of one kind of record does it."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from posbridge_dagster.clients.failures import RemoteFailure
from posbridge_dagster.ledger import Intent, Record, State
from posbridge_dagster.loading.fields import FIELDS, HALF, REFUSED, Kept, due_fields, fingerprint
from posbridge_dagster.loading.once import HalfWritten, Written
from posbridge_dagster.loading.result import ResultRow
from posbridge_dagster.loading.trouble import failure_code
from posbridge_dagster.model.outcome import Outcome

Answer = Written | HalfWritten | RemoteFailure


@dataclass(frozen=True)
class Conflict:
    """Why a record can be neither made nor matched, for a person to decide: two candidates, a number used twice."""

    code: str
    reason: str


@dataclass(frozen=True)
class Work:
    """One record with something to do. ``target_id`` is what the ledger knows, empty for a new record.

    ``found`` is what the writer found, None where there is nothing; then everything is written. Else ``fields`` are those to
    write, in their order; without any, only what the writer remembers of the record (links) is stored again. ``key`` marks the
    write for the other system.
    """

    item: Kept
    target_id: str = ""
    found: Any = None
    fields: tuple[str, ...] = ()
    key: str = ""


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

    def apply(self, works: Sequence[Work]) -> Iterator[tuple[str, Answer]]:
        """Write, and yield source id and answer as they come; failures are yielded, Misconfigured is raised."""
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


def fields_to_write(item: Kept, found: Any, record: Record | None, drifted: Collection[str], writer: KeepingWriter) -> tuple[str, ...]:
    """Return the fields to write of a record: all of a new one, those due of a known one, those that differ of a strange one."""
    if found is None:
        return tuple(item.fields)
    detail = (record.detail if record else None) or {}
    if FIELDS in detail:
        return due_fields(item, detail[FIELDS], drifted)
    ours = record is not None and (record.state is State.INTENT or bool(detail.get(HALF)))  # begun by us and not brought to its end
    differing = writer.differing(item, found)
    return tuple(name for name in item.fields if name in differing and (ours or item.policies.get(name, "always") != "create"))


def outcome_of(work: Work, record: Record | None) -> Outcome:
    """Return how a record ended that was written: created also where an earlier run had begun it."""
    begun = record is not None and record.state is State.INTENT and FIELDS not in (record.detail or {})
    if work.found is None or begun:
        return Outcome.CREATED
    return Outcome.UPDATED if work.fields else Outcome.UNCHANGED


def intent_of(work: Work, seen_attempts: int) -> Intent:
    """Return what is about to be written, for the ledger."""
    digest = fingerprint(work.item)
    return Intent(work.item.source_id, digest, digest, seen_attempts=seen_attempts)


def plan_row(work: Work) -> ResultRow:
    """Return what would be done of a record, without doing it."""
    if work.found is None:
        return result_row(work.item, Outcome.CREATED, code="planned", changes="create")
    if not work.fields:
        return result_row(work.item, Outcome.UNCHANGED, Written(work.target_id))
    return result_row(work.item, Outcome.UPDATED, Written(work.target_id), "planned", changes=", ".join(work.fields))


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
