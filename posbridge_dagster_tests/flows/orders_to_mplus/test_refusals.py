"""What MplusKASSA refuses, or already has: told to a person, never sent twice, and in once it was put right."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest

from posbridge_dagster.clients.mplus.orders import create_order
from posbridge_dagster.resources import mplus_client
from posbridge_dagster.sandbox.seed import OrderSeed, PaymentSeed
from posbridge_dagster.settings import read_settings
from posbridge_dagster_tests.flows.coupling import Coupling, Run, coupled
from posbridge_dagster_tests.flows.little_shop import BAG, DAY, bag, book, little_shop, sale, total

THERE, THERE_OTHERWISE, NO_BRANCH, NO_METHOD, UNKNOWN_METHOD, GOOD = range(1, 7)
WANTED = {"1": "unchanged", "2": "quarantined", "3": "quarantined", "4": "quarantined", "5": "quarantined", "6": "unchanged"}


def paid_by(number: int, gateway: str) -> OrderSeed:
    return sale(number, bag, book, payments=(PaymentSeed(gateway, 1995 + 1250),))


SALES = (
    sale(THERE),
    sale(THERE_OTHERWISE),
    sale(NO_BRANCH, location=2),
    paid_by(NO_METHOD, "gift_card"),
    paid_by(UNKNOWN_METHOD, "cash"),
    sale(GOOD, book),
)


@dataclass(frozen=True)
class Refused:
    """The day run once, run again, and run after the mapping was put right; `asked` and `writes` are of one run each."""

    coupling: Coupling
    first: Run
    writes: list[str]
    documents: dict[str, dict[str, Any]]
    quarantined: dict[str, str]
    again: Run
    asked_again: list[str]
    mended: Run


def wrong(mapping: dict[str, Any]) -> None:
    mapping["lookups"]["branches"]["values"] = {"2": 77}
    methods = mapping["lookups"]["payment_methods"]["values"]
    methods["gift_card"] = "TIKKIE"
    del methods["cash"]


def right(mapping: dict[str, Any]) -> None:
    mapping["lookups"]["branches"]["values"] = {"2": 2}
    mapping["lookups"]["payment_methods"]["values"]["gift_card"] = "CADEAUBON"


def typed_in_the_till(external_id: str, cents: int, key: str) -> None:
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
    create_order(client, order, payments=[{"method": "PIN", "amount": cents}], prepay=False, key=key)
    client.close()


@pytest.fixture(scope="module")
def refused(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Refused]:
    with coupled(little_shop(*SALES), tmp_path_factory.mktemp("refused"), mapping=wrong) as coupling:
        typed_in_the_till(f"shopify:sandbox:{THERE}", total(SALES[0]), "11111111-1111-1111-1111-111111111111")
        typed_in_the_till(f"shopify:sandbox:{THERE_OTHERWISE}", 1000, "22222222-2222-2222-2222-222222222222")
        coupling.forget_calls()
        first, writes, documents, quarantined = coupling.run(DAY), coupling.writes(), coupling.orders(), coupling.quarantined()
        coupling.forget_calls()
        again, asked = coupling.run(DAY), coupling.asked()
        coupling.edit_mapping(right)
        yield Refused(coupling, first, writes, documents, quarantined, again, asked, coupling.run(DAY))


def told(run: Run, number: int) -> tuple[str, str]:
    return run.orders[str(number)]["outcome"], run.orders[str(number)]["code"]


def test_an_order_that_is_there_already_is_skipped_and_never_doubled(refused: Refused) -> None:
    assert refused.first.success, refused.first.failure
    assert told(refused.first, THERE) == ("skipped", "exists_already")
    assert refused.first.orders[str(THERE)]["target_id"] == refused.coupling.orders()[str(THERE)]["orderId"]
    assert refused.again.outcomes()[str(THERE)] == "unchanged"


def test_only_what_is_not_there_is_written_and_the_others_go_on(refused: Refused) -> None:
    assert refused.first.outcomes()[str(GOOD)] == "created"
    assert set(refused.documents) == {str(number) for number in (THERE, THERE_OTHERWISE, NO_METHOD, GOOD)}
    assert refused.writes.count("createOrderV3") == 2, refused.writes


def test_an_order_that_is_there_with_another_total_is_shown_to_a_person(refused: Refused) -> None:
    assert told(refused.first, THERE_OTHERWISE) == ("quarantined", "total_differs")
    assert "10.00 EUR, the sale is 19.95 EUR" in refused.first.orders[str(THERE_OTHERWISE)]["reason"]
    assert refused.quarantined[str(THERE_OTHERWISE)] == "total_differs"


def test_what_was_refused_is_not_sent_again_unchanged(refused: Refused) -> None:
    assert refused.again.outcomes() == WANTED
    assert "createOrderV3" not in refused.asked_again


def test_a_refused_order_is_in_once_it_was_put_right(refused: Refused) -> None:
    assert "branch 77 does not exist" in refused.first.orders[str(NO_BRANCH)]["reason"]
    assert refused.mended.outcomes() == WANTED | {str(NO_BRANCH): "created", str(NO_METHOD): "created"}
    assert refused.coupling.orders()[str(NO_BRANCH)]["branchNumber"] == 2
    assert set(refused.coupling.quarantined()) == {str(THERE_OTHERWISE), str(UNKNOWN_METHOD)}


def test_a_refused_payment_leaves_an_order_that_is_paid_once_the_method_is_right(refused: Refused) -> None:
    assert told(refused.first, NO_METHOD) == ("quarantined", "payment_failed")
    assert "TIKKIE is not active" in refused.first.orders[str(NO_METHOD)]["reason"]
    assert refused.documents[str(NO_METHOD)]["payments"] == []
    paid = refused.coupling.orders()[str(NO_METHOD)]
    assert [payment["method"] for payment in paid["payments"]] == ["CADEAUBON"]
    assert paid["deliveryState"] == "COMPLETE"


def test_a_way_of_paying_that_the_mapping_does_not_know_is_named_and_nothing_of_it_is_written(refused: Refused) -> None:
    row = refused.first.orders[str(UNKNOWN_METHOD)]
    assert row["outcome"] == "quarantined"
    assert "cash" in row["reason"]
    assert str(UNKNOWN_METHOD) not in refused.coupling.orders()
