"""Products that people make in Shopify become families of the till, and no product ever travels back and forth."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from posbridge_dagster.flows.products_to_mplus import FLOW
from posbridge_dagster.flows.products_to_mplus.assets import READING_OP
from posbridge_dagster.flows.products_to_shopify import FLOW as BACK
from posbridge_dagster.flows.products_to_shopify.assets import READING_OP as READING_BACK
from posbridge_dagster.loading.product_matching import FAMILY
from posbridge_dagster.sandbox.mplus import MplusSandbox
from posbridge_dagster.sandbox.seed import FamilySeed
from posbridge_dagster_tests.flows.in_step import Row, in_step
from posbridge_dagster_tests.flows.products_to_shopify.clothes_shop import MUG, Clothes, article, clothes

MAKE = (
    "mutation M($input: ProductSetInput!) { productSet(input: $input, synchronous: true) { product { id } userErrors { field message } } }"
)
PRICE = """mutation P($id: ID!, $v: [ProductVariantsBulkInput!]!) {
  productVariantsBulkUpdate(productId: $id, variants: $v) { userErrors { message } } }"""
KNOWN = FamilySeed(MUG, "Mok", (article(1100, "Mok", 995),))


@contextmanager
def shop(home: Path, *, enabled: bool = True, **settings: Any) -> Iterator[tuple[Clothes, Clothes]]:
    """Serve both systems; return the flow to MplusKASSA and the flow back."""

    def edit(files: dict[str, Row]) -> None:
        files[FLOW]["settings"] |= {"enabled": enabled, **settings}

    with in_step(clothes(KNOWN), home, flow=FLOW, frame="families", ops=(READING_OP, "write_mplus_products"), mapping=edit) as step:
        back = replace(step, flow=BACK, frame="products", reading_op=READING_BACK, writing_op="write_shopify_products")
        yield Clothes(step), Clothes(back)


def made(title: str, *variants: tuple[str, str, str]) -> dict[str, Any]:
    """Return a product with variants of SKU, colour and price."""
    return {
        "title": title,
        "vendor": "Atelier",
        "productOptions": [{"name": "Kleur", "values": [{"name": colour} for _, colour, _ in variants]}],
        "variants": [
            {"optionValues": [{"optionName": "Kleur", "name": colour}], "sku": sku, "price": price, "barcode": f"871000{sku}"}
            for sku, colour, price in variants
        ],
    }


def families(flow: Clothes) -> dict[int, dict[int, Row]]:
    """Return the till's families with their articles."""
    system = flow.step.sides.mplus.system
    assert isinstance(system, MplusSandbox)
    found: dict[int, dict[int, Row]] = {}
    for card in system.books.state.articles.values():
        found.setdefault(card.family, {})[card.number] = card.members
    return found


def mplus_writes(flow: Clothes) -> list[str]:
    return [call.operation for call in flow.step.sides.mplus.control.calls if call.wrote]


def test_off_by_default_every_product_is_skipped_and_says_so(tmp_path: Path) -> None:
    with shop(tmp_path, enabled=False) as (flow, _):
        flow.edit(MAKE, input=made("Sjaal", ("5001", "Rood", "19.95")))
        ran = flow.run()
        assert {(row["outcome"], row["code"]) for row in ran.rows.values()} == {("skipped", "flow_is_off")}
        assert mplus_writes(flow) == []


def test_a_product_of_the_shop_becomes_a_family_and_follows_it(tmp_path: Path) -> None:
    with shop(tmp_path) as (flow, _):
        flow.edit(MAKE, input=made("Sjaal", ("5001", "Rood", "19.95"), ("5002", "Blauw", "21.50")))
        (row,) = flow.run().rows.values()
        assert row["outcome"] == "created"
        family = families(flow)[int(row["target_id"])]
        assert {number: (each["colour"], each["priceIncl"], each["barcode"]) for number, each in family.items()} == {
            5001: ("Rood", 1995, "8710005001"), 5002: ("Blauw", 2150, "8710005002"),
        }  # fmt: skip
        flow.forget_calls()
        assert flow.run().counts() == {"unchanged": 1}
        assert mplus_writes(flow) == []
        product = flow.products()[-1]
        change = {"id": product["variants"]["nodes"][0]["id"], "price": "17.95"}
        flow.edit(PRICE, id=product["id"], v=[change])
        assert flow.run().counts() == {"updated": 1}
        assert families(flow)[int(row["target_id"])][5001]["priceIncl"] == 1795
        assert mplus_writes(flow) == ["updateProduct"]


def test_a_sku_with_letters_is_quarantined_and_named(tmp_path: Path) -> None:
    with shop(tmp_path) as (flow, _):
        flow.edit(MAKE, input=made("Sjaal", ("5001", "Rood", "19.95"), ("SJAAL-B", "Blauw", "21.50")))
        (row,) = flow.run().rows.values()
        assert (row["outcome"], row["code"]) == ("quarantined", "sku_not_numeric")
        assert "SKU SJAAL-B is no article number" in row["reason"]
        assert mplus_writes(flow) == []


def test_no_product_travels_back(tmp_path: Path) -> None:
    with shop(tmp_path) as (flow, back):
        flow.edit(MAKE, input=made("Sjaal", ("5001", "Rood", "19.95")))
        assert back.run().outcomes() == {str(MUG): "created"}
        rows = flow.run().rows.values()
        assert sorted((row["outcome"], row["code"]) for row in rows) == [("created", ""), ("skipped", "came_from_mplus")]
        flow.forget_calls()
        for _ in range(2):
            outcomes = {row["code"] or row["outcome"] for row in back.run().rows.values()}
            assert outcomes == {"unchanged", "came_from_shopify"}
            flow.run()
        assert back.writes() == []
        assert mplus_writes(flow) == []
        assert len(back.step.execute("query C { productsCount(limit: null) { count } }")["productsCount"]) == 1


@pytest.mark.prove
def test_no_product_takes_the_family_of_another_and_no_mass_of_prices_goes_to_the_till_unasked(tmp_path: Path) -> None:
    with shop(tmp_path, price_brake_least=0) as (flow, _):
        flow.edit(MAKE, input=made("Sjaal", ("5001", "Rood", "19.95")))
        with flow.step.ledger() as ledger:
            ledger.link(FAMILY, {str(MUG): "12345"})
        flow.edit(MAKE, input=made("Namaakmok", ("1100", "Wit", "1.00")))
        rows = flow.run().rows
        assert sorted((row["outcome"], row["code"]) for row in rows.values()) == [
            ("created", ""),
            ("quarantined", "family_of_other_product"),
        ]
        assert families(flow)[MUG][1100]["priceIncl"] == 995
        sjaal = next(product for product in flow.products().values() if product["title"] == "Sjaal")
        flow.edit(PRICE, id=sjaal["id"], v=[{"id": sjaal["variants"]["nodes"][0]["id"], "price": "0.01"}])
        flow.forget_calls()
        ran = flow.step.run()
        assert not ran.success and "would change the price of 1 of 1 families" in ran.failure
        assert mplus_writes(flow) == []
