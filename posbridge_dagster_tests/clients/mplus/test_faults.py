import pytest

from posbridge_dagster.clients.failures import Busy, Misconfigured, Refused, RemoteFailure, UnknownOutcome
from posbridge_dagster.clients.mplus.description import describe
from posbridge_dagster.clients.mplus.faults import RULES, Meaning, OperationUnknown, fault_failure, judge, status_failure


def results() -> list[str]:
    described = describe()
    kinds = {
        member.type
        for operation in described.operations.values()
        for member in described.types[operation.answer_type]
        if member.name in ("result", "resultCode", "payResult")
    }
    return sorted(value for kind in kinds for value in described.enumerations[kind])


@pytest.mark.parametrize("result", results())
def test_every_result_of_every_operation_is_in_the_table(result: str) -> None:
    assert result in RULES


@pytest.mark.parametrize(
    ("code", "kind", "reason"),
    [
        ("SOAP-ENV:Client", Refused, "client_fault"),
        ("Client.Validation", Refused, "client_fault"),
        ("SOAP-ENV:Client.Authentication", Misconfigured, "credentials"),
        ("SOAP-ENV:Client.Authentication.Expired", Misconfigured, "credentials"),
        ("SOAP-ENV:Server", UnknownOutcome, "server_fault"),
        ("Server.Database", UnknownOutcome, "server_fault"),
        ("SOAP-ENV:MustUnderstand", Refused, "unknown_fault"),
        ("", Refused, "unknown_fault"),
    ],
)
def test_a_fault_is_classified_by_the_beginning_of_its_code(code: str, kind: type[RemoteFailure], reason: str) -> None:
    failure = fault_failure("createOrderV3", code, "it went wrong")
    assert type(failure) is kind
    assert failure.code == reason
    assert "it went wrong" in str(failure)


@pytest.mark.parametrize(
    "text",
    [
        "Method 'ns:getOrdersByExtOrderIds' not implemented: method name or namespace not recognized",
        "Unknown method x",
        "no such operation",
    ],
)
def test_an_operation_that_the_installation_lacks_is_told_apart(text: str) -> None:
    assert isinstance(fault_failure("getOrdersByExtOrderIds", "SOAP-ENV:Client", text), OperationUnknown)
    assert not isinstance(fault_failure("getOrdersByExtOrderIds", "SOAP-ENV:Server", text), OperationUnknown)


@pytest.mark.parametrize(
    ("status", "retry_after", "kind", "reason"),
    [
        (200, None, UnknownOutcome, "unreadable_answer"),
        (302, None, Misconfigured, "address"),
        (400, None, Refused, "http_4xx"),
        (401, None, Misconfigured, "credentials"),
        (404, None, Misconfigured, "address"),
        (408, None, UnknownOutcome, "http_5xx"),
        (429, None, Busy, "busy"),
        (500, None, UnknownOutcome, "http_5xx"),
        (502, None, UnknownOutcome, "http_5xx"),
        (503, None, UnknownOutcome, "http_5xx"),
        (503, 7.0, Busy, "busy"),
    ],
)
def test_a_status_without_a_fault_is_classified(status: int, retry_after: float | None, kind: type[RemoteFailure], reason: str) -> None:
    failure = status_failure("getOrders", status, retry_after)
    assert (type(failure), failure.code) == (kind, reason)
    if isinstance(failure, Busy):
        assert failure.wait_s == (retry_after or 1.0)


def test_a_refused_result_tells_code_and_the_words_of_the_service() -> None:
    with pytest.raises(Refused, match="createOrderV3: CREATE-ORDER-RESULT-FAILED: article 12 is unknown") as refused:
        judge("createOrderV3", {"result": "CREATE-ORDER-RESULT-FAILED", "errorMessage": "article 12 is unknown"}, Meaning.ALREADY)
    assert refused.value.code == "failed"


def test_the_messages_of_the_processor_are_told() -> None:
    answer = {"resultCode": "FAILED-PROCESSOR", "processorResult": {"errorMessages": ["no relation", "no lines"]}}
    with pytest.raises(Refused, match="no relation; no lines"):
        judge("processInvoice", answer)


def test_an_accepted_meaning_is_returned_and_any_other_raised() -> None:
    answer = {"result": "GET-ORDER-RESULT-NOT-FOUND"}
    assert judge("getOrder", answer, Meaning.NOT_FOUND).meaning is Meaning.NOT_FOUND
    with pytest.raises(Refused):
        judge("getOrder", answer, Meaning.ALREADY)


@pytest.mark.parametrize("answer", [{}, {"result": "CREATE-ORDER-RESULT-QUEUED-SOMEWHERE"}])
def test_a_result_of_a_newer_service_is_not_taken_for_success_or_failure(answer: dict[str, str]) -> None:
    with pytest.raises(UnknownOutcome):
        judge("createOrderV3", answer)
