"""Whole round trips against the pretend administration, over a real socket."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from posbridge_dagster.clients.failures import Misconfigured, Refused
from posbridge_dagster.clients.mplus import MplusClient
from posbridge_dagster.clients.mplus.articles import products, products_since
from posbridge_dagster.clients.mplus.invoices import find_invoice, invoices_since, pay_invoice, process_invoice, save_invoice
from posbridge_dagster.clients.mplus.masterdata import branches, current_markers, employees, payment_methods, vat_scale
from posbridge_dagster.clients.mplus.orders import create_order, find_order, orders_by_external_ids, orders_since, settle_order
from posbridge_dagster.clients.mplus.probe import check_connection
from posbridge_dagster.clients.mplus.relations import create_relation, find_relation, get_relation, relations_since, update_relation
from posbridge_dagster.clients.mplus.values import same_id
from posbridge_dagster.sandbox.faults import Fault
from posbridge_dagster.sandbox.mplus import MplusSandbox
from posbridge_dagster.sandbox.running import Served, running
from posbridge_dagster.sandbox.seed import ArticleSeed, FamilySeed, LocationSeed, RelationSeed, Seed
from posbridge_dagster_tests.clients.mplus.scripted import QUICK

NOW = datetime(2026, 11, 20, 14, 30, tzinfo=UTC)
VERSIONS = ["67.1.3", "59.6.0"]
READ_OVER = {f"get{kind}/request has no member includeLineList" for kind in ("Orders", "Invoices")}  # older services always give lines


def shop() -> Seed:
    shirts = tuple(ArticleSeed(100 + n, str(100 + n), f"Shirt {size}", 2495, size=size, stock=50) for n, size in enumerate("SML", 1))
    book = ArticleSeed(201, "201", "Boek", 1250, vat_rate=900, stock=50)
    return Seed(
        families=[FamilySeed(1, "Shirt", shirts), FamilySeed(2, "Boek", (book,))],
        locations=[LocationSeed(1, "Amsterdam", 1), LocationSeed(2, "Utrecht", 2, workplace_number=7)],
        relations=[RelationSeed(50, "Marijan Bakker", email="marijan@x.nl"), RelationSeed(51, "Jan Bakker", email="Jan@x.nl")],
    )


@pytest.fixture(params=VERSIONS)
def served(request: pytest.FixtureRequest) -> Iterator[Served]:
    """A sandbox of a new and of an old service version, with short pages in any order; every request must be a clean one."""
    sandbox = MplusSandbox(shop(), clock=lambda: NOW)
    sandbox.switches.update({"service_version": request.param, "page_cap": 2})
    with running(sandbox) as running_sandbox:
        yield running_sandbox
        notes = {note for call in running_sandbox.control.calls for note in call.notes}
        assert notes <= (READ_OVER if request.param != VERSIONS[0] else set())


@pytest.fixture
def client(served: Served) -> Iterator[MplusClient]:
    client = client_of(served)
    yield client
    client.close()


def client_of(served: Served, secret: str = "sandbox-secret") -> MplusClient:
    return MplusClient(served.url, "sandbox", secret, patience=QUICK, read_timeout_s=5)


def order(external_id: str, *lines: tuple[int, int, int], **members: Any) -> dict[str, Any]:
    """An order of (article, quantity, price in cents) lines."""
    return {
        "extOrderId": external_id,
        "entryBranchNumber": 1,
        "financialBranchNumber": 1,
        "employeeNumber": 999999,
        "relationNumber": 50,
        "financialDate": date(2026, 11, 20),
        "vatMethod": "VAT-METHOD-INCLUSIVE",
        "reference": f"#{external_id}",
        "lineList": [{"articleNumber": number, "data": {"quantity": count, "price": price}} for number, count, price in lines],
        **members,
    }


def pin(cents: int) -> list[dict[str, Any]]:
    return [{"method": "PIN", "amount": cents}]


def test_the_probe_tells_the_version_and_wrong_credentials(served: Served, client: MplusClient) -> None:
    version = ".".join(map(str, check_connection(client)))
    assert version == served.system.switches["service_version"]
    with pytest.raises(Misconfigured, match="MPLUS_API_SECRET"):
        check_connection(client_of(served, "guess"))


def test_all_products_arrive_in_short_pages(client: MplusClient) -> None:
    rows = [row for page, _ in products_since(client, 0, 1) for row in page]
    assert sorted(article["articleNumber"] for row in rows for article in row["articleList"]) == [101, 102, 103, 201]
    family = next(iter(products(client, [1])))
    assert [article["size"] for article in family["articleList"]] == ["S", "M", "L"]
    assert {article["priceIncl"] for article in family["articleList"]} == {2495}


def test_master_data_is_read(client: MplusClient) -> None:
    assert vat_scale(client) == 100
    assert {branch["branchNumber"] for branch in branches(client)} >= {1, 2}
    assert "PIN" in {method["method"] for method in payment_methods(client)}
    assert all(set(employee) <= {"employeeNumber", "extEmployeeId", "name", "active", "syncMarker"} for employee in employees(client))


def test_a_relation_is_found_exactly_created_changed_and_read(client: MplusClient) -> None:
    found = find_relation(client, email="jan@x.nl")
    assert found is not None
    assert found["relationNumber"] == 51
    assert find_relation(client, email="an@x.nl") is None
    number = create_relation(
        client, {"name": "Zoë de Vries", "email": "zoe@x.nl", "extRelationId": "shopify:w:customer:9", "city": "Delft"}
    )
    assert update_relation(client, number, {"city": "Utrecht"})
    assert not update_relation(client, 99999, {"city": "Utrecht"})
    relation = get_relation(client, number) or {}
    assert (relation["name"], relation["city"], relation["email"]) == ("Zoë de Vries", "Utrecht", "zoe@x.nl")
    everybody = {row["relationNumber"] for page, _ in relations_since(client) for row in page}
    assert everybody >= {50, 51, number}


def test_a_paid_order_goes_in_once_and_comes_out_the_same(served: Served, client: MplusClient) -> None:
    sent = order("shopify:w:1", (101, 2, 2495), (201, 1, 1250))
    first = create_order(client, sent, payments=pin(6240), prepay=False, key="k-1")
    again = create_order(client, sent, payments=pin(6240), prepay=False, key="k-1")
    other = create_order(client, sent, payments=pin(6240), prepay=False, key="k-2")
    assert (first.total_incl_cents, first.payment_failed, first.was_there) == (6240, False, False)
    assert first.invoice_id
    assert again.order_id == other.order_id == first.order_id
    assert again.replayed
    assert other.was_there
    read = find_order(client, "shopify:w:1") or {}
    assert same_id(read["orderId"], first.order_id)
    assert [(line["articleNumber"], line["data"]["price"], line["data"]["quantity"]) for line in read["lineList"]] == [
        (101, 2495, 2),
        (201, 1250, 1),
    ]
    assert read["financialDate"] == date(2026, 11, 20)
    assert len([one for page, _ in orders_since(client) for one in page]) == 1


def test_a_deposit_stays_a_deposit(client: MplusClient) -> None:
    written = create_order(client, order("shopify:w:2", (101, 1, 2495)), payments=pin(2495), prepay=True, key="k-1")
    read = find_order(client, "shopify:w:2") or {}
    assert (written.payment_failed, read["prepaidAmount"], read["invoiceIds"]) == (False, 2495, [])


def test_a_refused_payment_leaves_an_order_that_can_be_settled(client: MplusClient) -> None:
    sent = order("shopify:w:3", (101, 1, 2495))
    failed = create_order(client, sent, payments=[{"method": "NO-SUCH", "amount": 2495}], prepay=False, key="k-1")
    assert failed.payment_failed
    current = find_order(client, "shopify:w:3")
    assert current is not None
    settled = settle_order(client, current, pin(2495), prepay=False, key="k-2")
    assert not settled.payment_failed
    assert settled.invoice_id


def test_a_refused_order_is_told_by_its_reason(client: MplusClient) -> None:
    with pytest.raises(Refused) as refused:
        create_order(client, order("shopify:w:4", (777, 1, 100)), key="k-1")
    assert "777" in str(refused.value)
    assert find_order(client, "shopify:w:4") is None


def test_many_orders_are_looked_up_whatever_the_page_cap(client: MplusClient) -> None:
    for number in range(5):
        create_order(client, order(f"e{number}", (101, 1, 100)), key=f"k-{number}")
    before = client.statistics.calls
    assert set(orders_by_external_ids(client, [f"e{number}" for number in range(9)], batch=4)) == {f"e{number}" for number in range(5)}
    assert client.statistics.calls - before <= 10
    assert current_markers(client, "Order")["Order"] > 0


LOST = ["reset_before", "reset_after", "error_before", "error_after", "server_fault", "garbage_after", "truncated_after"]


@pytest.mark.parametrize("kind", LOST)
def test_whatever_answer_is_lost_one_order_is_there_and_paid_once(served: Served, client: MplusClient, kind: str) -> None:
    assert client.service_version
    served.control.faults += [Fault(kind, operation, times=1) for operation in ("createOrderV3", "payOrderV2", "findOrder")]
    written = create_order(client, order("shopify:w:5", (101, 1, 2495)), payments=pin(2495), prepay=True, key="k-1")
    rows = [row for page, _ in orders_since(client) for row in page]
    assert [row["extOrderId"] for row in rows] == ["shopify:w:5"]
    assert (written.payment_failed, rows[0]["prepaidAmount"]) == (False, 2495)


@pytest.mark.parametrize("kind", LOST)
def test_whatever_answer_is_lost_one_relation_is_there(served: Served, client: MplusClient, kind: str) -> None:
    served.control.faults.append(Fault(kind, "createRelation", times=2))
    number = create_relation(client, {"name": "Piet", "email": "piet@x.nl"})
    assert [row["relationNumber"] for page, _ in relations_since(client) for row in page if row.get("email") == "piet@x.nl"] == [number]


@pytest.mark.parametrize("kind", LOST)
def test_whatever_answer_is_lost_one_invoice_is_there_and_paid_once(served: Served, client: MplusClient, kind: str) -> None:
    assert client.service_version
    served.control.faults += [Fault(kind, operation, times=1) for operation in ("processInvoice", "saveInvoice", "payInvoice")]
    heads = {
        "extInvoiceId": "shopify:w:6",
        "employeeNumber": 999999,
        "relationNumber": 50,
        "financialBranchNumber": 1,
        "entryBranchNumber": 1,
    }
    if client.features.knows_process_invoice:
        line: dict[str, Any] = {"articleNumber": 101, "data": {"quantity": Decimal(2), "price": Decimal("24.95")}}
        written = process_invoice(client, {**heads, "vatMethod": "VAT-METHOD-INCLUSIVE", "lineList": [line]}, key="k-1")
    else:
        line = {"articleNumber": 101, "data": {"quantity": 2, "price": 2495}}
        written = save_invoice(client, {**heads, "vatMethod": "VAT-METHOD-INCLUSIVE", "lineList": [line]})
    pay_invoice(client, written.invoice_id, pin(4990))
    rows = [row for page, _ in invoices_since(client) for row in page]
    assert [(row["extInvoiceId"], row["totalInclAmount"], row["paidAmount"]) for row in rows] == [("shopify:w:6", 4990, 4990)]
    assert find_invoice(client, "shopify:w:6") is not None


@pytest.mark.parametrize("switch", ["undashed_ids", "absent_decimal_places", "zero_dates", "unknown_enum"])
def test_other_habits_of_installations_are_read(served: Served, client: MplusClient, switch: str) -> None:
    served.system.switches[switch] = True
    sent = order("shopify:w:7", (101, 3, 2495))
    written = create_order(client, sent, payments=pin(7485), prepay=False, key="k-1")
    read = find_order(client, "shopify:w:7") or {}
    assert same_id(read["orderId"], written.order_id)
    assert [line["data"]["quantity"] for line in read["lineList"]] == [3]
    assert payment_methods(client)


def test_a_service_that_is_overloaded_once_is_asked_again(served: Served, client: MplusClient) -> None:
    served.control.faults.append(Fault("throttled", "getBranches", times=1))
    assert branches(client)
    assert client.statistics.retries == 1
