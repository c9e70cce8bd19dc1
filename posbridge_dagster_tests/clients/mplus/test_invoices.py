from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from posbridge_dagster.clients.failures import Refused
from posbridge_dagster.clients.mplus.envelope import InvalidRequest
from posbridge_dagster.clients.mplus.invoices import (
    credit_invoice,
    find_invoice,
    get_invoice,
    invoices_since,
    pay_invoice,
    process_invoice,
    save_invoice,
)
from posbridge_dagster_tests.clients.mplus.scripted import Cut, Say, answer, serving, version_answer

EXTERNAL_ID = "shopify:winkel:5001"
INPUT: dict[str, Any] = {
    "extInvoiceId": EXTERNAL_ID,
    "employeeNumber": 999999,
    "relationNumber": 7,
    "financialBranchNumber": 1,
    "entryBranchNumber": 1,
    "lineList": [{"articleNumber": 4711, "data": {"quantity": Decimal("0.5"), "price": Decimal("9.95")}}],
}
NOT_FOUND = answer("GetInvoiceResponse", "<result>GET-INVOICE-RESULT-NOT-FOUND</result>")
PAYMENTS = [{"method": "PIN", "amount": 1000}, {"method": "CASH", "amount": 990}]


def invoice(inside: str = "") -> str:
    head = f"<invoiceId>i-1</invoiceId><extInvoiceId>{EXTERNAL_ID}</extInvoiceId><transactionString>F26-1</transactionString>"
    return f"<invoice>{head}<syncMarker>8</syncMarker><totalInclAmount>1990</totalInclAmount>{inside}</invoice>"


def found(inside: str = "") -> Say:
    return answer("GetInvoiceResponse", f"<result>GET-INVOICE-RESULT-OK</result>{invoice(inside)}")


def processed(code: str = "OK", replay: bool = False, body: str | None = None) -> Say:
    said = f"<idempotencyResult>IDEMPOTENCY-RESULT-{'REPLAY' if replay else 'ORIGINAL'}-RESPONSE</idempotencyResult>"
    return answer("ProcessInvoiceResponse", f"{said}{invoice() if body is None else body}<resultCode>{code}</resultCode>")


REFUSED = processed("FAILED-PROCESSOR", body="<processorResult><errorMessages>no such article</errorMessages></processorResult>")
SAVED = answer(
    "SaveInvoiceResponse",
    "<result>SAVE-INVOICE-RESULT-OK</result><info><invoiceId>i-1</invoiceId><invoiceString>F26-1</invoiceString></info><errorMessage/>",
)
PAID = answer("PayInvoiceResponse", "<result>PAY-INVOICE-RESULT-OK</result><errorMessage/>")


def test_an_invoice_is_processed_with_amounts_and_told_in_cents() -> None:
    with serving([processed(replay=True)]) as (client, served):
        written = process_invoice(client, INPUT, key="k-1")
    assert (written.invoice_id, written.number, written.total_incl_cents) == ("i-1", "F26-1", 1990)
    assert (written.replayed, written.was_there) == (True, False)
    assert served.asked[0].text("request/invoice/lineList/line/data/price") == "9.95"
    assert served.asked[0].text("request/processorContext/dryRun") == "false"


def test_a_dry_run_says_so_and_looks_nothing_up() -> None:
    with serving([processed(body=""), REFUSED]) as (client, served):
        assert process_invoice(client, INPUT, key="k-1", dry_run=True).invoice_id == ""
        with pytest.raises(Refused, match="no such article"):
            process_invoice(client, INPUT, key="k-1", dry_run=True)
    assert served.asked[0].text("request/processorContext/dryRun") == "true"


def test_an_invoice_that_was_there_is_found_and_another_refusal_is_told() -> None:
    with serving([REFUSED, found(), REFUSED, NOT_FOUND]) as (client, _):
        assert process_invoice(client, INPUT, key="k-1").was_there
        with pytest.raises(Refused, match="FAILED-PROCESSOR: no such article"):
            process_invoice(client, INPUT, key="k-1")


def test_after_a_lost_answer_invoices_are_looked_up_first() -> None:
    with serving([Cut(), found(), Cut(), NOT_FOUND, SAVED, Cut(), found()]) as (client, served):
        assert process_invoice(client, INPUT, key="k-1").invoice_id == "i-1"
        assert save_invoice(client, {"extInvoiceId": EXTERNAL_ID}).number == "F26-1"
        assert save_invoice(client, {"extInvoiceId": EXTERNAL_ID}).total_incl_cents == 1990
    assert served.operations == ["processInvoice", "findInvoice", "saveInvoice", "findInvoice", "saveInvoice", "saveInvoice", "findInvoice"]


def test_a_saved_invoice_carries_no_counters_and_no_id() -> None:
    sent = {"extInvoiceId": EXTERNAL_ID, "invoiceId": "", "changeCounter": 0, "versionNumber": 0}
    line = {"articleNumber": 4711, "data": {"quantity": 1, "price": 995}}
    with serving([SAVED]) as (client, served):
        save_invoice(client, {**sent, "lineList": [line]})
    assert [child.tag.rpartition("}")[2] for child in served.asked[0].call[0]] == ["extInvoiceId", "lineList"]
    assert served.asked[0].text("invoice/lineList/line/data/decimalPlaces") == "0"


def test_a_saved_invoice_that_was_there_is_found() -> None:
    taken = answer(
        "SaveInvoiceResponse",
        "<result>SAVE-INVOICE-RESULT-EXT-INVOICE-ID-ALREADY-EXISTS</result><info><invoiceId/><invoiceString/></info><errorMessage/>",
    )
    with serving([taken, found(), taken, NOT_FOUND]) as (client, _):
        assert save_invoice(client, {"extInvoiceId": EXTERNAL_ID}).was_there
        with pytest.raises(Refused) as refused:
            save_invoice(client, {"extInvoiceId": EXTERNAL_ID})
    assert refused.value.code == "external_id_taken"


def test_an_invoice_without_an_external_id_is_not_sent() -> None:
    with serving([]) as (client, _):
        with pytest.raises(InvalidRequest, match="extInvoiceId"):
            save_invoice(client, {})
        with pytest.raises(InvalidRequest, match="extInvoiceId"):
            process_invoice(client, {}, key="k")


def test_a_payment_whose_answer_was_lost_is_booked_once() -> None:
    with serving([Cut(), found("<paidAmount>1990</paidAmount>")]) as (client, served):
        pay_invoice(client, "i-1", PAYMENTS)
    assert served.operations == ["payInvoice", "getInvoice"]
    with serving([Cut(), found("<paidAmount>0</paidAmount>"), PAID]) as (client, served):
        pay_invoice(client, "i-1", PAYMENTS)
    assert served.operations == ["payInvoice", "getInvoice", "payInvoice"]


def test_a_paid_amount_that_nobody_expected_is_not_paid_over() -> None:
    with serving([Cut(), found("<paidAmount>1000</paidAmount>")]) as (client, served), pytest.raises(Refused, match="1000 cents paid"):
        pay_invoice(client, "i-1", PAYMENTS)
    assert served.operations == ["payInvoice", "getInvoice"]


def test_a_payment_that_is_too_high_is_refused() -> None:
    too_high = answer("PayInvoiceResponse", "<result>PAY-INVOICE-RESULT-PAYMENT-TOO-HIGH</result><errorMessage/>")
    with serving([too_high]) as (client, _), pytest.raises(Refused) as refused:
        pay_invoice(client, "i-1", PAYMENTS)
    assert refused.value.code == "payment_too_high"


def test_a_credit_names_the_invoice_and_the_day() -> None:
    done = answer("CreditInvoiceV2Response", "<result>CREDIT-INVOICE-V2-RESULT-OK</result>")
    gone = answer("CreditInvoiceV2Response", "<result>CREDIT-INVOICE-V2-RESULT-NOT-FOUND</result>")
    with serving([version_answer(), done, gone]) as (client, served):
        credit_invoice(client, "i-1", day=date(2026, 11, 21), explanation="refund")
        with pytest.raises(Refused, match="NOT-FOUND"):
            credit_invoice(client, "i-2")
    assert served.asked[1].text("request/financialDate/day") == "21"
    assert not served.asked[2].has("request/explanation")


def test_invoices_are_read_by_marker_and_by_id() -> None:
    page = answer("GetInvoicesResponse", f"<invoiceList>{invoice()}</invoiceList>")
    with serving([page, answer("GetInvoicesResponse", "<invoiceList/>"), found(), NOT_FOUND]) as (client, served):
        assert [marker for _, marker in invoices_since(client, 1)] == [9]
        assert (get_invoice(client, "i-1") or {})["invoiceId"] == "i-1"
        assert find_invoice(client, "x") is None
    assert served.asked[0].text("request/includeLineList") == "true"
    assert not served.asked[0].has("request/finalizeInvoices")
