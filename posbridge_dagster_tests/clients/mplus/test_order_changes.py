"""Orders that are changed and cancelled: safely after a lost answer, and never taken back unseen."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from posbridge_dagster.clients.failures import Refused
from posbridge_dagster.clients.mplus import MplusClient
from posbridge_dagster.clients.mplus.invoices import credit_invoice, credits_of, get_invoice, save_invoice, update_invoice
from posbridge_dagster.clients.mplus.order_changes import cancel_order, is_cancelled, is_open, update_order
from posbridge_dagster.clients.mplus.orders import create_order, find_order, pay_order
from posbridge_dagster.clients.mplus.values import bare_id
from posbridge_dagster.sandbox.faults import Fault
from posbridge_dagster.sandbox.mplus import MplusSandbox
from posbridge_dagster.sandbox.running import Served, running
from posbridge_dagster_tests.clients.mplus.scripted import answer, serving
from posbridge_dagster_tests.clients.mplus.test_against_sandbox import NOW, client_of, order, pin, shop

WHO = {"branch": 1, "workplace": 1, "employee": 999999}


@pytest.fixture(params=["67.1.3", "59.6.0"])
def served(request: pytest.FixtureRequest) -> Iterator[Served]:
    sandbox = MplusSandbox(shop(), clock=lambda: NOW)
    sandbox.switches["service_version"] = request.param
    with running(sandbox) as running_sandbox:
        yield running_sandbox


@pytest.fixture
def client(served: Served) -> Iterator[MplusClient]:
    client = client_of(served)
    yield client
    client.close()


def made(client: MplusClient, external_id: str = "x:1", **members: Any) -> dict[str, Any]:
    create_order(client, order(external_id, (101, 1, 2495), **members), key=f"key {external_id}")
    return read(client, external_id)


def read(client: MplusClient, external_id: str) -> dict[str, Any]:
    found = find_order(client, external_id)
    assert found is not None
    return found


@pytest.mark.parametrize("kind", ["", "reset_before", "reset_after", "error_after"])
def test_a_change_replaces_the_lines_and_survives_a_lost_answer(served: Served, client: MplusClient, kind: str) -> None:
    known = made(client)
    if kind:
        served.control.faults.append(Fault(kind, operation="updateOrderV2", times=1))
    wanted = order("x:1", (101, 2, 2495), (201, 1, 1250), reference="#1 bis")
    updated = update_order(client, wanted, known)
    # Sent twice, the second finds the counters of the first: whoever reads on sees that it was carried out.
    assert updated is None if kind.endswith("_after") else updated is not None
    now = read(client, "x:1")
    assert (now["totalInclAmount"], now["reference"], len(now["lineList"])) == (6240, "#1 bis", 2)
    assert now["versionNumber"] == known["versionNumber"] + 1


def test_a_change_on_an_old_reading_is_not_carried_out(client: MplusClient) -> None:
    known = made(client)
    assert update_order(client, order("x:1", (201, 1, 1250)), known) is not None
    assert update_order(client, order("x:1", (101, 9, 2495)), known) is None
    assert read(client, "x:1")["totalInclAmount"] == 1250


def test_what_was_handed_over_may_not_be_changed(client: MplusClient) -> None:
    known = made(client)
    assert is_open(known)
    pay_order(client, known["orderId"], pin(2495), prepay=False, key="pay")
    known = read(client, "x:1")
    assert not is_open(known)
    with pytest.raises(Refused, match="delivered or invoiced"):
        update_order(client, order("x:1", (201, 1, 1250)), known)


@pytest.mark.parametrize("kind", ["", "reset_before", "reset_after"])
def test_an_order_is_cancelled_once_however_often_it_is_asked(served: Served, client: MplusClient, kind: str) -> None:
    known = made(client)
    if kind:
        served.control.faults.append(Fault(kind, operation="cancelOrderV2", times=1))
    cancelled = cancel_order(client, known["orderId"], **WHO)
    assert cancelled.already == (kind == "reset_after")
    assert cancel_order(client, known["orderId"], **WHO).already
    assert is_cancelled(read(client, "x:1"))
    assert sum(call.wrote for call in served.control.calls if call.operation == "cancelOrderV2") == 1


def test_what_was_paid_is_not_cancelled_before_it_is_given_back(client: MplusClient) -> None:
    known = made(client)
    pay_order(client, known["orderId"], pin(500), prepay=True, key="pay")
    with pytest.raises(Refused, match="give it back first") as refused:
        cancel_order(client, known["orderId"], **WHO)
    assert refused.value.code == "cancel_refused"
    pay_order(client, known["orderId"], pin(-500), prepay=True, key="back")
    assert not cancel_order(client, known["orderId"], **WHO).already


OPEN, CANCELLED = (
    answer(
        "GetOrderResponse",
        f"<result>GET-ORDER-RESULT-OK</result><order><orderId>o-1</orderId><cancelState>ORDER-CANCEL-STATE-{state}</cancelState></order>",
    )
    for state in ("NOTHING", "COMPLETE")
)
DONE, UNDONE, PENDING = (
    answer("CancelOrderResponse", f"<result>CANCEL-ORDER-RESULT-{result}</result><message/>")
    for result in ("OK", "UNDO-CANCEL-OK", "PENDING")
)


def test_a_cancel_that_took_another_back_is_repaired_and_told() -> None:
    with serving([OPEN, UNDONE, DONE, CANCELLED]) as (client, served):
        assert cancel_order(client, "o-1", **WHO).repaired
    assert served.operations == ["getOrder", "cancelOrderV2", "cancelOrderV2", "getOrder"]


def test_a_cancel_that_cannot_be_restored_is_an_alarm() -> None:
    with serving([OPEN, UNDONE, DONE, OPEN]) as (client, _), pytest.raises(Refused, match="the order is active") as refused:
        cancel_order(client, "o-1", **WHO)
    assert refused.value.code == "cancel_undone"


def test_a_cancel_that_waits_for_a_branch_is_told() -> None:
    with serving([OPEN, PENDING]) as (client, _):
        assert cancel_order(client, "o-1", **WHO).pending


def test_an_invoice_is_changed_while_nothing_is_paid_on_it(client: MplusClient) -> None:
    members = {name: value for name, value in order("x:1", (101, 1, 2495)).items() if name != "extOrderId"}
    written = save_invoice(client, {**members, "extInvoiceId": "x:1"})
    known = get_invoice(client, written.invoice_id)
    assert known is not None
    changed = update_invoice(client, {**members, "reference": "#2"}, known)
    assert changed is not None
    assert changed["reference"] == "#2"
    assert update_invoice(client, members, known) is None


def test_an_invoice_is_credited_and_its_credit_is_found(served: Served, client: MplusClient) -> None:
    members = {name: value for name, value in order("x:1", (101, 1, 2495)).items() if name != "extOrderId"}
    first, second = (save_invoice(client, {**members, "extInvoiceId": f"x:{n}"}).invoice_id for n in (1, 2))
    day = date(2026, 11, 20)
    assert credits_of(client, [first, second], day) == {}
    credit_invoice(client, first, day=day, explanation="refund")
    found = credits_of(client, [first, second], day)
    assert {key: credit["totalInclAmount"] for key, credit in found.items()} == {bare_id(first): -2495}
    with pytest.raises(Refused, match="FAILED"):
        credit_invoice(client, first, day=day)
    assert [call.operation for call in served.control.calls if call.wrote][-1].startswith("creditInvoice")
