import re
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from posbridge_dagster.clients.shopify.search import all_of, clause

MORNING = datetime(2026, 11, 23, 10, 0, 0, tzinfo=timezone(timedelta(hours=1)))


def test_a_moment_is_written_in_utc_whatever_its_zone() -> None:
    assert clause("updated_at", ">=", MORNING) == "updated_at:>='2026-11-23T09:00:00Z'"


def test_a_part_of_a_second_makes_a_range_wider_never_narrower() -> None:
    half = MORNING + timedelta(milliseconds=500)
    assert clause("updated_at", ">=", half) == "updated_at:>='2026-11-23T09:00:00Z'"
    assert clause("updated_at", "<", half) == "updated_at:<'2026-11-23T09:00:01Z'"


def test_clauses_are_joined_and_empty_ones_left_out() -> None:
    assert all_of(clause("source_name", "=", "pos"), "", clause("test", "!=", True)) == "source_name:pos AND -test:true"


@pytest.mark.parametrize("field", ["", "Updated", "a:b", "a b", "status OR x"])
def test_a_field_that_is_none_is_refused(field: str) -> None:
    with pytest.raises(ValueError, match="not the name of a search field"):
        clause(field, "=", "x")


def test_a_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="no time zone"):
        clause("created_at", ">=", datetime(2026, 1, 1))  # noqa: DTZ001 - the point of the test


@given(st.text(max_size=40))
def test_no_text_can_leave_its_quotes(text: str) -> None:
    written = clause("tag", "=", text).removeprefix("tag:")
    if written.startswith('"'):
        assert re.fullmatch(r'"(?:[^"\\]|\\.)*"', written, re.DOTALL), "a quote or backslash of the value would end it"
        assert re.sub(r"\\(.)", r"\1", written[1:-1], flags=re.DOTALL) == text
    else:
        assert written == text
        assert re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]*", text)


@given(st.datetimes(min_value=datetime(2000, 1, 1), max_value=datetime(2100, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001 - bounds must be naive
def test_a_range_always_holds_the_moment_it_was_made_of(moment: datetime) -> None:
    lower = datetime.fromisoformat(clause("created_at", ">=", moment).split("'")[1])
    upper = datetime.fromisoformat(clause("created_at", "<=", moment).split("'")[1])
    assert lower <= moment <= upper
