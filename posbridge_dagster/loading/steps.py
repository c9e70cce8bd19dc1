"""Brings records that were sent up to date with what happened to them since: delivered later, cancelled later.

Each step is a state asked for, not a move, so it may be asked for again: a run that was cut short is finished by the next.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from posbridge_dagster.clients.failures import Busy, Refused, UnknownOutcome, Unreachable
from posbridge_dagster.ledger import Closing, Intent, Ledger, Owner, State
from posbridge_dagster.loading.once import HalfWritten, Item, Writer, Written, quarantine_entry
from posbridge_dagster.loading.result import ResultRow
from posbridge_dagster.loading.trouble import Trouble, failure_code
from posbridge_dagster.model.outcome import Outcome

LEASE_S = 300


@dataclass(frozen=True)
class StepLoader:
    """The later steps of one flow's records in one run."""

    flow: str
    ledger: Ledger
    owner: Owner
    run_id: str
    dry_run: bool = False

    def load(self, items: Mapping[str, Item], steps: Mapping[str, Sequence[str]], writer: Writer) -> list[ResultRow]:
        """Do what is missing of each item, by source id; ``steps`` are the names of what changed. Return one row per item."""
        if not items:
            return []
        if self.dry_run:
            return [_row(item, Outcome.UPDATED, code="planned", changes=", ".join(steps[key])) for key, item in items.items()]
        claims = self.ledger.claim(self.flow, [_intent(item) for item in items.values()], self.owner, lease_s=LEASE_S, reopen=True)
        unsent = {key for key, claim in claims.items() if claim.granted}
        trouble = Trouble()
        try:
            found = writer.find([items[key] for key in sorted(unsent)])
        except (Busy, Unreachable, UnknownOutcome) as failure:
            self.ledger.release(self.owner, self.flow, sorted(unsent))
            return [_row(item, Outcome.FAILED, code=failure_code(failure), reason=failure.reason) for item in items.values()]
        try:
            rows = []
            for key, item in items.items():
                unsent.discard(key)
                if not claims[key].granted:
                    rows.append(_row(item, Outcome.SKIPPED, code="in_progress_elsewhere", reason="another run is writing it"))
                else:
                    rows.append(self._one(item, found.get(item.external_id), claims[key].record.idempotency_key, writer, trouble))
            return rows
        finally:
            if unsent:
                self.ledger.release(self.owner, self.flow, sorted(unsent))

    def _one(self, item: Item, found: Any, key: str, writer: Writer, trouble: Trouble) -> ResultRow:
        if trouble.stopped:
            return self._close(item, State.INTENT, _row(item, Outcome.FAILED, code="not_attempted", reason=f"not sent: {trouble.reason}"))
        if found is None:
            row = _row(item, Outcome.QUARANTINED, code="gone_from_target", reason="it was sent before and is not there any more")
            return self._close(item, State.QUARANTINED, row)
        try:
            written = writer.finish(item, found, key)
        except HalfWritten as half:
            row = _row(item, Outcome.QUARANTINED, written=half.written, code=half.code, reason=half.reason)
            return self._close(item, State.QUARANTINED, row)
        except Refused as refusal:
            row = _row(item, Outcome.QUARANTINED, code=refusal.code or "refused", reason=refusal.reason)
            return self._close(item, State.QUARANTINED, row)
        except (Busy, Unreachable, UnknownOutcome) as failure:
            trouble.happened(failure)
            return self._close(item, State.INTENT, _row(item, Outcome.FAILED, code=failure_code(failure), reason=failure.reason))
        trouble.over()
        return self._close(item, State.DONE, _row(item, Outcome.UPDATED, written=written))

    def _close(self, item: Item, state: State, row: ResultRow) -> ResultRow:
        closing = Closing(
            source_id=item.source_id,
            state=state,
            outcome=row.outcome.value,
            target_id=row.target_id or None,
            target_number=row.target_number or None,
            code=row.code,
            reason=row.reason,
            written_minor=row.written_minor,
            detail={"refused": True} if state is State.QUARANTINED else None,
        )
        self.ledger.close_records(self.flow, [closing], self.owner)
        if state is State.QUARANTINED:
            self.ledger.quarantine(self.flow, [quarantine_entry(item, row.code, row.reason)], self.run_id)
        return row


def _intent(item: Item) -> Intent:
    return Intent(
        source_id=item.source_id,
        source_fingerprint=item.source_fingerprint,
        payload_fingerprint=item.payload_fingerprint,
        day=date.fromisoformat(item.day),
        amount_minor=item.amount_minor,
        currency=item.currency,
    )


def _row(item: Item, outcome: Outcome, *, written: Written | None = None, code: str = "", reason: str = "", changes: str = "") -> ResultRow:
    return ResultRow(
        source_id=item.source_id,
        outcome=outcome,
        name=item.name,
        target_id=written.target_id if written else "",
        target_number=written.target_number if written else "",
        code=code,
        reason=reason,
        amount_minor=item.amount_minor,
        written_minor=written.written_minor if written else None,
        currency=item.currency,
        day=item.day,
        changes=changes,
    )
