"""Writes stock levels: read, decided, set from the very quantity that was read, and remembered only once the shop took them.

The order of reading is what keeps it from overselling. What MplusKASSA acknowledged was asked before its stock was read; here a
level is read first and the sales after it. So a sale is either counted, or it happened after the level was read, and then the
shop refuses the write as stale and everything is read again.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from itertools import groupby
from uuid import uuid4

from posbridge_dagster.clients.failures import Busy, Refused, RemoteFailure, UnknownOutcome, Unreachable
from posbridge_dagster.clients.shopify.client import ShopifyClient
from posbridge_dagster.clients.shopify.errors import UserErrors
from posbridge_dagster.clients.shopify.inventory import (
    LEVELS_IN_A_CALL,
    STALE,
    HeldLevel,
    SetLevel,
    activate,
    held_levels,
    row_of,
    set_levels,
    track,
)
from posbridge_dagster.ledger import Level, LevelKey, Levels
from posbridge_dagster.loading.brake import Brake
from posbridge_dagster.loading.level_rules import RESTING, Decision, LevelRules, Sales, WantedLevel, decide, is_due
from posbridge_dagster.loading.result import ResultRow
from posbridge_dagster.loading.trouble import Trouble, failure_code
from posbridge_dagster.model.outcome import Outcome

ROUNDS = 4
"""How often a level is read anew because it changed between reading and writing."""
RESTLESS_RUNS = 10
"""After so many runs in a row in which a level never stood still a person is told; it is tried again all the same."""


def utc_now() -> datetime:
    """Return this moment, aware UTC."""
    return datetime.now(UTC)


_PASSING = (Busy, Unreachable, UnknownOutcome)


@dataclass(frozen=True)
class Brakes:
    """What stops a run before its first write: too many levels set to zero, or changed at all."""

    zero: Brake = field(default_factory=Brake)
    change: Brake = field(default_factory=Brake)


@dataclass
class LevelLoader:
    """The writing of one run, from stock whose reading began at ``read_at``; what another run has set since then is left alone.

    ``seen`` holds, after ``load``, every level as it was first read and decided.
    """

    client: ShopifyClient
    levels: Levels
    run_id: str
    rules: LevelRules
    read_at: datetime
    brakes: Brakes = field(default_factory=Brakes)
    dry_run: bool = False
    clock: Callable[[], datetime] = utc_now
    seen: list[Decision] = field(default_factory=list)
    rows: dict[LevelKey, ResultRow] = field(default_factory=dict)
    trouble: Trouble = field(default_factory=Trouble)

    def load(self, wanted: Sequence[WantedLevel], sales: Sales, *, compare: bool = False) -> list[ResultRow]:
        """Bring every level to where it should be; return one row per level in the order given.

        ``compare`` reads them all, else only those that are due. Raises Braked before anything is written when too much would
        change, and Misconfigured when nothing can succeed.
        """
        known, now = self.levels.all(), self.clock()
        due = [each for each in wanted if compare or is_due(each, known.get(each.key), sales, self.rules, now)]
        self.rows = {}
        for each in wanted:
            self.rows[each.key] = _untouched(each, known.get(each.key))
        for number in range(ROUNDS):
            if not due:
                break
            held = self._read(due, known)
            sales.refresh()
            known, now = self.levels.all(), self.clock()
            ours = self._not_set_since([each for each in due if each.key in held], known)
            decisions = [decide(each, known.get(each.key), held[each.key], sales, self.rules, now) for each in ours]
            if number == 0:
                self.seen = decisions
                self._brake(decisions, wanted, known)
            due = self._carry_out(decisions)
        reason = f"it changed {ROUNDS} times while it was being set; the next run tries again"
        for each in due:
            level = known.get(each.key)
            restless = level is not None and level.attempts + 1 >= RESTLESS_RUNS
            self._fail([(each, level)], "stale", reason, Outcome.QUARANTINED if restless else Outcome.FAILED)
        return [self.rows[each.key] for each in wanted]

    def _read(self, due: Sequence[WantedLevel], known: dict[LevelKey, Level]) -> dict[LevelKey, HeldLevel | None]:
        """Return the levels as the shop holds them; those of a location that cannot be read fail, the others go on."""
        held: dict[LevelKey, HeldLevel | None] = {}
        for location_id, levels in _by_location(due):
            try:
                self._demand_no_trouble()
                found = held_levels(self.client, location_id, [each.item_id for each in levels])
            except (*_PASSING, Refused) as failure:
                self._note(failure)
                self._fail([(each, known.get(each.key)) for each in levels], failure_code(failure), failure.reason)
            else:
                self.trouble.over()
                held |= {each.key: found[each.item_id] for each in levels}
        return held

    def _not_set_since(self, due: Iterable[WantedLevel], known: dict[LevelKey, Level]) -> list[WantedLevel]:
        """Return the levels without those that another run has set after our stock was read: it knew better."""
        ours = []
        for each in due:
            level = known.get(each.key)
            if level is None or level.run_id == self.run_id or level.acknowledged_at is None or level.acknowledged_at <= self.read_at:
                ours.append(each)
            else:
                reason = "another run has set it from newer stock meanwhile"
                self.rows[each.key] = _row(each, Outcome.SKIPPED, code="newer_run", reason=reason)
        return ours

    def _brake(self, decisions: Sequence[Decision], wanted: Sequence[WantedLevel], known: dict[LevelKey, Level]) -> None:
        writes = [each for each in decisions if each.deed in ("write", "track")]
        now = {key: level.quantity or 0 for key, level in known.items()} | {each.wanted.key: each.available for each in decisions}
        filled = sum(1 for each in wanted if now.get(each.key, 0) > 0)
        before = sum(1 for each in wanted if each.key in known and known[each.key].quantity is not None)
        self.brakes.zero.allow(sum(1 for each in writes if each.quantity == 0 and each.available > 0), filled)
        self.brakes.change.allow(sum(1 for each in writes if each.before.quantity is not None), before)

    def _carry_out(self, decisions: Sequence[Decision]) -> list[WantedLevel]:
        """Do what was decided; return the levels that were stale, to be read again."""
        if self.dry_run:
            self.rows |= {each.wanted.key: _planned(each) for each in decisions}
            return []
        for each in decisions:
            if each.deed in ("hold", "rest"):
                self.rows[each.wanted.key] = _row(each.wanted, Outcome.SKIPPED, code=each.code, reason=each.reason)
        self.levels.keep(each.level for each in decisions if each.deed in ("hold", "rest") and each.level != each.before)
        self._acknowledge([each for each in decisions if each.deed == "keep"], Outcome.UNCHANGED)
        writes = [each for each in self._tracked(decisions) if each.deed == "write"]
        return [each.wanted for part in _chunks(writes) for each in self._write(part)]

    def _tracked(self, decisions: Iterable[Decision]) -> Iterator[Decision]:
        """Yield the decisions, those for items that are not tracked once they are."""
        for each in decisions:
            if each.deed != "track":
                yield each
                continue
            try:
                track(self.client, each.wanted.item_id)
            except (*_PASSING, Refused) as failure:
                self._fail([(each.wanted, each.before)], failure_code(failure), failure.reason)
            else:
                yield replace(each, deed="write")

    def _write(self, part: Sequence[Decision]) -> list[Decision]:
        """Set levels of one location in one call, without the rows that are at fault; return those that are stale."""
        if not part:
            return []
        rows = [SetLevel(each.wanted.item_id, each.available, each.quantity) for each in part]
        try:
            self._demand_no_trouble()
            self.levels.keep(replace(each.before, sent_quantity=each.quantity, run_id=self.run_id) for each in part)
            reference = f"gid://posbridge/StockRun/{self.run_id}"
            set_levels(self.client, part[0].wanted.key.location_id, rows, key=str(uuid4()), reference=reference)
        except UserErrors as refusal:
            self.levels.keep(each.before for each in part)  # all of a call is set or nothing: there is no doubt left
            return self._without_faults(part, refusal)
        except (*_PASSING, Refused) as failure:
            self._note(failure)
            in_doubt = isinstance(failure, UnknownOutcome)
            befores = [replace(each.before, sent_quantity=each.quantity) if in_doubt else each.before for each in part]
            failed = zip((each.wanted for each in part), befores, strict=True)
            self._fail(failed, failure_code(failure), failure.reason)
            return []
        self.trouble.over()
        self._acknowledge(part, Outcome.UPDATED)
        return []

    def _without_faults(self, part: Sequence[Decision], refusal: UserErrors) -> list[Decision]:
        """Write what is not at fault once more; where no row is named, in two halves."""
        faults = {row: error for error in refusal.errors if (row := row_of(error.path)) is not None and row < len(part)}
        if not faults and len(part) > 1:
            half = len(part) // 2
            return [*self._write(part[:half]), *self._write(part[half:])]
        stale = []
        for row, each in enumerate(part):
            if not faults and len(part) == 1:
                error = refusal.errors[0]
            elif row in faults:
                error = faults[row]
            else:
                continue
            if error.code in STALE or self._activated(each):
                stale.append(each)
            else:
                self._refuse(each, error.code or "refused", error.message)
        good = [each for row, each in enumerate(part) if row not in faults] if faults else []
        return [*stale, *self._write(good)]

    def _activated(self, decision: Decision) -> bool:
        """Stock an item at a location where it is not, for a shop that wants it done first; False where that is not the fault."""
        if decision.held.available is not None and decision.held.is_active:
            return False
        try:
            activate(self.client, decision.wanted.key.location_id, decision.wanted.item_id, key=str(uuid4()))
        except (*_PASSING, Refused):
            return False  # what is told is why it could not be set
        return True

    def _acknowledge(self, part: Sequence[Decision], outcome: Outcome) -> None:
        """Move the cursors: the shop holds these quantities."""
        now = self.clock()
        self.levels.keep(replace(each.level, acknowledged_at=now, run_id=self.run_id) for each in part)
        for each in part:
            made = Outcome.CREATED if outcome is Outcome.UPDATED and each.held.available is None else outcome
            sent = made is not Outcome.UNCHANGED
            attempts = each.before.attempts + int(sent)
            self.rows[each.wanted.key] = _row(each.wanted, made, attempts=attempts, changes=_changes(each) if sent else "")

    def _refuse(self, decision: Decision, code: str, reason: str) -> None:
        self._fail([(decision.wanted, decision.before)], code, reason, Outcome.QUARANTINED)

    def _fail(self, levels: Iterable[tuple[WantedLevel, Level | None]], code: str, reason: str, outcome: Outcome = Outcome.FAILED) -> None:
        """Remember why levels could not be set; their cursors stay where they were, so the next run tries again."""
        failed = []
        for wanted, known in levels:
            before = known or Level(*wanted.key, item_id=wanted.item_id)
            failed.append(replace(before, code=code, reason=reason, attempts=before.attempts + 1, run_id=self.run_id))
            self.rows[wanted.key] = _row(wanted, outcome, code=code, reason=reason, attempts=before.attempts + 1)
        if not self.dry_run:
            self.levels.keep(failed)

    def _note(self, failure: RemoteFailure) -> None:
        if not isinstance(failure, Refused):
            self.trouble.happened(failure)

    def _demand_no_trouble(self) -> None:
        if self.trouble.stopped:
            raise Busy(f"not sent: {self.trouble.reason}", system="Shopify", code="not_attempted")


def _by_location(levels: Iterable[WantedLevel]) -> Iterator[tuple[str, list[WantedLevel]]]:
    in_order = sorted(levels, key=lambda each: (each.key.location_id, each.key.article_number))
    for location_id, group in groupby(in_order, key=lambda each: each.key.location_id):
        yield location_id, list(group)


def _chunks(writes: Iterable[Decision]) -> Iterator[list[Decision]]:
    """Yield decisions of one location, at most 250 at a time."""
    in_order = sorted(writes, key=lambda each: (each.wanted.key.location_id, each.wanted.key.article_number))
    for _, group in groupby(in_order, key=lambda each: each.wanted.key.location_id):
        rows = list(group)
        for start in range(0, len(rows), LEVELS_IN_A_CALL):
            yield rows[start : start + LEVELS_IN_A_CALL]


def _changes(decision: Decision) -> str:
    before = "none" if decision.held.available is None else str(decision.held.available)
    return f"available: {before} -> {decision.quantity}"


def _planned(decision: Decision) -> ResultRow:
    if decision.deed == "keep":
        return _row(decision.wanted, Outcome.UNCHANGED)
    if decision.deed in ("hold", "rest"):
        return _row(decision.wanted, Outcome.SKIPPED, code=decision.code, reason=decision.reason)
    outcome = Outcome.CREATED if decision.held.available is None else Outcome.UPDATED
    return _row(decision.wanted, outcome, code="planned", changes=_changes(decision))


def _untouched(wanted: WantedLevel, known: Level | None) -> ResultRow:
    """Return the row of a level that is not due: as it should be, or at rest for a reason that was found before."""
    if known is not None and known.code in RESTING:
        return _row(wanted, Outcome.SKIPPED, code=known.code, reason=known.reason)
    return _row(wanted, Outcome.UNCHANGED)


def _row(wanted: WantedLevel, outcome: Outcome, *, code: str = "", reason: str = "", attempts: int = 0, changes: str = "") -> ResultRow:
    return ResultRow(
        wanted.source_id, outcome, wanted.name, target_id=wanted.item_id, code=code, reason=reason, attempts=attempts, changes=changes
    )
