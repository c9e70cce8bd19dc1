"""What a level should be: never more than MplusKASSA can sell without what is on its way."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from posbridge_dagster.clients.shopify.inventory import HeldLevel
from posbridge_dagster.ledger import Level, LevelKey
from posbridge_dagster.loading.level_rules import Decision, LevelRules, WantedLevel, decide, is_due

NOW = datetime(2026, 11, 20, 11, tzinfo=UTC)
LAG = timedelta(minutes=10)
KEY = LevelKey(100101, "1")
RULES = LevelRules(LAG)
A_MOMENT_AGO, LONG_AGO = NOW - timedelta(seconds=30), NOW - timedelta(hours=3)

pieces = st.integers(0, 50)


class Sold:
    """So many pieces wait, and so many were first seen after the level was acknowledged."""

    def __init__(self, waiting: int = 0, since: int = 0) -> None:
        self.waiting, self.since = waiting, since

    def refresh(self) -> None:
        return

    def pieces(self, key: LevelKey) -> int:
        return self.waiting

    def taken_since(self, key: LevelKey, moment: datetime) -> int:
        return self.since


def wanted(amount: int) -> WantedLevel:
    return WantedLevel(KEY, "9", "Tas", amount)


def known(quantity: int, **more: object) -> Level:
    return Level(*KEY, item_id="9", quantity=quantity, acknowledged_at=LONG_AGO, **more)  # type: ignore[arg-type]


def held(available: int | None, changed_at: datetime = A_MOMENT_AGO, *, tracked: bool = True) -> HeldLevel:
    return HeldLevel(available, available is not None, tracked, changed_at)


def decided(amount: int, level: Level | None, found: HeldLevel | None, sold: Sold | None = None, rules: LevelRules = RULES) -> Decision:
    return decide(wanted(amount), level, found, sold or Sold(), rules, NOW)


@given(amount=st.integers(-20, 50), waiting=pieces, since=pieces, last=pieces, available=st.integers(-5, 60))
def test_a_level_is_never_more_than_may_be_sold_and_never_below_zero(
    amount: int, waiting: int, since: int, last: int, available: int
) -> None:
    decision = decided(amount, known(last), held(available), Sold(waiting, since))
    assert 0 <= decision.quantity <= max(0, amount - waiting)
    assert (decision.deed == "keep") == (decision.quantity == available)


@given(amount=pieces, last=pieces, unseen=st.integers(1, 10))
def test_pieces_that_went_a_moment_ago_by_no_known_sale_are_not_offered_again(amount: int, last: int, unseen: int) -> None:
    decision = decided(amount, known(last), held(last - unseen) if last >= unseen else held(0))
    gone = min(unseen, last)
    assert decision.quantity == max(0, amount - gone)
    assert decision.level.missing_pieces == gone


def test_a_level_that_was_lowered_long_ago_was_lowered_by_a_person() -> None:
    assert decided(10, known(10), held(4, LONG_AGO)).quantity == 10
    assert decided(10, known(10), held(4), rules=LevelRules(timedelta())).quantity == 10


def test_missing_pieces_are_no_longer_missing_when_their_sale_is_seen_or_the_search_has_caught_up() -> None:
    level = known(8, missing_pieces=2, missing_since=A_MOMENT_AGO)
    assert decided(10, level, held(8)).quantity == 8
    assert decided(10, level, held(8), Sold(waiting=2, since=2)).quantity == 8
    assert decided(10, level, held(8), Sold(waiting=2, since=2)).level.missing_pieces == 0
    overdue = known(8, missing_pieces=2, missing_since=NOW - LAG)
    assert decided(10, overdue, held(8, LONG_AGO)).quantity == 10


def test_a_write_that_nobody_answered_is_no_missing_piece_whether_it_was_carried_out_or_not() -> None:
    level = known(10, sent_quantity=6)
    assert decided(6, level, held(6)).deed == "keep"
    assert decided(6, level, held(10)).quantity == 6
    assert is_due(wanted(10), level, Sold(), RULES, NOW)


@pytest.mark.parametrize(
    ("level", "due"),
    [
        (None, True),
        (known(5), False),
        (known(4), True),
        (known(5, code="stale"), True),
        (known(5, code="untracked"), False),
        (known(5, missing_pieces=1, missing_since=A_MOMENT_AGO), True),
        (known(4, missing_pieces=1, missing_since=A_MOMENT_AGO), False),
        (known(4, missing_pieces=1, missing_since=LONG_AGO), True),
        (Level(*KEY, item_id="other", quantity=5, acknowledged_at=LONG_AGO), True),
    ],
)
def test_only_what_is_new_unanswered_failed_or_unexplained_is_looked_at(level: Level | None, due: bool) -> None:
    assert is_due(wanted(5), level, Sold(), RULES, NOW) is due


def test_an_item_that_is_gone_or_not_tracked_is_left_alone_and_told() -> None:
    assert (decided(5, None, None).deed, decided(5, None, None).code) == ("rest", "item_gone")
    assert decided(5, None, held(5, tracked=False)).code == "untracked"
    assert decided(5, None, held(5, tracked=False), rules=LevelRules(LAG, track=True)).deed == "track"


def test_an_increase_that_waits_becomes_what_both_runs_agree_on() -> None:
    rules = LevelRules(LAG, hold_increases=True)
    first = decided(9, known(5), held(5, LONG_AGO), rules=rules)
    assert (first.deed, first.level.held_quantity, first.level.quantity) == ("hold", 9, 5)
    assert decided(7, first.level, held(5, LONG_AGO), rules=rules).quantity == 7
    assert decided(12, first.level, held(5, LONG_AGO), rules=rules).quantity == 9
    assert decided(3, first.level, held(5, LONG_AGO), rules=rules).level.held_quantity is None
    assert decided(9, None, held(None), rules=rules).deed == "write"
