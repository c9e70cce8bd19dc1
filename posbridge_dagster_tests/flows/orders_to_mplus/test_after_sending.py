"""What happens to an order after it was sent: changes that matter are shown to a person, others are let go."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import pytest

from posbridge_dagster.sandbox.mplus import MplusSandbox
from posbridge_dagster.sandbox.seed import RefundLineSeed
from posbridge_dagster.sandbox.shopify.records import Address
from posbridge_dagster_tests.flows.coupling import Coupling, coupled
from posbridge_dagster_tests.flows.little_shop import BAG, NOON, bag, book, eva, little_shop, sale, stranger
from posbridge_dagster_tests.flows.orders_to_mplus.steps import Step, step, succeeded
from posbridge_dagster_tests.flows.orders_to_mplus.test_refunds import give_back, refund

NOTED, MOVED, CANCELLED, STRANGE, ENDLESS, STRANGE_AND_CANCELLED, NEW = 1, 2, 3, 4, 5, 6, 9
EDE = Address("Eva", "Smit", "", "Nieuwe weg 9", "", "1234 AB", "Ede")


@dataclass(frozen=True)
class Day:
    """A day that was sent, the run that saw its changes, the one after some were put right, and one with less of everything."""

    sent: Step
    seen: Step
    put_right: Step
    less: Step


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Day]:
    endless = replace(stranger, code="9" * 24)  # a number that no database holds
    sold = (sale(NOTED, customer=eva), sale(MOVED, book), sale(CANCELLED, bag, book))
    held = (sale(STRANGE, stranger), sale(ENDLESS, endless), sale(STRANGE_AND_CANCELLED, stranger))
    with coupled(little_shop(*sold, *held), tmp_path_factory.mktemp("after_sending")) as coupling:
        sent = step(coupling)
        coupling.change(NOTED, note="bel even", tags=["vaste klant"])
        coupling.change(MOVED, billing=EDE, note="anders")
        coupling.change(CANCELLED, cancelled_at=NOON)
        coupling.change(STRANGE_AND_CANCELLED, cancelled_at=NOON)
        give_back(coupling, STRANGE_AND_CANCELLED, refund(81, RefundLineSeed(0, 1), paid=1250))
        coupling.sell(sale(NEW))
        seen = step(coupling)
        coupling.change(MOVED, billing=None)
        coupling.change(CANCELLED, cancelled_at=None)
        coupling.edit_mapping(lambda mapping: mapping["lookups"]["service_codes"]["values"].update({"199901": 900001}))
        put_right = step(coupling)
        retire(coupling, BAG)
        coupling.edit_mapping(lambda mapping: mapping["select"].append({"field": "orders.location_id", "is": "7"}))
        yield Day(sent, seen, put_right, step(coupling))


def retire(coupling: Coupling, article: int) -> None:
    """Take an article out of use in MplusKASSA."""
    administration = coupling.mplus.system
    assert isinstance(administration, MplusSandbox)
    card = administration.books.state.articles[article]
    card.members["active"] = False
    administration.books.keep_article(card)


def test_a_change_that_matters_is_quarantined_with_its_parts_and_the_others_go_on(day: Day) -> None:
    succeeded(day.seen)
    outcomes = day.seen.run.outcomes()
    assert {key: outcomes[key] for key in "129"} == {"1": "unchanged", "2": "quarantined", "9": "created"}
    changed = day.seen.run.orders["2"]
    assert (changed["code"], changed["reason"]) == ("changed_after_send", "changed after it was sent: billing")
    assert day.seen.quarantined()["2"] == "changed_after_send"
    assert changed["target_id"] == day.seen.documents["2"]["orderId"]
    assert day.seen.writes == ["createOrderV3"]
    assert day.put_right.run.outcomes()["2"] == "unchanged"
    assert "2" not in day.put_right.quarantined()


def test_an_order_that_is_cancelled_after_it_was_sent_is_not_called_unsent(day: Day) -> None:
    row = day.seen.run.orders["3"]
    assert (row["outcome"], row["code"]) == ("quarantined", "changed_after_send")
    assert row["reason"] == "changed after it was sent: cancelled"


def test_what_was_quarantined_arrives_once_it_was_put_right(day: Day) -> None:
    assert day.sent.run.outcomes() == {**dict.fromkeys("123", "created"), **dict.fromkeys("456", "quarantined")}
    assert day.sent.quarantined() == dict.fromkeys("456", "article_not_found")
    outcomes = day.put_right.run.outcomes()
    assert {key: outcomes[key] for key in "145"} == {"1": "unchanged", "4": "created", "5": "quarantined"}
    assert day.put_right.documents["4"]["lines"][0]["articleNumber"] == 900001
    assert day.put_right.quarantined() == {"5": "article_not_found"}


def test_a_quarantined_order_that_is_cancelled_leaves_the_quarantine(day: Day) -> None:
    row = day.seen.run.orders["6"]
    assert (row["outcome"], row["reason"]) == ("skipped", "cancelled before it was sent")
    assert day.seen.quarantined() == {"2": "changed_after_send", "3": "changed_after_send", **dict.fromkeys("45", "article_not_found")}


def test_what_was_sent_stays_sent_when_its_article_is_gone_or_the_mapping_changes(day: Day) -> None:
    succeeded(day.less)
    outcomes = day.less.run.outcomes()
    assert {key: outcomes[key] for key in "12349"} == dict.fromkeys("12349", "unchanged")
    assert day.less.quarantined() == {}
    assert day.less.writes == []
