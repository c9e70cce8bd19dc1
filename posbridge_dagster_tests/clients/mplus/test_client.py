import logging
import re
from collections.abc import Iterator
from threading import Event, Thread
from uuid import UUID

import pytest

from posbridge_dagster.clients.failures import Busy, Misconfigured, Refused, RemoteFailure, UnknownOutcome, Unreachable
from posbridge_dagster.clients.mplus import MplusClient
from posbridge_dagster.clients.mplus.envelope import InvalidRequest
from posbridge_dagster.clients.mplus.faults import OperationUnknown
from posbridge_dagster.clients.patience import Patience
from posbridge_dagster_tests.clients.mplus.product_answers import products_answer
from posbridge_dagster_tests.clients.mplus.scripted import (
    IDENT,
    QUICK,
    SECRET,
    Asked,
    Cut,
    Hang,
    Say,
    Step,
    answer,
    fault,
    scripted,
    serving,
    version_answer,
)

BRANCHES = answer("getBranchesResponse", "<branches><branch><branchNumber>1</branchNumber></branch></branches>")
PAID = answer("PayOrderV2Response", "<idempotencyResult>I</idempotencyResult><result>PAY-ORDER-RESULT-OK</result>")
PAY = {"idempotencyKey": "k-1", "orderId": "o", "prepay": True, "paymentList": []}
BAD_GATEWAY = Say(b"<html><body><h1>502 Bad Gateway</h1></body></html>", 502)


def test_a_call_looks_like_that_of_the_vendors_client() -> None:
    with serving([BRANCHES]) as (client, served):
        assert client.call("getBranches")["branches"][0]["branchNumber"] == 1
    asked = served.asked[0]
    assert (asked.method, asked.path) == ("POST", "/")
    assert asked.query == {"ident": [IDENT], "secret": [SECRET]}
    assert asked.headers["Content-Type"] == "text/xml; charset=utf-8"
    assert asked.headers["SOAPAction"] == "getBranches"
    assert re.fullmatch(r"posbridge/\d+\.\d+\.\d+.*", asked.headers["User-Agent"])
    assert UUID(asked.headers["X-Request-Id"].removeprefix("posbridge-"))


def test_a_request_id_stays_the_same_on_repeats_and_changes_with_the_call() -> None:
    with serving([Cut(), BAD_GATEWAY, BRANCHES, BRANCHES]) as (client, served):
        client.call("getBranches")
        client.call("getBranches")
    ids = [asked.headers["X-Request-Id"] for asked in served.asked]
    assert ids[0] == ids[1] == ids[2] != ids[3]
    assert client.statistics.by_operation["getBranches"].calls == client.statistics.calls == 4
    assert client.statistics.retries == 2
    assert client.statistics.total.received_bytes == len(BAD_GATEWAY.body) + 2 * len(BRANCHES.body)
    assert client.statistics.total.seconds > 0


TROUBLES = {
    "reset": Cut(),
    "html": BAD_GATEWAY,
    "server fault": fault("SOAP-ENV:Server", "database is locked"),
    "server fault in a good status": fault("SOAP-ENV:Server", "database is locked", 200),
    "garbage": Say(b"\x00not an answer\xff"),
    "truncated": Say(PAID.body[: len(PAID.body) // 2]),
    "another answer": BRANCHES,
}


@pytest.mark.parametrize("trouble", TROUBLES.values(), ids=TROUBLES.keys())
def test_a_call_with_a_key_is_sent_again_after_trouble(trouble: Step) -> None:
    with serving([trouble, PAID]) as (client, served):
        assert client.call("payOrderV2", {"request": PAY})["result"] == "PAY-ORDER-RESULT-OK"
    assert [asked.text("request/idempotencyKey") for asked in served.asked] == ["k-1", "k-1"]


@pytest.mark.parametrize("trouble", TROUBLES.values(), ids=TROUBLES.keys())
def test_a_call_without_a_key_is_sent_once_and_its_outcome_is_unknown(trouble: Step) -> None:
    with serving([trouble]) as (client, served), pytest.raises(UnknownOutcome):
        client.call("payInvoice", {"request": {"invoiceId": "i", "paymentList": []}})
    assert len(served.asked) == 1


def test_an_answer_that_does_not_come_in_time_is_an_unknown_outcome() -> None:
    with serving([Hang()], read_timeout_s=0.2) as (client, _), pytest.raises(UnknownOutcome, match="no answer in time"):
        client.call("createRelation", {"relation": {"name": "A"}})


def test_a_cut_within_the_body_is_an_unknown_outcome() -> None:
    short = Say(PAID.body[:50], 200, {"Content-Length": str(len(PAID.body)), "Connection": "close"})
    with serving([short]) as (client, _), pytest.raises(UnknownOutcome):
        client.call("createRelation", {"relation": {"name": "A"}})


def test_a_busy_service_is_waited_for_as_long_as_it_asks() -> None:
    with serving([Say(b"", 503, {"Retry-After": "0"}), Say(b"", 429), PAID]) as (client, served):
        client.call("payOrderV2", {"request": PAY}, repeatable=False)
    assert len(served.asked) == 3


def test_a_busy_answer_carries_its_seconds() -> None:
    patience = Patience(budget_s=0, attempts=1)
    with serving([Say(b"", 429, {"Retry-After": "17"})], patience=patience) as (client, _), pytest.raises(Busy) as busy:
        client.call("createRelation", {"relation": {"name": "A"}})
    assert busy.value.wait_s == 17


def test_a_client_fault_is_never_sent_again() -> None:
    step = fault("SOAP-ENV:Client", "VAT code 5 is not properly configured")
    told = "getBranches: fault Client: VAT code 5 is not properly configured"
    with serving([step]) as (client, served), pytest.raises(Refused, match=told):
        client.call("getBranches")
    assert len(served.asked) == 1


@pytest.mark.parametrize(
    ("step", "advice"),
    [
        (fault("SOAP-ENV:Client.Authentication", "ident or secret invalid"), "MPLUS_API_SECRET"),
        (Say(b"", 401), "MPLUS_API_SECRET"),
        (Say(b"<html/>", 404), "MPLUS_API_URL"),
        (Say(b"", 302, {"Location": "http://elsewhere.example/"}), "MPLUS_API_URL"),
    ],
)
def test_a_wrong_setting_is_named(step: Step, advice: str) -> None:
    with serving([step]) as (client, served), pytest.raises(Misconfigured, match=advice):
        client.call("getBranches")
    assert len(served.asked) == 1


def test_no_connection_is_tried_again_for_any_call_and_then_told() -> None:
    with scripted([]) as served:
        url = served.url
    client = MplusClient(url, IDENT, SECRET, patience=QUICK)
    with pytest.raises(Unreachable, match=re.escape(url)):
        client.call("createRelation", {"relation": {"name": "A"}})
    assert client.statistics.calls == QUICK.attempts


def test_an_address_that_is_none_is_refused_at_once() -> None:
    with pytest.raises(Misconfigured, match="https://host:port"):
        MplusClient("api.mpluskassa.nl", IDENT, SECRET)


def test_an_operation_that_nobody_described_is_refused_before_anything_is_sent() -> None:
    with serving([]) as (client, _), pytest.raises(InvalidRequest, match="finalizeEverything"):
        client.call("finalizeEverything")


def chain(failure: BaseException | None) -> Iterator[BaseException]:
    while failure is not None:
        yield failure
        failure = failure.__cause__ or failure.__context__


LEAKS = {
    "echo in a fault": fault(
        "SOAP-ENV:Client", "bad login for /?ident=schoenwinkel&amp;secret=zeer-geheim%2B%26%2F, secret zeer-geheim+&amp;/"
    ),
    "authentication": fault("SOAP-ENV:Client.Authentication", "secret zeer-geheim+&amp;/ of schoenwinkel is wrong"),
    "reset": Cut(),
    "timeout": Hang(),
    "html": Say(b"<html>?secret=zeer-geheim%2B%26%2F</html>", 502),
    "redirect": Say(b"", 302, {"Location": "/?ident=schoenwinkel&secret=zeer-geheim"}),
}


@pytest.mark.parametrize("step", LEAKS.values(), ids=LEAKS.keys())
@pytest.mark.parametrize("query", ["", "?ident=schoenwinkel&secret=zeer-geheim%2B%26%2F&x=1"])
def test_nobody_gets_to_see_the_credentials(step: Step, query: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with scripted(lambda _: step) as served:
        client = MplusClient(served.url + query, IDENT, SECRET, patience=QUICK, read_timeout_s=0.1)
        with pytest.raises(RemoteFailure) as failure:
            client.call("createRelation", {"relation": {"name": "A"}})
        assert served.asked[0].query["secret"] == [SECRET]
    texts = [str(client), repr(client), client.address, caplog.text]
    texts += [spelling for error in chain(failure.value) for spelling in (str(error), repr(error), repr(error.__dict__))]
    assert not re.search("geheim|schoenwinkel", "\n".join(texts))
    assert "urllib3" in caplog.text


def test_an_unreachable_host_does_not_tell_the_credentials(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with scripted([]) as served:
        url = served.url
    with pytest.raises(Unreachable) as failure:
        MplusClient(url, IDENT, SECRET, patience=QUICK).call("getBranches")
    assert "geheim" not in "".join(map(repr, chain(failure.value))) + str(failure.value) + caplog.text


def test_the_service_version_is_asked_once_and_decides_the_features() -> None:
    with serving([version_answer(59, 6), BRANCHES]) as (client, served):
        assert client.service_version == (59, 6)
        assert not client.features.knows_payments_on_create
        client.call("getBranches")
        assert client.service_version == (59, 6)
    assert served.operations == ["getApiVersion", "getBranches"]


def test_the_version_comes_from_the_header_where_the_answer_lacks_it() -> None:
    old = "<majorNumber>1</majorNumber><minorNumber>0</minorNumber><revisionNumber>0</revisionNumber><inDebugMode>false</inDebugMode>"
    with serving([answer("getApiVersionResponse", old, Mplus_Service_Version="36.0.2")]) as (client, _):
        assert client.service_version == (36, 0, 2)


def test_a_service_that_was_updated_under_us_is_asked_again() -> None:
    newer = answer("getBranchesResponse", "<branches/>", Mplus_Service_Version="67.1.3")
    steps = [version_answer(59, 6, Mplus_Service_Version="59.6.0"), newer, version_answer(67, 1, Mplus_Service_Version="67.1.3")]
    with serving(steps) as (client, _):
        assert not client.features.knows_process_invoice
        client.call("getBranches")
        assert client.features.knows_process_invoice


def test_a_service_that_is_too_old_is_told() -> None:
    with serving([version_answer(58, 2)]) as (client, _):
        client.require((58, 2))
        with pytest.raises(Misconfigured, match=r"service version 58\.2 is older than 59\.4.*update"):
            client.require((59, 4))


def test_an_operation_that_the_installation_lacks_closes_its_gate() -> None:
    unknown = fault("SOAP-ENV:Client", "Method 'getOrdersByExtOrderIds' not implemented: method name or namespace not recognized")
    with serving([version_answer(), unknown]) as (client, _):
        assert client.features.knows_orders_by_ext_ids
        with pytest.raises(OperationUnknown):
            client.call("getOrdersByExtOrderIds", {"request": {}})
        assert not client.features.knows_orders_by_ext_ids


@pytest.mark.parametrize("concurrency", [1, 3])
def test_at_most_so_many_calls_are_in_flight(concurrency: int) -> None:
    waiting = Event()

    def slow(asked: Asked) -> Step:
        waiting.wait(0.05)
        return BRANCHES

    with scripted(slow) as served:
        client = MplusClient(served.url, IDENT, SECRET, patience=QUICK, concurrency=concurrency)
        threads = [Thread(target=client.call, args=("getBranches",)) for _ in range(9)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        client.close()
    assert len(served.asked) == 9
    assert served.most_at_once == concurrency


def test_large_answers_arrive_whole() -> None:
    with serving([Say(products_answer(300))]) as (client, _):
        products = client.call("getProducts", {"request": {}})["productList"]
    assert sum(len(product["articleList"]) for product in products) == 300
