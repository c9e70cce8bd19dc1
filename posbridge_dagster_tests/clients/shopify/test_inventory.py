"""Levels read and set against the pretend shop, over real sockets."""

from collections.abc import Iterator

import pytest

from posbridge_dagster.clients.patience import Patience
from posbridge_dagster.clients.shopify.client import ShopifyClient
from posbridge_dagster.clients.shopify.errors import UserErrors
from posbridge_dagster.clients.shopify.inventory import (
    STALE,
    SetLevel,
    activate,
    held_levels,
    row_of,
    set_levels,
    track,
    variants_by_id,
)
from posbridge_dagster.clients.shopify.pace import Pace
from posbridge_dagster.clients.shopify.token import FixedToken
from posbridge_dagster.sandbox.faults import Fault
from posbridge_dagster.sandbox.running import Served, running
from posbridge_dagster.sandbox.shopify import ShopifySandbox
from posbridge_dagster_tests.flows.stock_to_shopify.stock_shop import FIRST, shelves

QUICK = Patience(budget_s=20, attempts=4, first_wait_s=0.01, longest_wait_s=0.02)
REFERENCE = "gid://posbridge/StockRun/1"
ARTICLES = 300


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    shop = ShopifySandbox(shelves(ARTICLES, 10, locations=2))
    shop.switches["plan"] = "enterprise"
    with running(shop) as served:
        yield served


@pytest.fixture
def client(served: Served) -> Iterator[ShopifyClient]:
    client = ShopifyClient(served.url, FixedToken("shpat_sandbox"), patience=QUICK, pace=Pace())
    yield client
    client.close()


def shop(served: Served) -> ShopifySandbox:
    assert isinstance(served.system, ShopifySandbox)
    return served.system


def item(served: Served, article: int = FIRST) -> str:
    return str(shop(served).shop.variants_by_sku[str(article)].number)


def test_levels_are_read_250_a_call_and_an_item_that_is_gone_is_told_apart_from_one_that_is_not_stocked(
    served: Served, client: ShopifyClient
) -> None:
    ids = [item(served, FIRST + number) for number in range(ARTICLES)]
    shop(served).shop.stock.forget(int(ids[0]))
    served.control.clear("calls")
    found = held_levels(client, "1", [*ids, "123456"])
    assert len(served.control.calls) == 2
    assert found["123456"] is None
    unstocked, stocked = found[ids[0]], found[ids[1]]
    assert unstocked is not None
    assert (unstocked.available, unstocked.is_active) == (None, False)
    assert stocked is not None
    assert (stocked.available, stocked.is_active, stocked.tracked) == (10, True, True)
    assert stocked.changed_at is not None
    assert stocked.changed_at.tzinfo is not None


def test_a_level_is_set_from_what_was_read_and_an_unstocked_item_from_nothing(served: Served, client: ShopifyClient) -> None:
    one, other = item(served, FIRST + 1), item(served, FIRST + 2)
    shop(served).shop.stock.forget(int(other))
    set_levels(client, "1", [SetLevel(one, 10, 7), SetLevel(other, 0, 3)], key="k1", reference=REFERENCE)
    assert {name: level and level.available for name, level in held_levels(client, "1", [one, other]).items()} == {one: 7, other: 3}


def test_a_stale_row_is_named_and_nothing_of_the_call_is_set(served: Served, client: ShopifyClient) -> None:
    one, other = item(served, FIRST + 3), item(served, FIRST + 4)
    with pytest.raises(UserErrors) as caught:
        set_levels(client, "1", [SetLevel(one, 10, 7), SetLevel(other, 9, 3)], key="k2", reference=REFERENCE)
    (error,) = caught.value.errors
    assert (row_of(error.path), error.code in STALE) == (1, True)
    assert {level and level.available for level in held_levels(client, "1", [one, other]).values()} == {10}


@pytest.mark.parametrize("kind", ["error_after", "reset_after", "garbage_after"])
def test_an_answer_that_was_lost_is_asked_for_again_with_the_same_key_and_set_once(
    served: Served, client: ShopifyClient, kind: str
) -> None:
    one = item(served, FIRST + 5)
    before = held_levels(client, "1", [one])[one]
    assert before is not None
    assert before.available is not None
    served.control.clear("calls")
    served.control.faults.append(Fault(kind, operation="inventorySetQuantities", times=1))
    set_levels(client, "1", [SetLevel(one, before.available, before.available - 1)], key=f"k-{kind}", reference=REFERENCE)
    keys = [call.idempotency_key for call in served.control.calls if call.operation == "inventorySetQuantities"]
    assert keys == [f"k-{kind}"] * 2
    after = held_levels(client, "1", [one])[one]
    assert after is not None
    assert after.available == before.available - 1


def test_an_item_is_activated_and_tracked(served: Served, client: ShopifyClient) -> None:
    one = item(served, FIRST + 6)
    variant = shop(served).shop.variants[int(one)]
    shop(served).shop.stock.forget(int(one))
    variant.tracked = False
    activate(client, "2", one, key="k3")
    track(client, one)
    level = held_levels(client, "2", [one])[one]
    assert level is not None
    assert (level.available, level.is_active, level.tracked) == (0, True, True)


def test_variants_are_found_by_id_and_those_that_are_gone_left_out(served: Served, client: ShopifyClient) -> None:
    one = item(served)
    found = variants_by_id(client, [one, "123456"])
    assert {key: node["sku"] for key, node in found.items()} == {one: str(FIRST)}


@pytest.mark.parametrize(
    ("path", "row"),
    [(("input", "quantities", "3", "locationId"), 3), (("input", "reason"), None), ((), None), (("input", "quantities"), None)],
)
def test_a_path_names_a_row_or_none(path: tuple[str, ...], row: int | None) -> None:
    assert row_of(path) == row
