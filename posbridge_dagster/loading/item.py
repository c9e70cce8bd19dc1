"""A record that may be written, what became of it, and how the ledger, the quarantine and the result table hold both."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from posbridge_dagster.ledger import Intent, QuarantineEntry, Record
from posbridge_dagster.loading.result import ResultRow
from posbridge_dagster.model.outcome import Outcome

AS_SENT = "as_sent"
"""Under this name the detail of a record keeps what the other system holds, where a later change may not be written there."""


@dataclass(frozen=True)
class Item:
    """A record that may be written. ``payload`` is what the writer needs, ``source`` what a person reads in quarantine.

    ``run_day`` is the day whose run carries the record, where that is not its own; ``kept`` is remembered of it once it is done.
    ``version`` is the moment of change, in ISO form, at which the source was read; empty where nobody asks for it.
    """

    source_id: str
    external_id: str
    name: str
    day: str
    amount_minor: int
    currency: str
    source_fingerprint: str
    payload_fingerprint: str
    payload: Mapping[str, Any]
    source: Mapping[str, Any] = field(default_factory=dict)
    run_day: str = ""
    kept: Mapping[str, Any] | None = None
    version: str = ""


@dataclass(frozen=True)
class Written:
    """What the other system holds now.

    ``code`` and ``reason`` say what is worth telling, ``kept`` is remembered with the item's own. ``otherwise`` are the fields that
    could not be written as asked, with the values they have.
    """

    target_id: str
    target_number: str = ""
    written_minor: int | None = None
    code: str = ""
    reason: str = ""
    kept: Mapping[str, Any] | None = None
    otherwise: Mapping[str, Any] = field(default_factory=dict)


class HalfWritten(Exception):
    """The record exists in the other system but is not as it should be; a person must look at it."""

    def __init__(self, written: Written, code: str, reason: str) -> None:
        self.written, self.code, self.reason = written, code, reason
        super().__init__(reason)


def as_sent(record: Record) -> str:
    """Return the fingerprint of what the other system holds of a record that was sent; empty where that is not known."""
    return str((record.detail or {}).get(AS_SENT, record.source_fingerprint))


def intent_of(item: Item, seen_attempts: int = 0) -> Intent:
    """Return what is about to be written of an item; ``seen_attempts`` are those of its record when that was decided."""
    return Intent(
        source_id=item.source_id,
        source_fingerprint=item.source_fingerprint,
        payload_fingerprint=item.payload_fingerprint,
        source_version=item.version,
        day=date.fromisoformat(item.run_day or item.day),
        amount_minor=item.amount_minor,
        currency=item.currency,
        seen_attempts=seen_attempts,
    )


def quarantine_entry(item: Item, code: str, reason: str) -> QuarantineEntry:
    """Return an item as an entry of the quarantine, with both payloads."""
    return QuarantineEntry(
        source_id=item.source_id,
        code=code,
        reason=reason,
        day=date.fromisoformat(item.run_day or item.day),
        source_payload=dict(item.source),
        target_payload=dict(item.payload),
        source_fingerprint=item.source_fingerprint,
        payload_fingerprint=item.payload_fingerprint,
        amount_minor=item.amount_minor,
        currency=item.currency,
    )


def row_of(
    item: Item,
    outcome: Outcome,
    *,
    record: Record | None = None,
    written: Written | None = None,
    code: str = "",
    reason: str = "",
    attempts: int | None = None,
    changes: str = "",
) -> ResultRow:
    """Return an item as a row of RESULT, with what was written of it or else what the ledger knows."""
    return ResultRow(
        source_id=item.source_id,
        outcome=outcome,
        name=item.name,
        target_id=written.target_id if written else record.target_id if record else "",
        target_number=written.target_number if written else record.target_number if record else "",
        code=code,
        reason=reason,
        attempts=attempts if attempts is not None else record.attempts if record else 0,
        amount_minor=item.amount_minor,
        written_minor=written.written_minor if written else record.written_minor if record else None,
        currency=item.currency,
        day=item.day,
        changes=changes,
    )
