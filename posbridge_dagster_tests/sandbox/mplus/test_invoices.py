from typing import Any

import pytest

from posbridge_dagster_tests.sandbox.mplus.till import Reply, Till, line, payments


def saved(till: Till, *lines: dict[str, Any], **members: Any) -> Reply:
    invoice = {
        "extInvoiceId": "i:1",
        "employeeNumber": 999999,
        "relationNumber": 50,
        "financialBranchNumber": 1,
        **members,
        "lineList": {"line": list(lines)},
    }
    return till.call("saveInvoice", invoice=invoice)


def processed(till: Till, key: str = "", dry: bool = False, price: str = "24.95", **members: Any) -> Reply:
    invoice = {
        "extInvoiceId": "i:1",
        "employeeNumber": 999999,
        "relationNumber": 50,
        "financialBranchNumber": 1,
        "entryBranchNumber": 1,
        **members,
        "lineList": {"line": [{"articleNumber": 101, "data": {"quantity": "2", "price": price, "discountAmount": "0.90"}}]},
    }
    return till.ask("processInvoice", idempotencyKey=key, invoice=invoice, processorContext={"dryRun": dry})


def found(till: Till) -> Reply:
    return till.call("findInvoice", extInvoiceId="i:1")


def test_an_invoice_in_cents_is_booked_at_once_and_paid_later(till: Till) -> None:
    made = saved(till, line(101, 2, 2495), reference="#7")
    assert made["result"] == "SAVE-INVOICE-RESULT-OK"
    assert till.stock(101) == (8, 0)
    invoice_id = made["info/invoiceId"]
    states = [found(till)["invoice/state"]]
    for amount in (990, 4001, 4000):
        paid = till.ask("payInvoice", invoiceId=invoice_id, paymentList=payments(amount))
        states.append(f"{paid['result']} {found(till)['invoice/state']}")
    assert states == [
        "INVOICE-STATE-OUTSTANDING",
        "PAY-INVOICE-RESULT-OK INVOICE-STATE-PARTLY-PAID",
        "PAY-INVOICE-RESULT-PAYMENT-TOO-HIGH INVOICE-STATE-PARTLY-PAID",
        "PAY-INVOICE-RESULT-OK INVOICE-STATE-PAID",
    ]


def test_an_external_invoice_id_is_used_once(till: Till) -> None:
    saved(till, line(101))
    assert saved(till, line(101))["result"] == "SAVE-INVOICE-RESULT-EXT-INVOICE-ID-ALREADY-EXISTS"
    assert processed(till)["resultCode"] == "FAILED-PROCESSOR"


def test_an_invoice_is_changed_only_by_who_has_read_it(till: Till) -> None:
    made = saved(till, line(101, 2, 1000))
    invoice_id = made["info/invoiceId"]
    stale = saved(till, line(101, 5, 1000), invoiceId=invoice_id, changeCounter=0, versionNumber=0)
    assert stale["result"] == "SAVE-INVOICE-RESULT-INVOICE-HAS-CHANGED"
    read = found(till)
    counters = {name: read[f"invoice/{name}"] for name in ("changeCounter", "versionNumber")}
    assert saved(till, line(101, 5, 1000), invoiceId=invoice_id, **counters)["result"] == "SAVE-INVOICE-RESULT-OK"
    assert (found(till)["invoice/totalInclAmount"], till.stock(101)) == ("5000", (5, 0))
    gone = "00000000-0000-0000-0000-000000000000"
    assert saved(till, line(101), invoiceId=gone)["result"] == "SAVE-INVOICE-RESULT-NOT-FOUND"


def test_an_invoice_in_euros_comes_to_the_same_cents(till: Till) -> None:
    made = processed(till, key="k")
    assert (made["resultCode"], made["invoice/totalInclAmount"]) == ("OK", "4900")
    assert processed(till, key="k")["idempotencyResult"] == "IDEMPOTENCY-RESULT-REPLAY-RESPONSE"
    assert till.sandbox.state()["counts"]["invoices"] == 1


def test_a_dry_run_tells_all_and_keeps_nothing(till: Till) -> None:
    dry = processed(till, key="k", dry=True)
    assert (dry["resultCode"], dry["invoice/totalInclAmount"]) == ("OK", "4900")
    assert till.sandbox.state()["counts"]["invoices"] == 0
    assert till.stock(101) == (10, 0)
    assert not till.served.control.calls[0].wrote
    real = processed(till, key="k")
    assert real["idempotencyResult"] == "IDEMPOTENCY-RESULT-ORIGINAL-RESPONSE"
    assert real["invoice/invoiceNumber/number"] == "1"


def test_the_processor_says_what_is_wrong(till: Till) -> None:
    refused = processed(till, relationNumber=77)
    assert refused["resultCode"] == "FAILED-PROCESSOR"
    assert refused.all("processorResult/errorMessages") == ["relation 77 does not exist"]
    assert processed(till, invoiceId="nothing")["resultCode"] == "FAILED-SPECIFIED-INVOICE-NOT-FOUND"


def test_a_paid_invoice_cannot_be_edited(till: Till) -> None:
    made = processed(till)
    till.ask("payInvoice", invoiceId=made["invoice/invoiceId"], paymentList=payments(100))
    assert processed(till, invoiceId=made["invoice/invoiceId"])["resultCode"] == "FAILED-SPECIFIED-INVOICE-NOT-EDITABLE"


@pytest.mark.parametrize("call", ["creditInvoice", "creditInvoiceV2"])
def test_a_credit_mirrors_the_invoice_and_brings_the_goods_back(till: Till, call: str) -> None:
    made = saved(till, line(101, 2, 2495, discountAmount=90))
    marker = int(found(till)["invoice/syncMarker"])
    invoice_id = made["info/invoiceId"]

    def credit() -> str:
        answer = till.call(call, invoiceId=invoice_id) if call == "creditInvoice" else till.ask(call, invoiceId=invoice_id)
        return answer["result"].rpartition("RESULT-")[2]

    assert [credit(), credit()] == ["OK", "FAILED"]
    (of_it,) = [
        each for each in till.ask("getInvoices", syncMarker=marker + 1).each("invoiceList/invoice") if each.has("creditedInvoiceId")
    ]
    assert of_it["creditedInvoiceId"] == invoice_id
    assert of_it["invoiceType"] == "INVOICE-TYPE-CREDIT-INVOICE"
    assert (of_it["totalInclAmount"], of_it["state"]) == ("-4900", "INVOICE-STATE-OUTSTANDING-CREDIT")
    assert of_it["lineList/line/data/quantity"] == "-2"
    assert till.stock(101) == (10, 0)
    back = till.ask("payInvoice", invoiceId=of_it["invoiceId"], paymentList=payments(-4900))
    assert back["result"] == "PAY-INVOICE-RESULT-OK"


def test_crediting_nothing_is_not_found(till: Till) -> None:
    assert till.call("creditInvoice", invoiceId="nothing")["result"] == "CREDIT-INVOICE-RESULT-NOT-FOUND"


def test_reading_with_finalize_writes(till: Till) -> None:
    saved(till, line(101))
    till.ask("getInvoices", finalizeInvoices=False)
    till.ask("getInvoices", finalizeInvoices=True)
    assert found(till)["invoice/finalized"] == "true"
    assert [call.wrote for call in till.served.control.calls] == [True, False, True, False]
