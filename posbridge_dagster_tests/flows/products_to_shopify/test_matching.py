"""Which product is which family: what is in the shop already is taken over, what cannot be told apart is a person's to decide."""

from pathlib import Path

import pytest

from posbridge_dagster.definitions import defs
from posbridge_dagster.flows.products_to_shopify import FLOW
from posbridge_dagster.flows.products_to_shopify.assets import READING_OP
from posbridge_dagster.sandbox.seed import ArticleSeed, FamilySeed
from posbridge_dagster_tests.flows.in_step import QUIET, in_step
from posbridge_dagster_tests.flows.products_to_shopify.clothes_shop import MUG, SWEATER, article, clothes, clothes_shop

MAKE = "mutation M($input: ProductSetInput!) { productSet(input: $input, synchronous: true) { userErrors { field message } } }"


def made_by_hand(title: str, *skus: str) -> dict[str, object]:
    variants = [
        {"optionValues": [{"optionName": "Title", "name": "Default Title" if len(skus) == 1 else sku}], "sku": sku, "price": "5.00"}
        for sku in skus
    ]
    values = [{"name": variant["optionValues"][0]["name"]} for variant in variants]  # type: ignore[index]
    return {"title": title, "productOptions": [{"name": "Title", "values": values}], "variants": variants}


def test_a_product_with_the_sku_is_taken_over_and_keeps_what_people_wrote(tmp_path: Path) -> None:
    with clothes_shop(tmp_path, FamilySeed(MUG, "Mok", (article(1100, "Mok", 995),))) as shop:
        shop.edit(MAKE, input=made_by_hand("Handgemaakte mok", "1100"))
        ran = shop.run()
        assert ran.outcomes() == {str(MUG): "updated"}
        products = shop.products()
        assert list(products) == [MUG]
        assert (products[MUG]["title"], shop.variants(MUG)["1100"]["price"]) == ("Handgemaakte mok", "9.95")
        shop.forget_calls()
        shop.run()
        assert shop.writes() == []


def test_a_sku_on_two_variants_of_the_shop_is_refused_and_both_are_named(tmp_path: Path) -> None:
    with clothes_shop(tmp_path, FamilySeed(MUG, "Mok", (article(1100, "Mok", 995),))) as shop:
        shop.edit(MAKE, input=made_by_hand("Een mok", "1100"))
        shop.edit(MAKE, input=made_by_hand("Nog een mok", "1100"))
        row = shop.run().rows[str(MUG)]
        assert (row["outcome"], row["code"]) == ("quarantined", "duplicate_sku")
        assert row["reason"].count("variant ") == 2
        assert [operation for operation in shop.writes() if operation.startswith("product")] == ["productSet", "productSet"]


def test_a_sku_on_two_articles_of_the_till_is_refused_and_both_are_named(tmp_path: Path) -> None:
    twice = [FamilySeed(number, "Mok", (ArticleSeed(number * 100, "", "Mok", 995, ext_article_id="MOK-1"),)) for number in (11, 13)]

    def by_code(files: dict[str, dict[str, dict[str, dict[str, object]]]]) -> None:
        files["products_to_shopify"]["fields"]["variants"]["sku"] = {"from": "articles.ext_article_id"}

    with clothes_shop(tmp_path, *twice, mapping=by_code) as shop:
        rows = shop.run().rows
        assert {key: (row["outcome"], row["code"]) for key, row in rows.items()} == {
            "11": ("quarantined", "duplicate_sku"), "13": ("quarantined", "duplicate_sku"),
        }  # fmt: skip
        assert "article 1100 (family 11, Mok) and article 1300 (family 13, Mok)" in rows["11"]["reason"]
        assert shop.products() == {}


@pytest.mark.prove
def test_articles_that_cannot_be_told_apart_hold_their_family_back(tmp_path: Path) -> None:
    alike = FamilySeed(SWEATER, "Trui", (article(1, "Trui", colour="Rood"), article(2, "Trui", colour="rood")))
    with clothes_shop(tmp_path, alike) as shop:
        row = shop.run().rows[str(SWEATER)]
        assert (row["outcome"], row["code"]) == ("quarantined", "variants_alike")
        assert "articles 1, 2 cannot be told apart" in row["reason"]
        shop.floor.change_article(2, {"colour": "Blauw"})
        assert shop.run().outcomes() == {str(SWEATER): "created"}
        assert shop.step.quarantined() == {}


def test_a_run_that_would_change_too_many_prices_stops_before_the_first_write(tmp_path: Path) -> None:
    families = [FamilySeed(number, f"Mok {number}", (article(number * 100, "Mok", 995),)) for number in range(11, 31)]
    with clothes_shop(tmp_path, *families) as shop:
        shop.run()
        for number in range(11, 31):
            shop.floor.change_article(number * 100, {"priceIncl": 9950})
        shop.forget_calls()
        ran = shop.step.run()
        assert not ran.success
        assert "price of 20 of 20 products (100 %)" in ran.failure
        assert "release_brake: true" in ran.failure
        assert shop.writes() == []
        released = {**QUIET, "ops": {"write_shopify_products": {"config": {"release_brake": True}}}}
        assert defs.resolve_job_def(FLOW).execute_in_process(released, instance=shop.step.sides.instance).success
        assert {product["variants"]["nodes"][0]["price"] for product in shop.products().values()} == {"99.50"}


@pytest.mark.prove
def test_a_shop_that_sells_in_another_currency_gets_no_price(tmp_path: Path) -> None:
    ops = (READING_OP, "write_shopify_products")
    with in_step(clothes(currency="USD"), tmp_path, flow=FLOW, frame="products", ops=ops) as step:
        ran = step.run()
        assert not ran.success and "sells in USD and the administration keeps EUR" in ran.failure
        assert step.sides.writes() == []
