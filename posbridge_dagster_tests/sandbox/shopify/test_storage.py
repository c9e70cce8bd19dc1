"""A shop that was saved is the same shop after a restart."""

import json
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from posbridge_dagster.sandbox.generator import generate_shop
from posbridge_dagster.sandbox.shopify import ShopifySandbox
from posbridge_dagster.sandbox.shopify.plain import PlainError, from_plain, to_plain
from posbridge_dagster.sandbox.shopify.storage import FILE
from posbridge_dagster_tests.sandbox.shopify.shopfloor import FULL, NOON, Caller, Clock, small_seed, walk_in

DEFINE = """mutation { metafieldDefinitionCreate(definition: {
  name: "n", namespace: "posbridge", key: "mplus_order", ownerType: ORDER, type: "id"}) { userErrors { message } } }"""
UPDATE = """mutation { orderUpdate(input: {id: "gid://shopify/Order/5001", note: "later",
  metafields: [{namespace: "posbridge", key: "mplus_order", value: "acme:1"}]}) { userErrors { message } } }"""
EVERYTHING = """{ order(id: "gid://shopify/Order/5001") { name tags note updatedAt email
  billingAddress { name } totalPriceSet { shopMoney { amount } }
  lineItems(first: 9) { nodes { title variant { sku product { title } } } } refunds { totalRefundedSet { shopMoney { amount } } }
  metafield(namespace: "posbridge", key: "mplus_order") { value } } orderByIdentifier(identifier: {customId: {namespace: "posbridge",
  key: "mplus_order", value: "acme:1"}}) { name } customers(first: 9, query: "jan") { nodes { displayName numberOfOrders } }
  locations(first: 9) { nodes { name } } products(first: 9) { nodes { title } } }"""


def test_a_shop_survives_a_restart(shop: Caller, tmp_path: Path) -> None:
    shop.data(DEFINE)
    shop.data(UPDATE)
    before = shop.data(EVERYTHING)
    shop.sandbox.save(tmp_path)
    state = shop.sandbox.state()
    restarted = ShopifySandbox(small_seed(walk_in(1, NOON)), clock=shop.clock)
    restarted.load(tmp_path)
    assert restarted.state() == state
    shop.sandbox.load(tmp_path)
    assert shop.data(EVERYTHING) == before
    assert before["orderByIdentifier"] == {"name": "#1001"}


def test_a_generated_week_is_the_same_after_a_restart(tmp_path: Path) -> None:
    sandbox = ShopifySandbox(generate_shop(7, date(2026, 11, 16), 7, 5))
    sandbox.save(tmp_path)
    restarted = ShopifySandbox(small_seed())
    restarted.load(tmp_path)
    assert restarted.state() == sandbox.state()
    assert sandbox.state()["counts"]["orders"] > 10


def test_nothing_to_load_is_said(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        ShopifySandbox(small_seed()).load(tmp_path)


def test_a_damaged_file_is_named_with_its_line_and_nothing_is_lost(tmp_path: Path) -> None:
    sandbox = ShopifySandbox(small_seed(), clock=Clock())
    path = sandbox.save(tmp_path)
    assert path == tmp_path / FILE
    lines = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join([lines[0], lines[1][:20]]), encoding="utf-8")
    state = sandbox.state()
    with pytest.raises(PlainError, match=r"shopify\.jsonl, line 2: .* remove the file to start with a new shop"):
        sandbox.load(tmp_path)
    assert sandbox.state() == state


@dataclass
class Thing:
    name: str
    at: datetime
    parts: list[tuple[str, int]]
    note: str | None = None


def test_dataclasses_go_to_json_and_back() -> None:
    thing = Thing("x", datetime(2026, 1, 1, tzinfo=UTC), [("a", 1)])
    assert from_plain(Thing, json.loads(json.dumps(to_plain(thing)))) == thing
    assert from_plain(type(FULL), json.loads(json.dumps(to_plain(FULL)))) == FULL


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ([], "Thing: expected an object"),
        ({"name": "x"}, "missing at, parts"),
        ({"name": 1, "at": "2026-01-01T00:00:00Z", "parts": []}, "name: expected str, got int"),
        ({"name": "x", "at": "soon", "parts": []}, "at: expected a moment"),
        ({"name": "x", "at": "2026-01-01T00:00:00Z", "parts": [["a"]]}, r"parts\[0\]: expected 2 values, got 1"),
        ({"name": "x", "at": "2026-01-01T00:00:00Z", "parts": "a"}, "parts: expected a list"),
    ],
)
def test_what_is_wrong_with_plain_values_is_said(value: object, said: str) -> None:
    with pytest.raises(PlainError, match=said):
        from_plain(Thing, value)
