"""What happens to an order after it was sent: changes that matter are shown to a person, others are let go."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from posbridge_dagster.sandbox.mplus import MplusSandbox
from posbridge_dagster.sandbox.seed import RefundLineSeed
from posbridge_dagster.sandbox.shopify.records import Address
from posbridge_dagster_tests.flows.coupling import Coupling, coupled
from posbridge_dagster_tests.flows.little_shop import BAG, DAY, NOON, bag, book, eva, little_shop, sale, stranger
from posbridge_dagster_tests.flows.orders_to_mplus.test_refunds import give_back, refund


@pytest.fixture
def sent(tmp_path: Path) -> Iterator[Coupling]:
    """Three sales that were sent, and no call in the logs."""
    with coupled(little_shop(sale(1, customer=eva), sale(2, book), sale(3, bag, book)), tmp_path) as coupling:
        assert set(coupling.run(DAY).outcomes().values()) == {"created"}
        coupling.forget_calls()
        yield coupling


def test_a_change_that_matters_is_quarantined_with_its_parts_and_the_others_go_on(sent: Coupling) -> None:
    sent.change(1, note="bel even", tags=["vaste klant"])
    sent.change(2, billing=Address("Eva", "Smit", "", "Nieuwe weg 9", "", "1234 AB", "Ede"), note="anders")
    sent.sell(sale(9))
    run = sent.run(DAY)
    assert run.success, run.failure
    assert run.outcomes() == {"1": "unchanged", "2": "quarantined", "3": "unchanged", "9": "created"}
    changed = run.orders["2"]
    assert (changed["code"], changed["reason"]) == ("changed_after_send", "changed after it was sent: billing")
    assert sent.quarantined() == {"2": "changed_after_send"}
    assert changed["target_id"] == sent.orders()["2"]["orderId"]
    assert sent.writes() == ["createOrderV3"]
    sent.change(2, billing=None)
    assert sent.run(DAY).outcomes()["2"] == "unchanged"
    assert sent.quarantined() == {}


def test_an_order_that_is_cancelled_after_it_was_sent_is_not_called_unsent(sent: Coupling) -> None:
    sent.change(3, cancelled_at=NOON)
    run = sent.run(DAY)
    assert (run.orders["3"]["outcome"], run.orders["3"]["code"]) == ("quarantined", "changed_after_send")
    assert run.orders["3"]["reason"] == "changed after it was sent: cancelled"


def test_what_was_sent_stays_sent_when_its_article_is_gone_or_the_mapping_changes(sent: Coupling) -> None:
    administration = sent.mplus.system
    assert isinstance(administration, MplusSandbox)
    card = administration.books.state.articles[BAG]
    card.members["active"] = False
    administration.books.keep_article(card)
    sent.edit_mapping(lambda mapping: mapping["select"].append({"field": "orders.location_id", "is": "7"}))
    run = sent.run(DAY)
    assert run.success, run.failure
    assert set(run.outcomes().values()) == {"unchanged"}
    assert sent.quarantined() == {}


def test_what_was_quarantined_arrives_once_it_was_put_right(tmp_path: Path) -> None:
    endless = replace(stranger, code="9" * 24)  # a number that no database holds
    with coupled(little_shop(sale(1, stranger), sale(2), sale(3, endless)), tmp_path) as coupling:
        assert coupling.run(DAY).outcomes() == {"1": "quarantined", "2": "created", "3": "quarantined"}
        assert coupling.quarantined() == {"1": "article_not_found", "3": "article_not_found"}
        coupling.edit_mapping(lambda mapping: mapping["lookups"]["service_codes"]["values"].update({"199901": 900001}))
        run = coupling.run(DAY)
        assert run.outcomes() == {"1": "created", "2": "unchanged", "3": "quarantined"}
        assert coupling.orders()["1"]["lines"][0]["articleNumber"] == 900001
        assert coupling.quarantined() == {"3": "article_not_found"}


def test_a_quarantined_order_that_is_cancelled_leaves_the_quarantine(tmp_path: Path) -> None:
    with coupled(little_shop(sale(1, stranger)), tmp_path) as coupling:
        coupling.run(DAY)
        coupling.change(1, cancelled_at=NOON)
        give_back(coupling, 1, refund(81, RefundLineSeed(0, 1), paid=1250))
        run = coupling.run(DAY)
        assert (run.orders["1"]["outcome"], run.orders["1"]["reason"]) == ("skipped", "cancelled before it was sent")
        assert coupling.quarantined() == {}
