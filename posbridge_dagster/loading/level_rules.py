"""What a stock level should be, given what MplusKASSA says, what the shop holds and what it sold meanwhile: pure rules.

A level that is lower in the shop than what was last written, without a known sale to explain it, and that changed only a moment
ago, was most likely sold by an order that the shop's search does not show yet. Such pieces are *missing*: they are taken off
until the order is seen or the search has had time to catch up. After that a person changed the level, and MplusKASSA decides.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal, Protocol

from posbridge_dagster.clients.shopify.inventory import HeldLevel
from posbridge_dagster.ledger import Level, LevelKey

UNTRACKED, GONE, HELD_INCREASE = "untracked", "item_gone", "held_increase"
RESTING = frozenset({UNTRACKED, GONE})
"""Codes of levels that are looked at again only when everything is compared: no stock moves them."""

Deed = Literal["keep", "write", "hold", "track", "rest"]


@dataclass(frozen=True)
class WantedLevel:
    """What MplusKASSA says of a level: ``amount`` are the pieces that may be sold, before what is on its way to it."""

    key: LevelKey
    item_id: str
    name: str
    amount: int

    @property
    def source_id(self) -> str:
        """The id of the record: ``<article number>:<location>``."""
        return f"{self.key.article_number}:{self.key.location_id}"


class Sales(Protocol):
    """What the shop sold and MplusKASSA may not know yet."""

    def refresh(self) -> None:
        """Read the newest sales; after this every sale made before the call is counted, if the search shows it."""
        ...

    def pieces(self, key: LevelKey) -> int:
        """Return the pieces of a level that MplusKASSA does not know to be sold."""
        ...

    def taken_since(self, key: LevelKey, moment: datetime) -> int:
        """Return the pieces the shop took off a level by sales first seen after a moment."""
        ...


@dataclass(frozen=True)
class LevelRules:
    """The choices of the mapping: how long search may lag, whether increases wait for a second run, whether to track items."""

    search_lag: timedelta
    hold_increases: bool = False
    track: bool = False


@dataclass(frozen=True)
class Decision:
    """What to do with a level that was read.

    ``level`` is what the ledger shall know once that is done; ``expected`` what the shop would hold if nothing but sales had
    touched it since the last write, None before the first.
    """

    wanted: WantedLevel
    before: Level
    held: HeldLevel
    deed: Deed
    quantity: int
    level: Level
    expected: int | None
    code: str = ""
    reason: str = ""

    @property
    def available(self) -> int:
        """Pieces the shop holds; none where the item is not stocked."""
        return self.held.available or 0


def is_due(wanted: WantedLevel, known: Level | None, sales: Sales, rules: LevelRules, now: datetime) -> bool:
    """Return whether a level has to be looked at in the shop: something about it is new, unanswered, failed or unexplained."""
    if known is None or known.item_id != wanted.item_id:
        return True
    if known.code in RESTING:
        return False
    if known.code or known.sent_quantity is not None:
        return True
    return max(0, wanted.amount - sales.pieces(wanted.key) - _still_missing(known, sales, rules, now)) != known.quantity


def decide(wanted: WantedLevel, known: Level | None, held: HeldLevel | None, sales: Sales, rules: LevelRules, now: datetime) -> Decision:
    """Return what to do with a level, as it was read before the sales were."""
    before = known if known and known.item_id == wanted.item_id else Level(*wanted.key, item_id=wanted.item_id)
    if held is None:
        reason = "the shop has no such inventory item any more"
        return _resting(wanted, before, HeldLevel(None, False, False), GONE, reason)
    if not held.tracked and not rules.track:
        return _resting(wanted, before, held, UNTRACKED, "the shop does not track the stock of this item (untracked: track would)")
    expected, missing, since = _missing(before, held, sales, rules, now, wanted.key)
    quantity = max(0, wanted.amount - sales.pieces(wanted.key) - missing)
    level = Level(*wanted.key, item_id=wanted.item_id, quantity=quantity, missing_pieces=missing, missing_since=since)
    decision = Decision(wanted, before, held, "write", quantity, level, expected)
    if not held.tracked:
        return replace(decision, deed="track")
    if held.available == quantity and held.is_active:
        return replace(decision, deed="keep")
    if rules.hold_increases and before.quantity is not None and quantity > decision.available:
        return _after_holding(decision)
    return decision


def _after_holding(decision: Decision) -> Decision:
    """Return an increase as one that waits, or, when the run before wanted it too, as what both agree on."""
    promised = decision.before.held_quantity
    if promised is None or promised <= decision.available:
        level = replace(decision.before, held_quantity=decision.quantity)
        return replace(decision, deed="hold", level=level, code=HELD_INCREASE, reason="an increase waits for the next run to agree")
    quantity = min(decision.quantity, promised)
    return replace(decision, quantity=quantity, level=replace(decision.level, quantity=quantity))


def _still_missing(known: Level, sales: Sales, rules: LevelRules, now: datetime) -> int:
    """Return the pieces that were missing and are still: no sale seen since explains them, and the search may still lag."""
    if not known.missing_pieces or known.missing_since is None or known.missing_since + rules.search_lag <= now:
        return 0
    seen = sales.taken_since(known.key, known.acknowledged_at) if known.acknowledged_at else 0
    return max(0, known.missing_pieces - seen)


def _missing(
    before: Level, held: HeldLevel, sales: Sales, rules: LevelRules, now: datetime, key: LevelKey
) -> tuple[int | None, int, datetime | None]:
    """Return what the level should be after known sales, how many pieces are missing, and since when."""
    if before.quantity is None or before.acknowledged_at is None:
        return None, 0, None
    seen = sales.taken_since(key, before.acknowledged_at)
    written = before.quantity if before.sent_quantity is None else min(before.quantity, before.sent_quantity)
    expected = max(0, written - max(0, seen - before.missing_pieces))
    still = _still_missing(before, sales, rules, now)
    just_now = held.changed_at is None or held.changed_at + rules.search_lag > now
    new = max(0, expected - (held.available or 0)) if rules.search_lag and just_now else 0
    if new:
        return expected, still + new, now
    return expected, still, before.missing_since if still else None


def _resting(wanted: WantedLevel, before: Level, held: HeldLevel, code: str, reason: str) -> Decision:
    level = replace(before, code=code, reason=reason)
    return Decision(wanted, before, held, "rest", max(0, wanted.amount), level, None, code, reason)
