from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from posbridge_dagster.flows.orders_to_mplus.changes import DAYS_PER_LOOK, Mark, TouchedDay, touched_days

ZONE = ZoneInfo("Europe/Amsterdam")
START = datetime(2025, 10, 20, 10, tzinfo=UTC)
OVERLAP = timedelta(minutes=10)


def change(number: int, *, seconds: int = 0, created: datetime = START) -> dict[str, str]:
    """A change of an order, so many seconds after the start."""
    return {
        "id": f"gid://shopify/Order/{number}",
        "createdAt": created.isoformat().replace("+00:00", "Z"),
        "updatedAt": (START + timedelta(seconds=seconds)).isoformat().replace("+00:00", "Z"),
    }


def look(changes: list[dict[str, str]], mark: Mark) -> tuple[list[TouchedDay], Mark]:
    """One look with the cursor written and read again, as it is between two looks."""
    days, after = touched_days(changes, mark, OVERLAP, ZONE, "flow")
    return days, Mark.read(after.written(), START)


def test_nothing_new_asks_for_nothing_and_keeps_the_mark() -> None:
    days, mark = look([change(1)], Mark(START - timedelta(days=1)))
    assert [(day.day, day.changes) for day in days] == [("2025-10-20", 1)]
    assert look([change(1)], mark) == ([], mark)
    assert look([], mark)[0] == []


def test_equal_stamps_a_second_change_and_a_late_order_each_ask_again_with_another_key() -> None:
    first, mark = look([change(1, seconds=60)], Mark(START))
    keys = {day.run_key for day in first}
    for more in (
        [change(1, seconds=60), change(2, seconds=60)],  # the same second
        [change(1, seconds=61)],  # changed again
        [change(1, seconds=60), change(3, seconds=-200)],  # older than the mark, within the overlap
    ):
        (day,), mark = look(more, mark)
        assert day.run_key not in keys
        assert day.changes == 1
        keys.add(day.run_key)


def test_an_order_belongs_to_the_local_day_of_its_creation_also_at_midnight_and_when_the_clocks_change() -> None:
    moments = {
        datetime(2025, 10, 20, 21, 59, 59, tzinfo=UTC): "2025-10-20",
        datetime(2025, 10, 20, 22, 0, 0, tzinfo=UTC): "2025-10-21",
        datetime(2025, 10, 26, 22, 59, 59, tzinfo=UTC): "2025-10-26",
        datetime(2025, 10, 26, 23, 0, 0, tzinfo=UTC): "2025-10-27",
        datetime(2025, 3, 29, 23, 0, 0, tzinfo=UTC): "2025-03-30",
        datetime(2025, 3, 30, 21, 59, 59, tzinfo=UTC): "2025-03-30",
    }
    changes = [change(number, created=moment) for number, moment in enumerate(moments)]
    days, _ = look(changes, Mark(START - timedelta(days=1)))
    assert {day.day: day.changes for day in days} == {day: list(moments.values()).count(day) for day in moments.values()}


def test_after_a_long_pause_the_days_come_in_portions_and_none_is_left_out() -> None:
    changes = [change(number, seconds=number, created=START + timedelta(days=number // 2)) for number in range(90)]
    mark, asked, looks = Mark(START - timedelta(days=1)), [], 0
    while days := (outcome := look(changes, mark))[0]:
        mark, looks = outcome[1], looks + 1
        assert len(days) <= DAYS_PER_LOOK
        asked += days
    assert (looks, sum(day.changes for day in asked)) == (3, 90)
    assert {day.day for day in asked} == {(START + timedelta(days=number)).date().isoformat() for number in range(45)}


@dataclass(frozen=True)
class Happening:
    """A change and how long search takes to show it, in seconds."""

    order: int
    at: int
    lag: int


HAPPENINGS = st.lists(st.builds(Happening, st.integers(1, 5), st.integers(0, 3000), st.integers(0, 590)), max_size=25)
LOOKS = st.lists(st.integers(0, 3600), max_size=12)


@settings(max_examples=100)
@given(HAPPENINGS, LOOKS)
def test_every_change_is_asked_for_exactly_once_however_often_and_late_it_is_looked(happenings: list[Happening], looks: list[int]) -> None:
    """A change shows up to the overlap after it happened; each look sees what changed since the mark, less the overlap."""
    mark, asked = Mark(START - timedelta(days=1)), 0
    keys: set[str] = set()
    for now in [*sorted(looks), 4000, 4001]:
        shown = [change(each.order, seconds=each.at) for each in happenings if each.at + each.lag <= now]
        since = mark.newest_at - OVERLAP
        days, mark = look([each for each in shown if datetime.fromisoformat(each["updatedAt"]) >= since], mark)
        asked += sum(day.changes for day in days)
        assert keys.isdisjoint(day.run_key for day in days)
        keys |= {day.run_key for day in days}
    assert asked == len({(each.order, each.at) for each in happenings})
