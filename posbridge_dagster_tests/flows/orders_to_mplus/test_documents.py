"""A sale as an invoice or an order, on new and on older services."""

from pathlib import Path
from typing import Any

import pytest

from posbridge_dagster.sandbox.seed import PaymentSeed
from posbridge_dagster_tests.flows.bookkeeping import held, sold
from posbridge_dagster_tests.flows.coupling import coupled
from posbridge_dagster_tests.flows.little_shop import BAG, DAY, STOCK, bag, book, eva, little_shop, sale, sign

SPLIT = (PaymentSeed("gift_card", 1000), PaymentSeed("cash", 5000), PaymentSeed("cash", 760, kind="CHANGE"))
SHOP = little_shop(
    sale(1),
    sale(2, bag, book, bag, customer=eva, payments=SPLIT),
    sale(3, sign, order_discount_cents=995),
    sale(4, book, location=2),
)


def invoices(mapping: dict[str, Any]) -> None:
    mapping["settings"]["document"] = "invoice"


@pytest.mark.parametrize(
    ("version", "operation"), [("67.1.3", "processInvoice"), pytest.param("59.6.0", "saveInvoice", marks=pytest.mark.prove)]
)
def test_sales_become_paid_invoices_once(tmp_path: Path, version: str, operation: str) -> None:
    with coupled(SHOP, tmp_path, mapping=invoices, service_version=version) as coupling:
        run = coupling.run(DAY)
        assert run.success, run.failure
        assert set(run.outcomes().values()) == {"created"}
        documents = coupling.invoices()
        for order in SHOP.orders:
            assert held(documents[str(order.number)]) == sold(order, SHOP)
        assert [payment["method"] for payment in documents["2"]["payments"]] == ["CADEAUBON", "CONTANT"]
        assert documents["4"]["branchNumber"] == 1
        assert coupling.stock(BAG) == (str(STOCK - 3), "0")
        assert coupling.orders() == {}
        assert coupling.asked().count(operation) == len(SHOP.orders)
        coupling.forget_calls()
        assert set(coupling.run(DAY).outcomes().values()) == {"unchanged"}
        assert coupling.writes() == []


@pytest.mark.parametrize("version", ["59.6.0", pytest.param("61.0.0", marks=pytest.mark.prove)])
def test_older_services_hold_the_same_orders(tmp_path: Path, version: str) -> None:
    with coupled(SHOP, tmp_path, service_version=version) as coupling:
        run = coupling.run(DAY)
        assert run.success, run.failure
        assert run.checks["money_adds_up"]
        documents = coupling.orders()
        for order in SHOP.orders:
            assert held(documents[str(order.number)]) == sold(order, SHOP)
            assert documents[str(order.number)]["deliveryState"] == "COMPLETE"
            assert len(documents[str(order.number)]["invoiceIds"]) == 1
        assert coupling.asked().count("payOrderV2") == len(SHOP.orders)
        assert "findOrder" in coupling.asked()
        coupling.forget_calls()
        assert set(coupling.run(DAY).outcomes().values()) == {"unchanged"}
        assert coupling.writes() == []


@pytest.mark.prove
def test_a_location_may_have_another_document(tmp_path: Path) -> None:
    def by_location(mapping: dict[str, Any]) -> None:
        mapping["settings"]["document_by_location"] = {"2": "invoice"}
        mapping["settings"]["default_debtor_by_location"] = {"2": 1}
        mapping["lookups"]["branches"]["values"] = {"2": 2}

    with coupled(SHOP, tmp_path, mapping=by_location) as coupling:
        run = coupling.run(DAY)
        assert run.success, run.failure
        assert set(coupling.orders()) == {"1", "2", "3"}
        assert set(coupling.invoices()) == {"4"}
        assert coupling.invoices()["4"]["branchNumber"] == 2
