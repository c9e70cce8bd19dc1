"""Whole writes against the pretend shop, over real sockets."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from posbridge_dagster.clients.failures import Misconfigured
from posbridge_dagster.clients.patience import Patience
from posbridge_dagster.clients.shopify.client import ShopifyClient
from posbridge_dagster.clients.shopify.custom_ids import (
    custom_id_metafield,
    ensure_definition,
    order_by_custom_id,
    orders_by_custom_ids,
)
from posbridge_dagster.clients.shopify.customers import find_customer
from posbridge_dagster.clients.shopify.order_writing import order_update, tags_add, written_order
from posbridge_dagster.clients.shopify.pace import Pace
from posbridge_dagster.clients.shopify.refund_writing import payments_of
from posbridge_dagster.clients.shopify.token import ClientCredentials
from posbridge_dagster.clients.shopify.variants import variants, variants_by_sku
from posbridge_dagster.sandbox.faults import Fault
from posbridge_dagster.sandbox.running import Served, running
from posbridge_dagster.sandbox.seed import ArticleSeed, FamilySeed, LineSeed, LocationSeed, OrderSeed, PaymentSeed, Seed
from posbridge_dagster.sandbox.shopify import ShopifySandbox

OPENED = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=2)
QUICK = Patience(budget_s=30, attempts=8, first_wait_s=0.01, longest_wait_s=0.1)
ARTICLES = 320


def seed() -> Seed:
    articles = tuple(ArticleSeed(number, str(number), f"Beker {number}", 121, stock=50) for number in range(1, ARTICLES + 1))
    sale = OrderSeed(
        number=900,
        name="#900",
        created_at=OPENED,
        location_number=1,
        lines=(LineSeed("Beker 1", 2, 121, code="1"),),
        payments=(PaymentSeed("cash", 200), PaymentSeed("pin", 42)),
    )
    return Seed(
        families=[FamilySeed(1, "Beker", articles[:1]), FamilySeed(2, "Bekers", articles[1:])],
        locations=[LocationSeed(1, "Utrecht", 1)],
        orders=[sale],
    )


@pytest.fixture
def served() -> Iterator[Served]:
    system = ShopifySandbox(seed())
    system.switches["plan"] = "plus"  # a large bucket, so that nothing here waits for points
    with running(system) as running_shop:
        yield running_shop


@pytest.fixture
def client(served: Served) -> Iterator[ShopifyClient]:
    tokens = ClientCredentials(served.url, "sandbox-client", "sandbox-client-secret")
    client = ShopifyClient(served.url, tokens, patience=QUICK, pace=Pace())
    yield client
    client.close()


def test_an_order_is_found_by_its_custom_id_at_once_although_search_lags(served: Served, client: ShopifyClient) -> None:
    served.system.switches["search_lag_s"] = 60
    with pytest.raises(Misconfigured, match="posbridge doctor"):
        order_by_custom_id(client, "mplus_order", "winkel:1")
    assert ensure_definition(client, "ORDER", "mplus_order", "MplusKASSA order")
    assert not ensure_definition(client, "ORDER", "mplus_order", "MplusKASSA order")
    assert order_by_custom_id(client, "mplus_order", "winkel:1") is None
    order_update(client, {"id": "gid://shopify/Order/900", "metafields": [custom_id_metafield("mplus_order", "winkel:1")]})
    values = [f"winkel:{number}" for number in range(120)]
    assert {value: node["name"] for value, node in orders_by_custom_ids(client, "mplus_order", values).items()} == {"winkel:1": "#900"}


def test_a_definition_is_made_once_whatever_happens_to_the_answer(served: Served, client: ShopifyClient) -> None:
    served.control.faults.append(Fault(kind="reset_after", times=1, operation="metafieldDefinitionCreate"))
    ensure_definition(client, "CUSTOMER", "mplus_relation", "MplusKASSA relation")
    assert not ensure_definition(client, "CUSTOMER", "mplus_relation", "MplusKASSA relation")
    assert client.statistics.retries == 1
    assert find_customer(client, email="niemand@example.nl") is None


def test_variants_are_found_by_sku_in_batches(client: ShopifyClient) -> None:
    skus = [str(number) for number in range(1, 401)]
    found = variants_by_sku(client, skus)
    assert {sku for sku, rows in found.items() if len(rows) == 1} == {str(number) for number in range(1, ARTICLES + 1)}
    assert all(row["sku"] == sku for sku, rows in found.items() for row in rows)
    assert sum(len(page) for page in variants(client)) == ARTICLES


def test_an_order_is_amended_and_tagged(client: ShopifyClient) -> None:
    tags_add(client, "gid://shopify/Order/900", ["kassa", "mplus"])
    tags_add(client, "gid://shopify/Order/900", ["mplus"])
    assert order_update(client, {"id": "gid://shopify/Order/900", "note": "Bon 7"})["name"] == "#900"
    order = written_order(client, "gid://shopify/Order/900")
    assert (order.totals.total, order.totals.currency) == ("2.42", "EUR")
    assert [(line.sku, line.quantity) for line in order.lines] == [("1", 2)]


def test_the_payments_of_an_order_tell_what_can_be_given_back(client: ShopifyClient) -> None:
    payments = payments_of(written_order(client, "gid://shopify/Order/900").transactions)
    assert [(payment.gateway, str(payment.left)) for payment in payments] == [("cash", "2.0"), ("pin", "0.42")]
