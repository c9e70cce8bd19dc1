"""Keeps records of the other system as the mapping says: made once, changed where the source changed, else left alone.

What was last written of each field is remembered in the ledger as a digest of the value that the mapping gave. A record is
compared with that memory and not with what the other system answers, so a value that the other system rewrites (trimmed,
sorted, "10.0" for "10.00") is never written twice. Each record with something to do is found in the other system, claimed,
written and closed. A process that dies leaves a claim in doubt; the next run finds what is there and completes it.
"""

import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from posbridge_dagster.clients.failures import Busy, Refused, UnknownOutcome, Unreachable
from posbridge_dagster.ledger import Change, Claim, Closing, Ledger, Owner, QuarantineEntry, Record, State
from posbridge_dagster.loading.brake import Brake
from posbridge_dagster.loading.corrections import MOST, WITHIN, is_contested
from posbridge_dagster.loading.fields import FIELDS, HALF, REFUSED, Kept, fingerprint, told_fields
from posbridge_dagster.loading.once import HalfWritten, Written
from posbridge_dagster.loading.result import ResultRow
from posbridge_dagster.loading.trail import changes_of, told_changes
from posbridge_dagster.loading.trouble import Trouble, failure_code
from posbridge_dagster.loading.works import (
    IN_PROGRESS,
    Answer,
    Conflict,
    Foreseeing,
    KeepingWriter,
    Work,
    changed_fields,
    failed_row,
    intent_of,
    kept_detail,
    not_attempted_row,
    outcome_of,
    plan_row,
    planned,
    result_row,
    settled_row,
)
from posbridge_dagster.model.outcome import Outcome

LEASE_S = 900  # a bulk operation may take minutes; an owner whose process is gone is passed over at once
RENEW_S = 60

_GONE = Conflict("gone_from_target", "it was there before and is not any more; `posbridge replay` makes it anew")

_Drifted = Mapping[str, Collection[str]]


@dataclass(frozen=True)
class Upkeep:
    """The keeping of one flow's records in one run. With ``dry_run`` it tells what it would do and writes nothing.

    ``rule`` is the fingerprint of the mapping file that gives the values, for the trail of changes.
    """

    flow: str
    ledger: Ledger
    owner: Owner
    run_id: str
    brake: Brake = field(default_factory=Brake)
    dry_run: bool = False
    rule: str = ""

    def load(self, items: Sequence[Kept], writer: KeepingWriter, drifted: _Drifted | None = None) -> list[ResultRow]:
        """Bring every item to where it should be; return one row per item in the order given.

        ``drifted`` names, by source id, fields that are seen to differ in the other system; those with policy ``always`` are
        written again. Raises Braked before anything is written when too much would change, Misconfigured when nothing can
        succeed, ValueError when a source id comes twice.
        """
        records = self.ledger.records(self.flow, [item.source_id for item in items])
        rows: dict[str, ResultRow] = {}
        works: list[Work] = []
        for item in items:
            record = records.get(item.source_id)
            settled = settled_row(item, record, (drifted or {}).get(item.source_id, ()))
            if settled is None:
                works.append(Work(item, record.target_id if record else ""))
            else:
                rows[item.source_id] = settled
        trouble = Trouble()
        try:
            plans, verdicts = self._planned(works, records, drifted or {}, writer) if works else ([], {})
        except (Busy, Unreachable, UnknownOutcome) as failure:
            trouble.stop(failure)
            plans, verdicts = [], {work.item.source_id: failed_row(work.item, failure) for work in works}
        there = [work for work in plans if work.found is not None]
        self.brake.check([changed_fields(work) for work in there], len(there) + len(rows))
        self._leave_quarantine([key for key, row in rows.items() if row.outcome is Outcome.UNCHANGED])
        rows |= verdicts
        for start in range(0, len(plans), writer.batch):
            batch = plans[start : start + writer.batch]
            rows |= {row.source_id: row for row in self._carried_out(batch, records, writer, trouble)}
        return [rows[item.source_id] for item in items]

    def _planned(
        self, works: Sequence[Work], records: Mapping[str, Record], drifted: _Drifted, writer: KeepingWriter
    ) -> tuple[list[Work], dict[str, ResultRow]]:
        """Return the works with what was found and which fields to write, and the rows of those that end here."""
        found = writer.find(works)
        plans: list[Work] = []
        rows: dict[str, ResultRow] = {}
        for work in works:
            source_id = work.item.source_id
            record = records.get(source_id)
            there = found.get(source_id)
            if there is None and record is not None and FIELDS in (record.detail or {}):
                rows[source_id] = self._held_back(work, record, _GONE)
            elif isinstance(there, Conflict):
                rows[source_id] = self._hindered(work, None, there)
            else:
                in_doubt = record is not None and record.state is State.INTENT
                plan = planned(work, there, record, drifted.get(source_id, ()), writer, in_doubt=in_doubt)
                if plan.is_correction and record is not None and is_contested(record.detail or {}):
                    rows[source_id] = self._held_back(plan, record, _contested(plan), REFUSED)
                else:
                    plans.append(plan)
        hindrances = writer.hindrances(plans) if isinstance(writer, Foreseeing) else {}
        for plan in [each for each in plans if each.item.source_id in hindrances]:
            rows[plan.item.source_id] = self._hindered(plan, records.get(plan.item.source_id), hindrances[plan.item.source_id])
        return [plan for plan in plans if plan.item.source_id not in hindrances], rows

    def _hindered(self, work: Work, record: Record | None, why: Conflict) -> ResultRow:
        if record is not None and FIELDS in (record.detail or {}):
            return self._held_back(work, record, why)
        row = result_row(work.item, Outcome.QUARANTINED, code=why.code, reason=why.reason)
        self._quarantine(work.item, row)
        return row

    def _held_back(self, work: Work, record: Record, why: Conflict, mark: str = "") -> ResultRow:
        """Put a record that was written before into quarantine instead of writing it, until a person or the source has decided."""
        row = result_row(work.item, Outcome.QUARANTINED, Written(record.target_id), why.code, why.reason, record.attempts)
        known = record.state is State.QUARANTINED and record.code == why.code
        if self.dry_run or known:
            self._quarantine(work.item, row)
            return row
        claims = self.ledger.claim(self.flow, [intent_of(work, record.attempts)], self.owner, lease_s=LEASE_S, reopen=True)
        granted = claims[work.item.source_id].granted
        return self._close(work, State.QUARANTINED, row, {work.item.source_id: record}, mark) if granted else row

    def _carried_out(
        self, batch: Sequence[Work], records: Mapping[str, Record], writer: KeepingWriter, trouble: Trouble
    ) -> Iterator[ResultRow]:
        if self.dry_run:
            yield from map(plan_row, batch)
        elif trouble.stopped:
            yield from (not_attempted_row(work.item, trouble.reason) for work in batch)
        else:
            yield from self._write(batch, records, writer, trouble)

    def _write(self, batch: Sequence[Work], records: Mapping[str, Record], writer: KeepingWriter, trouble: Trouble) -> Iterator[ResultRow]:
        attempts = {key: record.attempts for key, record in records.items()}
        intents = [intent_of(work, attempts.get(work.item.source_id, 0)) for work in batch]
        claims = self.ledger.claim(self.flow, intents, self.owner, lease_s=LEASE_S, reopen=True)
        waiting: dict[str, Work] = {}
        for work in batch:
            claim = claims[work.item.source_id]
            if claim.granted:
                waiting[work.item.source_id] = replace(work, key=claim.record.idempotency_key)
            else:
                yield result_row(work.item, Outcome.SKIPPED, code=IN_PROGRESS, reason="another run is writing it")
        try:
            moved = [key for key in waiting if claims[key].record.attempts != attempts.get(key, 0) + 1]
            records = {**records, **{key: claims[key].record for key in moved}}
            yield from self._found_anew(moved, waiting, claims, records, writer, trouble)
            if not trouble.stopped:
                yield from self._answers(waiting, claims, records, writer, trouble)
        finally:  # what has no answer may have left: the next run looks it up
            left = [self._close(work, State.INTENT, not_attempted_row(work.item, trouble.reason), records) for work in waiting.values()]
        yield from left

    def _found_anew(
        self,
        moved: Sequence[str],
        waiting: dict[str, Work],
        claims: Mapping[str, Claim],
        records: Mapping[str, Record],
        writer: KeepingWriter,
        trouble: Trouble,
    ) -> Iterator[ResultRow]:
        """Look again at records that another run had between our look and our claim."""
        try:
            found = writer.find([waiting[key] for key in moved]) if moved else {}
        except (Busy, Unreachable, UnknownOutcome) as failure:
            trouble.stop(failure)
            return
        for key in moved:
            work, there, record = waiting[key], found.get(key), records[key]
            if there is None and FIELDS in (record.detail or {}):
                there = _GONE
            if isinstance(there, Conflict):
                row = result_row(work.item, Outcome.QUARANTINED, code=there.code, reason=there.reason)
                yield self._close(waiting.pop(key), State.QUARANTINED, row, records)
            else:
                waiting[key] = planned(work, there, record, (), writer, in_doubt=claims[key].in_doubt)

    def _answers(
        self,
        waiting: dict[str, Work],
        claims: Mapping[str, Claim],
        records: Mapping[str, Record],
        writer: KeepingWriter,
        trouble: Trouble,
    ) -> Iterator[ResultRow]:
        """Yield the rows of what was written, and take each out of ``waiting`` as its answer comes."""
        renewed_at = time.monotonic()
        for source_id, answer in writer.apply(list(waiting.values())):
            yield self._answered(waiting.pop(source_id), answer, claims[source_id].record.attempts, records, trouble)
            if trouble.stopped:
                return
            if time.monotonic() - renewed_at > RENEW_S:
                self.ledger.renew(self.owner, lease_s=LEASE_S)
                renewed_at = time.monotonic()

    def _answered(self, work: Work, answer: Answer, attempts: int, records: Mapping[str, Record], trouble: Trouble) -> ResultRow:
        changed = changes_of(work.item, work.before, answer.otherwise if isinstance(answer, Written) else {})
        changes = told_changes(work.item, work.fields, changed)
        if isinstance(answer, Busy | Unreachable | UnknownOutcome):
            trouble.happened(answer)
            row = result_row(work.item, Outcome.FAILED, None, failure_code(answer), answer.reason, attempts, changes)
            return self._close(work, State.INTENT, row, records)
        trouble.over()
        if isinstance(answer, Written):
            row = result_row(work.item, outcome_of(work), answer, attempts=attempts, changes=changes)
            return self._close(work, State.DONE, row, records, changed=changed)
        if isinstance(answer, HalfWritten):
            row = result_row(work.item, Outcome.QUARANTINED, answer.written, answer.code, answer.reason, attempts, changes)
            return self._close(work, State.QUARANTINED, row, records, HALF if outcome_of(work) is Outcome.CREATED else "")
        if not isinstance(answer, Refused):
            raise answer
        row = result_row(work.item, Outcome.QUARANTINED, None, answer.code or "refused", answer.reason, attempts, changes)
        return self._close(work, State.QUARANTINED, row, records, REFUSED)

    def _close(
        self,
        work: Work,
        state: State,
        row: ResultRow,
        records: Mapping[str, Record],
        mark: str = "",
        changed: Sequence[Change] = (),
    ) -> ResultRow:
        """Write down how a record ended."""
        closing = Closing(
            source_id=row.source_id,
            state=state,
            outcome=row.outcome.value,
            target_id=row.target_id or None,
            target_number=row.target_number or None,
            code=row.code,
            reason=row.reason,
            detail=kept_detail(work, records.get(work.item.source_id), state, mark),
            changes=changed,
            attempt=row.attempts,
            rule=self.rule,
        )
        lost = self.ledger.close_records(self.flow, [closing], self.owner)
        if row.outcome is Outcome.QUARANTINED:
            self._quarantine(work.item, row)
        return replace(row, reason=f"{row.reason} (its lease ended while it was being written)".strip()) if lost else row

    def _quarantine(self, item: Kept, row: ResultRow) -> None:
        if not self.dry_run:
            digest = fingerprint(item)
            entry = QuarantineEntry(
                item.source_id,
                row.code,
                row.reason,
                source_payload=dict(item.source),
                target_payload=dict(item.fields),
                source_fingerprint=digest,
                payload_fingerprint=digest,
            )
            self.ledger.quarantine(self.flow, [entry], self.run_id)

    def _leave_quarantine(self, unchanged: Sequence[str]) -> None:
        """Take out of quarantine what is again as it was last written."""
        if not self.dry_run:
            over = {entry.source_id for entry in self.ledger.quarantined(self.flow)} & set(unchanged)
            self.ledger.resolve(self.flow, sorted(over))


def _contested(work: Work) -> Conflict:
    """Return why a record is not put right once more."""
    fields = told_fields(work.fields)
    reason = f"{fields}: put right {MOST} times within {WITHIN.days} days and another again; something else writes it too. Stop that, or "
    return Conflict("keeps_changing", f"{reason}let the mapping file write it on: create; `posbridge replay` puts it right once more")
