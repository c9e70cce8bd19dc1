from datetime import UTC, datetime

import pytest

from posbridge_dagster.cli.payloads import masked, shown
from posbridge_dagster.ledger import Level, Levels
from posbridge_dagster_tests.cli.conftest import Command
from posbridge_dagster_tests.flows.coupling import Coupling
from posbridge_dagster_tests.flows.little_shop import DAY, bob, eva

PERSONS = ("Eva", "Smit", "Dorpsstraat", "Bob", "Bakker", "Kade 2", "2345 CD", "bob@example.com", "Zeewind", "inkoop@")


@pytest.mark.parametrize("name", ["#2", "2", "shopify:sandbox:2", "gid://shopify/Order/2"])
def test_a_sent_order_is_found_by_each_of_its_names(brought: Coupling, posbridge: Command, name: str) -> None:
    order = brought.orders()["2"]
    result = posbridge("explain", name)
    assert result.exit_code == 0, result.output
    for fact in ("done", "created", order["orderId"], "12.50 EUR", DAY, "idempotency key"):
        assert fact in result.output
    assert brought.asked() == []


def test_it_is_found_by_its_number_in_mplus_too(brought: Coupling, posbridge: Command) -> None:
    row = brought.results("orders", DAY)["2"]
    assert row["target_number"]
    by_number, by_id = posbridge("explain", row["target_number"]), posbridge("explain", row["target_id"])
    assert by_number.output == by_id.output
    assert "orders_to_mplus, record 2" in by_number.output


def test_a_quarantined_order_shows_amounts_lines_and_codes_and_no_person(brought: Coupling, posbridge: Command) -> None:
    result = posbridge("explain", "#3")
    for fact in ("quarantined", "article_not_found", "199901", "Proefmodel", "44.95 EUR", "total_minor: 4495", "tax_rate: 2100"):
        assert fact in result.output
    assert "seen 1 times" in " ".join(result.output.replace("│", "").split())
    for person in PERSONS:
        assert person not in result.output


def test_a_customer_is_explained_by_record_link_and_reason(brought: Coupling, posbridge: Command) -> None:
    relation = brought.results("customers", DAY)[f"customer:{eva.number}"]["target_id"]
    result = posbridge("explain", f"customer:{eva.number}")
    assert f"Linked as relation: customer:{eva.number} is {relation} in the other system." in result.output
    ambiguous = posbridge("explain", "customer:63").output
    assert "duplicate_relation" in ambiguous
    for person in PERSONS:
        assert person not in result.output + ambiguous


def test_an_order_that_was_never_wanted_is_explained_by_the_result_of_its_day(brought: Coupling, posbridge: Command) -> None:
    result = posbridge("explain", "#4")
    assert result.exit_code == 0
    assert "skipped" in result.output and "a test order" in result.output
    assert "idempotency key" not in result.output


def test_a_stock_level_is_explained_by_what_the_shop_acknowledged_and_why_it_is_not_right(brought: Coupling, posbridge: Command) -> None:
    moment = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
    first = Level(200_001, "1", "71", 9, moment, sent_quantity=7, code="stale", reason="it changed 4 times", attempts=2)
    with brought.ledger() as ledger:
        Levels(ledger).keep([first, Level(200_001, "2", "71", 3, moment)])
    told = " ".join(posbridge("explain", "200001:1").output.replace("│", "").split())
    for fact in ("Shopify acknowledged 9", "2026-11-20 09:30:00 UTC", "without an answer 7", "stale: it changed 4 times", "in a row 2"):
        assert fact in told
    assert "200001:2" not in told
    both = posbridge("explain", "200001").output
    assert "Stock level 200001:1" in both and "Stock level 200001:2" in both


def test_what_nobody_knows_is_said_with_status_1(brought: Coupling, posbridge: Command) -> None:
    result = posbridge("explain", "#99")
    assert result.exit_code == 1
    assert "nothing is known of #99" in result.output


def test_only_what_is_known_to_be_harmless_is_shown() -> None:
    payload = {
        "order": {"order_id": "5", "name": "#5", "note": "bel Jan", "email": bob.email, "total_minor": 1250, "paid": True, "empty": None},
        "lines": [{"order_id": "5", "sku": "100", "title": "Tas [rood]", "new_column": "Jan"}],
        "name": "Jan Jansen",
        "source_fingerprint": "abc",
    }
    assert masked(payload) == {
        "order": {"order_id": "5", "name": "#5", "note": "b••••••", "email": "b••••••", "total_minor": 1250, "paid": True},
        "lines": [{"order_id": "5", "sku": "100", "title": "Tas [rood]", "new_column": "J••"}],
        "name": "J••••••",
    }
    assert "Jan" not in shown(payload)
    assert "Tas [rood]" in shown(payload)
