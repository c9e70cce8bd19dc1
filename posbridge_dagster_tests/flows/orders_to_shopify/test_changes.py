from hypothesis import given, settings
from hypothesis import strategies as st

from posbridge_dagster.flows.orders_to_shopify.changes import DAYS_PER_LOOK, OVERLAP, Change, Mark, touched_days

FLOW = "orders_to_shopify"


def change(number: int, marker: int, day: str = "2026-11-20", kind: str = "order") -> Change:
    return Change(f"{kind}:{number}", kind, marker, day)


def test_new_documents_ask_for_their_days_oldest_first() -> None:
    days, mark = touched_days([change(1, 7, "2026-11-21"), change(2, 5, "2026-11-20"), change(3, 9, kind="invoice")], Mark({}), FLOW, {})
    assert [(day.day, day.changes) for day in days] == [("2026-11-20", 2), ("2026-11-21", 1)]
    assert mark.next_markers == {"order": 8, "invoice": 10}


def test_a_quiet_look_asks_for_nothing_and_a_second_change_asks_again() -> None:
    first, mark = touched_days([change(1, 7)], Mark({}), FLOW, {})
    again, mark = touched_days([change(1, 7)], mark, FLOW, {})
    changed, _ = touched_days([change(1, 8)], mark, FLOW, {})
    assert again == []
    assert len(changed) == 1
    assert changed[0].run_key != first[0].run_key


def test_a_marker_that_was_handed_out_late_is_seen_inside_the_overlap() -> None:
    _, mark = touched_days([change(1, 100)], Mark({}), FLOW, {})
    assert mark.asked_from("order") <= 101 - OVERLAP
    late, _ = touched_days([change(2, 95), change(1, 100)], mark, FLOW, {})
    assert [day.changes for day in late] == [1]


def test_what_asks_for_nothing_is_behind_the_mark_and_an_idle_till_is_not_listed_again() -> None:
    _, mark = touched_days([change(1, 7)], Mark({}), FLOW, {"order": 900, "invoice": 40})
    assert mark.next_markers == {"order": 901, "invoice": 41}
    assert not mark.is_idle({"order": 900, "invoice": 40})  # what was handed out late may still come
    _, mark = touched_days([], mark, FLOW, {"order": 900, "invoice": 40})
    assert mark.is_idle({"order": 900, "invoice": 40})
    assert not mark.is_idle({"order": 900, "invoice": 41})


def test_the_mark_survives_being_written() -> None:
    _, mark = touched_days([change(1, 7), change(2, 9, kind="invoice")], Mark({}), FLOW, {})
    assert Mark.read(mark.written()) == mark
    assert Mark.read(None) is None


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(1, 40), st.sampled_from(["order", "invoice"])), min_size=1, max_size=60))
def test_after_a_long_pause_every_day_is_asked_for_in_the_end(booked: list[tuple[int, str]]) -> None:
    changes = [change(n, n + 1, f"2026-{1 + day // 28:02d}-{1 + day % 28:02d}", kind) for n, (day, kind) in enumerate(booked)]
    mark, asked = Mark({}), set[str]()
    for _ in range(5):
        seen = [each for each in changes if each.marker >= mark.asked_from(each.kind)]
        days, mark = touched_days(seen, mark, FLOW, {})
        assert len(days) <= DAYS_PER_LOOK
        asked |= {day.day for day in days}
    assert asked == {each.day for each in changes}
    assert touched_days(changes, mark, FLOW, {})[0] == [] or len(changes) > OVERLAP
