"""What MplusKASSA refuses, or already has: told to a person, never sent twice, and in once it was put right."""

from datetime import date
from pathlib import Path
from typing import Any

from posbridge_dagster.clients.mplus.orders import create_order
from posbridge_dagster.resources import mplus_client
from posbridge_dagster.settings import read_settings
from posbridge_dagster_tests.flows.coupling import coupled
from posbridge_dagster_tests.flows.little_shop import BAG, DAY, bag, book, little_shop, sale, total

SHOP = little_shop(sale(1), sale(2, book))


def typed_in_the_till(external_id: str, cents: int) -> None:
    """Put an order under one of our ids into MplusKASSA, past the pipeline."""
    client = mplus_client(read_settings())
    order: dict[str, Any] = {
        "extOrderId": external_id,
        "relationNumber": 1,
        "employeeNumber": 999999,
        "financialDate": date.fromisoformat(DAY),
        "vatMethod": "VAT-METHOD-INCLUSIVE",
        "lineList": [{"articleNumber": BAG, "data": {"quantity": 1, "price": cents, "vatCode": 2}}],
    }
    create_order(client, order, payments=[{"method": "PIN", "amount": cents}], prepay=False, key="11111111-1111-1111-1111-111111111111")
    client.close()


def test_an_order_that_is_there_already_is_skipped_and_never_doubled(tmp_path: Path) -> None:
    with coupled(SHOP, tmp_path) as coupling:
        typed_in_the_till("shopify:sandbox:1", total(SHOP.orders[0]))
        coupling.forget_calls()
        run = coupling.run(DAY)
        assert run.success, run.failure
        assert (run.orders["1"]["outcome"], run.orders["1"]["code"]) == ("skipped", "exists_already")
        assert run.orders["1"]["target_id"] == coupling.orders()["1"]["orderId"]
        assert coupling.writes() == ["createOrderV3"]
        assert coupling.run(DAY).outcomes() == {"1": "unchanged", "2": "unchanged"}


def test_an_order_that_is_there_with_another_total_is_shown_to_a_person(tmp_path: Path) -> None:
    with coupled(SHOP, tmp_path) as coupling:
        typed_in_the_till("shopify:sandbox:1", 1000)
        run = coupling.run(DAY)
        assert (run.orders["1"]["outcome"], run.orders["1"]["code"]) == ("quarantined", "total_differs")
        assert "10.00 EUR, the sale is 19.95 EUR" in run.orders["1"]["reason"]
        assert run.outcomes()["2"] == "created"
        assert coupling.quarantined() == {"1": "total_differs"}


def test_a_refused_order_is_not_sent_again_unchanged_and_is_in_once_it_was_put_right(tmp_path: Path) -> None:
    def unknown_branch(mapping: dict[str, Any]) -> None:
        mapping["lookups"]["branches"]["values"] = {"1": 77}

    with coupled(little_shop(sale(1), sale(2, location=2)), tmp_path, mapping=unknown_branch) as coupling:
        run = coupling.run(DAY)
        assert run.outcomes() == {"1": "quarantined", "2": "created"}
        assert "branch 77 does not exist" in run.orders["1"]["reason"]
        coupling.forget_calls()
        assert coupling.run(DAY).outcomes() == {"1": "quarantined", "2": "unchanged"}
        assert "createOrderV3" not in coupling.asked()
        coupling.edit_mapping(lambda mapping: mapping["lookups"]["branches"].update({"values": {"1": 1}}))
        assert coupling.run(DAY).outcomes() == {"1": "created", "2": "unchanged"}
        assert coupling.quarantined() == {}
        assert coupling.orders()["1"]["branchNumber"] == 1


def test_a_refused_payment_leaves_an_order_that_is_paid_once_the_method_is_right(tmp_path: Path) -> None:
    def inactive(mapping: dict[str, Any]) -> None:
        mapping["lookups"]["payment_methods"]["values"]["shopify_payments"] = "TIKKIE"

    with coupled(little_shop(sale(1, bag, book)), tmp_path, mapping=inactive) as coupling:
        run = coupling.run(DAY)
        assert (run.orders["1"]["outcome"], run.orders["1"]["code"]) == ("quarantined", "payment_failed")
        assert "TIKKIE is not active" in run.orders["1"]["reason"]
        assert coupling.orders()["1"]["payments"] == []
        coupling.edit_mapping(lambda mapping: mapping["lookups"]["payment_methods"]["values"].update({"shopify_payments": "PIN"}))
        assert coupling.run(DAY).outcomes() == {"1": "created"}
        assert [payment["method"] for payment in coupling.orders()["1"]["payments"]] == ["PIN"]
        assert coupling.orders()["1"]["deliveryState"] == "COMPLETE"
        assert coupling.quarantined() == {}


def test_a_way_of_paying_that_the_mapping_does_not_know_is_named(tmp_path: Path) -> None:
    def without_cards(mapping: dict[str, Any]) -> None:
        del mapping["lookups"]["payment_methods"]["values"]["shopify_payments"]

    with coupled(SHOP, tmp_path, mapping=without_cards) as coupling:
        run = coupling.run(DAY)
        assert run.success, run.failure
        assert set(run.outcomes().values()) == {"quarantined"}
        assert "shopify_payments" in run.orders["1"]["reason"]
        assert coupling.writes() == []
