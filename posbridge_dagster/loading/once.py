"""Writes records that must exist exactly once, whatever is killed, lost or run twice.

For each record: what the ledger calls done is not sent again; the others are claimed (so that no second run can own them),
looked up in the other system (so that what an earlier attempt left behind is found), and only then written; the ledger is
closed record by record. A process that dies at any point leaves either nothing, or a claim whose record the next run looks up.
"""

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

from posbridge_dagster.clients.failures import Busy, Refused, UnknownOutcome, Unreachable
from posbridge_dagster.ledger import Claim, Closing, Ledger, Owner, Record, State
from posbridge_dagster.loading.item import HalfWritten, Item, Written, as_sent, intent_of, quarantine_entry, row_of
from posbridge_dagster.loading.result import ResultRow
from posbridge_dagster.loading.trouble import Trouble, failure_code
from posbridge_dagster.model.money import decimal_amount
from posbridge_dagster.model.outcome import Outcome

__all__ = ["Changes", "HalfWritten", "Item", "Loader", "Writer", "Written"]

LEASE_S = 300
RENEW_S = 60
BATCH = 100

_STATES = {Outcome.QUARANTINED: State.QUARANTINED, Outcome.FAILED: State.FAILED}


class Writer(Protocol):
    """How one kind of record gets into the other system."""

    def find(self, items: Sequence[Item]) -> Mapping[str, Any]:
        """Return what is already there, by external id."""
        ...

    def told(self, found: Any) -> Written:
        """Return what was found as it stands, unchecked."""
        ...

    def finish(self, item: Item, found: Any, key: str) -> Written:
        """Complete and check a record that was found; raises HalfWritten where it is another than it should be."""
        ...

    def write(self, item: Item, key: str) -> Written:
        """Write a record that is not there; raises Refused or HalfWritten."""
        ...


@runtime_checkable
class Rehearsing(Protocol):
    """A writer whose other system can say beforehand what it would refuse."""

    def rehearse(self, item: Item) -> None:
        """Ask without writing; raises Refused or HalfWritten as ``write`` would."""
        ...


class Changes(Protocol):
    """Which changes of a sent record matter."""

    def between(self, before: str, after: str) -> list[str]:
        """Return the names of the parts in which two source fingerprints differ, those left out that do not matter."""
        ...


@dataclass(frozen=True)
class Loader:
    """The once-only writing of one flow's records in one run."""

    flow: str
    ledger: Ledger
    owner: Owner
    run_id: str
    dry_run: bool = False

    def sent(self, items: Sequence[Item], changes: Changes, notes: Mapping[str, str] | None = None) -> dict[str, ResultRow]:
        """Return the result of each item that was sent before, by source id: unchanged, or changed after it was sent.

        What was sent is compared with what it was then; what the mapping or the other system would say today is no matter.
        ``notes`` say by source id why a change may not be written, for the person who reads of it.
        """
        rows: dict[str, ResultRow] = {}
        records = self.ledger.records(self.flow, [item.source_id for item in items])
        for item in items:
            record = records.get(item.source_id)
            if record is not None and record.state is State.DONE:
                rows[item.source_id] = self._compared(item, record, changes, (notes or {}).get(item.source_id, ""))
        return rows

    def load(self, items: Sequence[Item], writer: Writer) -> list[ResultRow]:
        """Write what is not there yet; return one row per item in the order given.

        Raises Misconfigured when no record can succeed; what was claimed and not sent is given back first.
        """
        rows: dict[str, ResultRow] = {}
        records = self.ledger.records(self.flow, [item.source_id for item in items])
        open_items = []
        for item in items:
            record = records.get(item.source_id)
            if record is not None and _refused_as_it_is(item, record):
                rows[item.source_id] = row_of(item, Outcome.QUARANTINED, record=record, code=record.code, reason=record.reason)
            else:
                open_items.append(item)
        trouble = Trouble()
        for start in range(0, len(open_items), BATCH):
            batch = open_items[start : start + BATCH]
            results = self._plan(batch, writer) if self.dry_run else self._write_batch(batch, writer, trouble)
            rows.update((row.source_id, row) for row in results)
        return [rows[item.source_id] for item in items]

    def _compared(self, item: Item, record: Record, changes: Changes, note: str) -> ResultRow:
        changed = changes.between(as_sent(record), item.source_fingerprint)
        if not changed:
            return row_of(item, Outcome.UNCHANGED, record=record)
        reason = f"changed after it was sent: {', '.join(changed)}{_amounts(item, record)}" + (f"; {note}" if note else "")
        self._quarantine(item, "changed_after_send", reason)
        return row_of(item, Outcome.QUARANTINED, record=record, code="changed_after_send", reason=reason)

    def _plan(self, batch: Sequence[Item], writer: Writer) -> Iterator[ResultRow]:
        found = writer.find(batch)
        for item in batch:
            if item.external_id in found:
                yield row_of(item, Outcome.SKIPPED, code="exists_already", reason="it is there already")
            else:
                yield _rehearsed(item, writer)

    def _write_batch(self, batch: Sequence[Item], writer: Writer, trouble: Trouble) -> Iterator[ResultRow]:
        claims = self.ledger.claim(self.flow, [intent_of(item) for item in batch], self.owner, lease_s=LEASE_S)
        granted = [item for item in batch if claims[item.source_id].granted]
        for item in batch:
            if not claims[item.source_id].granted:
                yield _not_ours(item, claims[item.source_id].record)
        unsent = {item.source_id for item in granted}
        try:
            found = _look_up(granted, writer, trouble)
            renewed_at = time.monotonic()
            for item in granted:
                if time.monotonic() - renewed_at > RENEW_S:
                    self.ledger.renew(self.owner, lease_s=LEASE_S)
                    renewed_at = time.monotonic()
                unsent.discard(item.source_id)
                yield self._write_one(item, claims[item.source_id], found, writer, trouble)
        finally:  # only what was surely not sent is given back; the others stay in doubt for the next run to look up
            if unsent:
                self.ledger.release(self.owner, self.flow, sorted(unsent))

    def _write_one(self, item: Item, claim: Claim, found: Mapping[str, Any], writer: Writer, trouble: Trouble) -> ResultRow:
        if trouble.stopped:
            return self._close(
                item, claim, Outcome.FAILED, code="not_attempted", reason=f"not sent: {trouble.reason}", in_doubt=claim.in_doubt
            )
        key = claim.record.idempotency_key
        there = found.get(item.external_id)
        try:
            written = writer.write(item, key) if there is None else writer.finish(item, there, key)
        except Refused as refusal:
            trouble.over()
            return self._close(item, claim, Outcome.QUARANTINED, code=refusal.code or "refused", reason=refusal.reason, refused=True)
        except HalfWritten as half:
            trouble.over()
            return self._close(item, claim, Outcome.QUARANTINED, code=half.code, reason=half.reason, written=half.written, refused=True)
        except (Busy, Unreachable, UnknownOutcome) as failure:
            trouble.happened(failure)
            doubt = there is not None or isinstance(failure, UnknownOutcome)
            return self._close(item, claim, Outcome.FAILED, code=failure_code(failure), reason=failure.reason, in_doubt=doubt)
        trouble.over()
        ours = there is None or claim.in_doubt or claim.record.attempts > 1
        if ours:
            return self._close(item, claim, Outcome.CREATED, written=written)
        return self._close(item, claim, Outcome.SKIPPED, written=written, code="exists_already", reason="it was there already")

    def _close(
        self,
        item: Item,
        claim: Claim,
        outcome: Outcome,
        *,
        written: Written | None = None,
        code: str = "",
        reason: str = "",
        refused: bool = False,
        in_doubt: bool = False,
    ) -> ResultRow:
        state = State.INTENT if in_doubt else _STATES.get(outcome, State.DONE)
        closing = Closing(
            source_id=item.source_id,
            state=state,
            outcome=outcome.value,
            target_id=written.target_id if written else None,
            target_number=written.target_number if written else None,
            code=code,
            reason=reason,
            written_minor=written.written_minor if written else None,
            detail={"refused": True} if refused else {**(item.kept or {}), **((written.kept if written else None) or {})} or None,
        )
        if self.ledger.close_records(self.flow, [closing], self.owner):
            reason = f"{reason} (its lease ended while it was being written)".strip()
        if outcome is Outcome.QUARANTINED:
            self._quarantine(item, code, reason)
        return row_of(item, outcome, written=written, code=code, reason=reason, attempts=claim.record.attempts)

    def _quarantine(self, item: Item, code: str, reason: str) -> None:
        if not self.dry_run:
            self.ledger.quarantine(self.flow, [quarantine_entry(item, code, reason)], self.run_id)


def _rehearsed(item: Item, writer: Writer) -> ResultRow:
    """Return what writing an item would come to, as far as the other system can tell beforehand."""
    try:
        if isinstance(writer, Rehearsing):
            writer.rehearse(item)
    except Refused as refusal:
        return row_of(item, Outcome.QUARANTINED, code=refusal.code or "refused", reason=refusal.reason)
    except HalfWritten as half:
        return row_of(item, Outcome.QUARANTINED, code=half.code, reason=half.reason)
    return row_of(item, Outcome.CREATED, code="planned", changes="create")


def _amounts(item: Item, record: Record) -> str:
    """Return both amounts in words where a record comes to another one than it was sent with."""
    if record.amount_minor is None or record.amount_minor == item.amount_minor:
        return ""
    then, now = (f"{decimal_amount(amount, item.currency)} {item.currency}" for amount in (record.amount_minor, item.amount_minor))
    return f" ({then} then, {now} now)"


def _refused_as_it_is(item: Item, record: Record) -> bool:
    """Whether the other system refused just this request before: sending it again cannot help."""
    refused = record.state is State.QUARANTINED and bool((record.detail or {}).get("refused"))
    return refused and record.payload_fingerprint == item.payload_fingerprint


def _look_up(items: Sequence[Item], writer: Writer, trouble: Trouble) -> Mapping[str, Any]:
    if not items or trouble.stopped:
        return {}
    try:
        return writer.find(items)
    except (Busy, Unreachable, UnknownOutcome) as failure:
        trouble.stop(failure)
        return {}


def _not_ours(item: Item, record: Record) -> ResultRow:
    if record.state is State.DONE:
        return row_of(item, Outcome.UNCHANGED, record=record)
    return row_of(item, Outcome.SKIPPED, record=record, code="in_progress_elsewhere", reason="another run is writing it")
