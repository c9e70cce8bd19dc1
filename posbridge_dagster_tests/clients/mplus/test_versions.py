import pytest

from posbridge_dagster.clients.mplus.versions import ADDED, Features, least_version, parse_version


@pytest.mark.parametrize(
    ("text", "version"), [("67.1.3", (67, 1, 3)), ("MplusQapi 59.4", (59, 4)), ("service 36", (36,)), ("", ()), ("none", ())]
)
def test_versions_are_read_from_text(text: str, version: tuple[int, ...]) -> None:
    assert parse_version(text) == version


def test_a_later_month_never_needs_an_older_service() -> None:
    months = sorted(set(ADDED.values()))
    needed = [least_version(month) for month in months]
    assert needed == sorted(needed)
    assert all((59, 4) <= version <= (67, 1, 3) for version in needed)


def test_the_newest_service_knows_everything_and_an_unknown_one_nothing() -> None:
    newest, unknown = Features((67, 1, 3)), Features(())
    assert all(newest.knows(feature) for feature in ADDED)
    assert not any(unknown.knows(feature) for feature in ADDED)


def test_a_service_of_the_winter_before_takes_no_payments_on_creation() -> None:
    features = Features((59, 6))
    assert features.knows_find_relation_v2
    assert not features.knows_payments_on_create
    assert not features.knows_orders_by_ext_ids
    assert not features.knows_process_invoice


def test_an_operation_that_was_refused_is_no_longer_known() -> None:
    features = Features((67, 1, 3))
    features.lacks("getOrdersByExtOrderIds")
    assert not features.knows_orders_by_ext_ids
    assert features.knows_payments_on_create
