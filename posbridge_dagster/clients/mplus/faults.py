"""One table of everything MplusKASSA can say instead of "done", and what each of it means for the caller.

Three layers speak: the HTTP status, the SOAP fault (looked for in every body, whatever the status) and the result
enumeration of an answer that arrived well. A code that the table does not have is permanent: it is told, not tried again.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from posbridge_dagster.clients.failures import Busy, Misconfigured, Refused, RemoteFailure, UnknownOutcome

SYSTEM = "MplusKASSA"


class Meaning(StrEnum):
    """What an answer means for the caller."""

    DONE = "done"
    ALREADY = "already done"
    NOT_FOUND = "not found"
    CHANGED = "changed meanwhile"
    UNPAID = "created, payment failed"
    REFUSED = "refused"
    UNKNOWN = "unknown whether carried out"
    BUSY = "come back later"
    SETUP = "set up wrongly"


@dataclass(frozen=True)
class Rule:
    """One row of the table; ``code`` is the stable reason code, ``advice`` what a person can do."""

    meaning: Meaning
    code: str
    advice: str = ""


_CREDENTIALS = Rule(
    Meaning.SETUP, "credentials", "Check MPLUS_API_IDENT and MPLUS_API_SECRET and that MPLUS_API_URL has the port of this administration."
)
_ADDRESS = Rule(Meaning.SETUP, "address", "Check that MPLUS_API_URL is the https://host:port of the MplusKASSA API.")
_SERVER = Rule(Meaning.UNKNOWN, "server_fault", "The fault is on the side of MplusKASSA; it may have been carried out.")
_GATEWAY = Rule(Meaning.UNKNOWN, "http_5xx", "It may have been carried out.")
_BUSY = Rule(Meaning.BUSY, "busy")
_DONE = Rule(Meaning.DONE, "ok")
_NOT_FOUND = Rule(Meaning.NOT_FOUND, "not_found")
_FAILED = Rule(Meaning.REFUSED, "failed")
_CHANGED = Rule(Meaning.CHANGED, "has_changed", "Read the document again and decide anew.")
_EXISTS = Rule(Meaning.ALREADY, "already_exists")

_ARTICLE_TAKEN = Rule(Meaning.REFUSED, "article_number_taken", "The number is that of an article of another product.")

RULES: Mapping[str, Rule] = {
    # SOAP faults, by code without prefix; the longest matching beginning counts
    "fault Client.Authentication": _CREDENTIALS,
    "fault Client": Rule(Meaning.REFUSED, "client_fault", "Change the record or the mapping before it is sent again."),
    "fault Server": _SERVER,
    "fault VersionMismatch": _ADDRESS,
    "fault": Rule(Meaning.REFUSED, "unknown_fault"),
    # HTTP statuses of answers without a fault
    "http 200": Rule(Meaning.UNKNOWN, "unreadable_answer", "It may have been carried out."),
    "http 3": _ADDRESS,
    "http 401": _CREDENTIALS,
    "http 403": _CREDENTIALS,
    "http 404": _ADDRESS,
    "http 405": _ADDRESS,
    "http 407": Rule(Meaning.SETUP, "proxy", "The proxy of this machine wants to be told who it is; check HTTPS_PROXY."),
    "http 408": _GATEWAY,
    "http 413": Rule(Meaning.REFUSED, "too_large"),
    "http 429": _BUSY,
    "http 4": Rule(Meaning.REFUSED, "http_4xx"),
    "http 5": _GATEWAY,
    "http": Rule(Meaning.UNKNOWN, "http_status"),
    # result enumerations
    "FIND-RELATION-RESULT-OK": _DONE,
    "FIND-RELATION-RESULT-NOT-FOUND": _NOT_FOUND,
    "GET-RELATION-RESULT-OK": _DONE,
    "GET-RELATION-RESULT-NOT-FOUND": _NOT_FOUND,
    "CREATE-RELATION-RESULT-OK": _DONE,
    "CREATE-RELATION-RESULT-FAILED": _FAILED,
    "CREATE-RELATION-RESULT-FAILED-RELATION-NUMBER-ALREADY-TAKEN": Rule(
        Meaning.REFUSED, "relation_number_taken", "Leave relationNumber to MplusKASSA."
    ),
    "UPDATE-RELATION-RESULT-OK": _DONE,
    "UPDATE-RELATION-RESULT-NOT-FOUND": Rule(Meaning.NOT_FOUND, "not_found", "The link to this relation is stale; match it again."),
    "UPDATE-RELATION-RESULT-FAILED": _FAILED,
    "CREATE-PRODUCT-RESULT-OK": _DONE,
    "CREATE-PRODUCT-RESULT-FAILED": _FAILED,
    "CREATE-PRODUCT-RESULT-FAILED-PRODUCT-NUMBER-ALREADY-TAKEN": Rule(
        Meaning.REFUSED, "product_number_taken", "Leave productNumber to MplusKASSA."
    ),
    "CREATE-PRODUCT-RESULT-FAILED-ARTICLE-NUMBER-ALREADY-TAKEN": _ARTICLE_TAKEN,
    "UPDATE-PRODUCT-RESULT-OK": _DONE,
    "UPDATE-PRODUCT-RESULT-NOT-FOUND": Rule(Meaning.NOT_FOUND, "not_found", "The link to this product is stale; match it again."),
    "UPDATE-PRODUCT-RESULT-NOT-ALLOWED": Rule(
        Meaning.REFUSED, "not_allowed", "Give the API partner the right to change articles, or change it where it is kept."
    ),
    "UPDATE-PRODUCT-RESULT-FAILED": _FAILED,
    "UPDATE-PRODUCT-RESULT-FAILED-ARTICLE-NUMBER-ALREADY-TAKEN": _ARTICLE_TAKEN,
    "GET-ORDER-RESULT-OK": _DONE,
    "GET-ORDER-RESULT-NOT-FOUND": _NOT_FOUND,
    "CREATE-ORDER-RESULT-OK": _DONE,
    "CREATE-ORDER-RESULT-EXT-ORDER-ID-ALREADY-EXISTS": _EXISTS,
    "CREATE-ORDER-RESULT-FAILED": _FAILED,
    "CREATE-ORDER-RESULT-PAYMENT-FAILED": Rule(
        Meaning.UNPAID, "payment_failed", "The order exists; set the payment right and pay it, never create it again."
    ),
    "PAY-ORDER-RESULT-OK": _DONE,
    "PAY-ORDER-RESULT-FAILED": Rule(Meaning.REFUSED, "payment_failed", "Check that the payment method exists and is active."),
    "PAY-ORDER-RESULT-ORDER-HAS-CHANGED": _CHANGED,
    "PAY-ORDER-RESULT-PAYMENT-INSUFFICIENT": Rule(
        Meaning.REFUSED, "payment_insufficient", "The payments are less than the order's total; pay the rest or book a deposit."
    ),
    "PAY-ORDER-RESULT-ORDER-ALREADY-INVOICED": Rule(Meaning.ALREADY, "already_invoiced"),
    "UPDATE-ORDER-RESULT-OK": _DONE,
    "UPDATE-ORDER-RESULT-NO-CHANGES": Rule(Meaning.ALREADY, "no_changes"),
    "UPDATE-ORDER-RESULT-NOT-FOUND": _NOT_FOUND,
    "UPDATE-ORDER-RESULT-ORDER-HAS-CHANGED": _CHANGED,
    "UPDATE-ORDER-RESULT-FAILED": _FAILED,
    "CANCEL-ORDER-RESULT-OK": _DONE,
    "CANCEL-ORDER-RESULT-PENDING": _DONE,
    "CANCEL-ORDER-RESULT-ALREADY-CANCELLED": Rule(Meaning.ALREADY, "already_cancelled"),
    "CANCEL-ORDER-RESULT-UNDO-CANCEL-OK": Rule(Meaning.ALREADY, "cancel_undone", "The order is active again; cancel it in MplusKASSA."),
    "CANCEL-ORDER-RESULT-NOT-FOUND": _NOT_FOUND,
    "CANCEL-ORDER-RESULT-FAILED": Rule(Meaning.REFUSED, "cancel_refused", "What was paid or delivered is taken back by a refund."),
    "GET-INVOICE-RESULT-OK": _DONE,
    "GET-INVOICE-RESULT-NOT-FOUND": _NOT_FOUND,
    "SAVE-INVOICE-RESULT-OK": _DONE,
    "SAVE-INVOICE-RESULT-NOT-FOUND": _NOT_FOUND,
    "SAVE-INVOICE-RESULT-INVOICE-HAS-CHANGED": _CHANGED,
    "SAVE-INVOICE-RESULT-FAILED": _FAILED,
    "SAVE-INVOICE-RESULT-EXT-INVOICE-ID-ALREADY-EXISTS": _EXISTS,
    "PAY-INVOICE-RESULT-OK": _DONE,
    "PAY-INVOICE-RESULT-FAILED": Rule(Meaning.REFUSED, "payment_failed", "Check that the payment method exists and is active."),
    "PAY-INVOICE-RESULT-PAYMENT-TOO-HIGH": Rule(Meaning.REFUSED, "payment_too_high", "The payments exceed what is open on the invoice."),
    "CREDIT-INVOICE-RESULT-OK": _DONE,
    "CREDIT-INVOICE-RESULT-FAILED": _FAILED,
    "CREDIT-INVOICE-RESULT-NOT-FOUND": _NOT_FOUND,
    "CREDIT-INVOICE-V2-RESULT-OK": _DONE,
    "CREDIT-INVOICE-V2-RESULT-FAILED": _FAILED,
    "CREDIT-INVOICE-V2-RESULT-NOT-FOUND": _NOT_FOUND,
    "OK": _DONE,  # ProcessInvoiceResultCode has no prefix
    "FAILED-SPECIFIED-INVOICE-NOT-FOUND": _NOT_FOUND,
    "FAILED-SPECIFIED-INVOICE-NOT-EDITABLE": Rule(Meaning.REFUSED, "invoice_not_editable", "A final invoice is corrected by a credit."),
    "FAILED-PROCESSOR": _FAILED,
}

_NO_SUCH_OPERATION = re.compile(r"(?i)not implemented|not recogni[sz]ed|(unknown|no such|undefined) (method|operation|function|request)")
_FAILURES: Mapping[Meaning, type[RemoteFailure]] = {Meaning.UNKNOWN: UnknownOutcome, Meaning.BUSY: Busy, Meaning.SETUP: Misconfigured}


class OperationUnknown(Misconfigured):
    """This installation is too old for the operation; nothing was carried out."""


def fault_failure(operation: str, fault_code: str, text: str) -> RemoteFailure:
    """Return the failure that a SOAP fault means; ``fault_code`` may carry a prefix, ``text`` is told without secrets."""
    code = fault_code.rpartition(":")[2].strip()
    if not code.startswith("Server") and _NO_SUCH_OPERATION.search(text):
        advice = "This installation of MplusKASSA is too old for it; ask for an update."
        return OperationUnknown(f"{text}.", system=SYSTEM, operation=operation, code="unknown_operation", advice=advice)
    steps = code.split(".")
    keys = ["fault " + ".".join(steps[:length]) for length in range(len(steps), 0, -1)]
    return _failure(operation, _rule([*keys, "fault"]), f"fault {code or 'without a code'}: {text}.")


def status_failure(operation: str, status: int, retry_after_s: float | None = None) -> RemoteFailure:
    """Return the failure that an HTTP answer without an envelope means."""
    keys = [f"http {status}", f"http {status // 100}", "http"]
    rule = _BUSY if status == 503 and retry_after_s is not None else _rule(keys)
    reason = "the answer is no SOAP envelope" if status == 200 else "no SOAP answer"
    return _failure(operation, rule, f"HTTP status {status}, {reason}.", retry_after_s)


def judge(operation: str, answer: Mapping[str, Any], *accepted: Meaning) -> Rule:
    """Return what the result of an answer means when that is DONE or one of ``accepted``, else raise the failure it stands for.

    An answer without a result, or with one that the table lacks, is UnknownOutcome: newer services have more values.
    """
    result = str(answer.get("result") or answer.get("resultCode") or "")
    rule = RULES.get(result)
    if rule is None:
        advice = "It may have been carried out; this service may be newer than posbridge."
        raise UnknownOutcome(f"result {result or 'missing'}.", system=SYSTEM, operation=operation, code="unknown_result", advice=advice)
    if rule.meaning is Meaning.DONE or rule.meaning in accepted:
        return rule
    said = _said(answer)
    raise _failure(operation, rule, f"{result}: {said}" if said else f"{result}.")


def _said(answer: Mapping[str, Any]) -> str:
    processed = answer.get("processorResult") or {}
    return "; ".join(text for text in [answer.get("errorMessage"), answer.get("message"), *processed.get("errorMessages", [])] if text)


def _rule(keys: list[str]) -> Rule:
    return next(RULES[key] for key in keys if key in RULES)


def _failure(operation: str, rule: Rule, message: str, wait_s: float | None = None) -> RemoteFailure:
    if rule.meaning is Meaning.BUSY:
        return Busy(message, system=SYSTEM, operation=operation, code=rule.code, advice=rule.advice, wait_s=wait_s or 1.0)
    kind = _FAILURES.get(rule.meaning, Refused)
    return kind(message, system=SYSTEM, operation=operation, code=rule.code, advice=rule.advice)
