"""Brings records that were sent up to date with what happened to them since: changed, delivered, cancelled, paid later.

Each step is a state asked for, not a move, so it may be asked for again: a run that was cut short is finished by the next.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

from posbridge_dagster.clients.failures import Busy, Refused, UnknownOutcome, Unreachable
from posbridge_dagster.ledger import Claim, Closing, Ledger, Owner, Record, State
from posbridge_dagster.loading.item import AS_SENT, HalfWritten, Item, Written, as_sent, intent_of, quarantine_entry, row_of
from posbridge_dagster.loading.result import ResultRow
from posbridge_dagster.loading.trouble import Trouble, failure_code
from posbridge_dagster.model.outcome import Outcome

LEASE_S = 300
STEPS = "steps"
"""Under this name the detail of a record keeps the names of what is being changed, for the run after one that was cut short."""


class Finisher(Protocol):
    """How one kind of record that was sent is made what it should be."""

    def find(self, items: Sequence[Item]) -> Mapping[str, Any]:
        """Return what is there, by external id."""
        ...

    def finish(self, item: Item, found: Any, key: str) -> Written:
        """Make what was found what it should be; raises Refused or HalfWritten where that cannot be."""
        ...


@dataclass(frozen=True)
class StepLoader:
    """The later steps of one flow's records in one run.

    With ``stands`` a record whose step is refused stays done as what it was: its step is seen, and tried, again by the next
    run, and meanwhile waits in quarantine.
    """

    flow: str
    ledger: Ledger
    owner: Owner
    run_id: str
    dry_run: bool = False
    stands: bool = False

    def load(self, items: Mapping[str, Item], steps: Mapping[str, Sequence[str]], writer: Finisher) -> list[ResultRow]:
        """Do what is missing of each item, by source id; ``steps`` are the names of what changed. Return one row per item."""
        if not items:
            return []
        if self.dry_run:
            return [row_of(item, Outcome.UPDATED, code="planned", changes=", ".join(steps[key])) for key, item in items.items()]
        known = self.ledger.records(self.flow, items)
        intents = [
            replace(intent_of(item, known[key].attempts if key in known else 0), detail={STEPS: list(steps[key])})
            for key, item in items.items()
        ]
        claims = self.ledger.claim(self.flow, intents, self.owner, lease_s=LEASE_S, reopen=True)
        unsent = {key for key, claim in claims.items() if claim.granted}
        trouble = Trouble()
        try:
            found = writer.find([items[key] for key in sorted(unsent)])
        except (Busy, Unreachable, UnknownOutcome) as failure:
            self.ledger.release(self.owner, self.flow, sorted(unsent))
            return [row_of(item, Outcome.FAILED, code=failure_code(failure), reason=failure.reason) for item in items.values()]
        try:
            rows = []
            for key, item in items.items():
                unsent.discard(key)
                if not claims[key].granted:
                    rows.append(row_of(item, Outcome.SKIPPED, code="in_progress_elsewhere", reason="another run is writing it"))
                else:
                    step = _Step(item, claims[key], known.get(key), steps[key])
                    rows.append(self._one(step, found.get(item.external_id), writer, trouble))
            return rows
        finally:
            if unsent:
                self.ledger.release(self.owner, self.flow, sorted(unsent))

    def _one(self, step: "_Step", found: Any, writer: Finisher, trouble: Trouble) -> ResultRow:
        if trouble.stopped:
            return self._failed(step, "not_attempted", f"not sent: {trouble.reason}")
        if found is None:
            return self._refused(step, "gone_from_target", "it was sent before and is not there any more")
        try:
            written = writer.finish(step.item, found, step.claim.record.idempotency_key)
        except HalfWritten as half:
            return self._refused(step, half.code, half.reason, half.written)
        except Refused as refusal:
            return self._refused(step, refusal.code or "refused", refusal.reason)
        except (Busy, Unreachable, UnknownOutcome) as failure:
            trouble.happened(failure)
            return self._failed(step, failure_code(failure), failure.reason)
        trouble.over()
        row = step.row(Outcome.UPDATED, written.code, written.reason, written)
        return self._close(step, State.DONE, row, {**(step.item.kept or {}), **(written.kept or {})} or None)

    def _failed(self, step: "_Step", code: str, reason: str) -> ResultRow:
        """Close a step of which nobody knows whether it was done: the next run goes on with it."""
        detail = {**step.as_it_stands(), STEPS: list(step.names)} if self.stands else None
        return self._close(step, State.INTENT, step.row(Outcome.FAILED, code, reason), detail)

    def _refused(self, step: "_Step", code: str, reason: str, written: Written | None = None) -> ResultRow:
        row = step.row(Outcome.QUARANTINED, code, reason, written)
        if self.stands:
            self._close(step, State.DONE, row, step.as_it_stands())
        else:
            self._close(step, State.QUARANTINED, row, {"refused": True})
        self.ledger.quarantine(self.flow, [quarantine_entry(step.item, code, reason)], self.run_id)
        return row

    def _close(self, step: "_Step", state: State, row: ResultRow, detail: Mapping[str, Any] | None) -> ResultRow:
        closing = Closing(
            source_id=step.item.source_id,
            state=state,
            outcome=row.outcome.value,
            target_id=row.target_id or None,
            target_number=row.target_number or None,
            code=row.code,
            reason=row.reason,
            written_minor=row.written_minor,
            detail=detail,
        )
        self.ledger.close_records(self.flow, [closing], self.owner)
        return row


@dataclass(frozen=True)
class _Step:
    """An item that was claimed for a step; ``known`` is its record as it was before, ``names`` are those of what changed."""

    item: Item
    claim: Claim
    known: Record | None
    names: Sequence[str]

    def row(self, outcome: Outcome, code: str, reason: str, written: Written | None = None) -> ResultRow:
        """Return how the step ended as a row of RESULT."""
        attempts, changes = self.claim.record.attempts, ", ".join(self.names)
        return row_of(self.item, outcome, record=self.known, written=written, code=code, reason=reason, attempts=attempts, changes=changes)

    def as_it_stands(self) -> dict[str, Any]:
        """Return what is remembered of a record whose step was not done: all that was, and the content that was sent."""
        detail = {name: value for name, value in ((self.known.detail if self.known else None) or {}).items() if name != STEPS}
        sent = as_sent(self.known) if self.known and self.known.state is State.DONE else detail.get(AS_SENT, "")
        return {**detail, AS_SENT: sent}
