"""What is written into the ledger and read from it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

BEFORE = "before"
"""Name in a record's detail: the values, by field, that stood there before a write that is not known to have ended."""


class State(StrEnum):
    """Where a record stands.

    ``intent``: a write is about to happen, is happening, or may have happened when its run was killed.
    ``done``: the other side holds what it should. ``quarantined``: a person must look. ``failed``: certainly not
    written, the next run tries again.
    """

    INTENT = "intent"
    DONE = "done"
    QUARANTINED = "quarantined"
    FAILED = "failed"


@dataclass(frozen=True)
class Intent:
    """What a run is about to write for one record; fingerprints are digests of what was read and what will be sent.

    ``seen_attempts`` are the attempts of the record on which the run based its decision, 0 when it knew none. They let a
    done record be reopened although nothing changed at the source, because the other side has drifted. ``detail`` is added to
    what the record remembers, for the run that comes after one that was killed.
    """

    source_id: str
    source_fingerprint: str
    payload_fingerprint: str
    source_version: str = ""
    day: date | None = None
    amount_minor: int | None = None
    currency: str = ""
    seen_attempts: int = 0
    detail: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class Record:
    """One row of the ledger: what is known of one record of one flow.

    ``idempotency_key`` marks the write of this generation. ``owner`` is empty when no run holds the record. Amounts are
    minor units of ``currency``: ``amount_minor`` as read, ``written_minor`` as the other side confirmed it.
    """

    flow: str
    source_id: str
    state: State
    outcome: str
    target_id: str
    target_number: str
    source_fingerprint: str
    payload_fingerprint: str
    source_version: str
    idempotency_key: str
    generation: int
    attempts: int
    code: str
    reason: str
    day: date | None
    amount_minor: int | None
    written_minor: int | None
    currency: str
    run_id: str
    owner: str
    lease_until: datetime | None
    first_seen_at: datetime
    changed_at: datetime
    detail: Mapping[str, Any] | None


@dataclass(frozen=True)
class Claim:
    """The answer to an intent.

    ``granted``: this owner, and nobody else, may write the record. ``in_doubt``: an earlier owner ended between intent and
    closing, so the write may have happened: look it up on the other side before writing.
    """

    record: Record
    granted: bool
    in_doubt: bool


@dataclass(frozen=True)
class Change:
    """A field that was written of a record that was there: what stood in it and what took its place, JSON-able, None for nothing."""

    field: str
    before: Any
    after: Any


@dataclass(frozen=True)
class Changed(Change):
    """A change as it stands in the trail: of which record, by which of its attempts and which rules, when."""

    flow: str
    source_id: str
    attempt: int
    target_id: str
    rule: str
    run_id: str
    written_at: datetime


@dataclass(frozen=True)
class Closing:
    """How a claimed record ended. The target and the written amount, left as None, keep what the ledger knows.

    ``state`` stays ``intent`` when nobody knows whether the write happened: the next claim is then in doubt. ``changes`` are what
    this ``attempt`` changed, by the mapping file with the fingerprint ``rule``.
    """

    source_id: str
    state: State
    outcome: str
    target_id: str | None = None
    target_number: str | None = None
    code: str = ""
    reason: str = ""
    written_minor: int | None = None
    detail: Mapping[str, Any] | None = None
    changes: Sequence[Change] = ()
    attempt: int = 0
    rule: str = ""


@dataclass(frozen=True)
class QuarantineEntry:
    """A record a person must look at, with both payloads as they would be sent (they hold personal data)."""

    source_id: str
    code: str
    reason: str
    source_payload: Mapping[str, Any]
    target_payload: Mapping[str, Any] | None = None
    day: date | None = None
    source_fingerprint: str = ""
    payload_fingerprint: str = ""
    amount_minor: int | None = None
    currency: str = ""


@dataclass(frozen=True)
class Quarantined(QuarantineEntry):
    """An entry as it stands in quarantine: when it was seen first and last, how often, and by which run."""

    flow: str = ""
    run_id: str = ""
    times_seen: int = 1
    first_seen_at: datetime | None = None
    last_seen_at: datetime | None = None


@dataclass(frozen=True)
class Total:
    """Records of a day that share state, outcome and currency: how many, and their money in minor units."""

    state: State
    outcome: str
    currency: str
    records: int
    amount_minor: int
    written_minor: int
