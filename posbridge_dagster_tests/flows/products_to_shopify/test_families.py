"""Articles that move, retire and come back; families that split, empty and have nothing for sale."""

from pathlib import Path

import pytest

from posbridge_dagster.loading.product_matching import ARTICLE
from posbridge_dagster.model.identity import tail
from posbridge_dagster_tests.flows.products_to_shopify.clothes_shop import (
    BLACK_M,
    BLACK_S,
    MUG,
    RED_S,
    SWEATER,
    Clothes,
    clothes_shop,
    setting,
)


def quiet(shop: Clothes) -> None:
    shop.forget_calls()
    shop.run()
    assert shop.writes() == []


def link(shop: Clothes, article: int) -> str | None:
    with shop.step.ledger() as ledger:
        return ledger.links(ARTICLE, [str(article)]).get(str(article))


def test_an_article_that_retires_takes_its_variant_along_and_comes_back_with_it(tmp_path: Path) -> None:
    with clothes_shop(tmp_path) as shop:
        shop.run()
        shop.floor.change_article(RED_S, {"active": False})
        shop.run()
        assert sorted(shop.variants(SWEATER)) == [str(BLACK_M), str(BLACK_S)]
        assert link(shop, RED_S) is None
        shop.floor.change_article(RED_S, {"active": True})
        shop.run()
        back = shop.variants(SWEATER)[str(RED_S)]
        assert back["price"] == "29.95"
        assert link(shop, RED_S) == tail(back["id"])
        quiet(shop)


@pytest.mark.prove
def test_a_retired_article_keeps_its_variant_where_the_mapping_says_so(tmp_path: Path) -> None:
    with clothes_shop(tmp_path, mapping=setting("retired_variants", "keep")) as shop:
        shop.run()
        shop.floor.change_article(RED_S, {"discontinued": True})
        shop.run()
        assert sorted(shop.variants(SWEATER)) == [str(BLACK_M), str(BLACK_S), str(RED_S)]
        quiet(shop)


def test_a_family_with_nothing_for_sale_becomes_a_draft_and_is_on_sale_again_later(tmp_path: Path) -> None:
    with clothes_shop(tmp_path) as shop:
        shop.run()
        variant = shop.variants(MUG)["1100"]["id"]
        shop.floor.change_article(1100, {"active": False})
        assert shop.run().rows[str(MUG)]["changes"] == 'status: "ACTIVE" -> "DRAFT"'
        assert shop.product(MUG)["status"] == "DRAFT"
        shop.floor.change_article(1100, {"active": True, "priceIncl": 1095})
        shop.run()
        assert shop.product(MUG)["status"] == "ACTIVE"
        assert {sku: (each["id"], each["price"]) for sku, each in shop.variants(MUG).items()} == {"1100": (variant, "10.95")}
        quiet(shop)


@pytest.mark.prove
def test_an_article_that_moves_to_another_family_is_a_variant_there_and_no_longer_here(tmp_path: Path) -> None:
    with clothes_shop(tmp_path) as shop:
        shop.run()
        shop.floor.change_article(1100, {"colour": "Wit", "size": "S"})
        shop.floor.move_article(RED_S, MUG)
        assert shop.run().counts() == {"skipped": 1, "updated": 2}
        assert sorted(shop.variants(SWEATER)) == [str(BLACK_M), str(BLACK_S)]
        assert sorted(shop.variants(MUG)) == [str(RED_S), "1100"]
        assert link(shop, RED_S) == tail(shop.variants(MUG)[str(RED_S)]["id"])
        quiet(shop)


@pytest.mark.prove
def test_a_family_that_splits_gives_its_articles_to_a_new_product(tmp_path: Path) -> None:
    with clothes_shop(tmp_path) as shop:
        shop.run()
        new = shop.floor.add_product("Rode trui")["productNumber"]
        shop.floor.move_article(RED_S, new)
        ran = shop.run()
        assert (ran.rows[str(new)]["outcome"], ran.rows[str(SWEATER)]["outcome"]) == ("created", "updated")
        assert sorted(shop.variants(SWEATER)) == [str(BLACK_M), str(BLACK_S)]
        assert sorted(shop.variants(new)) == [str(RED_S)]
        quiet(shop)


@pytest.mark.prove
def test_two_articles_that_change_places_end_right(tmp_path: Path) -> None:
    with clothes_shop(tmp_path) as shop:
        shop.run()
        shop.floor.change_article(1100, {"colour": "Wit", "size": "S"})
        shop.floor.move_article(RED_S, MUG)
        shop.floor.move_article(1100, SWEATER)
        shop.run()
        assert sorted(shop.variants(SWEATER)) == [str(BLACK_M), str(BLACK_S), "1100"]
        assert sorted(shop.variants(MUG)) == [str(RED_S)]
        quiet(shop)


@pytest.mark.prove
def test_a_family_without_articles_is_archived_and_keeps_no_sku(tmp_path: Path) -> None:
    with clothes_shop(tmp_path) as shop:
        shop.run()
        shop.floor.change_article(1100, {"colour": "Wit", "size": "L"})
        shop.floor.move_article(1100, SWEATER)
        shop.run()
        left = shop.product(MUG)
        assert left["status"] == "ARCHIVED"
        assert [(each["sku"] or "", each["customId"]) for each in left["variants"]["nodes"]] == [("", None)]
        assert "1100" in shop.variants(SWEATER)
        quiet(shop)
