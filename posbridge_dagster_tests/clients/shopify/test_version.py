from datetime import date, timedelta

from posbridge_dagster.clients.shopify.version import PINNED, SUPPORTED_UNTIL, days_left, has_fallen_forward


def test_the_pinned_version_says_how_long_it_is_served() -> None:
    assert PINNED == "2026-10"
    assert days_left(SUPPORTED_UNTIL) == 0
    assert days_left(date(2026, 11, 23)) == 327
    assert days_left(SUPPORTED_UNTIL + timedelta(days=1)) == -1


def test_only_an_answer_that_names_another_version_counts_as_fallen_forward() -> None:
    assert has_fallen_forward("2026-10", "2027-01")
    assert not has_fallen_forward("2026-10", "2026-10")
    assert not has_fallen_forward("2026-10", None)
