"""Whole reads against the pretend shop, over real sockets."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from posbridge_dagster.clients.failures import Misconfigured
from posbridge_dagster.clients.patience import Patience
from posbridge_dagster.clients.shopify.bulk import orders_by_count, orders_in_bulk
from posbridge_dagster.clients.shopify.client import ShopifyClient
from posbridge_dagster.clients.shopify.deadline import Deadline
from posbridge_dagster.clients.shopify.orders import count_orders, order_changes, orders, orders_by_id, refund_details
from posbridge_dagster.clients.shopify.pace import Pace
from posbridge_dagster.clients.shopify.paging import Node
from posbridge_dagster.clients.shopify.search import all_of, clause
from posbridge_dagster.clients.shopify.shop import bootstrap, require_history, require_scopes
from posbridge_dagster.clients.shopify.token import ClientCredentials, FixedToken
from posbridge_dagster.sandbox.faults import Fault
from posbridge_dagster.sandbox.running import Served, running
from posbridge_dagster.sandbox.seed import (
    ArticleSeed,
    FamilySeed,
    LineSeed,
    LocationSeed,
    OrderSeed,
    PaymentSeed,
    RefundLineSeed,
    RefundSeed,
    Seed,
)
from posbridge_dagster.sandbox.shopify import ShopifySandbox

OPENED = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=12)
LINES = {700: 300, 701: 700}
QUICK = Patience(budget_s=30, attempts=8, first_wait_s=0.01, longest_wait_s=0.1)


def sale(number: int) -> OrderSeed:
    count = LINES.get(number, number % 4 + 1)
    refunds: tuple[RefundSeed, ...] = ()
    if number == 5:
        paid_back = (PaymentSeed("cash", 121, kind="REFUND"),)
        refunds = (RefundSeed(1, OPENED + timedelta(hours=1), lines=(RefundLineSeed(0, 1),), payments=paid_back),)
    return OrderSeed(
        number=number,
        name=f"#{number}",
        created_at=OPENED + timedelta(seconds=30 * number),
        location_number=1,
        lines=tuple(LineSeed("Beker", 1, 121, code="100") for _ in range(count)),
        payments=(PaymentSeed("cash", 121 * count),),
        source_name="web" if number % 10 == 3 else "pos",
        refunds=refunds,
    )


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    seed = Seed(
        families=[FamilySeed(1, "Beker", (ArticleSeed(100, "100", "Beker", 121),))],
        locations=[LocationSeed(1, "Utrecht", 1), LocationSeed(2, "Arnhem", 2)],
        orders=[sale(number) for number in [*range(1, 301), *LINES]],
    )
    system = ShopifySandbox(seed)
    system.switches["plan"] = "plus"  # a large bucket, so that only the test of the pace waits
    with running(system) as running_shop:
        yield running_shop


@pytest.fixture
def client(served: Served) -> Iterator[ShopifyClient]:
    served.control.clear("faults")
    served.control.clear("calls")
    client = ShopifyClient(
        served.url, ClientCredentials(served.url, "sandbox-client", "sandbox-client-secret"), patience=QUICK, pace=Pace()
    )
    yield client
    client.close()


def by_id(nodes: list[Node]) -> dict[str, Node]:
    return {node["id"]: node for node in nodes}


def every(pages: Iterator[list[Node]]) -> list[Node]:
    return [node for page in pages for node in page]


def test_every_order_arrives_once_with_every_line(client: ShopifyClient) -> None:
    found = by_id(every(orders(client, "")))
    assert len(found) == 302
    lines = {int(order["legacyResourceId"]): len(order["lineItems"]) for order in found.values()}
    assert lines == {number: LINES.get(number, number % 4 + 1) for number in [*range(1, 301), *LINES]}
    assert client.statistics.calls == 3 + 1 + 2, "three pages, and the rest of the two long orders"


def test_bulk_gives_the_very_same_orders(client: ShopifyClient) -> None:
    paged = by_id(every(orders(client, "source_name:pos")))
    assert by_id(every(orders_in_bulk(client, "source_name:pos", deadline=Deadline(first_nap_s=0.01)))) == paged
    assert by_id(every(orders_by_count(client, "source_name:pos", bulk_above=10, deadline=Deadline(first_nap_s=0.01)))) == paged


def test_a_search_by_time_and_channel_finds_what_it_says(client: ShopifyClient) -> None:
    start, end = OPENED + timedelta(seconds=30 * 100), OPENED + timedelta(seconds=30 * 200)
    search = all_of(clause("created_at", ">=", start), clause("created_at", "<", end), clause("source_name", "=", "pos"))
    found = every(orders(client, search))
    assert {int(order["legacyResourceId"]) for order in found} == {number for number in range(100, 200) if number % 10 != 3}
    assert count_orders(client, search) == len(found)
    assert {order["id"] for order in every(order_changes(client, search))} == {order["id"] for order in found}


def test_orders_by_id_have_the_shape_of_orders_by_search(client: ShopifyClient) -> None:
    some = every(orders(client, clause("created_at", "<", OPENED + timedelta(seconds=30 * 60))))
    assert every(orders_by_id(client, [order["id"] for order in some])) == some


def test_a_refund_comes_with_its_lines_and_money(client: ShopifyClient) -> None:
    (details,) = every(refund_details(client, ["gid://shopify/Order/5"]))
    (refund,) = details["refunds"]
    assert [line["quantity"] for line in refund["refundLineItems"]] == [1]
    assert [transaction["amountSet"]["shopMoney"]["amount"] for transaction in refund["transactions"]] == ["1.21"]


def test_the_start_and_the_walls(served: Served, client: ShopifyClient) -> None:
    start = bootstrap(client)
    assert {location["name"] for location in start.locations} == {"Utrecht", "Arnhem"}
    assert "Point of Sale" in {publication["catalog"]["title"] for publication in start.publications}
    all_scopes = served.system.switches["scopes"]
    served.system.switches["scopes"] = ["read_orders", "read_locations"]
    try:
        with pytest.raises(Misconfigured, match="write_orders"):
            require_scopes(client, {"read_orders", "write_orders"})
        with pytest.raises(Misconfigured, match="read_all_orders"):
            require_history(client, datetime.now(UTC) - timedelta(days=90))
    finally:
        served.system.switches["scopes"] = all_scopes


def test_a_missing_scope_is_named(served: Served, client: ShopifyClient) -> None:
    all_scopes = served.system.switches["scopes"]
    served.system.switches["scopes"] = ["read_products"]
    try:
        with pytest.raises(Misconfigured, match="read_orders"):
            every(orders(client, ""))
    finally:
        served.system.switches["scopes"] = all_scopes


def test_a_wrong_token_is_a_setting(served: Served) -> None:
    client = ShopifyClient(served.url, FixedToken("shpat_wrong"), patience=QUICK, pace=Pace())
    with pytest.raises(Misconfigured, match="SHOPIFY_ACCESS_TOKEN"):
        count_orders(client, "")


def test_an_unknown_filter_is_an_error_and_not_all_orders(client: ShopifyClient) -> None:
    with pytest.raises(Misconfigured, match="made_up"):
        every(orders(client, clause("made_up", "=", "x")))


def test_a_version_that_fell_forward_is_seen(served: Served, client: ShopifyClient) -> None:
    served.system.switches["served_version"] = "2027-01"
    try:
        count_orders(client, "")
    finally:
        served.system.switches["served_version"] = "2026-10"
    assert client.served_version == "2027-01"


@pytest.mark.parametrize("kind", ["reset_before", "reset_after", "error_before", "garbage_after", "truncated_after", "server_fault"])
def test_a_read_gets_over_every_fault(served: Served, client: ShopifyClient, kind: str) -> None:
    served.control.faults.append(Fault(kind=kind, times=3))
    assert len(every(orders(client, ""))) == 302
    assert client.statistics.retries == 3


def test_a_saturated_reader_of_the_smallest_bucket_is_never_throttled(served: Served) -> None:
    served.system.switches["plan"] = "standard"
    token = ClientCredentials(served.url, "sandbox-client", "sandbox-client-secret")
    client = ShopifyClient(served.url, token, patience=QUICK, pace=Pace())
    try:
        every(orders(client, ""))
    finally:
        served.system.switches["plan"] = "plus"
    assert client.statistics.throttled == 0
    assert client.statistics.points_requested > 2000
